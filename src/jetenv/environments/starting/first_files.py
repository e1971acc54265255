"""Every file of a project's first commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, PROJECT_FILE
from jetenv.environments.palette import DEFAULT_COLOR
from jetenv.environments.starting.adoption import ATTRIBUTES_PATH, Plan
from jetenv.environments.starting.example import Start, StartFile
from jetenv.environments.starting.founding import bindings_file, display_name, draw_uid, environment_file

if TYPE_CHECKING:
    from jetenv.access.members import Member
    from jetenv.repository.repository import Repository

ATTRIBUTES = b"""\
# These files are signed or verified byte by byte: git must never convert their line endings.
*/members.yaml -text
*/signatures/*.sig -text
"""

PROTECTION = {"direct": "admins", "merge": "editors", "force_push": "nobody", "delete": "nobody"}
"""What protects the default environment of a new project."""


def first_files(
    repo: Repository, plan: Plan, start: Start, admin: Member, name: str | None, folder_name: str
) -> tuple[dict[str, StartFile], bytes]:
    """The files by path, and the members file among them.

    The project's id is the uid of its default environment, drawn here: that is how the default one is told from the
    others. The project is called ``name``, else as the example is, else like its folder.
    """
    uid = draw_uid()
    folder = f"{FOLDER}/{plan.branch}"
    members = _members(uid, admin)
    files = dict(start.files)
    files[PROJECT_FILE] = StartFile(_project_file(start.project, uid, name, folder_name))
    files[f"{folder}/environment.yaml"] = StartFile(_environment_file(start.environment, uid, plan.branch))
    files[f"{folder}/credentials.yaml"] = StartFile(start.bindings or bindings_file(inherits=False))
    files[f"{folder}/members.yaml"] = StartFile(members)
    files[ATTRIBUTES_PATH] = _attributes(repo, plan, start)
    return files, members


def _members(uid: str, admin: Member) -> bytes:
    from jetenv.access.members import Members, render

    return render(Members(project=uid, environment=uid, version=1, previous=None, threshold=1, members=(admin,)))


def _project_file(example: bytes | None, uid: str, name: str | None, folder_name: str) -> bytes:
    """The ``jetenv.yaml``: the example's with an id of its own, comments kept, or a new one."""
    from jetenv.documents.emitting import dump

    if example is not None:
        return _with_values(example, PROJECT_FILE, {"project": uid} | ({} if name is None else {"name": name}))
    shown = "".join(character for character in folder_name if character.isprintable()).strip()[:200]
    return dump({"format": 1, "project": uid, "name": name or shown or "Project"}).encode()


def _environment_file(example: bytes | None, uid: str, branch: str) -> bytes:
    if example is not None:
        return _with_values(example, f"{FOLDER}/{branch}/environment.yaml", {"uid": uid})
    return environment_file(
        {
            "uid": uid,
            "name": display_name(branch),
            "color": DEFAULT_COLOR,
            "version": "latest",
            "credentials": "own",
            "protection": PROTECTION,
        }
    )


def _with_values(data: bytes, path: str, values: Mapping[str, str]) -> bytes:
    from jetenv.documents.editing import with_text

    for key, value in values.items():
        data = with_text(data, path, (key,), value)
    return data


def _attributes(repo: Repository, plan: Plan, start: Start) -> StartFile:
    """The attributes of what environments own, after those that the branch or the example has there."""
    entry = repo.trees.entry(plan.tree, ATTRIBUTES_PATH) if plan.tree is not None else None
    existing = start.files.get(ATTRIBUTES_PATH, StartFile(b""))
    if entry is not None and entry.is_file:
        existing = StartFile(repo.trees.read(entry.oid), entry.mode)
    if b"*/members.yaml -text" in existing.content:
        return existing
    gap = b"\n" if existing.content and not existing.content.endswith(b"\n") else b""
    return replace(existing, content=existing.content + gap + ATTRIBUTES)
