"""What git says, as errors that name the file and say what to do."""

from __future__ import annotations

import pytest

from jetenv.repository.failures import explain


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            'error: open("pages/orders.yaml"): Permission denied\nerror: unable to index file\n',
            "pages/orders.yaml cannot be read",
            "check the permissions of that file",
        ),
        (
            "fatal: update_ref failed: cannot update ref 'refs/heads/main': couldn't write '/r/main.lock'",
            "/r/main.lock cannot be written",
            "see whether the disk is full: free some space, then run the command again",
        ),
        ("", "git did not say why", None),
    ],
)
def test_what_git_says_is_told_with_its_file_and_the_way_out(said: str, message: str, hint: str | None):
    error = explain(said, "reading changed files")
    assert error.message == f"reading changed files failed: {message}"
    assert error.hint == hint
