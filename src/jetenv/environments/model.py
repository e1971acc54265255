"""What an environment is: the records that every use case and report shares, and the rules for its id."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field

from jetenv.errors import JetenvError, UsageError
from jetenv.repository.objects import Oid
from jetenv.schemas.versions import LATEST, running

FOLDER = "environments"
PROJECT_FILE = "jetenv.yaml"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Names that a case-insensitive file system takes for git's own HEAD, or Windows for a device.
_PORTS = tuple(f"{port}{number}" for port in ("com", "lpt") for number in range(10))
_RESERVED = frozenset(("head", "con", "prn", "aux", "nul", *_PORTS))


@dataclass(frozen=True, slots=True)
class RemoteCopy:
    """The environment's branch as a remote last showed it. ``ref`` is below ``refs/remotes/``."""

    remote: str
    ref: str
    tip: Oid


@dataclass(frozen=True, slots=True)
class Resolved:
    """The release that a pin stood for when it was last resolved, as ``environment.yaml`` records it.

    ``source`` is where it was found, ``commit`` what it was made from, ``date`` the day (YYYY-MM-DD) of resolving it.
    """

    version: str
    source: str | None = None
    commit: str | None = None
    date: str | None = None

    def as_data(self) -> dict[str, str]:
        """What ``environment.yaml`` has of it."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment, read from the tip of the branch that is its own.

    ``id`` names the branch and the folder ``environments/<id>/``; ``uid`` was drawn at its creation and identifies it
    for good; ``name`` is the display name. ``color`` is a hex colour or a colour's name. ``version`` is ``latest`` or a
    version of the platform, ``resolved`` the release that it stands for, where that is known. ``credentials`` is
    ``inherit`` or ``own``. ``remote`` is None for a local branch and names
    the remote where only that has the environment; ``ref`` and ``tip`` are those of the branch that was read.
    ``copies`` are the branches of the same name on remotes. ``problem`` says why ``environment.yaml`` could not be
    read (then ``uid`` is empty and the other values are defaults), or, where
    ``is_malformed``, that git cannot read the commit at ``tip``.
    """

    id: str
    uid: str
    name: str
    ref: str
    tip: Oid
    color: str | None = None
    version: str = LATEST
    resolved: Resolved | None = None
    credentials: str = "inherit"
    protection: dict[str, object] = field(default_factory=dict)
    expires: str | None = None
    remote: str | None = None
    copies: tuple[RemoteCopy, ...] = ()
    is_default: bool = False
    problem: str | None = None
    is_malformed: bool = False

    @property
    def folder(self) -> str:
        """The folder that speaks for the environment, without a slash at its end."""
        return f"{FOLDER}/{self.id}"

    @property
    def platform(self) -> str | None:
        """The version that the environment runs, as exactly as it is known; None for ``latest``, never resolved."""
        return running(self.version, self.resolved.version if self.resolved is not None else None)


def unreadable(environment: Environment, doing: str) -> JetenvError:
    """The error for what the ``problem`` of an environment stands in the way of; ``doing`` says what of it fails."""
    repair = f"repair {environment.folder}/environment.yaml on its branch and commit it"
    return JetenvError(
        f"environment '{environment.id}' {doing}: {environment.problem}",
        hint="move the branch back before that commit" if environment.is_malformed else repair,
    )


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a local environment stands to a remote's copy of it, in commits.

    ``behind`` is what the remote has and the local branch lacks: above 0, the local environment is stale.
    """

    copy: RemoteCopy
    ahead: int
    behind: int


def is_id(name: str) -> bool:
    """Whether ``name`` has the form of an environment id."""
    return _ID.fullmatch(name) is not None


def check_id(name: str) -> str:
    """``name`` if a new environment may have it as its id.

    Raises UsageError that says which rule it breaks and proposes an id.
    """
    if is_id(name) and name not in _RESERVED:
        return name
    shown = name if len(name) <= 80 else name[:77] + "..."
    proposal = slug(name)
    hint = f"try '{proposal}'" if proposal else "use lower-case letters, digits and hyphens"
    if name in _RESERVED:
        raise UsageError(f"'{name}' is a reserved name and cannot name an environment", hint=hint)
    if len(name) > 63:
        reason = f"it has {len(name)} characters and may have 63"
    elif not name:
        reason = "it is empty"
    else:
        reason = "an id has lower-case ASCII letters, digits and hyphens only, and begins with a letter or digit"
    raise UsageError(f"{shown!r} cannot be an environment's id: {reason}", hint=hint)


def slug(text: str) -> str:
    """The environment id closest to ``text``; empty where nothing of it can be kept."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    proposal = re.sub(r"[^a-z0-9]+", "-", plain)[:63].strip("-")
    return f"{proposal[:59]}-env" if proposal in _RESERVED else proposal


def check_display_name(name: str) -> str:
    """``name`` if it can be a display name: one line of 1 to 100 characters without blanks at its ends.

    Raises UsageError otherwise.
    """
    if not name.strip():
        raise UsageError("a display name cannot be empty")
    if name != name.strip():
        raise UsageError(f"the display name {name!r} begins or ends with a blank")
    if len(name) > 100:
        raise UsageError(f"the display name has {len(name)} characters and may have 100")
    if not name.isprintable():
        raise UsageError(f"the display name {name!r} holds a character that cannot be shown")
    return name
