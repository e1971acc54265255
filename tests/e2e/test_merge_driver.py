"""git merges with jetenv: real git, a repository of its own for each test, and what happens when jetenv fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Runner = Callable[..., Any]

BASE = """\
components:
  # the list of orders
  - id: table
    type: table
  - id: chart
    type: chart
"""
INSTALL = ("hooks", "install", "--merge-driver")
UNINSTALL = ("hooks", "uninstall", "--merge-driver")


@pytest.fixture
def commit(repo: Path, git: Runner) -> Callable[..., None]:
    """``commit(path=content, …)`` with ``/`` written as it is: ``commit(**{"a/b.yaml": "x"})``."""

    def commit(cwd: Path = repo, /, **files: str | bytes) -> None:
        for path, content in files.items():
            (cwd / path).parent.mkdir(parents=True, exist_ok=True)
            (cwd / path).write_bytes(content.encode() if isinstance(content, str) else content)
        git("add", "-A", cwd=cwd)
        git("commit", "-q", "-m", " ".join(files), cwd=cwd)

    return commit


@pytest.fixture
def driven(repo: Path, jetenv: Runner) -> Path:
    """The repository with the merge driver."""
    jetenv(*INSTALL, cwd=repo)
    return repo


@pytest.fixture
def diverge(repo: Path, git: Runner, commit: Callable[..., None]) -> Callable[..., None]:
    """``diverge(path, base, ours, theirs)``: main has ours checked out, the branch ``topic`` has theirs."""

    def diverge(path: str, base: str | bytes, ours: str | bytes, theirs: str | bytes) -> None:
        commit(**{path: base})
        git("switch", "-q", "-c", "topic", cwd=repo)
        commit(**{path: theirs})
        git("switch", "-q", "main", cwd=repo)
        commit(**{path: ours})

    return diverge


def try_git(cwd: Path, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, "GIT_EDITOR": "true", **(env or {})},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


APPENDED = (BASE, BASE + "  - id: form\n    type: form\n", BASE + "  - id: text\n    type: text\n")
BOTH = BASE + "  - id: form\n    type: form\n  - id: text\n    type: text\n"


def test_git_alone_conflicts_where_both_append(repo: Path, diverge: Callable[..., None]) -> None:
    """What the driver is for."""
    diverge("page.yaml", *APPENDED)
    assert try_git(repo, "merge", "topic")[0] == 1


def test_merge(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    diverge("pages/home page's.yaml", *APPENDED)
    git("merge", "-q", "--no-edit", "topic", cwd=driven)
    assert (driven / "pages/home page's.yaml").read_text() == BOTH


def test_rebase(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    """Ours is what one rebases onto."""
    diverge("page.yml", *APPENDED)
    git("rebase", "-q", "main", "topic", cwd=driven)
    assert (driven / "page.yml").read_text() == BOTH


def test_cherry_pick(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    diverge("page.yaml", *APPENDED)
    git("cherry-pick", "topic", cwd=driven)
    assert (driven / "page.yaml").read_text() == BOTH


def test_revert(driven: Path, git: Runner, commit: Callable[..., None]) -> None:
    """The first addition goes, the one that came right below it stays."""
    commit(**{"page.yaml": BASE})
    commit(**{"page.yaml": APPENDED[1]})
    commit(**{"page.yaml": BOTH})
    git("revert", "--no-edit", "HEAD~1", cwd=driven)
    assert (driven / "page.yaml").read_text() == APPENDED[2]


def test_stash(driven: Path, git: Runner, commit: Callable[..., None]) -> None:
    commit(**{"page.yaml": BASE})
    (driven / "page.yaml").write_text(APPENDED[2])
    git("stash", "-q", cwd=driven)
    commit(**{"page.yaml": APPENDED[1]})
    git("stash", "pop", "-q", cwd=driven)
    assert (driven / "page.yaml").read_text() == BOTH


def test_one_side_reorders_and_the_other_edits(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    first, second = "  - id: a\n    v: 1\n", "  - id: b\n    v: 1\n"
    diverge("x.yaml", f"l:\n{first}{second}", f"l:\n{second}{first}", f"l:\n{first.replace('1', '2')}{second}")
    git("merge", "-q", "--no-edit", "topic", cwd=driven)
    assert (driven / "x.yaml").read_text() == f"l:\n{second}{first.replace('1', '2')}"


def test_conflicts_have_markers_and_three_stages(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    diverge("x.yaml", "a: 1\nb: 1\n", "a: 2\nb: 2\n", "a: 3\nb: 1\n")
    code, said = try_git(driven, "merge", "topic")
    assert code == 1
    assert "CONFLICT" in said
    content = (driven / "x.yaml").read_text()
    assert plain(content) == "<<<<<<<\na: 2\n=======\na: 3\n>>>>>>>\nb: 2\n"
    assert len(git("ls-files", "-u", cwd=driven).splitlines()) == 3


def test_the_conflict_style_and_the_marker_size_are_git_s(
    driven: Path, git: Runner, diverge: Callable[..., None]
) -> None:
    (driven / ".gitattributes").write_text((driven / ".gitattributes").read_text() + "*.yaml conflict-marker-size=10\n")
    git("config", "merge.conflictStyle", "diff3", cwd=driven)
    diverge("x.yaml", "a: 1\n", "a: 2\n", "a: 3\n")
    assert try_git(driven, "merge", "topic")[0] == 1
    markers = re.findall(r"^[<|=>]+", (driven / "x.yaml").read_text(), re.MULTILINE)
    assert markers == ["<" * 10, "|" * 10, "=" * 10, ">" * 10]


def test_modes_and_line_endings_are_kept(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    """Drivers see what is stored: LF. The working tree gets what the attributes say."""
    (driven / ".gitattributes").write_text((driven / ".gitattributes").read_text() + "*.yaml text eol=crlf\n")
    diverge("x.yaml", *(version.replace("\n", "\r\n") for version in APPENDED))
    git("update-index", "--chmod=+x", "x.yaml", cwd=driven)
    (driven / "x.yaml").chmod(0o755)
    git("commit", "-q", "-m", "Executable", cwd=driven)
    git("merge", "-q", "--no-edit", "topic", cwd=driven)
    assert (driven / "x.yaml").read_bytes() == BOTH.replace("\n", "\r\n").encode()
    assert git("cat-file", "blob", "HEAD:x.yaml", cwd=driven) + "\n" == BOTH
    assert git("ls-files", "-s", "x.yaml", cwd=driven).startswith("100755")


def test_the_schemas_of_ours_apply(driven: Path, diverge: Callable[..., None], commit: Callable[..., None]) -> None:
    """Those of the commit that is merged into, also in a linked working tree and from a folder below."""
    schema = {"properties": {"components": {"x-jetenv": {"list": "atomic"}}}}
    diverge("lists/x.yaml", *APPENDED)
    commit(**{"jetenv.yaml": "format: 1\nschemas:\n  lists/*.yaml: s.json\n", "s.json": json.dumps(schema)})
    elsewhere = driven.parent / "elsewhere"
    assert try_git(driven, "worktree", "add", "-q", "-b", "other", str(elsewhere), "main")[0] == 0
    for place in (driven, elsewhere / "lists"):
        assert try_git(place, "merge", "topic")[0] == 1
    assert try_git(driven, "merge", "--abort")[0] == 0
    (driven / "jetenv.yaml").unlink()
    assert try_git(driven, "merge", "topic")[0] == 1, "what is not committed does not count"


def test_the_built_in_schemas_apply(driven: Path, diverge: Callable[..., None]) -> None:
    """Only the schema of environments knows that what a version resolved to changes as a whole."""
    text = "resolved:\n  version: {}\n  date: {}\n"
    versions = [text.format(*each) for each in ((1, "2026-01-01"), (2, "2026-01-01"), (1, "2026-01-02"))]
    diverge("environments/main/environment.yaml", *versions)
    assert try_git(driven, "merge", "topic")[0] == 1


def test_git_told_where_its_repository_is(driven: Path, diverge: Callable[..., None]) -> None:
    diverge("x.yaml", *APPENDED)
    env = {"GIT_DIR": str(driven / ".git"), "GIT_WORK_TREE": str(driven)}
    assert try_git(driven.parent, "merge", "-q", "--no-edit", "topic", env=env)[0] == 0
    assert (driven / "x.yaml").read_text() == BOTH


@pytest.mark.parametrize("kind", ["yaml", "template"])
def test_several_merge_bases(
    driven: Path, git: Runner, diverge: Callable[..., None], commit: Callable[..., None], kind: str
) -> None:
    """Criss-cross merges settled differently: the conflict comes again, and nothing else does."""
    opening = "" if kind == "yaml" else "{{ opening }}\n"
    text = opening + "a: {}\nb: 1\nc: 1\nd: 1\ne: 1\nf: {}\n"
    diverge("x.yaml", text.format(1, 1), text.format(2, 1), text.format(3, 1))
    git("branch", "ours", cwd=driven)
    for branch, other, value, last in (("main", "topic", 4, 4), ("topic", "ours", 5, 1)):
        git("switch", "-q", branch, cwd=driven)
        assert try_git(driven, "merge", other)[0] == 1
        commit(**{"x.yaml": text.format(value, last)})
    git("switch", "-q", "main", cwd=driven)
    assert len(git("merge-base", "--all", "main", "topic", cwd=driven).splitlines()) == 2
    assert try_git(driven, "merge", "topic")[0] == 1
    assert plain((driven / "x.yaml").read_text()) == text.replace(
        "a: {}", "<<<<<<<\na: 4\n=======\na: 5\n>>>>>>>"
    ).format(4)


# Whatever goes wrong


def plain(text: str) -> str:
    """Conflict markers without their labels."""
    return re.sub(r"^([<>|]{7,})( .*)$", r"\1", text, flags=re.MULTILINE)


_SABOTAGE = {
    "no jetenv": None,
    "a package that cannot be imported": {"jetenv/__init__.py": "raise ImportError('sabotage')"},
    "a library that cannot be imported": {"ruamel/__init__.py": "raise ImportError('sabotage')"},
    "a library that exits": {"ruamel/__init__.py": "import os; os._exit(0)"},
    "killed": {"ruamel/__init__.py": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"},
    "a crash": {"ruamel/__init__.py": "import os; os.abort()"},
    "no memory": {"ruamel/__init__.py": "raise MemoryError"},
    "no stack": {"ruamel/__init__.py": "raise RecursionError"},
    "a thing that is no text": {"ruamel/__init__.py": "raise BaseException"},
    "a limit": {
        "sitecustomize.py": "import resource; resource.setrlimit(resource.RLIMIT_AS, (20 << 20, 20 << 20))",
    },
    "a full disk": {"sitecustomize.py": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"},
    "half an installation": {
        "sitecustomize.py": "import sys; sys.modules['jetenv.merging.documents'] = None",
    },
    "a hang": {
        "sitecustomize.py": "import jetenv.environments.merges.merge_driver as driver; driver.LIMIT = 1",
        "ruamel/__init__.py": "import time; time.sleep(100)",
    },
    "no engine": {"sitecustomize.py": "import sys; sys.modules['jetenv.environments.merges.merge_driver'] = None"},
}


def sabotage(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """A folder for PYTHONPATH, of which every Python that git starts takes its modules first."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


CASES = {
    "only jetenv merges it": APPENDED,
    "git merges it too": ("a: 1\nb: 1\nc: 1\nd: 1\n", "a: 2\nb: 1\nc: 1\nd: 1\n", "a: 1\nb: 1\nc: 1\nd: 2\n"),
    "two conflicts": ("a: 1\nb: 1\nc: 1\nd: 1\n", "a: 2\nb: 1\nc: 1\nd: 2\n", "a: 3\nb: 1\nc: 1\nd: 3\n"),
}


@pytest.mark.parametrize("how", _SABOTAGE)
@pytest.mark.parametrize("case", CASES)
def test_where_jetenv_fails_git_s_own_merge_is_what_stays(
    driven: Path, git: Runner, diverge: Callable[..., None], tmp_path: Path, how: str, case: str
) -> None:
    """The same file, the same stages and the same exit code as without any driver, labels aside."""
    diverge("x.yaml", *CASES[case])
    alone = shutil.copytree(driven, tmp_path / "alone")
    git("config", "--remove-section", "merge.jetenv", cwd=alone)
    expected = try_git(alone, "merge", "--no-edit", "topic")[0]
    files = _SABOTAGE[how]
    if files is None:
        driver = git("config", "merge.jetenv.driver", cwd=driven)
        git("config", "merge.jetenv.driver", re.sub(r"^\S+", "/nowhere/jetenv", driver), cwd=driven)
    code, said = try_git(driven, "merge", "--no-edit", "topic", env=sabotage(tmp_path / "broken", files or {}))
    assert code == expected, said
    assert plain((driven / "x.yaml").read_text()) == plain((alone / "x.yaml").read_text())
    assert git("ls-files", "-u", cwd=driven) == git("ls-files", "-u", cwd=alone)
    assert git("status", "--porcelain", cwd=driven) == git("status", "--porcelain", cwd=alone)


@pytest.mark.parametrize("broken", ["jetenv.yaml", "s.json"])
def test_with_schemas_that_cannot_be_read_git_merges_lines(
    driven: Path, diverge: Callable[..., None], commit: Callable[..., None], broken: str
) -> None:
    files = {"jetenv.yaml": "format: 1\nschemas: {'*.yaml': s.json}\n", "s.json": "{}", broken: "{schemas"}
    diverge("x.yaml", *APPENDED)
    commit(**files)
    assert try_git(driven, "merge", "topic")[0] == 1
    assert (driven / "x.yaml").read_text().count("<<<<<<<") == 1


def test_binary_content_is_left_as_git_leaves_it(driven: Path, git: Runner, diverge: Callable[..., None]) -> None:
    diverge("x.yaml", b"\0 1\n", b"\0 2\n", b"\0 3\n")
    assert try_git(driven, "merge", "topic")[0] == 1
    assert (driven / "x.yaml").read_bytes() == b"\0 2\n"
    assert len(git("ls-files", "-u", cwd=driven).splitlines()) == 3


@pytest.mark.parametrize(
    "how", [None, "a library that cannot be imported", "killed", "no memory", "half an installation"]
)
@pytest.mark.parametrize("case", CASES)
def test_called_by_hand_the_driver_is_guarded_too(tmp_path: Path, jetenv: Runner, case: str, how: str | None) -> None:
    """As in a configuration of one's own: ``driver = jetenv merge-driver %O %A %B %L %P``."""
    for name, content in zip(("base", "ours", "theirs"), CASES[case], strict=True):
        (tmp_path / name).write_text(content)
    env = sabotage(tmp_path / "broken", _SABOTAGE[how] or {}) if how else {}
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    by_git = subprocess.run(
        ["git", "merge-file", "-p", "--marker-size=9", *labels, "ours", "base", "theirs"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    ran = jetenv("merge-driver", "base", "ours", "theirs", "9", "x.yaml", cwd=tmp_path, env=env, check=False)
    content = (tmp_path / "ours").read_text()
    if how:
        assert (content, ran.code) == (by_git.stdout, by_git.returncode)
    elif case == "only jetenv merges it":
        assert (content, ran.code) == (BOTH, 0)
    elif case == "git merges it too":
        assert (content, ran.code) == (by_git.stdout, 0)
    else:
        assert (content.count("<<<<<<<<< ours\n"), ran.code) == (2, 1)


def test_labels_are_those_that_git_gives(tmp_path: Path, jetenv: Runner) -> None:
    """Since 2.44; an older git leaves the placeholders as they are, and the default names stand there."""
    for labels, shown in (
        (("1 base", "HEAD", "topic's"), ("HEAD", "topic's")),
        (("%S", "%X", "%Y"), ("ours", "theirs")),
    ):
        for name, content in (("base", "a: 1\n"), ("ours", "a: 2\n"), ("theirs", "a: 3\n")):
            (tmp_path / name).write_text(content)
        jetenv("merge-driver", "base", "ours", "theirs", "7", "x.yaml", *labels, check=False)
        content = (tmp_path / "ours").read_text()
        assert content == f"<<<<<<< {shown[0]}\na: 2\n=======\na: 3\n>>>>>>> {shown[1]}\n"


def test_a_call_that_cannot_be_meant_is_refused(jetenv: Runner) -> None:
    assert jetenv("merge-driver", "base", "ours", check=False).code == 2


# Installing


def state(repo: Path) -> dict[str, bytes | None]:
    paths = (repo / ".git/config", repo / ".gitattributes")
    return {path.name: path.read_bytes() if path.exists() else None for path in paths}


ATTRIBUTES = {
    "none": None,
    "empty": b"",
    "lines": b"*.png binary\n",
    "no final newline": b"*.png binary",
    "CRLF": b"*.png binary\r\n*.txt text\r\n",
    "byte order mark": b"\xef\xbb\xbf*.png binary\n",
    "bytes": b"# \xff\n*.png binary\n",
}


def test_what_a_person_has_set_for_all_repositories_is_not_uninstalled(repo: Path, jetenv: Runner, git: Runner) -> None:
    git("config", "--global", "merge.jetenv.driver", "mine %A", cwd=repo)
    jetenv(*INSTALL, cwd=repo)
    assert "merge.jetenv.driver" in jetenv(*UNINSTALL, cwd=repo).stdout
    assert git("config", "merge.jetenv.driver", cwd=repo) == "mine %A"
    assert "merge.jetenv" not in jetenv(*UNINSTALL, cwd=repo).stdout


@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_uninstalling_leaves_what_there_was(repo: Path, jetenv: Runner, git: Runner, attributes: str) -> None:
    """Byte for byte, in both files; installing twice is installing once."""
    content = ATTRIBUTES[attributes]
    if content is not None:
        (repo / ".gitattributes").write_bytes(content)
    before = state(repo)
    jetenv(*INSTALL, cwd=repo)
    installed = state(repo)
    assert installed != before
    if content is not None:
        assert content.removeprefix(b"\xef\xbb\xbf") in (installed[".gitattributes"] or b"")
        assert b"set" in git("check-attr", "binary", "x.png", cwd=repo).encode() or not content
    assert git("check-attr", "merge", "a/x.yaml", "y.yml", cwd=repo) == "a/x.yaml: merge: jetenv\ny.yml: merge: jetenv"
    assert "already" in jetenv(*INSTALL, cwd=repo).stdout
    assert state(repo) == installed
    jetenv(*UNINSTALL, cwd=repo)
    assert state(repo) == before
    assert "not installed" in jetenv(*UNINSTALL, cwd=repo).stdout


@pytest.mark.parametrize("command", [INSTALL, UNINSTALL])
def test_a_dry_run_tells_everything_and_writes_nothing(repo: Path, jetenv: Runner, command: tuple[str, ...]) -> None:
    if command == UNINSTALL:
        jetenv(*INSTALL, cwd=repo)
    before = state(repo)
    ran = jetenv(*command, "--dry-run", cwd=repo)
    assert state(repo) == before
    for told in ("*.yaml merge=jetenv", "*.yml merge=jetenv", "merge.jetenv.driver", "merge.jetenv.recursive"):
        assert told in ran.stdout
    told = json.loads(jetenv(*command, "--dry-run", "--json", cwd=repo).stdout)
    assert told["dry_run"] is True
    assert state(repo) == before
    jetenv(*command, cwd=repo)
    assert (state(repo)[".gitattributes"] or b"").decode() == (told["attributes"]["new"] or "")


def test_what_people_wrote_is_stronger(repo: Path, jetenv: Runner, git: Runner) -> None:
    (repo / ".gitattributes").write_text("generated/** -merge\n*.yml merge=union\n")
    ran = jetenv(*INSTALL, cwd=repo)
    assert "*.yml otherwise" in ran.stderr
    assert git("check-attr", "merge", "generated/x.yaml", cwd=repo).endswith("unset")
    assert git("check-attr", "merge", "x.yml", cwd=repo).endswith("union")
    assert git("check-attr", "merge", "x.yaml", cwd=repo).endswith("jetenv")


def test_lines_written_around_the_block_stay(repo: Path, jetenv: Runner) -> None:
    jetenv(*INSTALL, cwd=repo)
    file = repo / ".gitattributes"
    file.write_text("# above\n" + file.read_text() + "# below\n")
    edited = file.read_text()
    jetenv(*INSTALL, cwd=repo)
    assert file.read_text() == edited
    jetenv(*UNINSTALL, cwd=repo)
    assert file.read_text() == "# above\n# below\n"


def test_a_section_of_people_s_own_stays(repo: Path, jetenv: Runner, git: Runner) -> None:
    git("config", "merge.other.driver", "true", cwd=repo)
    before = state(repo)
    jetenv(*INSTALL, cwd=repo)
    jetenv(*UNINSTALL, cwd=repo)
    assert state(repo) == before


def test_a_block_without_end_is_refused(repo: Path, jetenv: Runner) -> None:
    (repo / ".gitattributes").write_text("# >>> jetenv merge driver\n*.yaml merge=jetenv\n*.png binary\n")
    before = state(repo)
    for command in (INSTALL, UNINSTALL):
        assert jetenv(*command, cwd=repo, check=False).code == 1
        assert state(repo) == before


def test_a_link_or_a_folder_in_the_place_of_the_file_is_refused(repo: Path, jetenv: Runner) -> None:
    (repo / "elsewhere").write_text("")
    (repo / ".gitattributes").symlink_to("elsewhere")
    before = (repo / ".git/config").read_bytes()
    assert jetenv(*INSTALL, cwd=repo, check=False).code == 1
    (repo / ".gitattributes").unlink()
    (repo / ".gitattributes").mkdir()
    assert jetenv(*INSTALL, cwd=repo, check=False).code == 1
    assert (repo / ".git/config").read_bytes() == before


def test_two_repositories_do_not_touch_each_other(driven: Path, jetenv: Runner, git: Runner, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git("init", "-q", other)
    before, here = state(other), state(driven)
    assert jetenv("hooks", "status", cwd=other, check=False).code == 1
    jetenv(*INSTALL, cwd=other)
    assert state(driven) == here
    jetenv(*UNINSTALL, cwd=other)
    assert (state(other), state(driven)) == (before, here)


def test_a_clone_without_jetenv_merges_as_git_does(
    driven: Path, jetenv: Runner, git: Runner, diverge: Callable[..., None], tmp_path: Path
) -> None:
    """The attributes travel, the configuration does not; one command makes up for it."""
    diverge("x.yaml", *APPENDED)
    clone = tmp_path / "clone"
    git("clone", "-q", driven, clone)
    assert try_git(clone, "merge", "origin/topic")[0] == 1
    assert (clone / "x.yaml").read_text().count("<<<<<<<") == 1
    git("merge", "--abort", cwd=clone)
    status = jetenv("hooks", "status", cwd=clone, check=False)
    assert (status.code, "not set up in this clone" in status.stdout) == (1, True)
    jetenv(*INSTALL, cwd=clone)
    assert git("status", "--porcelain", cwd=clone) == ""
    git("merge", "-q", "--no-edit", "origin/topic", cwd=clone)
    assert (clone / "x.yaml").read_text() == BOTH


def test_status_says_what_is_missing(repo: Path, jetenv: Runner, git: Runner) -> None:
    def status() -> tuple[int, dict[str, Any]]:
        ran = jetenv("hooks", "status", "--json", cwd=repo, check=False)
        return ran.code, json.loads(ran.stdout)["merge_driver"]

    assert status()[0] == 1
    jetenv(*INSTALL, cwd=repo)
    code, told = status()
    assert (code, told["active"], told["outdated"], told["found"]) == (0, True, False, True)
    git("config", "merge.jetenv.driver", "jetenv-of-yesterday %O %A %B", cwd=repo)
    code, told = status()
    assert (code, told["active"], told["outdated"], told["found"]) == (1, False, True, False)
    jetenv(*INSTALL, cwd=repo)
    assert status()[0] == 0
    (repo / ".gitattributes").unlink()
    code, told = status()
    assert (code, told["attributes"], told["configured"]) == (1, False, True)


def test_the_command_is_named_by_its_path_only_where_it_must(repo: Path, jetenv: Runner, git: Runner) -> None:
    folder = Path(sys.executable).parent
    jetenv(*INSTALL, cwd=repo, env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"})
    assert git("config", "merge.jetenv.driver", cwd=repo).startswith("jetenv merge-driver ")
    jetenv(*INSTALL, cwd=repo)
    assert git("config", "merge.jetenv.driver", cwd=repo).startswith(f"{folder}/jetenv merge-driver ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hooks", "install", "--merge-driver", "--diff-driver"), "exclude each other"),
        (("hooks", "frobnicate"), "there are install, uninstall, status"),
        (("hooks", "unin"), "did you mean 'hooks uninstall'"),
        (("hooks", "status", "--dry-run"), "no such option"),
    ],
)
def test_a_command_that_cannot_be_meant(repo: Path, jetenv: Runner, arguments: tuple[str, ...], said: str) -> None:
    ran = jetenv(*arguments, cwd=repo, check=False)
    assert ran.code == 2
    assert said in ran.stderr


def test_outside_of_a_working_tree_there_is_nothing_to_install(tmp_path: Path, jetenv: Runner, git: Runner) -> None:
    assert jetenv(*INSTALL, cwd=tmp_path, check=False).code == 3
    git("init", "-q", "--bare", tmp_path / "bare.git")
    ran = jetenv(*INSTALL, cwd=tmp_path / "bare.git", check=False)
    assert ran.code == 3
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("command", [INSTALL, UNINSTALL])
def test_where_the_configuration_is_locked_nothing_changes(
    repo: Path, jetenv: Runner, command: tuple[str, ...]
) -> None:
    if command == UNINSTALL:
        jetenv(*INSTALL, cwd=repo)
    before = state(repo)
    (repo / ".git/config.lock").touch()
    ran = jetenv(*command, cwd=repo, check=False)
    assert (ran.code, "lock" in ran.stderr) == (3, True)
    assert state(repo) == before


FAILING = """#!/bin/sh
case "$*" in *--get*) ;; *config*--*merge.jetenv-base.driver*)
  echo "error: could not write config file: No space left on device" >&2; exit 4;;
esac
exec {git} "$@"
"""


@pytest.mark.parametrize("command", [INSTALL, UNINSTALL])
def test_where_only_a_part_can_be_configured_nothing_changes(
    repo: Path, jetenv: Runner, git: Runner, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """The disk is full at the last setting; others were there before, here or for all repositories."""
    git("config", "merge.jetenv.name", "mine", cwd=repo)
    git("config", "--global", "merge.jetenv.driver", "mine %A", cwd=repo)
    (repo / ".gitattributes").write_text("*.png binary\n")
    if command == UNINSTALL:
        jetenv(*INSTALL, cwd=repo)
    before = state(repo)
    failing = tmp_path / "bin/git"
    failing.parent.mkdir()
    failing.write_text(FAILING.format(git=shutil.which("git")))
    failing.chmod(0o755)
    ran = jetenv(*command, cwd=repo, check=False, env={"PATH": f"{failing.parent}:{os.environ['PATH']}"})
    assert (ran.code, "free some space" in ran.stderr) == (3, True)
    assert state(repo) == before
    assert not (repo / ".git/config.lock").exists()
