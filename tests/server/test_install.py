"""``jetenv hooks install --server``: what it writes into a bare repository, and takes out again."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from jetenv.errors import JetenvError
from jetenv.repository.hook_files import write_hook

INSTALL = ("hooks", "install", "--server")


@pytest.fixture
def bare(tmp_path: Path, world, git) -> Path:
    """A bare repository with production, as somebody has cloned it there."""
    path = tmp_path / "orders.git"
    git("init", "-q", "--bare", "-b", "main", path)
    git("push", "-q", path, f"{world.production}:refs/heads/production", cwd=world.repo.workdir)
    return path


def files(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def test_it_pins_the_root_that_is_here_after_a_question(bare, jetenv, world, git):
    asked = jetenv(*INSTALL, cwd=bare, check=False)
    assert asked.code == 2
    assert "--yes" in asked.stderr
    assert not (bare / "hooks" / "pre-receive").exists()
    done = jetenv(*INSTALL, "--yes", cwd=bare)
    assert "Installed the pre-receive hook" in done.stdout
    assert "the root is what 'production' has here" in done.stderr
    assert git("config", "jetenv.root", cwd=bare) == world.root
    assert git("symbolic-ref", "HEAD", cwd=bare) == "refs/heads/production"


def test_the_root_that_is_named_has_to_be_the_one_that_is_here(bare, jetenv, world):
    assert "begin at the root" in jetenv(*INSTALL, "--root", "0" * 64, cwd=bare, check=False).stderr
    assert jetenv(*INSTALL, "--root", "12", cwd=bare, check=False).code == 2
    jetenv(*INSTALL, "--root", world.root, cwd=bare)
    other = jetenv(*INSTALL, "--root", "0" * 64, cwd=bare, check=False)
    assert other.code == 4


def test_in_an_empty_repository_the_root_has_to_be_named(tmp_path, jetenv, git):
    git("init", "-q", "--bare", tmp_path / "empty.git")
    ran = jetenv(*INSTALL, "--yes", cwd=tmp_path / "empty.git", check=False)
    assert (ran.code, "--root DIGEST" in ran.stderr) == (2, True)


def test_a_dry_run_changes_nothing_and_a_second_install_neither(bare, jetenv):
    before = files(bare)
    told = json.loads(jetenv(*INSTALL, "--dry-run", "--json", cwd=bare).stdout)
    assert told["changed"] and {"name": "receive.fsckObjects", "old": None, "new": "true"} in told["settings"]
    assert files(bare) == before
    jetenv(*INSTALL, "--yes", cwd=bare / "refs" / "heads")
    before = files(bare)
    assert jetenv(*INSTALL, cwd=bare).stdout == "The pre-receive hook is installed already\n"
    assert files(bare) == before


def test_what_was_there_is_back_after_uninstalling(bare, jetenv, git):
    git("config", "core.logAllRefUpdates", "false", cwd=bare)
    before = git("config", "--local", "--list", cwd=bare).splitlines()
    jetenv(*INSTALL, "--yes", cwd=bare)
    jetenv("hooks", "uninstall", "--server", cwd=bare)
    assert not (bare / "hooks" / "pre-receive").exists()
    after = git("config", "--local", "--list", cwd=bare).splitlines()
    assert [line for line in after if not line.startswith("jetenv.root=")] == before
    assert git("config", "core.logAllRefUpdates", cwd=bare) == "false"
    assert jetenv("hooks", "uninstall", "--server", cwd=bare).stdout == "The pre-receive hook is not installed\n"


def test_a_hook_that_was_there_is_asked_afterwards(server, world, page, jetenv):
    path = server.path
    jetenv("hooks", "uninstall", "--server", cwd=path)
    own = path / "hooks" / "pre-receive"
    own.write_text("#!/bin/sh\ncat > asked\n[ ! -e refuse ] || { echo house rule >&2; exit 1; }\n")
    own.chmod(0o755)
    jetenv(*INSTALL, "--yes", cwd=path)
    assert jetenv("hooks", "status", cwd=path).stdout.endswith("then         pre-receive.local is asked\n")
    bad = world.commit(world.production, None, {})
    server.refused(production=bad)
    assert not (path / "asked").exists()
    good = world.commit(world.production, "ada", {})
    server.taken(production=good)
    assert (path / "asked").read_text() == f"{world.production} {good} refs/heads/production\n"
    (path / "refuse").touch()
    ran = server.push(production=world.commit(good, "ada", {}))
    assert (ran.code, "house rule" in ran.stderr) == (1, True)
    jetenv("hooks", "uninstall", "--server", cwd=path)
    assert own.read_text().startswith("#!/bin/sh\ncat > asked")


def test_status_says_whether_pushes_are_judged(server, jetenv, git):
    path = server.path
    assert "active: every push is judged here" in jetenv("hooks", "status", cwd=path).stdout
    status = json.loads(jetenv("hooks", "status", "--json", cwd=path).stdout)["server"]
    assert (status["active"], status["default"], status["unproven"]) == (True, "production", [])
    git("config", "receive.unpackLimit", "100", cwd=path)
    ran = jetenv("hooks", "status", "--server", cwd=path, check=False)
    assert (ran.code, "its settings changed" in ran.stdout) == (1, True)
    git("config", "--unset", "jetenv.root", cwd=path)
    assert "no root is pinned" in jetenv("hooks", "status", cwd=path, check=False).stdout
    jetenv("hooks", "uninstall", "--server", cwd=path)
    assert "not installed" in jetenv("hooks", "status", cwd=path, check=False).stdout


def test_a_repository_with_a_working_tree_is_none_to_push_to(minimal, jetenv):
    ran = jetenv(*INSTALL, "--yes", cwd=minimal, check=False)
    assert (ran.code, "git clone --bare" in ran.stderr) == (1, True)


def test_it_is_one_thing_at_a_time(bare, jetenv):
    for arguments in (("install", "--server", "--merge-driver"), ("uninstall", "--server", "--root", "x")):
        assert jetenv("hooks", *arguments, cwd=bare, check=False).code == 2


def test_a_record_that_cannot_be_read_costs_time_only(bare, jetenv):
    jetenv(*INSTALL, "--yes", cwd=bare)
    jetenv("hooks", "status", "--server", cwd=bare)
    record = bare / "jetenv/verified-refs.json"
    before = json.loads(record.read_text())
    for content in ("[", '{"format": 99}'):
        record.write_text(content)
        assert jetenv("hooks", "status", "--server", cwd=bare).code == 0
        assert json.loads(record.read_text()) == before


def test_a_hook_that_cannot_be_written_leaves_the_one_that_was_there(bare, jetenv, monkeypatch):
    hook = bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(JetenvError, match="the disk is full"):
        write_hook(hook, "#!/bin/sh\nexit 0\n", kept_as=hook.with_name("pre-receive.local"))
    assert [each.name for each in hook.parent.iterdir() if each.suffix != ".sample"] == ["pre-receive"]
    assert hook.read_text() == "#!/bin/sh\n"
