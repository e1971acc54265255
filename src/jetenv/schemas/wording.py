"""Mistakes in the words of the person who wrote the file: what was found, and what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jetenv.errors import did_you_mean
from jetenv.schemas.conditions import scalar_text
from jetenv.schemas.mistakes import Leaf, Mistake

if TYPE_CHECKING:
    from jetenv.schemas.tracing import Trace

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_SHOWN_CHOICES = 8
_LONGEST_PATTERN = 50


def word(leaf: Leaf, trace: Trace) -> Iterator[Mistake]:
    """The mistakes that one error of the validator stands for: several unknown properties are one each.

    None for what is but a consequence of another mistake.
    """
    if leaf.keyword in ("additionalProperties", "unevaluatedProperties") and isinstance(leaf.instance, dict):
        yield from _unknown_properties(leaf, trace)
        return
    if leaf.keyword == "oneOf" and not isinstance(leaf.instance, dict) and all(map(_is_of_mapping, leaf.value)):
        # None of these forms refuses what is no mapping at all; that it is none is said elsewhere.
        return
    path, at_key = leaf.path, False
    secret = trace.is_secret(path)
    if leaf.key is not None:
        path, at_key, secret = (*path, leaf.key), True, False
    if leaf.keyword == "uniqueItems":
        path = (*path, _second_of_equals(leaf.instance))
    message, expected, hint = _sentence(leaf, secret)
    yield Mistake(path, message, expected, hint, at_key)


def _unknown_properties(leaf: Leaf, trace: Trace) -> Iterator[Mistake]:
    rules = trace.rules(leaf.path)
    if not rules.declared:
        rules = trace.rules(leaf.path, narrowed=False)
    everything = trace.rules(leaf.path, narrowed=False)
    for name in leaf.instance:
        if leaf.keyword == "additionalProperties" and isinstance(leaf.schema, dict):
            known = name in leaf.schema.get("properties", ()) or _patterned(name, leaf.schema)
        else:
            known = rules.accepts(name)
        if known:
            continue
        others = [each for each in rules.declared or everything.declared if each not in leaf.instance]
        message = f"unknown property {quoted(name)}"
        if everything.accepts(name):
            kind = leaf.instance.get("type")
            message += f" for type {quoted(kind)}" if isinstance(kind, str) else " here"
        elif guess := did_you_mean(name, others, cutoff=0.7):
            message += f"; did you mean {quoted(guess)}?"
        yield Mistake((*leaf.path, name), message, ", ".join(others) or None, at_key=True)


def _is_of_mapping(form: object) -> bool:
    return isinstance(form, dict) and set(form) <= {"required", "properties", "title", "description"}


def _patterned(name: str, schema: dict[str, Any]) -> bool:
    import re

    return any(re.search(pattern, name) for pattern in schema.get("patternProperties", ()))


def _sentence(leaf: Leaf, secret: bool) -> tuple[str, str | None, str | None]:
    value, found = leaf.value, shown(leaf.instance, secret)
    about = leaf.schema.get("description") if isinstance(leaf.schema, dict) else None
    match leaf.keyword:
        case "required":
            return f"missing required {quoted(_missing(leaf))}", None, None
        case "type":
            return _type_sentence(leaf, found, secret)
        case "enum" | "const":
            return _choice_sentence(leaf, found, secret)
        case "one of":
            groups = " or ".join(" and ".join(quoted(each) for each in group) for group in value)
            return f"missing required {groups}", None, None
        case "oneOf":
            return _too_many_sentence(leaf), None, None
        case "pattern":
            if about and len(value) > _LONGEST_PATTERN:
                return f"{found} does not have the required form", value, about
            return f"{found} does not match {value}", value, about
        case "format":
            return f"{found} is not a valid {value}", str(value), about
        case "dependentRequired":
            return _dependent_sentence(leaf), None, None
        case None | "not":
            return f"{found} is not allowed here", None, about
    limit = _limit_sentence(leaf, found)
    if limit is not None:
        return limit, None, about
    return ("the value is not what the schema asks for" if secret else leaf.message), None, about


def _missing(leaf: Leaf) -> str:
    # The library names the property in its message only.
    absent = [name for name in leaf.value if name not in leaf.instance]
    return str(next((name for name in absent if leaf.message.startswith(repr(name))), absent[0]))


def _type_sentence(leaf: Leaf, found: str, secret: bool) -> tuple[str, str | None, str | None]:
    wanted = [leaf.value] if isinstance(leaf.value, str) else list(leaf.value)
    expected = _or([_TYPES.get(each, each) for each in wanted])
    if secret and not isinstance(leaf.instance, dict | list | None):
        found = "another value (not shown: it may be secret)"
    hint = leaf.schema.get("description") if secret and isinstance(leaf.schema, dict) else None
    if "string" in wanted and isinstance(leaf.instance, bool | int | float):
        hint = "write it in quotes"
    elif wanted == ["string"] and leaf.instance is None:
        hint = "write a text; one that begins with # needs quotes"
    elif wanted == ["boolean"] and leaf.instance in ("yes", "no", "on", "off", "true", "false"):
        hint = "write true or false, without quotes"
    return f"expected {expected}, found {found}", expected, hint


def _choice_sentence(leaf: Leaf, found: str, secret: bool) -> tuple[str, str | None, str | None]:
    choices = [leaf.value] if leaf.keyword == "const" else list(leaf.value)
    texts = [each if isinstance(each, str) else json.dumps(each) for each in choices]
    if len(choices) == 1:
        return f"expected {quoted(texts[0])}, found {found}", texts[0], None
    names = [quoted(each) for each in texts]
    listed = ", ".join(names[:_SHOWN_CHOICES])
    if len(names) > _SHOWN_CHOICES:
        listed += f", … ({len(names)} in all)"
    message = f"{found} is not one of {listed}"
    if not secret and isinstance(leaf.instance, str) and (guess := did_you_mean(leaf.instance, texts, cutoff=0.7)):
        message += f"; did you mean {quoted(guess)}?"
    return message, ", ".join(texts), None


def _too_many_sentence(leaf: Leaf) -> str:
    groups = [each.get("required", []) for each in leaf.value if isinstance(each, dict)]
    given = [group for group in groups if group and all(name in leaf.instance for name in group)]
    if len(given) > 1:
        return "only one is allowed: " + " or ".join(" and ".join(quoted(n) for n in group) for group in given)
    return "it fits more than one of the forms that exclude each other"


def _dependent_sentence(leaf: Leaf) -> str:
    for name, needed in leaf.value.items():
        absent = [each for each in needed if each not in leaf.instance]
        if name in leaf.instance and any(repr(each) in leaf.message for each in absent):
            return f"missing {quoted(absent[0])}, which {quoted(name)} needs"
    return leaf.message


def _limit_sentence(leaf: Leaf, found: str) -> str | None:
    value, size = leaf.value, len(leaf.instance) if isinstance(leaf.instance, str | list | dict) else 0
    match _exclusive(leaf):
        case "minimum":
            return f"{found} is less than {value}"
        case "maximum":
            return f"{found} is more than {value}"
        case "exclusiveMinimum":
            return f"{found} is not more than {value}"
        case "exclusiveMaximum":
            return f"{found} is not less than {value}"
        case "multipleOf":
            return f"{found} is not a multiple of {value}"
        case "minLength":
            return "an empty string is not allowed" if not size else f"{found} is shorter than {value} characters"
        case "maxLength":
            return f"the text has {size} characters, more than {value}"
        case "minItems":
            return (
                "an empty list is not allowed"
                if not size
                else f"the list has {size} items, at least {value} are needed"
            )
        case "maxItems":
            return f"the list has {size} items, at most {value} are allowed"
        case "minProperties":
            return "an empty mapping is not allowed" if not size else f"{size} properties, at least {value} are needed"
        case "maxProperties":
            return f"{size} properties, at most {value} are allowed"
        case "uniqueItems":
            return f"{shown(leaf.instance[_second_of_equals(leaf.instance)], False)} is listed twice"
    return None


def _exclusive(leaf: Leaf) -> str | None:
    """The keyword that failed, of the drafts since 06: before, ``exclusiveMinimum: true`` belonged to ``minimum``."""
    name = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}.get(leaf.keyword or "")
    return name if name is not None and leaf.schema.get(name) is True else leaf.keyword


def _second_of_equals(items: Sequence[Any]) -> int:
    seen: set[str] = set()
    for position, item in enumerate(items):
        text = json.dumps(item, sort_keys=True, default=str)
        if text in seen:
            return position
        seen.add(text)
    return 0


def shown(value: object, secret: bool) -> str:
    """A value as messages show it; never one that may be secret."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if secret:
        return "the value (not shown: it may be secret)"
    return quoted(value) if isinstance(value, str) else scalar_text(value)


def quoted(text: str) -> str:
    """``text`` in quotes, on one line and not too long."""
    line = text if text.isprintable() else json.dumps(text, ensure_ascii=True)[1:-1]
    return f"'{line}'" if len(line) <= 80 else f"'{line[:77]}...'"


def _or(names: Iterable[str]) -> str:
    names = list(dict.fromkeys(names))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
