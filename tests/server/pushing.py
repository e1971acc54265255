"""A bare repository that judges pushes, and somebody who pushes to it with real git: fixtures for several folders."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from world import Person, World
from world import page as a_page

from jetenv.access.members import Members
from jetenv.repository.objects import Oid
from jetenv.repository.opening import init_repository


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    """``ada``, an admin of production, ``bob``, an editor there, and ``carol``, who is nobody yet."""
    return {name: Person(name) for name in ("ada", "bob", "carol")}


@pytest.fixture
def page() -> Callable[..., bytes]:
    """``page(title, *components)``: the bytes of a page."""
    return a_page


@pytest.fixture
def world(repo: Path, people: Mapping[str, Person]) -> World:
    """A project with production, in a clone of somebody."""
    return World(init_repository(repo, "main"), people)


class Pushing:
    """Pushes from the clone of ``world`` to the bare repository ``path``."""

    def __init__(self, path: Path, world: World, git: Callable[..., str], run: Callable[..., Ran]) -> None:
        self.path = path
        self.world = world
        self.git = git
        self.run = run

    def push(self, *options: str, by: str | None = None, **branches: str | None) -> Ran:
        """Push commits to branches, ``None`` to delete; ``by`` is who is known to push. Returns what git said."""
        refs = {f"refs/heads/{name}": oid for name, oid in branches.items()}
        return self.push_refs(refs, *options, by=by)

    def push_refs(self, refs: Mapping[str, str | None], *options: str, by: str | None = None) -> Ran:
        """As ``push``, with refs by their full names."""
        specs = [f"+{oid or ''}:{ref}" for ref, oid in refs.items()]
        env = {"JETENV_PUSHER": self.world.people[by].key} if by is not None else {}
        return self.run(["git", "push", "--quiet", *options, self.path, *specs], self.world.repo.workdir, env)

    def taken(self, *options: str, by: str | None = None, **branches: str | None) -> None:
        """The push is taken."""
        ran = self.push(*options, by=by, **branches)
        assert ran.code == 0, ran
        for name, oid in branches.items():
            assert self.tip(name) == oid

    def refused(self, *options: str, by: str | None = None, **branches: str | None) -> str:
        """The push is refused, nothing has changed on the server, and this is what it said."""
        return self.refused_refs({f"refs/heads/{name}": oid for name, oid in branches.items()}, *options, by=by)

    def refused_refs(self, refs: Mapping[str, str | None], *options: str, by: str | None = None) -> str:
        before = self.state()
        ran = self.push_refs(refs, *options, by=by)
        assert ran.code == 1, ran
        assert self.state() == before
        assert "remote: jetenv: this push is refused" in ran.stderr, ran
        assert "Traceback" not in ran.stderr
        return ran.stderr

    def tip(self, name: str) -> Oid | None:
        found = self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{name}", cwd=self.path)
        return Oid(found) if found else None

    def state(self) -> tuple[str, frozenset[str]]:
        """Every ref, and every object that is there."""
        objects = self.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", cwd=self.path)
        return self.git("for-each-ref", cwd=self.path), frozenset(objects.split())


@pytest.fixture
def pushing(world: World, git: Callable[..., str], run: Callable[..., Ran]) -> Callable[[Path], Pushing]:
    """``pushing(path)``: pushes to the bare repository ``path``."""
    return lambda path: Pushing(path, world, git, run)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a finished process said."""

    stdout: str
    stderr: str
    code: int


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """``run(command, cwd, env) -> Ran``, whatever the exit code."""

    def run(command: list[str | Path], cwd: Path = tmp_path, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [str(each) for each in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            timeout=120,
            check=False,
        )
        return Ran(done.stdout, done.stderr, done.returncode)

    return run


@pytest.fixture(scope="session")
def _bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bare")


@pytest.fixture
def empty(_bare: Path, tmp_path: Path, git: Callable[..., str], jetenv, world: World, pushing) -> Pushing:
    """An empty bare repository with the hook, and with the root of ``world`` pinned."""
    template, path = _bare / "empty.git", tmp_path / "orders.git"
    if not template.exists():
        git("init", "-q", "--bare", template)
        jetenv("hooks", "install", "--server", "--root", world.root, cwd=template)
    shutil.copytree(template, path)
    return pushing(path)


@pytest.fixture
def server(_bare: Path, empty: Pushing, world: World) -> Pushing:
    """The same with production on it, as far as it goes."""
    template = _bare / "server.git"
    if not template.exists():
        empty.taken(production=world.production)
        shutil.copytree(empty.path, template)
    else:
        shutil.rmtree(empty.path)
        shutil.copytree(template, empty.path)
    return empty


@pytest.fixture
def plain(tmp_path: Path, git: Callable[..., str], world: World, pushing) -> Pushing:
    """A bare repository of plain git, with production on it."""
    path = tmp_path / "plain.git"
    git("init", "-q", "--bare", path)
    found = pushing(path)
    found.taken(production=world.production)
    return found


@pytest.fixture
def staging(server: Pushing, world: World) -> tuple[Oid, Members]:
    """Staging on the server, created by bob, its admin: the commit and its members file."""
    created, members = world.staging(world.production)
    server.taken(staging=created)
    return created, members
