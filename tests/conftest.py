"""Hermetic surroundings for every test: no user's git configuration, home, agent, clock or locale."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).parent / "data"
EXAMPLE = Path(__file__).parents[1] / "examples" / "orders"
DATE = "1767225600 +0000"  # 2026-01-01T00:00:00Z
KEY_NAMES = tuple(sorted(path.name for path in (DATA / "keys").iterdir() if not path.suffix))

# The quick profile draws the same examples in every run, so that a change and not chance makes it fail.
settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "thorough", max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_FOREIGN = ("GIT_", "SSH_", "JETENV_", "XDG_", "LC_", "GPG_")
_FIXED = {
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_DATE": DATE,
    "GIT_COMMITTER_DATE": DATE,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "COLUMNS": "80",
    "NO_COLOR": "1",
    "TERM": "dumb",
}


def _fix_environment(environ: dict[str, str], home: Path) -> None:
    for name in list(environ):
        if name.startswith(_FOREIGN) or name in {
            "DISPLAY",
            "FORCE_COLOR",
            "EMAIL",
            "LANG",
            "LANGUAGE",
            "EDITOR",
            "GITHUB_ACTIONS",
        }:
            del environ[name]
    environ.update(
        _FIXED,
        HOME=str(home),
        XDG_CONFIG_HOME=str(home / ".config"),
        GIT_CONFIG_GLOBAL=str(home / ".gitconfig"),
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fix the environment before libgit2, which looks at it once, is loaded.

    Interrupts are part of it: tests may run where a shell has them ignored, which every command would inherit.
    """
    del config
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _fix_environment(os.environ, Path(tempfile.gettempdir()) / "jetenv-tests-without-a-home")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a finished process said."""

    stdout: str
    stderr: str
    code: int

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.stdout}--- stderr\n{self.stderr}"


Runner = Callable[..., Ran]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Private key files by name (``ada``, ``bob``, ``carol``, ``locked``, …), each with its ``.pub`` beside it."""
    folder = tmp_path_factory.mktemp("keys")
    for source in (DATA / "keys").iterdir():
        target = Path(shutil.copyfile(source, folder / source.name))
        target.chmod(0o600)
    return {name: folder / name for name in KEY_NAMES}


@pytest.fixture
def signing_key(keys: Mapping[str, Path]) -> Path:
    """The private key that ``user.signingkey`` names."""
    return keys["ada"]


@pytest.fixture
def agent(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Path], None]]:
    """A running agent; call it with a private key file to add that key."""
    socket = tmp_path_factory.mktemp("agent") / "socket"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    while subprocess.run(["ssh-add", "-l"], capture_output=True, check=False).returncode == 2:  # not listening yet
        assert process.poll() is None

    def add(key: Path) -> None:
        subprocess.run(["ssh-add", "-q", str(key)], stdin=subprocess.DEVNULL, capture_output=True, check=True)

    yield add
    process.terminate()
    process.wait()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, signing_key: Path) -> Path:
    """A home of its own for each test, with a git identity and a signing key."""
    home = tmp_path_factory.mktemp("home")
    environ = dict(os.environ)
    _fix_environment(environ, home)
    for name in os.environ.keys() - environ.keys():
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (home / ".gitconfig").write_text(
        "[user]\n"
        "\tname = Ada Lovelace\n"
        "\temail = ada@example.org\n"
        f"\tsigningkey = {signing_key}.pub\n"
        "[init]\n"
        "\tdefaultBranch = main\n"
        "[advice]\n"
        "\tdetachedHead = false\n"
    )
    return home


def _run(command: list[str], cwd: Path, data: str | bytes | None, check: bool, env: Mapping[str, str] | None) -> Ran:
    done = subprocess.run(
        command,
        cwd=cwd,
        input=data.encode() if isinstance(data, str) else (data or b""),
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
        start_new_session=True,  # so that nothing finds a terminal to prompt on
        timeout=120,
    )
    ran = Ran(
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
        done.returncode,
    )
    if check:
        assert ran.code == 0, f"{command} in {cwd}: {ran}"
    return ran


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """``git(*args, cwd=, input=, env=) -> stdout`` without the final newline; fails the test when git does."""

    def run(
        *args: str | Path,
        cwd: Path = tmp_path,
        input: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
    ) -> str:
        return _run(["git", *map(str, args)], cwd, input, True, env).stdout.removesuffix("\n")

    return run


@pytest.fixture
def clone(tmp_path: Path, git: Callable[..., str]) -> Callable[..., Path]:
    """``clone(*options, source, folder) -> folder``: `git clone`, in which the source's root is pinned as well."""

    def run(*args: str | Path) -> Path:
        source, folder = args[-2:]
        git("clone", "-q", *args)
        path = tmp_path / folder
        git("config", "jetenv.root", git("config", "jetenv.root", cwd=str(source).removeprefix("file://")), cwd=path)
        return path

    return run


@pytest.fixture
def signed_members(keys: Mapping[str, Path]) -> Callable[..., dict[str, bytes]]:
    """``signed_members(before, *new, **changes)``: the members file after the bytes ``before``, signed by ada.

    ``new`` are names and roles of members to add, each of whom asks to join; ``changes`` are those of other fields.
    Returns the files of the environment's folder.
    """
    from dataclasses import replace

    from jetenv.access.joining import file_name, request
    from jetenv.access.keys import SigningKey
    from jetenv.access.members import Member, digest, parse, render
    from jetenv.access.namespaces import JOIN, MEMBERS
    from jetenv.access.public_keys import read_public_key
    from jetenv.access.signing import sign

    def signed(data: bytes, name: str, namespace: str) -> bytes:
        key = SigningKey(read_public_key(keys[name].with_suffix(".pub")), keys[name], "--key")
        return sign(data, key, namespace).encode() + b"\n"

    def make(before: bytes, *new: tuple[str, str], **changes: object) -> dict[str, bytes]:
        old = parse(before)
        held = {name: read_public_key(keys[name].with_suffix(".pub")) for name, _ in new}
        added = [Member(name, name.title(), role, (held[name],)) for name, role in new]
        values = {"members": (*old.members, *added), "version": old.version + 1, "previous": digest(before), **changes}
        data = render(replace(old, **values))
        files = {"members.yaml": data, "signatures/ada.sig": signed(data, "ada", MEMBERS)}
        for each in added:
            asked = request(old.project, old.environment, each.id, each.keys[0])
            files[f"signatures/{file_name(each.id, each.keys[0])}"] = signed(asked, each.id, JOIN)
        return files

    return make


@pytest.fixture
def add_members(signed_members: Callable[..., dict[str, bytes]]) -> Callable[..., None]:
    """``add_members(root, (name, role), ...)``: ada adds members to the default environment of a project."""
    from jetenv.environments.editing import edit_environment
    from jetenv.environments.project import open_project

    def run(root: Path, *new: tuple[str, str]) -> None:
        project = open_project(root)

        def change(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
            old = {name: None for name in files if name.startswith("signatures/")}
            return old | signed_members(files["members.yaml"], *new)

        assert edit_environment(project, project.default(), change, "Add members")

    return run


@pytest.fixture
def jetenv(tmp_path: Path) -> Runner:
    """``jetenv(*args, cwd=, input=, check=, env=) -> Ran``: the installed command, without a terminal."""
    command = str(Path(sys.executable).parent / "jetenv")

    def run(
        *args: str | Path,
        cwd: Path = tmp_path,
        input: str | bytes | None = None,
        check: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        return _run([command, *map(str, args)], cwd, input, check, env)

    return run


@pytest.fixture
def repo(tmp_path: Path, git: Callable[..., str]) -> Path:
    """The working directory of an empty git repository whose unborn branch is ``main``."""
    path = tmp_path / "project"
    path.mkdir()
    git("init", "-q", "-b", "main", cwd=path)
    return path


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def copied(_templates: Path, signing_key: Path, git: Callable[..., str]) -> Callable[..., Path]:
    """``copied(folder, name, make) -> folder``: the repository that ``make(folder)`` makes, ``name`` says what it is.

    It is made once in a session and then copied, for making one takes a hundred times longer.
    """

    def copy(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
        template = _templates / f"{name}, signed by {signing_key.name}" / folder.name
        if not template.exists():
            make(template)
        shutil.copytree(template, folder, symlinks=True)
        config = folder / ".git" / "config"
        config.write_text(config.read_text().replace(str(template), str(folder)))
        git("update-index", "-q", "--refresh", cwd=folder)
        return folder

    return copy


@pytest.fixture
def minimal(copied: Callable[..., Path], tmp_path: Path) -> Path:
    """A fresh project with its environment production, checked out."""
    from jetenv.environments.starting.init import init

    return copied(tmp_path / "orders", "minimal", init)


@pytest.fixture
def with_staging(copied: Callable[..., Path], tmp_path: Path) -> Path:
    """A fresh project with production, checked out, and staging."""
    from jetenv.environments.project import open_project
    from jetenv.environments.starting.create import create
    from jetenv.environments.starting.init import init

    def make(folder: Path) -> None:
        init(folder)
        create(open_project(folder), "staging")

    return copied(tmp_path / "orders", "with staging", make)


@pytest.fixture
def on_staging(with_staging: Path) -> Path:
    """A fresh project with production and staging, staging checked out."""
    from jetenv.environments.project import open_project
    from jetenv.environments.switch import switch

    switch(open_project(with_staging), "staging")
    return with_staging


@pytest.fixture
def orders(copied: Callable[..., Path], tmp_path: Path) -> Path:
    """The example project with production, checked out."""
    from jetenv.environments.starting.init import init

    return copied(tmp_path / "orders", "example", lambda folder: init(folder, example=EXAMPLE))


@pytest.fixture
def orders_with_staging(copied: Callable[..., Path], tmp_path: Path) -> Path:
    """The example project with production, checked out, and staging."""
    from jetenv.environments.project import open_project
    from jetenv.environments.starting.create import create
    from jetenv.environments.starting.init import init

    def make(folder: Path) -> None:
        init(folder, example=EXAMPLE)
        create(open_project(folder), "staging")

    return copied(tmp_path / "orders", "example with staging", make)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "none", str(folder)]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"mounting a small file system is not allowed here: {error}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def leave(disk: Path) -> Callable[[int | None], None]:
    """``leave(pages)`` fills the disk but for some pages of memory; ``leave(None)`` frees it again."""
    filler = disk / "filler"

    def run(pages: int | None) -> None:
        filler.unlink(missing_ok=True)
        if pages is not None:
            free = os.statvfs(disk)
            with filler.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, (free.f_bavail - pages) * free.f_frsize)

    return run
