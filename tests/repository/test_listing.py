"""Listing files as git sees them."""

from __future__ import annotations

import os
from pathlib import Path

from jetenv.repository.listing import foreign_files, tracked_files


def test_files_are_those_of_the_index_and_those_that_git_would_take_in(opened, fill, repo: Path, git):
    fill({".gitignore": "*.log\n", "kept": "1", "gone": "1"})
    (repo / "gone").unlink()
    (repo / "new folder").mkdir()
    for name in ("new folder/é", "debug.log", os.fsdecode(b"\xff")):
        (repo / name).touch()
    git("init", "-q", repo / "inner")
    (repo / "inner/file").touch()
    assert sorted(opened.worktree.untracked()) == ["inner/", "new folder/é", "\udcff"]
    assert sorted(opened.worktree.files()) == [".gitignore", "gone", "inner/", "kept", "new folder/é", "\udcff"]
    assert sorted(tracked_files(repo / ".git", repo)) == [".gitignore", "gone", "kept"]


def test_a_folder_elsewhere_is_listed_by_its_own_rules(fill, repo: Path, tmp_path: Path):
    fill({"a": "1"})
    folder = tmp_path / "elsewhere"
    (folder / "build").mkdir(parents=True)
    (folder / ".gitignore").write_text("build/\n")
    for name in ("a", "b.yaml", "b.yaml~", "build/x"):
        (folder / name).touch()
    taken, ignored = foreign_files(repo / ".git", folder, ["*~"])
    assert (sorted(taken), sorted(ignored)) == ([".gitignore", "a", "b.yaml"], ["b.yaml~", "build/"])


def test_without_an_index_nothing_is_tracked(tmp_path: Path):
    assert tracked_files(tmp_path / ".git", tmp_path) == []
