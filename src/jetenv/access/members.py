"""The members file of an environment: a record with exactly one sequence of bytes for each content.

Signatures cover the bytes, and every version names the digest of the one before, so bytes that are not what ``render``
makes are refused. The form: block style, the fields in the order of the records below, two columns of indentation
(sequences too), numbers and null plain, every string in double quotes as JSON writes it without escaping letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jetenv.errors import JetenvError

if TYPE_CHECKING:
    from jetenv.documents.nodes import Source

FORMAT = 1
ROLES = ("viewer", "editor", "admin")
MAX_SIZE = 256 * 1024
MAX_MEMBERS = 500
MAX_KEYS = 16
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_UID = re.compile(r"[0-9a-z][0-9a-z-]{7,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEMBER_FIELDS = ("id", "name", "role", "keys")
_FIELDS = ("format", "project", "environment", "version", "previous", "threshold", "members")


@dataclass(frozen=True, slots=True)
class Member:
    """A person or machine: a role, and the public keys (canonical text, no comment) that sign for it."""

    id: str
    name: str
    role: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """Who may do what in one environment; ``previous`` is the digest of the version before, None in the first of all.

    ``project`` and ``environment`` are the uids of the default environment and of this one.
    """

    project: str
    environment: str
    version: int
    previous: str | None
    threshold: int
    members: tuple[Member, ...]
    format: int = FORMAT

    def holder(self, key: str) -> Member | None:
        """The member who signs with ``key`` (canonical text), or None."""
        return next((member for member in self.members if key in member.keys), None)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all members, in canonical text."""
        return frozenset(key for member in self.members for key in member.keys)

    def member(self, id_: str) -> Member | None:
        """The member called ``id_``, or None."""
        return next((member for member in self.members if member.id == id_), None)

    @property
    def admins(self) -> tuple[str, ...]:
        """The ids of the admins."""
        return tuple(member.id for member in self.members if member.role == "admin")

    @property
    def is_default(self) -> bool:
        """Whether this is the members file of the project's default environment."""
        return self.project == self.environment


class MembersError(JetenvError):
    """A members file that breaks a rule of its format."""


def digest(data: bytes) -> str:
    """The SHA-256 of a members file's bytes, in hex, as the next version names it."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def render(members: Members) -> bytes:
    """The canonical bytes. Raises MembersError for content that ``parse`` would refuse."""
    _check(members, "")
    lines = [
        f"format: {members.format}",
        f"project: {_quoted(members.project)}",
        f"environment: {_quoted(members.environment)}",
        f"version: {members.version}",
        f"previous: {_quoted(members.previous) if members.previous is not None else 'null'}",
        f"threshold: {members.threshold}",
        "members:",
    ]
    for member in members.members:
        lines += [
            f"  - id: {_quoted(member.id)}",
            f"    name: {_quoted(member.name)}",
            f"    role: {_quoted(member.role)}",
            "    keys:",
            *(f"      - {_quoted(key)}" for key in member.keys),
        ]
    return ("\n".join(lines) + "\n").encode()


def parse(data: bytes, *, path: str = "members.yaml") -> Members:
    """The record of a members file.

    Raises DocumentError for what is no YAML, and MembersError with ``path:line:column`` for unknown, missing or wrong
    fields, keys too weak or not canonical, members or keys named twice, more than there may be of anything, and bytes
    that are not the canonical ones.
    """
    from jetenv.documents.parsing import parse as parse_source
    from jetenv.documents.values import to_data

    if len(data) > MAX_SIZE:
        raise MembersError(f"the file has {len(data)} bytes and may have {MAX_SIZE}", where=path)
    source = parse_source(data, path=path)
    reader = _Reader(source, path)
    top = reader.mapping((), to_data(source.root), _FIELDS)
    if top["format"] != FORMAT:
        raise reader.error(("format",), f"the format {top['format']!r} is not known", "update jetenv")
    items = top["members"]
    if not isinstance(items, list):
        raise reader.error(("members",), "members has to be a list")
    members = Members(
        project=reader.text(("project",), top["project"]),
        environment=reader.text(("environment",), top["environment"]),
        version=reader.number(("version",), top["version"]),
        previous=None if top["previous"] is None else reader.text(("previous",), top["previous"]),
        threshold=reader.number(("threshold",), top["threshold"]),
        members=tuple(reader.member(("members", position), item) for position, item in enumerate(items)),
    )
    _check(members, path)
    if render(members) != data:
        raise MembersError(
            "the file is not in its canonical form, so its signatures cannot hold",
            where=path,
            hint="take the file from the last commit again; only jetenv writes it",
        )
    return members


class _Reader:
    def __init__(self, source: Source, path: str) -> None:
        self._source = source
        self._path = path

    def error(self, at: tuple[str | int, ...], message: str, hint: str | None = None) -> MembersError:
        from jetenv.documents.locate import find

        root = self._source.root
        line, column = self._source.place(find(root, at).start) if root is not None else (1, 1)
        return MembersError(message, where=f"{self._path}:{line}:{column}", hint=hint)

    def mapping(self, at: tuple[str | int, ...], data: object, fields: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(data, dict):
            raise self.error(at, f"a mapping with {', '.join(fields)} is needed here")
        for name in [*fields, *data]:
            if name not in data:
                raise self.error(at, f"the field '{name}' is missing")
            if name not in fields:
                raise self.error((*at, name), f"the field '{name}' is not known", "a newer jetenv may have written it")
        return data

    def text(self, at: tuple[str | int, ...], value: object) -> str:
        if not isinstance(value, str):
            raise self.error(at, f"{at[-1]} has to be text")
        return value

    def number(self, at: tuple[str | int, ...], value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(at, f"{at[-1]} has to be a whole number")
        return value

    def member(self, at: tuple[str | int, ...], item: object) -> Member:
        data = self.mapping(at, item, _MEMBER_FIELDS)
        keys = data["keys"]
        if not isinstance(keys, list):
            raise self.error((*at, "keys"), "keys has to be a list")
        id_, name, role = (self.text((*at, field), data[field]) for field in ("id", "name", "role"))
        return Member(id_, name, role, tuple(self.text((*at, "keys", n), key) for n, key in enumerate(keys)))


def _check(members: Members, path: str) -> None:
    admins = sum(member.role == "admin" for member in members.members)
    ids = [member.id for member in members.members]
    keys = [key for member in members.members for key in member.keys]
    problems = (
        (members.format != FORMAT, f"the format {members.format!r} is not known"),
        (not _UID.fullmatch(members.project), "project is not a uid"),
        (not _UID.fullmatch(members.environment), "environment is not a uid"),
        (members.version < 1, "version counts from 1"),
        (members.previous is not None and not _DIGEST.fullmatch(members.previous), "previous is not a SHA-256 in hex"),
        (admins == 0, "there has to be an admin"),
        (
            not 1 <= members.threshold <= max(admins, 1),
            f"threshold has to be between 1 and {admins}, the admins there are",
        ),
        (len(ids) > MAX_MEMBERS, f"there are {len(ids)} members and may be {MAX_MEMBERS}"),
        (len(set(ids)) != len(ids), "a member is named twice"),
        (len(set(keys)) != len(keys), "a key is named twice"),
    )
    for wrong, message in problems:
        if wrong:
            raise MembersError(message, where=path or None)
    for member in members.members:
        _check_member(member, path)


def _check_member(member: Member, path: str) -> None:
    import unicodedata

    from jetenv.access.public_keys import parse_public_key

    where = path or None
    if not _ID.fullmatch(member.id):
        raise MembersError(
            f"{member.id!r} is not a member id", where=where, hint="use lower-case letters, digits, - and _"
        )
    name = member.name
    if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= 200:
        raise MembersError(
            f"the name of member '{member.id}' has to be 1 to 200 visible characters on one line", where=where
        )
    if not unicodedata.is_normalized("NFC", name):
        raise MembersError(f"the name of member '{member.id}' is not in Unicode's normal form NFC", where=where)
    if member.role not in ROLES:
        raise MembersError(f"'{member.role}' is not a role", where=where, hint=f"roles are {', '.join(ROLES)}")
    if not 1 <= len(member.keys) <= MAX_KEYS:
        raise MembersError(f"member '{member.id}' has {len(member.keys)} keys and needs 1 to {MAX_KEYS}", where=where)
    for key in member.keys:
        if parse_public_key(key, where) != key:
            raise MembersError(f"a key of member '{member.id}' carries more than type and base64", where=where)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
