"""What a file refers to, told by the ``ref`` annotations of its schema and by its formulas and templates."""

from __future__ import annotations

from jetenv.documents.nodes import Source
from jetenv.schemas.objects import object_of
from jetenv.schemas.rules import Rules
from jetenv.schemas.survey import Reference, survey

__all__ = ["Reference", "find_references"]


def find_references(path: str, source: Source, rules: Rules) -> list[Reference]:
    """Every reference of the file at ``path`` in source order; ``rules`` are those of its root.

    Formulas count where the schema gives the file the list that they name from: ``elements.orders`` is a
    component only in a file with ``components``.
    """
    own = object_of(path)
    found = survey(path, source, rules, own.id if own is not None and own.kind == "collection" else "")
    return sorted(found.references, key=lambda reference: reference.offset)
