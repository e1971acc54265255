"""``age:PATH#key``: a file encrypted with age to SSH keys, those of members, say; git may track it.

It is opened with the private key in the file that ``JETENV_AGE_IDENTITY`` names, else with those of ``~/.ssh``
(``id_ed25519``, ``id_rsa``). A key with a passphrase cannot be used: nothing may ask for it here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage

from jetenv.credentials.fields import pick
from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError
from jetenv.credentials.resolvers.files import read, without_last_break

VARIABLE = "JETENV_AGE_IDENTITY"
_IN_HOME = ("id_ed25519", "id_rsa")


def resolve(reference: Reference, context: Context) -> bytes | str:
    """The decrypted content without its last line break, or the value of the key. Raises ResolutionError."""
    data = read(reference, context, tracked=True)
    identities, unusable = _identities(context)
    if not identities:
        because = f": {', '.join(unusable)}" if unusable else ""
        raise ResolutionError(
            Cause.DENIED, f"there is no key to open it with{because}", hint=f"name a private key in {VARIABLE}"
        )
    failure = ResolutionError(
        Cause.DENIED, "it is not encrypted to your key", hint="ask somebody who can open it to add your public key"
    )
    try:
        content: bytes = pyrage.decrypt(data, identities)
    except pyrage.DecryptError as error:
        if "matching keys" not in str(error).lower():
            failure = ResolutionError(Cause.INVALID, "the file is not one of age, or is damaged")
        raise failure from None
    if reference.field is None:
        return without_last_break(content)
    return pick(content, reference.path, reference.field)


def _identities(context: Context) -> tuple[list[Any], list[str]]:
    """The keys that can be used, and why others cannot."""
    found: list[Any] = []
    unusable: list[str] = []
    for file in _files(context):
        try:
            data = file.read_bytes()
        except OSError:
            unusable.append(f"{file} cannot be read")
            continue
        try:
            found += _keys(data)
        except (pyrage.IdentityError, ValueError):
            unusable.append(f"{file} is no private key, or has a passphrase")
    return found, unusable


def _files(context: Context) -> Iterator[Path]:
    named = context.environ.get(VARIABLE)
    if named:
        yield Path(named)
        return
    home = Path(context.environ.get("HOME", "~")) / ".ssh"
    yield from (home / name for name in _IN_HOME if (home / name).is_file())


def _keys(data: bytes) -> list[Any]:
    if b"PRIVATE KEY-----" in data:
        return [pyrage.ssh.Identity.from_buffer(data)]
    lines = (line.strip() for line in data.decode().splitlines())
    found = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    if not found:
        raise ValueError("no key")
    return found
