"""Three-way merge of one YAML document on its nodes, with ours' source text as the canvas.

What only one side changed is taken from that side as source text, with its comments, at ours' indentation; only
collections that both sides changed are entered, entry by entry. Cheap cases come first everywhere: sides that are
equal, or equal to the base, are never looked into.
"""

from __future__ import annotations

from dataclasses import dataclass

from jetenv.diffing.identity import Identified
from jetenv.diffing.pairing import similarity
from jetenv.diffing.sides import Side, Unit, narrowed, sides
from jetenv.documents.layout import give_header_to_first_entry, header
from jetenv.documents.nodes import ALIAS, MAPPING, SCALAR, Document, Entry, Node, Source
from jetenv.documents.paths import FieldPath
from jetenv.documents.resolving import is_null
from jetenv.documents.values import key_text
from jetenv.merging.conflicts import Choose, Chunk, Conflict, ConflictKind, Region, leave_open
from jetenv.merging.context import Context
from jetenv.merging.empty import half_empty
from jetenv.merging.inline import merge_flow_document, merge_inline
from jetenv.merging.writing import Piece, UnmergeableError, assemble, emptied, listing, split_blank
from jetenv.schemas.rules import Rules

_COMPARED = 64
"""How many changed documents of a file are compared with each other."""


@dataclass(frozen=True, slots=True)
class DocumentMerge:
    """The merged text in chunks, and all conflicts met, in order; settled ones are not among them.

    ``doubtful`` says that a merge of lines may know better: one side deleted an entry which the other one moved.
    """

    chunks: tuple[Chunk, ...]
    conflicts: tuple[Conflict, ...]
    doubtful: bool = False


def merge_documents(
    base: Source, ours: Source, theirs: Source, rules: Rules, *, path: str = "", choose: Choose = leave_open
) -> DocumentMerge:
    """Merge three versions of a file, each ending with a line break (or empty) and with the same line endings.

    An empty base stands for a file that both sides added. Raises UnmergeableError where the files hold different
    numbers of documents, or where a document's root is not a collection of one kind and style in all of them.
    """
    bases = base.documents or [Document(None, 0, len(base.text), len(base.text))]
    if not len(bases) == len(ours.documents) == len(theirs.documents):
        raise UnmergeableError("the versions hold different numbers of documents")
    b_side, o_side, t_side = sides(base, ours, theirs)
    if _come_and_gone(b_side, o_side) or _come_and_gone(b_side, t_side):
        raise UnmergeableError("documents were added, removed or moved")
    merger = Merger(b_side, o_side, t_side, path, choose)
    chunks: list[Chunk] = []
    for b, o, t in zip(bases, ours.documents, theirs.documents, strict=True):
        chunks += merger.document(b, o, t, rules)
    return DocumentMerge(tuple(chunks), tuple(merger.conflicts), merger.doubtful)


def _come_and_gone(base: Side, side: Side) -> bool:
    """Whether documents of ``base`` stand at other positions on a side that has as many: others came and went."""
    if len(base.source.documents) <= 1:
        return False
    pairs = zip(_documents(base), _documents(side), strict=True)
    changed = [(was, now) for was, now in pairs if _data(was) != _data(now)]
    old, new = ({_data(pair[at]) for pair in changed} for at in (0, 1))
    if not old.isdisjoint(new):
        return True
    if len(changed) > _COMPARED:
        return False
    likeness = [similarity(was, now) for was, now in changed]
    return any(
        similarity(was, now) > max(likeness[i], likeness[j])
        for i, (was, _) in enumerate(changed)
        for j, (_, now) in enumerate(changed)
        if i != j
    )


def _documents(side: Side) -> list[Unit]:
    nothing = Node(0, 0)
    return [
        Unit(side, Entry(None, each.root or nothing, each.start, each.start, each.end), at, 0, False)
        for at, each in enumerate(side.source.documents)
    ]


def _data(document: Unit) -> int:
    return document.side.digest(document.value)


_Triple = tuple[Unit | None, Unit | None, Unit | None]


class Merger(Context):
    """The merge of one file, collection by collection."""

    # Documents

    def document(self, b: Document, o: Document, t: Document, rules: Rules) -> list[Chunk]:
        """One document of the file with all of its text."""
        b_text, o_text, t_text = self.base.text, self.ours.text, self.theirs.text
        whole = (b_text[b.start : b.end], o_text[o.start : o.end], t_text[t.start : t.end])
        if whole[1] == whole[2] or whole[0] == whole[2]:
            return [whole[1]]
        if whole[0] == whole[1]:
            return [whole[2]]
        roots = [root for root in (b.root, o.root, t.root) if root is not None]
        if b.root is not None and len(roots) == 3 and all(root.style == "{" for root in roots):
            return merge_flow_document(self, b, o, t, rules)
        alike = all(root.kind is roots[0].kind and _holds_lines(root) for root in roots)
        if not alike or not any(root.is_block for root in roots) or o.root is None or t.root is None:
            raise UnmergeableError("a document's root is not a collection of one kind and style in all versions")
        field: FieldPath = ()
        versions = ((b_text, b), (o_text, o), (t_text, t))
        self._agree_on_header(b, o, t)
        head = self.comments(field, *(_head(text, document) for text, document in versions))
        body = self.collection(
            b.root, o.root, t.root, narrowed(rules, o.root), field, same_line=False, column=_column(o, t)
        )
        if not any(body):
            body = ["{}\n" if o.root.kind is MAPPING else "[]\n"]
        rest = self.comments(field, *(_rest(text, document) for text, document in versions))
        return [*head, *body, *rest]

    def _agree_on_header(self, *documents: Document) -> None:
        """Have the header comment lead the first entry in all versions, where one has it elsewhere.

        A blank line that one side adds or removes makes it the one or the other.
        """
        versions = list(zip((self.base, self.ours, self.theirs), documents, strict=True))
        if any(document.root is None or not document.root.is_block for document in documents):
            return
        headers = [
            {line.strip() for line in header(side.text, document).split("\n")} - {""} for side, document in versions
        ]
        known = frozenset().union(*headers)
        elsewhere = (
            side for own, (side, _) in zip(headers, versions, strict=True) if not (known - own).isdisjoint(side.lines)
        )
        if next(elsewhere, None) is not None:
            for side, document in versions:
                give_header_to_first_entry(side.text, document)

    # Collections

    def collection(
        self,
        b: Node | None,
        o: Node,
        t: Node,
        rules: Rules,
        field: FieldPath,
        *,
        same_line: bool,
        column: int | None = None,
        identified: Identified | None = None,
    ) -> list[Chunk]:
        """The merged entries of a block collection with its tail, at ``column`` or else as ours is indented.

        ``same_line`` says that the first entry begins behind a dash on the same line; ``identified`` are the entries,
        where they are known already.
        """
        column = o.column if column is None else column
        identified = identified or self.identified(b, o, t, rules)
        assert identified is not None
        open_before = len(self.conflicts)
        pieces: list[Piece] = []
        order = self.ordered(identified, field, b, o, t)
        order_conflicts = tuple(self.conflicts[open_before:])
        for name in order:
            base, ours, theirs = (named.get(name) for named in identified.names)
            piece = self.piece((base, ours, theirs), identified, column, rules, field)
            if any(piece.body):
                pieces.append(piece)
        versions = ((self.base, b), (self.ours, o), (self.theirs, t))
        tails = (
            "" if node is None or not node.is_block else side.text[node.entries[-1].end : node.tail]
            for side, node in versions
        )
        tail = self.comments(field, *tails)
        if order_conflicts:
            texts = ("" if x is None else listing(side.units(x), column, same_line) for side, x in versions)
            return [Region(order_conflicts, *texts), *tail]
        return [*assemble(pieces, column, same_line), *tail]

    # Entries

    def piece(self, triple: _Triple, identified: Identified, column: int, rules: Rules, field: FieldPath) -> Piece:
        """The merge of one entry of the three versions."""
        b, o, t = triple
        present = o or t
        assert present is not None
        if o is not None and t is not None and o.column == t.column == column and o.whole() == t.whole():
            return Piece([o.lead(column)], [o.body(column)])
        here = (*field, identified.step(present))
        if o is not None and t is not None:
            return self.both(b, o, t, column, self.rules_below(rules, present), here)
        if b is None:
            return Piece([present.lead(column)], [present.body(column)])
        # One side deleted what the other changed.
        blank, comment = split_blank(present.lead(column))
        text = comment.lstrip(" ") + " " * column * bool(comment) + present.body(column)
        sides = ("", text) if o is None else (text, "")
        return Piece([blank], self.clash(here, ConflictKind.EDIT_DELETE, b.body(column), *sides))

    def both(self, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules, field: FieldPath) -> Piece:
        """An entry that both sides have."""
        lead = self.comments(field, b.lead(column) if b else "", o.lead(column), t.lead(column))
        ours, theirs = o.body(column), t.body(column)
        base = b.body(column) if b else None
        if theirs in (ours, base):
            return Piece(lead, [ours])
        if base == ours:
            return Piece(lead, [theirs])
        return Piece(lead, self._merged_body(b, o, t, column, rules, field))

    def _merged_body(
        self, b: Unit | None, o: Unit, t: Unit, column: int, rules: Rules, field: FieldPath
    ) -> list[Chunk]:
        ours, theirs = o.value, t.value
        base = b.value if b is not None else None
        if ours.is_block and theirs.is_block and ours.kind is theirs.kind:
            below = narrowed(rules, ours)
            inner = base if base is not None and base.kind is ours.kind else None
            header = _header(b, o, t, column)
            entered = inner is not None or base is None or is_null(base)
            if header is not None and entered and (known := self.identified(inner, ours, theirs, below)) is not None:
                same_line = not header.endswith("\n")
                chunks = self.collection(inner, ours, theirs, below, field, same_line=same_line, identified=known)
                if any(chunks):
                    return [header, *chunks]
                # What both sides added, and the base is to have, is not there at all.
                return [emptied(o, header)] if b is not None else []
        elif not ours.is_block and not theirs.is_block:
            merged = merge_inline(self, b, o, t, column, rules, field)
            if merged is not None:
                return merged
        elif (half := half_empty(self, b, o, t, column, rules)) is not None:
            chunks = self.collection(
                half.base, ours, theirs, half.rules, field, same_line=half.same_line, column=half.column
            )
            return half.with_entries(chunks)
        return self._whole(b, o, t, column, field)

    def _whole(self, b: Unit | None, o: Unit, t: Unit, column: int, field: FieldPath) -> list[Chunk]:
        """An entry as a whole: the side that changed its data; its layout and comments come with it."""
        base = (_key(b), self.base.digest(b.value)) if b is not None else None
        ours, theirs = (_key(o), self.ours.digest(o.value)), (_key(t), self.theirs.digest(t.value))
        remarks = [sorted(unit.comments()) if unit is not None else None for unit in (b, o, t)]
        if (theirs == ours and remarks[2] in remarks[:2]) or (theirs == base and remarks[2] == remarks[0]):
            return [o.body(column)]
        if (base == ours or theirs == ours) and remarks[0] == remarks[1]:
            return [t.body(column)]
        if o.value.kind is not t.value.kind:
            kind = ConflictKind.TYPE
        elif theirs == ours:
            kind = ConflictKind.COMMENT
        else:
            kind = ConflictKind.EDIT_EDIT if b is not None else ConflictKind.ADD_ADD
        return self.clash(field, kind, b.body(column) if b else "", o.body(column), t.body(column))


def _holds_lines(root: Node) -> bool:
    """Whether the root of a document is in block style, or empty: then it merges as a block without entries."""
    return root.is_block or not (root.entries or root.kind is SCALAR or root.kind is ALIAS or root.tag or root.anchor)


def _head(text: str, document: Document) -> str:
    """What stands before the entries of a document."""
    root = document.root
    return text[document.start : document.body if root is None or root.is_block else root.start]


def _rest(text: str, document: Document) -> str:
    """What stands behind the entries of a document. Raises UnmergeableError for a comment behind an empty root."""
    root = document.root
    if root is None or root.is_block:
        return text[document.body if root is None else root.tail : document.end]
    line, _, rest = text[root.end : document.end].partition("\n")
    if line.strip():
        raise UnmergeableError("there is a comment behind an empty root")
    return rest


def _column(*documents: Document) -> int:
    """The column at which the entries of the first document stand that has entries in block style."""
    return next(document.root.column for document in documents if document.root is not None and document.root.is_block)


def _header(b: Unit | None, o: Unit, t: Unit, column: int) -> str | None:
    """The key or dash of an entry with its comment, for entries at ours' column; None where both sides changed it."""
    ours, theirs = o.header(), t.header()
    if ours == theirs:
        return ours
    base = b.header() if b is not None else None
    if ours.split() == theirs.split() or (base is not None and base.split() == theirs.split()):
        return ours
    if base is None or base.split() != ours.split():
        return None
    return theirs if theirs.endswith("\n") else "-".ljust(o.value.column - column)


def _key(unit: Unit) -> str | None:
    return None if unit.entry.key is None else key_text(unit.entry.key)
