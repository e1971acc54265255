"""A project: a repository whose environments can be looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.environments.model import FOLDER, PROJECT_FILE, Environment, Tracking
from jetenv.environments.reading import MAX_OWN_FILE, own_file, read_environments
from jetenv.environments.visibility import own_key, visible
from jetenv.errors import DeniedError, JetenvError, UsageError, did_you_mean
from jetenv.repository.failures import MalformedCommitError
from jetenv.repository.objects import Branch, Head, Oid, TreeEntry

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository
    from jetenv.schemas.catalog import Catalog

ROOT_PIN = "jetenv.root"
"""Key of git's local configuration: the SHA-256 of the default environment's first members file."""
PIN_ORIGIN = "jetenv.rootorigin"
"""Key of git's local configuration: what set the pin; see ``environments.people.trust``."""


class Project:
    """The environments of one repository, as they were when first asked for.

    ``refresh`` forgets what was read, after a ref has been moved.
    """

    def __init__(self, repo: Repository) -> None:
        self.repo = repo

    def refresh(self) -> None:
        """Forget what was read."""
        for name in ("branches", "head", "_environments", "_by_id"):
            self.__dict__.pop(name, None)

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """Every branch, local and remote-tracking."""
        return tuple(self.repo.refs.branches())

    @cached_property
    def head(self) -> Head:
        """Where HEAD points."""
        return self.repo.refs.head()

    def environments(self) -> tuple[Environment, ...]:
        """Every environment, local or known from a remote, the default one first, then by id."""
        return self._environments

    @cached_property
    def _environments(self) -> tuple[Environment, ...]:
        found = read_environments(self.repo, self.branches)
        default = _settled_default(self.repo, found)
        settled = (replace(each, is_default=each.id == default) for each in found)
        return tuple(sorted(settled, key=lambda each: (not each.is_default, each.id)))

    @cached_property
    def _by_id(self) -> Mapping[str, Environment]:
        return {each.id: each for each in self._environments}

    def default(self) -> Environment:
        """The default environment.

        Raises JetenvError where no branch, or more than one, claims to be it.
        """
        first = next(iter(self._environments), None)
        if first is not None and first.is_default:
            return first
        claimants = [each.id for each in read_environments(self.repo, self.branches) if each.is_default]
        if claimants:
            raise DeniedError(
                f"more than one branch claims to be the default environment: {', '.join(claimants)}",
                hint="ask an admin for the digest of the right one, then `jetenv trust pin DIGEST`",
            )
        raise JetenvError(
            "the default environment was not found among the branches of this repository",
            hint="fetch it with `git fetch`, or make this repository a project with `jetenv init`",
        )

    @property
    def project_id(self) -> str:
        """The id of the project: the uid of its default environment."""
        return self.default().uid

    def environment(self, name: str) -> Environment:
        """The environment with the id or the unique display name ``name``.

        Raises UsageError where there is none, or several, with what was probably meant.
        """
        return self._lookup(name, lambda _: True)

    def _lookup(self, name: str, sees: Callable[[Environment], bool]) -> Environment:
        found = self._by_id.get(name)
        if found is not None and sees(found):
            return found
        alike = [each for each in self._environments if each.name.casefold() == name.casefold() and sees(each)]
        named = [each for each in alike if each.name == name] or alike
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(each.id for each in named)
            raise UsageError(f"more than one environment is named {name!r}: {ids}", hint="use the id instead")
        raise self.unknown(name)

    def visible_environments(self) -> tuple[Environment, ...]:
        """Those of ``environments`` that who is here is invited to, the default one, and what is checked out."""
        return tuple(filter(self._sees(), self._environments))

    def visible_environment(self, name: str) -> Environment:
        """As ``environment``, where one that who is here is not invited to is as good as none.

        What a person names is looked up so, but for what needs no key. Raises as ``default`` does, too, where it cannot
        be told what everybody may see.
        """
        try:
            return self._lookup(name, self._sees())
        except UsageError:
            self.default()
            raise

    def _sees(self) -> Callable[[Environment], bool]:
        invited, current = visible(self.repo), self.current()
        return lambda each: each == current or invited(each)

    def refuse_hidden(self, name: str) -> None:
        """Raise UsageError, as for what does not exist, where ``name`` is that of an environment one is not invited to.

        For names that may be those of plain branches, too.
        """
        try:
            self.environment(name)
        except UsageError:
            return
        self.visible_environment(name)

    def unknown(self, name: str) -> UsageError:
        """The error for a name that no environment has, or none that who is here may see; with what was meant."""
        branch = next((branch for branch in self.branches if branch.name == name and name not in self._by_id), None)
        if branch is not None:
            return UsageError(
                f"branch '{name}' is not an environment: it has no {FOLDER}/{name}/environment.yaml",
                hint="`jetenv list` shows the environments, `jetenv create` makes one",
            )
        seen = self.visible_environments()
        meant = did_you_mean(name, (*(each.id for each in seen), *(each.name for each in seen)))
        hint = f"did you mean '{meant}'?" if meant else "`jetenv list` shows the environments"
        if not meant and own_key(self.repo) is None:
            hint += "; there is no SSH key to sign with here, so that is the default one only"
        shown = name if len(name) <= 80 else name[:77] + "..."
        return UsageError(f"there is no environment {shown!r}", hint=hint)

    def current(self) -> Environment | None:
        """The environment whose branch is checked out; None on another branch or a detached HEAD."""
        return None if self.head.branch is None else self._local(self.head.branch)

    def _local(self, name: str) -> Environment | None:
        found = self._by_id.get(name)
        return found if found is not None and found.remote is None else None

    def tracking(self, environment: Environment) -> Tracking | None:
        """How a local environment stands to the first of its remote copies; None where it has none.

        None, too, where the history does not tell: it was fetched in part, or is malformed.
        """
        if environment.remote is not None or not environment.copies:
            return None
        copy = environment.copies[0]
        if copy.tip == environment.tip:
            return Tracking(copy, 0, 0)
        try:
            return Tracking(copy, *self.repo.commits.ahead_behind(environment.tip, copy.tip))
        except JetenvError:
            return None

    def catalog(self, tree: Oid) -> Catalog:
        """The schemas in force for ``tree``: the built-in ones and those that its ``jetenv.yaml`` maps.

        Raises JetenvError where ``jetenv.yaml`` cannot be read or names a schema file that is not there.
        """
        return build_catalog(self.file(tree, PROJECT_FILE), lambda path: self.file(tree, path))

    def file(self, tree: Oid, path: str) -> bytes | None:
        """The bytes of the regular file at ``path`` in ``tree``, or None."""
        entry = self.repo.trees.entry(tree, path)
        return self.repo.trees.read(entry.oid) if entry is not None and entry.is_file else None

    def own_file(self, environment: Environment, name: str) -> bytes | None:
        """The bytes of ``environments/<id>/<name>`` on the environment's own branch, or None."""
        return own_file(self.repo, environment.tip, environment.id, name)


def open_project(start: Path, *, any_branch: bool = False) -> Project:
    """The project whose repository is found from ``start`` upwards.

    What a crash left half-done is finished or undone first. Raises JetenvError where there is no repository, where it
    cannot be read, and where none of its branches is an environment; with ``any_branch`` the last is no error, as for
    a build server that has fetched a feature branch alone.
    """
    from jetenv.repository.opening import open_repository

    project = Project(open_repository(start))
    if not any_branch and not project.environments():
        raise JetenvError(
            "this repository has no environments, so it is not a jetenv project",
            where=str(project.repo.workdir or project.repo.path),
            hint="make it one with `jetenv init`, or fetch the branches of one with `git fetch`",
        )
    return project


def build_catalog(project_file: bytes | None, read: Callable[[str], bytes | None]) -> Catalog:
    """The built-in schemas with those that the bytes of a ``jetenv.yaml`` map, read by path through ``read``.

    Raises as ``project_schemas`` does.
    """
    from jetenv.schemas.catalog import Catalog

    return Catalog.builtin().with_project(project_schemas(project_file, read))


def project_schemas(project_file: bytes | None, read: Callable[[str], bytes | None]) -> dict[str, bytes]:
    """The schemas that the bytes of a ``jetenv.yaml`` map, by glob; ``read`` returns a file by its path.

    Raises DocumentError where that file cannot be parsed and JetenvError where a schema file is missing.
    """
    mappings = project_setting(project_file, "schemas")
    if not isinstance(mappings, dict):
        return {}
    extra: dict[str, bytes] = {}
    for glob, path in mappings.items():
        inside = isinstance(path, str) and not path.startswith("/") and ".." not in path.split("/")
        schema = read(path) if inside else None
        if schema is None:
            raise JetenvError(
                f"the schema for {glob} is not in the project: {path}",
                where=PROJECT_FILE,
                hint="commit the schema file, or remove the entry below `schemas`",
            )
        extra[glob] = schema
    return extra


def project_setting(project_file: bytes | None, key: str) -> object:
    """What the bytes of a ``jetenv.yaml`` have under the top-level ``key``, as plain data; None where there is nothing.

    Raises DocumentError where the file has the word and cannot be parsed.
    """
    if project_file is None or key.encode() not in project_file:
        return None
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    content = to_data(parse(project_file, path=PROJECT_FILE).root)
    return content.get(key) if isinstance(content, dict) else None


def _settled_default(repo: Repository, found: tuple[Environment, ...]) -> str | None:
    """The id of the environment that is the default: the only claimant, else the one that the pin names."""
    claimants = [each for each in found if each.is_default]
    if len(claimants) == 1:
        return claimants[0].id
    pin = repo.config.get(ROOT_PIN) if claimants else None
    pinned = [each.id for each in claimants if pin is not None and has_root(repo, each, pin)]
    return pinned[0] if len(pinned) == 1 else None


def has_root(repo: Repository, environment: Environment, pin: str) -> bool:
    """Whether the members file of ``environment`` was, along first parents, the file with the hash ``pin``.

    Commits that are malformed, or lack the file, are passed over: whether they may is for the verification to say.
    """
    import hashlib

    commits = repo.commits

    oid: Oid | None = environment.tip
    seen: Oid | None = None
    while oid is not None:
        entry: TreeEntry | None = None
        with suppress(MalformedCommitError):
            entry = repo.trees.entry(commits.tree_named(oid), f"{environment.folder}/members.yaml")
        if entry is not None and entry.is_file and entry.oid != seen:
            seen = entry.oid
            if repo.trees.size(seen) <= MAX_OWN_FILE and hashlib.sha256(repo.trees.read(seen)).hexdigest() == pin:
                return True
        oid = commits.first_parent_named(oid)
    return False
