"""What jetenv puts into git itself: the merge driver, named in ``.gitattributes`` and set up in the configuration.

``.gitattributes`` belongs to the project and travels with it; the configuration belongs to one clone. Where only the
first is there, git merges as it always does. All YAML files of the repository are meant, not those of the layout
alone: what no schema describes is merged by structure too, and a line of one's own below the block takes files out.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments.file_writing import write_file
from jetenv.environments.merge_driver import FILES, LABELS, guarded
from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.attributes import attribute
from jetenv.repository.failures import from_os_error
from jetenv.repository.git_version import git_version

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

ATTRIBUTES = ".gitattributes"
PATTERNS = ("*.yaml", "*.yml")
_DRIVER, _ANCESTOR = "jetenv", "jetenv-base"
_BEGIN, _END = "# >>> jetenv merge driver", "# <<< jetenv merge driver"
_NEW_FILE = " (in a file of its own)"  # told apart from an empty file, so that uninstalling leaves what there was
_LABELS_SINCE = (2, 44)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the repository's configuration and its value; None where it is to be removed or is not there."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class HooksChange:
    """What installing or uninstalling did, or would do.

    ``attributes`` is the content of ``.gitattributes`` before and after (None: no file), ``settings`` what changes in
    the configuration; both are None or empty where nothing does. ``overruled`` are the patterns of the driver that
    another line of the attributes gives to another driver.
    """

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
class HooksStatus:
    """How far the merge driver is set up in a clone.

    ``attributes`` and ``configured`` are its two halves; ``outdated`` is whether installing again would change the
    configuration; ``command`` is how git calls jetenv, None where that cannot be told, ``found`` whether that program
    is there. ``overruled`` as in HooksChange.
    """

    attributes: bool
    configured: bool
    outdated: bool
    command: str | None
    found: bool
    overruled: tuple[str, ...]

    @property
    def active(self) -> bool:
        """Whether git merges with jetenv."""
        return self.attributes and self.configured and self.found and len(self.overruled) < len(PATTERNS)


def install_merge_driver(repo: Repository, *, dry_run: bool = False) -> HooksChange:
    """Let git merge YAML with jetenv in this clone. What is there already is not written again.

    Raises JetenvError where there is no working tree, and RefusedError where ``.gitattributes`` is no regular file or
    its block is broken.
    """
    file = _attributes_file(repo)
    old = _read(file)
    new = with_block(old)
    wanted = _settings(git_version())
    settings = tuple(
        Setting(name, repo.config.get(name), value) for name, value in wanted.items() if repo.config.get(name) != value
    )
    if not dry_run:
        for setting in settings:
            repo.config.set(setting.name, setting.new or "")
        _write(file, old, new)
    return HooksChange(True, dry_run, (old, new) if old != new else None, settings, () if dry_run else _overruled(repo))


def uninstall_merge_driver(repo: Repository, *, dry_run: bool = False) -> HooksChange:
    """Take the merge driver out of ``.gitattributes`` and of this clone's configuration; everything else stays.

    Raises as ``install_merge_driver`` does.
    """
    file = _attributes_file(repo)
    old = _read(file)
    new = without_block(old)
    settings = tuple(
        Setting(name, value, None) for name in _settings((0, 0)) if (value := repo.config.get(name)) is not None
    )
    if not dry_run:
        _apply(repo, file, old, new, settings)
    return HooksChange(False, dry_run, (old, new) if old != new else None, settings)


def hooks_status(repo: Repository) -> HooksStatus:
    """How far the merge driver is set up. Raises as ``install_merge_driver`` does."""
    content = _read(_attributes_file(repo))
    driver = repo.config.get(f"merge.{_DRIVER}.driver")
    command = _command_in(driver) if driver is not None else None
    wanted = _settings(git_version())
    return HooksStatus(
        attributes=content is not None and without_block(content) != content,
        configured=driver is not None,
        outdated=driver is not None and any(repo.config.get(name) != value for name, value in wanted.items()),
        command=command,
        found=command is not None and shutil.which(command) is not None,
        overruled=_overruled(repo),
    )


def with_block(content: bytes | None) -> bytes:
    """``.gitattributes`` with the block of the merge driver, which is the first thing in it.

    Of several lines that match a path git obeys the last, so whatever people wrote stays stronger.
    """
    bare = without_block(content)
    body = [*(f"{pattern} merge={_DRIVER}" for pattern in PATTERNS), _END]
    if bare != content and content is not None and "\n".join(body).encode() in content.replace(b"\r\n", b"\n"):
        return content
    own_file = content is None or (_BEGIN + _NEW_FILE).encode() in content
    bom = _BOM if bare is not None and bare.startswith(_BOM) else b""
    rest = (bare or b"").removeprefix(bom)
    ending = "\r\n" if rest.partition(b"\n")[0].endswith(b"\r") else "\n"
    lines = [_BEGIN + _NEW_FILE * own_file, *body]
    return bom + "".join(line + ending for line in lines).encode() + rest


def without_block(content: bytes | None) -> bytes | None:
    """``.gitattributes`` as it was before ``with_block``; None where there was no file, and nothing was added.

    Raises RefusedError where the end of a block is missing.
    """
    if content is None or _BEGIN.encode() not in content:
        return content
    bom = _BOM if content.startswith(_BOM) else b""
    kept: list[bytes] = []
    inside = own_file = False
    for line in content.removeprefix(bom).splitlines(keepends=True):
        text = line.strip()
        if text in (_BEGIN.encode(), (_BEGIN + _NEW_FILE).encode()):
            inside, own_file = True, text != _BEGIN.encode()
        elif inside:
            inside = text != _END.encode()
        else:
            kept.append(line)
    if inside:
        raise RefusedError(
            f"the line '{_END}' is missing", where=ATTRIBUTES, hint=f"remove the line '{_BEGIN}' and what belongs to it"
        )
    return None if own_file and not kept else bom + b"".join(kept)


def _settings(git_version: tuple[int, ...]) -> dict[str, str]:
    """The configuration of the driver, and of the one for merging merge bases."""
    arguments = FILES + (LABELS if git_version >= _LABELS_SINCE else ())
    command = own_command().replace("%", "%%")
    return {
        f"merge.{_DRIVER}.name": "jetenv, YAML by structure",
        f"merge.{_DRIVER}.driver": guarded(command, arguments),
        f"merge.{_DRIVER}.recursive": _ANCESTOR,
        f"merge.{_ANCESTOR}.name": "jetenv, YAML by structure, for merge bases",
        f"merge.{_ANCESTOR}.driver": guarded(command, arguments, ancestor=True),
    }


def own_command() -> str:
    """How a shell calls this installation: by name where PATH leads to it, else by its absolute path."""
    script = Path(sysconfig.get_path("scripts")) / "jetenv"
    found = shutil.which("jetenv")
    if not script.exists():
        # -P, for the current directory is a repository, and not to be imported from.
        return f"{shlex.quote(sys.executable)} -P -m jetenv"
    if found is not None and Path(found).resolve() == script.resolve():
        return "jetenv"
    return shlex.quote(str(script))


def _command_in(driver: str) -> str | None:
    """The program that a driver's command line starts with."""
    try:
        words = shlex.split(driver.replace("%%", "%"), posix=True)
    except ValueError:
        return None
    return words[0] if words else None


def _overruled(repo: Repository) -> tuple[str, ...]:
    """The patterns for whose files git is told to merge otherwise, by lines that people wrote."""
    probes = {f"jetenv-probe{pattern.removeprefix('*')}": pattern for pattern in PATTERNS}
    merges = attribute("merge", probes, repo.path, repo.worktree.path)
    return tuple(pattern for probe, pattern in probes.items() if merges.get(probe) not in (_DRIVER, "unspecified"))


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
    """Write both halves, or neither where the configuration cannot be written."""
    _write(file, old, new)
    done: list[Setting] = []
    try:
        for setting in settings:
            _set(repo, setting.name, setting.new)
            done.append(setting)
    except JetenvError:
        for setting in done:
            with suppress(JetenvError):
                _set(repo, setting.name, setting.old)
        _write(file, new, old)
        raise


def _set(repo: Repository, name: str, value: str | None) -> None:
    if value is None:
        repo.config.unset(name)
    else:
        repo.config.set(name, value)


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
