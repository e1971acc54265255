"""The command line called in this process, and a command that fails as it is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.cli import main, registry

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """``call(*argv) -> (exit code, stdout, stderr)``, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*argv: str) -> tuple[int, str, str]:
        code = main.main(list(argv))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def faulty(call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``call`` where ``jetenv faulty HOW`` fails in the way ``tests/cli/faulty.py`` lists."""
    row = registry.Command("Files", "faulty", "faulty", "Fail")
    row.module = "faulty"
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setitem(registry.COMMANDS, "faulty", row)
    yield call
    sys.modules.pop("faulty", None)
