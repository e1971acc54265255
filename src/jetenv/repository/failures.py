"""What git, libgit2 and the file system complain about, as errors that say what to do next.

This is the only place that knows their wording.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jetenv.errors import JetenvError, RefusedError


class RefMovedError(JetenvError):
    """A branch is not where the operation was prepared for, so it was not moved."""

    def __init__(self, branch: str) -> None:
        super().__init__(
            f"branch '{branch}' moved meanwhile, so it was left as it is",
            hint="run the command again: it then starts from where the branch is now",
        )
        self.branch = branch


class MalformedCommitError(JetenvError):
    """Git cannot read a commit, by its id."""

    def __init__(self, oid: str) -> None:
        super().__init__(
            f"commit {oid} is malformed, so nothing can be read from it or built on it",
            hint="`jetenv verify` says how, where it is on an environment; move the branch back before it",
        )


class EditsInTheWayError(RefusedError):
    """Uncommitted work in ``paths`` would be lost, so nothing was touched."""

    def __init__(self, doing: str, paths: Sequence[str], *, where: str | None = None) -> None:
        listed = ", ".join(paths[:10]) + (f" and {len(paths) - 10} more" if len(paths) > 10 else "")
        super().__init__(
            f"{doing} would overwrite uncommitted changes in: {listed}"
            if paths
            else f"{doing} would overwrite uncommitted changes",
            where=where,
            hint="commit them (`jetenv commit`) or set them aside (`git stash --include-untracked`), then try again",
        )
        self.paths = tuple(paths)


_LOCK_HINT = "wait until the other git process is done; if none is running, remove the lock file"
_SPACE_HINT = "free some space, then run the command again"
_RIGHTS_HINT = "check the owner and the permissions of the repository"
_DAMAGE_HINT = "run `git fsck` to see what is damaged"

_SYMPTOMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), message, hint)
    for pattern, message, hint in (
        (r"unable to create '([^'\n]+\.lock)': File exists", "another git process holds the lock {0}", _LOCK_HINT),
        (r"could not lock config file ([^:]+): File exists", "another git process holds the lock {0}.lock", _LOCK_HINT),
        (r"failed to (?:create locked|lock) file '([^'\n]+)'", "another git process holds the lock {0}", _LOCK_HINT),
        (r"no space left|out of diskspace|disk quota exceeded|file too large", "the disk is full", _SPACE_HINT),
        (  # of a ref, git does not say why
            r"couldn't write '([^'\n]+)'|unable to append to '([^'\n]+)'",
            "{0} cannot be written",
            "see whether the disk is full: free some space, then run the command again",
        ),
        (r'open\("([^"\n]+)"\): (?i:permission denied)', "{0} cannot be read", "check the permissions of that file"),
        (r"read-only file system", "the file system is read-only", _RIGHTS_HINT),
        (
            r"insufficient permission|permission denied|operation not permitted",
            "permission to write or read the repository is denied",
            _RIGHTS_HINT,
        ),
        (
            r"dubious ownership[^']*'([^'\n]+)'|repository path '([^'\n]+)' is not owned by current user",
            "the repository {0} belongs to another user",
            "if you trust it, run `git config --global --add safe.directory {0}`",
        ),
        (
            r"unsupported extension name extensions\.refstorage|unknown ref storage format|extensions.*refstorage",
            "the repository keeps its refs in a format (reftable) that jetenv cannot read",
            "convert it with `git refs migrate --ref-format=files`",
        ),
        (
            r"unknown object format|extensions\.objectformat",
            "the repository uses SHA-256 object ids, which jetenv cannot read yet",
            "use a repository made with `git init --object-format=sha1`",
        ),
        (
            r"'([^'\n]+)' exists; cannot create '([^'\n]+)'",
            "{1} cannot exist beside {0}",
            "choose a name that is not a folder of an existing branch name, or the other way round",
        ),
        (r"'([^'\n]+)' is already (?:checked out|used by worktree) at '([^'\n]+)'",
            "branch '{0}' is checked out in another working tree, {1}",
            "work on it there, or remove it with `git worktree remove`"),
        (
            r"object not found|missing (?:blob|tree|commit)|bad object|unable to read (?:tree|sha1|[0-9a-f]{40})",
            "an object is missing from the repository",
            "fetch it (`git fetch`, in a partial clone `git fetch --refetch --no-filter`), or run `git fsck`",
        ),
    )
)  # fmt: skip


def explain(text: str, doing: str, where: str | None = None) -> JetenvError:
    """The error for what git or libgit2 said in ``text`` while jetenv was ``doing`` something."""
    for pattern, message, hint in _SYMPTOMS:
        match = pattern.search(text)
        if match:
            groups = [group for group in match.groups() if group]
            return JetenvError(f"{doing} failed: {message.format(*groups)}", where=where, hint=hint.format(*groups))
    return told(text, doing, where)


def told(text: str, doing: str, where: str | None = None) -> JetenvError:
    """The error that repeats what git, or a hook of it, said in ``text``."""
    lines = [re.sub(r"^(?:fatal|error): ", "", line).strip().rstrip(".") for line in text.splitlines()]
    said = "; ".join(line for line in lines if line and not line.startswith("hint:")) or "git did not say why"
    return JetenvError(f"{doing} failed: {said}", where=where, hint=_DAMAGE_HINT if "corrupt" in said else None)


def from_os_error(error: OSError, doing: str) -> JetenvError:
    """The error for a failed system call."""
    where = str(error.filename) if error.filename is not None else None
    if error.errno == errno.ENOENT and where in {"git", "ssh-keygen"}:
        return JetenvError(f"{doing} failed: {where} was not found", hint=f"install {where} and put it on the PATH")
    return explain(error.strerror or str(error), doing, where)


def _kinds() -> tuple[type[BaseException], ...]:
    import pygit2  # only loaded once something went wrong: `current` runs without libgit2

    return (pygit2.GitError, KeyError, ValueError, OSError)


@contextmanager
def git_errors(doing: str) -> Iterator[None]:
    """Turn what libgit2 and the file system raise inside the block into a JetenvError.

    ``doing`` names the operation as a noun phrase: ``reading a commit``.
    """
    try:
        yield
    except JetenvError:
        raise
    except _kinds() as error:
        if isinstance(error, OSError):
            raise from_os_error(error, doing) from error
        if isinstance(error, KeyError):
            raise explain(f"object not found: {error.args[0] if error.args else ''}", doing) from error
        raise explain(str(error), doing) from error
