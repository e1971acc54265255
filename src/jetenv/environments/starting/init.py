"""Start a project: in a new folder, or in a repository that exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments.editing import refuse_invalid
from jetenv.environments.model import PROJECT_FILE, Environment, check_id
from jetenv.environments.project import PIN_ORIGIN, ROOT_PIN, Project, build_catalog
from jetenv.environments.starting.adoption import Plan, plan_first_commit, refuse_overwriting
from jetenv.environments.starting.example import Start, StartFile, check_example, read_example, skeleton
from jetenv.environments.starting.first_files import first_files
from jetenv.environments.starting.founding import creator
from jetenv.environments.starting.site import Site, find_site, undo_on_failure
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.objects import Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.access.keys import SigningKey
    from jetenv.access.members import Member
    from jetenv.repository.repository import Repository

_SETTINGS = ("gpg.format", "user.signingkey", "commit.gpgsign", "gpg.ssh.allowedSignersFile", ROOT_PIN, PIN_ORIGIN)


@dataclass(frozen=True, slots=True)
class InitResult:
    """A new project.

    ``root`` is its folder, ``commit`` the first signed one, ``member`` the id of its only admin and ``key`` the key
    that signed. ``adopted`` is the commit before it where a repository with commits became the project: what came
    before is outside the proof. ``written`` are the paths that the commit adds, ``skipped`` those of the example that
    it does not take over, ``untracked`` the files that stood in the folder before and are not committed.
    ``checked_out`` is whether HEAD is on the environment.
    """

    root: Path
    environment: Environment
    commit: Oid
    member: str
    key: SigningKey
    created_repository: bool
    adopted: Oid | None
    written: tuple[str, ...]
    skipped: tuple[str, ...]
    untracked: tuple[str, ...]
    checked_out: bool


def init(
    directory: Path,
    *,
    name: str | None = None,
    example: Path | None = None,
    environment: str | None = None,
    key: Path | None = None,
    member: str | None = None,
) -> InitResult:
    """Make ``directory`` a project whose default environment has the caller as its admin.

    A folder that is new, or is no repository yet, becomes one, with the environment ``production``. In a repository
    its default branch becomes the default environment. ``environment`` says otherwise. ``example`` is a folder whose
    content is copied; without it, a new project gets a minimal skeleton, and a folder with content of its own only what
    makes it a project. ``key`` is the file of a public key, ``name`` the project's name, ``member`` the caller's id as
    a member.

    No existing file is changed. Where anything is raised, also KeyboardInterrupt, nothing is left behind: UsageError
    for names that cannot be, RefusedError where there is a project already, files are in the way or content is invalid.
    """
    if environment is not None:
        check_id(environment)
    if name is not None:
        _check_name(name)
    if example is not None:
        check_example(example)
        if example.resolve() == directory.resolve():
            raise UsageError(
                "the folder to copy from is the folder of the project itself",
                where=str(example),
                hint="leave out --from: the folder becomes a project, and `jetenv commit` then takes its files in",
            )
    site = find_site(directory)
    with undo_on_failure(site):
        repo = _open(site, environment or "production")
        return _found(repo, site, name, example, environment, key, member)


def _open(site: Site, branch: str) -> Repository:
    from jetenv.repository.opening import init_repository, open_repository

    return open_repository(site.root) if site.is_repository else init_repository(site.root, branch)


def _found(
    repo: Repository,
    site: Site,
    name: str | None,
    example: Path | None,
    environment: str | None,
    key_file: Path | None,
    member_id: str | None,
) -> InitResult:
    from jetenv.access.keys import find_signing_key
    from jetenv.environments.rights.permission import landed
    from jetenv.repository.journal import land

    project = Project(repo)
    plan = plan_first_commit(project, environment)
    if example is not None:
        start = read_example(repo, example)
    else:
        start = skeleton() if plan.base is None and not site.content else Start({})
    key = find_signing_key(repo, key_file)
    admin = creator(repo.config, key.public, member_id)
    files, members = first_files(repo, plan, start, admin, name, site.root.name)
    contents = {path: file.content for path, file in files.items()}
    refuse_overwriting(project, plan, contents)
    _refuse_invalid(plan, contents)
    commit = _commit(repo, plan, files, key)
    with _configured(project, plan, key, admin, members):
        land(repo, plan.branch, plan.tip, commit, "jetenv init")
    landed(project, plan.branch, commit)
    _check_out(project, plan)
    project.refresh()
    return InitResult(
        root=repo.workdir or repo.path,
        environment=project.environment(plan.branch),
        commit=commit,
        member=admin.id,
        key=key,
        created_repository=not site.is_repository,
        adopted=plan.base,
        written=tuple(sorted(files)),
        skipped=start.skipped,
        untracked=() if repo.is_bare else repo.worktree.status().untracked,
        checked_out=project.head.branch == plan.branch,
    )


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise UsageError(f"{name[:80]!r} cannot be a project's name", hint="use one line of 1 to 200 characters")


def _refuse_invalid(plan: Plan, files: Mapping[str, bytes]) -> None:
    """Check what is added; the content that an adopted repository has is for `jetenv validate`."""
    catalog = build_catalog(files[PROJECT_FILE], files.get)
    if plan.base is not None:
        refuse_invalid(catalog, {path: data for path, data in files.items() if path.endswith(".yaml")})
        return
    from jetenv.schemas.project_check import check_project

    found = check_project(files, catalog, environment=plan.branch)
    findings = [each for each in found if each.severity == "error"]
    if findings:
        first, more = findings[0], len(findings) - 1
        raise RefusedError(
            f"the project would be invalid: {first.message}" + (f" (and {more} more findings)" if more else ""),
            where=first.where,
            hint=first.hint,
        )


def _commit(repo: Repository, plan: Plan, files: Mapping[str, StartFile], key: SigningKey) -> Oid:
    from jetenv.access.namespaces import COMMIT
    from jetenv.access.signing import sign

    edits = {path: TreeEntry(repo.trees.write_blob(file.content), file.mode) for path, file in files.items()}
    tree = repo.trees.edit(plan.tree, edits)
    message = f"Create environment {plan.branch}" if plan.base is None else f"Adopt {plan.branch} as an environment"
    parents = () if plan.base is None else (plan.base,)
    return repo.commits.create(tree, parents, message, lambda payload: sign(payload, key, COMMIT))


@contextmanager
def _configured(project: Project, plan: Plan, key: SigningKey, admin: Member, members: bytes) -> Iterator[None]:
    """Set git up to sign, to verify what the admin signs, and to know the root; taken back where the block raises.

    This comes before the branch moves, so that no crash leaves a project in which later commits go unsigned.
    """
    from jetenv.access.allowed_signers import allow_signers
    from jetenv.access.keys import configure_repository
    from jetenv.access.members import digest

    repo, head = project.repo, project.head
    before = {name: repo.config.own(name) for name in _SETTINGS}
    moves_head = head.oid is None and head.branch != plan.branch
    try:
        configure_repository(repo, key)
        if repo.config.get("gpg.ssh.allowedsignersfile") is None:
            allow_signers(repo, [(admin.id, public) for public in admin.keys])
        repo.config.set(ROOT_PIN, digest(members))
        repo.config.set(PIN_ORIGIN, "init")
        if moves_head and plan.base is None:
            repo.refs.point_head(plan.branch)
        yield
    except BaseException:
        for name, value in before.items():
            if value is None:
                repo.config.unset(name)
            else:
                repo.config.set(name, value)
        if moves_head and head.branch is not None:
            repo.refs.point_head(head.branch)
        raise


def _check_out(project: Project, plan: Plan) -> None:
    """Go to an environment whose branch was made from what is checked out; elsewhere the working tree stays."""
    repo, head = project.repo, project.head
    if plan.tip is None and plan.base is not None and plan.base == head.oid and not repo.is_bare:
        # The two differ by new files only. Where git refuses all the same, the project stands and the result says so.
        with suppress(JetenvError):
            repo.worktree.switch(plan.branch)
