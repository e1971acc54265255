"""Files that git ignores and that a working tree holds where files of a commit are to come.

git takes them for expendable and overwrites them without a word (`git help read-tree`, `git help checkout`), but nobody
has another copy of them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jetenv.errors import RefusedError
from jetenv.repository.failures import git_errors
from jetenv.repository.objects import SUBMODULE, TreeChange

_SHOWN = 10


def refuse_ignored(
    doing: str, folder: Path, changes: Mapping[str, TreeChange], tracked: Callable[[], Iterable[str]]
) -> None:
    """Raise RefusedError where ``changes`` put files into ``folder`` in the place of others that are not ``tracked``.

    Files that git would take in are found as well; where git has refused those already, the rest is what it ignores.
    """
    with git_errors(doing):
        added = (path for path, each in changes.items() if each.old is None and each.new and each.new.mode != SUBMODULE)
        present = _present(folder, added)
    lost = sorted(set(present).difference(tracked())) if present else []
    if lost:
        listed = ", ".join(lost[:_SHOWN]) + (f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else "")
        raise RefusedError(
            f"{doing} would overwrite files that git ignores: {listed}",
            hint="nobody else has a copy of them: move them away, then try again",
        )


def _present(folder: Path, added: Iterable[str]) -> list[str]:
    """The files that stand at the paths ``added``, below them, or in the place of a folder above them."""
    found: list[str] = []
    above: set[str] = set()
    for path in added:
        mode = _mode(folder / path)
        if mode is None:
            above.update(path[:at] for at, character in enumerate(path) if character == "/")
        elif stat.S_ISDIR(mode):
            found += _below(folder, path)
        else:
            found.append(path)
    for path in above:
        mode = _mode(folder / path)
        if mode is not None and not stat.S_ISDIR(mode):
            found.append(path)
    return found


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _below(folder: Path, path: str) -> list[str]:
    return [
        Path(parent, name).relative_to(folder).as_posix()
        for parent, _, names in os.walk(folder / path)
        for name in names
    ]
