"""New values as text that fits its surroundings: block or flow style, indentation, quotes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from jetenv.documents.emitting import block_scalar, require_encodable, text_scalar
from jetenv.documents.nodes import MAPPING, SCALAR, SEQUENCE, Kind, Node, Source, walk
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Item, Key
from jetenv.documents.values import key_text, scalar_data
from jetenv.errors import UsageError

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+|\Z))*")
_WIDEST_INDICATOR = 9


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out: ``step`` columns per level, and ``dash`` columns from a key to the dashes below it."""

    step: int
    dash: int


@dataclass(frozen=True, slots=True)
class Value:
    """A new value: ``node`` in ``text``, to stand under the keys and list items of ``wrap``, outermost first."""

    text: str
    node: Node
    wrap: FieldPath = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """The text of a value: what stands behind its key or dash, and the lines below, relative to their own column.

    ``kind`` is that of a block collection, SCALAR for all else. ``ends_open`` is whether the value needs the line
    break behind its last line.
    """

    inline: str
    lines: tuple[str, ...] = ()
    kind: Kind = SCALAR
    ends_open: bool = False


def layout_of(source: Source) -> Layout:
    """The indentation that most of ``source`` uses; two columns where it shows none."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for node in walk(source.root) if source.root is not None else ():
        if node.kind is MAPPING and node.is_block:
            for entry in node.entries:
                if entry.value.is_block:
                    counter = steps if entry.value.kind is MAPPING else dashes
                    counter[entry.value.column - node.column] += 1
    step = steps.most_common(1)[0][0] if steps else 2
    return Layout(step, dashes.most_common(1)[0][0] if dashes else step)


def read_value(yaml_text: str) -> Value:
    """The value that a YAML text stands for; a line that YAML takes for a comment (``#0f766e``) is meant as text.

    Raises UsageError where it is not YAML, holds several documents, or brings anchors of its own.
    """
    if yaml_text.startswith("#") and "\n" not in yaml_text:
        return text_value(yaml_text)
    require_encodable(yaml_text)
    text = yaml_text.replace("\r\n", "\n")
    # Without its last line break a literal block would lose the one that "|" promises.
    text = text if text.endswith("\n") else text + "\n"
    try:
        source = parse(text)
    except DocumentError as error:
        raise UsageError(
            f"the value is not usable YAML: {error.message}",
            hint="quote a text that holds YAML syntax, or give it with --text",
        ) from None
    if len(source.documents) > 1:
        raise UsageError("the value holds several YAML documents")
    node = source.root or Node(0, 0)
    if any(each.anchor for each in walk(node)):
        raise UsageError("the value brings an anchor (&), which could clash with the file's own")
    return Value(source.text, node)


def text_value(text: str) -> Value:
    """The string ``text`` as a value, whatever YAML would make of it."""
    block = block_scalar(text) if "\n" in text else None
    return read_value("\n".join([block[0], *block[1], ""]) if block is not None else text_scalar(text))


def in_flow(value: Value, *, quote: str = "") -> str:
    """``value`` on one line, to stand inside ``{}`` or ``[]``; ``quote`` is the style that strings prefer."""
    text = _flow(value.text, value.node, quote)
    for step in reversed(value.wrap):
        if isinstance(step, Key):
            text = "{" + f"{text_scalar(step.name, style=quote, flow=True)}: {text}" + "}"
        else:
            text = f"[{text}]"
    return text


def in_block(value: Value, layout: Layout, *, old: Node | None = None, indent: int = 0) -> Fragment:
    """``value`` to stand behind a key or dash in block style, written as ``old`` was where that can be.

    ``indent`` is how far the lines of a block scalar are indented from the column of the key or dash.
    """
    if value.wrap:
        lines = _wrapped(value, layout)
        kind = MAPPING if isinstance(value.wrap[0], Key) else SEQUENCE
        return Fragment("", tuple(lines), kind, _ends_open(value.node))
    node = value.node
    if node.kind is SCALAR:
        return _scalar(value.text, node, old, indent or layout.step)
    if not node.entries:
        return Fragment(_flow(value.text, node, ""))
    if node.is_block and _properties(value.text, node):
        raise UsageError("a tag on a block mapping or list cannot be set; write the value in flow style: !tag {…}")
    if node.is_block:
        return Fragment("", tuple(_verbatim(value.text, node)), node.kind, _ends_open(node))
    if _stays_flow(value.text, node, old):
        return Fragment(_flow(value.text, node, ""))
    return Fragment("", tuple(_block(value.text, node, layout)), node.kind, _ends_open(node))


def with_keys(value: Value, keys: tuple[tuple[str, str], ...]) -> Value:
    """The mapping ``value`` with those of ``keys`` (field, text) put first that it lacks.

    Raises UsageError where ``value`` is no mapping or gives one of them another value.
    """
    node = value.node
    named = ", ".join(f"{field}: {key_text}" for field, key_text in keys)
    if node.kind is not MAPPING:
        raise UsageError(f"a new item of this list is a mapping with {named}")
    missing: list[str] = []
    for field, wanted in keys:
        given = node.get(field)
        if given is None:
            missing.append(f"{key_scalar(field)}: {text_scalar(wanted)}")
        elif given.kind is not SCALAR or given.value != wanted:
            found = value.text[given.start : given.end]
            raise UsageError(f"the path names the item by {named}, but the value says {field}: {found}")
    if not missing:
        return value
    if node.is_block:
        return read_value("\n".join([*missing, *_verbatim(value.text, node)]))
    inner = value.text[node.start + len(_properties(value.text, node).strip()) : node.end].strip()[1:]
    return read_value(_properties(value.text, node) + "{" + ", ".join(missing) + (", " if node.entries else "") + inner)


def key_scalar(name: str, *, quote: str = "", flow: bool = False) -> str:
    """A mapping key as text. Raises UsageError for one that YAML cannot write in front of its colon."""
    if len(name) > 1000:
        raise UsageError(f"a key of {len(name):,} characters is longer than the 1,000 that YAML allows")
    return text_scalar(name, style=quote, flow=flow)


def _stays_flow(text: str, node: Node, old: Node | None) -> bool:
    if _properties(text, node) or any(each.key and each.key.kind is not SCALAR for each in node.entries):
        return True
    if old is not None and old.entries and old.kind is node.kind:
        return not old.is_block
    return node.kind is SEQUENCE and all(entry.value.kind is SCALAR for entry in node.entries)


def _wrapped(value: Value, layout: Layout) -> list[str]:
    """The lines of ``value`` with its outer keys and items around it."""
    *outer, last = value.wrap
    lines = _under(last, in_block(Value(value.text, value.node), layout), layout)
    for step in reversed(outer):
        kind = MAPPING if not lines[0].startswith("- ") else SEQUENCE
        lines = _under(step, Fragment("", tuple(lines), kind), layout)
    return lines


def _under(step: object, fragment: Fragment, layout: Layout) -> list[str]:
    """The lines of one mapping entry or list item with ``fragment`` as its value."""
    if isinstance(step, Item):
        return item_lines(fragment)
    assert isinstance(step, Key)
    return entry_lines(key_scalar(step.name), fragment, layout)


def entry_lines(key: str, fragment: Fragment, layout: Layout) -> list[str]:
    """The lines of the mapping entry ``key: fragment``, relative to the column of the key."""
    head = f"{key}: {fragment.inline}" if fragment.inline else f"{key}:"
    return [head, *indented(fragment.lines, column_below(fragment, layout))]


def item_lines(fragment: Fragment) -> list[str]:
    """The lines of the list item ``- fragment``, relative to the column of the dash."""
    if fragment.inline:
        return [f"- {fragment.inline}", *indented(fragment.lines, 0)]
    if not fragment.lines:
        return ["-"]
    if fragment.lines[0].startswith("#"):
        return ["-", *indented(fragment.lines, 2)]
    return [f"- {fragment.lines[0]}", *indented(fragment.lines[1:], 2)]


def column_below(fragment: Fragment, layout: Layout) -> int:
    """How far the lines of ``fragment`` are indented from the key that they stand below."""
    if fragment.kind is SCALAR:
        return 0
    return layout.step if fragment.kind is MAPPING else layout.dash


def indented(lines: tuple[str, ...] | list[str], columns: int) -> list[str]:
    """``lines`` moved to the right; empty ones stay empty."""
    return [" " * columns + line if line else "" for line in lines]


def _scalar(text: str, node: Node, old: Node | None, indent: int) -> Fragment:
    data = scalar_data(node)
    source = text[node.start : node.end]
    properties = _properties(text, node)
    if not isinstance(data, str) or (properties and "\n" not in source):
        return Fragment(source.strip() or "null")
    old_style = old.style if old is not None and old.kind is SCALAR else None
    style = old_style if old_style is not None else node.style
    # A block that keeps its last line breaks would take in the blank lines that happen to follow it.
    if not data.endswith("\n\n") and (style in {"|", ">"} or ("\n" in data and (style or node.style) != '"')):
        block = block_scalar(data, step=indent if 1 <= indent <= _WIDEST_INDICATOR else 2)
        if block is not None:
            header, lines = block
            if style == ">" and "\n" not in data.rstrip("\n"):
                header = ">" + header[1:]
            return Fragment(properties + header, tuple(lines), ends_open=data.endswith("\n"))
    return Fragment(properties + text_scalar(data, style=style if style in {"'", '"'} else ""))


def _ends_open(node: Node) -> bool:
    while node.entries and node.is_block:
        node = node.entries[-1].value
    return node.kind is SCALAR and "\n" in node.value


def _verbatim(text: str, node: Node) -> list[str]:
    """The lines of a block collection as they were given, moved to column 0."""
    start = node.entries[0].start
    newline = text.find("\n", node.end)
    end = max(newline, len(text[: node.tail].rstrip())) if newline >= 0 else len(text)
    lines = text[text.rfind("\n", 0, start) + 1 : end].split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    return [_dedented(line, node.column) for line in lines]


def _dedented(line: str, columns: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(blanks, columns) :]


def _block(text: str, node: Node, layout: Layout) -> list[str]:
    """The lines of a collection given in flow style, rewritten in block style."""
    lines: list[str] = []
    for entry in node.entries:
        value = in_block(Value(text, entry.value), layout)
        if entry.key is None:
            lines += item_lines(value)
        else:
            key = entry.key
            name = text[key.start : key.end] if key.style else key_scalar(key.value)
            lines += entry_lines(name if "\n" not in name else key_scalar(key.value), value, layout)
    return lines


def _flow(text: str, node: Node, quote: str) -> str:
    """A node on one line, as it may stand inside ``{}`` or ``[]``."""
    properties = _properties(text, node)
    if node.kind is SCALAR:
        return _flow_scalar(text, node, properties, quote)
    if node.kind is SEQUENCE:
        return properties + "[" + ", ".join(_flow(text, entry.value, quote) for entry in node.entries) + "]"
    pairs = []
    for entry in node.entries:
        assert entry.key is not None
        plain = entry.key.kind is SCALAR and not entry.key.tag
        key = key_scalar(key_text(entry.key), quote=quote or entry.key.style, flow=True) if plain else None
        pairs.append(f"{key or '? ' + _flow(text, entry.key, quote)}: {_flow(text, entry.value, quote)}")
    return properties + "{" + ", ".join(pairs) + "}"


def _flow_scalar(text: str, node: Node, properties: str, quote: str) -> str:
    data = scalar_data(node)
    source = text[node.start : node.end]
    if not isinstance(data, str):
        return source.strip() or "null"
    if properties and "\n" not in source:
        return source
    style = quote or (node.style if node.style in {"'", '"'} else "")
    return properties + text_scalar(data, style=style, flow=True)


def _properties(text: str, node: Node) -> str:
    if node.tag is None:
        return ""
    match = _PROPERTIES.match(text, node.start, node.end)
    assert match is not None
    return match[0].strip() + " "
