"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jetenv.environments.file_writing import write_file
from jetenv.errors import JetenvError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is there already."""
    file = tmp_path / "a.yaml"
    file.write_bytes(b"old\n")
    return file


def test_its_permissions_stay_and_a_link_is_followed(file: Path) -> None:
    file.chmod(0o750)
    link = file.with_name("link.yaml")
    link.symlink_to(file.name)
    write_file(link, b"new\n")
    assert link.is_symlink()
    assert file.read_bytes() == b"new\n"
    assert file.stat().st_mode & 0o7777 == 0o750


def test_a_new_one_has_the_permissions_that_any_file_gets(file: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(file.with_name("b.yaml"), b"new\n", new=True)
    finally:
        os.umask(before)
    assert file.with_name("b.yaml").stat().st_mode & 0o7777 == 0o640


def test_a_name_may_be_as_long_as_names_can_be(file: Path) -> None:
    long = file.with_name("n" * 250 + ".yaml")
    write_file(long, b"old\n", new=True)
    write_file(long, b"new\n", expected=b"old\n")
    assert long.read_bytes() == b"new\n"


@pytest.mark.parametrize(
    ("name", "expected", "message"),
    [
        ("a.yaml", b"older\n", "the file was changed meanwhile"),
        ("none.yaml", None, "no regular file"),
        (".", None, "no regular file"),
        ("a.yaml/b.yaml", None, "no regular file"),
    ],
)
def test_where_it_cannot_be_written_nothing_is_left_behind(
    file: Path, name: str, expected: bytes | None, message: str
) -> None:
    with pytest.raises(JetenvError, match=message):
        write_file(file.parent / name, b"new\n", expected=expected)
    assert [each.name for each in file.parent.iterdir()] == ["a.yaml"]
    assert file.read_bytes() == b"old\n"


def test_what_a_crash_left_is_not_in_the_way(file: Path) -> None:
    draft = file.with_name(f".jetenv-draft-{os.getpid()}")
    draft.write_bytes(b"half")
    write_file(file, b"new\n")
    assert file.read_bytes() == b"new\n"
    assert draft.read_bytes() == b"half"
