"""Projects to work on, and what must not have changed when something was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jetenv.access.joining import file_name, request
from jetenv.access.keys import SigningKey
from jetenv.access.members import Member, digest, parse, render
from jetenv.access.namespaces import JOIN, MEMBERS
from jetenv.access.public_keys import read_public_key
from jetenv.access.signing import sign
from jetenv.environments.editing import edit_environment
from jetenv.environments.project import Project, open_project

from .members_helpers import PRODUCTION, prove, versions_by_hand


@pytest.fixture
def root(minimal: Path) -> Path:
    """The folder of a fresh project with its environment production."""
    return minimal


@pytest.fixture
def opened(root: Path) -> Callable[[], Project]:
    """Opens the project of ``root`` as the next command would."""
    return lambda: open_project(root)


@pytest.fixture
def commit(root: Path, git) -> Callable[..., str]:
    """``commit(path, content)`` writes a file and commits it on the branch that is checked out; returns the commit."""

    def run(path: str, content: str | None, *, cwd: Path = root) -> str:
        file = cwd / path
        if content is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        git("add", "--all", "--", path, cwd=cwd)
        git("commit", "-qm", f"change {path}", cwd=cwd)
        return git("rev-parse", "HEAD", cwd=cwd)

    return run


@pytest.fixture
def snapshot(git) -> Callable[[Path], object]:
    """``snapshot(path)``: HEAD, refs, index, configuration and every file of a repository, to compare."""

    def take(path: Path) -> object:
        files = {
            str(file.relative_to(path)): file.read_bytes()
            for file in sorted(path.rglob("*"))
            if file.is_file() and ".git" not in file.relative_to(path).parts
        }
        return (
            git("for-each-ref", cwd=path),
            (path / ".git" / "HEAD").read_text(),
            git("ls-files", "--stage", cwd=path),
            (path / ".git" / "config").read_text(),
            files,
        )

    return take


@pytest.fixture
def be(root: Path, git, keys: Mapping[str, Path]) -> Callable[[str], None]:
    """``be(name)``: from here on the key of ``ada``, ``bob`` or ``carol`` signs in the project."""
    return lambda name: git("config", "user.signingkey", f"{keys[name]}.pub", cwd=root)


@pytest.fixture
def signed_members(keys: Mapping[str, Path]) -> Callable[..., dict[str, bytes]]:
    """``signed_members(before, *new, **changes)``: the members file after the bytes ``before``, signed by ada.

    ``new`` are names and roles of members to add, each of whom asks to join; ``changes`` are those of other fields.
    Returns the files of the environment's folder.
    """

    def make(before: bytes, *new: tuple[str, str], **changes) -> dict[str, bytes]:
        old = parse(before)
        added = [
            Member(name, name.title(), role, (read_public_key(keys[name].with_suffix(".pub")),)) for name, role in new
        ]
        values = {"members": (*old.members, *added), "version": old.version + 1, "previous": digest(before), **changes}
        data = render(replace(old, **values))
        files = {"members.yaml": data, "signatures/ada.sig": _sign(data, keys["ada"], MEMBERS)}
        for each in added:
            asked = request(old.project, old.environment, each.id, each.keys[0])
            files[f"signatures/{file_name(each.id, each.keys[0])}"] = _sign(asked, keys[each.id], JOIN)
        return files

    return make


def _sign(data: bytes, key: Path, namespace: str) -> bytes:
    return sign(data, SigningKey(read_public_key(key.with_suffix(".pub")), key, "--key"), namespace).encode() + b"\n"


@pytest.fixture
def team(root: Path, opened, signed_members) -> Path:
    """The project with ada, who is admin, bob, an editor, and carol, a viewer of production."""
    project = opened()

    def change(files: Mapping[str, bytes]) -> dict[str, bytes]:
        return signed_members(files["members.yaml"], ("bob", "editor"), ("carol", "viewer"))

    assert edit_environment(project, project.default(), change, "Add bob and carol")
    return root


@pytest.fixture
def by_hand(root: Path, tmp_path: Path) -> Callable[..., int]:
    """Proves the project with the verifier, and its members files with git and ssh-keygen; the number of versions."""

    def run(environment: str = PRODUCTION) -> int:
        prove(root)
        return versions_by_hand(root, environment, tmp_path)

    return run
