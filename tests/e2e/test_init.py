"""``jetenv init`` through the installed command: new projects, adopted repositories, and what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def files(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder``, git's own too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_from_an_example_is_valid_signed_and_clean(jetenv, git, tmp_path):
    done = jetenv("init", "orders", "--from", EXAMPLES / "orders", "--name", "Our orders")
    root = tmp_path / "orders"
    assert "production" in done.stdout
    git("verify-commit", "HEAD", cwd=root)
    assert git("status", "--porcelain", cwd=root) == ""
    assert git("rev-list", "--count", "HEAD", cwd=root) == "1"
    assert jetenv("current", cwd=root).stdout == "production\n"
    assert jetenv("validate", cwd=root).code == 0
    assert "name: Our orders" in (root / "jetenv.yaml").read_text()


def test_json_says_everything_that_was_done(jetenv, git, tmp_path, keys):
    done = jetenv("init", "orders", "--key", f"{keys['bob']}.pub", "--member", "bob", "--json")
    data = json.loads(done.stdout)
    assert data["schema_version"] == 1
    assert data["commit"] == git("rev-parse", "HEAD", cwd=tmp_path / "orders")
    assert data["member"] == "bob"
    assert data["environment"]["id"] == "production"
    assert data["environment"]["default"] is True
    assert data["key"]["source"] == "--key"


def test_the_folder_at_hand_is_the_default_place(jetenv, git, tmp_path):
    (tmp_path / "here").mkdir()
    jetenv("init", cwd=tmp_path / "here")
    assert git("branch", "--show-current", cwd=tmp_path / "here") == "production"


def test_a_new_key_is_said_to_be_new(jetenv, git, home):
    git("config", "--global", "--unset", "user.signingkey")
    done = jetenv("init", "orders")
    assert str(home / ".config/jetenv/id_ed25519.pub") in done.stdout + done.stderr
    assert "new" in done.stdout + done.stderr


def test_an_adopted_repository_keeps_its_history_and_uncommitted_work(jetenv, git, repo):
    (repo / "app.yaml").write_text("a: 1\n")
    git("add", ".", cwd=repo)
    git("commit", "-qm", "before", cwd=repo)
    (repo / "app.yaml").write_text("a: 2\n")
    done = jetenv("init", cwd=repo)
    assert git("log", "--format=%s", cwd=repo).splitlines()[-1] == "before"
    assert git("status", "--porcelain", cwd=repo) == " M app.yaml"
    assert jetenv("current", cwd=repo).stdout == "main\n"
    assert "outside the proof" in done.stdout + done.stderr


def test_plain_git_merges_of_environments_leave_both_what_they_were(jetenv, git, tmp_path):
    jetenv("init", "orders")
    root = tmp_path / "orders"
    jetenv("create", "staging", "--switch", cwd=root)
    (root / "pages/orders.yaml").write_text("name: Orders\ncomponents: []\n")
    git("add", ".", cwd=root)
    git("commit", "-qm", "edit", cwd=root)
    before = json.loads(jetenv("list", "--json", cwd=root).stdout)["environments"]
    git("switch", "-q", "production", cwd=root)
    git("merge", "-q", "--ff-only", "staging", cwd=root)
    after = json.loads(jetenv("list", "--json", cwd=root).stdout)["environments"]
    for was, now in zip(before, after, strict=True):
        assert {key: was[key] for key in ("id", "uid", "name", "color", "version", "default")} == {
            key: now[key] for key in ("id", "uid", "name", "color", "version", "default")
        }
    assert (after[0]["id"], after[0]["default"]) == ("production", True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--env", "Production"], 2, "try 'production'"),
        (["--env", "a b"], 2, "try 'a-b'"),
        (["--env", ".."], 2, "cannot be an environment's id"),
        (["--env", "x" * 300], 2, "it has 300 characters"),
        (["--env", "umgebungsprüfung"], 2, "try 'umgebungsprufung'"),
        (["--member", "Ada L"], 2, "try 'ada-l'"),
        (["--name", ""], 2, "cannot be a project's name"),
        (["--from", "nowhere"], 2, "does not exist"),
        (["--key", "nowhere.pub"], 3, "nowhere.pub"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(jetenv, tmp_path, arguments, code, said):
    done = jetenv("init", "orders", *arguments, check=False)
    assert done.code == code
    assert said in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "orders").exists()


@pytest.mark.parametrize(
    ("path", "content", "where"),
    [
        ("pages/home.yaml", b"name: [\n", "pages/home.yaml:2:1"),
        ("pages/home.yaml", b"a: 1\na: 2\n", "pages/home.yaml:2:1"),
        ("pages/home.yaml", b"a:\n\t- 1\n", "pages/home.yaml:2:1"),
        ("pages/home.yaml", b"[" * 2000, "pages/home.yaml:1:201"),
        ("pages/home.yaml", b"a: &a [*a]\n", "pages/home.yaml:1:8"),
        ("pages/home.yaml", b"a: \0\n", "pages/home.yaml:1:4"),
        ("pages/home.yaml", b"a: \xff\n", "pages/home.yaml:1:4"),
        ("pages/home.yaml", b"", "pages/home.yaml:1:1"),
        ("jetenv.yaml", b"format: [\n", "jetenv.yaml:2:1"),
    ],
)
def test_an_example_with_a_mistake_is_refused_with_its_place(jetenv, tmp_path, path, content, where):
    file = tmp_path / "example" / path
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    done = jetenv("init", "orders", "--from", "example", check=False)
    assert done.code in (1, 3)
    assert where in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "orders").exists()


def test_a_project_is_not_started_over_another(jetenv, tmp_path):
    jetenv("init", "orders")
    before = files(tmp_path / "orders")
    done = jetenv("init", "orders", check=False)
    assert done.code == 1
    assert "a jetenv project already" in done.stderr
    assert "jetenv create NAME" in done.stderr
    assert files(tmp_path / "orders") == before


def test_existing_files_are_not_overwritten(jetenv, tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders/jetenv.yaml").write_text("mine")
    done = jetenv("init", "orders", check=False)
    assert done.code == 1
    assert "jetenv.yaml" in done.stderr
    assert files(tmp_path / "orders") == {"jetenv.yaml": b"mine"}


def test_a_disk_that_is_full_leaves_nothing(tmp_path):
    command = f"ulimit -f 0; exec {sys.executable} -m jetenv init orders"
    done = subprocess.run(
        ["bash", "-c", command], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "orders").exists()


@pytest.mark.parametrize("delay", [0.15, 0.3, 0.45])
def test_an_interrupt_leaves_nothing_or_everything(jetenv, tmp_path, delay):
    process = subprocess.Popen(
        [sys.executable, "-m", "jetenv", "init", "orders"], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    root = tmp_path / "orders"
    if root.exists():
        assert jetenv("validate", cwd=root).code == 0
        assert jetenv("init", "orders", check=False).code == 1
    else:
        assert process.returncode in (130, -signal.SIGINT), stderr
        jetenv("init", "orders")
