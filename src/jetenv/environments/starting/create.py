"""Create an environment: a branch from another one whose single signed commit adds the folder of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.environments.editing import refuse_invalid
from jetenv.environments.history import stale
from jetenv.environments.model import FOLDER, Environment, Tracking, check_display_name, check_id, unreadable
from jetenv.environments.palette import check_color, next_color
from jetenv.environments.project import Project
from jetenv.environments.starting.founding import bindings_file, display_name, draw_uid, environment_file
from jetenv.errors import RefusedError, UsageError
from jetenv.repository.objects import FILE, Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.access.keys import SigningKey
    from jetenv.environments.rights.permission import Permission


@dataclass(frozen=True, slots=True)
class CreateResult:
    """A new environment.

    ``source`` is the environment it is a copy of, ``commit`` the one commit that it adds, ``member`` the id of its only
    admin, ``key`` the key that signed. ``stale`` is set where the local source lacks commits of its remote copy.
    """

    environment: Environment
    source: Environment
    commit: Oid
    member: str
    key: SigningKey
    stale: Tracking | None = None
    switched: bool = False


def create(
    project: Project,
    name: str,
    *,
    source: str | None = None,
    display: str | None = None,
    color: str | None = None,
    switch: bool = False,
) -> CreateResult:
    """Create the environment ``name`` as a full copy of ``source`` (the default environment when None).

    The cost does not depend on the size of the project: of its files only those of environments are read. The version
    pin is the source's, credentials are inherited, the caller becomes the only admin. ``display`` defaults to a form of
    the id, ``color`` to the next one of the palette; ``switch`` checks the new environment out.

    Raises UsageError for names that cannot be, JetenvError for one that is taken, DeniedError where the caller may not
    create environments, and what signing and switching raise.
    No branch exists afterwards where anything was raised.
    """
    from jetenv.access.authorize import Kind
    from jetenv.access.namespaces import COMMIT, MEMBERS
    from jetenv.access.signing import sign
    from jetenv.environments.rights.permission import landed, permission

    repo = project.repo
    refuse_taken_id(project, name)  # first, for an id that is taken in another case would do no better in lower case
    check_id(name)
    shown = free_display_name(project, display, name)
    tint = check_color(color) if color is not None else next_color(each.color for each in project.environments())
    if switch and repo.is_bare:
        raise UsageError("this repository is bare: it has no working tree to switch", hint="leave out --switch")
    default = project.default()
    origin = project.visible_environment(source) if source is not None else default
    if origin.problem is not None:
        raise unreadable(origin, "cannot be copied")

    held = permission(project, default)
    held.require(Kind.CREATE)
    key = held.key
    uid = draw_uid()
    settings = {
        "uid": uid,
        "name": shown,
        "color": tint,
        "version": origin.version,
        "resolved": origin.resolved.as_data() if origin.resolved is not None else None,
        "credentials": "inherit",
    }
    member, members = _first_members(held, uid)
    files = {
        "environment.yaml": environment_file(settings),
        "members.yaml": members,
        f"signatures/{member}.sig": sign(members, key, MEMBERS).encode() + b"\n",
        "credentials.yaml": bindings_file(inherits=True),
    }
    tree = _with_folder(project, origin, name, files)
    message = f"Create environment {name} from {origin.id}"
    commit = repo.commits.create(tree, (origin.tip,), message, lambda payload: sign(payload, key, COMMIT))
    behind = stale(project, origin)
    with _undone_on_failure(project, name, commit):
        repo.refs.create(name, commit, f"jetenv create: {message}")
        if switch:
            repo.worktree.switch(name)
        landed(project, name, commit)
        project.refresh()
        return CreateResult(
            environment=project.environment(name),
            source=origin,
            commit=commit,
            member=member,
            key=key,
            stale=behind,
            switched=switch,
        )


def refuse_taken_id(project: Project, name: str, *, renaming: Environment | None = None) -> None:
    """Raise RefusedError where ``name`` is that of an environment or branch, in any case, or stands in one's way.

    An environment that gets ``name`` as its id by ``renaming`` may have it as its display name already.
    """
    wanted = name.casefold()
    for branch in project.branches:
        found = branch.name.casefold()
        place = f" on {branch.remote}" if branch.remote is not None else ""
        if found == wanted:
            environment = next((each for each in project.environments() if each.id == branch.name), None)
            what = "environment" if environment is not None else "branch"
            twin = "" if branch.name == name else f", which differs from '{name}' by case only"
            raise RefusedError(
                f"{what} '{branch.name}' exists already{place}{twin}",
                hint=f"switch to it with `jetenv switch {branch.name}`" if environment else "choose another name",
            )
        if branch.remote is None and found.startswith(wanted + "/"):
            raise RefusedError(
                f"git keeps no branch '{name}' beside branch '{branch.name}'",
                hint="choose another name, or rename that branch",
            )
    for each in project.environments():
        if each.name.casefold() == wanted and each != renaming:
            raise RefusedError(
                f"the name '{name}' is taken by environment '{each.id}'",
                hint="choose another id, or rename that environment",
            )


def free_display_name(project: Project, display: str | None, name: str) -> str:
    """``display``, or the name that the id suggests, where no other environment goes by it.

    Raises UsageError where it cannot be a name and RefusedError where it is taken.
    """
    shown = check_display_name(display) if display is not None else display_name(name)
    for each in project.environments():
        if each.id != name and shown.casefold() in (each.id, each.name.casefold()):
            raise RefusedError(
                f"the name {shown!r} is taken by environment '{each.id}'", hint="give another one with --name"
            )
    return shown


def _first_members(held: Permission, uid: str) -> tuple[str, bytes]:
    """The id of the creator and the first members file, which names the default's file that allows the creation."""
    from jetenv.access.members import Members, digest, render

    member = held.member
    assert member is not None, "nobody else may create an environment"
    members = Members(
        project=held.policy.members.project,
        environment=uid,
        version=1,
        previous=digest(held.folder.members),
        threshold=1,
        members=(replace(member, role="admin"),),
    )
    return member.id, render(members)


def _with_folder(project: Project, origin: Environment, name: str, files: Mapping[str, bytes]) -> Oid:
    """The source's tree with the folder of the new environment.

    A folder of the same name is what an environment deleted since has left: it is replaced as a whole.
    """
    from jetenv.schemas.catalog import Catalog

    repo = project.repo
    folder = f"{FOLDER}/{name}"
    texts = {f"{folder}/{file}": data for file, data in files.items() if file.endswith(".yaml")}
    refuse_invalid(Catalog.builtin(), texts)
    edits: dict[str, TreeEntry | None] = {folder: None}
    edits |= {f"{folder}/{file}": TreeEntry(repo.trees.write_blob(data), FILE) for file, data in files.items()}
    return repo.trees.edit(repo.commits.get(origin.tip).tree, edits)


@contextmanager
def _undone_on_failure(project: Project, name: str, commit: Oid) -> Iterator[None]:
    """Where the block raises, delete the branch that it made, unless it is checked out by then."""
    try:
        yield
    except BaseException:
        project.refresh()
        if project.head.branch != name and project.repo.refs.tip(name) == commit:
            project.repo.refs.delete(name, commit)
        raise
