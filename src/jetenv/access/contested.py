"""The conflicts that a merge commit lists as resolved, found again by their ids.

An id is a digest over place, kind and the three values of a conflict, so a listed id that is met again when the file is
merged again is one of a real conflict. A merge by another version of the engine may list ids that are not met again:
then a field counts as resolved only where both sides changed it, each in its own way, which no version can dispute.
"""

from __future__ import annotations

from collections.abc import Callable

from jetenv.access.commit_format import SignedCommit
from jetenv.access.fields import Resolved
from jetenv.access.store import Store
from jetenv.documents.nodes import Source
from jetenv.documents.paths import FieldPath, Index
from jetenv.errors import JetenvError
from jetenv.merging.conflicts import DEFAULT_MARKERS, Conflict, ConflictKind, Written
from jetenv.merging.entries import holds_nothing
from jetenv.merging.files import MergeContent, Versions
from jetenv.merging.moves import Sources
from jetenv.merging.moving import settled_like
from jetenv.merging.resolutions import is_over_places
from jetenv.repository.objects import SUBMODULE, SYMLINK, TreeEntry
from jetenv.schemas.rules import Rules
from jetenv.version import __version__

_WHOLE = (ConflictKind.EDIT_EDIT, ConflictKind.EDIT_DELETE, ConflictKind.ADD_ADD, ConflictKind.TYPE)
_Versions = tuple[TreeEntry | None, TreeEntry | None, TreeEntry | None]


class Contested:
    """The resolved conflicts of one merge commit."""

    def __init__(self, commit: SignedCommit) -> None:
        self.ids = frozenset(id_ for line in commit.trailers("Resolved") for id_ in line.split())
        self._same_engine = commit.trailers("Engine") == (f"jetenv {__version__}",)

    def as_a_whole(self, path: str, versions: _Versions, store: Store) -> bool:
        """Whether a conflict over what stands at ``path`` was resolved, where both sides changed what cannot be merged.

        It may be a folder in some of the versions.
        """
        base, ours, theirs = versions
        if not self.ids or base in (ours, theirs) or ours == theirs:
            return False
        if all(each is None or each.is_folder for each in versions):
            return False
        texts = [_described(path, entry, store) for entry in versions]
        binary = any(
            each is not None and text == f"binary {each.oid}" for each, text in zip(versions, texts, strict=True)
        )
        if all(each is not None and each.is_file for each in (ours, theirs)) and not binary:
            return False
        conflicts = (Conflict(path, (), kind, *texts) for kind in _WHOLE)
        return any(conflict.id in self.ids for conflict in conflicts)

    def by_name(self, path: str, places: tuple[str | None, str | None]) -> bool:
        """Whether it was settled where the file at ``path`` goes, which the two sides have at ``places``."""
        if path in places or places[0] == places[1]:
            return False
        kind = ConflictKind.RENAME_DELETE if None in places else ConflictKind.RENAME_RENAME
        return Conflict(path, (), kind, path, *places).id in self.ids

    def resolved(self, versions: Versions, merge: MergeContent) -> Resolved:
        """Says of places in a file, which ``merge`` merges for the project, whether a conflict there was resolved."""
        fields: list[FieldPath] | None = None

        def resolved(field: FieldPath, disputed: bool) -> bool:
            nonlocal fields
            if not self.ids:
                return False
            if fields is None:
                fields = self._fields(versions, merge)
            if any(_stands_at(known, field) for known in fields):
                return True
            return disputed and not self._same_engine

        return resolved

    def to_none(self, added: Versions, merge: MergeContent) -> bool:
        """Whether nothing is left of a file that both sides added, all that conflicts in it being as before them."""

        def as_before(conflict: Conflict) -> str | None:
            return "base" if conflict.id in self.ids else None

        if not self.ids:
            return False
        try:
            merged = merge(added, as_before, DEFAULT_MARKERS)
        except JetenvError:
            return False
        return merged.clean and holds_nothing(merged.content)

    def placed(self, path: str, versions: Sources, result: Source, rules: Rules) -> Sources:
        """The versions with entries that both sides moved where ``result`` has them, if that was settled."""
        if not self.ids:
            return versions
        return settled_like(versions, result, rules, path=path, settled=lambda conflict: conflict.id in self.ids)

    def _fields(self, versions: Versions, merge: MergeContent) -> list[FieldPath]:
        """Where listed conflicts are met; settling one can show another behind it.

        One over the place of an entry says nothing of what is in it.
        """
        found: dict[str, FieldPath] = {}

        def settling(side: str) -> Callable[[Conflict], str | Written | None]:
            def choose(conflict: Conflict) -> str | Written | None:
                if conflict.id not in self.ids:
                    return None
                if not is_over_places(conflict):
                    found[conflict.id] = conflict.field
                return side

            return choose

        for side in ("ours", "theirs"):
            try:
                merge(versions, settling(side), DEFAULT_MARKERS)
            except JetenvError:
                break
        return list(found.values())


def _stands_at(known: FieldPath, field: FieldPath) -> bool:
    """Whether ``field`` is the place ``known`` or stands in it; positions differ between versions, so any two agree."""
    return len(known) <= len(field) and all(
        a == b or (isinstance(a, Index) and isinstance(b, Index)) for a, b in zip(known, field, strict=False)
    )


def _described(path: str, entry: TreeEntry | None, store: Store) -> str | None:
    """What a conflict says of a file, or of a folder in its place, as a whole."""
    if entry is None:
        return None
    if entry.is_folder:
        below = ((name, change.new) for name, change in sorted(store.changes(None, entry.oid).items()))
        return "".join(f"{file.mode:o} {file.oid}\t{path}/{name}\n" for name, file in below if file is not None)
    if entry.mode == SUBMODULE:
        return f"submodule at {entry.oid}"
    content = store.read(entry.oid)
    if entry.mode == SYMLINK:
        return f"link to {content.decode('utf-8', 'surrogateescape')}"
    return f"binary {entry.oid}" if b"\0" in content else content.decode("utf-8", "surrogateescape")
