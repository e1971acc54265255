"""With --json every command prints exactly one document on stdout, whatever the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_every_command_prints_one_document(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project from its start to a conflict; each answer is parsed, and has what a program looks for."""
    project = tmp_path / "orders"

    def said(*argv: str, code: int = 0) -> dict[str, Any]:
        monkeypatch.chdir(project if project.exists() else tmp_path)
        answer = call(*argv, "--json")
        assert answer[0] == code, answer
        document = json.loads(answer[1])
        assert next(iter(document)) == "schema_version"
        assert document["schema_version"] == 1
        return dict(document)

    assert said("init", str(project))["environment"]["default"] is True
    assert said("create", "staging", "--switch")["switched"] is True
    assert said("current")["environment"] == "staging"
    assert [each["id"] for each in said("list")["environments"]] == ["production", "staging"]
    assert said("show", "staging")["members"][0]["role"] == "admin"
    assert said("color", "staging", "teal")["environment"]["color"] == "teal"
    assert said("pin", "staging", "3.12")["previous"] == "latest"
    assert said("rename", "staging", "Stage")["previous"] == {"id": "staging", "name": "Staging"}
    assert said("get", "pages/home#name")["value"] == "Home"
    assert said("set", "pages/home#name", "Start")["changed"] is True
    assert said("set", "pages/home#name", "[1]", code=1)["findings"]
    assert said("validate")["valid"] is True
    assert said("status")["uncommitted"][0]["id"] == "home"
    (change,) = said("diff")["shared"][0]["changes"]
    assert {key: change[key] for key in ("field", "action", "old", "new", "line")} == {
        "field": "name",
        "action": "changed",
        "old": "Home",
        "new": "Start",
        "line": 1,
    }
    assert said("diff", "--exit-code", code=1)["differs"] is True
    assert said("commit", "-m", "Rename the page")["message"] == "Rename the page"
    assert said("merge", "staging", "production", "--dry-run")["outcome"] == "clean"
    assert said("merge", "staging", "production")["outcome"] == "merged"
    assert said("merge", "staging", "production")["outcome"] == "up-to-date"
    assert said("unset", "pages/home#name", code=1)["findings"]
    assert said("unset", "pages/home#url")["old"] == "/"
    assert said("commit")["objects"][0]["action"] == "changed"
    assert said("switch", "production")["previous"] == "staging"
    for environment, name in (("production", "One"), ("staging", "Two")):
        said("switch", environment)
        said("set", "pages/home#name", name)
        said("commit")
    conflict = said("merge", "staging", "production", code=1)["conflicts"][0]
    assert (conflict["path"], conflict["field"], conflict["kind"]) == ("pages/home.yaml", "name", "edit/edit")
    said("switch", "production")
    said("merge", "--abort")  # the branches that a merge in progress needs are not deleted
    assert said("delete", "staging", "--yes", code=1)["error"]["kind"] == "refused"
    assert said("delete", "staging", code=1)["error"]["exit_code"] == 1
    assert said("delete", "staging", "--force", "--yes")["environment"]["id"] == "staging"
    assert said("completion", "bash")["shell"] == "bash"
    assert said("show", "nowhere", code=2)["error"]["message"] == "there is no environment 'nowhere'"
    assert said("show", code=2)["error"]["kind"] == "usage"
