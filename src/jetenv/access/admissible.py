"""Whether a merge adds nothing of its own: every file as a side has it, or made of what the sides have, field by field.

A merge is admissible where each field equals that of a side or is a conflict that the commit lists as resolved, and
where nothing that only the first side changed is taken back: a commit of an ancestor as second parent would otherwise
bring back anything that ever was. It is held against the trees alone, so that a merge stays admissible whatever engine
made it, and whatever engine verifies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from jetenv.access.commit_format import SignedCommit, parse_commit
from jetenv.access.contested import Contested
from jetenv.access.fields import foreign_fields, lines_stem_from
from jetenv.access.store import Store
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import format_path
from jetenv.documents.values import to_data
from jetenv.errors import JetenvError
from jetenv.merging.conflicts import Choose, Markers
from jetenv.merging.file_text import LineMerge
from jetenv.merging.files import FileMerge, Versions, merge_versions
from jetenv.merging.renames import contested_renames, folders_of
from jetenv.merging.strategies import Strategies, Strategy
from jetenv.repository.objects import Oid, TreeChange, TreeEntry
from jetenv.repository.reverts import undone_by
from jetenv.schemas.rules import Rules

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog

_PROJECT_FILE = "jetenv.yaml"
_YAML = (".yaml", ".yml")


def inadmissible(
    store: Store,
    catalog: Callable[[Oid], Catalog],
    changes: Mapping[str, TreeChange],
    parents: tuple[Oid, Oid],
    trees: tuple[Oid, Oid],
    commit: SignedCommit,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The files of a merge that hold what is of neither side, each with the fields that it is about.

    ``changes`` is what the merge changes in the tree of its first side; ``parents`` and ``trees`` are those of the two
    sides. Without fields it is about a file as a whole. Raises JetenvError where objects are missing.
    """
    if not changes:
        return
    merge = _Merge(store, catalog, changes, parents, trees, commit)
    first = store.any_merge_base(*parents)
    others: tuple[Oid, ...] | None = None
    for path, change in changes.items():
        fields = merge.against(first).foreign(path, change.new)
        if fields is not None and others is None:
            others = tuple(base for base in store.merge_bases(*parents) if base != first)
        # Where there are several bases, each is as good as the others.
        if fields is not None and all(
            merge.against(base).foreign(path, change.new) is not None for base in others or ()
        ):
            yield path, fields


class _Merge:
    def __init__(
        self,
        store: Store,
        catalog: Callable[[Oid], Catalog],
        changes: Mapping[str, TreeChange],
        parents: tuple[Oid, Oid],
        trees: tuple[Oid, Oid],
        commit: SignedCommit,
    ) -> None:
        self.store = store
        self.catalog = catalog
        self.changes = changes
        self.parents = parents
        self.trees = trees
        self.contested = Contested(commit)
        self.relanded = _relanded(store, parents, commit)
        self._against: dict[Oid | None, _Against] = {}

    @cached_property
    def strategies(self) -> Strategies:
        """How the project, as the first side has it, merges files."""
        return _strategies(self.store, self.trees[0])

    def takes_theirs(self, path: str) -> bool:
        """Whether the project has the second side's version of ``path`` taken where both changed it."""
        return self.strategies.of(path) is Strategy.THEIRS

    def merge_content(self, versions: Versions, choose: Choose, markers: Markers) -> FileMerge:
        """The merge of a file as the project has it merged."""
        return self.strategies.merge_content(merge_versions)(versions, choose, markers)

    def against(self, base: Oid | None) -> _Against:
        """The merge as one from ``base``."""
        if base not in self._against:
            self._against[base] = _Against(self, base)
        return self._against[base]


class _Against:
    """A merge as one from a certain base; None is the empty tree."""

    def __init__(self, merge: _Merge, base: Oid | None) -> None:
        self.merge = merge
        self.store = merge.store
        self.base = parse_commit(self.store.commit(base)).tree if base is not None else None
        self._moved: tuple[dict[str, str], dict[str, str]] | None = None

    def foreign(self, path: str, new: TreeEntry | None) -> tuple[str, ...] | None:
        """The foreign fields of the file at ``path``, empty for the whole of it; None where nothing is foreign.

        The first side has something else than ``new`` there.
        """
        here, there = (self.store.entry(tree, path) for tree in self.merge.trees)
        base = self._base(path)
        if new == there != base and (
            here == base or not _are_files(here, there, base) or self.merge.takes_theirs(path)
        ):
            return None
        old, places = self._places(path)
        b = self._base(old)
        o, t = (self.store.entry(tree, place) for tree, place in zip(self.merge.trees, places, strict=True))
        contested = self.merge.contested
        if contested.as_a_whole(old, (b, o, t), self.store) and not (
            _has_folder(b, o, t) and new not in (None, b, o, t)
        ):
            return None
        if new in (None, b, o, t) and any(self._contested_folder(folder) for folder in folders_of(old)):
            return None  # a file was chosen in the place of a folder, or the folder with what is below it
        if new is None and any(map(self._stands_as_theirs, (path, *folders_of(path)))):
            return None
        names = (places[0] if o is not None else None, places[1] if t is not None else None)
        if new in (None, b) and contested.by_name(old, names):
            return None  # another name was chosen for it, or that it goes
        if new is not None and b is o is t is None and self._has_new_name(path, new):
            return None
        if new is None and path == names[0] and self._takes_their_name(old, names):
            return None
        if new is None and b is None and o is not None and t is not None and _are_files(o, t):
            added = (b"", self.store.read(o.oid), self.store.read(t.oid))
            return None if contested.to_none(self._versions(path, added), self.merge.merge_content) else ()
        if new is None or o is None or t is None or not _are_files(new, o, t) or new.mode not in (o.mode, t.mode):
            return ()
        return self._merged(path, (b, o, t), new)

    def _merged(
        self, path: str, versions: tuple[TreeEntry | None, TreeEntry, TreeEntry], new: TreeEntry
    ) -> tuple[str, ...] | None:
        """The foreign fields of a file that both sides have."""
        b, o, t = versions
        if new.oid == o.oid:
            return None
        old = self.store.read(b.oid) if b is not None and b.is_file else b""
        return self._content(path, (old, self.store.read(o.oid), self.store.read(t.oid)), self.store.read(new.oid))

    def _stands_as_theirs(self, place: str) -> bool:
        """Whether the project takes what the second side has at ``place``, a file for a folder or the reverse."""
        here, there = (self.store.entry(tree, place) for tree in self.merge.trees)
        if here is None or there is None or here.is_folder == there.is_folder or not self.merge.takes_theirs(place):
            return False
        wanted: dict[str, TreeEntry | None] = {place: there}
        if there.is_folder:
            wanted = {f"{place}/{name}": each.new for name, each in self.store.changes(None, there.oid).items()}
        found = {path: self.merge.changes[path].new for path in wanted if path in self.merge.changes}
        return found == wanted

    def _takes_their_name(self, old: str, names: tuple[str | None, str | None]) -> bool:
        """Whether the project takes the name that the second side gave a file where both named it, or its deletion."""
        ours, theirs = names
        if old in names or ours == theirs or not self.merge.takes_theirs(old):
            return False
        there = self.merge.changes.get(theirs) if theirs is not None else None
        return theirs is None or (there is not None and there.new is not None)

    def _has_new_name(self, path: str, new: TreeEntry) -> bool:
        """Whether ``new`` is a file that a side named anew, at the name that settled what it is called."""
        if not self.merge.contested.ids:
            return False
        ours, theirs = self._renames()
        for old in ours.keys() | theirs.keys():
            places = (ours.get(old, old), theirs.get(old, old))
            o, t = (self.store.entry(tree, place) for tree, place in zip(self.merge.trees, places, strict=True))
            names = (places[0] if o is not None else None, places[1] if t is not None else None)
            if not self.merge.contested.by_name(old, names):
                continue
            if o is None or t is None:
                fits = new in (o, t)
            else:
                fits = _are_files(new, o, t) and new.mode in (o.mode, t.mode)
                fits = fits and self._merged(path, (self._base(old), o, t), new) is None
            if fits:
                return True
        return False

    def _contested_folder(self, path: str) -> bool:
        """Whether it was settled what stands at ``path``: a folder, or the file that a side put in its place."""
        here, there = (self.store.entry(tree, path) for tree in self.merge.trees)
        return self.merge.contested.as_a_whole(path, (self._base(path), here, there), self.store)

    def _base(self, path: str) -> TreeEntry | None:
        """What both sides started from; of what a revert is relanded on, what that revert made of it."""
        tree = self.merge.relanded.get(path, self.base)
        return self.store.entry(tree, path) if tree is not None else None

    def _content(self, path: str, versions: tuple[bytes, bytes, bytes], content: bytes) -> tuple[str, ...] | None:
        rules = self._rules(path)
        resolved = self.merge.contested.resolved(self._versions(path, versions), self.merge.merge_content)
        sources = [_parsed(each, path) for each in (*versions, content)]
        base, ours, theirs, result = sources
        fields: tuple[str, ...] = ()
        if base is not None and ours is not None and theirs is not None and result is not None:
            placed = self.merge.contested.placed(path, (base, ours, theirs), result, rules)
            found = foreign_fields(*placed, result, rules, resolved)
            fields = tuple(format_path(field) for field in found)
            if not fields:
                return None
        elif resolved((), len(set(versions)) == 3) or (
            _lines_stem(versions, content) if b"\0" not in b"".join(versions) else content == versions[2] != versions[0]
        ):
            return None
        return None if content in _merged_again(versions, rules, path) else fields

    def _versions(self, path: str, versions: tuple[bytes, bytes, bytes]) -> Versions:
        return Versions(*versions, self._rules(path), _merge_lines, path)

    def _rules(self, path: str) -> Rules:
        try:
            return self.merge.catalog(self.merge.trees[0]).rules_for(path)
        except JetenvError:
            return Rules.NONE  # schemas that cannot be used say nothing, and make no merge inadmissible

    def _places(self, path: str) -> tuple[str, tuple[str, str]]:
        """Where the base and the two sides have the file that the merge has at ``path``, or had there."""
        if self.base is None or all(self.store.entry(tree, path) is not None for tree in self.merge.trees):
            return path, (path, path)
        ours, theirs = self._renames()
        for old in ours.keys() | theirs.keys():
            places = (ours.get(old, old), theirs.get(old, old))
            if path in (old, *places):
                return old, places
        return path, (path, path)

    def _renames(self) -> tuple[dict[str, str], dict[str, str]]:
        if self._moved is None:
            ours, theirs = (self.store.changes(self.base, tree) for tree in self.merge.trees)
            self._moved = contested_renames(ours, theirs, lambda oid: self.store.read(Oid(oid)), lambda _: False)
        return self._moved


def _relanded(store: Store, sides: tuple[Oid, Oid], commit: SignedCommit) -> dict[str, Oid]:
    """The paths of reverts that a merge undoes, each with the tree of its revert.

    The first side has such a revert, and the second side has what it undid: an earlier commit brings nothing again.
    """
    found: dict[str, Oid] = {}
    for name in commit.trailers("Relands"):
        revert = parse_commit(store.commit(Oid(name)))
        undone = undone_by(revert.message.decode("utf-8", "replace"))
        again = any(store.is_ancestor(each, sides[1]) for each in undone)
        if again and revert.parents and store.is_ancestor(Oid(name), sides[0]):
            above = parse_commit(store.commit(revert.parents[0]))
            found.update(dict.fromkeys(store.changes(above.tree, revert.tree), revert.tree))
    return found


def _strategies(store: Store, tree: Oid) -> Strategies:
    entry = store.entry(tree, _PROJECT_FILE)
    source = _parsed(store.read(entry.oid), _PROJECT_FILE) if entry is not None and entry.is_file else None
    data = to_data(source.root) if source is not None else None
    mapping = data.get("merge") if isinstance(data, dict) else None
    return Strategies.read(
        {str(glob): str(name) for glob, name in mapping.items()} if isinstance(mapping, dict) else {}
    )


def _are_files(*entries: TreeEntry | None) -> bool:
    return all(entry is not None and entry.is_file for entry in entries)


def _has_folder(*entries: TreeEntry | None) -> bool:
    return any(entry is not None and entry.is_folder for entry in entries)


def _parsed(content: bytes, path: str) -> Source | None:
    if not path.endswith(_YAML):
        return None
    try:
        return parse(content, path=path)
    except DocumentError:
        return None


def _merged_again(versions: tuple[bytes, bytes, bytes], rules: Rules, path: str) -> Iterator[bytes]:
    """What merging makes of three versions without anybody's help: git's merge of lines, and this engine's."""
    from jetenv.merging.files import merge_file

    with suppress(JetenvError):
        lines = _merge_lines(*versions)
        if not lines.conflicts:
            yield lines.content
        again = merge_file(*versions, rules, _merge_lines, path=path)
        if again.clean:
            yield again.content


def _lines_stem(versions: tuple[bytes, bytes, bytes], content: bytes) -> bool:
    base, ours, theirs, result = (each.decode("utf-8", "surrogateescape") for each in (*versions, content))
    return lines_stem_from(base, ours, theirs, result)


def _merge_lines(base: bytes, ours: bytes, theirs: bytes) -> LineMerge:
    from jetenv.repository.lines import merge_lines

    return merge_lines(base, ours, theirs)
