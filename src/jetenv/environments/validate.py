"""Check every file, id and reference of an environment, a commit, the index or the working tree."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments import contents
from jetenv.environments.contents import Contents
from jetenv.environments.model import FOLDER, PROJECT_FILE
from jetenv.environments.project import Project, project_schemas
from jetenv.environments.verdicts import VERDICT_FORM, VerdictCache, cache_folder
from jetenv.errors import JetenvError, UsageError
from jetenv.repository.objects import EXECUTABLE, SYMLINK, Oid
from jetenv.schemas.findings import Finding
from jetenv.schemas.objects import FOLDERS, SINGLE_FILES
from jetenv.version import __version__

if TYPE_CHECKING:
    from jetenv.schemas.catalog import Catalog
    from jetenv.schemas.survey import Need, Reference
    from jetenv.schemas.verdict import FileVerdict

WORKING_TREE = "the working tree"
INDEX = "the index"

_FOLDERS = (*FOLDERS, "collections", FOLDER)
_PROVING = ("members.yaml", "environment.yaml")


@dataclass(frozen=True, slots=True)
class Validation:
    """The answer of `jetenv validate`.

    ``subject`` names what was checked: an environment, a revision, the working tree or the index; ``commit`` is None
    for the latter two. ``environment`` is the id of the environment whose own folder was checked, None where the
    subject is no environment: then the folders of all are. ``files`` counts the files that were looked at. ``since`` is
    the revision since which changes were asked for.
    """

    subject: str
    commit: Oid | None
    environment: str | None
    files: int
    findings: tuple[Finding, ...]
    strict: bool = False
    since: str | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are no warnings."""
        return tuple(each for each in self.findings if each.severity == "error")

    @property
    def is_valid(self) -> bool:
        """Whether there is no error; where ``strict``, no warning either."""
        return not (self.findings if self.strict else self.errors)


def validate(
    project: Project,
    revision: str | None = None,
    *,
    staged: bool = False,
    index: Path | None = None,
    since: str | None = None,
    strict: bool = False,
) -> Validation:
    """Check ``revision`` (an environment, branch, tag or commit), or the index, or else the working tree.

    ``index`` is another index than that of the working tree, where ``staged``.

    With ``since``, a revision, only what is wrong in the files that changed since the common ancestor with it is told,
    and what is wrong elsewhere and was not there. Where ``strict``, warnings make it invalid as well. In a bare
    repository HEAD stands in for the working tree. Raises UsageError for an unknown revision and JetenvError where
    there is no file of a project, a ``jetenv.yaml`` or schema of it is such that nothing can be checked, or the common
    ancestor was not fetched.
    """
    repo, current = project.repo, project.current()
    own = current.id if current is not None else None
    subject, commit = INDEX if staged else WORKING_TREE, None
    if revision is not None:
        subject, commit, own = _resolved(project, revision)
    elif repo.is_bare:
        head = project.head
        if head.oid is None:
            raise JetenvError("the branch of this bare repository has no commit", hint="name an environment to check")
        subject, commit = head.branch or "HEAD", head.oid
    base = _base(project, since, commit) if since is not None else None
    if commit is not None:
        found = contents.in_tree(project, repo.commits.get(commit).tree)
    else:
        found = contents.staged(project, index) if staged else contents.working(project)
    result = _validated(project, subject, commit, own, found, strict)
    if base is None:
        return result
    return replace(result, since=since, findings=_since(project, base, own, found, result.findings))


def _base(project: Project, since: str, commit: Oid | None) -> Oid:
    """The tree of the common ancestor of ``since`` and ``commit``, HEAD where that is None."""
    other = _resolved(project, since)[1]
    tip = commit if commit is not None else project.head.oid
    bases = project.repo.commits.merge_bases(other, tip) if tip is not None else ()
    if not bases:
        raise JetenvError(f"{since} has no history in common with what is checked", hint="name another revision")
    return project.repo.commits.get(bases[0]).tree


def _since(
    project: Project, base: Oid, own: str | None, found: Contents, findings: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    before = dict(project.repo.trees.files(base))
    changed = {each.path for each in findings if before.get(each.path) != found.files.get(each.path)}
    if all(each.path in changed for each in findings):
        return findings
    known = {each.fault for each in tree_findings(project, base, own)}
    return tuple(each for each in findings if each.path in changed or each.fault not in known)


def tree_findings(project: Project, tree: Oid, environment: str | None = None) -> list[Finding]:
    """Every finding in ``tree``; of ``environments/`` only in the folder of ``environment``, in all where that is None.

    Raises as ``validate`` does.
    """
    return list(_findings(project, environment, contents.in_tree(project, tree))[1])


def tree_needs(project: Project, tree: Oid, version: str) -> list[Need]:
    """What of the shared content of ``tree`` needs a newer platform than ``version``.

    Raises as ``validate`` does.
    """
    from jetenv.schemas.project_check import unmet_needs

    found = contents.in_tree(project, tree)
    catalog, cache = _catalog(found)
    paths = [path for path in found.files if found.files[path].is_file and catalog.describes(path)]
    return unmet_needs(_verdicts(cache, found, paths, catalog), version)


def tree_credentials(project: Project, tree: Oid) -> list[Reference]:
    """Where the files of ``tree`` name credentials. Raises as ``validate`` does.

    The schemas of jetenv have a credential under a key, or in a formula behind a name, with that word in it. Where the
    project has no schemas of its own, files without the word need not be checked for it.
    """
    found = contents.in_tree(project, tree)
    catalog, cache = _catalog(found)
    paths = [path for path in found.files if found.files[path].is_file and catalog.describes(path)]
    word = b"" if project_schemas(found.get(PROJECT_FILE), found.get) else b"credential"
    verdicts = _verdicts(cache, found, paths, catalog, holding=word)
    return [each for verdict in verdicts for each in verdict.references if each.kind == "credential"]


def _catalog(found: Contents) -> tuple[Catalog, VerdictCache]:
    """The schemas in force for ``found``, and the verdicts that were reached with them."""
    from jetenv.schemas.catalog import Catalog

    schemas = project_schemas(found.get(PROJECT_FILE), found.get)
    catalog = Catalog.builtin().with_project(schemas)
    catalog.verify()
    return catalog, VerdictCache(cache_folder(), _fingerprint(schemas))


def _resolved(project: Project, revision: str) -> tuple[str, Oid, str | None]:
    """What ``revision`` is called, its commit, and the id of the environment that it is."""
    try:
        environment = project.environment(revision)
    except UsageError as unknown:
        try:
            commit = project.repo.refs.resolve(revision)
        except UsageError:
            raise unknown from None
        copies = {f"{copy.remote}/{each.id}": each.id for each in project.environments() for copy in each.copies}
        return revision, commit, copies.get(revision)
    return environment.id, environment.tip, environment.id


def _validated(
    project: Project, subject: str, commit: Oid | None, own: str | None, found: Contents, strict: bool
) -> Validation:
    files, findings = _findings(project, own, found)
    if not files and not findings:
        raise JetenvError(
            f"there is nothing to check in {subject}: it has no file of a project",
            where=str(project.repo.workdir or project.repo.path),
            hint="name an environment or a branch, or start a project with `jetenv init`",
        )
    return Validation(subject, commit, own, files, findings, strict)


def _findings(project: Project, own: str | None, found: Contents) -> tuple[int, tuple[Finding, ...]]:
    """How many files were looked at, and what was found; ``own`` is the environment whose folder speaks."""
    from jetenv.schemas.bindings import binds_own, settings_path
    from jetenv.schemas.project_check import check_whole, is_checked, speaks

    catalog, cache = _catalog(found)
    paths = [path for path in found.files if speaks(path, own) and is_checked(path, catalog)]
    files = [path for path in paths if found.files[path].is_file]
    verdicts = _verdicts(cache, found, files, catalog)
    environments = [each.id for each in project.environments()]
    owner = own if own is not None and binds_own(found.get(settings_path(own))) else None
    findings = [
        *(finding for verdict in verdicts for finding in verdict.findings),
        *check_whole(verdicts, environments or None, owner),
        *_misplaced(found, paths),
        *(_executable(found, own) if own is not None else ()),
        *(_contradictions(found, own) if own is not None else ()),
        *(_too_new(found, own, verdicts) if own is not None else ()),
    ]
    return len(files), tuple(sorted(findings))


def _fingerprint(schemas: Mapping[str, bytes]) -> str:
    """What a verdict depends on beside the file: the version of jetenv, its schemas and the project's own."""
    from jetenv.schemas.catalog import builtin_digest

    digest = hashlib.sha256(__version__.encode() + b"\0" + VERDICT_FORM + b"\0" + builtin_digest())
    for glob, schema in sorted(schemas.items()):
        digest.update(b"\0%d\0%b\0%d\0%b" % (len(glob), glob.encode("utf-8", "replace"), len(schema), schema))
    return digest.hexdigest()


def _verdicts(
    cache: VerdictCache, found: Contents, paths: list[str], catalog: Catalog, *, holding: bytes = b""
) -> list[FileVerdict]:
    """The verdicts on ``paths``: those kept from earlier, else fresh ones, which are kept.

    Of files without one from earlier, those that do not have ``holding`` in them are left out.
    """
    from jetenv.environments.checking import check_files

    kept = cache.load((path, found.files[path].oid) for path in paths)
    missing = [path for path in paths if (path, found.files[path].oid) not in kept]
    if holding:
        missing = [path for path in missing if holding in found.read(found.files[path].oid)]
    if missing:
        schemas = project_schemas(found.get(PROJECT_FILE), found.get)
        for verdict in check_files(missing, lambda path: found.read(found.files[path].oid), catalog, schemas):
            kept[verdict.path, found.files[verdict.path].oid] = verdict
        cache.keep((found.files[path].oid, kept[path, found.files[path].oid]) for path in missing)
    return [kept[path, found.files[path].oid] for path in paths if (path, found.files[path].oid) in kept]


def _misplaced(found: Contents, paths: Iterable[str]) -> Iterator[Finding]:
    """Findings for what stands where a file or folder of a project should be and is none."""
    for path in found.unresolved:
        yield Finding("yaml", "unresolved conflicts", path, hint="resolve them, then `git add` the file")
    for path in paths:
        mode = found.files[path].mode
        if not found.files[path].is_file:
            what = "a symbolic link" if mode == SYMLINK else "a submodule"
            yield Finding("unknown-file", f"not read: it is {what}", path, hint="put a file of its own there")
    folders = {path.partition("/")[0] for path in found.files if "/" in path}
    for name in _FOLDERS:
        if name in found.files:
            yield Finding("unknown-file", f"a file, where the folder {name}/ should be", name, hint="move it away")
    for name in SINGLE_FILES:
        if name in folders:
            yield Finding("unknown-file", f"a folder, where the file {name} should be", name, hint="move it away")


def _executable(found: Contents, own: str) -> Iterator[Finding]:
    """Findings for what proves the rights in an environment, and is taken from plain files only."""
    folder = f"{FOLDER}/{own}/"
    for path, entry in found.files.items():
        name = path.removeprefix(folder)
        proves = path.startswith(folder) and (name in _PROVING or name.startswith("signatures/"))
        if proves and entry.mode == EXECUTABLE:
            hint = f"`chmod a-x {shlex.quote(path)}`, and in git `git update-index --chmod=-x`"
            yield Finding("unknown-file", "an executable file, where a plain one should be", path, hint=hint)


def _contradictions(found: Contents, own: str) -> Iterator[Finding]:
    """Findings where the files of an environment disagree on who it is, as after a copy of its folder by hand."""
    members_path = f"{FOLDER}/{own}/members.yaml"
    members = _scalars(found, members_path)
    uid = _scalars(found, f"{FOLDER}/{own}/environment.yaml").get("uid")
    project = _scalars(found, PROJECT_FILE).get("project")
    for key, expected, owner in (("environment", uid, "environment.yaml"), ("project", project, PROJECT_FILE)):
        if expected is not None and key in members and members[key][0] != expected[0]:
            value, line, column = members[key]
            message = f"{key} {value} is not that of {owner}, {expected[0]}"
            yield Finding("id-mismatch", message, members_path, line, column, key, expected[0])


def _too_new(found: Contents, own: str, verdicts: Iterable[FileVerdict]) -> list[Finding]:
    """Findings for what needs a newer platform than the environment is pinned to."""
    from jetenv.schemas.project_check import check_platform

    path = f"{FOLDER}/{own}/environment.yaml"
    return check_platform(verdicts, found.get(path) or b"", own)


def _scalars(found: Contents, path: str) -> dict[str, tuple[str, int, int]]:
    """The top-level scalars of a file with their places; none where the file is missing or broken."""
    from jetenv.documents.nodes import Kind
    from jetenv.documents.parsing import DocumentError, parse

    data = found.get(path)
    try:
        source = parse(data or b"", path=path)
    except DocumentError:
        return {}
    return {
        entry.key.value: (entry.value.value, *source.place(entry.value.start))
        for entry in (source.root.entries if source.root is not None else ())
        if entry.key is not None and entry.key.kind is Kind.SCALAR and entry.value.kind is Kind.SCALAR
    }
