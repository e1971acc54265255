"""docs/server.md: its commands run as they stand, and docs/security.md names a test for each threat."""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_commands_run_as_they_stand(orders_with_staging, tmp_path, run, git):
    blocks = re.findall(r"^```console\n(.*?)^```", (DOCS / "server.md").read_text(), re.DOTALL | re.MULTILINE)
    commands = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) == 5
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    said = [run(["sh", "-ec", command], tmp_path, {"PATH": path}) for command in commands]
    assert [each.code for each in said] == [0] * 5, said
    assert "active: every push is judged here" in said[3].stdout
    assert git("for-each-ref", "--format=%(refname)", cwd=tmp_path / "orders.git").split() == [
        "refs/heads/production",
        "refs/heads/staging",
    ]
    line = (tmp_path / "authorized_keys").read_text()
    assert line.startswith('restrict,command="') and "serve-git --stdio --repository" in line and "ssh-ed25519" in line


def test_each_threat_has_its_test():
    rows = re.findall(
        r"^\| (\d+) \|.*`(test_\w+\.py)::(test_\w+)` \|$", (DOCS / "security.md").read_text(), re.MULTILINE
    )
    assert [int(number) for number, _, _ in rows] == list(range(1, 22))
    for number, file, name in rows:
        assert f"def {name}(" in (Path(__file__).parents[1] / "threats" / file).read_text()
        assert name.startswith(f"test_{number}_")
