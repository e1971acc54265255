"""Git's own three-way merge of lines, for what is not, or cannot be, merged by structure.

Git does it as a process. libgit2 could in process, but pygit2's ``merge_file_from_index`` passes no options on (labels,
style, size of markers, a favoured side), takes objects of a repository only, and fails on content that is not UTF-8.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import git_errors
from jetenv.repository.process import run_git

_BINARY_PROBE = 8000  # git looks for a NUL in this many first bytes


@dataclass(frozen=True, slots=True)
class LineMerge:
    """A merged file. ``conflicts`` counts the conflicts marked in ``content``; git counts no further than 127."""

    content: bytes
    conflicts: int


class BinaryContentError(JetenvError):
    """Git refuses to merge the content line by line, as it holds a NUL."""


def merge_lines(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    *,
    labels: tuple[str, str, str] = ("ours", "base", "theirs"),
    style: str = "merge",
    marker_size: int = 7,
    favor: str | None = None,
) -> LineMerge:
    """What `git merge-file` makes of three versions; ``labels`` are those of ours, base and theirs.

    ``style`` is ``merge``, ``diff3`` or ``zdiff3`` as in git's ``merge.conflictStyle``; ``favor`` is the side
    (``ours``, ``theirs``) that settles what conflicts. Raises BinaryContentError.
    """
    if any(b"\0" in content[:_BINARY_PROBE] for content in (base, ours, theirs)):
        raise BinaryContentError("binary content cannot be merged line by line")
    if theirs in {ours, base}:
        return LineMerge(ours, 0)
    if base == ours:
        return LineMerge(theirs, 0)
    options = {"merge": [], "diff3": ["--diff3"], "zdiff3": ["--zdiff3"]}[style]
    if favor is not None:
        options = [*options, f"--{favor}"]
    with git_errors("merging lines"), tempfile.TemporaryDirectory(prefix="jetenv-") as folder:
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (Path(folder) / name).write_bytes(content)
        done = run_git(
            "-c", "merge.conflictStyle=merge", "merge-file", "--stdout", "--quiet", f"--marker-size={marker_size}",
            *options, *(part for label in labels for part in ("-L", label)), "ours", "base", "theirs",
            cwd=Path(folder),
        )  # fmt: skip
    if done.code >= 128:
        raise JetenvError(f"merging lines failed: {done.stderr.strip()}")
    return LineMerge(done.stdout, done.code)
