"""Git's configuration: what is in force, and what is the repository's own."""

from __future__ import annotations

from pathlib import Path

from jetenv.repository.config import Config


def test_the_value_in_force_is_told_from_the_repositorys_own(opened, repo: Path, git):
    assert (opened.config.get("user.name"), opened.config.own("user.name")) == ("Ada Lovelace", None)
    opened.config.set("user.name", "Bob\nthe builder")
    assert opened.config.get("user.name") == opened.config.own("user.name") == "Bob\nthe builder"
    assert git("config", "--local", "user.name", cwd=repo) == "Bob\nthe builder"


def test_what_is_unset_falls_back_to_the_users(opened):
    opened.config.set("user.name", "Bob")
    opened.config.unset("user.name")
    opened.config.unset("user.name")
    assert (opened.config.get("user.name"), opened.config.own("user.name")) == ("Ada Lovelace", None)


def test_the_user_alone_has_a_configuration_too(home: Path):
    assert Config(None).get("user.email") == "ada@example.org"
