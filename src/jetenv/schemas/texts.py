"""What is wrong with the texts in a file: formulas that cannot be read, secrets in plain text."""

from __future__ import annotations

from collections.abc import Iterator

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path
from jetenv.schemas.expressions import faults_in
from jetenv.schemas.findings import Finding
from jetenv.schemas.formulas import is_formula
from jetenv.schemas.secrets import is_plaintext, known_tokens
from jetenv.schemas.values import members, resolved

_NAMED_BY = ("id", "name", "key")


def check_formulas(path: str, source: Source) -> list[Finding]:
    """A finding for each formula and template that cannot be read, at its column inside the string."""
    if "=" not in source.text and "{{" not in source.text:
        return []
    return [
        _faulty(path, source, node, at, fault.at, fault.message, fault.expected)
        for node, at in _scalars(source)
        if is_formula(node.value) and node.style in ("", "'", '"', "|", ">") and not _is_number(node)
        for fault in faults_in(node.value)
    ]


def _is_number(node: Node) -> bool:
    return node.tag is not None and not node.tag.endswith("str")


def _faulty(
    path: str, source: Source, node: Node, at: FieldPath, offset: int, message: str, expected: str | None
) -> Finding:
    line, column = source.place(_source_offset(source, node, offset))
    what = "formula" if node.value.startswith("=") else "template"
    return Finding(
        "formula",
        f"the {what} cannot be read: {message}",
        path,
        line,
        column,
        format_path(at),
        expected,
        hint="a formula begins with =, a template stands in {{ }}; both hold one expression",
    )


def _source_offset(source: Source, node: Node, offset: int) -> int:
    """Where character ``offset`` of a scalar's value stands in the text; the scalar's place if it cannot be told."""
    text, value = source.text, node.value
    line_start = value.rfind("\n", 0, offset) + 1
    if not line_start:
        at = text.find(value[:offset] or value[:1], node.start, node.end)
        return at + offset if at >= 0 and (offset or text[at : at + 1] == value[:1]) else node.start
    # In a block scalar each line stands as it is behind its indentation; of lines alike, the same one counts.
    line = value[line_start : value.find("\n", line_start) if "\n" in value[line_start:] else None]
    before = value[:line_start].split("\n").count(line)
    at = node.start
    for _ in range(before + 1):
        at = text.find(line, at + 1, node.end)
        if at < 0:
            return node.start
    return at + offset - line_start


def check_tokens(path: str, source: Source) -> list[Finding]:
    """A finding for each token of a known shape in the text of ``source``, whether that can be read as YAML or not."""
    found = []
    for token in known_tokens(source.text):
        line, column = source.place(token.start)
        end_line, end_column = source.place(token.end)
        found.append(
            Finding(
                "plaintext-secret",
                f"{token.what} in plain text (not shown)",
                path,
                line,
                column,
                expected="a reference, such as env:NAME",
                hint="revoke it, for it is in the history; declare a credential and bind a reference to the new one",
                end_line=end_line,
                end_column=end_column,
            )
        )
    return found


def check_secrets(path: str, source: Source) -> list[Finding]:
    """A finding for each secret in plain text: anywhere in the file by its shape, under telling keys by its look."""
    found = check_tokens(path, source)
    covered = [(token.start, token.end) for token in known_tokens(source.text)] if found else []
    for node, at in _scalars(source):
        if not (at and is_plaintext(_key(at), node.value)):
            continue
        if any(start < node.end and node.start < end for start, end in covered):
            continue
        line, column = source.place(node.start)
        found.append(
            Finding(
                "possible-secret",
                f"what stands under '{_key(at)[:40]}' looks like a secret in plain text (not shown)",
                path,
                line,
                column,
                format_path(at),
                "a reference, such as env:NAME",
                "if it is one, revoke it; declare a credential and bind a reference to it",
            )
        )
    return found


def _key(at: FieldPath) -> str:
    return next((step.name for step in reversed(at) if isinstance(step, Key)), "")


def _scalars(source: Source) -> Iterator[tuple[Node, FieldPath]]:
    """Every scalar value with its path; items by the first of the usual names that they have."""
    stack: list[tuple[Node, FieldPath]] = [(each.root, ()) for each in source.documents if each.root is not None]
    while stack:
        node, at = stack.pop()
        if node.kind is Kind.SCALAR:
            yield node, at
        elif node.kind is Kind.MAPPING:
            stack.extend((value, (*at, Key(name))) for name, _, value in members(node))
        elif node.kind is Kind.SEQUENCE:
            for position, entry in enumerate(node.entries):
                stack.append((entry.value, (*at, _step(entry.value, position))))


def _step(node: Node, position: int) -> Index | Item:
    names = {name: resolved(value) for name, _, value in members(resolved(node)) if name in _NAMED_BY}
    found = next((names[name] for name in _NAMED_BY if name in names), None)
    return Item((found.value,)) if found is not None and found.kind is Kind.SCALAR else Index(position)
