"""Writing the schemas into a project for editors: files, settings of VS Code, lines in the files themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetenv.environments.contents import working
from jetenv.environments.file_writing import write_file
from jetenv.environments.format import is_signed
from jetenv.environments.model import PROJECT_FILE
from jetenv.environments.project import Project, project_setting
from jetenv.environments.working import replace_file
from jetenv.errors import RefusedError
from jetenv.repository.failures import git_errors
from jetenv.schemas import globs
from jetenv.schemas.exporting import exported, mappings

FOLDER = ".jetenv/schemas"
SETTINGS = ".vscode/settings.json"
_MODELINE = "# yaml-language-server: $schema="
_KEY = "yaml.schemas"
_LOOKED_AT = 1_000
_BOM = b"\xef\xbb\xbf"


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
    lines = list(_with_modelines(project, own)) if modelines else []
    changed = {path: _write(root / path, content) for path, content in files.items()}
    for path, old, new in lines:
        replace_file(project, path, old, new)
    return SchemaExport(
        (*(path for path in changed if changed[path]), *(path for path, _old, _new in lines)),
        tuple(path for path in changed if not changed[path]),
    )


def _own(root: Path) -> dict[str, str]:
    """The schemas that the project has of its own: path by glob."""
    file = root / PROJECT_FILE
    found = project_setting(file.read_bytes() if file.is_file() else None, "schemas")
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


def _with_modelines(project: Project, own: dict[str, str]) -> Iterator[tuple[str, bytes, bytes]]:
    """The files that a schema describes and that name none: path, content, and content with a line on top for it."""
    schemas = [(glob, name) for name, found in mappings(FOLDER, own).items() for glob in found]
    contents = working(project)
    for path in contents.files:
        schema = next((name for glob, name in schemas if globs.matches(path, glob)), None)
        content = contents.get(path)
        if schema is None or not content or is_signed(path) or b"yaml-language-server:" in content[:_LOOKED_AT]:
            continue
        newline = b"\r\n" if b"\r\n" in content[:_LOOKED_AT] else b"\n"
        line = f"{_MODELINE}{'../' * path.count('/')}{schema.removeprefix('./')}".encode() + newline
        bom = _BOM if content.startswith(_BOM) else b""
        yield path, content, bom + line + content.removeprefix(bom)


def _write(file: Path, content: bytes) -> bool:
    if file.is_file() and file.read_bytes() == content:
        return False
    with git_errors(f"writing {file}"):
        file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, content, new=True)
    return True
