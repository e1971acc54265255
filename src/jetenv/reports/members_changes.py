"""Changes of the members: what they are, who has signed them, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.environments import environment_data, named
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.access.changing import MemberChange
    from jetenv.environments.people.members_change import DropResult, MembersResult
    from jetenv.environments.people.proposals import Proposal

_SIGNS = {"added": "+", "removed": "-", "key-added": "+", "key-removed": "-"}
_LOOKS = {"+": "green", "-": "red", "~": "yellow"}


def change_text(change: MemberChange, style: Style) -> str:
    """One line: a sign, the member, and what changes."""
    from jetenv.access.public_keys import fingerprint

    old, new, member = (printable(each or "") for each in (change.old, change.new, change.member))
    what = {
        "added": f"{member}: {new}",
        "removed": f"{member}, who is {old}",
        "role": f"{member}: {old} becomes {new}",
        "name": f"{member}: the name {old!r} becomes {new!r}" if change.old is not None else f"{member}: called {new}",
        "threshold": f"threshold: {old} becomes {new}",
    }.get(change.action)
    if what is None:
        key = change.new or change.old or ""
        what = f"{member}: key {fingerprint(key)} {key.partition(' ')[0]}"
    sign = _SIGNS.get(change.action, "~" if change.old is not None else "+")
    return f"{style.paint(sign, _LOOKS[sign])} {what}\n"


def change_data(change: MemberChange) -> dict[str, object]:
    """``change`` for a program; keys with their fingerprints."""
    from jetenv.access.public_keys import fingerprint

    data: dict[str, object] = {
        "action": change.action,
        "member": change.member or None,
        "old": change.old,
        "new": change.new,
    }
    if change.action.startswith("key-"):
        data["fingerprint"] = fingerprint(change.new or change.old or "")
    return data


def proposal_text(proposal: Proposal, style: Style) -> str:
    """What is proposed, and who has signed it."""
    where = ", ".join(printable(copy.remote or "here") for copy in proposal.copies)
    head = f"{style.paint(printable(proposal.branch), 'bold')} ({where})"
    if proposal.state.value != "open":
        return f"{head} is {style.paint(proposal.state.value, 'yellow')}: {printable(proposal.problem or '')}\n"
    signed = ", ".join(map(printable, proposal.signed)) or "nobody"
    open_to = ", ".join(map(printable, proposal.unsigned)) or "nobody"
    score = f"{len(proposal.signed)} of {count(proposal.threshold, 'signature')}"
    lines = "".join("  " + change_text(each, style) for each in proposal.changes)
    return f"{head} waits: {score}\n{lines}  signed by {signed}; not by {open_to}\n"


def proposal_data(proposal: Proposal) -> dict[str, object]:
    """``proposal`` for a program."""
    from jetenv.access.members import digest

    return {
        "branch": proposal.branch,
        "refs": [copy.ref for copy in proposal.copies],
        "version": proposal.version,
        "digest": digest(proposal.data),
        "state": proposal.state.value,
        "problem": proposal.problem,
        "changes": [change_data(each) for each in proposal.changes],
        "threshold": proposal.threshold,
        "signed": list(proposal.signed),
        "unsigned": list(proposal.unsigned),
    }


@dataclass(frozen=True, slots=True)
class MembersChanged(Report):
    """What a command did that changes the members."""

    result: MembersResult

    def text(self, style: Style) -> str:
        """That the change is in force, or waits, and what it is."""
        result = self.result
        name = named(result.environment, style)
        if result.proposal is not None:
            return f"Signed; {name} stays as it is until there are enough signatures\n" + proposal_text(
                result.proposal, style
            )
        head = f"Changed the members of {name}, now version {result.members.version}:\n"
        return head + "".join("  " + change_text(each, style) for each in result.changes)

    def notes(self, style: Style) -> tuple[str, ...]:
        """What to push, so that others get it, and which branches can go."""
        del style
        result = self.result
        if result.proposal is not None:
            branch = printable(result.proposal.branch)
            others = " or ".join(map(printable, result.proposal.unsigned))
            environment = printable(result.environment.id)
            return (f"push {branch}; then {others} can run `jetenv members sign {environment}`",)
        return left_notes(result.left)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "in_force": result.proposal is None,
            "by": result.by,
            "version": result.members.version,
            "changes": [change_data(each) for each in result.changes],
            "commit": result.commit,
            "proposal": proposal_data(result.proposal) if result.proposal is not None else None,
            "left": list(result.left),
        }


@dataclass(frozen=True, slots=True)
class Dropped(Report):
    """What `jetenv members drop` did."""

    result: DropResult

    def text(self, style: Style) -> str:
        """The branches that were proposals."""
        del style
        return "".join(f"Dropped {printable(each.branch)}\n" for each in self.result.dropped)

    def notes(self, style: Style) -> tuple[str, ...]:
        """The branches that are left."""
        del style
        return left_notes(self.result.left)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "environment": environment_data(self.result.environment),
            "dropped": [proposal_data(each) for each in self.result.dropped],
            "left": list(self.result.left),
        }


def left_notes(left: tuple[str, ...]) -> tuple[str, ...]:
    """How branches of a proposal can go that are no longer of use."""
    remote = [ref.removeprefix("refs/remotes/").partition("/") for ref in left if ref.startswith("refs/remotes/")]
    notes = [
        f"{printable(name)} still has it: `git push {printable(name)} --delete {printable(branch)}` once all is pushed"
        for name, _, branch in remote
    ]
    local = [ref.removeprefix("refs/heads/") for ref in left if ref.startswith("refs/heads/")]
    return (*notes, *(f"{printable(name)} is checked out, so it was left" for name in local))
