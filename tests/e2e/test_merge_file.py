"""``jetenv merge-file`` does what ``git merge-file`` does, with fewer conflicts and smaller ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]

# Both tools see one conflict of one line and one clean change in the first, and no YAML in the second.
VERSIONS = {
    "yaml": (
        "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n",
        "a: ours\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n",
        "a: theirs\nb: 2\nc: 3\nd: 4\ne: 5\nf: 7\n",
    ),
    "template": (
        "a: {{ one }}\nb\nc\nd\ne\nf\n",
        "a: {{ ours }}\nb\nc\nd\ne\nf\n",
        "a: {{ theirs }}\nb\nc\nd\ne\ng\n",
    ),
    "long": (
        "s: |\n  1\n  2\n  3\n",
        "s: |\n  one\n  two\n  3\n",
        "s: |\n  one\n  zwei\n  3\n",
    ),
}
FLAGS = (
    (),
    ("-L", "mine"),
    ("-L", "mine", "-L", "old one", "-L", "yours"),
    ("--diff3",),
    ("--zdiff3",),
    ("--diff3", "-L", "mine", "-L", "old one", "-L", "yours"),
    ("--marker-size=12",),
    ("--ours",),
    ("--theirs",),
    ("-q",),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, base: str, ours: str, theirs: str) -> None:
    for name, content in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(content.encode())


def by_git(folder: Path, *flags: str) -> tuple[str, int]:
    done = subprocess.run(
        ["git", "merge-file", "-p", *flags, "ours", "base", "theirs"], cwd=folder, capture_output=True, check=False
    )
    return done.stdout.decode(), done.returncode


@pytest.mark.parametrize("case", VERSIONS)
@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
def test_each_flag_means_what_it_means_to_git(folder: Path, jetenv: Runner, case: str, flags: tuple[str, ...]) -> None:
    """Where structure and lines agree, the output is git's byte for byte, printed and written."""
    write(folder, *VERSIONS[case])
    expected, conflicts = by_git(folder, *flags)
    before = (folder / "ours").read_text()
    printed = jetenv("merge-file", "-p", *flags, "ours", "base", "theirs", cwd=folder, check=False)
    assert (printed.stdout, printed.code) == (expected, min(conflicts, 1))
    assert (folder / "ours").read_text() == before
    written = jetenv("merge-file", *flags, "ours", "base", "theirs", cwd=folder, check=False)
    assert (written.stdout, written.code) == ("", min(conflicts, 1))
    assert (folder / "ours").read_text() == expected


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_the_conflict_style_of_the_repository_holds(folder: Path, jetenv: Runner, git: Runner, style: str) -> None:
    git("init", "-q", folder)
    git("config", "merge.conflictStyle", style, cwd=folder)
    write(folder, *VERSIONS["yaml"])
    ran = jetenv("merge-file", "-p", "ours", "base", "theirs", cwd=folder, check=False)
    assert (ran.stdout, ran.code) == by_git(folder)


def test_what_git_calls_a_conflict_for_nothing_is_merged(folder: Path, jetenv: Runner) -> None:
    """Both append an item."""
    base = "items:\n  - id: a\n"
    write(folder, base, base + "  - id: b\n", base + "  - id: c\n")
    assert by_git(folder)[1] == 1
    jetenv("merge-file", "ours", "base", "theirs", cwd=folder)
    assert (folder / "ours").read_text() == base + "  - id: b\n  - id: c\n"


def test_a_region_holds_what_conflicts_and_not_its_neighbours(folder: Path, jetenv: Runner) -> None:
    base = "first:\n  a: 1\n  b: 1\n"
    write(folder, base, base.replace("1", "2"), base.replace("a: 1", "a: 3"))
    assert by_git(folder)[0].count("b: ") == 2
    ran = jetenv("merge-file", "-p", "ours", "base", "theirs", cwd=folder, check=False)
    assert ran.stdout == "first:\n<<<<<<< ours\n  a: 2\n=======\n  a: 3\n>>>>>>> theirs\n  b: 2\n"


def test_conflicts_are_told_unless_quiet(folder: Path, jetenv: Runner) -> None:
    write(folder, *VERSIONS["yaml"])
    assert jetenv("merge-file", "-p", "ours", "base", "theirs", check=False).stderr == (
        "note: conflict ours#a (edit/edit)\n"
    )
    assert jetenv("merge-file", "-p", "-q", "ours", "base", "theirs", check=False).stderr == ""


def test_json_tells_how_it_was_decided(folder: Path, jetenv: Runner) -> None:
    write(folder, *VERSIONS["yaml"])
    ran = jetenv("merge-file", "--json", "-p", "ours", "base", "theirs", check=False)
    told = json.loads(ran.stdout)
    assert (told["clean"], told["method"], told["note"], told["written"]) == (False, "structure", None, False)
    assert told["content"] == by_git(folder)[0]
    (conflict,) = told["conflicts"]
    assert {key: conflict[key] for key in ("field", "kind", "base", "ours", "theirs")} == {
        "field": "a", "kind": "edit/edit", "base": "a: 1\n", "ours": "a: ours\n", "theirs": "a: theirs\n",
    }  # fmt: skip
    write(folder, *VERSIONS["template"])
    told = json.loads(jetenv("merge-file", "--json", "ours", "base", "theirs", check=False).stdout)
    assert told["method"] == "lines"
    assert told["note"]
    assert "content" not in told


ATOMIC = json.dumps({"properties": {"l": {"x-jetenv": {"list": "atomic"}}}})
SET = json.dumps({"properties": {"l": {"x-kubernetes-list-type": "set"}}})
LISTS = ("l:\n- a\n", "l:\n- a\n- b\n", "l:\n- c\n- a\n")


def test_a_schema_says_how_lists_merge(folder: Path, jetenv: Runner) -> None:
    write(folder, *LISTS)
    (folder / "atomic.json").write_text(ATOMIC)
    (folder / "set.json").write_text(SET)
    ran = jetenv("merge-file", "-p", "-q", "--schema", "atomic.json", "ours", "base", "theirs", check=False)
    assert (ran.code, ran.stdout.count("<<<<<<<")) == (1, 1)
    ran = jetenv("merge-file", "-p", "--schema", "set.json", "ours", "base", "theirs")
    assert sorted(ran.stdout.split("\n")[1:-1]) == ["- a", "- b", "- c"]


def test_the_schemas_of_the_project_apply_by_path(folder: Path, jetenv: Runner) -> None:
    """To a file where it stands in the project, and to any other as the one that --path names."""
    (folder / "lists").mkdir()
    (folder / "jetenv.yaml").write_text("format: 1\nschemas:\n  lists/*.yaml: atomic.json\n")
    (folder / "atomic.json").write_text(ATOMIC)
    write(folder, *LISTS)
    assert jetenv("merge-file", "-p", "ours", "base", "theirs").code == 0
    ran = jetenv("merge-file", "-p", "--json", "--path", "lists/x.yaml", "ours", "base", "theirs", check=False)
    assert (ran.code, json.loads(ran.stdout)["schema"]) == (1, True)
    (folder / "ours").rename(folder / "lists" / "x.yaml")
    assert jetenv("merge-file", "-p", "x.yaml", "../base", "../theirs", cwd=folder / "lists", check=False).code == 1


def test_the_built_in_schemas_apply_without_a_project(folder: Path, jetenv: Runner) -> None:
    write(folder, *VERSIONS["yaml"])
    ran = jetenv("merge-file", "-p", "--json", "--path", "pages/x.yaml", "ours", "base", "theirs", check=False)
    assert json.loads(ran.stdout)["schema"] is True


def test_mode_and_link_of_ours_stay(folder: Path, jetenv: Runner) -> None:
    write(folder, "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 1\nb: 2\n")
    (folder / "ours").chmod(0o750)
    (folder / "link").symlink_to("ours")
    jetenv("merge-file", "link", "base", "theirs")
    assert (folder / "link").is_symlink()
    assert (folder / "ours").read_text() == "a: 2\nb: 2\n"
    assert (folder / "ours").stat().st_mode & 0o777 == 0o750
    assert sorted(path.name for path in folder.iterdir()) == ["base", "link", "ours", "theirs"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ours", "base", "gone"), 3, "cannot be read"),
        (("ours", "base", "."), 3, "cannot be read"),
        (("ours", "base", "binary"), 3, "binary"),
        (("--schema", "gone", "ours", "base", "theirs"), 3, "cannot be read"),
        (("--schema", "theirs", "ours", "base", "theirs"), 3, "theirs"),
        (("/dev/null", "base", "theirs"), 3, "no regular file"),
        (("ours", "/dev/zero", "theirs"), 3, "the file is a device"),
        (("ours", "base"), 2, "THEIRS"),
        (("--ours", "--theirs", "ours", "base", "theirs"), 2, "exclude each other"),
        (("--diff3", "--zdiff3", "ours", "base", "theirs"), 2, "exclude each other"),
        (("-L", "1", "-L", "2", "-L", "3", "-L", "4", "ours", "base", "theirs"), 2, "-L"),
        (("--marker-size", "0", "ours", "base", "theirs"), 2, "marker-size"),
    ],
)
def test_bad_input_changes_nothing(
    folder: Path, jetenv: Runner, arguments: tuple[str, ...], code: int, said: str
) -> None:
    write(folder, "a: 1\n", "a: 2\n", "- no schema\n")
    (folder / "binary").write_bytes(b"a: \0\n")
    ran = jetenv("merge-file", *arguments, check=False)
    assert ran.code == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (folder / "ours").read_text() == "a: 2\n"


def test_neither_libgit2_nor_a_validator_is_loaded(folder: Path) -> None:
    write(folder, *VERSIONS["yaml"])
    program = "import sys; from jetenv.cli.main import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, "merge-file", "-p", "-q", "ours", "base", "theirs"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"pygit2", "jsonschema", "jsonschema_rs", "rich", "cryptography"} & set(done.stderr.split())
