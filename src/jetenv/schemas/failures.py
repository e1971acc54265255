"""What goes wrong with a schema itself, as opposed to a document that does not follow it."""

from __future__ import annotations

from jetenv.errors import JetenvError


class SchemaError(JetenvError):
    """A schema that cannot be used: no JSON Schema, an unknown reference, contradicting annotations.

    ``where`` is the place in the schema, such as ``urn:jetenv:schema:page:1#/properties/name``.
    """
