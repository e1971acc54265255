"""A new root on the default environment, for when nobody is left who could change its members.

It is one signed commit that gives the environment another uid and a members file of version 1 with the caller as its
only admin; the content stays. It is outside the proof of the old root, and proves nothing to anybody who has not pinned
it. Environments that were made under the old root have to be created again.
"""

from __future__ import annotations

from dataclasses import replace

from jetenv.environments.model import FOLDER, PROJECT_FILE
from jetenv.environments.project import Project
from jetenv.environments.settings import FILE_NAME, require_readable
from jetenv.errors import RefusedError
from jetenv.repository.objects import FILE, Oid, TreeEntry


def found_root(project: Project) -> tuple[str, Oid]:
    """Make the commit; the digest of the new root and the new tip. Nothing is pinned by it.

    Raises RefusedError where the default environment is on a remote only or its members can still be changed by who is
    here, and what signing and landing raise; nothing has changed then.
    """
    from jetenv.access.keys import find_signing_key
    from jetenv.access.members import Members, digest, render
    from jetenv.access.namespaces import COMMIT
    from jetenv.access.signing import sign
    from jetenv.documents.editing import with_text
    from jetenv.environments.starting.founding import creator, draw_uid
    from jetenv.repository.journal import land

    repo, default = project.repo, project.default()
    require_readable(default)
    if default.remote is not None:
        raise RefusedError(
            f"'{default.id}' is on {default.remote} only", hint=f"take it here first: `jetenv switch {default.id}`"
        )
    key = find_signing_key(repo, create=False)
    _refuse_admin(project, key.public)
    uid = draw_uid()
    admin = creator(repo.config, key.public)
    members = render(Members(uid, uid, 1, None, 1, (replace(admin, role="admin"),)))
    tree = repo.commits.get(default.tip).tree
    folder = f"{FOLDER}/{default.id}"
    edits: dict[str, TreeEntry | None] = {
        f"{folder}/signatures": None,
        f"{folder}/members.yaml": TreeEntry(repo.trees.write_blob(members), FILE),
    }
    for path, field in ((f"{folder}/{FILE_NAME}", "uid"), (PROJECT_FILE, "project")):
        data = project.file(tree, path)
        if data is not None:
            edits[path] = TreeEntry(repo.trees.write_blob(with_text(data, path, (field,), uid)), FILE)
    message = f"Begin {default.id} at a new root"
    commit = repo.commits.create(
        repo.trees.edit(tree, edits), (default.tip,), message, lambda payload: sign(payload, key, COMMIT)
    )
    land(repo, default.id, default.tip, commit, message)
    project.refresh()
    return digest(members), commit


def _refuse_admin(project: Project, key: str) -> None:
    from jetenv.access.members import parse

    default = project.default()
    members = parse(project.own_file(default, "members.yaml") or b"", path=f"{default.folder}/members.yaml")
    holder = members.holder(key)
    if holder is not None and holder.role == "admin" and members.threshold == 1:
        raise RefusedError(
            f"'{holder.id}' can change the members of '{default.id}', so no new root is needed",
            hint="add and remove members with `jetenv members`",
        )
