"""The bundled schemas as files for editors, which follow references from file to file and know no URNs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from jetenv.schemas import bundled
from jetenv.schemas.bundled import FILE_OF_KIND
from jetenv.schemas.objects import ENVIRONMENT_FILES, FOLDERS, SINGLE_FILES

_REFERENCE = re.compile(r"urn:jetenv:schema:([a-z][a-z0-9-]*):1")


def globs() -> dict[str, str]:
    """Kind of object by the glob of its files, in the order of the layout."""
    return {
        **SINGLE_FILES,
        **{f"{folder}/*.yaml": kind for folder, kind in FOLDERS.items()},
        "collections/*/*.yaml": "collection",
        **{f"environments/*/{name}": kind for name, kind in ENVIRONMENT_FILES.items()},
    }


def exported() -> dict[str, bytes]:
    """The content of each file by its name: the schemas of all kinds, and those that they refer to.

    A reference names the file it leads to, and no schema has an ``$id``, against which an editor would resolve it.
    """
    files: dict[str, bytes] = {}
    waiting = sorted(set(FILE_OF_KIND.values()), reverse=True)
    while waiting:
        name = waiting.pop()
        text = (bundled.schema_bytes(name) or b"{}").decode()
        schema: dict[str, object] = json.loads(_REFERENCE.sub(r"\1.json", text))
        schema.pop("$id", None)
        files[f"{name}.json"] = json.dumps(schema, indent=2, ensure_ascii=False).encode() + b"\n"
        waiting += sorted(set(_REFERENCE.findall(text)) - {each.removesuffix(".json") for each in files} - set(waiting))
    return dict(sorted(files.items()))


def mappings(folder: str, own: Mapping[str, str]) -> dict[str, list[str]]:
    """Globs of files by the path of their schema, as editors want them; ``own`` are those of the project, by glob."""
    found: dict[str, list[str]] = {}
    for glob, kind in globs().items():
        found.setdefault(f"./{folder}/{FILE_OF_KIND[kind]}.json", []).append(glob)
    for glob, path in own.items():
        found.setdefault(f"./{path}", []).append(glob)
    return found
