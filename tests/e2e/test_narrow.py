"""Reports on a terminal that is 20 columns wide: whole, in lines that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest

from jetenv.reports.style import width_of

COLUMNS = 20
LOOKS = re.compile("\x1b\\[[0-9;]*m")
REPORTS = {
    "diff": ("diff", "production", "staging"),
    "diff side by side": ("diff", "production", "staging", "--side-by-side"),
    "diff --stat": ("diff", "production", "staging", "--stat"),
    "plan": ("plan", "staging", "production"),
    "validate": ("validate",),
    "list": ("list",),
    "status": ("status",),
}


def on_a_terminal(arguments: tuple[str, ...], cwd: Path) -> tuple[list[str], int]:
    """The lines that a command writes to a terminal of so many columns, without colours, and its exit code."""
    command = str(Path(sys.executable).parent / "jetenv")
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.chdir(cwd)
            environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
            os.execve(command, [command, *arguments], environ | {"TERM": "xterm-256color"})
        finally:
            os._exit(127)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    written = b""
    try:
        while data := os.read(terminal, 65536):
            written += data
    except OSError:
        pass  # Linux says so at the end
    finally:
        os.close(terminal)
    _, status = os.waitpid(child, 0)
    text = written.decode().replace("\r\n", "\n")
    return text.splitlines(), os.waitstatus_to_exitcode(status)


@pytest.fixture
def changed(orders_with_staging: Path, git) -> Path:
    """The example project on staging, which has changes of many kinds, and one mistake that is not committed."""
    root = orders_with_staging
    git("switch", "-q", "staging", cwd=root)
    menu, page = root / "menu.yaml", root / "pages" / "orders.yaml"
    menu.write_text(menu.read_text().replace("label: Orders", "label: All orders of the shop"))
    page.write_text(page.read_text().replace("where o.status in ('paid', 'picking')", "where o.status in ('paid')"))
    (root / "pages" / "shipments.yaml").rename(root / "pages" / "parcels.yaml")
    for path in (menu, *(root / "teams").iterdir()):
        path.write_text(re.sub(r"((?:page|object|home_page): )shipments$", r"\1parcels", path.read_text(), flags=re.M))
    git("add", "-A", cwd=root)
    git("commit", "-qm", "Rework", cwd=root)
    page.write_text(page.read_text().replace("collection: orders-db/orders", "collection: orders-db/ordres", 1))
    return root


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_whole_and_fits(report: str, changed: Path) -> None:
    lines, code = on_a_terminal(REPORTS[report], changed)
    text = "".join(LOOKS.sub("", line) for line in lines)
    assert code == (1 if report == "validate" else 0), text
    assert "Traceback" not in text
    assert [line for line in lines if width_of(line) > COLUMNS] == []
    told = "".join(text.split())
    names = {"list": ["production", "staging"], "validate": ["orders-db/ordres", "dangling-ref"]}
    for name in names.get(report, ["orders", "parcels", "menu"]):
        assert name in told
