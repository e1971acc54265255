"""Lay out the files of the working tree in their canonical form, without touching a value or a comment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jetenv.documents.formatting import formatted
from jetenv.documents.parsing import DocumentError, parse
from jetenv.environments.project import Project
from jetenv.environments.working import read_file, replace_file, working_catalog, working_files
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.schemas.objects import object_of

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was left as it is, for it cannot be read as YAML."""

    path: str
    line: int
    column: int
    message: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Formatting:
    """The answer of `jetenv fmt`.

    ``changed`` are the paths of the files that were laid out anew, or would be where ``check``; ``files`` counts all
    that were looked at.
    """

    check: bool
    files: int
    changed: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def is_done(self) -> bool:
        """Whether every file is in the canonical layout now."""
        return not self.unreadable and not (self.check and self.changed)


def format_files(project: Project, names: Sequence[Path] = (), *, check: bool = False) -> Formatting:
    """Lay out the files and folders ``names``, relative to the current one, or all files of the project.

    Of a folder the files count that a schema describes. Signed files are never touched. With ``check`` nothing is
    written. Raises UsageError for a name outside of the project or of nothing, RefusedError for a link, a signed file
    or no YAML file that is named itself, and JetenvError where a file cannot be read or written; the files before it
    are done then.
    """
    changed, unreadable, count = [], [], 0
    for path in sorted(set(_chosen(project, names))):
        count += 1
        old = read_file(project, path)
        try:
            new = formatted(parse(old, path=path)).encode()
        except DocumentError as error:
            unreadable.append(Unreadable(path, error.line, error.column, error.message, error.hint))
            continue
        if new == old:
            continue
        changed.append(path)
        if not check:
            replace_file(project, path, old, new)
    return Formatting(check, count, tuple(changed), tuple(unreadable))


def _chosen(project: Project, names: Sequence[Path]) -> Iterator[str]:
    if project.repo.is_bare:
        raise JetenvError("a bare repository has no working tree", hint="run it in a clone")
    if not names:
        yield from _described(project, "")
        return
    root = project.repo.worktree.path
    for name in names:
        # Not resolved: a link is refused as such further on.
        place = Path(os.path.normpath(Path.cwd() / name))
        try:
            path = place.relative_to(root.resolve() if place.is_relative_to(root.resolve()) else root).as_posix()
        except ValueError:
            raise UsageError(f"{name} is not in the project", hint=f"its files are below {root}") from None
        if place.is_dir() and not place.is_symlink():
            yield from _described(project, "" if path == "." else f"{path}/")
        elif not place.exists():
            raise UsageError(f"there is no file {name}", hint="name files or folders of the project")
        elif is_signed(path):
            raise RefusedError(
                "a signed file keeps the bytes that were signed", where=path, hint="leave it out; jetenv writes it"
            )
        elif not path.endswith(_SUFFIXES):
            raise RefusedError("this is no YAML file", where=path, hint="name files that end in .yaml or .yml")
        else:
            yield path


def _described(project: Project, folder: str) -> Iterator[str]:
    catalog = working_catalog(project)
    for path in working_files(project):
        if not path.startswith(folder) or not path.endswith(_SUFFIXES) or is_signed(path):
            continue
        if catalog.describes(path) and not (project.repo.worktree.path / path).is_symlink():
            yield path


def is_signed(path: str) -> bool:
    """Whether the file at ``path`` is signed, so that not a byte of it may change."""
    found = object_of(path)
    return found is not None and found.kind == "members"
