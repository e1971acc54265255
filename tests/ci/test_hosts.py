"""The GitHub Action and the GitLab template: their shell steps as they stand, against a real repository and its remote.

``gh`` alone is a stand-in, which records what it is called with: there is no GitHub here.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data

ROOT = Path(__file__).parents[2]
ACTION = to_data(parse((ROOT / "action.yml").read_bytes()).root)
GITLAB = to_data(parse((ROOT / "ci/gitlab.yml").read_bytes()).root)
STEPS = ACTION["runs"]["steps"]
HOSTILE = "feature/$(touch${IFS}pwned)`touch${IFS}pwned`'\";x"
GH = """#!/usr/bin/env python3
import json, pathlib, sys
log = pathlib.Path(__file__).with_name("gh.json")
calls = json.loads(log.read_text()) if log.exists() else []
body = [pathlib.Path(each[6:]).read_text() for each in sys.argv if each.startswith("body=@")]
log.write_text(json.dumps([*calls, [sys.argv[1:], body]]))
if "--jq" in sys.argv and pathlib.Path(__file__).with_name("commented").exists():
    print(42)
"""


@pytest.fixture
def clone(orders_with_staging: Path, tmp_path: Path, git: Callable[..., str]) -> Path:
    """What a host checks out: a detached HEAD of a feature branch that was cut from production, no key, one branch."""
    git("switch", "-qc", HOSTILE, "production", cwd=orders_with_staging)
    page = orders_with_staging / "pages/orders.yaml"
    page.write_text(page.read_text().replace("name: Orders\n", "name: All orders\n", 1))
    git("commit", "-qam", "Rename the page", cwd=orders_with_staging)
    head = git("rev-parse", "HEAD", cwd=orders_with_staging)
    folder = tmp_path / "work"
    git("init", "-q", folder)
    git("remote", "add", "origin", orders_with_staging.as_uri(), cwd=folder)
    git("fetch", "-q", "--depth=1", "origin", f"+{head}:refs/remotes/pull/1/merge", cwd=folder)
    git("checkout", "-q", "--detach", head, cwd=folder)
    return folder


class Host:
    """Runs steps as a host does."""

    def __init__(self, folder: Path, temp: Path) -> None:
        self.folder, self.temp = folder, temp
        self.files = {name: temp / name for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in self.files.values():
            file.touch()
        program = temp / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(GH)
        program.chmod(0o755)
        self.path = [str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"]]

    def shell(self, script: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """The script in a file, as GitHub and GitLab have bash run it."""
        file = self.temp / "step.sh"
        file.write_text(script)
        added = {name: str(path) for name, path in self.files.items()}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", file],
            cwd=self.folder,
            env={**os.environ, **added, "RUNNER_TEMP": str(self.temp), "PATH": os.pathsep.join(self.path), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[Any]:
        log = self.temp / "bin" / "gh.json"
        return list(json.loads(log.read_text())) if log.exists() else []


@pytest.fixture
def host(clone: Path, tmp_path: Path) -> Host:
    temp = tmp_path / "runner temp"
    temp.mkdir()
    return Host(clone, temp)


def steps(values: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name, script and environment of the steps of the action whose condition holds, without the installation."""

    def value(expression: str) -> str:
        found = (values.get(each.strip(), "") for each in expression.split("||"))
        return next((each for each in found if each), "")

    for step in STEPS[1:]:
        condition = step.get("if", "")
        terms = {
            "": True,
            "inputs.root != ''": bool(values.get("inputs.root")),
            "inputs.base != '' || github.base_ref != ''": bool(value("inputs.base || github.base_ref")),
            "inputs.comment == 'true' && github.event.pull_request.number": bool(
                values.get("inputs.comment") == "true" and values.get("github.event.pull_request.number")
            ),
        }
        if terms[condition]:
            environ = {
                name: re.sub(r"\$\{\{(.*?)\}\}", lambda match: value(match[1]), text)
                for name, text in step.get("env", {}).items()
            }
            yield step["name"], step["run"], environ


def event(git: Callable[..., str], host: Host, **more: str) -> dict[str, str]:
    return {
        "github.base_ref": "production",
        "github.event.pull_request.number": "7",
        "github.event.pull_request.head.sha": git("rev-parse", "HEAD", cwd=host.folder),
        "github.repository": "demo/orders",
        "inputs.comment": "true",
        "inputs.token": "secret",
        **{name.replace("_", ".", 1): text for name, text in more.items()},
    }


def run_action(host: Host, values: Mapping[str, str]) -> dict[str, subprocess.CompletedProcess[str]]:
    return {name: host.shell(script, environ) for name, script, environ in steps(values)}


def test_no_step_has_an_expression_in_its_script() -> None:
    """What an event brings is text of strangers: in a script it would be code."""
    assert [step["name"] for step in STEPS if "${{" in step["run"]] == []
    assert all(step["shell"] == "bash" for step in STEPS)


def test_a_pull_request_is_validated_shown_commented_and_merged_on_trial(host: Host, git: Callable[..., str]) -> None:
    ran = run_action(host, event(git, host))
    assert {name: each.returncode for name, each in ran.items()} == dict.fromkeys(ran, 0), ran
    assert list(ran) == ["Fetch the history", "Validate", "Show what changes", "Comment", "Try the merge", "Judge"]
    summary = host.files["GITHUB_STEP_SUMMARY"].read_text()
    assert "All orders" in summary
    (look, _), (post, bodies) = host.calls
    assert look[:2] == ["api", "--paginate"]
    assert post[:5] == ["api", "--silent", "--method", "POST", "repos/demo/orders/issues/7/comments"]
    assert bodies == [summary]
    assert bodies[0].startswith("<!-- jetenv diff -->")
    report = dict(line.split("=", 1) for line in host.files["GITHUB_OUTPUT"].read_text().splitlines())["report"]
    assert "<!DOCTYPE html>" in Path(report).read_text()
    assert not list(host.folder.rglob("pwned"))


def test_the_comment_that_is_there_is_updated(host: Host, git: Callable[..., str]) -> None:
    (host.temp / "bin" / "commented").touch()
    run_action(host, event(git, host))
    assert host.calls[1][0][:5] == ["api", "--silent", "--method", "PATCH", "repos/demo/orders/issues/comments/42"]


def test_what_is_invalid_is_annotated_and_refused_after_all_was_told(host: Host, git: Callable[..., str]) -> None:
    (host.folder / "pages/orders.yaml").write_text("name: Orders\ncomponents: nothing\n")
    git("commit", "-qam", "Break the page", cwd=host.folder)
    ran = run_action(host, event(git, host))
    assert "::error file=pages/orders.yaml,line=2" in ran["Validate"].stdout
    assert (ran["Judge"].returncode, "validate merge" in ran["Judge"].stdout) == (1, True)
    assert len(host.calls) == 2


def test_with_a_root_the_history_is_verified(host: Host, git: Callable[..., str], orders_with_staging: Path) -> None:
    root = git("config", "jetenv.root", cwd=orders_with_staging)
    ran = run_action(host, {**event(git, host), "inputs.root": root})
    assert ran["Verify"].returncode == 0, ran["Verify"]
    wrong = run_action(host, {**event(git, host), "inputs.root": "0" * 64})
    assert wrong["Verify"].returncode != 0 or "verify" in wrong["Judge"].stdout


def test_a_branch_named_like_a_command_is_a_name(host: Host, git: Callable[..., str]) -> None:
    ran = run_action(host, {**event(git, host), "github.base_ref": HOSTILE})
    assert "is no environment" in ran["Try the merge"].stdout
    assert not [*host.folder.rglob("pwned"), *host.temp.rglob("pwned")]


def job(name: str) -> str:
    """The script of a job, without the installation, as GitLab joins its lines."""
    before = GITLAB[".jetenv"]["before_script"]
    return "\n".join([before[-1], *GITLAB[name]["script"]])


@pytest.fixture
def merge_request(host: Host, git: Callable[..., str]) -> dict[str, str]:
    git("fetch", "-q", "--unshallow", "origin", "refs/heads/production", cwd=host.folder)
    sha = git("rev-parse", "HEAD", cwd=host.folder)
    return {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "production", "CI_COMMIT_SHA": sha}


def test_the_jobs_of_gitlab_leave_their_reports(host: Host, merge_request: dict[str, str]) -> None:
    for name in ("jetenv validate", "jetenv changes", "jetenv merge"):
        ran = host.shell(job(name), merge_request)
        assert ran.returncode == 0, ran
        for files in GITLAB[name].get("artifacts", {}).get("reports", {}).values():
            assert (host.folder / files).exists()
    assert json.loads((host.folder / "gl-code-quality-report.json").read_text()) == []
    assert "<!DOCTYPE html>" in (host.folder / "jetenv.html").read_text()


def test_the_jobs_of_gitlab_refuse_what_is_invalid(
    host: Host, merge_request: dict[str, str], git: Callable[..., str]
) -> None:
    (host.folder / "pages/orders.yaml").write_text("name: Orders\ncomponents: nothing\n")
    git("commit", "-qam", "Break the page", cwd=host.folder)
    broken = {**merge_request, "CI_COMMIT_SHA": git("rev-parse", "HEAD", cwd=host.folder)}
    assert host.shell(job("jetenv validate"), broken).returncode == 1
    assert json.loads((host.folder / "gl-code-quality-report.json").read_text())
    assert host.shell(job("jetenv merge"), broken).returncode == 1


def test_gitlab_verifies_from_the_root(
    host: Host, merge_request: dict[str, str], git: Callable[..., str], orders_with_staging: Path
) -> None:
    root = git("config", "jetenv.root", cwd=orders_with_staging)
    ran = host.shell(job("jetenv verify"), {**merge_request, "JETENV_ROOT": root})
    assert ran.returncode == 0, ran
