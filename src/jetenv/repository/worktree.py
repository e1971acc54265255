"""The working tree in which a command runs: what is uncommitted there, and switching it to another branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.checkouts import operation_in
from jetenv.repository.commits import Commits
from jetenv.repository.failures import EditsInTheWayError, explain, git_errors
from jetenv.repository.ignored import refuse_ignored
from jetenv.repository.interrupts import change_made, interrupts_deferred
from jetenv.repository.listing import all_files, tracked_files, untracked_files
from jetenv.repository.objects import Oid, TreeChange
from jetenv.repository.process import run_git
from jetenv.repository.refs import Refs
from jetenv.repository.settling import Settling
from jetenv.repository.trees import Trees, decode_path

# What git says once it has begun to write files; everything else it finds out before.
_HALF_WAY = re.compile(r"unable to (?:write|create) file|write error|filter .*failed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WorktreeStatus:
    """What differs from HEAD, by path in path order, and the operation that git has under way (``merge``, …)."""

    staged: tuple[str, ...] = ()
    unstaged: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    conflicted: tuple[str, ...] = ()
    operation: str | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is uncommitted and nothing under way."""
        return not (self.staged or self.unstaged or self.untracked or self.conflicted or self.operation)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path with something uncommitted, in path order."""
        return tuple(sorted({*self.staged, *self.unstaged, *self.untracked, *self.conflicted}))


def read_status(git_dir: Path, path: Path, *, untracked: bool = True) -> WorktreeStatus:
    """The status of the working tree at ``path``; content inside submodules is left out."""
    done = run_git(
        "status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=dirty",
        f"--untracked-files={'all' if untracked else 'no'}",
        git_dir=git_dir, work_tree=path, read_only=True, doing="reading the status of the working tree",
    )  # fmt: skip
    staged, unstaged, new, conflicted = [], [], [], []
    for record in done.stdout.split(b"\0"):
        kind = record[:1]
        if kind == b"1":
            fields = record.split(b" ", 8)
            name = decode_path(fields[8])
            if fields[1][:1] != b".":
                staged.append(name)
            if fields[1][1:] != b".":
                unstaged.append(name)
        elif kind == b"u":
            conflicted.append(decode_path(record.split(b" ", 10)[10]))
        elif kind == b"?":
            new.append(decode_path(record[2:]))
    return WorktreeStatus(
        tuple(sorted(staged)),
        tuple(sorted(unstaged)),
        tuple(sorted(new)),
        tuple(sorted(conflicted)),
        operation_in(git_dir),
    )


def edits_in_the_way(changes: Mapping[str, TreeChange], status: WorktreeStatus) -> list[str]:
    """The uncommitted paths that ``changes`` touch, with those in a folder that becomes a file or is one to come."""
    dirty = status.paths
    touched = set(changes)
    above = {path[:at] for path in changes for at, character in enumerate(path) if character == "/"}
    return [
        path
        for path in dirty
        if path in touched
        or path in above
        or any(path[:at] in touched for at, character in enumerate(path) if character == "/")
    ]


class Worktree:
    """The working tree of one repository; every method raises JetenvError in a bare one."""

    def __init__(self, git_dir: Path, path: Path | None, refs: Refs, commits: Commits, trees: Trees) -> None:
        self._git_dir = git_dir
        self._path = path
        self._refs = refs
        self._commits = commits
        self._trees = trees

    @property
    def path(self) -> Path:
        """The folder of the working tree."""
        if self._path is None:
            raise JetenvError(
                "this repository is bare: it has no working tree", hint="run the command in a clone or a `git worktree`"
            )
        return self._path

    def merge_heads(self) -> tuple[Oid, ...]:
        """The commits that a merge which git has under way here brings, none where there is no such merge."""
        with git_errors("reading the merge under way"), suppress(FileNotFoundError):
            return tuple(Oid(line) for line in (self._git_dir / "MERGE_HEAD").read_text("ascii").split())
        return ()

    def status(self) -> WorktreeStatus:
        """What is uncommitted."""
        return read_status(self._git_dir, self.path)

    def operation(self) -> str | None:
        """What git has under way (``merge``, ``rebase``, ``cherry-pick``, ``revert``, ``bisect``), or None."""
        return operation_in(self._git_dir)

    def files(self) -> list[str]:
        """The paths that git tracks here, present or not, and those of the files that it would take in."""
        return all_files(self._git_dir, self.path)

    def untracked(self) -> list[str]:
        """The paths that git neither tracks nor ignores; a repository of its own is one path with a slash."""
        return untracked_files(self._git_dir, self.path)

    def switch(self, branch: str) -> None:
        """Check out the local branch ``branch`` as `git switch` does, carrying uncommitted edits along.

        Raises EditsInTheWayError, having touched nothing, where an edit would be lost, and JetenvError while an
        operation is under way, another working tree has the branch checked out, or a file cannot be written: those
        that were written by then are as they were.
        """
        path = self.path
        target = self._refs.tip(branch)
        if target is None:
            raise UsageError(f"there is no branch '{branch}'", hint="see `jetenv list` and `git branch --all`")
        refuse_operation(self.operation(), f"switching to '{branch}'")
        with interrupts_deferred():
            done = run_git(
                "switch",
                "--quiet",
                "--no-guess",
                "--no-recurse-submodules",
                "--no-overwrite-ignore",
                branch,
                git_dir=self._git_dir,
                work_tree=path,
                hooks=True,
            )
            if done.code == 0:
                change_made()
                return
            if "resolve your current index first" in done.stderr:
                refuse_conflicts(self.status().conflicted, f"switching to '{branch}'")
            head = self._refs.head().oid
            old_tree = self._commits.get(head).tree if head else None
            changes = self._trees.changes(old_tree, self._commits.get(target).tree)
            if "would be overwritten" in done.stderr or "lose untracked files" in done.stderr:
                edits = edits_in_the_way(changes, self.status())
                if not edits:
                    refuse_ignored(
                        f"switching to '{branch}'", path, changes, partial(tracked_files, self._git_dir, path)
                    )
                raise EditsInTheWayError(f"switching to '{branch}'", edits)
            if _HALF_WAY.search(done.stderr):
                self._take_back(changes)
        raise explain(done.stderr, f"switching to '{branch}'")

    def _take_back(self, changes: Mapping[str, TreeChange]) -> None:
        """Bring the files of ``changes`` back to what the index has, where git stopped writing them half-way.

        git moves the index last. Files that hold neither version are somebody's edits and stay.
        """
        back = {path: TreeChange(change.new, change.old) for path, change in changes.items()}
        git = partial(run_git, git_dir=self._git_dir, work_tree=self.path)
        with suppress(JetenvError):  # what stopped git is what is to be told
            Settling(self.path, back, git, interrupted=True).run()


def refuse_operation(operation: str | None, doing: str, where: str | None = None) -> None:
    """Raise RefusedError where git has something under way."""
    if operation is None:
        return
    finish = "`git bisect reset`" if operation == "bisect" else f"`git {operation} --continue` or `--abort`"
    raise RefusedError(
        f"{doing} has to wait: a {operation} is in progress", where=where, hint=f"end it first: {finish}"
    )


def refuse_conflicts(paths: tuple[str, ...], doing: str, where: str | None = None) -> None:
    """Raise RefusedError naming the files whose conflicts are not resolved."""
    listed = f": {', '.join(paths[:10])}" if paths else ""
    raise RefusedError(
        f"{doing} has to wait: there are unresolved conflicts{listed}",
        where=where,
        hint="resolve them and `git add` the files, or take them back with `git restore --staged --worktree`",
    )
