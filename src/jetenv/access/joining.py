"""Requests to join: who is to become a member, or to get another key, shows with a signature to hold the key.

Without it an admin could give one person's key another person's name. The signature stands beside the members file
that first has the key, as ``signatures/<member>.<digest>.join.sig``. On its way to the admin it is a file of its own:
the text that is signed, then the armored signature, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass

from jetenv.access.namespaces import JOIN
from jetenv.access.sshsig import SignatureError, read, verify
from jetenv.errors import DeniedError

MAX_SIZE = 32 * 1024  # two RSA keys of the greatest size and a signature by one take about 20 KiB

_HEAD = "jetenv join request"
_FIELDS = ("project", "environment", "member", "key")
_ARMOR = b"-----BEGIN SSH SIGNATURE-----\n"

_NAME = re.compile(r"(?P<member>[a-z0-9][a-z0-9_-]{0,62})\.(?P<digest>[0-9a-f]{16})\.join\.sig")


def request(project: str, environment: str, member: str, key: str) -> bytes:
    """What the holder of ``key`` signs in the namespace ``jetenv-join`` to become ``member`` of an environment.

    ``project`` and ``environment`` are uids, ``key`` is canonical text.
    """
    values = {"project": project, "environment": environment, "member": member, "key": key}
    lines = [_HEAD, *(f"{name}: {json.dumps(value)}" for name, value in values.items())]
    return ("\n".join(lines) + "\n").encode()


def file_name(member: str, key: str) -> str:
    """The name of the file in ``signatures/`` that shows that ``member`` holds ``key``."""
    digest = hashlib.sha256(base64.b64decode(key.partition(" ")[2])).hexdigest()
    return f"{member}.{digest[:16]}.join.sig"


def member_of(name: str) -> str | None:
    """The member whose request the file ``name`` would be; None where it is not the name of one."""
    match = _NAME.fullmatch(name)
    return match["member"] if match else None


def proven_key(name: str, signature: bytes, project: str, environment: str) -> str:
    """The key that the file ``name`` with the content ``signature`` shows its member to hold.

    Raises SignatureError where it shows nothing.
    """
    member = member_of(name)
    if member is None:
        raise SignatureError("this is not the name of a request to join")
    key = read(signature).key
    verify(signature, request(project, environment, member, key), JOIN)
    if file_name(member, key) != name:
        raise SignatureError("the request to join is by another key than its name says")
    return key


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A request to join whose signature holds: whoever made it has ``key`` and asks to be ``member``.

    ``project`` and ``environment`` are uids; ``signature`` is armored, as it stands beside the members file.
    """

    project: str
    environment: str
    member: str
    key: str
    signature: bytes


def parse_request(data: bytes, path: str) -> JoinRequest:
    """The request to join that the bytes of a file are. Raises DeniedError where they are none, or it does not hold."""
    hint = "ask for another one: `jetenv members join` makes it"
    if len(data) > MAX_SIZE:
        raise DeniedError(f"a request to join has at most {MAX_SIZE} bytes", where=path, hint=hint)
    text, begin, rest = data.partition(_ARMOR)
    try:
        values = _values(text)
        found = JoinRequest(**values, signature=begin + rest)
        if member_of(file_name(found.member, found.key)) != found.member:
            raise SignatureError("it names no member id")
        if (
            proven_key(file_name(found.member, found.key), found.signature, found.project, found.environment)
            != found.key
        ):
            raise SignatureError("it is signed with another key than it names")
    except DeniedError as error:
        raise DeniedError(f"the request to join does not hold: {error.message}", where=path, hint=hint) from None
    except (ValueError, RecursionError):
        raise DeniedError("this is no request to join", where=path, hint=hint) from None
    return found


def _values(text: bytes) -> dict[str, str]:
    """The fields of the text that is signed. Raises ValueError where it is not exactly as ``request`` writes it."""
    lines = text.decode("utf-8").split("\n")
    pairs = [line.partition(": ") for line in lines[1:-1]]
    values = {name: json.loads(value) for name, _, value in pairs}
    if tuple(values) != _FIELDS or not all(isinstance(value, str) for value in values.values()):
        raise ValueError("other fields")
    if request(**values) != text:
        raise ValueError("another form")
    return values
