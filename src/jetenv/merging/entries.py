"""Entries of trees as a merge looks at them: files, links and submodules, and what is put in their place."""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.diffing.entries import FILE_TYPE, Entry, Read
from jetenv.documents.nodes import SCALAR
from jetenv.documents.parsing import DocumentError, parse
from jetenv.merging.conflicts import ConflictKind

_LINK = 0o120000
_SUBMODULE = 0o160000


@dataclass(frozen=True, slots=True)
class Edit:
    """What the merge puts at a path of ours' tree: an object of theirs by its id, or merged content; None deletes."""

    mode: int
    oid: str | None = None
    content: bytes | None = None


def described(read: Read, entry: Entry | None) -> str | None:
    """An entry as a version of a conflict: the content of a text, else what it is; None where there is none."""
    if entry is None:
        return None
    if entry.mode & FILE_TYPE == _SUBMODULE:
        return f"submodule at {entry.oid}"
    content = read(entry.oid)
    if entry.mode & FILE_TYPE == _LINK:
        return f"link to {content.decode('utf-8', 'surrogateescape')}"
    return f"binary {entry.oid}" if b"\0" in content else content.decode("utf-8", "surrogateescape")


def holds_nothing(content: bytes) -> bool:
    """Whether nothing is left of a file's content but perhaps an empty collection."""
    try:
        documents = parse(content).documents
    except DocumentError:
        return False
    return not any(each.root is not None and (each.root.kind is SCALAR or each.root.entries) for each in documents)


def kind_of(base: Entry | None, ours: Entry, theirs: Entry) -> ConflictKind:
    """What the conflict is over two files that cannot be merged."""
    if ours.mode & FILE_TYPE != theirs.mode & FILE_TYPE:
        return ConflictKind.TYPE
    return ConflictKind.ADD_ADD if base is None else ConflictKind.EDIT_EDIT


def merged_mode(base: Entry | None, ours: Entry, theirs: Entry) -> int:
    """The mode that a side changed; of two files added at one path the result is executable where one is."""
    if base is None:
        return max(ours.mode, theirs.mode)
    return theirs.mode if base.mode == ours.mode else ours.mode


def edit_to(entry: Entry | None) -> Edit | None:
    """The edit that puts ``entry`` somewhere, or deletes what is there."""
    return None if entry is None else Edit(entry.mode, oid=entry.oid)


def equal(a: Entry | None, b: Entry | None) -> bool:
    """Whether the same object stands at both places in the same mode."""
    if a is None or b is None:
        return a is b
    return a.oid == b.oid and a.mode == b.mode
