"""Invitations: what somebody needs to know to ask to become a member, before having a clone.

An invitation is a note, not a proof: it is not signed, and what it says gives nobody a right. The role it names is the
one that the admin means to give; which one is given, the admin says again when the request comes. It carries the digest
of the root, so that who clones the project can compare.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from jetenv.access.changing import check_role
from jetenv.access.public_keys import looks_like_public_key, parse_public_key
from jetenv.errors import JetenvError, UsageError

MAX_SIZE = 64 * 1024
MAX_KEY_LIST = 256 * 1024
FORMAT = 1

_FIELDS = ("format", "project", "environment", "id", "member", "role", "root", "keys")
_MEMBER = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_UID = re.compile(r"[0-9a-z][0-9a-z-]{7,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENVIRONMENT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited to what. ``project`` and ``environment`` are uids, ``id`` is the environment's id.

    ``root`` is the digest of the project's first members file, None where the inviting clone has pinned none. ``keys``
    are the only ones that are expected, in canonical text; any is where they are empty.
    """

    project: str
    environment: str
    id: str
    member: str
    role: str
    root: str | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedKey:
    """A line of a list of keys that is not taken, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys of a list in the format of ``authorized_keys``, and the lines that were refused."""

    keys: tuple[str, ...]
    refused: tuple[RefusedKey, ...]


def check_member_id(id_: str) -> str:
    """``id_`` where a member can have it. Raises UsageError otherwise, with one that can be."""
    if _MEMBER.fullmatch(id_):
        return id_
    import unicodedata

    plain = unicodedata.normalize("NFKD", id_).encode("ascii", "ignore").decode().lower()
    proposal = re.sub(r"[^a-z0-9_]+", "-", plain)[:63].strip("-_")
    raise UsageError(
        f"{id_[:80]!r} cannot be a member's id: it has lower-case ASCII letters, digits, _ and - only",
        hint=f"try '{proposal}'" if proposal else None,
    )


def render_invitation(invitation: Invitation) -> str:
    """The text of an invitation, which says what to do with it."""
    file = f"{invitation.member}.invitation"
    values: dict[str, object] = {
        "format": FORMAT,
        "project": invitation.project,
        "environment": invitation.environment,
        "id": invitation.id,
        "member": invitation.member,
        "role": invitation.role,
        "root": invitation.root,
    }
    lines = [
        f"# You are invited to the environment '{invitation.id}' as '{invitation.member}'. Save this as a file and run",
        f"#   jetenv members join --invitation {file} --output {invitation.member}.join",
        f"# then send {invitation.member}.join back: it shows that you hold your SSH key. Nothing in it is secret.",
        *(f"{name}: {json.dumps(value)}" for name, value in values.items()),
        *(["keys:", *(f"  - {json.dumps(key)}" for key in invitation.keys)] if invitation.keys else ["keys: []"]),
    ]
    return "\n".join(lines) + "\n"


def parse_invitation(data: bytes, path: str) -> Invitation:
    """The invitation that the bytes of a file are. Raises JetenvError where they are none."""
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    if len(data) > MAX_SIZE:
        raise _none(path, f"it has more than {MAX_SIZE} bytes")
    content = to_data(parse(data, path=path).root)
    if not isinstance(content, dict) or "member" not in content or "environment" not in content:
        raise _none(path, "it lacks what one says")
    if content.get("format") != FORMAT:
        raise JetenvError(
            f"the format {content.get('format')!r} of this invitation is not known", where=path, hint="update jetenv"
        )
    unknown = [name for name in content if name not in _FIELDS]
    if unknown:
        raise _none(path, f"the field {str(unknown[0])[:80]!r} is not known")
    keys = content.get("keys") or []
    texts = {name: content.get(name) for name in ("project", "environment", "id", "member", "role")}
    if not isinstance(keys, list) or not all(isinstance(each, str) for each in [*texts.values(), *keys]):
        raise _none(path, "a field is no text")
    found = Invitation(
        **{name: str(value) for name, value in texts.items()}, root=content.get("root"), keys=tuple(keys)
    )
    _check(found, path)
    return found


def read_key_list(data: bytes, path: str) -> KeyList:
    """The keys of a list such as GitHub's ``https://github.com/NAME.keys``: one a line, as in ``authorized_keys``.

    Empty lines and lines that begin with ``#`` say nothing, and what stands behind a key is a comment. Options before a
    key are refused with the line: they restrict logins, and would be lost. Raises JetenvError for what is no text.
    """
    if len(data) > MAX_KEY_LIST:
        raise JetenvError(f"the list of keys has more than {MAX_KEY_LIST} bytes", where=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise JetenvError("the list of keys is not text", where=path) from None
    keys: list[str] = []
    refused: list[RefusedKey] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        key, reason = _listed_key(line)
        if key in keys:
            reason = "the key stands in a line before already"
        if reason is None and key is not None:
            keys.append(key)
        else:
            refused.append(RefusedKey(number, reason or "no key"))
    return KeyList(tuple(keys), tuple(refused))


def _listed_key(line: str) -> tuple[str | None, str | None]:
    if not looks_like_public_key(line):
        words = line.split()
        has_key = any(looks_like_public_key(word) for word in words[1:])
        return None, "options stand before the key, and would be lost: remove them" if has_key else "this is no SSH key"
    try:
        return parse_public_key(line), None
    except JetenvError as error:
        return None, error.message


def _check(invitation: Invitation, path: str) -> None:
    forms = (
        ("project", _UID, invitation.project),
        ("environment", _UID, invitation.environment),
        ("id", _ENVIRONMENT, invitation.id),
        ("member", _MEMBER, invitation.member),
        ("root", _DIGEST, invitation.root if invitation.root is not None else "0" * 64),
    )
    for name, form, value in forms:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _none(path, f"its {name} cannot be one")
    check_role(invitation.role)
    for key in invitation.keys:
        parse_public_key(key, path)


def _none(path: str, why: str) -> JetenvError:
    return JetenvError(
        f"this is no invitation: {why}", where=path, hint="ask for another one: `jetenv members invite` makes it"
    )
