"""`jetenv verify`: the proof of a history, through the installed command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = "name: Orders\ncomponents: []\n"


@pytest.fixture
def root(with_staging: Path, add_members) -> Path:
    """Production with ada as admin and bob as editor, and staging."""
    add_members(with_staging, ("bob", "editor"))
    return with_staging


@pytest.fixture
def commit(root: Path, git, keys) -> Callable[..., str]:
    """``commit(who, path, text)`` commits a file on what is checked out with plain git, signed by ``who``."""

    def run(who: str, path: str, text: str, cwd: Path = root) -> str:
        (cwd / path).parent.mkdir(exist_ok=True)
        (cwd / path).write_text(text)
        git("add", path, cwd=cwd)
        git("-c", f"user.signingkey={keys[who]}.pub", "commit", "-qm", f"change {path}", cwd=cwd)
        return git("rev-parse", "HEAD", cwd=cwd)

    return run


def data(done) -> dict:
    return json.loads(done.stdout)


def test_what_was_done_by_right_is_proven_and_the_second_time_only_what_is_new_is_judged(root, jetenv, commit):
    done = jetenv("verify", cwd=root)
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [["production", "proven"], ["staging", "proven"]]
    assert "2 commits; members file 2" in done.stdout
    commit("ada", "pages/orders.yaml", PAGE)
    found = data(jetenv("verify", "--json", cwd=root))
    assert (found["proven"], found["trusted"]) == (True, True)
    assert [(each["id"], each["checked"], each["remembered"]) for each in found["environments"]] == [
        ("production", 1, 2),
        ("staging", 0, 1),
    ]


def test_a_commit_without_a_right_is_found_with_commit_rule_member_key_and_way_out(root, jetenv, commit):
    bad = commit("bob", "pages/orders.yaml", PAGE)
    done = jetenv("verify", cwd=root, check=False)
    assert done.code == 1
    for said in (f"production {bad[:12]}: 'bob' may not commit", "[commit.denied]", "by bob, SHA256:", "ada can do it"):
        assert said in done.stdout
    (finding,) = data(jetenv("verify", "production", "--json", cwd=root, check=False))["environments"][0]["findings"]
    assert (finding["rule"], finding["commit"], finding["member"]) == ("commit.denied", bad, "bob")
    assert finding["fingerprint"].startswith("SHA256:")


def test_findings_stay_whatever_was_remembered_and_since_leaves_the_known_ones_out(root, jetenv, commit, git):
    commit("bob", "pages/orders.yaml", PAGE)
    git("tag", "known", cwd=root)
    for _ in range(2):
        assert jetenv("verify", cwd=root, check=False).code == 1
    done = jetenv("verify", "--since", "known", cwd=root)
    assert "1 finding in commits of known left out" in done.stderr
    commit("bob", "pages/more.yaml", PAGE)
    assert "1 finding" in jetenv("verify", "--since", "known", cwd=root, check=False).stdout


def test_other_formats_tell_the_same(root, jetenv, commit, tmp_path):
    bad = commit("bob", "pages/orders.yaml", PAGE)
    github = jetenv("verify", "--format", "github", cwd=root, check=False)
    assert github.code == 1 and github.stdout.startswith("::error") and bad in github.stdout
    sarif = data(jetenv("verify", "--format", "sarif", cwd=root, check=False))
    (result,) = sarif["runs"][0]["results"]
    assert (result["ruleId"], bad in result["message"]["text"]) == ("commit.denied", True)
    jetenv("verify", "--format", "sarif", "--output", tmp_path / "out.sarif", cwd=root, check=False)
    assert json.loads((tmp_path / "out.sarif").read_text()) == sarif


def test_no_key_and_no_network_are_needed_and_nothing_is_left_where_nothing_can_be_written(root, jetenv, clone, home):
    (home / ".gitconfig").write_text("")
    copy = clone(root, "copy")
    assert jetenv("verify", cwd=copy).code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "cannot be read"), ('{"format": 1, "root": "x"}', "under another root"), ("[]", "cannot be read")],
)
def test_a_record_of_what_was_verified_that_makes_no_sense_is_said_and_not_believed(root, jetenv, content, said):
    jetenv("verify", cwd=root)
    (root / ".git/jetenv/verified.json").write_text(content)
    done = jetenv("verify", cwd=root)
    assert said in done.stderr and "everything is verified again" in done.stderr
    assert "2 commits" in done.stdout
    assert jetenv("verify", cwd=root).stderr == ""


class TestUntrusted:
    """Exit code 4, and nothing is called proven."""

    def test_a_fresh_clone_has_no_root(self, root, jetenv, git, tmp_path):
        git("clone", "-q", root, "copy")
        done = jetenv("verify", cwd=tmp_path / "copy", check=False)
        assert done.code == 4
        assert "no root is pinned" in done.stdout and "jetenv trust pin DIGEST" in done.stdout
        assert "staging     not verified" in done.stdout

    def test_another_root(self, root, jetenv, git):
        git("config", "jetenv.root", "f" * 64, cwd=root)
        done = jetenv("verify", "staging", cwd=root, check=False)
        assert done.code == 4 and "the pinned root is ffff" in done.stdout

    def test_a_shallow_clone_says_what_cannot_be_verified(self, root, jetenv, clone):
        shallow = clone("--depth=1", f"file://{root}", "shallow")
        done = jetenv("verify", cwd=shallow, check=False)
        assert done.code == 1
        assert "was not fetched, so 'production' cannot be verified" in done.stdout and "--unshallow" in done.stdout

    def test_a_partial_clone_says_what_is_missing(self, root, jetenv, clone, git):
        git("config", "uploadpack.allowFilter", "true", cwd=root)
        partial = clone("--filter=tree:0", "--no-checkout", f"file://{root}", "partial")
        git("remote", "set-url", "origin", "/nowhere", cwd=partial)
        done = jetenv("verify", cwd=partial, check=False)
        assert done.code in (1, 3)
        assert "Traceback" not in done.stderr and "error" in done.stderr + done.stdout


def test_history_that_a_remote_no_longer_has_is_told_until_somebody_accepts_it(root, jetenv, clone, commit, git):
    commit("ada", "pages/orders.yaml", PAGE)
    copy = clone(root, "copy")
    jetenv("verify", cwd=copy)
    git("reset", "-q", "--hard", "HEAD^", cwd=root)
    git("fetch", "-q", cwd=copy)
    done = jetenv("verify", "production", cwd=copy, check=False)
    assert done.code == 1 and "[history.rewritten]" in done.stdout
    assert "[history.rewritten]" in jetenv("verify", "production", cwd=copy, check=False).stdout
    git("reset", "-q", "--hard", "origin/production", cwd=copy)
    jetenv("trust", "forget", cwd=copy)
    assert jetenv("verify", cwd=copy).code == 0


def test_a_plain_pull_that_swaps_parents_is_told(root, jetenv, clone, commit, git):
    copy = clone(root, "copy")
    commit("ada", "pages/orders.yaml", PAGE)
    commit("ada", "pages/mine.yaml", PAGE, cwd=copy)
    git("pull", "-q", "--no-rebase", "--no-edit", cwd=copy)
    done = jetenv("verify", "production", cwd=copy, check=False)
    assert "[history.swapped]" in done.stdout


def test_names_that_cannot_be_meant(root, jetenv):
    assert "did you mean 'staging'?" in jetenv("verify", "stagin", cwd=root, check=False).stderr
    assert jetenv("verify", "--all", "staging", cwd=root, check=False).code == 2
    assert jetenv("verify", "--since", "nowhere", cwd=root, check=False).code == 2


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("content", ["", "not: a members file\n", "project: [\n"])
def test_a_members_file_that_nobody_can_read_is_a_finding_in_the_commit_that_brought_it(
    root: Path, jetenv, commit, git, content: str, remembered: bool
) -> None:
    """The root says which environment is the default one, where its own file no longer does."""
    if remembered:
        jetenv("verify", cwd=root)
    bad = commit("ada", "environments/production/members.yaml", content)
    done = jetenv("verify", cwd=root, check=False)
    assert done.code == 1, done
    assert f"production {bad[:12]}" in done.stdout
    assert "environments/production/members.yaml" in done.stdout


@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [("author ", "nobody "), ("tree ", "wood "), ("committer ", "committer x\ncommitter ")],
    ids=["author", "tree", "committer"],
)
def test_a_malformed_tip_is_a_finding_and_stops_no_other_environment(
    root: Path, jetenv, git, old: str, new: str, remembered: bool
) -> None:
    if remembered:
        jetenv("verify", cwd=root)
    text = git("cat-file", "commit", "production", cwd=root) + "\n"
    (root.parent / "malformed").write_text(text.replace(old, new, 1))
    bad = git("hash-object", "-t", "commit", "--literally", "-w", root.parent / "malformed", cwd=root)
    (root / ".git/refs/heads/production").write_text(f"{bad}\n")  # `git update-ref` refuses some of them
    git("checkout", "-q", "-f", "staging", cwd=root)

    done = jetenv("verify", "--json", cwd=root, check=False)
    assert done.code in (1, 4), done
    (finding,) = data(done)["default"]["findings"]
    assert (finding["rule"], finding["commit"]) == ("commit.malformed", bad)
    assert f"production {bad[:12]}" in jetenv("verify", cwd=root, check=False).stdout
    assert jetenv("show", "staging", cwd=root).stdout
    assert "staging" in jetenv("list", cwd=root).stdout
    for command in (("pin", "production", "3.1"), ("pin", "staging", "3.1"), ("merge", "staging", "production")):
        done = jetenv(*command, cwd=root, check=False)
        assert done.code in (3, 4) and "Traceback" not in done.stderr, done
    assert git("rev-parse", "refs/heads/production", cwd=root) == bad


def test_a_branch_that_cannot_be_read_hides_no_default_environment(root: Path, jetenv, commit, git) -> None:
    """The root is looked for in every environment; what is malformed in one of them is its own finding."""
    git("checkout", "-q", "staging", cwd=root)
    text = git("cat-file", "commit", "HEAD", cwd=root) + "\n"
    (root.parent / "malformed").write_text(text.replace("parent ", f"parent {'1' * 40}\nparent ", 1))
    orphan = git("hash-object", "-t", "commit", "--literally", "-w", root.parent / "malformed", cwd=root)
    git("branch", "-f", "alpha", "staging", cwd=root)
    git("checkout", "-q", "alpha", cwd=root)
    git("mv", "environments/staging", "environments/alpha", cwd=root)
    git("commit", "-qm", "move", cwd=root)
    text = git("cat-file", "commit", "HEAD", cwd=root) + "\n"
    (root.parent / "lost").write_text(text.replace(git("rev-parse", "HEAD^", cwd=root), orphan, 1))
    lost = git("hash-object", "-t", "commit", "--literally", "-w", root.parent / "lost", cwd=root)
    (root / ".git/refs/heads/alpha").write_text(f"{lost}\n")
    git("checkout", "-q", "-f", "production", cwd=root)
    bad = commit("ada", "environments/production/members.yaml", "project: [\n")
    told = {each["id"]: each for each in data(jetenv("verify", "--json", cwd=root, check=False))["environments"]}
    assert bad in {each["commit"] for each in told["production"]["findings"]}
    assert "history.missing" in {each["rule"] for each in told["alpha"]["findings"]}
