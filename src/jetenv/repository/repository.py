"""One repository, as the other rooms see it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pygit2

from jetenv.repository.checkouts import Checkout, checkouts
from jetenv.repository.commits import Commits
from jetenv.repository.config import Config
from jetenv.repository.index import Index
from jetenv.repository.refs import Refs
from jetenv.repository.trees import Trees
from jetenv.repository.worktree import Worktree


class Repository:
    """A repository and, where it has one, the working tree from which it was opened.

    ``path`` is the git directory of that working tree, ``common_dir`` the one that all working trees share, and
    ``room`` the folder in it in which jetenv keeps what is its own. ``journal`` exists while a landing is under way,
    ``merge_record`` while a merge waits for its conflicts to be resolved.
    """

    def __init__(self, repo: pygit2.Repository, path: Path, common_dir: Path, workdir: Path | None) -> None:
        self.path = path
        self.common_dir = common_dir
        self.workdir = workdir
        self.room = common_dir / "jetenv"
        self.journal = self.room / "landing.json"
        self.merge_record = self.room / "merge.json"
        self.config = Config(path)
        self.trees = Trees(repo)
        self.refs = Refs(repo, path, self.checkouts)
        self.commits = Commits(repo, path)
        self.worktree = Worktree(path, workdir, self.refs, self.commits, self.trees)
        self.index = Index(path, common_dir / "objects", self.refs, self.worktree, self.trees)

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree here."""
        return self.workdir is None

    @cached_property
    def _main_path(self) -> Path | None:
        if self.path == self.common_dir:
            return self.workdir
        # Where a linked working tree has settings of its own, the main one's are not among those read in it.
        of_main = Config(self.common_dir)
        if of_main.get("core.bare") == "true":
            return None
        elsewhere = of_main.get("core.worktree")
        return (self.common_dir / elsewhere).resolve() if elsewhere else self.common_dir.parent

    def checkouts(self) -> list[Checkout]:
        """Every working tree of the repository, linked ones too, as it is now."""
        return checkouts(self.common_dir, self._main_path)
