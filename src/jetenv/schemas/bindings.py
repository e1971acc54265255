"""Whether an environment that binds its own credentials binds all that its content needs."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import scalar_data
from jetenv.schemas.findings import Finding
from jetenv.schemas.survey import Reference
from jetenv.schemas.wording import quoted

if TYPE_CHECKING:
    from jetenv.documents.nodes import Source
    from jetenv.schemas.verdict import FileVerdict


OPTIONAL = "optional"
"""The kind of the definition that a file adds which declares a credential that may stay unbound."""


def settings_path(environment: str) -> str:
    """The file with the settings of an environment."""
    return f"environments/{environment}/environment.yaml"


def binds_own(settings: bytes | None) -> bool:
    """Whether an environment with these settings connects with bindings of its own."""
    try:
        source = parse(settings or b"")
    except DocumentError:
        return False
    value = source.root.get("credentials") if source.root is not None else None
    return value is not None and value.value == "own"


def may_stay_unbound(declaration: Source) -> bool:
    """Whether the file that declares a credential says that an environment works without it."""
    value = declaration.root.get("optional") if declaration.root is not None else None
    return value is not None and scalar_data(value) is True


def check_bindings(verdicts: Sequence[FileVerdict], environment: str) -> list[Finding]:
    """Findings for credentials that are declared, not optional and not bound in ``environments/<environment>/``.

    Each is told once, at the first place that uses it, or where it is declared if none does.
    """
    file = f"environments/{environment}/credentials.yaml"
    declared: dict[str, Reference] = {}
    bound: set[str] = set()
    for verdict in verdicts:
        if verdict.path == file:
            bound.update(target for kind, target, *_ in verdict.names if kind == "credential")
        if any(each.kind == OPTIONAL for each in verdict.definitions):
            continue
        for each in verdict.definitions:
            if each.kind == "credential":
                declared[each.id] = Reference("credential", each.id, verdict.path, 0, "")
    unbound = declared.keys() - bound
    uses: dict[str, Reference] = {}
    for verdict in verdicts if unbound else ():
        if not verdict.path.startswith("environments/") and _names_any(verdict, unbound):
            for reference in verdict.references:
                if reference.kind == "credential" and reference.target in unbound:
                    first = uses.setdefault(reference.target, reference)
                    if (reference.path, reference.offset) < (first.path, first.offset):
                        uses[reference.target] = reference
    places = {name: uses.get(name, place) for name, place in declared.items() if name in unbound}
    return [
        Finding(
            "unbound-credential",
            f"credential {quoted(name)} is not bound in {environment}",
            place.path,
            place.line,
            place.column,
            place.field,
            hint=f"add it to the bindings in {file}, such as {name}: env:{name.upper().replace('-', '_')}",
        )
        for name, place in places.items()
    ]


def _names_any(verdict: FileVerdict, credentials: Set[str]) -> bool:
    return any(kind == "credential" and target in credentials for kind, target, *_ in verdict.names)
