"""Types of columns: what a Jet Bridge calls them, which type of field shows one, and which types of field can.

A field may say more than its column: an ``EmailField`` is a text to the database. So types are compared by what the
column can hold, and not by their names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BY_DATABASE_TYPE = {
    **dict.fromkeys(("BLOB", "BYTEA", "BINARY", "VARBINARY", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB"), "BinaryField"),
    **dict.fromkeys(("NUMERIC", "DECIMAL", "NUMBER"), "DecimalField"),
    **dict.fromkeys(("TIME", "TIMETZ"), "TimeField"),
    **dict.fromkeys(("INTERVAL",), "DurationField"),
}
"""Types that Jet Bridge 1.12 has no name for, or one that says less."""
_CALLED = {"TimestampField": "DateTimeField", "NumberField": "DecimalField"}
"""Names of Jet Bridge that mean something else, or more, in a collection."""
_DATABASE_TYPE = re.compile(r"\s*([A-Za-z_]+)(?:\((\d+)(?:,\s*(-?\d+))?\))?")

_TEXTS = frozenset(
    (
        "CharField", "FixedCharField", "TextField", "RichTextField", "CodeField", "EmailField", "URLField",
        "PhoneField", "SlugField", "PasswordField", "ColorField", "UUIDField", "SelectField", "RadioButtonField",
        "MultipleSelectField", "ForeignKey", "GenericForeignKey", "JSONField", "ArrayField", "FileField", "ImageField",
        "AudioField", "VideoField", "SignatureField", "LocationField",
    )
)  # fmt: skip
_CHOICES = frozenset(("SelectField", "RadioButtonField", "ForeignKey", "GenericForeignKey"))
_WHOLE = frozenset(("IntegerField", "BigIntegerField", "SmallIntegerField"))
_NUMBERS = frozenset(
    (
        "FloatField", "DoublePrecisionField", "NumberField", "DecimalField", "MoneyField", "PercentField",
        "RatingField", "DurationField",
    )
)  # fmt: skip
_FILES = frozenset(("FileField", "ImageField", "AudioField", "VideoField", "SignatureField"))
_PLACES = frozenset(("GeometryField", "GeographyField", "LocationField"))
_FITTING: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("CharField", "FixedCharField", "TextField"), _TEXTS),
    **dict.fromkeys(_WHOLE, _WHOLE | _NUMBERS | _CHOICES | {"BooleanField", "TimestampField"}),
    **dict.fromkeys(("FloatField", "DoublePrecisionField", "MoneyField"), _NUMBERS | _CHOICES | {"TimestampField"}),
    # Some engines have no other type for whole numbers.
    "DecimalField": _NUMBERS | _WHOLE | _CHOICES | {"TimestampField"},
    "SelectField": _TEXTS,
    "UUIDField": frozenset(("UUIDField", "CharField", "FixedCharField", "SlugField")) | _CHOICES,
    "BooleanField": frozenset(("BooleanField", "SelectField", "RadioButtonField")),
    "DateField": frozenset(("DateField",)),
    "DateTimeField": frozenset(("DateTimeField", "TimestampField")),
    "TimeField": frozenset(("TimeField", "DurationField")),
    "DurationField": frozenset(("DurationField", "TimeField")),
    "JSONField": frozenset(("JSONField", "ArrayField", "MultipleSelectField", "CodeField", "GenericForeignKey"))
    | _FILES
    | _PLACES,
    "BinaryField": _FILES | {"BinaryField"},
    **dict.fromkeys(("GeometryField", "GeographyField"), _PLACES),
}
WITH_LENGTH = frozenset(("CharField", "FixedCharField", "TextField"))
WITHOUT_COLUMN = frozenset(("ManyToManyField", "FormulaField", "LookupField", "RollupField", "ButtonField"))
"""Types of field that no column stands behind."""


def column_type(called: str, database_type: str) -> str | None:
    """The type of field that shows a column as it is; None where nothing is known of it.

    ``called`` is Jet Bridge's ``db_field``, ``database_type`` the type in the words of the database.
    """
    if database_type.endswith("[]") or database_type.upper() == "ARRAY":
        return "JSONField"
    match = _DATABASE_TYPE.match(database_type)
    found = _BY_DATABASE_TYPE.get(match[1].upper()) if match else None
    found = found or _CALLED.get(called, called)
    return found if found in _FITTING else None


def digits_of(database_type: str) -> tuple[int, int] | None:
    """All digits and those behind the point, of a type such as ``NUMERIC(10, 2)``."""
    match = _DATABASE_TYPE.match(database_type)
    if match is None or match[1].upper() not in ("NUMERIC", "DECIMAL", "NUMBER") or match[2] is None:
        return None
    digits, decimals = int(match[2]), int(match[3] or 0)
    return (digits, decimals) if digits >= 1 and 0 <= decimals <= digits else None


def fits(field: str, column: str | None) -> bool:
    """Whether a field of type ``field`` can show a column of the type ``column``; yes where that is not known."""
    return column is None or field == column or field in _FITTING[column]


def choices(options: Any) -> tuple[str, ...]:
    """The values of an enumeration, as Jet Bridge lists them; none where it does not."""
    values = [each.get("value") for each in options if isinstance(each, dict)] if isinstance(options, list) else []
    return tuple(each for each in values if isinstance(each, str) and each)
