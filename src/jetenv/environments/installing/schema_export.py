"""Writing the schemas into a project for editors: files, settings of VS Code, lines in the files themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jetenv.environments.file_writing import write_file
from jetenv.environments.model import PROJECT_FILE
from jetenv.environments.project import Project
from jetenv.errors import RefusedError
from jetenv.repository.failures import git_errors
from jetenv.schemas import globs
from jetenv.schemas.exporting import exported, mappings

FOLDER = ".jetenv/schemas"
SETTINGS = ".vscode/settings.json"
_MODELINE = "# yaml-language-server: $schema="
_KEY = "yaml.schemas"
_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class SchemaExport:
    """What was written, by path from the top of the working tree; files that were as wanted are in ``kept``."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def export_schemas(project: Project, *, vscode: bool = False, modelines: bool = False) -> SchemaExport:
    """Write the schemas below ``.jetenv/schemas``, and have editors use them.

    ``vscode`` names them in the workspace's settings, ``modelines`` at the top of each file that one describes. Raises
    RefusedError, before anything is written, where the settings are no plain JSON.
    """
    root = project.repo.worktree.path
    own = _own(root)
    files = {f"{FOLDER}/{name}": content for name, content in exported().items()}
    if vscode:
        files[SETTINGS] = _settings(root / SETTINGS, mappings(FOLDER, own))
    if modelines:
        files |= dict(_with_modelines(project, root, own))
    written = [path for path, content in files.items() if _write(root / path, content)]
    return SchemaExport(tuple(written), tuple(path for path in files if path not in written))


def _own(root: Path) -> dict[str, str]:
    """The schemas that the project has of its own: path by glob."""
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    file = root / PROJECT_FILE
    content = to_data(parse(file.read_bytes(), path=PROJECT_FILE).root) if file.is_file() else None
    found = content.get("schemas") if isinstance(content, dict) else None
    return {str(glob): str(path) for glob, path in found.items()} if isinstance(found, dict) else {}


def _settings(file: Path, wanted: dict[str, list[str]]) -> bytes:
    """The settings with the mappings of jetenv in place of those it wrote before; everything else stays."""
    settings: Any = {}
    if file.exists():
        try:
            settings = json.loads(file.read_bytes())
        except ValueError:
            settings = None
        if not isinstance(settings, dict):
            raise RefusedError(
                "the settings are no plain JSON, so nothing was written",
                where=SETTINGS,
                hint=f'put this into them: "{_KEY}": {json.dumps(wanted)}',
            )
    others = settings.get(_KEY)
    kept = {name: value for name, value in others.items() if FOLDER not in name} if isinstance(others, dict) else {}
    return json.dumps({**settings, _KEY: {**kept, **wanted}}, indent=2, ensure_ascii=False).encode() + b"\n"


def _with_modelines(project: Project, root: Path, own: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """The files that a schema describes, each with a line at its top that names it."""
    from jetenv.environments.contents import working

    schemas = [(glob, name) for name, found in mappings(FOLDER, own).items() for glob in found]
    for path in working(project).files:
        # What is signed has one form only, to the byte.
        schema = next((name for glob, name in schemas if globs.matches(path, glob)), None)
        if schema is None or PurePosixPath(path).name == "members.yaml":
            continue
        content = (root / path).read_bytes() if (root / path).is_file() else b""
        if content and b"yaml-language-server:" not in content[:_LOOKED_AT]:
            up = "../" * path.count("/")
            newline = b"\r\n" if b"\r\n" in content[:_LOOKED_AT] else b"\n"
            line = f"{_MODELINE}{up}{schema.removeprefix('./')}".encode() + newline
            yield path, line + content if not content.startswith(b"\xef\xbb\xbf") else content[:3] + line + content[3:]


def _write(file: Path, content: bytes) -> bool:
    if file.is_file() and file.read_bytes() == content:
        return False
    with git_errors(f"writing {file}"):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, content, new=True)
    return True
