"""Secrets that somebody committed in plain text are shown by no command in no format, and that they differ is."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HIDDEN = "‹plaintext not shown; revoke it and bind a reference›"  # noqa: RUF001
DRAW = random.Random(6)
BINDINGS = "environments/production/credentials.yaml"


def drawn(count: int) -> str:
    return "".join(DRAW.choice(string.ascii_letters + string.digits) for _ in range(count - 2)) + "a1"


class Planted:
    """Two generations of secrets, each in all the places where people write them."""

    def __init__(self, name: str) -> None:
        self.binding = f"hunter2-{name}"
        self.nested = f"swordfish-{name}"
        self.password = f"correct horse {name}"
        self.token = "ghp_" + drawn(36)
        self.random = drawn(32)
        self.key_body = drawn(64)
        self.in_url = drawn(14)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(vars(self).values())

    def write(self, root: Path) -> None:
        """Put each of them over what stands there."""
        put(root / BINDINGS, "  shipping-api-token: ", self.binding)
        put(root / BINDINGS, "  slack-webhook: ", f"{{value: {self.nested}}}")
        resource = root / "resources/orders-db.yaml"
        put(resource, "  password:", f" {self.password}")
        put(resource, "description: ", f"Reached with {self.token} by all.")
        put(resource, "x-api-key: ", self.random)
        put(resource, "x-url: ", f"postgres://app:{self.in_url}@db.example.com/shop")
        key = f"-----BEGIN OPENSSH PRIVATE KEY-----\\n{self.key_body}\\n-----END OPENSSH PRIVATE KEY-----"
        put(resource, "x-pem: ", f'"{key}"')
        page = root / "pages/orders.yaml"
        put(page, "description: ", f"|\n  Ask with\n  {self.token}\n  and wait.")


def put(file: Path, head: str, value: str) -> None:
    lines = file.read_text().split("\n")
    at = next((at for at, line in enumerate(lines) if line.startswith(head.rstrip(" "))), None)
    if at is None:
        lines.insert(1, head + value)
    else:
        end = at + 1
        while lines[end : end + 1] and lines[end].startswith(" " * (len(head) - len(head.lstrip()) + 2)):
            end += 1
        lines[at:end] = [head + value]
    file.write_text("\n".join(lines))


FIRST, SECOND, THIRD = Planted("one"), Planted("two"), Planted("three")


@pytest.fixture
def planted(root: Path, git: Callable[..., str]) -> Path:
    """``production`` and the plain branch ``feature`` have other secrets than their merge base, at the same places."""

    def commit(planted: Planted) -> None:
        planted.write(root)
        git("commit", "-qam", "edit", cwd=root)

    git("tag", "before", cwd=root)
    commit(FIRST)
    git("branch", "feature", cwd=root)
    commit(SECOND)
    git("switch", "-q", "feature", cwd=root)
    commit(THIRD)
    git("switch", "-q", "production", cwd=root)
    return root


@pytest.fixture
def said(planted: Path, jetenv: Callable[..., Any]) -> Callable[..., str]:
    """``said(*args)``: all that a command prints, in which none of the secrets is."""

    def run(*args: str, cwd: Path = planted, **options: Any) -> str:
        ran = jetenv(*args, cwd=cwd, check=False, **options)
        assert ran.code in (0, 1, 3, 4), ran.stderr
        text = ran.stdout + ran.stderr
        assert leaks(text) == []
        return str(text)

    return run


def leaks(text: str) -> list[str]:
    everything = text + text.encode().decode("unicode_escape", "replace")
    return [secret for each in (FIRST, SECOND, THIRD) for secret in each.all if secret in everything]


FORMATS = ("text", "json", "markdown", "html", "github")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sides", [("production~1", "production"), ("before", "production"), ("production", "before")])
def test_a_diff_tells_that_they_differ_and_shows_none(said: Callable[..., str], sides, form: str) -> None:
    text = said("diff", *sides, "--format", form)
    assert HIDDEN in text or HIDDEN in json.loads('"' + text.replace("\n", " ").replace('"', "'") + '"')
    for place in ("shipping-api-token", "params.password"):
        assert place in text
    if form != "github":
        assert "x-api-key" in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_diff_written_to_a_file_shows_none(said: Callable[..., str], tmp_path: Path, form: str) -> None:
    file = tmp_path / "out"
    said("diff", "before", "production", "--format", form, "--output", str(file))
    assert leaks(file.read_text()) == []
    assert HIDDEN in file.read_text()


def test_a_wide_terminal_shows_none(said: Callable[..., str]) -> None:
    assert HIDDEN in said("diff", "production~1", "production", "--side-by-side")


@pytest.mark.parametrize("staged", [False, True])
def test_the_working_tree_and_the_index(said: Callable[..., str], planted: Path, git, staged: bool) -> None:
    THIRD.write(planted)
    if staged:
        git("add", "-A", cwd=planted)
    assert HIDDEN in said("diff", *["--staged"] * staged)
    said("status")
    said("validate")
    said("commit", "-m", "more")


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_shows_none(said: Callable[..., str], planted: Path, git, form: str) -> None:
    said("plan", "feature", "production", "--format", form)  # in conflict
    assert HIDDEN in said("plan", "production", "staging", "--format", form) or form == "github"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_merge_conflicts_are_shown_without(said: Callable[..., str], options) -> None:
    assert HIDDEN in said("merge", "feature", "production", *options)
    for arguments in (
        ("conflicts",),
        ("resolve", f"{BINDINGS}#bindings.shipping-api-token", "--theirs"),
        ("resolve", "resources/orders-db#params.password", "--value", "hunter2-one"),
        ("resolve", "--all", "--ours"),
        ("conflicts",),
        ("status",),
        ("merge", "--continue"),
    ):
        said(*arguments, *options)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_a_revert_conflicts_with_is_shown_without(said: Callable[..., str], options) -> None:
    assert HIDDEN in said("revert", "production~1", *options)
    assert HIDDEN[:12] in said("conflicts", *options)


def test_the_file_that_a_merge_writes_has_them(planted: Path, said: Callable[..., str], git, jetenv) -> None:
    """A merge copies what is there: it neither loses nor rewrites what people wrote."""
    versions = [planted.parent / name for name in ("ours.yaml", "base.yaml", "theirs.yaml")]
    for revision, file in zip(("production", "production~1", "feature"), versions, strict=True):
        file.write_text(git("show", f"{revision}:resources/orders-db.yaml", cwd=planted) + "\n")
    ours, base, theirs = map(str, versions)
    resource = ("--path", "resources/orders-db.yaml")
    raw = jetenv("merge-file", "-p", *resource, ours, base, theirs, cwd=planted, check=False).stdout
    assert SECOND.token in raw
    assert THIRD.token in raw
    told = json.loads(
        jetenv("merge-file", "-p", "--json", *resource, ours, base, theirs, cwd=planted, check=False).stdout
    )
    assert told["content"] == raw
    assert leaks(json.dumps(told["conflicts"])) == []
    assert HIDDEN in json.dumps(told["conflicts"], ensure_ascii=False)
    assert HIDDEN in said("merge-file", "--json", *resource, ours, base, theirs)


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize("where", [(), ("--env", "production"), ("--ref", "feature")])
def test_get_shows_none(said: Callable[..., str], where, options) -> None:
    for target in (
        BINDINGS, f"{BINDINGS}#bindings", f"{BINDINGS}#bindings.shipping-api-token", "resources/orders-db",
        "resources/orders-db#params", "resources/orders-db#params.password", "resources/orders-db#description",
        "resources/orders-db#x-api-key", "resources/orders-db#x-pem", "pages/orders#description",
    ):  # fmt: skip
        assert HIDDEN in said("get", target, *where, *options)
    assert "Orders database" in said("get", "resources/orders-db#name", *where, *options)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_set_shows_none_of_what_it_replaces(said: Callable[..., str], options) -> None:
    assert HIDDEN in said("set", "resources/orders-db#params.password", "{credential: orders-db-password}", *options)
    assert HIDDEN in said("set", "resources/orders-db#x-api-key", "none", *options)
    assert HIDDEN in said("unset", "resources/orders-db#x-pem", *options)
    said("set", "resources/orders-db#params.password", FIRST.password, *options)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_other_commands_show_none(said: Callable[..., str], planted: Path, options) -> None:
    for arguments in (
        ("show", "production"),
        ("list",),
        ("credentials", "list"),
        ("credentials", "which", "production", "shipping-api-token"),
        ("credentials", "check", "production"),
        ("validate", "production"),
        ("verify", "production"),
        ("fmt", "--check"),
        ("run", "production", "--resource", "orders-db", "--dry-run"),
        ("export", "production", str(planted.parent / "exported")),
    ):
        said(*arguments, *options)


def test_a_token_in_the_subject_of_a_commit_is_not_shown(said: Callable[..., str], planted: Path, git) -> None:
    git("commit", "-q", "--allow-empty", "-m", f"Use {FIRST.token}", cwd=planted)
    for options in ((), ("--json",)):
        assert HIDDEN in said("show", "production", *options)


def test_git_shows_none_through_the_diff_driver(
    planted: Path, said: Callable[..., str], git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    said("hooks", "install", "--diff-driver")
    for arguments in (("diff", "production~1", "production"), ("log", "-p", "before..feature")):
        text = git(*arguments, "--", "environments", "resources", "pages", cwd=planted)
        assert leaks(text) == []
        assert HIDDEN in text
        for file in (BINDINGS, "resources/orders-db.yaml", "pages/orders.yaml"):
            assert f"+++ b/{file}" in text  # each has a line by which it differs
    broken = planted / BINDINGS
    broken.write_text(f"bindings:\n  a: [{FIRST.binding}\n")
    assert leaks(git("diff", cwd=planted)) == []


def test_an_editor_gets_what_is_to_be_decided_and_no_more(
    planted: Path, said: Callable[..., str], jetenv, tmp_path: Path
) -> None:
    """The value itself is edited as it is; the versions below it, which explain, have none."""
    said("merge", "feature", "production")
    editor = tmp_path / "editor"
    copy = tmp_path / "seen"
    editor.write_text(f'#!/bin/sh\ncp "$1" {copy}\nexit 1\n')
    editor.chmod(0o755)
    target = f"{BINDINGS}#bindings.shipping-api-token"
    jetenv("resolve", target, "--edit", cwd=planted, env={"GIT_EDITOR": str(editor)}, check=False)
    value, _, explained = copy.read_text().partition(">8")
    assert SECOND.binding in value
    assert leaks(explained) == []
    assert HIDDEN in explained


def test_a_reference_is_shown(root: Path, jetenv, edit) -> None:
    edit("production", BINDINGS, "env:SHIPPING_API_TOKEN", "vault:kv/shipping#token")
    text = jetenv("diff", "production~1", "production", cwd=root).stdout
    assert "env:SHIPPING_API_TOKEN → vault:kv/shipping#token" in text


def test_nothing_is_left_behind_by_the_search_itself(planted: Path) -> None:
    """The secrets are where they were put, so that the searches above would find them."""
    text = subprocess.run(["git", "diff", "before", "production"], cwd=planted, capture_output=True, check=True).stdout
    assert {secret for secret in FIRST.all + SECOND.all if secret in text.decode()} == set(SECOND.all)
