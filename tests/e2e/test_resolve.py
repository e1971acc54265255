"""``jetenv conflicts``, ``jetenv resolve`` and ``jetenv merge --continue`` through the installed command."""

from __future__ import annotations

import json
import os
import pty
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).parent / "jetenv")


@pytest.fixture
def root(orders_with_staging: Path) -> Path:
    """The example project with production, checked out, and staging."""
    return orders_with_staging


@pytest.fixture
def edit(root: Path, git) -> Callable[..., str]:
    """``edit(branch, path, old, new) -> commit`` replaces text in a file; with production checked out afterwards."""

    def run(branch: str, path: str, old: str, new: str) -> str:
        git("switch", "-q", branch, cwd=root)
        file = root / path
        text = file.read_text()
        assert text.count(old) == 1, f"{old!r} is not once in {path}"
        file.write_text(text.replace(old, new))
        git("commit", "-qam", f"edit {path}", cwd=root)
        git("switch", "-q", "production", cwd=root)
        return git("rev-parse", branch, cwd=root)

    return run


@pytest.fixture
def merging(root: Path, edit, jetenv) -> Path:
    """A merge in progress with two conflicts: a colour of the theme, and an interval of a page."""
    edit("production", "theme.yaml", 'primary: "#1D4ED8"', 'primary: "#B45309"')
    edit("production", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 60")
    edit("staging", "theme.yaml", 'primary: "#1D4ED8"', 'primary: "#0F766E"')
    edit("staging", "pages/orders.yaml", "refresh_interval: 120", "refresh_interval: 300")
    assert jetenv("merge", "staging", "production", cwd=root, check=False).code == 1
    return root


INTERVAL = "pages/orders#queries[totals].refresh_interval"
COLOR = "theme#colors.primary"


def test_conflicts_are_listed_resolved_and_the_merge_completed(merging, jetenv, git) -> None:
    before = git("for-each-ref", cwd=merging) + git("status", "--porcelain", cwd=merging)
    listed = jetenv("conflicts", cwd=merging, check=False)
    assert listed.code == 1
    for word in ("theme.yaml#colors.primary", '"#1D4ED8"', '"#B45309"', '"#0F766E"', "edit/edit", "open"):
        assert word in listed.stdout
    assert jetenv("resolve", COLOR, "--theirs", cwd=merging).stdout.endswith("1 of 2 conflicts left to resolve\n")
    left = jetenv("merge", "--continue", cwd=merging, check=False)
    assert left.code == 1
    assert "refresh_interval" in left.stdout
    assert git("for-each-ref", cwd=merging) + git("status", "--porcelain", cwd=merging) == before
    jetenv("resolve", INTERVAL, "--value", "90", cwd=merging)
    assert jetenv("conflicts", cwd=merging).code == 0
    done = jetenv("merge", "--continue", "-m", "Agree", cwd=merging)
    assert "2 conflicts resolved" in done.stdout
    assert 'primary: "#0F766E"' in (merging / "theme.yaml").read_text()
    assert "refresh_interval: 90" in (merging / "pages/orders.yaml").read_text()
    assert git("status", "--porcelain", cwd=merging) == ""
    git("verify-commit", "production", cwd=merging)
    assert jetenv("conflicts", cwd=merging).stdout == "No merge or revert is in progress\n"


def test_looking_and_resolving_write_no_objects(merging, jetenv, git) -> None:
    """A selection is made again for every look, also when git has pruned what the first one wrote."""
    jetenv("merge", "--abort", cwd=merging)
    jetenv("merge", "staging", "production", "--only", INTERVAL, cwd=merging, check=False)
    git("prune", "--expire=now", cwd=merging)
    before = git("count-objects", "-v", cwd=merging)
    jetenv("conflicts", cwd=merging, check=False)
    jetenv("resolve", INTERVAL, "--theirs", cwd=merging)
    assert git("count-objects", "-v", cwd=merging) == before
    assert "1 conflict resolved" in jetenv("merge", "--continue", cwd=merging).stdout


def test_programs_read_the_same(merging, jetenv) -> None:
    found = json.loads(jetenv("conflicts", "--json", cwd=merging, check=False).stdout)
    assert found["merge"]["source"] == "staging"
    assert found["open"] == 2
    by_place = {f"{each['path']}#{each['field']}": each for each in found["conflicts"]}
    color = by_place["theme.yaml#colors.primary"]
    assert color["state"] == "open"
    done = json.loads(jetenv("resolve", color["id"], "--value", "'#000000'", "--json", cwd=merging).stdout)
    assert done["changed"] == [color["id"]]
    assert done["open"] == 1
    after = next(each for each in done["conflicts"] if each["id"] == color["id"])
    assert after["resolution"] == {"side": None, "value": "'#000000'"}
    texted = json.loads(jetenv("resolve", COLOR, "--text", "a: [", "--json", cwd=merging).stdout)
    assert [each["resolution"] for each in texted["conflicts"] if each["id"] == color["id"]] == [
        {"side": None, "value": '"a: ["'}
    ]
    assert json.loads(jetenv("status", "--json", cwd=merging).stdout)["merge"]["open"] == 1
    assert json.loads(jetenv("merge", "--abort", "--json", cwd=merging).stdout)["aborted"]["target"] == "production"
    assert json.loads(jetenv("conflicts", "--json", cwd=merging).stdout)["merge"] is None


def test_what_was_resolved_is_offered_again_and_applied_only_when_accepted(merging, jetenv) -> None:
    jetenv("resolve", "--all", "--ours", cwd=merging)
    assert "remembered" in jetenv("merge", "--abort", cwd=merging).stderr
    again = jetenv("merge", "staging", "production", cwd=merging, check=False)
    assert "2 resolved alike before" in again.stderr
    assert "remembered (ours)" in jetenv("conflicts", cwd=merging, check=False).stdout
    assert jetenv("merge", "--continue", cwd=merging, check=False).code == 1
    jetenv("resolve", "--remembered", cwd=merging)
    jetenv("resolve", COLOR, "--undo", cwd=merging)
    assert "1 of 2 conflicts left" in jetenv("conflicts", cwd=merging, check=False).stdout
    jetenv("resolve", COLOR, "--base", cwd=merging)
    jetenv("merge", "--continue", cwd=merging)


def test_no_editor_opens_for_who_may_not_merge(merging, jetenv, tmp_path, git, keys) -> None:
    git("config", "user.signingkey", f"{keys['carol']}.pub", cwd=merging)
    script = tmp_path / "editor"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path / 'opened'}\n")
    script.chmod(0o755)
    arguments = ("resolve", "theme#colors.primary", "--edit")
    done = jetenv(*arguments, cwd=merging, check=False, env={"GIT_EDITOR": str(script)})
    assert done.code == 4 and "may not merge into 'production'" in done.stderr
    assert not (tmp_path / "opened").exists()


def test_an_editor_decides(merging, jetenv, tmp_path) -> None:
    """The editor is the one that git would start."""
    script = tmp_path / "my editor"
    script.write_text(f'#!/bin/sh\nenv >"{tmp_path}/env"\nsed -i \'1s/.*/"#ABCDEF"/\' "$1"\n')
    script.chmod(0o755)
    own = {"LC_ALL": "C.UTF-8", "GIT_PAGER": "less"}
    done = jetenv("resolve", COLOR, "--edit", cwd=merging, env={"GIT_EDITOR": f"'{script}'", **own})
    assert '"#ABCDEF"' in done.stdout
    assert {f"{name}={value}" for name, value in own.items()} <= set((tmp_path / "env").read_text().splitlines())
    failed = jetenv("resolve", INTERVAL, "--edit", cwd=merging, check=False, env={"GIT_EDITOR": "false"})
    assert failed.code == 1
    assert "1 of 2 conflicts left" in jetenv("conflicts", cwd=merging, check=False).stdout


def test_a_text_in_double_quotes_is_shown_and_edited_by_its_lines(root, edit, jetenv, tmp_path) -> None:
    """It stays in its quotes; the editor is given both sides between markers, and each line on its own."""
    css = r'css: ".menu { width: 10px; }\n.table { color: red; }\n"'
    block = "css: |" + (root / "theme.yaml").read_text().partition("css: |")[2]
    edit("staging", "theme.yaml", block, css + "\n")
    jetenv("merge", "staging", "production", cwd=root)
    edit("production", "theme.yaml", "color: red", "color: blue")
    edit("staging", "theme.yaml", "color: red", "color: teal")
    told = jetenv("merge", "staging", "production", cwd=root, check=False).stdout
    assert "    production  .table { color: blue; } (line 3 of 3)\n" in told
    assert "    staging     .table { color: teal; } (line 3 of 3)\n" in told
    editor = tmp_path / "editor"
    resolving = """sed -i -e '/^<<<<<<</d' -e '/^|||||||/,/^=======/d' -e '/^>>>>>>>/d'"""
    editor.write_text(f'#!/bin/sh\ncp "$1" "{tmp_path}/seen"\n{resolving} "$1"\n')
    editor.chmod(0o755)
    jetenv("resolve", "theme#css", "--edit", cwd=root, env={"GIT_EDITOR": str(editor)})
    seen = (tmp_path / "seen").read_text()
    assert "<<<<<<< production\n.table { color: blue; }\n||||||| base\n.table { color: red; }\n=======\n" in seen
    assert "# staging:\n#   css: |\n#     .menu { width: 10px; }\n#     .table { color: teal; }\n" in seen
    jetenv("merge", "--continue", cwd=root)
    both = r'css: ".menu { width: 10px; }\n.table { color: blue; }\n.table { color: teal; }\n"'
    assert both in (root / "theme.yaml").read_text()


@pytest.fixture
def moving(root: Path, jetenv, git) -> Path:
    """A merge in progress in which the two sides moved a component of a page to different places."""
    top = "title: Bills\ncomponents:\n  - {id: first, type: text, text: first}\n"
    boxes = "".join(
        f"  - id: {name}\n    type: container\n    components:\n      - {{id: in_{name}, type: text, text: {name}}}\n"
        for name in ("left", "right", "third")
    )
    due = "      # What is due.\n      - id: due\n        type: text\n        text: Due\n"
    page = root / "pages/bills.yaml"

    def commit(text: str) -> None:
        page.write_text(text)
        git("add", "pages/bills.yaml", cwd=root)
        git("commit", "-qm", "bills", cwd=root)

    commit(top + boxes.replace("  - id: right", due + "  - id: right"))
    git("switch", "-q", "staging", cwd=root)
    git("merge", "-q", "--no-edit", "production", cwd=root)
    commit(top + boxes.replace("  - id: third", due + "  - id: third"))
    git("switch", "-q", "production", cwd=root)
    commit(top + "".join(f"{line[4:]}\n" for line in due.splitlines()) + boxes)
    assert jetenv("merge", "staging", "production", cwd=root, check=False).code == 1
    return root


DUE = "pages/bills#components[left].components[due]"


@pytest.mark.parametrize(
    ("way", "place"),
    [
        ("--theirs", "components[right].components[due]"),
        ("--base", "components[left].components[due]"),
        ("--value=components[third].components", "components[third].components[due]"),
        ("--edit", "components[third].components[due]"),
    ],
)
def test_what_both_sides_moved_goes_where_it_is_said(way, place, moving, jetenv, git, tmp_path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "1s/.*/components[third].components[due]/" "$1"\n')
    editor.chmod(0o755)
    jetenv("resolve", DUE, way, cwd=moving, env={"GIT_EDITOR": str(editor)})
    jetenv("merge", "--continue", cwd=moving)
    assert jetenv("get", f"pages/bills#{place}.text", cwd=moving).stdout == "Due\n"
    assert (moving / "pages/bills.yaml").read_text().count("id: due") == 1
    assert (moving / "pages/bills.yaml").read_text().count("# What is due.") == 1
    jetenv("verify", "production", cwd=moving)


def test_a_place_that_is_none_is_a_usage_error_and_settles_nothing(moving, jetenv) -> None:
    done = jetenv("resolve", DUE, "--value", "components[thrid].components", cwd=moving, check=False)
    assert done.code == 2
    assert "did you mean [third]?" in done.stderr
    assert json.loads(jetenv("conflicts", "--json", cwd=moving, check=False).stdout)["conflicts"][0]["state"] == "open"


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_a_merge_can_settle_its_conflicts_at_once(side, merging, jetenv) -> None:
    jetenv("merge", "--abort", cwd=merging)
    done = jetenv("merge", "staging", "production", side, cwd=merging)
    expected, given_up = ("#B45309", "#0F766E") if side == "--ours" else ("#0F766E", "#B45309")
    kept = "production" if side == "--ours" else "staging"
    assert f"\n2 conflicts settled as {kept} has it:\n" in done.stdout
    assert ["theme.yaml#colors.primary", f'"{expected}",', "not", f'"{given_up}"'] in [
        line.split() for line in done.stdout.splitlines()
    ]
    assert f'primary: "{expected}"' in (merging / "theme.yaml").read_text()


def test_a_program_is_told_where_a_conflict_was_that_a_merge_settled(merging, jetenv) -> None:
    jetenv("merge", "--abort", cwd=merging)
    answer = json.loads(jetenv("merge", "staging", "production", "--ours", "--json", cwd=merging).stdout)
    assert {(each["path"], each["field"], each["kind"], each["side"]) for each in answer["resolved"]} == {
        ("pages/orders.yaml", "queries[totals].refresh_interval", "edit/edit", "ours"),
        ("theme.yaml", "colors.primary", "edit/edit", "ours"),
    }


def test_the_name_of_a_branch_is_told_as_it_is(merging, jetenv, git) -> None:
    jetenv("merge", "--abort", cwd=merging)
    git("branch", "it's", "staging", cwd=merging)
    jetenv("merge", "it's", "production", cwd=merging, check=False)
    assert "the merge of it's into production is in progress" in jetenv("status", cwd=merging).stdout
    assert jetenv("merge", "--abort", cwd=merging).stdout == "Dropped the merge of it's into production\n"


def test_a_merge_of_git_is_told_apart_from_one_of_jetenv(merging, jetenv, git) -> None:
    with pytest.raises(AssertionError):
        git("merge", "staging", cwd=merging)
    told = jetenv("status", cwd=merging).stdout
    assert "  git's merge is in progress\n  the merge of staging into production is in progress" in told


def test_a_merge_in_progress_is_told_and_keeps_others_off(merging, jetenv) -> None:
    told = "the merge of staging into production is in progress, 0 of 2 conflicts resolved"
    assert told in jetenv("status", cwd=merging).stdout
    assert told in jetenv("list", cwd=merging).stderr
    refused = jetenv("merge", "production", "staging", cwd=merging, check=False)
    assert refused.code == 1
    assert "--continue" in refused.stderr
    assert "--abort" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resolve"], "nobody to ask"),
        (["resolve", "--no-input"], "nobody to ask"),
        (["resolve", COLOR], "--ours"),
        (["resolve", "--ours"], "--all"),
        (["resolve", COLOR, "--ours", "--theirs"], "exclude each other"),
        (["resolve", COLOR, "--ours", "--all"], "--all"),
        (["resolve", "theme#colours", "--ours"], "theme#colors.primary"),
        (["resolve", "000000000000", "--ours"], "there is no conflict"),
        (["resolve", COLOR, "--value", "["], "YAML"),
        (["resolve", "--all", "--value", "1"], "2 conflicts"),
        (["merge"], "SOURCE and TARGET"),
        (["merge", "staging"], "TARGET"),
        (["merge", "--continue", "--abort"], "stands alone"),
        (["merge", "staging", "production", "--continue"], "stands alone"),
        (["merge", "staging", "production", "--ours", "--theirs"], "exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error_and_changes_nothing(arguments, words, merging, jetenv) -> None:
    record = merging / ".git/jetenv/merge.json"
    before = record.read_bytes()
    done = jetenv(*arguments, cwd=merging, check=False)
    assert done.code == 2, str(done)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert record.read_bytes() == before


@pytest.mark.parametrize("arguments", [["merge", "--continue"], ["merge", "--abort"], ["resolve", COLOR, "--ours"]])
def test_without_a_merge_in_progress_there_is_a_hint(arguments, root, jetenv) -> None:
    done = jetenv(*arguments, cwd=root, check=False)
    assert done.code == 1
    assert "`jetenv merge SOURCE TARGET` or `jetenv revert COMMIT` starts one" in done.stderr


def test_a_worktree_on_another_branch_sees_the_same_merge(merging, jetenv, git, tmp_path) -> None:
    """The target's own working tree follows, whichever one the merge is continued from."""
    git("worktree", "add", "-q", tmp_path / "other", "staging", cwd=merging)
    jetenv("resolve", "--all", "--theirs", cwd=tmp_path / "other")
    jetenv("merge", "--continue", cwd=tmp_path / "other")
    assert 'primary: "#0F766E"' in (merging / "theme.yaml").read_text()
    assert git("status", "--porcelain", cwd=merging) == ""


class Terminal:
    """A command at a pseudo-terminal, told what to answer when it has asked."""

    def __init__(self, cwd: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            environ = {**os.environ, "TERM": "xterm-256color", **(env or {})}
            environ.pop("NO_COLOR", None)
            os.execve(COMMAND, [COMMAND, *arguments], environ)
        self.seen = ""

    def until(self, words: str, timeout: float = 60) -> str:
        """What is shown until ``words`` appear."""
        deadline = time.monotonic() + timeout
        while words not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{words!r} did not appear in: {self.seen}"
            try:
                self.seen += os.read(self.fd, 65536).decode()
            except OSError:  # the terminal is gone with the command
                break
        before, found, self.seen = self.seen.partition(words)
        assert found or words == "\0", f"{words!r} did not appear in: {before}"
        return before

    def answer(self, text: str) -> str:
        """Answer the question that is shown next; what stood before it."""
        shown = self.until("Resolve with ")
        self.until("?]")
        os.write(self.fd, text.encode())
        return shown

    def end(self) -> tuple[int, str]:
        """The exit code, and what was shown last."""
        rest = self.until("\0")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), rest


def test_at_a_terminal_each_conflict_is_shown_and_asked_for(merging, jetenv) -> None:
    """Skip, back and an unknown answer; the values are in colour; all is resolved in the end."""
    terminal = Terminal(merging, "resolve")
    shown = terminal.answer("s\n")
    for word in ("refresh_interval", "120", "60", "300", "base", "ours", "theirs", "production", "staging", "\x1b["):
        assert word in shown
    assert "colors.primary" in terminal.answer("p\n")
    assert "refresh_interval" in terminal.answer("what\n")
    assert "? explains" in terminal.answer("?\n")
    assert "theirs: as the source has it" in terminal.answer("t\n")
    assert "colors.primary" in terminal.answer("v\n")
    terminal.until("Value: ")
    os.write(terminal.fd, b"'#123456'\n")
    code, rest = terminal.end()
    assert code == 0
    assert "all conflicts are resolved (2)" in rest
    jetenv("merge", "--continue", cwd=merging)
    assert "primary: '#123456'" in (merging / "theme.yaml").read_text().replace('"', "'")
    assert "refresh_interval: 300" in (merging / "pages/orders.yaml").read_text()


@pytest.mark.parametrize("leave", ["q\n", "\x04", "\x03"])
def test_leaving_keeps_what_was_resolved(leave, merging, jetenv) -> None:
    """By q, by the end of the input, by an interrupt."""
    terminal = Terminal(merging, "resolve")
    terminal.answer("ours\n")
    terminal.answer(leave)
    code, _ = terminal.end()
    assert code == (130 if leave == "\x03" else 0)
    states = json.loads(jetenv("conflicts", "--json", cwd=merging, check=False).stdout)["conflicts"]
    assert [each["state"] for each in states] == ["resolved", "open"]


def test_the_guided_resolve_offers_what_is_remembered_and_says_what_does_not_fit(merging, jetenv) -> None:
    jetenv("resolve", COLOR, "--value", "'#123456'", cwd=merging)
    jetenv("merge", "--abort", cwd=merging)
    jetenv("merge", "staging", "production", cwd=merging, check=False)
    terminal = Terminal(merging, "resolve", env={"GIT_EDITOR": "true"})
    terminal.answer("v\n")
    terminal.until("Value: ")
    os.write(terminal.fd, b"[\n")
    assert "not usable YAML" in terminal.answer("e\n")
    assert "nothing was changed in the editor" in terminal.answer("b\n")
    assert "#123456" in terminal.answer("r\n")
    assert terminal.end()[0] == 0
    jetenv("merge", "--continue", cwd=merging)
    assert "refresh_interval: 120" in (merging / "pages/orders.yaml").read_text()
