"""What git's attributes say of paths, by whichever of its files: see gitattributes(5)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jetenv.repository.process import run_git


def attribute(name: str, paths: Iterable[str], git_dir: Path, work_tree: Path) -> dict[str, str]:
    """The value of the attribute ``name`` for each of ``paths``, which need not exist: ``unspecified`` where none is.

    ``set`` and ``unset`` stand for an attribute without a value.
    """
    done = run_git(
        "check-attr", "-z", name, "--", *paths,
        git_dir=git_dir, work_tree=work_tree, doing="reading the attributes", read_only=True,
    )  # fmt: skip
    fields = [field.decode("utf-8", "surrogateescape") for field in done.stdout.split(b"\0")]
    return dict(zip(fields[::3], fields[2::3], strict=False))
