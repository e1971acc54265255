"""A source of changes with the selected ones alone, for `jetenv merge --only` and `--exclude`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.diffing.renames import deleted_and_added, find_renames
from jetenv.documents.paths import FieldPath, Item, Key, format_path
from jetenv.environments.merges.integration import Keeps
from jetenv.environments.model import FOLDER
from jetenv.environments.project import Project
from jetenv.environments.values import split_target
from jetenv.errors import RefusedError, UsageError, did_you_mean
from jetenv.merging.selection import Extent, Pattern, Selection
from jetenv.repository.objects import Oid, TreeChange, TreeEntry
from jetenv.schemas.objects import KINDS, ObjectRef, path_of

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog
    from jetenv.schemas.findings import Finding

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WILD = re.compile(r"[*?\[]")
_SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A change of the source that was not selected.

    ``field`` is the text form of a field path, empty for a whole file. ``action`` is ``added``, ``removed``,
    ``changed`` or ``renamed``, or of a part of a file also ``order``, ``comment`` or ``format``.
    """

    path: str
    field: str
    action: str


@dataclass(frozen=True, slots=True)
class Selected:
    """The tree of the source with the selected changes alone, and the changes that were left out."""

    tree: Oid
    left_out: tuple[LeftOut, ...]


def read_selection(only: Iterable[str], exclude: Iterable[str]) -> Selection:
    """What the arguments of ``--only`` and ``--exclude`` select; an empty selection where there are none.

    Raises UsageError for what is no path or glob with a field path behind ``#``.
    """
    return Selection(tuple(map(_pattern, only)), tuple(map(_pattern, exclude)))


def _pattern(text: str) -> Pattern:
    if _CONTROL.search(text):
        raise UsageError(f"{text[:80]!r} holds control characters and names no file")
    glob, hash_sign, field = text.partition("#")
    glob, path = split_target(glob.rstrip("/") + hash_sign + field)
    return Pattern(glob, path)


def select(
    project: Project,
    base: Oid,
    ours: Oid,
    theirs: Oid,
    catalog: Catalog,
    selection: Selection,
    keeps: Keeps,
) -> Selected:
    """The tree ``theirs`` with the changes since the tree ``base`` that ``selection`` names, and no others.

    What ours keeps by right (``keeps``) is not selected from. Raises UsageError for a pattern that names nothing, and
    RefusedError for a file of which a part is selected and that cannot be taken in part.
    """
    selecting = _Selecting(project, ours, catalog, selection)
    changes = project.repo.trees.changes(base, theirs)
    open_to_choice = {path: change for path, change in changes.items() if not keeps(path)}
    selecting.edits.update((path, change.new) for path, change in changes.items() if keeps(path))
    renames = find_renames(*deleted_and_added(open_to_choice), lambda oid: project.repo.trees.read(Oid(oid)))
    for old, new in renames.items():
        selecting.renamed(old, new, TreeChange(changes[old].old, changes[new].new))
    for path in open_to_choice.keys() - renames.keys() - set(renames.values()):
        selecting.file(path, changes[path])
    selecting.refuse_unmatched(changes, keeps, (base, ours, theirs))
    return Selected(project.repo.trees.edit(base, selecting.edits), tuple(sorted(selecting.left_out)))


class _Selecting:
    """``edits`` turn the base into the source with the selected changes alone; ``taken`` are the places of those."""

    def __init__(self, project: Project, ours: Oid, catalog: Catalog, selection: Selection) -> None:
        self.project = project
        self.trees = project.repo.trees
        self.ours = ours
        self.catalog = catalog
        self.selection = selection
        self.edits: dict[str, TreeEntry | None] = {}
        self.left_out: list[LeftOut] = []
        self.taken: list[tuple[str, FieldPath]] = []

    def file(self, path: str, change: TreeChange) -> None:
        """A file that the source added, changed or removed."""
        extent = self.selection.fields(path)
        if extent(()) is Extent.ALL:
            self.edits[path] = change.new
            self.taken.append((path, ()))
        elif extent(()) is not Extent.NONE and _divisible(path, change):
            part = self._part(path, path, change, extent)
            if part is not None or change.old is not None:
                self.edits[path] = part or change.old
                return
            self.left_out.append(LeftOut(path, "", "added"))
        else:
            action = "added" if change.old is None else "removed" if change.new is None else "changed"
            self.left_out.append(LeftOut(path, "", action))

    def renamed(self, old: str, new: str, change: TreeChange) -> None:
        """A file that the source renamed: either name selects or excludes it, and the new name comes with the whole."""
        extent = self.selection.fields(old, new)
        whole = extent(())
        if whole is Extent.ALL:
            self.edits[old], self.edits[new] = None, change.new
            self.taken += [(old, ()), (new, ())]
        elif whole is Extent.NONE or not _divisible(new, change):
            self.left_out.append(LeftOut(old, "", "renamed"))
        elif whole is Extent.EXCEPT:
            part = self._part(old, new, change, extent)
            self.edits[old], self.edits[new] = None, part or change.old
            self.taken += [(old, ()), (new, ())]
        else:
            part = self._part(new, old, change, extent)
            self.edits[old] = part or change.old
            self.left_out.append(LeftOut(old, "", "renamed"))

    def _part(
        self, other: str, path: str, change: TreeChange, extent: Callable[[FieldPath], Extent]
    ) -> TreeEntry | None:
        """What stands at ``path`` with the selected part of a change, None for the base; ``other`` is another name."""
        from jetenv.diffing.documents import diff_documents
        from jetenv.documents.parsing import DocumentError, parse
        from jetenv.merging.selection import select_fields
        from jetenv.merging.writing import UnmergeableError

        assert change.new is not None
        old = self.trees.read(change.old.oid) if change.old is not None else b""
        new = self.trees.read(change.new.oid)
        entry = self.trees.entry(self.ours, path)
        ours = self.trees.read(entry.oid) if entry is not None and entry.is_file else None
        rules = self.catalog.rules_for(path)
        try:
            part = select_fields(old, new, ours, rules, extent, path=path)
        except (UnmergeableError, DocumentError) as error:
            raise RefusedError(
                f"only a part of the file is selected, and it cannot be taken in part: {error}",
                where=path,
                hint=f"select or exclude it as a whole: {path}",
            ) from error
        self.taken += [(name, place) for place in part.taken for name in {path, other}]
        if part.taken or change.old is not None:
            rest = diff_documents(parse(part.content, path=path), parse(new, path=path), rules)
            self.left_out += [LeftOut(path, format_path(each.path), each.action.value) for each in rest]
        if not part.taken:
            return None
        mode = change.old.mode if change.old is not None else change.new.mode
        return TreeEntry(self.trees.write_blob(part.content), mode)

    def refuse_unmatched(self, changes: Mapping[str, TreeChange], keeps: Keeps, trees: Sequence[Oid]) -> None:
        """Raise UsageError for a pattern that took no change, or that excludes what is not there."""
        for pattern in self.selection.only:
            if not any(pattern.concerns(*place) for place in self.taken):
                raise self._nothing(pattern, changes, keeps)
        for pattern in self.selection.exclude:
            if any(map(pattern.names, changes)):
                continue
            if not any(pattern.names(path) for tree in trees for path, _ in self.trees.files(tree)):
                raise UsageError(
                    f"--exclude '{pattern}' names no file of the source or the target",
                    hint=_meant(pattern, changes),
                )

    def _nothing(self, pattern: Pattern, changes: Mapping[str, TreeChange], keeps: Keeps) -> UsageError:
        shown = f"--only '{pattern}'"
        named = [path for path in changes if pattern.names(path)]
        if named and all(map(keeps, named)):
            return UsageError(f"{shown} names what each environment owns, and that stays in a merge")
        excluded = next((each for each in self.selection.exclude if named and all(map(each.names, named))), None)
        if excluded is not None and not excluded.field:
            return UsageError(
                f"{shown} names nothing but what --exclude '{excluded}' leaves out", hint="leave out one of the two"
            )
        fields = sorted({each.field for each in self.left_out if each.path in named and each.field})
        if fields and pattern.field:
            return UsageError(
                f"{shown} names no change of the source that can be taken by itself",
                hint=f"it changed {', '.join(fields[:_SHOWN])}",
            )
        return UsageError(f"{shown} names nothing that the source changed", hint=_meant(pattern, changes))


def _divisible(path: str, change: TreeChange) -> bool:
    """Whether parts of a changed file can be taken at all."""
    if not path.endswith((".yaml", ".yml")) or change.new is None:
        return False
    return change.new.is_file and (change.old is None or change.old.is_file)


def _meant(pattern: Pattern, changes: Mapping[str, TreeChange]) -> str | None:
    """What a pattern without effect may have meant."""
    names = {path.removesuffix(".yaml"): path for path in changes if not path.startswith(f"{FOLDER}/")}
    close = did_you_mean(pattern.glob.removesuffix(".yaml"), names, cutoff=0.75)
    if close and not _WILD.search(pattern.glob):
        return f"did you mean '{close}'?"
    if not names:
        return None
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"it changed {', '.join(sorted(names)[:_SHOWN])}{more}"


def hinted(
    project: Project,
    tree: Oid,
    catalog: Catalog,
    violations: Sequence[Finding],
    selection: Selection,
    left_out: Sequence[LeftOut],
) -> tuple[Finding, ...]:
    """``violations`` of the merged ``tree``, with what to select too where what is missing was left out."""
    if not left_out:
        return tuple(violations)
    places = {(each.path, each.field) for each in left_out}

    def with_hint(finding: Finding) -> Finding:
        wanted = next((each for each in _missing(project, tree, catalog, finding) if each in places), None)
        return _hinted(finding, wanted, selection, places)

    return tuple(map(with_hint, violations))


def _hinted(
    finding: Finding, wanted: tuple[str, str] | None, selection: Selection, left_out: set[tuple[str, str]]
) -> Finding:
    if wanted is not None:
        name = wanted[0].removesuffix(".yaml") + (f"#{wanted[1]}" if wanted[1] else "")
        excluded = next((each for each in selection.exclude if each.names(wanted[0])), None)
        advice = f"do not exclude '{excluded}'" if excluded is not None else f"add --only '{name}'"
        return replace(finding, hint=f"the source has it, and it was left out: {advice}")
    fields = sorted(field for path, field in left_out if path == finding.path and field)
    if fields and finding.hint is None:
        return replace(finding, hint=f"of the source's changes to the file these were left out: {', '.join(fields)}")
    return finding


def _missing(project: Project, tree: Oid, catalog: Catalog, finding: Finding) -> Iterator[tuple[str, str]]:
    """The places (path, field) that would define what a dangling reference names."""
    from jetenv.schemas.project_check import check_file
    from jetenv.schemas.survey import FIELD_LISTS

    entry = project.repo.trees.entry(tree, finding.path)
    if finding.rule != "dangling-ref" or entry is None or not entry.is_file:
        return
    place = (finding.line, finding.column, finding.field)
    for each in check_file(finding.path, project.repo.trees.read(entry.oid), catalog).references:
        if (each.line, each.column, each.field) != place:
            continue
        if each.kind == "field" and each.of:
            path = path_of(ObjectRef("collection", each.of))
            name = Item((each.target.partition(".")[0],))
            for fields in FIELD_LISTS:
                yield path, format_path((Key(fields), name))
            yield path, ""
        elif each.kind in KINDS:
            yield path_of(ObjectRef(each.kind, each.target)), ""
