"""The index of a working tree: what is staged, what a commit of the files would hold, and committing it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import explain, git_errors, told
from jetenv.repository.interrupts import change_made, interrupts_deferred
from jetenv.repository.objects import Oid, TreeEntry
from jetenv.repository.process import run_git
from jetenv.repository.refs import Refs
from jetenv.repository.trees import Trees, decode_path, encode_path
from jetenv.repository.worktree import Worktree

_COMMIT_REFUSED = 1  # the exit code of git commit where a hook refuses, or there is nothing to commit
_WHOLE = ("-c", "core.sparseCheckout=false")  # also what a sparse checkout would leave out, once it is there
_EVERYWHERE = (*_WHOLE, "--literal-pathspecs")
_LOCK_PATIENCE = 1.0  # seconds; editors refresh the index now and then
_COMMIT_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg")
_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")


@dataclass(frozen=True, slots=True)
class Staged:
    """What an index holds.

    ``files`` are the resolved entries by path, ``unresolved`` the paths in conflict, which are not among them, and
    ``absent`` the paths of ``files`` that a sparse checkout leaves out of the working tree.
    """

    files: Mapping[str, TreeEntry]
    unresolved: tuple[str, ...]
    absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """An index with what the files of the working tree have different from it.

    ``unchanged`` are the paths of those that hold what is staged, byte for byte but for line endings; git knows most of
    them by their times and sizes, and has read none of those. Paths under a filter, ``ident`` or an encoding of their
    own and those that git was told to take for unchanged are never among them. ``untracked`` is what git would take in;
    a repository of its own is one path with a slash.
    """

    staged: Staged
    unchanged: frozenset[str]
    untracked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Files of a working tree as git would keep them: what stands at each path that exists, and its content by id."""

    entries: Mapping[str, TreeEntry]
    read: Callable[[Oid], bytes]


class Index:
    """The index of one working tree; every method raises JetenvError in a bare repository."""

    def __init__(self, git_dir: Path, objects: Path, refs: Refs, worktree: Worktree, trees: Trees) -> None:
        """``objects`` is the folder in which the repository keeps its objects."""
        self._git_dir = git_dir
        self._objects = objects
        self._refs = refs
        self._worktree = worktree
        self._trees = trees

    def read(self, file: Path | None = None) -> Staged:
        """What is staged now; ``file`` is another index than that of the working tree, as git names it to a hook."""
        return self._compared(file).staged

    def compared(self) -> Compared:
        """What is staged now, and which files of the working tree differ from it."""
        found = self._compared(None, "--cached", "--modified", "--deleted", "--others", "--exclude-standard")
        return replace(found, unchanged=found.unchanged.difference(self._converted()))

    def _compared(self, index: Path | None, *options: str) -> Compared:
        files: dict[str, TreeEntry] = {}
        unresolved: dict[str, None] = {}
        absent: set[str] = set()
        changed: set[str] = set()
        untracked: list[str] = []
        for record in self._listed("--stage", "-v", *options, index=index):
            head, _, path = record.partition("\t")
            tag = head[0]
            if tag == "?":
                untracked.append(record[2:])
                continue
            _, mode, oid, stage = head.split(" ")
            if stage != "0":
                unresolved[path] = None
                continue
            files[path] = TreeEntry(Oid(oid), int(mode, 8))
            if tag != "H":  # a small letter stands for what is to be taken for unchanged
                (absent if tag in "Ss" else changed).add(path)
        unchanged = files.keys() - changed - absent
        return Compared(Staged(files, tuple(unresolved), frozenset(absent)), frozenset(unchanged), tuple(untracked))

    def _converted(self) -> list[str]:
        """The paths that hold something else in the working tree than in git, whatever times and sizes say."""
        return self._listed(":(top,exclude,attr:!filter !ident !working-tree-encoding)")

    def _listed(self, *arguments: str, index: Path | None = None) -> list[str]:
        done = run_git(
            "--no-literal-pathspecs", "ls-files", "-z", *arguments,
            git_dir=self._git_dir, work_tree=self._worktree.path, index=index, doing="reading the index",
            read_only=True,
        )  # fmt: skip
        return [decode_path(record) for record in done.stdout.split(b"\0") if record]

    def tree_with(self, paths: Sequence[str]) -> Oid:
        """The tree of what is staged together with the files at ``paths`` as they are now, gone ones removed.

        The index itself stays as it is. Raises JetenvError where there are unresolved conflicts beside ``paths``.
        """
        doing = "reading changed files"
        with self._copied() as copy:
            git = partial(run_git, git_dir=self._git_dir, work_tree=self._worktree.path, index=copy, doing=doing)
            if paths:
                git(*_EVERYWHERE, "add", "--all", *_FROM_STDIN, data=_names(paths))
            done = git("write-tree")
        return Oid(done.stdout.decode("ascii").strip())

    @contextmanager
    def kept(self, paths: Sequence[str]) -> Iterator[Kept]:
        """The files at ``paths`` after the filters and line endings under which git takes them in.

        Nothing is written into the repository, which may be read-only. A path with a slash at its end, a repository of
        its own, is left out.
        """
        with tempfile.TemporaryDirectory(prefix="jetenv-") as folder, git_errors("reading changed files"):
            scratch, copy = Path(folder) / "objects", Path(folder) / "index"
            (scratch / "info").mkdir(parents=True)
            (scratch / "info" / "alternates").write_bytes(os.fsencode(self._objects) + b"\n")
            if (self._git_dir / "index").exists():
                shutil.copy2(self._git_dir / "index", copy)
            wanted = [path for path in paths if not path.endswith("/")]
            if wanted:
                run_git(
                    *_EVERYWHERE, "-c", "core.looseCompression=0", "add", "--all", *_FROM_STDIN,
                    git_dir=self._git_dir, work_tree=self._worktree.path, index=copy, objects=scratch,
                    data=_names(wanted), doing="reading changed files",
                )  # fmt: skip
            files = self.read(copy).files
            yield Kept({path: files[path] for path in wanted if path in files}, self._trees.beside(scratch))

    def commit(self, tree: Oid, parents: Sequence[Oid], message: str, signing_key: str) -> None:
        """Commit ``tree`` as `git commit --all` does what it finds, hooks and all; the index then holds it.

        ``parents`` are HEAD and what a merge under way brings, as they are to be. ``signing_key`` is a value of
        ``user.signingkey`` for SSH; an empty ``message`` means the one that git has prepared, for a merge. Raises
        JetenvError, with the index as it was, where git or a hook refuses and where ``parents`` are others by now.
        Once the branch has moved the commit is made, whatever stopped git or this process afterwards.
        """
        git = partial(run_git, git_dir=self._git_dir, work_tree=self._worktree.path, index=self._lock)
        with self._locked():
            before = self._refs.head().oid
            if tuple(parents) != (*([before] if before else ()), *self._worktree.merge_heads()):
                raise JetenvError("what is checked out changed meanwhile", hint="run the command again")
            self._hold(tree, git)
            try:
                done = git(
                    *_WHOLE, "-c", "gpg.format=ssh", "-c", f"user.signingkey={signing_key}",
                    "commit", "--quiet", "--gpg-sign",
                    *(("--cleanup=whitespace", "--file=-") if message else ("--no-edit",)),
                    data=message.encode("utf-8", "surrogateescape"), hooks=True,
                )  # fmt: skip
                if done.code:
                    # What a hook says has words of its own for everything.
                    raise (told if done.code == _COMMIT_REFUSED else explain)(done.stderr, "committing")
                self._put()
            except BaseException as error:
                with interrupts_deferred():
                    if self._refs.head().oid != before:
                        self._put()
                        return
                    if isinstance(error, JetenvError) and error.hint is None and (hooks := self._commit_hooks()):
                        error.hint = (
                            f"see whether a hook refused it ({', '.join(hooks)}); `git commit --no-verify` runs none"
                        )
                raise

    @property
    def _lock(self) -> Path:
        """The index to come, and what keeps others from the present one: as git has it, also for its hooks."""
        return self._git_dir / "index.lock"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + _LOCK_PATIENCE
        while True:
            with git_errors("locking the index"):
                try:
                    self._lock.open("xb").close()
                    break
                except FileExistsError as error:
                    if time.monotonic() > deadline:
                        raise explain(f"Unable to create '{self._lock}': File exists", "locking the index") from error
            time.sleep(0.02)
        try:
            yield
        finally:
            with git_errors("unlocking the index"):
                for each in (self._lock, self._lock.with_name("index.lock.lock")):  # a killed git leaves the second
                    each.unlink(missing_ok=True)

    def _hold(self, tree: Oid, git: Callable[..., object]) -> None:
        """Have the index to come hold ``tree``, with what is known of files that are the same in the present one."""
        index = self._git_dir / "index"
        known = index.exists()
        with git_errors("copying the index"):
            if known:
                shutil.copy2(index, self._lock)
        options = (*(("-i", "-m") if known else ()), "--no-sparse-checkout", "--no-recurse-submodules")
        git("read-tree", *options, tree, doing="writing the index")

    def _put(self) -> None:
        with interrupts_deferred(), git_errors("writing the index"):
            change_made()
            self._lock.replace(self._git_dir / "index")

    def _commit_hooks(self) -> list[str]:
        """The hooks that git runs before a commit, as paths."""
        done = run_git("rev-parse", "--git-path", "hooks", git_dir=self._git_dir, work_tree=self._worktree.path)
        folder = self._worktree.path / done.text
        return [str(folder / name) for name in _COMMIT_HOOKS if os.access(folder / name, os.X_OK)]

    @contextmanager
    def _copied(self) -> Iterator[Path]:
        """A copy of the index, with its time, by which git knows which entries to look at again."""
        index, room = self._git_dir / "index", self._git_dir / "jetenv"
        copy = room / f"snapshot-{os.getpid()}"
        try:
            with git_errors("copying the index"):
                room.mkdir(exist_ok=True)
                if index.exists():
                    shutil.copy2(index, copy)
            yield copy
        finally:
            with git_errors("removing the copy of the index"):
                copy.unlink(missing_ok=True)
                copy.with_name(copy.name + ".lock").unlink(missing_ok=True)


def _names(paths: Sequence[str]) -> bytes:
    return b"\0".join(encode_path(path) for path in paths)
