"""What of a file is shown to nobody: secrets in plain text, and whatever else stands where only a reference may stand.

This is the one place that decides it, by the rules of ``validate``: a token of a known shape wherever it stands, what
looks random under a key that promises a secret, and a value that a schema with ``risk: secret`` does not accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import FieldPath, Key
from jetenv.documents.values import key_text, to_data
from jetenv.schemas.rules import Rules
from jetenv.schemas.secrets import HIDDEN, Span, apart, covered, hidden_tokens, is_plaintext, is_public_key, token_spans
from jetenv.schemas.values import scalars

_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)*")


def secret_spans(source: Source, rules: Rules, stretch: Span | None = None) -> list[Span]:
    """What of ``source``, a file that ``rules`` describe, is hidden: in order, none inside another.

    With a ``stretch``, all that reaches into it; what lies outside may be missing, for it is not looked at.
    """
    roots = (each.root for each in source.documents if each.root is not None)
    found = (span for root in roots for span in _below(source.text, root, rules, "", False, stretch))
    return apart([*found, *token_spans(source.text)])


def hidden_source(source: Source, rules: Rules) -> Source:
    """``source`` with what is hidden replaced, as a document of its own; itself where nothing is."""
    spans = secret_spans(source, rules)
    if not spans:
        return source
    try:
        return parse(covered(source.text, 0, len(source.text), spans))
    except DocumentError:  # a token is a part of the syntax, such as a tag
        return parse(HIDDEN)


def hidden_value(text: str, rules: Rules, field: FieldPath) -> str:
    """``text``, YAML source that stands at ``field`` of a document of these ``rules``, with what is hidden replaced.

    It may begin with its own key or dash, as the versions of a conflict do.
    """
    here, within, inside = rules, rules, False
    for step in field:
        inside = inside or here.risk == "secret"
        within = here
        here = here.property(step.name) if isinstance(step, Key) else here.item()
    inside = inside and not here
    name = next((step.name for step in reversed(field) if isinstance(step, Key)), "")
    try:
        source = parse(text)
    except DocumentError:
        return HIDDEN if inside or here.risk == "secret" or is_plaintext(name, text.strip()) else hidden_tokens(text)
    found: list[Span] = []
    for document in source.documents:
        if document.root is not None:
            own = field and (_keys(document.root) == [name] if isinstance(field[-1], Key) else _is_list(document.root))
            found += _below(source.text, document.root, within if own else here, name, inside)
    return covered(source.text, 0, len(source.text), apart([*found, *token_spans(source.text)]))


def _below(text: str, root: Node, rules: Rules, key: str, inside: bool, stretch: Span | None = None) -> Iterator[Span]:
    """The values to hide in ``root``, which stands under ``key``: all where it is ``inside`` of what is hidden."""
    first, last = stretch or (0, len(text))
    stack = [(root, rules, key, inside)]
    while stack:
        node, here, name, inside = stack.pop()
        if node.kind is Kind.ALIAS:
            continue
        if node.kind is Kind.SCALAR:
            if node.value and (inside or is_plaintext(name, node.value) or _refused(node, here)):
                match = _PROPERTIES.match(text, node.start, node.end)
                yield (match.end() if match else node.start), node.end
            continue
        refused = _refused(node, here)
        here = here.narrow(scalars(node)) if node.kind is Kind.MAPPING else here
        for entry in node.entries:
            if entry.end < first or entry.start > last:
                continue
            below = here.item() if entry.key is None else here.property(key_text(entry.key))
            stray = refused and not (below if entry.key is None else here.accepts(key_text(entry.key)))
            within = name if entry.key is None else key_text(entry.key)
            stack.append((entry.value, below, within, inside or (stray and below.risk != "secret")))


def _refused(node: Node, rules: Rules) -> bool:
    if rules.risk != "secret" or is_public_key(node.value):
        return False
    return rules.refuses_secret(to_data(node))


def _keys(node: Node) -> list[str]:
    return [key_text(entry.key) for entry in node.entries if entry.key is not None]


def _is_list(node: Node) -> bool:
    return node.kind is Kind.SEQUENCE
