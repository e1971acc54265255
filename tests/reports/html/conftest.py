"""A real browser, where one is installed, and what its accessibility is judged by."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from chromium import Chromium, executable

AXE = Path(__file__).parents[2] / "node" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium without a window."""
    program = executable()
    if program is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with Chromium(program, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def axe() -> str:
    """The source of axe-core."""
    if not AXE.exists():
        pytest.skip("no axe-core here: npm ci --prefix tests/node --ignore-scripts")
    return AXE.read_text("utf-8")
