"""``kill -9`` at any moment of a merge: refs are before or after, no edit is gone, and the next command goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).parent / "jetenv")
SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 52))]
COLOR, INTERVAL = "theme#colors.primary", "pages/orders#queries[totals].refresh_interval"
NOTE = "teams/notes.txt"


@dataclass(frozen=True, slots=True)
class Case:
    """A repository in which a merge of staging into production conflicts in two places and brings more files.

    A tracked file and an untracked one have edits that nobody committed.
    """

    root: Path
    before: str
    theirs: str
    run: Callable[..., str]

    def killed(self, seed: int, *arguments: str) -> None:
        """Run a command and kill it at some moment, with what it started or alone."""
        moments = random.Random(f"{seed} {arguments}")
        running = subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moments.uniform(0.05, 1.2))
        if moments.random() < 0.5:
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.send_signal(signal.SIGKILL)
        running.wait()

    def edits_are_there(self) -> None:
        """What the person wrote, and nothing else, is uncommitted."""
        assert (self.root / NOTE).read_text() == "mine\n"
        assert (self.root / "untracked.txt").read_text() == "mine too\n"
        assert self.run("status", "--porcelain").split("\n") == [f" M {NOTE}", "?? untracked.txt"]

    def merged(self) -> bool:
        """Whether production is the merge; else it is as it was."""
        tip = self.run("rev-parse", "production")
        if tip == self.before:
            return False
        assert self.run("rev-list", "--parents", "-n1", tip).split()[1:] == [self.before, self.theirs]
        self.run("verify-commit", tip)
        return True


@pytest.fixture
def case(orders_with_staging: Path, git) -> Case:
    """Nothing is merged yet."""
    root = orders_with_staging
    (root / NOTE).write_text("theirs\n")
    git("add", "-A", cwd=root)
    git("commit", "-qm", "notes", cwd=root)
    for branch, color, interval in (("production", "#B45309", "60"), ("staging", "#0F766E", "300")):
        git("switch", "-q", branch, cwd=root)
        for path, old, new in (
            ("theme.yaml", '"#1D4ED8"', f'"{color}"'),
            ("pages/orders.yaml", "refresh_interval: 120", f"refresh_interval: {interval}"),
        ):
            text = (root / path).read_text()
            (root / path).write_text(text.replace(old, new, 1))
        if branch == "staging":
            for number in range(20):
                (root / f"notes/{number}.yaml").parent.mkdir(exist_ok=True)
                (root / f"notes/{number}.yaml").write_text(f"number: {number}\n")
        git("add", "-A", cwd=root)
        git("commit", "-qm", f"edit on {branch}", cwd=root)
    git("switch", "-q", "production", cwd=root)
    (root / NOTE).write_text("mine\n")
    (root / "untracked.txt").write_text("mine too\n")
    tips = [git("rev-parse", each, cwd=root) for each in ("production", "staging")]
    return Case(root, tips[0], tips[1], lambda *arguments: git(*arguments, cwd=root))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_is_killed_is_whole_or_did_not_happen(seed, case: Case, jetenv) -> None:
    """First a merge that lands by itself, then one that is kept, resolved and completed: each is killed, 208 in all."""
    case.killed(seed, "merge", "staging", "production", "--theirs")
    jetenv("status", cwd=case.root)
    case.edits_are_there()
    if case.merged():
        assert 'primary: "#0F766E"' in (case.root / "theme.yaml").read_text()
        case.run("reset", "-q", "--keep", case.before)
    case.killed(seed, "merge", "staging", "production")
    found = json.loads(jetenv("conflicts", "--json", cwd=case.root, check=False).stdout)
    if found["merge"] is None:
        jetenv("merge", "staging", "production", cwd=case.root, check=False)
    jetenv("resolve", COLOR, "--theirs", cwd=case.root)
    case.killed(seed, "resolve", INTERVAL, "--ours")
    found = json.loads(jetenv("conflicts", "--json", cwd=case.root, check=False).stdout)
    states = {each["path"]: each["state"] for each in found["conflicts"]}
    assert states.pop("theme.yaml") == "resolved"
    assert states.pop("pages/orders.yaml") in ("resolved", "remembered", "open")
    case.edits_are_there()
    assert not case.merged()
    jetenv("resolve", INTERVAL, "--ours", cwd=case.root)
    case.killed(seed, "merge", "--continue")
    found = json.loads(jetenv("conflicts", "--json", cwd=case.root, check=False).stdout)
    case.edits_are_there()
    assert case.merged() == (found["merge"] is None)
    if found["merge"] is not None:
        jetenv("merge", "--continue", cwd=case.root)
        assert case.merged()
    case.edits_are_there()
    assert 'primary: "#0F766E"' in (case.root / "theme.yaml").read_text()
    assert "refresh_interval: 60" in (case.root / "pages/orders.yaml").read_text()
    assert len(list((case.root / "notes").iterdir())) == 20
