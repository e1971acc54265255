"""The pre-commit hook: what is staged is checked, whatever git commits it from; other hooks stay and are run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]
INVALID = "name: Home\ncomponents: nothing\n"
FRAMEWORK = Path(sys.executable).parent / "pre-commit"


@pytest.fixture
def root(minimal: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose git finds jetenv."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return minimal


@pytest.fixture
def commit(root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``commit(*args)``: what a plain ``git commit`` with a message ends with."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "commit", "-qm", "change", *args]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    return run


def script(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o755)


def test_what_is_invalid_is_not_committed(jetenv: Runner, git: Runner, root: Path, commit: Runner) -> None:
    assert "Installed the pre-commit hook" in jetenv("hooks", "install", cwd=root).stdout
    (root / "pages/home.yaml").write_text(INVALID)
    git("add", "-A", cwd=root)
    ran = commit()
    assert ran.returncode == 1
    assert "pages/home.yaml:2:13" in ran.stderr
    assert "\x1b[36mhint:" in jetenv("pre-commit", cwd=root, env={"JETENV_COLOR": "always"}, check=False).stderr
    (root / "pages/home.yaml").write_text("name: Home\ncomponents: []\n")
    git("add", "-A", cwd=root)
    assert commit().returncode == 0


def test_what_is_not_staged_does_not_count(jetenv: Runner, git: Runner, root: Path, commit: Runner) -> None:
    jetenv("hooks", "install", cwd=root)
    (root / "notes.txt").write_text("x\n")
    git("add", "notes.txt", cwd=root)
    (root / "pages/home.yaml").write_text(INVALID)
    assert commit().returncode == 0


@pytest.mark.parametrize("arguments", [("-a",), ("pages/home.yaml",), ("-i", "pages/home.yaml")])
def test_the_index_that_git_commits_from_counts(
    jetenv: Runner, root: Path, commit: Runner, arguments: tuple[str, ...]
) -> None:
    """``git commit -a`` and ``git commit FILE`` commit from an index of their own."""
    jetenv("hooks", "install", cwd=root)
    (root / "pages/home.yaml").write_text(INVALID)
    ran = commit(*arguments)
    assert (ran.returncode, "pages/home.yaml" in ran.stderr) == (1, True)


def test_it_works_in_a_linked_working_tree_and_below_the_top(jetenv: Runner, git: Runner, root: Path) -> None:
    jetenv("hooks", "install", cwd=root)
    other = root.parent / "other"
    git("worktree", "add", "-q", "-b", "topic", other, cwd=root)
    (other / "pages/home.yaml").write_text(INVALID)
    ran = subprocess.run(
        ["git", "commit", "-qam", "x"], cwd=other / "pages", capture_output=True, text=True, check=False
    )
    assert (ran.returncode, "pages/home.yaml" in ran.stderr) == (1, True)


def test_the_hook_that_was_there_is_run_first_and_comes_back(
    jetenv: Runner, git: Runner, root: Path, commit: Runner
) -> None:
    hook = root / ".git/hooks/pre-commit"
    script(hook, f'echo "$0" >> "{root.parent}/log"', f'test ! -e "{root.parent}/stop"')
    before = hook.read_bytes()
    ran = jetenv("hooks", "install", cwd=root)
    assert "is kept as pre-commit.local" in ran.stdout
    (root / "notes.txt").write_text("x\n")
    git("add", "-A", cwd=root)
    assert commit().returncode == 0
    assert (root.parent / "log").read_text().count("pre-commit.local") == 1
    (root.parent / "stop").touch()
    assert commit("--allow-empty").returncode == 1
    jetenv("hooks", "uninstall", cwd=root)
    assert hook.read_bytes() == before
    assert not hook.with_name("pre-commit.local").exists()


def test_installing_twice_or_trying_it_changes_nothing(jetenv: Runner, root: Path) -> None:
    hook = root / ".git/hooks/pre-commit"
    assert "Nothing was changed" in jetenv("hooks", "install", "--dry-run", cwd=root).stdout
    assert not hook.exists()
    jetenv("hooks", "install", cwd=root)
    content = hook.read_bytes()
    assert jetenv("hooks", "install", cwd=root).stdout == "The pre-commit hook is installed already\n"
    assert hook.read_bytes() == content
    jetenv("hooks", "uninstall", cwd=root)
    assert not hook.exists()
    assert jetenv("hooks", "uninstall", cwd=root).stdout == "The pre-commit hook is not installed\n"


def test_two_hooks_to_keep_are_refused(jetenv: Runner, root: Path) -> None:
    hooks = root / ".git/hooks"
    script(hooks / "pre-commit", "exit 0")
    script(hooks / "pre-commit.local", "exit 0")
    ran = jetenv("hooks", "install", cwd=root, check=False)
    assert (ran.code, "two hooks to keep" in ran.stderr) == (1, True)
    assert (hooks / "pre-commit").read_text() == (hooks / "pre-commit.local").read_text()


def test_the_folder_that_git_looks_in_is_respected(jetenv: Runner, git: Runner, root: Path) -> None:
    git("config", "core.hooksPath", ".githooks", cwd=root)
    jetenv("hooks", "install", cwd=root)
    assert (root / ".githooks/pre-commit").exists()
    assert not (root / ".git/hooks/pre-commit").exists()


def test_hooks_that_are_shared_with_other_repositories_are_left_alone(
    jetenv: Runner, git: Runner, root: Path, tmp_path: Path
) -> None:
    git("config", "core.hooksPath", tmp_path / "shared", cwd=root)
    ran = jetenv("hooks", "install", cwd=root, check=False)
    assert (ran.code, "shares with others" in ran.stderr) == (1, True)
    assert not (tmp_path / "shared").exists()


def test_without_jetenv_commits_go_through_and_it_is_said(
    jetenv: Runner, git: Runner, root: Path, commit: Runner
) -> None:
    jetenv("hooks", "install", cwd=root)
    hook = root / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace("jetenv --version", "jetenv-gone --version"))
    (root / "pages/home.yaml").write_text(INVALID)
    git("add", "-A", cwd=root)
    ran = commit()
    assert (ran.returncode, "was not checked" in ran.stderr) == (0, True)


def test_status_tells_all_three(jetenv: Runner, root: Path) -> None:
    assert jetenv("hooks", "status", cwd=root, check=False).code == 1
    jetenv("hooks", "install", cwd=root)
    jetenv("hooks", "install", "--diff-driver", cwd=root)
    ran = jetenv("hooks", "status", cwd=root)
    assert ran.stdout == (
        "merge driver  not installed\n"
        "diff driver   active: git shows changes of YAML by field\n"
        "pre-commit    active: what is staged is checked before a commit\n"
    )
    data = json.loads(jetenv("hooks", "status", "--json", cwd=root).stdout)
    assert {name: data[name]["active"] for name in ("merge_driver", "diff_driver", "pre_commit")} == {
        "merge_driver": False,
        "diff_driver": True,
        "pre_commit": True,
    }


def manifest(root: Path, git: Runner) -> tuple[Path, str]:
    """A repository that offers the hooks of jetenv, as its own does, and its commit."""
    source = root.parent / "jetenv-source"
    source.mkdir()
    shutil.copy(Path(__file__).parents[2] / ".pre-commit-hooks.yaml", source)
    git("init", "-q", cwd=source)
    git("add", "-A", cwd=source)
    git("commit", "-qm", "Offer hooks", cwd=source)
    return source, git("rev-parse", "HEAD", cwd=source)


@pytest.mark.skipif(not FRAMEWORK.exists(), reason="the pre-commit framework is not installed")
def test_the_framework_runs_it(jetenv: Runner, git: Runner, root: Path, commit: Runner) -> None:
    """The real framework, which takes its hooks from a repository beside it and installs nothing."""
    source, revision = manifest(root, git)
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": "jetenv-system"}]}]}
    (root / ".pre-commit-config.yaml").write_text(json.dumps(config))
    subprocess.run([FRAMEWORK, "install"], cwd=root, check=True, capture_output=True)
    git("add", "-A", cwd=root)
    ran = commit()
    assert ran.returncode == 0, ran.stderr
    (root / "pages/home.yaml").write_text(INVALID)
    ran = commit("-a")
    assert (ran.returncode, "pages/home.yaml:2:13" in ran.stdout + ran.stderr) == (1, True)


@pytest.mark.skipif(not FRAMEWORK.exists(), reason="the pre-commit framework is not installed")
@pytest.mark.parametrize("framework_first", [True, False])
def test_beside_the_framework_each_is_run_once(
    jetenv: Runner, git: Runner, root: Path, commit: Runner, framework_first: bool
) -> None:
    log = root.parent / "log"
    hook = {"id": "own", "name": "own", "language": "system", "entry": f"sh -c 'echo x >> {log}'", "always_run": True}
    (root / ".pre-commit-config.yaml").write_text(
        json.dumps({"repos": [{"repo": "local", "hooks": [{**hook, "pass_filenames": False}]}]})
    )
    install = [lambda: subprocess.run([FRAMEWORK, "install"], cwd=root, check=True, capture_output=True)]
    install.insert(framework_first, lambda: jetenv("hooks", "install", cwd=root))
    for each in install:
        each()
    git("add", "-A", cwd=root)
    ran = commit()
    assert ran.returncode == 0, ran.stderr
    assert log.read_text() == "x\n"
    (root / "pages/home.yaml").write_text(INVALID)
    assert commit("-a").returncode == 1
