"""``jetenv validate --format`` and ``jetenv explain`` as build servers and people call them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest


@pytest.fixture
def root(minimal: Path) -> Path:
    """A project with one mistake in a file whose name has a line break."""
    (minimal / "pages/a\n::error::b.yaml").write_text("name: A\ncomponents: []\n")
    return minimal


def test_github_annotations_come_from_our_lines_alone(jetenv, root):
    done = jetenv("validate", "--format", "github", cwd=root, check=False)
    assert done.code == 1
    line, warning = done.stdout.splitlines()
    assert warning.startswith("::warning file=pages/a%0A%3A%3Aerror%3A%3Ab.yaml,line=1,")
    assert line.startswith("::error file=pages/a%0A%3A%3Aerror%3A%3Ab.yaml,line=1,col=1,title=jetenv%3A id-mismatch::")


@pytest.mark.parametrize("form", ["gitlab", "sarif", "junit", "json"])
def test_a_report_goes_to_a_file_and_the_text_to_the_log(jetenv, root, form, tmp_path):
    report = tmp_path / "report"
    done = jetenv("validate", "--format", form, "--output", report, cwd=root, check=False)
    assert done.code == 1
    assert "[id-mismatch]" in done.stdout
    content = report.read_text()
    if form == "junit":
        assert ElementTree.fromstring(content).attrib["failures"] == "1"
    else:
        assert json.loads(content)
    again = jetenv("validate", "--format", form, cwd=root, check=False)
    assert (again.code, again.stdout) == (1, content)


def test_a_valid_project_makes_a_report_too(jetenv, orders_with_staging):
    assert json.loads(jetenv("validate", "--format", "gitlab", cwd=orders_with_staging).stdout) == []
    assert jetenv("validate", "--format", "github", cwd=orders_with_staging).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--output", "report"), "--format"),
        (("--json", "--format", "sarif"), "--output"),
        (("--format", "xml"), "junit"),
    ],
)
def test_options_that_cannot_be_meant_are_refused_before_anything_is_read(jetenv, root, arguments, hint):
    done = jetenv("validate", *arguments, cwd=root, check=False)
    assert done.code == 2
    assert hint in done.stderr
    assert "id-mismatch" not in done.stdout


def test_a_report_that_cannot_be_written_fails(jetenv, root):
    done = jetenv("validate", "--format", "sarif", "--output", "nowhere/report.sarif", cwd=root, check=False)
    assert done.code == 3
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_went_away_is_no_failure_of_the_project(root):
    for form in ("text", "sarif", "junit", "github"):
        command = f"'{sys.executable}' -m jetenv validate --format {form} | true; echo ${{PIPESTATUS[0]}}"
        said = subprocess.run(["bash", "-c", command], cwd=root, capture_output=True, text=True, check=True)
        assert said.stdout.strip() in ("1", "141")
        assert "Traceback" not in said.stderr


def test_every_rule_can_be_explained(jetenv, root):
    told = json.loads(jetenv("explain", "--json", cwd=root).stdout)
    listed = jetenv("explain", cwd=root).stdout
    named = [line.split()[0] for line in listed.splitlines() if line.startswith("  ")]
    assert named == [rule["id"] for rule in (*told["rules"], *told["verify"])]
    said = jetenv("explain", "dangling-ref", cwd=root).stdout
    assert "menu.yaml breaks it:" in said
    said = jetenv("explain", "[members.threshold]", cwd=root).stdout
    assert "members.threshold (error): As many admins" in said and "`jetenv members sign`" in said
    done = jetenv("explain", "dangling", cwd=root, check=False)
    assert done.code == 2
    assert "dangling-ref" in done.stderr
    assert "did you mean 'commit.unsigned'?" in jetenv("explain", "commit.unsinged", cwd=root, check=False).stderr


class TestChangedSince:
    """``--changed-since REF`` tells what a branch is to blame for."""

    @pytest.fixture
    def branch(self, minimal, git) -> Path:
        (minimal / "pages/old.yaml").write_text("name: Old\nwrong: 1\ncomponents: []\n")
        git("add", ".", cwd=minimal)
        git("commit", "-qm", "old mistakes", cwd=minimal)
        git("switch", "-qc", "feature", cwd=minimal)
        return minimal

    def found(self, jetenv, root, *arguments) -> set[str]:
        data = json.loads(jetenv("validate", "--json", *arguments, cwd=root, check=False).stdout)
        return {f"{each['path']} {each['rule']}" for each in data["findings"] if each["severity"] == "error"}

    def test_old_mistakes_are_not_told(self, jetenv, branch):
        assert self.found(jetenv, branch) == {"pages/old.yaml schema"}
        assert self.found(jetenv, branch, "--changed-since", "production") == set()

    def test_a_changed_file_is_told_with_all_its_mistakes(self, jetenv, branch):
        (branch / "pages/old.yaml").write_text("name: Older\nwrong: 1\ncomponents: []\n")
        assert self.found(jetenv, branch, "--changed-since", "production") == {"pages/old.yaml schema"}

    def test_what_a_deletion_breaks_elsewhere_is_told(self, jetenv, branch, git):
        (branch / "menu.yaml").write_text("primary:\n  - {id: a, type: link, label: A, page: old}\n")
        git("commit", "-qam", "menu", cwd=branch)
        git("switch", "-qc", "second", cwd=branch)
        git("rm", "-q", "pages/old.yaml", cwd=branch)
        assert self.found(jetenv, branch, "--changed-since", "feature") == {"menu.yaml dangling-ref"}
        assert self.found(jetenv, branch, "--staged", "--changed-since", "feature") == {"menu.yaml dangling-ref"}
        git("commit", "-qm", "gone", cwd=branch)
        assert self.found(jetenv, branch, "second", "--changed-since", "feature") == {"menu.yaml dangling-ref"}

    def test_a_revision_that_is_not_there_is_a_usage_error(self, jetenv, branch):
        assert jetenv("validate", "--changed-since", "nowhere", cwd=branch, check=False).code == 2

    def test_a_shallow_clone_says_what_to_fetch(self, jetenv, branch, git, tmp_path):
        (branch / "pages/new.yaml").write_text("name: New\ncomponents: []\n")
        git("add", ".", cwd=branch)
        git("commit", "-qm", "new", cwd=branch)
        git("commit", "-q", "--allow-empty", "-m", "newer", cwd=branch)
        git("switch", "-q", "production", cwd=branch)
        git("commit", "-q", "--allow-empty", "-m", "production goes on", cwd=branch)
        git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{branch}", "copy")
        copy = tmp_path / "copy"
        git("switch", "-q", "--detach", "origin/feature", cwd=copy)
        done = jetenv("validate", "--changed-since", "origin/production", cwd=copy, check=False)
        assert done.code == 3
        assert "git fetch --unshallow" in done.stderr
        whole = jetenv("validate", cwd=copy, check=False)
        assert (whole.code, "[schema]" in whole.stdout) == (1, True)
