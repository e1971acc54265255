"""The canonical layout of a file: only white space changes, never data, comments, quoting, style or order.

The canon: two spaces a level, lists one level below their key, one space behind a dash, comments at the column of
what they describe, at most one blank line in a row, none at the beginning or end, no trailing blanks, line feeds, no
byte order mark, and a final line break. Texts in block scalars move as a whole; other texts of several lines and
collections in flow style keep their inner layout.

The law, checked on each result before it is returned: the data are the same, and so is every character that is not
white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import to_data

_STEP = 2
_HEADER = re.compile(r"[|>][-+0-9]*")
_BLANK = " \t"


def formatted(source: Source) -> str:
    """The text of ``source`` in the canonical layout; as much of it as leaves the data as they are."""
    unix = source if "\r" not in source.text else parse(source.text.replace("\r\n", "\n"))
    for indent in (True, False):
        text = _laid_out(unix, indent)
        if text == source.text or _same(source, text):
            return text
    return source.text


def _same(source: Source, text: str) -> bool:
    if source.text.split() != text.split():
        return False
    try:
        other = parse(text)
    except DocumentError:
        return False
    old, new = ([to_data(document.root) for document in each.documents] for each in (source, other))
    # True equals 1, but is another value.
    return repr(old) == repr(new)


@dataclass(slots=True)
class _Plan:
    """What happens to each line: by how many columns it moves, and whether it is inside of a text.

    ``columns`` holds lines that get a column of their own, ``gaps`` spaces behind a dash as offsets into a line.
    """

    lines: list[str]
    starts: list[int]
    shifts: dict[int, int] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)
    gaps: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def line(self, offset: int) -> int:
        """The index of the line that ``offset`` stands in."""
        from bisect import bisect_right

        return bisect_right(self.starts, offset) - 1


def _laid_out(source: Source, indent: bool) -> str:
    lines = source.text.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    plan = _Plan(lines, starts)
    keeps_end = False
    for document in source.documents:
        if document.root is not None:
            _protect(plan, source.text, document.root)
            if indent and document.root.is_block:
                _block(plan, source.text, document.root, 0)
            keeps_end = _keeps_end(source.text, document.root)
    return _joined(plan, keeps_end)


def _protect(plan: _Plan, text: str, root: Node) -> None:
    """Note the lines inside of texts of several lines, in which blanks may be data."""
    stack = [root]
    while stack:
        node = stack.pop()
        for entry in node.entries:
            stack.append(entry.value)
            if entry.key is not None:
                stack.append(entry.key)
        if node.kind is not Kind.SCALAR:
            continue
        first, last = plan.line(node.start), plan.line(max(node.end - 1, node.start))
        if node.style in ("|", ">"):
            header = plan.line(_header(text, node))
            plan.inside.update(range(header + 1, _content_end(plan, header, last) + 1))
        elif last > first:
            # What follows the last line's closing quote is no text, but it is not worth telling apart.
            plan.inside.update(range(first, last + 1))


def _header(text: str, node: Node) -> int:
    match = _HEADER.search(text, node.start, node.end)
    return match.start() if match is not None else node.start


def _content_end(plan: _Plan, header: int, last: int) -> int:
    """The last line of the content of the block scalar whose indicator stands in the line ``header``."""
    found = header
    for number in range(header + 1, last + 1):
        if plan.lines[number].strip(_BLANK):
            found = number
    return max(found, last) if "+" in plan.lines[header].partition("#")[0] else found


def _keeps_end(text: str, root: Node) -> bool:
    """Whether the document ends in a text of which the line breaks behind it, or that there is none, are a part."""
    node = root
    while node.entries and not node.style:
        node = node.entries[-1].value
    if node.kind is not Kind.SCALAR or node.style not in ("|", ">"):
        return False
    match = _HEADER.search(text, node.start, node.end)
    return not text.endswith("\n") or (match is not None and "+" in match[0])


def _block(plan: _Plan, text: str, node: Node, column: int, *, compact: bool = False) -> None:
    """Move the block collection ``node`` to ``column``; a ``compact`` one begins behind a dash."""
    shift = column - node.column
    if not compact:
        _comments(plan, node.entries[0].start, node.entries[0].head, column)
    for position, entry in enumerate(node.entries):
        first, head, last = plan.line(entry.start), plan.line(entry.head), plan.line(max(entry.end - 1, entry.head))
        behind_dash = compact and position == 0
        for number in range(head + 1 if behind_dash else first, last + 1):
            plan.shifts[number] = shift
        if not behind_dash:
            _comments(plan, entry.start, entry.head, column)
        if text[entry.head : entry.head + 1] != "?":
            _value(plan, text, node, position, column)
    _comments(plan, node.entries[-1].end, node.tail, column)


def _comments(plan: _Plan, start: int, end: int, column: int) -> None:
    for number in range(plan.line(start), plan.line(end - 1) + 1 if end > start else plan.line(start)):
        if plan.lines[number].lstrip(_BLANK).startswith("#"):
            plan.columns[number] = column


def _value(plan: _Plan, text: str, parent: Node, position: int, column: int) -> None:
    entry = parent.entries[position]
    value = entry.value
    if value.is_block and value.entries:
        inside = value.entries[0].head
        if entry.key is None and plan.line(inside) == plan.line(entry.head):
            if text[entry.head + 1 : inside].strip(_BLANK):
                # An anchor or tag stands between the dash and the first key.
                _block(plan, text, value, column + value.column - parent.column, compact=True)
                return
            line = plan.line(entry.head)
            begin = plan.starts[line]
            plan.gaps.setdefault(line, []).append((entry.head + 1 - begin, inside - begin))
        _block(plan, text, value, column + _STEP, compact=plan.line(inside) == plan.line(entry.head))
    elif value.kind is Kind.SCALAR and value.style in ("|", ">"):
        _text(plan, text, value, column + _STEP)
    elif entry.key is None and value.end > value.start and plan.line(value.start) == plan.line(entry.head):
        line = plan.line(entry.head)
        begin = plan.starts[line]
        if not text[entry.head + 1 : value.start].strip(_BLANK):
            plan.gaps.setdefault(line, []).append((entry.head + 1 - begin, value.start - begin))


def _text(plan: _Plan, text: str, node: Node, column: int) -> None:
    """Move the content of a block scalar to ``column``, unless it says itself how far it is indented."""
    at = _header(text, node)
    header = plan.line(at)
    match = _HEADER.match(text, at)
    numbers = range(header + 1, plan.line(max(node.end - 1, node.start)) + 1)
    first = next((plan.lines[number] for number in numbers if plan.lines[number].strip(" ")), None)
    if first is None or match is None or any(map(str.isdigit, match[0])):
        return
    old = len(first) - len(first.lstrip(" "))
    for number in numbers:
        line = plan.lines[number]
        if line.strip(" ") or len(line) > old:
            plan.shifts[number] = column - old
        else:
            plan.shifts[number] = 0


def _joined(plan: _Plan, keeps_end: bool) -> str:
    out: list[str] = []
    blank = True
    for number, line in enumerate(plan.lines):
        if number in plan.inside:
            moved = _moved(plan, number, line)
            out.append(moved)
            blank = False
            continue
        moved = _moved(plan, number, line).rstrip(_BLANK)
        if moved or not blank:
            out.append(moved)
        blank = not moved
    if not keeps_end:
        while out and not out[-1].strip(_BLANK):
            out.pop()
        out.append("")
    return "\n".join(out) if any(out) else ""


def _moved(plan: _Plan, number: int, line: str) -> str:
    for begin, end in sorted(plan.gaps.get(number, ()), reverse=True):
        line = f"{line[:begin]} {line[end:]}"
    stripped = line.lstrip(" ")
    if number in plan.columns:
        return " " * plan.columns[number] + line.lstrip(_BLANK)
    shift = plan.shifts.get(number, 0)
    if not shift or not (stripped or number in plan.inside):
        return line
    return " " * max(len(line) - len(stripped) + shift, 0) + stripped
