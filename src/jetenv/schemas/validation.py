"""Whether a document follows its schema: a fast yes or no first, and only for a no the explanation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from jetenv.schemas.failures import SchemaError
from jetenv.schemas.resolving import NOT_FETCHED, Library, Located, Schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

DRAFT = "https://json-schema.org/draft/2020-12/schema"
"""The draft of schemas that do not name theirs."""

# Two libraries judge formats and patterns differently; jsonschema-rs does so for both.
FORMATS = ("date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "regex")


class CompiledSchema:
    """One schema with all that it refers to. Compiled when first asked, with nothing fetched from anywhere."""

    def __init__(self, root: Located, library: Library, label: str) -> None:
        self.root = root
        self.label = label
        self._library = library

    def accepts(self, data: object) -> bool:
        """Whether ``data`` is valid. Raises SchemaError where the schema is no JSON Schema."""
        fast = self._fast
        try:
            return bool(fast.is_valid(data))
        except (ValueError, OverflowError, RecursionError):
            # Data that JSON cannot hold, such as a lone surrogate.
            return next(self.errors(data), None) is None

    def errors(self, data: object) -> Iterator[ValidationError]:
        """Every way in which ``data`` is not valid, with the branches tried as context."""
        errors: Iterator[ValidationError] = self._explaining.iter_errors(data)
        return errors

    def plain_errors(self, data: object) -> list[tuple[tuple[str | int, ...], str]]:
        """Paths and messages of jsonschema-rs: for what only it refuses, and data nested too deeply for the other."""
        try:
            return [(tuple(error.instance_path), str(error.message)) for error in self._fast.iter_errors(data)]
        except ValueError as error:
            return [((), str(error))]

    def check_schema(self) -> None:
        """Raise SchemaError where this is no JSON Schema or refers to something that is not here."""
        _ = self._fast

    @cached_property
    def _needed(self) -> dict[str, Schema]:
        return self._library.needed_by(self.root)

    @cached_property
    def _fast(self) -> Any:
        import decimal  # noqa: F401  jsonschema_rs imports it too, and panics on a ^C in the midst of that

        import jsonschema_rs

        registry = None
        try:
            needed: list[Any] = list(self._needed.items())
            if needed:
                registry = jsonschema_rs.Registry(needed)
            return jsonschema_rs.validator_for(
                {"$schema": DRAFT, **self.root.schema},
                validate_formats=True,
                registry=registry,
                retriever=None if registry else _refuse,
            )
        except jsonschema_rs.ValidationError as error:
            place = "/".join(str(step) for step in error.instance_path)
            raise SchemaError(
                f"no usable JSON Schema: {_first_line(error.message)}",
                where=f"{self.label}#/{place}" if place else self.label,
                hint=NOT_FETCHED if "retriev" in str(error.message).lower() else None,
            ) from None
        except ValueError as error:
            raise SchemaError(f"no usable JSON Schema: {_first_line(str(error))}", where=self.label) from None

    @cached_property
    def _explaining(self) -> Any:
        from jsonschema.validators import extend, validator_for
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT202012

        registry: Any = Registry().with_resources(
            (uri, Resource.from_contents(schema, default_specification=DRAFT202012))
            for uri, schema in self._needed.items()
        )
        schema = {"$schema": DRAFT, **self.root.schema}
        validator = extend(validator_for(schema), {"pattern": _check_pattern})  # type: ignore[no-untyped-call]
        return validator(schema, registry=registry, format_checker=_format_checker())


def _check_pattern(_validator: Any, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """Patterns are of ECMA-262, which has ``\\p{L}`` for one; Python's own ``re`` has not."""
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not _matcher(pattern).is_valid(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@lru_cache(maxsize=512)
def _matcher(pattern: str) -> Any:
    from jsonschema_rs import validator_for

    return validator_for({"$schema": DRAFT, "pattern": pattern})


def _format_checker() -> Any:
    from jsonschema import FormatChecker
    from jsonschema_rs import validator_for

    checker = FormatChecker(formats=())
    for name in FORMATS:
        judge = validator_for({"$schema": DRAFT, "format": name}, validate_formats=True)
        checker.checkers = {**checker.checkers, name: (judge.is_valid, ())}
    return checker


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"'{uri}' is not here and schemas are never fetched")


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".")
