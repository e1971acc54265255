"""The block of lines that jetenv has in ``.gitattributes`` for each of its drivers, and the settings that belong to it.

``.gitattributes`` belongs to the project and travels with it; the configuration belongs to one clone. Where only the
first is there, git does as it always does. All YAML files of the repository are meant, not those of the layout alone.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments.file_writing import write_file
from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.attributes import attribute
from jetenv.repository.failures import from_os_error
from jetenv.repository.interrupts import interrupts_deferred

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

ATTRIBUTES = ".gitattributes"
PATTERNS = ("*.yaml", "*.yml")
DRIVER = "jetenv"
ATTRIBUTE_NAMES = ("merge", "diff")
_NEW_FILE = " (in a file of its own)"  # told apart from an empty file, so that uninstalling leaves what there was
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the repository's configuration and its value; None where it is to be removed or is not there."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DriverChange:
    """What installing or uninstalling a driver did, or would do. ``driver`` is its name, such as ``merge driver``.

    ``attributes`` is the content of ``.gitattributes`` before and after (None: no file), ``settings`` what changes in
    the configuration; both are None or empty where nothing does. ``overruled`` are the patterns of the driver that
    another line of the attributes gives to another driver.
    """

    driver: str
    installed: bool
    dry_run: bool
    attributes: tuple[bytes | None, bytes | None] | None
    settings: tuple[Setting, ...]
    overruled: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return self.attributes is not None or bool(self.settings)


@dataclass(frozen=True, slots=True)
class DriverStatus:
    """How far a driver is set up in a clone.

    ``attributes`` and ``configured`` are its two halves; ``outdated`` is whether installing again would change the
    configuration; ``command`` is how git calls jetenv, None where that cannot be told, ``found`` whether that program
    is there. ``overruled`` as in DriverChange.
    """

    driver: str
    attributes: bool
    configured: bool
    outdated: bool
    command: str | None
    found: bool
    overruled: tuple[str, ...]

    @property
    def active(self) -> bool:
        """Whether git calls it."""
        return self.attributes and self.configured and self.found and len(self.overruled) < len(PATTERNS)

    @property
    def begun(self) -> bool:
        """Whether any of it is there."""
        return self.attributes or self.configured


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver that git calls for YAML files.

    ``attribute`` (``merge``, ``diff``) is what names it in the attributes; ``settings`` what is written into the
    configuration, of which ``command`` is the key that holds how jetenv is called.
    """

    attribute: str
    settings: Mapping[str, str]
    command: str

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.attribute} driver"

    def install(self, repo: Repository, *, dry_run: bool = False) -> DriverChange:
        """Let git call it in this clone. What is there already is not written again.

        Raises JetenvError where there is no working tree or either half cannot be written, and RefusedError where
        ``.gitattributes`` is no regular file or its block is broken; both halves are as they were then.
        """
        file = _attributes_file(repo)
        old = _read(file)
        new = with_block(old, self.attribute)
        settings = tuple(
            Setting(name, repo.config.get(name), value)
            for name, value in self.settings.items()
            if repo.config.get(name) != value
        )
        if not dry_run:
            _apply(repo, file, old, new, settings)
        changed = (old, new) if old != new else None
        return DriverChange(self.name, True, dry_run, changed, settings, () if dry_run else self._overruled(repo))

    def uninstall(self, repo: Repository, *, dry_run: bool = False) -> DriverChange:
        """Take it out of ``.gitattributes`` and of this clone's configuration; everything else stays.

        Raises as ``install`` does.
        """
        file = _attributes_file(repo)
        old = _read(file)
        new = without_block(old, self.attribute)
        settings = tuple(
            Setting(name, value, None) for name in self.settings if (value := repo.config.own(name)) is not None
        )
        if not dry_run:
            _apply(repo, file, old, new, settings)
        return DriverChange(self.name, False, dry_run, (old, new) if old != new else None, settings)

    def status(self, repo: Repository) -> DriverStatus:
        """How far it is set up. Raises as ``install`` does."""
        content = _read(_attributes_file(repo))
        line = repo.config.get(self.command)
        command = _command_in(line) if line is not None else None
        return DriverStatus(
            self.name,
            attributes=content is not None and without_block(content, self.attribute) != content,
            configured=line is not None,
            outdated=line is not None and any(repo.config.get(name) != value for name, value in self.settings.items()),
            command=command,
            found=command is not None and shutil.which(command) is not None,
            overruled=self._overruled(repo),
        )

    def _overruled(self, repo: Repository) -> tuple[str, ...]:
        """The patterns for whose files git is told to use another one, by lines that people wrote."""
        probes = {f"jetenv-probe{pattern.removeprefix('*')}": pattern for pattern in PATTERNS}
        found = attribute(self.attribute, probes, repo.path, repo.worktree.path)
        return tuple(pattern for probe, pattern in probes.items() if found.get(probe) not in (DRIVER, "unspecified"))


def with_block(content: bytes | None, kind: str) -> bytes:
    """``.gitattributes`` with the block of the driver for the attribute ``kind``, which is the first thing in it.

    Of several lines that match a path git obeys the last, so whatever people wrote stays stronger.
    """
    begin, end = _limits(kind)
    bare = without_block(content, kind)
    body = [*(f"{pattern} {kind}={DRIVER}" for pattern in PATTERNS), end]
    if bare != content and content is not None and "\n".join(body).encode() in content.replace(b"\r\n", b"\n"):
        return content
    own_file = content is None or (begin + _NEW_FILE).encode() in content
    bom = _BOM if bare is not None and bare.startswith(_BOM) else b""
    rest = (bare or b"").removeprefix(bom)
    ending = "\r\n" if rest.partition(b"\n")[0].endswith(b"\r") else "\n"
    lines = [begin + _NEW_FILE * own_file, *body]
    return bom + "".join(line + ending for line in lines).encode() + rest


def without_block(content: bytes | None, kind: str) -> bytes | None:
    """``.gitattributes`` as it was before ``with_block``; None where there was no file, and nothing was added.

    Raises RefusedError where the end of a block is missing.
    """
    begin, end = _limits(kind)
    if content is None or begin.encode() not in content:
        return content
    bom = _BOM if content.startswith(_BOM) else b""
    kept: list[bytes] = []
    inside = own_file = False
    for line in content.removeprefix(bom).splitlines(keepends=True):
        text = line.strip()
        if text in (begin.encode(), (begin + _NEW_FILE).encode()):
            inside, own_file = True, text != begin.encode()
        elif inside:
            inside = text != end.encode()
        else:
            kept.append(line)
    if inside:
        raise RefusedError(
            f"the line '{end}' is missing", where=ATTRIBUTES, hint=f"remove the line '{begin}' and what belongs to it"
        )
    if own_file:
        if not kept:
            return None
        kept = [_owning(line) for line in kept]
    return bom + b"".join(kept)


def _owning(line: bytes) -> bytes:
    """The first line of another block, which now is what the file was made for; any other line as it is."""
    for kind in ATTRIBUTE_NAMES:
        begin = _limits(kind)[0].encode()
        if line.strip() == begin:
            return line.replace(begin, begin + _NEW_FILE.encode())
    return line


def _limits(kind: str) -> tuple[str, str]:
    """The first and the last line of the block."""
    return f"# >>> jetenv {kind} driver", f"# <<< jetenv {kind} driver"


def own_command() -> str:
    """How a shell calls this installation: by name where PATH leads to it, else by its absolute path."""
    script = Path(sysconfig.get_path("scripts")) / "jetenv"
    found = shutil.which("jetenv")
    if not script.exists():
        return module_command()
    if found is not None and Path(found).resolve() == script.resolve():
        return "jetenv"
    return shlex.quote(str(script))


def module_command() -> str:
    """How a shell calls this installation, wherever it is; -P, for it is started in a repository."""
    return f"{shlex.quote(sys.executable)} -P -m jetenv"


def _command_in(driver: str) -> str | None:
    """The program that a driver's command line starts with."""
    try:
        words = shlex.split(driver.replace("%%", "%"), posix=True)
    except ValueError:
        return None
    return words[0] if words else None


def _attributes_file(repo: Repository) -> Path:
    file = repo.worktree.path / ATTRIBUTES
    if file.is_symlink() or (file.exists() and not file.is_file()):
        what = "a symbolic link, which git does not follow here" if file.is_symlink() else "no regular file"
        raise RefusedError(f"{ATTRIBUTES} is {what}", where=str(file), hint="put a file of its own there")
    return file


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise from_os_error(error, f"reading {ATTRIBUTES}") from error


def _apply(repo: Repository, file: Path, old: bytes | None, new: bytes | None, settings: tuple[Setting, ...]) -> None:
    """Write both halves, or neither where one cannot be written.

    The attributes go first: git minds none that name a driver which is not configured.
    """
    with interrupts_deferred():
        _write(file, old, new)
        try:
            repo.config.change({each.name: each.new for each in settings})
        except BaseException:
            with suppress(JetenvError):  # what stopped the change is what is to be told
                _write(file, new, old)
            raise


def _write(file: Path, old: bytes | None, new: bytes | None) -> None:
    if old == new:
        return
    try:
        if new is None:
            file.unlink()
            return
        if old is None:
            file.touch()
    except OSError as error:
        raise from_os_error(error, f"writing {ATTRIBUTES}") from error
    try:
        write_file(file, new)
    except JetenvError:
        if old is None:
            file.unlink(missing_ok=True)
        raise
