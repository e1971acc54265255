"""Bringing a working tree from one commit to another without ever losing an edit or leaving a half-done one.

The new index is built in a copy, `git read-tree -m -u` checking and updating the files, and replaces the real one at
the end. Meanwhile ``index.lock`` keeps other git processes out. The lock holds a token, so that what a crash left
behind can be told from the lock of a running git and taken away.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jetenv.repository.checkouts import Checkout, operation_in
from jetenv.repository.failures import EditsInTheWayError, explain, git_errors
from jetenv.repository.ignored import refuse_ignored
from jetenv.repository.listing import tracked_files
from jetenv.repository.objects import SUBMODULE, Oid, TreeChange
from jetenv.repository.process import Finished, run_git
from jetenv.repository.reserve import disk_space
from jetenv.repository.settling import Settling
from jetenv.repository.trees import encode_path
from jetenv.repository.worktree import edits_in_the_way, read_status, refuse_conflicts, refuse_operation

_REFUSAL = re.compile(
    r"not uptodate\. cannot|would be (?:overwritten|removed)|lose untracked|overlaps with|resolve your current index",
    re.IGNORECASE,
)
_INDEX_ENTRY = 128  # bytes beside the path: the entry, its padding, and its share of the extensions
_LOCK_PATIENCE = 1.0  # seconds; editors refresh the index now and then


@dataclass(frozen=True, slots=True)
class Step:
    """From the tree ``old`` to the tree ``new``, which differ by ``changes``."""

    old: Oid
    new: Oid
    changes: Mapping[str, TreeChange]

    def reversed(self) -> Step:
        """The way back."""
        back = {path: TreeChange(change.new, change.old) for path, change in self.changes.items()}
        return Step(self.new, self.old, back)


class Follow:
    """One working tree on its way from one tree to another."""

    def __init__(self, checkout: Checkout, step: Step, token: str, held: Sequence[int] = ()) -> None:
        """``held`` are file descriptors that git keeps open, so that a lock on them outlives this process."""
        self.checkout = checkout
        self.step = step
        self._token = token.encode()
        self._held = held
        self._doing = f"updating the working tree {checkout.path}"
        self._index = checkout.git_dir / "index"
        self._lock = checkout.git_dir / "index.lock"
        self._room = checkout.git_dir / "jetenv"
        self._copy = self._room / "index"

    def lock(self) -> None:
        """Take the index lock; JetenvError where another git process keeps it."""
        with git_errors("locking the index"):
            self._room.mkdir(exist_ok=True)
            mark = self._room / "index.token"
            mark.write_bytes(self._token)
            deadline = time.monotonic() + _LOCK_PATIENCE
            while True:
                try:
                    self._take(mark)
                    break
                except FileExistsError as error:
                    if time.monotonic() > deadline:
                        raise explain(f"Unable to create '{self._lock}': File exists", "locking the index") from error
                    time.sleep(0.02)
            mark.unlink()

    def _take(self, mark: Path) -> None:
        try:
            os.link(mark, self._lock)  # so that the lock never exists without its token
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links, or one that cannot be written at all
            with self._lock.open("xb") as lock:
                lock.write(self._token)

    def unlock(self) -> None:
        """Give back the index lock if it is ours, and drop the copy."""
        with git_errors("unlocking the index"):
            self._drop_copy()
            (self._room / "index.token").unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                if self._lock.read_bytes() == self._token:
                    self._lock.unlink()

    def check(self) -> None:
        """Raise, with nothing touched, where following would lose an edit or an operation is under way."""
        refuse_operation(operation_in(self.checkout.git_dir), self._doing)
        self._copy_index()
        self._git("update-index", "-q", "--refresh")
        self._read_tree("-n", "-u")
        refuse_ignored(self._doing, self.checkout.path, self.step.changes, self._tracked)

    def _tracked(self) -> list[str]:
        return tracked_files(self.checkout.git_dir, self.checkout.path)

    @contextmanager
    def space(self, size_of: Callable[[Oid], int]) -> Iterator[None]:
        """Hold as much disk space as ``apply`` may need; JetenvError where there is less.

        ``size_of`` is the size of a blob. Line endings and other encodings may double it in the working tree; what a
        filter makes of it is not known before.
        """
        news = {
            path: change.new
            for path, change in self.step.changes.items()
            if change.new is not None and change.new.mode != SUBMODULE
        }
        folders = {path[:at] for path in news for at, character in enumerate(path) if character == "/"}
        files = [2 * size_of(entry.oid) for entry in news.values()] + [1] * len(folders)
        index = (self._copy.stat().st_size if self._copy.exists() else 0) + sum(
            len(encode_path(path)) + _INDEX_ENTRY for path in news
        )
        with disk_space(self.checkout.path, files, self._doing), disk_space(self._room, [index], self._doing):
            yield

    def apply(self) -> None:
        """Update files and index after a ``check``. Where this raises, the files may be half-way: ``settle`` them."""
        self._read_tree("-u")
        self._replace_index()

    def settle(self, *, forward: bool, interrupted: bool) -> None:
        """Bring index and files wholly to the new tree, or with ``forward=False`` to the old one, from in between.

        Files that hold neither version are somebody's edits and stay, except that with ``interrupted`` the beginning
        of a version counts as that version half-written. Raises EditsInTheWayError where such an edit was staged too.
        """
        step = self.step if forward else self.step.reversed()
        self._copy_index()
        self._read_tree("-i", step=step)
        settled = Settling(self.checkout.path, step.changes, self._git, interrupted)
        settled.run()
        self._git("update-index", "-q", "--refresh")
        self._replace_index()

    def _read_tree(self, *options: str, step: Step | None = None) -> None:
        old, new = (step or self.step).old, (step or self.step).new
        done = self._git("read-tree", "-m", *options, "--no-recurse-submodules", old, new)
        if done.code == 0:
            return
        if not _REFUSAL.search(done.stderr):
            raise explain(done.stderr, self._doing)
        status = read_status(self.checkout.git_dir, self.checkout.path)
        if status.conflicted:
            refuse_conflicts(status.conflicted, self._doing)
        raise EditsInTheWayError(self._doing, edits_in_the_way(self.step.changes, status))

    def _copy_index(self) -> None:
        with git_errors("copying the index"):
            self._drop_copy()
            if self._index.exists():
                shutil.copy2(
                    self._index, self._copy
                )  # with its time, by which git knows which entries to look at again

    def _drop_copy(self) -> None:
        for leftover in (self._copy, self._copy.with_name("index.lock")):  # a killed git leaves its lock
            leftover.unlink(missing_ok=True)

    def _replace_index(self) -> None:
        with git_errors("replacing the index"):
            self._copy.replace(self._index)

    def _git(self, *arguments: str, data: bytes = b"", doing: str = "") -> Finished:
        return run_git(
            *arguments,
            git_dir=self.checkout.git_dir,
            work_tree=self.checkout.path,
            index=self._copy,
            data=data,
            pass_fds=self._held,
            doing=doing,
        )
