"""Members of an environment, one of them, and who one is oneself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named
from jetenv.reports.members_changes import proposal_data, proposal_text
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.access.members import Member
    from jetenv.environments.people.membership import Identity, MemberList, ShownMember


def member_data(member: Member) -> dict[str, object]:
    """``member`` as every JSON document shows one."""
    return {
        "id": member.id,
        "name": member.name,
        "role": member.role,
        "keys": [key_data(key) for key in member.keys],
    }


def key_data(key: str) -> dict[str, str]:
    """A public key: its type, its fingerprint as ssh-keygen prints it, and its text."""
    from jetenv.access.public_keys import fingerprint

    return {"type": key.partition(" ")[0], "fingerprint": fingerprint(key), "key": key}


@dataclass(frozen=True, slots=True)
class MembersListed(Report):
    """``jetenv members list``."""

    listed: MemberList

    def text(self, style: Style) -> str:
        """A row for each member, then the changes that wait."""
        listed, members = self.listed, self.listed.members
        rows = [
            (
                f"{style.paint('*', 'green', 'bold') if each.id == listed.me else ' '} {printable(each.id)}",
                each.role,
                count(len(each.keys), "key"),
                printable(each.name),
            )
            for each in members.members
        ]
        signing = (
            f"{members.threshold} of {count(len(members.admins), 'admin')} {_signs(members.threshold)} each change"
        )
        head = f"{named(listed.environment, style)}, version {members.version} of its members; {signing}\n"
        text = head + columns(rows, style, header=("  ID", "ROLE", "KEYS", "NAME"), flexible=3)
        return text + "".join("\n" + proposal_text(each, style) for each in listed.proposals)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        listed = self.listed
        return {
            "environment": environment_data(listed.environment),
            "version": listed.members.version,
            "digest": listed.digest,
            "previous": listed.members.previous,
            "threshold": listed.members.threshold,
            "me": listed.me,
            "members": [member_data(each) for each in listed.members.members],
            "proposals": [proposal_data(each) for each in listed.proposals],
        }


@dataclass(frozen=True, slots=True)
class MemberShown(Report):
    """``jetenv members show``."""

    shown: ShownMember

    def text(self, style: Style) -> str:
        """Id, role and name, then a row for each key."""
        from jetenv.access.public_keys import fingerprint

        member = self.shown.member
        where = f"{member.role} of {named(self.shown.environment, style)}"
        you = " (you)" if self.shown.is_me else ""
        rows = [
            (fingerprint(key), key.partition(" ")[0], "signs here" if key == self.shown.key else "")
            for key in member.keys
        ]
        head = f"{style.paint(printable(member.id), 'bold')}{you}, {where}: {printable(member.name)}\n"
        return head + columns(rows, style, indent=2)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "environment": environment_data(self.shown.environment),
            "member": member_data(self.shown.member),
            "me": self.shown.is_me,
        }


@dataclass(frozen=True, slots=True)
class WhoAmI(Report):
    """``jetenv whoami``."""

    identity: Identity

    def text(self, style: Style) -> str:
        """The key, then a row for each environment."""
        from jetenv.access.public_keys import fingerprint

        key = self.identity.key
        head = columns(
            [
                (style.paint("key", "dim"), f"{fingerprint(key.public)}  {key.public.partition(' ')[0]}"),
                (style.paint("from", "dim"), _origin(key.source, str(key.path) if key.path is not None else None)),
            ],
            style,
        )
        rows = [
            (
                named(each.environment, style),
                printable(each.member.id) if each.member is not None else "-",
                each.member.role if each.member is not None else "cannot be told" if each.problem else "no member",
                printable(each.member.name) if each.member is not None else "",
            )
            for each in self.identity.memberships
        ]
        header = ("ENVIRONMENT", "ID", "ROLE", "NAME")
        return head + "\n" + columns(rows, style, header=header, flexible=3)

    def notes(self, style: Style) -> tuple[str, ...]:
        """Why a membership cannot be told, where another key signs, and which keys were passed over."""
        from jetenv.access.public_keys import fingerprint

        problems = [
            f"{named(each.environment, style)}: {printable(each.problem)}"
            for each in self.identity.memberships
            if each.problem is not None
        ]
        others = [
            f"{named(each.environment, style)}: another key signs there, {fingerprint(each.key.public)}"
            for each in self.identity.memberships
            if each.key.public != self.identity.key.public
        ]
        return (*problems, *others, *map(printable, self.identity.key.notes))

    def data(self) -> Mapping[str, object]:
        """The same for a program; ``path`` is null where the agent alone has the key."""
        from jetenv.access.public_keys import fingerprint

        key = self.identity.key
        return {
            "key": {
                **key_data(key.public),
                "source": key.source,
                "path": str(key.path) if key.path is not None else None,
                "notes": list(key.notes),
            },
            "environments": [
                {
                    "id": each.environment.id,
                    "uid": each.environment.uid,
                    "member": each.member.id if each.member is not None else None,
                    "name": each.member.name if each.member is not None else None,
                    "role": each.member.role if each.member is not None else None,
                    "fingerprint": fingerprint(each.key.public),
                    "problem": each.problem,
                }
                for each in self.identity.memberships
            ],
        }


def _origin(source: str, path: str | None) -> str:
    """Where a key comes from, in words."""
    found = {
        "user.signingkey": "git's user.signingkey",
        "agent": "the SSH agent",
        "jetenv": "made by jetenv",
        "created": "made by jetenv just now",
    }.get(source, source)
    return printable(f"{found}, {path}" if path is not None else found)


def _signs(threshold: int) -> str:
    return "signs" if threshold == 1 else "sign"
