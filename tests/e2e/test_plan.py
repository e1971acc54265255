"""``jetenv plan``, ``merge --dry-run`` and ``merge --plan`` through the installed command."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def busy(root: Path, edit) -> Path:
    """The example project, staging ahead of production by one edit that is risky and one that is not."""
    edit("staging", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 60")
    edit("staging", "teams/warehouse.yaml", "permissions_group: member", "permissions_group: admin")
    return root


def test_a_plan_tells_by_field_what_arrives_and_what_is_risky(busy, jetenv, refs):
    before = refs()
    done = jetenv("plan", "staging", "production", cwd=busy)
    assert done.code == 0
    assert "staging would merge into production" in done.stdout
    assert "~ queries[totals].refresh_interval: 120 → 60" in done.stdout
    assert "! permissions_group: member → admin [permission-widened]" in done.stdout
    assert "Kept back" in done.stdout
    assert refs() == before


def test_a_dry_run_of_a_merge_is_the_plan(busy, jetenv):
    planned = jetenv("plan", "staging", "production", cwd=busy)
    assert jetenv("merge", "staging", "production", "--dry-run", cwd=busy).stdout == planned.stdout
    data = [
        jetenv(*command, "staging", "production", "--json", cwd=busy).stdout
        for command in (["plan"], ["merge", "--dry-run"])
    ]
    assert data[0] == data[1]


def test_no_key_is_needed(busy, jetenv, git):
    git("config", "user.signingkey", "/nowhere", cwd=busy)
    assert jetenv("plan", "staging", "production", cwd=busy).code == 0


def test_conflicts_and_violations_are_in_it_and_the_answer_is_no(busy, edit, jetenv, git):
    edit("production", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 300")
    done = jetenv("plan", "staging", "production", "--json", cwd=busy, check=False)
    told = json.loads(done.stdout)
    assert (done.code, told["outcome"], len(told["conflicts"])) == (1, "conflicts", 1)
    assert [each["path"] for each in told["arriving"]] == ["teams/warehouse.yaml"]
    github = jetenv("plan", "staging", "production", "--format", "github", cwd=busy, check=False)
    line = next(
        number
        for number, text in enumerate(git("show", "staging:pages/orders.yaml", cwd=busy).split("\n"), 1)
        if "refresh_interval: 60" in text
    )
    assert github.stdout.startswith(f"::error file=pages/orders.yaml,line={line},")
    assert "conflict (edit/edit) with production" in github.stdout
    markdown = jetenv("plan", "staging", "production", "--format", "markdown", cwd=busy, check=False)
    assert markdown.stdout.startswith("<!-- jetenv plan -->\n### Merge of `staging` into `production`\n")
    assert "| `pages/orders.yaml#queries[totals].refresh_interval` | `edit/edit` |" in markdown.stdout


def test_a_saved_plan_is_merged_exactly(busy, jetenv, git, tmp_path):
    file = tmp_path / "my plan.json"
    done = jetenv("plan", "staging", "production", "--exclude", "teams", "--save", file, cwd=busy)
    assert f"`jetenv merge --plan '{file}'` makes exactly this merge" in done.stderr
    plan = json.loads(file.read_text())
    assert {"format", "schema_version", "engine", "source", "target", "options", "outcome", "tree", "digest"} == set(
        plan
    )
    assert jetenv("merge", "--plan", file, cwd=busy).code == 0
    assert git("rev-parse", "production^{tree}", cwd=busy) == plan["tree"]


@pytest.mark.parametrize("branch", ["staging", "production"])
def test_a_plan_is_refused_when_a_tip_has_moved(busy, edit, jetenv, refs, tmp_path, branch):
    file = tmp_path / "plan.json"
    jetenv("plan", "staging", "production", "--save", file, cwd=busy)
    edit(branch, "theme.yaml", "radius: 8", "radius: 4")
    before = refs()
    done = jetenv("merge", "--plan", file, cwd=busy, check=False)
    assert done.code == 1
    assert f"{branch} has moved since the plan was made" in done.stderr
    assert "jetenv plan" in done.stderr
    assert refs() == before


def test_a_plan_is_refused_for_other_names_and_options(busy, jetenv, refs, tmp_path):
    file = tmp_path / "plan.json"
    jetenv("plan", "staging", "production", "--save", file, cwd=busy)
    before = refs()
    for more in (["production", "staging"], ["--theirs"], ["--only", "pages/**"], ["--dry-run"]):
        assert jetenv("merge", *more, "--plan", file, cwd=busy, check=False).code == 2
    assert refs() == before
    assert jetenv("merge", "staging", "production", "--plan", file, cwd=busy).code == 0


def signed_anew(text: str, change: Callable[[dict], object]) -> str:
    """A plan after ``change``, with the digest of what it says then."""
    data = json.loads(text)
    del data["digest"]
    change(data)
    plain = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return json.dumps({**data, "digest": f"sha256:{hashlib.sha256(plain.encode()).hexdigest()}"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: signed_anew(text, lambda data: data.pop("source")), "lacks a part"),
        (lambda text: signed_anew(text, lambda data: data["target"].pop("uid")), "lacks a part"),
        (lambda text: signed_anew(text, lambda data: data["options"].update(only=[1])), "lacks a part"),
        (lambda text: signed_anew(text, lambda data: data["options"].update(more=True)), "lacks a part"),
        (lambda text: signed_anew(text, lambda data: data.update(tree=5)), "lacks a part"),
        (lambda text: text.replace('"reland": false', '"reland": true'), "changed after it was saved"),
        (lambda text: "{}", "this is no plan"),
        (lambda text: "[" * 100_000, "this is no plan"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 2'), "another version of jetenv"),
    ],
)
def test_what_is_no_plan_is_refused(busy, jetenv, refs, tmp_path, change, words):
    file = tmp_path / "plan.json"
    jetenv("plan", "staging", "production", "--save", file, cwd=busy)
    file.write_text(change(file.read_text()))
    before = refs()
    done = jetenv("merge", "--plan", file, cwd=busy, check=False)
    assert done.code == 3
    assert words in done.stderr
    assert refs() == before


def test_a_plan_with_conflicts_is_not_merged(busy, edit, jetenv, tmp_path):
    edit("production", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 300")
    file = tmp_path / "plan.json"
    assert jetenv("plan", "staging", "production", "--save", file, cwd=busy, check=False).code == 1
    done = jetenv("merge", "--plan", file, cwd=busy, check=False)
    assert done.code == 1
    assert "the planned merge had conflicts" in done.stderr
