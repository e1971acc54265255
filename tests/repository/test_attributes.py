"""What git's attributes say of a path."""

from __future__ import annotations

from pathlib import Path

from jetenv.repository.attributes import attribute


def test_attributes_are_told_as_git_reads_them(repo: Path):
    (repo / ".gitattributes").write_text("*.yaml merge=jetenv\n*.bin -merge\n*.txt merge\n")
    (repo / "pages").mkdir()
    (repo / "pages/.gitattributes").write_text("é.yaml merge=union\n")
    found = attribute("merge", ["a.yaml", "pages/é.yaml", "a.bin", "a.txt", "a"], repo / ".git", repo)
    assert found == {
        "a.yaml": "jetenv",
        "pages/é.yaml": "union",
        "a.bin": "unset",
        "a.txt": "set",
        "a": "unspecified",
    }
