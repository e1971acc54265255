"""References to secrets: the one grammar of them.

    reference = scheme ":" path [ "#" field ]

``env:NAME`` · ``file:PATH#key`` · ``age:PATH#key`` · ``keyring:service/user`` · ``vault:mount/path#field`` ·
``aws-sm:name#key`` · ``aws-ssm:name`` · ``cmd:name`` · ``scheme:path#field`` of a plugin, whose scheme has a hyphen or
is one of ``PLUGIN_SCHEMES``. Nothing is decoded: a path with a ``#`` cannot be written. The schema of
``environments/<env>/credentials.yaml`` accepts the same texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jetenv.errors import UsageError, did_you_mean


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """Where a secret is. ``field`` is None where the whole of what stands at ``path`` is meant."""

    scheme: str
    path: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.scheme}:{self.path}" + (f"#{self.field}" if self.field is not None else "")


@dataclass(frozen=True, slots=True)
class _Form:
    """What path and field of a scheme look like; ``example`` is shown where they do not."""

    example: str
    path: re.Pattern[str]
    field: bool | None  # whether there is one; None where it may be left out


_FILE_PATH = re.compile(r"[^#\s](?:[^#\n]*[^#\s])?")
_FORMS = {
    "env": _Form("env:ORDERS_DB_PASSWORD", re.compile(r"[A-Za-z_][A-Za-z0-9_]*"), False),
    "file": _Form("file:secrets/orders.env#DB_PASSWORD", _FILE_PATH, None),
    "age": _Form("age:secrets/orders.env.age#DB_PASSWORD", _FILE_PATH, None),
    "keyring": _Form("keyring:orders-db/orders_app", re.compile(r"[^/\s#]+/[^\s#]+"), False),
    "vault": _Form("vault:secret/orders/db#password", re.compile(r"[^/\s#]+(?:/[^/\s#]+)+"), True),
    "aws-sm": _Form("aws-sm:prod/orders-db#password", re.compile(r"[^\s#]+"), None),
    "aws-ssm": _Form("aws-ssm:/prod/orders-db/password", re.compile(r"[^\s#]+"), False),
    "cmd": _Form("cmd:orders-db-password", re.compile(r"[a-z0-9][a-z0-9_-]{0,62}"), False),
}
SCHEMES = tuple(_FORMS)
"""The schemes that jetenv itself resolves."""

PLUGIN_SCHEMES = ("gcp-sm", "azure-kv", "op", "sops", "pass", "doppler")
"""Names kept for stores that many know; a plugin resolves them."""

_PLUGIN_FORM = _Form("", re.compile(r"[^\s#]+"), None)
_PLUGIN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def parse_reference(text: str, *, where: str | None = None) -> Reference:
    """The reference that ``text`` is.

    Raises UsageError that says what is wrong with it and never repeats it: what is no reference may be the secret.
    """
    scheme, colon, rest = text.partition(":")
    form = _FORMS.get(scheme) or (_PLUGIN_FORM if scheme in PLUGIN_SCHEMES or _PLUGIN.fullmatch(scheme) else None)
    if not colon or form is None:
        raise UsageError(_unknown(scheme if colon else ""), where=where, hint=_HINT)
    path, hash_sign, field = rest.partition("#")
    problem = None
    if _CONTROL.search(text) or not form.path.fullmatch(path):
        problem = "what stands behind the colon is not of its form"
    elif hash_sign and form.field is False:
        problem = "it takes no field behind a #"
    elif hash_sign and not re.fullmatch(r"[^\s#]+", field):
        problem = "the field behind the # is not of its form"
    elif not hash_sign and form.field is True:
        problem = "the field behind a # is missing"
    if problem is not None:
        hint = f"write it like {form.example}" if form.example else "write it like scheme:path#field"
        raise UsageError(f"this is no reference of scheme '{scheme}': {problem}", where=where, hint=hint)
    return Reference(scheme, path, field if hash_sign else None)


_HINT = f"a reference says where the secret is, such as env:ORDERS_DB_PASSWORD; schemes: {', '.join(SCHEMES)}"


def _unknown(scheme: str) -> str:
    """Says that the scheme is unknown; it is shown only where it cannot be a part of a secret."""
    close = did_you_mean(scheme, (*SCHEMES, *PLUGIN_SCHEMES), cutoff=0.7)
    if close:
        return f"the text is no reference: its scheme is unknown; did you mean '{close}:'?"
    return "the text is no reference to a secret (not shown: it may be the secret itself)"
