"""On a disk with ever more space left, each command changes nothing, or does all of its job."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

COMMANDS = {
    "merge": ("merge", "staging", "production"),
    "pin": ("pin", "production", "3.1"),
    "color": ("color", "staging", "purple"),
    "create": ("create", "qa", "--switch"),
    "switch": ("switch", "staging"),
    "commit": ("commit",),
    "rename": ("rename", "production", "Live"),
    "rename --id": ("rename", "staging", "qa", "--id"),
    "set": ("set", "pages/home#name", "Hello"),
}


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_whole_or_refused(name: str, disk: Path, leave, on_staging: Path, jetenv, git):
    page = on_staging / "pages/home.yaml"
    page.write_text(page.read_text() + "# a note\n" * 2000)
    jetenv("commit", cwd=on_staging)
    jetenv("switch", "production", cwd=on_staging)
    repo = disk / "project"

    def state() -> tuple[str, str, str, dict[Path, bytes]]:
        files = {path: path.read_bytes() for path in repo.rglob("*") if path.is_file() and ".git" not in path.parts}
        refs = git("for-each-ref", cwd=repo) + git("symbolic-ref", "HEAD", cwd=repo)
        return refs, git("status", "--porcelain", cwd=repo), (repo / ".git/config").read_text(), files

    pages, done = 0, 0
    while done < 2:
        assert pages < 200
        shutil.rmtree(repo, ignore_errors=True)
        shutil.copytree(on_staging, repo, symlinks=True)
        git("update-index", "-q", "--refresh", cwd=repo)
        if name == "commit":
            (repo / "menu.yaml").write_text((repo / "menu.yaml").read_text() + "# a note\n" * 500)
        before = state()
        leave(pages)
        ran = jetenv(*COMMANDS[name], cwd=repo, check=False)
        leave(None)
        assert ran.code in {0, 3}, ran
        done += ran.code == 0
        assert (state() == before) is (ran.code == 3), f"{pages} pages left: {ran}"
        if ran.code:
            assert "free some space, then run the command again" in ran.stderr
        assert not [path for path in (repo / ".git").rglob("*.lock") if path.parent.name != "jetenv"]
        assert not (repo / ".git/jetenv/landing.json").exists()
        pages += 1
