"""The surroundings of the tests themselves."""

from __future__ import annotations

import os
from pathlib import Path


def test_nothing_of_the_user_reaches_a_test(home: Path, repo: Path, git):
    assert os.environ["HOME"] == str(home)
    assert "SSH_AUTH_SOCK" not in os.environ
    assert git("config", "--get", "user.email", cwd=repo) == "ada@example.org"
    assert git("var", "GIT_COMMITTER_IDENT", cwd=repo) == "Ada Lovelace <ada@example.org> 1767225600 +0000"
    assert git("rev-parse", "--git-common-dir", cwd=repo) == ".git"
