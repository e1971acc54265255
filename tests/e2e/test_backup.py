"""``jetenv export`` and ``import`` through the installed command."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the project."""
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["one.tar", "one.tar.gz", "one.tgz"])
def test_an_archive_is_the_same_for_the_same_commit(root: Path, outside: Path, jetenv, git, name: str) -> None:
    jetenv("export", "production", outside / name, cwd=root)
    clone = outside / "clone"
    git("clone", "-q", root, clone)
    os.utime(clone / "menu.yaml", (0, 0))
    jetenv("export", "production", outside / f"again-{name}", cwd=clone)
    assert (outside / name).read_bytes() == (outside / f"again-{name}").read_bytes()


def test_what_is_in_an_export(root: Path, outside: Path, jetenv, git) -> None:
    git("switch", "-q", "staging", cwd=root)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "main.yaml").symlink_to("menu.yaml")
    git("add", "run.sh", "main.yaml", cwd=root)
    git("commit", "-qm", "more", cwd=root)
    jetenv("export", "staging", outside / "files", cwd=root)
    jetenv("export", "staging", outside / "files.tar", cwd=root)
    tracked = [
        path for path in git("ls-files", cwd=root).splitlines() if not path.startswith("environments/production/")
    ]
    found = [path.relative_to(outside / "files").as_posix() for path in (outside / "files").rglob("*")]
    assert sorted(path for path in found if not (outside / "files" / path).is_dir()) == sorted(tracked)
    assert (outside / "files/main.yaml").readlink() == Path("menu.yaml")
    assert os.access(outside / "files/run.sh", os.X_OK)
    with tarfile.open(outside / "files.tar") as archive:
        assert archive.getnames() == sorted(tracked)
        for member in archive.getmembers():
            assert (member.uid, member.gid, member.uname, member.mtime) == (0, 0, "", 1767225600)
    for path in tracked:
        if not (root / path).is_symlink():
            assert (outside / "files" / path).read_bytes() == (root / path).read_bytes()


@pytest.mark.parametrize("name", ["backup", "backup.tar.gz"])
def test_an_import_brings_the_content_back_and_leaves_the_settings(root: Path, outside: Path, jetenv, git, name: str):
    jetenv("export", "production", outside / name, cwd=root)
    exported = git("rev-parse", "production:theme.yaml", cwd=root)
    owned = git("rev-parse", "staging:environments", cwd=root)
    git("switch", "-q", "staging", cwd=root)
    git("rm", "-q", "theme.yaml", cwd=root)
    (root / "notes.txt").write_text("new\n")
    git("add", "notes.txt", cwd=root)
    git("commit", "-qm", "changes", "--no-verify", cwd=root)
    told = jetenv("import", outside / name, "staging", "--dry-run", cwd=root)
    assert "would be imported into staging (nothing was changed), 2 objects" in told.stdout
    assert git("log", "-1", "--format=%s", cwd=root) == "changes"
    data = json.loads(jetenv("import", outside / name, "staging", "--json", cwd=root).stdout)
    assert [(each["action"], each["path"]) for each in data["objects"]] == [
        ("removed", "notes.txt"),
        ("added", "theme.yaml"),
    ]
    assert git("rev-parse", "staging:theme.yaml", cwd=root) == exported
    assert git("rev-parse", "staging:environments", cwd=root) == owned
    assert git("status", "--porcelain", cwd=root) == ""
    assert git("verify-commit", "staging", cwd=root) == ""
    assert "already" in jetenv("import", outside / name, "staging", cwd=root).stdout
    jetenv("revert", "--last", "staging", cwd=root)
    assert (root / "notes.txt").is_file()


def test_an_uncommitted_edit_is_not_lost(root: Path, outside: Path, jetenv, edit) -> None:
    jetenv("export", "production", outside / "backup", cwd=root)
    edit("production", "theme.yaml", "radius: 8", "radius: 4")
    (root / "theme.yaml").write_text((root / "theme.yaml").read_text() + "# mine\n")
    refused = jetenv("import", outside / "backup", "production", cwd=root, check=False)
    assert refused.code != 0
    assert (root / "theme.yaml").read_text().endswith("# mine\n")


def test_content_that_would_break_the_project_is_refused(root: Path, outside: Path, jetenv, refs) -> None:
    jetenv("export", "production", outside / "backup", cwd=root)
    (outside / "backup/collections/orders-db/orders.yaml").unlink()
    before = refs()
    refused = jetenv("import", outside / "backup", "production", cwd=root, check=False)
    assert refused.code == 1
    assert "collection 'orders-db/orders' does not exist" in refused.stdout
    assert refs() == before


@pytest.fixture
def archive(root: Path, outside: Path, jetenv) -> Write:
    """``archive(member)``: an export of production with one more entry."""

    def write(member: tarfile.TarInfo) -> Path:
        path = outside / "made.tar"
        jetenv("export", "production", path, cwd=root)
        with tarfile.open(path, "a") as file:
            file.addfile(member, io.BytesIO())
        return path

    return write


def _member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (_member("../escaped"), "leads out of it"),
        (_member("/etc/escaped"), "leads out of it"),
        (_member("pages/../../escaped"), "leads out of it"),
        (_member("pages/.git/config"), "cannot be a path"),
        (_member("device", tarfile.CHRTYPE), "neither a file nor a folder"),
        (_member("twin", tarfile.LNKTYPE, "other"), "neither a file nor a folder"),
        (_member("menu.yaml"), "is there twice"),
    ],
)
def test_an_archive_with_anything_but_files_is_refused(root, archive: Write, jetenv, refs, member, said: str) -> None:
    before = refs()
    refused = jetenv("import", archive(member), "production", cwd=root, check=False)
    assert refused.code in {1, 3}
    assert said in refused.stderr
    assert refs() == before


@pytest.mark.parametrize(
    ("name", "content"), [("x.tar", b"no archive"), ("x.tgz", b"\x1f\x8bno archive"), ("x.tar", b""), ("cut.tgz", None)]
)
def test_what_is_no_archive(root: Path, outside: Path, jetenv, name: str, content: bytes | None) -> None:
    if content is None:
        jetenv("export", "production", outside / "whole.tgz", cwd=root)
        content = (outside / "whole.tgz").read_bytes()[:900]
    (outside / name).write_bytes(content)
    refused = jetenv("import", outside / name, "production", cwd=root, check=False)
    assert refused.code in {1, 3}
    assert "archive cannot be read" in refused.stderr or "no export of a project" in refused.stderr


def test_a_folder_that_cannot_be_read_is_an_error_and_not_missing(root: Path, outside: Path, jetenv, refs) -> None:
    """What is not in a backup is removed by an import, so nothing of it may be passed over."""
    jetenv("export", "production", outside / "backup", cwd=root)
    deep = outside / "backup/pages"
    with contextlib.chdir(deep):
        for _ in range(20):  # further down than a path can name
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
        Path("page.yaml").write_text("name: x\n")
    before = refs()
    done = jetenv("import", outside / "backup", "production", cwd=root, check=False)
    assert done.code == 3
    assert "File name too long" in done.stderr
    assert refs() == before


def test_an_archive_with_numbers_that_are_none(root: Path, outside: Path, jetenv, refs) -> None:
    with tarfile.open(outside / "odd.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("sparse")
        info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "x"}
        info.size = 4
        archive.addfile(info, io.BytesIO(b"many"))
    before = refs()
    done = jetenv("import", outside / "odd.tar", "production", cwd=root, check=False)
    assert done.code == 3
    assert "the archive cannot be read" in done.stderr
    assert refs() == before


def test_an_export_of_another_project_is_refused(root: Path, outside: Path, jetenv) -> None:
    jetenv("init", outside / "other", cwd=outside)
    file = outside / "the other.tar"
    jetenv("export", "production", file, cwd=outside / "other")
    refused = jetenv("import", file, "production", cwd=root, check=False)
    assert (refused.code, "export of another project" in refused.stderr) == (1, True)
    assert f"`jetenv init DIR --from '{file}'`" in refused.stderr


@pytest.mark.parametrize(
    ("target", "force", "code", "said"),
    [
        ("there.tar", (), 1, "--force"),
        ("full", (), 1, "not empty"),
        ("full", ("--force",), 1, "not empty"),
        ("nowhere/x.tar", (), 2, "does not exist"),
        ("there.tar", ("--force",), 0, ""),
        ("empty", (), 0, ""),
    ],
)
def test_nothing_is_written_over(root, outside, jetenv, target: str, force: tuple[str, ...], code: int, said: str):
    (outside / "there.tar").write_text("mine")
    (outside / "full").mkdir()
    (outside / "full/file").write_text("mine")
    (outside / "empty").mkdir()
    done = jetenv("export", "production", outside / target, *force, cwd=root, check=False)
    assert (done.code, said in done.stderr) == (code, True), done
    assert (outside / "full/file").read_text() == "mine"
    assert code == 0 or (outside / "there.tar").read_text() == "mine"
    assert [path.name for path in outside.iterdir() if path.name.startswith(".")] == []
