"""Branches: where they point, and moving them by compare-and-swap.

Reading goes through libgit2. Every change goes through `git update-ref` with the value that is expected, which takes
the lock of the ref, writes the reflogs and runs the hooks as git does. A branch is always named in full
(``refs/heads/NAME``), so that no tag of the same name can stand in for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pygit2

from jetenv.errors import RefusedError, UsageError
from jetenv.repository.checkouts import Checkout
from jetenv.repository.failures import MalformedCommitError, RefMovedError, explain, git_errors
from jetenv.repository.interrupts import change_made, interrupts_deferred
from jetenv.repository.objects import NO_OID, Branch, Head, Oid
from jetenv.repository.process import run_git

_LOCAL = "refs/heads/"
_REMOTE = "refs/remotes/"
_ID = re.compile(r"[0-9a-f]{40}")
_SUFFIX = re.compile(r"[~^:]|@\{")


def check_branch_name(name: str) -> None:
    """Raise UsageError where git refuses ``name`` as the name of a branch."""
    valid = not name.startswith("-") and name != "HEAD" and "\0" not in name
    try:
        valid = valid and len(name.encode()) <= 240 and pygit2.reference_is_valid_name(_LOCAL + name)
    except (ValueError, UnicodeError):
        valid = False
    if not valid:
        raise UsageError(
            f"'{name}' cannot be the name of a branch",
            hint="use lower-case letters, digits and hyphens, like staging-2",
        )


class Refs:
    """The refs of one repository."""

    def __init__(self, repo: pygit2.Repository, git_dir: Path, checkouts: Callable[[], list[Checkout]]) -> None:
        """``checkouts`` tells which working trees there are now."""
        self._repo = repo
        self._git_dir = git_dir
        self._checkouts = checkouts

    def head(self) -> Head:
        """Where HEAD of this working tree points."""
        with git_errors("reading HEAD"):
            reference = self._repo.lookup_reference("HEAD")
            if isinstance(reference.target, str):
                name = reference.target.removeprefix(_LOCAL)
                return Head(name, self.tip(name))
            return Head(None, Oid(str(reference.target)))

    def tip(self, name: str) -> Oid | None:
        """The commit at which the local branch ``name`` points; None where there is no such branch."""
        return self._target(_LOCAL + name)

    def _target(self, ref: str) -> Oid | None:
        try:
            return Oid(str(self._repo.lookup_reference(ref).resolve().target))
        except (KeyError, ValueError):
            return None
        except pygit2.GitError as error:
            raise explain(str(error), f"reading {ref}") from error

    def point_head(self, branch: str) -> None:
        """Make HEAD name ``branch``, which may be unborn; index and files stay as they are."""
        run_git("symbolic-ref", "HEAD", _LOCAL + branch, git_dir=self._git_dir, doing="pointing HEAD at another branch")

    def remote_default(self, remote: str) -> str | None:
        """The branch at which the remote's HEAD pointed when it was cloned, or None where git does not know."""
        prefix = f"{_REMOTE}{remote}/"
        done = run_git("symbolic-ref", "--quiet", f"{prefix}HEAD", git_dir=self._git_dir, read_only=True)
        return done.text.removeprefix(prefix) if done.code == 0 else None

    def branches(self) -> list[Branch]:
        """Every local branch, then every remote-tracking one, each in name order; symbolic refs are left out."""
        done = run_git(
            "for-each-ref",
            "--format=%(refname)%00%(objectname)%00%(symref)",
            _LOCAL,
            _REMOTE,
            git_dir=self._git_dir,
            doing="listing the branches",
            read_only=True,
        )
        remotes = self._remotes()
        found = []
        for line in done.lines:
            ref, oid, symbolic = line.split("\0")
            if symbolic:
                continue
            if ref.startswith(_LOCAL):
                found.append(Branch(ref.removeprefix(_LOCAL), None, ref, Oid(oid)))
            else:
                remote, name = _split_remote(ref.removeprefix(_REMOTE), remotes)
                found.append(Branch(name, remote, ref, Oid(oid)))
        return found

    def _remotes(self) -> list[str]:
        with git_errors("reading the remotes"):
            return sorted((name for name in self._repo.remotes.names() if name), key=len, reverse=True)

    def resolve(self, rev: str) -> Oid:
        """The commit that ``rev`` names: a local branch first, then a remote-tracking one, then what git makes of it.

        Raises UsageError where it names none, and JetenvError where what it names is no commit that can be read.
        """
        match = _SUFFIX.search(rev)
        base, rest = (rev[: match.start()], rev[match.start() :]) if match else (rev, "")
        for prefix in (_LOCAL, _REMOTE):
            if base and self._target(prefix + base) is not None:
                base = prefix + base
                break
        try:
            commit = self._repo.revparse_single(base + rest).peel(pygit2.Commit)
        except (KeyError, ValueError, pygit2.GitError) as error:
            self._refuse_unreadable(base)
            raise UsageError(
                f"'{rev}' names no commit here",
                hint="see `jetenv list` for the environments and `git branch --all` for all branches",
            ) from error
        return Oid(str(commit.id))

    def _refuse_unreadable(self, base: str) -> None:
        """Raise JetenvError where ``base``, a full ref or id, is that of an object that cannot be read."""
        oid = base if _ID.fullmatch(base) else self._target(base) if base.startswith("refs/") else None
        if oid is None:
            return
        try:
            _ = self._repo[oid]
        except KeyError as error:
            if oid != base:
                raise explain("object not found", f"reading {base}") from error
        except (ValueError, pygit2.GitError) as error:
            raise MalformedCommitError(oid) from error

    def create(self, branch: str, oid: Oid, message: str) -> None:
        """Make the local branch ``branch`` at ``oid``.

        Raises RefusedError where it exists and UsageError where git refuses its name.
        """
        check_branch_name(branch)
        if not self._update(branch, oid, NO_OID, message):
            raise RefusedError(f"branch '{branch}' exists already", hint="choose another name, or delete it first")

    def move(self, branch: str, new: Oid, expected: Oid | None, message: str, *, held: Sequence[int] = ()) -> None:
        """Move ``branch`` from ``expected`` (None: it does not exist) to ``new``.

        Raises RefMovedError where it points elsewhere. Working trees are not touched: see ``journal.land``. ``held``
        are file descriptors that git keeps open, so that a lock on them lasts until the branch has moved or not.
        """
        if not self._update(branch, new, expected or NO_OID, message, held):
            raise RefMovedError(branch)

    def _update(self, branch: str, new: Oid, expected: Oid, message: str, held: Sequence[int] = ()) -> bool:
        with interrupts_deferred():
            done = run_git(
                "update-ref", "--create-reflog", "-m", _one_line(message), _LOCAL + branch, new, expected,
                git_dir=self._git_dir, pass_fds=held,
            )  # fmt: skip
            if done.code == 0:
                change_made()
                return True
        if (self.tip(branch) or NO_OID) != expected or re.search(
            r"is at [0-9a-f]+ but expected|reference already exists", done.stderr
        ):
            return False
        raise explain(done.stderr, f"moving branch '{branch}'")

    def delete(self, branch: str, expected: Oid, *, checked_out: bool = False, held: Sequence[int] = ()) -> None:
        """Delete ``branch`` with its reflog and configuration, as `git branch -D` does.

        Raises RefMovedError where it is not at ``expected`` and RefusedError where a working tree has it checked out,
        unless ``checked_out`` says that it then is to be unborn there. ``held`` as for ``move``.
        """
        for checkout in () if checked_out else self._checkouts():
            if branch in {checkout.branch, checkout.rebasing}:
                raise RefusedError(
                    f"branch '{branch}' is checked out, so it cannot be deleted",
                    where=str(checkout.path),
                    hint="switch to another branch there first",
                )
        with interrupts_deferred():
            done = run_git("update-ref", "-d", _LOCAL + branch, expected, git_dir=self._git_dir, pass_fds=held)
            if done.code:
                if self.tip(branch) != expected or "but expected" in done.stderr:
                    raise RefMovedError(branch)
                raise explain(done.stderr, f"deleting branch '{branch}'")
            change_made()
            run_git("config", "--local", "--remove-section", f"branch.{branch}", git_dir=self._git_dir)


def _split_remote(name: str, remotes: list[str]) -> tuple[str, str]:
    for remote in remotes:
        if name.startswith(remote + "/"):
            return remote, name[len(remote) + 1 :]
    remote, _, rest = name.partition("/")
    return remote, rest


def _one_line(message: str) -> str:
    return " ".join(message.split())
