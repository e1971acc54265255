"""The file that lets plain git verify what members sign: `git verify-commit`, `git log --show-signature`.

It is a convenience for people. What jetenv trusts is decided from the members files alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from jetenv.access.public_keys import parse_public_key
from jetenv.errors import JetenvError
from jetenv.repository.failures import git_errors
from jetenv.repository.repository import Repository

_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


def allow_signers(repo: Repository, signers: Iterable[tuple[str, str]]) -> Path:
    """Add (member id, public key) pairs to the repository's file and make git use it; returns its path.

    Those who were in it stay, so that what they signed once still shows as theirs. Raises JetenvError for an id that
    could be read as more than one name (blanks, commas, line breaks, patterns).
    """
    path = repo.room / "allowed_signers"
    lines = [_line(principal, key) for principal, key in signers]
    with git_errors("writing the allowed signers"):
        repo.room.mkdir(exist_ok=True)
        known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        merged = [*known, *(line for line in dict.fromkeys(lines) if line not in known)]
        if merged != known:
            draft = path.with_name("allowed_signers.new")
            draft.write_text("".join(line + "\n" for line in merged), encoding="utf-8")
            draft.replace(path)
    if repo.config.get("gpg.ssh.allowedsignersfile") != str(path):
        repo.config.set("gpg.ssh.allowedSignersFile", str(path))
    return path


def _line(principal: str, key: str) -> str:
    if not _PRINCIPAL.fullmatch(principal):
        raise JetenvError(f"{principal!r} cannot stand in a file of allowed signers", hint="use a member id like ada")
    return f'{principal} namespaces="git,jetenv-*" {parse_public_key(key)}'
