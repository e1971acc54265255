"""The line merge is the output of `git merge-file`, byte for byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.repository.lines import BinaryContentError, LineMerge, merge_lines

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"d\r\n", b"e"]), max_size=8).map(b"".join)


def by_git(folder: Path, base: bytes, ours: bytes, theirs: bytes, *options: str) -> LineMerge:
    for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_bytes(content)
    command = ["git", "merge-file", "-p", "-q", *options, "ours", "base", "theirs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert 0 <= done.returncode < 128
    return LineMerge(done.stdout, done.returncode)


@given(base=LINES, ours=LINES, theirs=LINES, style=st.sampled_from(["merge", "diff3", "zdiff3"]))
def test_it_is_what_git_makes_of_the_three(tmp_path: Path, base, ours, theirs, style):
    options = [] if style == "merge" else [f"--{style}"]
    expected = by_git(tmp_path, base, ours, theirs, "-L", "ours", "-L", "base", "-L", "theirs", *options)
    assert merge_lines(base, ours, theirs, style=style) == expected


def test_labels_and_marker_size_are_those_asked_for(tmp_path: Path):
    merged = merge_lines(
        b"1\n", b"2\n", b"3\n", labels=("production", "base", "staging é"), style="diff3", marker_size=9
    )
    assert merged == LineMerge(
        "<<<<<<<<< production\n2\n||||||||| base\n1\n=========\n3\n>>>>>>>>> staging é\n".encode(), 1
    )


def test_the_users_conflict_style_changes_nothing(home: Path):
    (home / ".gitconfig").open("a").write("[merge]\n\tconflictStyle = diff3\n")
    assert b"|||||||" not in merge_lines(b"1\n", b"2\n", b"3\n").content


def test_many_conflicts_are_counted_as_git_does(tmp_path: Path):
    versions = [b"".join(b"%d %s\n\nx\n\ny\n\nz\n\n" % (n, side) for n in range(300)) for side in (b"b", b"o", b"t")]
    merged = merge_lines(*versions)
    assert merged == by_git(tmp_path, *versions, "-L", "ours", "-L", "base", "-L", "theirs")
    assert merged.conflicts == 127


@pytest.mark.parametrize("position", range(3))
def test_binary_content_is_refused(tmp_path: Path, position: int):
    versions = [b"1\n", b"2\n", b"3\n"]
    versions[position] = b"\0" + versions[position]
    with pytest.raises(BinaryContentError):
        merge_lines(*versions)
    versions[position] = b"x" * 9000 + b"\n\0"
    merge_lines(*versions)


def test_temporary_files_are_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    merge_lines(b"1\n", b"2\n", b"3\n")
    assert list(tmp_path.iterdir()) == []
