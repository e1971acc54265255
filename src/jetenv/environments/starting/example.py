"""The files that a new project starts with: a copy of a folder, or a minimal skeleton."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, PROJECT_FILE
from jetenv.environments.project import project_setting
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.objects import EXECUTABLE, FILE

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

# What editors, file managers and interpreters leave behind, for folders whose own .gitignore does not say so.
_JUNK = (".DS_Store", "Thumbs.db", "desktop.ini", "*~", "*.swp", "*.swo", "*.orig", "*.pyc", "__pycache__/")
_TAKEN = ("/environment.yaml", "/credentials.yaml")


@dataclass(frozen=True, slots=True)
class StartFile:
    """A file's content and its mode in git."""

    content: bytes
    mode: int = FILE


@dataclass(frozen=True, slots=True)
class Start:
    """What a new project starts with.

    ``files`` are those of the shared content, by path. ``project`` is the example's ``jetenv.yaml``, ``environment``
    and ``bindings`` the two files of its default environment, each None where it has none. ``skipped`` are the paths
    that are not taken over: ignored files, and what other environments and members files hold.
    """

    files: Mapping[str, StartFile]
    project: bytes | None = None
    environment: bytes | None = None
    bindings: bytes | None = None
    skipped: tuple[str, ...] = ()


def skeleton() -> Start:
    """The minimal project that ships with jetenv."""
    root = Path(__file__).parent / "skeleton"
    files = sorted(path for path in root.rglob("*.yaml"))
    return Start({path.relative_to(root).as_posix(): StartFile(path.read_bytes()) for path in files})


def check_example(folder: Path) -> Path:
    """``folder`` if it can be copied from. Raises UsageError where it is no folder."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"the folder to copy from {what}", where=str(folder), hint="check the path given with --from")
    return folder


def read_example(repo: Repository, folder: Path) -> Start:
    """What is in ``folder``, without what git ignores there; ``repo`` lends its configuration to find that out.

    Raises RefusedError for symbolic links and for anything that is neither file nor folder.
    """
    from jetenv.repository.listing import foreign_files

    paths, ignored = foreign_files(repo.path, folder.absolute(), _JUNK)
    files: dict[str, StartFile] = {}
    for path in paths:
        if not path.endswith("/") and ".git" not in path.casefold().split("/"):
            files[path] = _read(folder, path)
        else:
            ignored.append(path)
    owned = {path: files.pop(path) for path in list(files) if path.startswith(f"{FOLDER}/")}
    project = files.pop(PROJECT_FILE, None)
    home = _default_folder(owned, project.content if project else None)
    environment, bindings = owned.pop(f"{home}/environment.yaml", None), owned.pop(f"{home}/credentials.yaml", None)
    return Start(
        files=files,
        project=project.content if project else None,
        environment=environment.content if environment else None,
        bindings=bindings.content if bindings else None,
        skipped=tuple(sorted([*ignored, *owned])),
    )


def _read(folder: Path, path: str) -> StartFile:
    file = folder / path
    try:
        mode = file.lstat().st_mode
        if not stat.S_ISREG(mode):
            what = "a symbolic link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
            raise RefusedError(f"{path} is {what} and is not copied", where=str(file), hint="copy the file itself")
        return StartFile(file.read_bytes(), EXECUTABLE if mode & stat.S_IXUSR else FILE)
    except OSError as error:
        raise JetenvError(f"{path} cannot be read: {error.strerror}", where=str(file)) from error


def _default_folder(owned: Mapping[str, StartFile], project: bytes | None) -> str:
    """The folder of the example's default environment; empty where it has no environments."""
    folders = sorted(
        {str(PurePosixPath(path).parent) for path in owned if path.endswith(_TAKEN) and path.count("/") == 2}
    )
    if project is not None and len(folders) > 1:
        uid = str(project_setting(project, "project") or "")
        for folder in folders:
            settings = owned.get(f"{folder}/environment.yaml")
            if uid and settings is not None and uid.encode() in settings.content:
                return folder
    production = f"{FOLDER}/production"
    return production if production in folders else next(iter(folders), "")
