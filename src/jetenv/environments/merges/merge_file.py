"""Merge three versions of one file, wherever they come from: what `git merge-file` does, by structure.

Everything that merges a single file comes through here: the command, the merge driver and ``jetenv.merge_yaml``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jetenv.environments.file_writing import write_file
from jetenv.environments.model import PROJECT_FILE
from jetenv.errors import JetenvError
from jetenv.merging.conflicts import DEFAULT_MARKERS, Choose, Markers, leave_open
from jetenv.merging.file_text import LineMerge
from jetenv.merging.files import FileMerge, merge_file
from jetenv.repository.current import setting
from jetenv.schemas.rules import Rules

_EVERYTHING = "**"
_STYLES = ("merge", "diff3", "zdiff3")


@dataclass(frozen=True, slots=True)
class FileMerged:
    """The outcome for a person or a program.

    ``path`` is the place in a project by which a schema was looked up, None where there was none to look up;
    ``rules`` are those of the file. ``written`` is whether the content replaced that of OURS.
    """

    merge: FileMerge
    path: str | None
    rules: Rules
    written: bool

    @property
    def described(self) -> bool:
        """Whether a schema describes the file."""
        return self.rules is not Rules.NONE


def merge_paths(
    ours: Path,
    base: Path,
    theirs: Path,
    *,
    path: str | None = None,
    schema: Path | None = None,
    side: str | None = None,
    markers: Markers = DEFAULT_MARKERS,
    write: bool = True,
) -> FileMerged:
    """Merge three files into ``ours``, or only answer the result where not ``write``.

    ``schema`` is a file with the JSON Schema of the content. Without, the built-in schemas and those of the project
    around are asked for ``path``, which is by default where ``ours`` stands in its project. ``side`` (``ours``,
    ``theirs``) settles what conflicts. Raises JetenvError for a file that cannot be read or written, for
    binary content and for an unusable schema; nothing is written then.
    """
    old, left, right = (_read(each) for each in (base, ours, theirs))
    root = _project_root(ours if path is None else Path.cwd() / PROJECT_FILE)
    if path is None and root is not None and schema is None:
        path = ours.absolute().relative_to(root).as_posix()
    rules = Rules.NONE
    if schema is not None:
        rules = schema_rules(_read(schema), str(schema))
    elif path is not None:
        rules = _project_rules(root, path)
    choose = leave_open if side is None else lambda _: side
    called = path or str(ours)
    # Annotations are read where the merge meets them.
    try:
        with schema_called(str(schema) if schema is not None else None):
            merge = merge_versions(old, left, right, rules, path=called, choose=choose, favor=side, markers=markers)
    except JetenvError as error:
        binary = (each for each, content in ((base, old), (ours, left), (theirs, right)) if b"\0" in content)
        error.where = error.where or next(map(str, binary), None)
        raise
    if write:
        write_file(ours, merge.content)
    return FileMerged(merge, path, rules, write)


def merge_versions(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    rules: Rules,
    *,
    path: str = "",
    choose: Choose = leave_open,
    favor: str | None = None,
    markers: Markers = DEFAULT_MARKERS,
) -> FileMerge:
    """Merge three versions of a file, by structure or else by git's lines.

    ``choose`` settles conflicts of structure, ``favor`` those of lines. Raises BinaryContentError.
    """

    def lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge:
        from jetenv.repository.lines import merge_lines  # most merges need none

        return merge_lines(
            base, ours, theirs, labels=markers.labels, style=markers.style, marker_size=markers.size, favor=favor
        )

    return merge_file(base, ours, theirs, rules, lines, path=path, choose=choose, markers=markers)


def schema_rules(schema: bytes, name: str) -> Rules:
    """The merge rules of a JSON Schema in JSON or YAML. Raises SchemaError, with ``name`` as its place."""
    from jetenv.schemas.catalog import Catalog

    with schema_called(name):
        return Catalog.builtin().with_project({_EVERYTHING: schema}).rules_for("document")


@contextmanager
def schema_called(name: str | None) -> Iterator[None]:
    """Have errors about a schema that was given by itself name it as the caller does, not by its ``$id``."""
    if name is None:
        yield
        return
    from jetenv.schemas.bundled import load
    from jetenv.schemas.failures import SchemaError

    try:
        yield
    except SchemaError as error:
        uri, hash_sign, pointer = (error.where or "").partition("#")
        if load(uri) is not None:
            raise
        message = error.message.replace(f"{uri}#", f"{name}#") if uri else error.message
        line = uri.removeprefix(f"schema for {_EVERYTHING}") if uri.startswith("schema for") else ""
        raise SchemaError(message, where=f"{name}{line}{hash_sign}{pointer}", hint=error.hint) from error


def rules_in(read: Callable[[str], bytes | None], path: str) -> Rules:
    """The merge rules for the file ``path`` of the project whose files ``read`` returns (None where there is none).

    Raises JetenvError where ``jetenv.yaml`` or a schema that it names cannot be used.
    """
    project_file = read(PROJECT_FILE)
    if project_file is None:
        from jetenv.schemas.catalog import Catalog

        return Catalog.builtin().rules_for(path)
    from jetenv.environments.project import build_catalog

    return build_catalog(project_file, read).rules_for(path)


def conflict_style(git_dir: Path | None = None) -> str:
    """git's ``merge.conflictStyle`` for the repository ``git_dir``, or for that of the current directory."""
    style = setting("merge.conflictStyle", git_dir)
    return style if style in _STYLES else "merge"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            # A pipe ends when its writer does; of the devices only the null device is sure to end.
            if (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) and not file.samefile(os.devnull):
                raise JetenvError("the file is a device, which may have no end", where=str(file))
            return opened.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise JetenvError(f"the file cannot be read: {reason}", where=str(file)) from error


def _project_root(file: Path) -> Path | None:
    """The folder with a ``jetenv.yaml`` that ``file`` is in, not beyond its repository."""
    for folder in file.absolute().parents:
        if (folder / PROJECT_FILE).is_file():
            return folder
        if os.path.lexists(folder / ".git"):
            break
    return None


def _project_rules(root: Path | None, path: str) -> Rules:
    def read(name: str) -> bytes | None:
        file = root / name if root is not None else None
        return _read(file) if file is not None and file.is_file() else None

    return rules_in(read, path)
