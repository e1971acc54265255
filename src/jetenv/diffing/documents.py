"""Semantic changes between two versions of a YAML document: by field, items by identity, order and comments apart."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from jetenv.diffing.hunks import hunks
from jetenv.diffing.identity import By, Identified, identify
from jetenv.diffing.records import Action, Change, Hunk
from jetenv.diffing.relocated import with_moves
from jetenv.diffing.sides import Side, Unit, narrowed, sides
from jetenv.diffing.sites import Site
from jetenv.documents.nodes import Document, Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index
from jetenv.documents.values import has_lines
from jetenv.schemas.hiding import secret_spans
from jetenv.schemas.rules import Rules
from jetenv.schemas.secrets import HIDDEN, Span, hidden_tokens

__all__ = ["Action", "Change", "diff_documents", "review_documents"]


def diff_documents(old: Source | None, new: Source | None, rules: Rules) -> tuple[Change, ...]:
    """The changes from ``old`` to ``new`` in the order of ``new``; None stands for no file.

    They are what a merge takes or leaves: an atomic collection is one value, an item under another key another item.
    """
    return tuple(site.change for site in _Differ(old or _EMPTY, new or _EMPTY, review=False).sources(rules))


def review_documents(old: Source | None, new: Source | None, rules: Rules) -> tuple[Site, ...]:
    """The same for people: renamed and moved items are told as that, atomic collections are looked into.

    Texts have their lines compared, and every change has its lines in the two files. What ``schemas.hiding`` hides is
    in none of them.
    """
    differ = _Differ(old or _EMPTY, new or _EMPTY, review=True)
    differ.hide(rules)
    return tuple(with_moves(list(differ.sources(rules)), differ))


_NOTE = re.compile(r"(?<!\S)#[^\n]*")
_FEW = 4  # stretches of a file that are looked into one by one; where more are shown, all of it is at once
_EMPTY = Source("", False, "\n", [])


class _Differ:
    """The comparison of two versions of a document; ``review`` is the one of ``review_documents``."""

    def __init__(self, old: Source, new: Source, *, review: bool) -> None:
        self.old, self.new = sides(old, new)
        self._review = review
        self._lines = (_Lines(old.text), _Lines(new.text)) if review else None
        self._hiding: Rules | None = None
        self._asked = {self.old: 0, self.new: 0}
        self._spans: dict[Side, Sequence[Span]] = {}

    def hide(self, rules: Rules) -> None:
        """Have the changes show nothing that is to be hidden in documents of these ``rules``."""
        self._hiding = rules

    def _hidden(self, side: Side, start: int, end: int) -> Sequence[Span]:
        """What is hidden of a stretch of a side: looked for where something is shown, which is little of most files."""
        if self._hiding is None:
            return ()
        self._asked[side] += 1
        if self._asked[side] <= _FEW:
            return secret_spans(side.source, self._hiding, (start, end))
        if side not in self._spans:
            self._spans[side] = secret_spans(side.source, self._hiding)
        return self._spans[side]

    def _plain(self, side: Side, node: Node) -> str:
        return side.plain(node, self._hidden(side, *side.extent(node)))

    def sources(self, rules: Rules) -> Iterator[Site]:
        """The changes of all documents."""
        olds, news = self.old.source.documents, self.new.source.documents
        several = max(len(olds), len(news)) > 1
        for at in range(max(len(olds), len(news))):
            path: FieldPath = (Index(at),) if several else ()
            a = olds[at] if at < len(olds) else None
            b = news[at] if at < len(news) else None
            yield from self._document(a, b, rules, path)
        if self.old.text != self.new.text and not any(document.root is not None for document in (*olds, *news)):
            yield self._site((), Action.COMMENT, rules, rules)

    def _document(self, old: Document | None, new: Document | None, rules: Rules, path: FieldPath) -> Iterator[Site]:
        a = old.root if old is not None else None
        b = new.root if new is not None else None
        if a is None or b is None or a.kind is not b.kind or a.kind in (Kind.SCALAR, Kind.ALIAS):
            before = None if a is None else self.old.plain(a)
            after = None if b is None else self.new.plain(b)
            if before != after:
                action = Action.ADDED if a is None else Action.REMOVED if b is None else Action.CHANGED
                yield self._site(path, action, rules, rules, a, b)
            return
        yield from self._collection(a, b, narrowed(rules, b), path)
        assert old is not None and new is not None
        if _around(self.old, old, a) != _around(self.new, new, b):
            yield self._site(path, Action.COMMENT, rules, rules)

    def _collection(self, a: Node, b: Node, rules: Rules, path: FieldPath) -> Iterator[Site]:
        versions = ((self.old, a), (self.new, b))
        identified = identify(versions, rules, renames=self._review, whole=not self._review)
        if identified is None:
            if self.old.digest(a) != self.new.digest(b):
                yield self._site(path, Action.CHANGED, rules, rules, a, b)
            return
        olds, news = identified.names
        for name, unit in olds.items():
            if name not in news:
                below = _below(rules, unit)
                yield self._site((*path, identified.step(unit)), Action.REMOVED, below, rules, unit, None, around=b)
        for name, unit in news.items():
            here = (*path, identified.step(unit))
            if name not in olds:
                yield self._site(here, Action.ADDED, _below(rules, unit), rules, None, unit)
            elif identified.manner.by in (By.KEY, By.FIELDS) and identified.step(olds[name]) != here[-1]:
                yield from self._renamed(olds[name], unit, rules, identified, path)
            else:
                yield from self.entry(olds[name], unit, rules, here)
        common_old = [name for name in olds if name in news]
        common_new = [name for name in news if name in olds]
        if common_old != common_new:
            yield self._site(path, Action.ORDER if identified.ordered else Action.FORMAT, rules, rules, None, None, b)

    def _renamed(self, a: Unit, b: Unit, within: Rules, identified: Identified, path: FieldPath) -> Iterator[Site]:
        here, there = (*path, identified.step(b)), (*path, identified.step(a))
        site = self._site(here, Action.RENAMED, _below(within, b), within, a, b)
        yield replace(site, change=replace(site.change, old=None, new=None, old_path=there))
        for below in self.entry(a, b, within, here):
            is_key = len(below.change.path) == len(here) + 1 and str(below.change.path[-1]) in identified.fields
            if not (is_key and below.change.action is Action.CHANGED):
                yield below

    def entry(self, a: Unit, b: Unit, within: Rules, path: FieldPath) -> Iterator[Site]:
        """The changes from one version of an entry to the other; ``within`` are the rules of what it stands in."""
        same_body = a.body(0) == b.body(0)
        if same_body and a.lead(0) == b.lead(0):
            return
        rules = _below(within, b)
        if not same_body:
            if a.value.kind is b.value.kind and a.value.kind in (Kind.MAPPING, Kind.SEQUENCE):
                yield from self._collection(a.value, b.value, rules, path)
            elif self.old.digest(a.value) != self.new.digest(b.value):
                yield self._site(path, Action.CHANGED, rules, within, a, b)
                return
        if _remarks(a) != _remarks(b):
            yield self._site(path, Action.COMMENT, rules, within, at=(a, b))
        elif not same_body and not a.value.entries and a.plain() != b.plain():
            yield self._site(path, Action.FORMAT, rules, within, a, b)

    def moved(self, gone: Site, come: Site) -> Iterator[Site]:
        """What stood at one place and stands at another, then what changed in it."""
        assert gone.old_unit is not None and come.new_unit is not None
        here = come.change.path
        site = self._site(here, Action.MOVED, come.rules, come.within, gone.old_unit, come.new_unit)
        yield replace(site, change=replace(site.change, old=None, new=None, old_path=gone.change.path))
        yield from self.entry(gone.old_unit, come.new_unit, come.within, here)

    def content(self, site: Site) -> Hashable:
        """What tells the collection that stands at ``site`` from all others by its data; its place for a scalar."""
        side, node = (self.old, site.old) if site.old is not None else (self.new, site.new)
        return side.digest(node) if node is not None and node.entries else site.change.path

    def inside(self, site: Site) -> Iterator[Site]:
        """The items of keyed lists in what was added or removed at ``site``, at any depth, the outer ones first."""
        side, node = (self.old, site.old) if site.old is not None else (self.new, site.new)
        stack = [(node, site.rules, site.change.path)] if node is not None and node.entries else []
        while stack:
            node, rules, path = stack.pop(0)
            identified = identify(((side, node),), rules, renames=False, whole=False)
            assert identified is not None
            for unit in identified.names[0].values():
                below, here = _below(rules, unit), (*path, identified.step(unit))
                if identified.manner.by is By.FIELDS and unit.value.kind is Kind.MAPPING:
                    old, new = (unit, None) if site.old is not None else (None, unit)
                    yield self._site(here, site.change.action, below, rules, old, new)
                if unit.value.entries:
                    stack.append((unit.value, below, here))

    def without(self, site: Site, parts: Sequence[Unit]) -> Site:
        """``site`` with ``parts`` of what was added or removed there told in one line each, as being elsewhere."""
        unit = site.old_unit or site.new_unit
        assert unit is not None
        mark = "-" if site.change.action is Action.REMOVED else "+"
        spans = self._hidden(self.old if mark == "-" else self.new, unit.entry.start, unit.entry.end)
        hides = any(start < unit.entry.end and unit.entry.start < end for start, end in spans)
        change = replace(site.change, hunks=() if hides else _shortened(unit, parts, mark))
        return replace(site, change=change, elsewhere=tuple(part.value for part in parts))

    def _site(
        self,
        path: FieldPath,
        action: Action,
        rules: Rules,
        within: Rules,
        old: Unit | Node | None = None,
        new: Unit | Node | None = None,
        around: Node | None = None,
        at: tuple[Unit, Unit] | None = None,
    ) -> Site:
        a, b = (each.value if isinstance(each, Unit) else each for each in (old, new))
        before = None if a is None else self._plain(self.old, a)
        after = None if b is None else self._plain(self.new, b)
        change = Change(path, action, before, after)
        if self._lines is not None:
            olds, news = self._lines
            line = news.of(new if new is not None else at[1] if at else around)
            old_line = olds.of(old if old is not None else at[0] if at else None)
            whole = HIDDEN in ((before or "").strip(), (after or "").strip())
            changed = _hunks(a, b, rules) if action is Action.CHANGED and a and b and not whole else ()
            change = replace(change, line=line, old_line=old_line, hunks=changed)
        old_unit, new_unit = (each if isinstance(each, Unit) else None for each in (old, new))
        return Site(change, rules, within, a, b, old_unit, new_unit)


class _Lines:
    """Lines of a text by offset."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    def of(self, what: Unit | Node | None) -> int | None:
        """The line, from 1, of a node, or of the key or dash of an entry."""
        if what is None:
            return None
        if not self._starts:
            self._starts = list(accumulate((len(line) + 1 for line in self._text.split("\n")), initial=0))
        return bisect_right(self._starts, what.entry.head if isinstance(what, Unit) else what.start)


def _hunks(a: Node, b: Node, rules: Rules) -> tuple[Hunk, ...]:
    if a.kind is not Kind.SCALAR or b.kind is not Kind.SCALAR:
        return ()
    if not (rules.text or has_lines(a) or has_lines(b)) or ("\n" not in a.value and "\n" not in b.value):
        return ()
    return tuple(replace(each, lines=tuple(map(hidden_tokens, each.lines))) for each in hunks(a.value, b.value))


def _shortened(unit: Unit, parts: Sequence[Unit], mark: str) -> tuple[Hunk, ...]:
    """The lines of an entry, of ``parts`` in it only the first ones; nothing where they share lines with the rest."""
    if not unit.value.is_block or any(part.flow for part in parts):
        return ()
    text, start = unit.side.text, unit.value.entries[0].head
    shown = [f"{mark}{line}" for line in unit.plain().split("\n")]
    for part in sorted(parts, key=lambda part: part.entry.start, reverse=True):
        first, above = (text.count("\n", start, at) for at in (part.entry.head, part.entry.start))
        last = first + text[part.entry.head : part.entry.end].rstrip().count("\n")
        shown[above : last + 1] = [f" {shown[first][1:].rstrip()}  # moved"]
    return (Hunk(1, 1, tuple(shown)),)


def _below(rules: Rules, unit: Unit) -> Rules:
    """The rules of the value of an entry of what ``rules`` describe."""
    return narrowed(rules.property(unit.entry.key.value) if unit.entry.key is not None else rules.item(), unit.value)


def _around(side: Side, document: Document, root: Node) -> list[str]:
    """The words around the entries of a document: its header and closing comments, markers and directives."""
    first = root.entries[0].start if root.is_block else root.start
    last = root.entries[-1].end if root.is_block else root.end
    between = side.comments(root, root.start, root.end) if root.style else []
    return [*side.text[document.start : first].split(), *between, *side.text[last : document.end].split()]


def _remarks(unit: Unit) -> list[str]:
    """The words of the comments that belong to an entry itself, not to an entry of a block in it."""
    value, text = unit.value, unit.side.text
    words = unit.lead(0).split()
    if value.is_block:
        words += _NOTE.findall(text, unit.behind_key(), value.entries[0].start)
        return words + text[value.entries[-1].end : value.tail].split()
    if value.entries:
        words += unit.side.comments(value, value.start, value.end)
    return words + unit.trailer().split()
