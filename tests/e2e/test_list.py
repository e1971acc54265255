"""``jetenv list``, ``show`` and ``current`` through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def root(on_staging: Path) -> Path:
    """A project with production and staging, staging checked out and one commit ahead of its creation."""
    return on_staging


def test_a_row_for_each_environment_the_current_one_marked(jetenv, root):
    lines = jetenv("list", cwd=root).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ID", "production", "*"]
    assert "default" in lines[1]
    assert "+1" in lines[2]


def test_json_counts_as_git_does(jetenv, git, root):
    (root / "pages/orders.yaml").write_text("name: Orders\ncomponents: []\n")
    git("add", ".", cwd=root)
    git("commit", "-qm", "Orders", cwd=root)
    data = json.loads(jetenv("list", "--json", cwd=root).stdout)
    staging = data["environments"][1]
    assert data["branch"] == "staging"
    ahead = int(git("rev-list", "--count", "production..staging", cwd=root))
    behind = int(git("rev-list", "--count", "staging..production", cwd=root))
    assert staging["divergence"] == {"ahead": ahead, "behind": behind}
    assert staging["last_change"]["subject"] == "Orders"
    assert staging["current"] is True


def test_one_environment_that_cannot_be_read_does_not_hide_the_others(jetenv, git, root):
    (root / "environments/staging/environment.yaml").write_text("uid: [\n")
    git("commit", "-qam", "break", cwd=root)
    done = jetenv("list", cwd=root)
    assert "production" in done.stdout
    assert "environments/staging/environment.yaml:2:1" in done.stdout + done.stderr


@pytest.mark.parametrize("time", ["300000000000", "253402300799"])
def test_a_commit_of_a_year_that_no_calendar_has_hides_nothing(jetenv, git, root, time):
    date = {"GIT_COMMITTER_DATE": f"@{time} +0000", "TZ": "Asia/Tokyo"}
    git("commit", "-q", "--allow-empty", "-m", "To come", cwd=root, env=date)
    assert "unknown" in jetenv("list", cwd=root, env=date).stdout
    assert "unknown" in jetenv("show", "staging", cwd=root, env=date).stdout
    listed = json.loads(jetenv("list", "--json", cwd=root).stdout)["environments"]
    told = next(each["last_change"]["time"] for each in listed if each["id"] == "staging")
    assert told == ("9999-12-31T23:59:59Z" if time.startswith("2") else None)


def test_show_tells_one_environment_by_id_or_name(jetenv, root):
    for name in ("production", "Production"):
        shown = jetenv("show", name, cwd=root).stdout
        assert "production" in shown
        assert "ada" in shown
    assert json.loads(jetenv("show", "staging", "--json", cwd=root).stdout)["environment"]["id"] == "staging"
    done = jetenv("show", "stagin", cwd=root, check=False)
    assert done.code == 2
    assert "did you mean 'staging'?" in done.stderr


def test_current_prints_the_id_and_nothing_else(jetenv, git, root):
    assert jetenv("current", cwd=root / "pages").stdout == "staging\n"
    git("switch", "-qc", "feature", cwd=root)
    done = jetenv("current", cwd=root, check=False)
    assert (done.code, done.stdout) == (1, "")
    assert "branch 'feature' is not an environment" in done.stderr


def test_another_folder_can_be_named(jetenv, root, tmp_path):
    assert jetenv("-C", root, "current", cwd=tmp_path).stdout == "staging\n"


@pytest.mark.parametrize("command", [["list"], ["status"], ["create", "x"], ["show", "x"], ["current"], ["validate"]])
def test_outside_any_repository(jetenv, tmp_path, command):
    done = jetenv(*command, check=False)
    assert done.code == 3
    assert "not a git repository" in done.stderr
    assert "jetenv init" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["list"], ["status"], ["create", "x"], ["show", "x"]])
@pytest.mark.parametrize("commits", [0, 1])
def test_in_a_repository_that_is_no_project(jetenv, git, repo, command, commits):
    if commits:
        git("commit", "-q", "--allow-empty", "-m", "empty", cwd=repo)
    done = jetenv(*command, cwd=repo, check=False)
    assert done.code == 3
    assert "no environments" in done.stderr
    assert "jetenv init" in done.stderr


def test_in_a_repository_with_sha256_ids(jetenv, git, tmp_path):
    git("init", "-q", "--object-format=sha256", "new")
    done = jetenv("list", cwd=tmp_path / "new", check=False)
    assert done.code == 3
    assert "SHA-256" in done.stderr


def test_in_a_bare_repository(jetenv, git, root, tmp_path):
    git("clone", "-q", "--bare", root, "bare.git")
    assert "staging" in jetenv("list", cwd=tmp_path / "bare.git").stdout
    done = jetenv("status", cwd=tmp_path / "bare.git", check=False)
    assert done.code == 3
    assert "bare" in done.stderr


def test_a_crowded_project_is_listed_whole(jetenv, git, root):
    """Environments that plain git made: 200 branches, each with a folder of its own."""
    members = (root / "environments/staging/members.yaml").read_text()
    stream = []
    for number in range(200):
        name, uid = f"env-{number}", f"uid-{number:04d}-abcd"
        settings = f"uid: {uid}\nname: Environment {number}\nversion: latest\n"
        own = members.replace(members.split('environment: "')[1].split('"')[0], uid)
        stream.append(
            f"commit refs/heads/{name}\ncommitter A <a@example.org> 1767225600 +0000\ndata 1\nx\n"
            f"from {git('rev-parse', 'production', cwd=root)}\n"
            f"M 100644 inline environments/{name}/environment.yaml\ndata {len(settings.encode())}\n{settings}\n"
            f"M 100644 inline environments/{name}/members.yaml\ndata {len(own.encode())}\n{own}\n"
        )
    git("fast-import", "--quiet", cwd=root, input="".join(stream))
    data = json.loads(jetenv("list", "--json", cwd=root).stdout)
    assert len(data["environments"]) == 202
    assert data["environments"][0]["id"] == "production"
