"""What the check inside an ordinary command may load: the library that verifies signatures only where there is one."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = "import sys; import jetenv.access.{name}; print(*sys.modules)"
_DECISION = {"cryptography", "ruamel", "hashlib", "json", "jetenv.access.public_keys", "jetenv.documents.parsing"}


def loaded(name: str) -> set[str]:
    command = [sys.executable, "-c", _PROGRAM.format(name=name)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", ["authorize", "members", "protection"])
def test_the_decision_loads_neither_a_parser_nor_cryptography(name: str) -> None:
    assert not loaded(name) & _DECISION


@pytest.mark.parametrize("name", ["chain", "folder", "history", "joining", "keys", "signing", "sshsig"])
def test_cryptography_is_loaded_where_a_signature_is_checked(name: str) -> None:
    assert "cryptography" not in loaded(name)


@pytest.mark.parametrize("name", ["judging", "folder", "effects"])
def test_a_change_that_leaves_the_members_alone_is_judged_without_what_reads_signatures(name: str) -> None:
    assert not loaded(name) & {"jetenv.access.chain", "jetenv.access.sshsig", "json"}
