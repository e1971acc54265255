"""Every command below `jetenv members`: what it refuses, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.cli.commands.members import VERBS

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(minimal: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with production, which is the current folder."""
    monkeypatch.chdir(minimal)
    return minimal


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("invit", "bob"), 2, "did you mean 'members invite'?"),
        (("frobnicate",), 2, "there are list, show, invite, join"),
        (("invite", "böb", "--role", "editor"), 2, "try 'bob'"),
        (("invite", "bob"), 2, "give --role viewer, editor or admin"),
        (("invite", "bob", "--role", "edtor"), 2, "did you mean 'editor'?"),
        (("role", "ada"), 2, "ROLE is missing"),
        (("role", "production", "ada", "viewer", "x"), 2, "x is too much"),
        (("show", "prodution", "ada"), 2, "did you mean 'production'?"),
        (("show", "adda"), 2, "did you mean 'ada'?"),
        (("threshold", "many"), 2, "no number of admins"),
        (("threshold", "2"), 1, "between 1 and 1"),
        (("remove", "ada"), 1, "yourself"),
        (("sign",), 1, "no change of the members"),
        (("drop", "--yes"), 1, "no change of the members"),
        (("add", "nothing.join", "--role", "editor"), 2, "there is no file 'nothing.join'"),
        (("add", "x" * 300), 2, "there is no file"),
        (("add", ".", "--role", "editor"), 3, "is a directory"),
        (("show", "x" * 5000), 2, "there is no member"),
        (("invite", "x" * 5000, "--role", "editor"), 2, "cannot be a member's id"),
        (("join", "--invitation", "x" * 5000), 3, "cannot be read"),
        (("join", "--as", "bob", "--key", "x" * 5000), 3, "too long"),
        (("join", "--as", "../bob", "--key", "nothing"), 3, "cannot be read"),
        (("join", "--invitation", "nothing"), 3, "cannot be read"),
        (("join", "production", "--invitation", "x"), 2, "leave out ENV and --as"),
        (("join",), 1, "this key is one of 'ada'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    project: Path, call: Call, git, words: tuple[str, ...], code: int, said: str
):
    before = git("for-each-ref", cwd=project)
    refused = call("members", *words)
    assert refused[:2] == (code, "")
    assert said in refused[2]
    as_json = json.loads(call("members", *words, "--json")[1])
    assert as_json["error"]["exit_code"] == code
    assert git("for-each-ref", cwd=project) == before


def test_every_verb_prints_one_json_document(project: Path, call: Call, keys, monkeypatch):
    def said(*words: str, who: str = "ada") -> dict[str, object]:
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"{keys[who]}.pub")
        code, out, err = call("members", *words, "--json")
        assert code == 0, err
        document = json.loads(out)
        assert document.pop("schema_version") == 1
        used.add(words[0])
        return document

    used: set[str] = set()
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.signingkey")
    assert said("invite", "bob", "--role", "admin", "-o", "bob.invitation")["role"] == "admin"
    assert said("join", "--invitation", "bob.invitation", "-o", "bob.join", who="bob")["member"] == "bob"
    assert said("add", "bob.join")["in_force"] is True
    assert said("list")["me"] == "ada"
    assert said("show", "bob")["member"]["role"] == "admin"
    assert said("role", "bob", "viewer")["changes"] == [
        {"action": "role", "member": "bob", "old": "admin", "new": "viewer"}
    ]
    said("role", "bob", "admin")
    assert said("threshold", "2")["version"] == 5
    assert said("threshold", "1")["in_force"] is False
    assert said("drop", "--yes")["left"] == []
    said("threshold", "1")
    assert said("sign", "--yes", who="bob")["commit"]
    assert said("remove", "bob")["changes"] == [{"action": "removed", "member": "bob", "old": "admin", "new": None}]
    assert used == set(VERBS)
