"""From the errors of a validator to mistakes: one for each thing that the author has to mend.

A validator reports every branch that it tried. Of ``anyOf`` and ``oneOf`` the branch is explained that the author
most likely meant: what all branches agree on first, then those whose constants (such as ``type``) fit, then the
one with the fewest errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jetenv.schemas.mistakes import DataPath, Leaf, Mistake
from jetenv.schemas.tracing import Trace
from jetenv.schemas.wording import word

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from jetenv.schemas.rules import Rules
    from jetenv.schemas.validation import CompiledSchema


def explain(schema: CompiledSchema, data: object, rules: Rules) -> list[Mistake]:
    """The mistakes in ``data``, which ``schema`` does not accept; never empty."""
    trace = Trace(rules, data)
    try:
        leaves = _leaves(schema.errors(data))
        mistakes = [mistake for leaf in leaves for mistake in word(leaf, trace)]
        if not mistakes:
            # Nothing but consequences, of which the cause could not be told.
            mistakes = [Mistake(leaf.path, _plain(leaf.message, leaf.path, trace)) for leaf in leaves]
    except RecursionError:
        mistakes = []
    if not mistakes:
        mistakes = [Mistake(path, _plain(message, path, trace)) for path, message in schema.plain_errors(data)]
    return list(dict.fromkeys(mistakes))


def _plain(message: str, path: DataPath, trace: Trace) -> str:
    if trace.is_secret(path):
        return "the value is not what the schema asks for (not shown: it may be secret)"
    return message if len(message) <= 200 else f"{message[:197]}..."


def _leaves(errors: Iterable[ValidationError]) -> list[Leaf]:
    found: list[Leaf] = []
    for error in errors:
        found.extend(_best(error) if error.context else [_leaf(error)])
    return found


def _leaf(error: ValidationError) -> Leaf:
    path = tuple(error.absolute_path)
    key = error.instance if "propertyNames" in error.absolute_schema_path else None
    return Leaf(
        path,
        error.validator if isinstance(error.validator, str) else None,
        error.validator_value,
        error.instance,
        error.schema,
        error.message,
        key if isinstance(key, str) else None,
    )


def _best(error: ValidationError) -> list[Leaf]:
    by_branch: dict[object, list[ValidationError]] = {}
    for each in error.context:
        by_branch.setdefault(each.relative_schema_path[0], []).append(each)
    branches = [_leaves(errors) for errors in by_branch.values()]
    shared = [leaf for leaf in branches[0] if all(_has(branch, leaf) for branch in branches[1:])]
    if shared:
        return shared
    depth = len(error.absolute_path)
    fitting = [branch for branch in branches if not any(_tells_apart(leaf, depth) for leaf in branch)]
    if not fitting:
        merged = _merged(branches)
        if merged is not None:
            return [merged]
        fitting = [b for b in branches if not any(_wrong_type(leaf, depth) for leaf in b)] or branches
    begun = [branch for branch in fitting if _only_requires(branch, depth) and _is_begun(branch)]
    if len(begun) == 1:
        return begun[0]
    if len(fitting) > 1 and all(_only_requires(branch, depth) for branch in fitting):
        return [_one_of_these(error, fitting)]
    return min(fitting, key=lambda branch: (len(branch), -max(len(leaf.path) for leaf in branch)))


def _has(branch: list[Leaf], leaf: Leaf) -> bool:
    return any(leaf.same(other) for other in branch)


def _tells_apart(leaf: Leaf, depth: int) -> bool:
    """Whether the error shows that another branch was meant."""
    return _wrong_type(leaf, depth) or (leaf.keyword in ("const", "enum") and len(leaf.path) <= depth + 1)


def _wrong_type(leaf: Leaf, depth: int) -> bool:
    return leaf.keyword == "type" and len(leaf.path) == depth and leaf.key is None


def _merged(branches: list[list[Leaf]]) -> Leaf | None:
    """One error for branches that all want another constant, or another type, at the same place."""
    for keywords in (("const", "enum"), ("type",)):
        chosen = [next((leaf for leaf in branch if leaf.keyword in keywords), None) for branch in branches]
        leaves = [leaf for leaf in chosen if leaf is not None]
        if len(leaves) < len(branches) or len({leaf.path for leaf in leaves}) > 1:
            continue
        values: list[Any] = []
        for leaf in leaves:
            many = isinstance(leaf.value, list) and leaf.keyword != "const"
            values.extend(each for each in (leaf.value if many else [leaf.value]) if each not in values)
        first = leaves[0]
        keyword = "type" if keywords == ("type",) else "enum"
        return Leaf(first.path, keyword, values, first.instance, first.schema, first.message)
    return None


def _only_requires(branch: list[Leaf], depth: int) -> bool:
    return all(leaf.keyword == "required" and len(leaf.path) == depth for leaf in branch)


def _is_begun(branch: list[Leaf]) -> bool:
    """Whether some of what the branch requires is there."""
    return any(name in leaf.instance for leaf in branch for name in leaf.value)


def _one_of_these(error: ValidationError, branches: list[list[Leaf]]) -> Leaf:
    choices = [branch[0].value for branch in branches]
    return Leaf(tuple(error.absolute_path), "one of", choices, error.instance, error.schema, error.message)
