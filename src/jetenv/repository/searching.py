"""Which files of a tree hold a word: asked of git, which looks through packed content faster than anything that
unpacks it first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jetenv.repository.objects import Oid
from jetenv.repository.process import run_git
from jetenv.repository.trees import decode_path


def files_with(git_dir: Path, tree: Oid, words: Iterable[str]) -> list[str]:
    """The paths of the text files of ``tree`` that hold one of ``words`` anywhere, in the order of the tree.

    A word holds no line break. Raises JetenvError where git cannot read the tree.
    """
    patterns = "\n".join(sorted(set(words))).encode("utf-8", "surrogateescape")
    if not patterns:
        return []
    done = run_git(
        "grep", "--fixed-strings", "--files-with-matches", "--full-name", "-I", "-z", "-f", "-", tree,
        git_dir=git_dir, data=patterns + b"\n",
    )  # fmt: skip
    if done.code > 1:
        from jetenv.errors import JetenvError

        raise JetenvError(f"searching {tree} failed: {done.stderr.strip()}", hint="run `git fsck` to see what is wrong")
    prefix = len(tree) + 1
    return [decode_path(name[prefix:]) for name in done.stdout.split(b"\0") if name]
