"""Requests to join: who is to become a member, or to get another key, shows with a signature to hold the key.

Without it an admin could give one person's key another person's name. The signature stands beside the members file
that first has the key, as ``signatures/<member>.<digest>.join.sig``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re

from jetenv.access.namespaces import JOIN
from jetenv.access.sshsig import SignatureError, verify

_NAME = re.compile(r"(?P<member>[a-z0-9][a-z0-9_-]{0,62})\.(?P<digest>[0-9a-f]{16})\.join\.sig")


def request(project: str, environment: str, member: str, key: str) -> bytes:
    """What the holder of ``key`` signs in the namespace ``jetenv-join`` to become ``member`` of an environment.

    ``project`` and ``environment`` are uids, ``key`` is canonical text.
    """
    values = {"project": project, "environment": environment, "member": member, "key": key}
    lines = ["jetenv join request", *(f"{name}: {json.dumps(value)}" for name, value in values.items())]
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
    from jetenv.access.sshsig import read

    member = member_of(name)
    if member is None:
        raise SignatureError("this is not the name of a request to join")
    key = read(signature).key
    verify(signature, request(project, environment, member, key), JOIN)
    if file_name(member, key) != name:
        raise SignatureError("the request to join is by another key than its name says")
    return key
