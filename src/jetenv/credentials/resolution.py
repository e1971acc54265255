"""What a resolver is, what it is given, and how it says that it cannot.

A resolver is found by the scheme of a reference: those of jetenv in the table below, those of others as entry points of
the group ``jetenv.resolvers``, whose name is the scheme. Each is a function ``resolve(reference, context)`` that
returns text or bytes and raises ``ResolutionError``. It may block: many run at a time, each in a thread of its own, and
what takes longer than ``context.timeout`` seconds is given up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path

from jetenv.credentials.masking import Secret
from jetenv.credentials.references import Reference
from jetenv.errors import JetenvError

GROUP = "jetenv.resolvers"
"""The group of entry points that other packages offer resolvers in."""

TIMEOUT = 10.0  # seconds for one reference


class Cause(Enum):
    """Why a reference could not be resolved."""

    NO_RESOLVER = "no-resolver"
    MISSING_EXTRA = "missing-extra"
    NOT_FOUND = "not-found"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    DENIED = "denied"
    NOT_ALLOWED = "not-allowed"
    INVALID = "invalid"
    EMPTY = "empty"
    FAILED = "failed"


class ResolutionError(JetenvError):
    """A reference that cannot be resolved. The message names the reference and never holds a value."""

    def __init__(self, cause: Cause, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Context:
    """What a resolver may use.

    ``folder`` is the top of the project's working tree, None in a bare repository; ``is_tracked`` says of a path
    relative to it whether git has the file. ``environ`` are the variables of the process, ``config`` is the folder of
    the user's own configuration, ``timeout`` counts seconds.
    """

    folder: Path | None = None
    is_tracked: Callable[[str], bool] = lambda _path: False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    config: Path | None = None
    timeout: float = TIMEOUT


Resolver = Callable[[Reference, Context], "str | bytes"]

_BUILT_IN = {
    "env": "jetenv.credentials.resolvers.variables",
    "file": "jetenv.credentials.resolvers.files",
    "age": "jetenv.credentials.resolvers.age",
    "keyring": "jetenv.credentials.resolvers.keyring",
    "vault": "jetenv.credentials.resolvers.vault",
    "aws-sm": "jetenv.credentials.resolvers.aws",
    "aws-ssm": "jetenv.credentials.resolvers.aws",
    "cmd": "jetenv.credentials.resolvers.commands",
}
_EXTRAS = {"age": "age", "keyring": "keyring", "vault": "vault", "aws-sm": "aws", "aws-ssm": "aws"}


def find_resolver(scheme: str) -> Resolver:
    """The resolver of ``scheme``; a plugin never takes the place of one of jetenv's own.

    It is looked for once in a process. Raises ResolutionError where there is none, or where what it needs is not
    installed.
    """
    found = _found_resolver(scheme)
    if isinstance(found, ResolutionError):
        raise ResolutionError(found.cause, found.message, hint=found.hint)
    return found


@lru_cache
def _found_resolver(scheme: str) -> Resolver | ResolutionError:
    try:
        return _loaded(scheme)
    except ResolutionError as error:
        return error


def _loaded(scheme: str) -> Resolver:
    from importlib import import_module

    module = _BUILT_IN.get(scheme)
    if module is None:
        return _plugin(scheme)
    try:
        resolver: Resolver = import_module(module).resolve
    except ModuleNotFoundError as error:
        extra, missing = _EXTRAS.get(scheme), error.name
        failure = ResolutionError(
            Cause.MISSING_EXTRA,
            f"references of scheme '{scheme}' need the package '{missing}', which is not installed",
            hint=f"pip install 'jetenv[{extra}]'" if extra else f"pip install {missing}",
        )
        raise failure from None
    return resolver


def _plugin(scheme: str) -> Resolver:
    from importlib.metadata import entry_points

    found = tuple(entry_points(group=GROUP, name=scheme))
    if not found:
        raise ResolutionError(
            Cause.NO_RESOLVER,
            f"no resolver for references of scheme '{scheme}' is installed",
            hint=f"install a package that offers one (entry point '{scheme}' of the group '{GROUP}')",
        )
    if len({each.value for each in found}) > 1:
        packages = ", ".join(sorted(each.dist.name for each in found if each.dist is not None))
        raise ResolutionError(
            Cause.NO_RESOLVER,
            f"more than one package offers a resolver for scheme '{scheme}': {packages}",
            hint="uninstall all but one",
        )
    try:
        resolver: Resolver = found[0].load()
    except Exception as error:  # whatever a plugin does when it is imported
        name = type(error).__name__
        raise ResolutionError(
            Cause.NO_RESOLVER, f"the resolver for scheme '{scheme}' cannot be loaded: {name}"
        ) from None
    return resolver


def resolve(reference: Reference, context: Context) -> Secret:
    """The secret behind ``reference``.

    Raises ResolutionError alone, whatever the resolver does; an exception of a client could hold the value, so its
    text and the exception itself are left behind.
    """
    failure: ResolutionError
    try:
        return _checked(find_resolver(reference.scheme)(reference, context))
    except ResolutionError as error:
        failure = ResolutionError(error.cause, f"{reference}: {error.message}", hint=error.hint)
    except Exception as error:  # whatever a client or a plugin raises; its text may hold the value
        failure = ResolutionError(Cause.FAILED, f"{reference}: the resolver failed ({type(error).__name__})")
    raise failure


def _checked(found: str | bytes) -> Secret:
    """``found`` as a secret. Raises ResolutionError for what no process environment or file of text could hold."""
    if isinstance(found, bytes):
        try:
            text = found.decode()
        except UnicodeDecodeError:
            text = "\0"
    else:
        text = found
    if "\0" in text or not _encodable(text):
        raise ResolutionError(Cause.INVALID, "the secret is not UTF-8 text", hint="store binary secrets in base64")
    if not text.strip():
        raise ResolutionError(Cause.EMPTY, "the secret is empty")
    return Secret(text)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
