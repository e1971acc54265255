"""Start a command with the data source of an environment in its variables, and with no other secret.

What the command inherits is what is around jetenv, less every variable that may hold a secret: those that bindings of
any environment refer to, those that unlock stores, those whose names or values look like a secret, and those that would
say again what jetenv says. ``keep`` hands on one of them all the same.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from jetenv.environments.bindings import read_bindings, require_readable_credentials
from jetenv.environments.model import Environment
from jetenv.environments.project import Project
from jetenv.environments.sources.connection import DATABASES, Connection, choose, connect, resources_in
from jetenv.environments.sources.variables import (
    JET_BRIDGE_FILES,
    JET_BRIDGE_NAMES,
    jet_bridge_variables,
    own_variables,
    url_variable,
)
from jetenv.errors import JetenvError, UsageError

if TYPE_CHECKING:
    from jetenv.environments.sources.connection import Resource

_SECRET_NAME = re.compile(
    r"(?i)pass(word|wd|phrase)?$|^pgpass|pwd$|secret|token|credential|(api|access|private|auth|signing|encryption)_?key"
    r"|_key$|_key_id$|_dsn$|^jetenv_"
)
_HARMLESS = frozenset(("PWD", "OLDPWD", "SSH_AUTH_SOCK", "GPG_AGENT_INFO"))
_SECRET_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*:[^\s/@]+@|-----BEGIN [A-Z ]*PRIVATE KEY")


class Form(Enum):
    """Further variables that a command may want."""

    JET_BRIDGE = "jet-bridge"
    DATABASE_URL = "database-url"


@dataclass(frozen=True, slots=True)
class Launch:
    """A command that is ready to start. ``variables`` are all that it gets, ``added`` and ``removed`` the differences.

    ``descriptors`` are open files that it inherits; they hold what a program reads from a file only.
    """

    environment: Environment
    resource: Resource
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(repr=False)
    added: tuple[str, ...]
    removed: tuple[str, ...]
    descriptors: tuple[int, ...] = ()


def prepare(
    project: Project,
    name: str,
    command: Sequence[str],
    *,
    resource: str | None = None,
    form: Form | None = None,
    keep: Iterable[str] = (),
    seconds: float | None = None,
) -> Launch:
    """Make ``command`` ready to start with ``resource`` of the environment ``name``, as it is committed there.

    ``resource`` may be left out where there is one only (for a ``form``, one database). Raises UsageError for names
    that cannot be meant and for a command that is not there, RefusedError for a credential that is not bound, and
    JetenvError where a secret cannot be resolved.
    """
    environment = project.visible_environment(name)
    require_readable_credentials(environment)
    resources = resources_in(project, project.repo.commits.get(environment.tip).tree)
    chosen = choose(environment, resources, resource, DATABASES if form is not None else ())
    connection = _placed(project, connect(project, environment, chosen, seconds))
    added = own_variables(connection)
    descriptors: list[int] = []
    if form is Form.DATABASE_URL:
        added |= url_variable(connection)
    elif form is Form.JET_BRIDGE:
        added |= _jet_bridge(connection, keep, descriptors)
    _refuse_nul(added, chosen)
    inherited = _inherited(project, form, frozenset(keep))
    variables = {**inherited, **added}
    removed = tuple(sorted(os.environ.keys() - variables.keys()))
    if command and shutil.which(command[0], path=variables.get("PATH")) is None:
        raise UsageError(f"there is no command {command[0][:200]!r}", hint="name a program behind --")
    return Launch(environment, chosen, tuple(command), variables, tuple(sorted(added)), removed, tuple(descriptors))


def _refuse_nul(variables: Mapping[str, str], resource: Resource) -> None:
    name = next((name for name, value in variables.items() if "\0" in value), None)
    if name is not None:
        raise JetenvError(
            f"the value of {name} holds a NUL, and no variable can",
            where=f"resources/{resource.id}.yaml",
            hint="correct the parameter, or the secret that it names",
        )


def start(launch: Launch) -> NoReturn:
    """Become the command: its exit code and its signals are those of this process.

    Raises JetenvError where it cannot be started.
    """
    for descriptor in launch.descriptors:
        os.set_inheritable(descriptor, True)
    for number in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and a command would inherit that
        if hasattr(signal, number):
            signal.signal(getattr(signal, number), signal.SIG_DFL)
    try:
        os.execvpe(launch.command[0], launch.command, launch.variables)  # noqa: S606 - no shell is wanted
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise JetenvError(f"{launch.command[0]} cannot be started: {reason}") from None


def _placed(project: Project, connection: Connection) -> Connection:
    """The connection, with the file of an SQLite database at its place in the project."""
    from dataclasses import replace

    name = connection.values.get(("params", "name"))
    folder = project.repo.workdir
    if connection.resource.type != "sqlite" or not isinstance(name, str) or folder is None or name == ":memory:":
        return connection
    return replace(connection, values={**connection.values, ("params", "name"): str(folder / Path(name))})


def _jet_bridge(connection: Connection, keep: Iterable[str], descriptors: list[int]) -> dict[str, str]:
    from secrets import token_hex

    kept = frozenset(keep)
    token = os.environ["TOKEN"] if "TOKEN" in kept and "TOKEN" in os.environ else token_hex(16)
    found = jet_bridge_variables(connection, token)
    found.setdefault("ADDRESS", os.environ.get("ADDRESS", "127.0.0.1"))
    for name, variable in JET_BRIDGE_FILES.items():
        text = connection.text("params", name)
        if text is not None:
            found[variable] = _as_file(text, descriptors) if "-----BEGIN" in text else text
    return found


def _as_file(text: str, descriptors: list[int]) -> str:
    """The path of a file in memory with ``text`` in it, for this process and those that inherit its descriptor."""
    if not hasattr(os, "memfd_create"):
        raise JetenvError(
            "a certificate or key is to be handed over as a file, and this system has no files in memory",
            hint="bind it to a path instead: the text of the secret is then the name of a file",
        )
    descriptor = os.memfd_create("jetenv", 0)
    os.write(descriptor, text.encode())
    descriptors.append(descriptor)
    return f"/proc/self/fd/{descriptor}"


def _inherited(project: Project, form: Form | None, keep: frozenset[str]) -> dict[str, str]:
    """The variables around jetenv, without those that may hold a secret or would say again what jetenv says."""
    referred = _referred(project)
    again = {"DATABASE_URL"} | (JET_BRIDGE_NAMES if form is Form.JET_BRIDGE else set())
    return {
        name: value
        for name, value in os.environ.items()
        if name in keep
        or name in _HARMLESS
        or not (name in referred or name in again or _SECRET_NAME.search(name) or _SECRET_VALUE.search(value))
    }


def _referred(project: Project) -> frozenset[str]:
    """The variables that the bindings of any environment refer to."""
    found = set()
    for environment in project.environments():
        try:
            bindings = read_bindings(project, environment)
        except JetenvError:
            continue  # one that cannot be read is of no use to that environment either
        found |= {each.reference.removeprefix("env:") for each in bindings if each.reference.startswith("env:")}
    return frozenset(found)
