"""Whole trees merged by the installed command: files that come, go, move and clash; git is the witness."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

LINES = "".join(f"key{number}: {number}\n" for number in range(9))
TEXT = "".join(f"line {number}\n" for number in range(9))
BINARY = b"\0\1\2base"


@pytest.fixture
def root(with_staging: Path) -> Path:
    """A fresh project with production, checked out, and staging."""
    return with_staging


@pytest.fixture
def on(root: Path, git) -> Callable[..., str]:
    """``on(branch, {path: content})`` writes (str, bytes), deletes (None) or moves (a Path) files, and commits."""

    def run(branch: str, files: dict[str, str | bytes | Path | None], *, executable: str | None = None) -> str:
        git("switch", "-q", branch, cwd=root)
        for path, content in files.items():
            file = root / path
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                (root / content).rename(file)
            else:
                file.write_bytes(content.encode() if isinstance(content, str) else content)
        if executable is not None:
            (root / executable).chmod(0o755)
        git("add", "-A", cwd=root)
        git("commit", "-qm", f"edit on {branch}", cwd=root)
        git("switch", "-q", "production", cwd=root)
        return git("rev-parse", branch, cwd=root)

    return run


def listed(git, root: Path, revision: str, folder: str) -> dict[str, str]:
    """Path → mode and content of the files below a folder."""
    rows = (line.split(None, 3) for line in git("ls-tree", "-r", revision, folder + "/", cwd=root).splitlines())
    return {
        path.removeprefix(folder + "/"): f"{mode} {git('cat-file', '-p', oid, cwd=root)}" for mode, _, oid, path in rows
    }


def test_what_does_not_clash_is_all_in_the_result(root, on, jetenv, git) -> None:
    """Additions, deletions, renames with edits of the other side, modes, binary files, text by lines, in one merge."""
    on(
        "production",
        {"n/gone.yaml": LINES, "n/moved.yaml": LINES, "n/text.txt": TEXT, "n/tool": "#!/bin/sh\n", "n/image": BINARY},
    )
    jetenv("merge", "production", "staging", cwd=root)
    ours = on(
        "production",
        {
            "n/ours.yaml": "a: 1\n",
            "n/moved.yaml": LINES.replace("key1: 1", "key1: ours"),
            "n/text.txt": TEXT.replace("line 0", "ours"),
            "n/tool": "#!/bin/sh\necho\n",
        },
    )
    theirs = on(
        "staging",
        {
            "n/theirs.yaml": "b: 1\n",
            "n/gone.yaml": None,
            "n/new-name.yaml": Path("n/moved.yaml"),
            "n/text.txt": TEXT.replace("line 8", "theirs"),
            "n/image": BINARY + b"!",
        },
        executable="n/tool",
    )
    done = jetenv("merge", "staging", "production", cwd=root)
    assert "n/new-name.yaml (was n/moved.yaml)" in done.stdout
    found = listed(git, root, "production", "n")
    assert found == {
        "ours.yaml": "100644 a: 1",
        "theirs.yaml": "100644 b: 1",
        "new-name.yaml": "100644 " + LINES.replace("key1: 1", "key1: ours").strip(),
        "text.txt": "100644 " + TEXT.replace("line 0", "ours").replace("line 8", "theirs").strip(),
        "tool": "100755 #!/bin/sh\necho",
        "image": "100644 " + (BINARY + b"!").decode(),
    }
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [ours, theirs]
    assert git("status", "--porcelain", cwd=root) == ""


def test_what_clashes_is_resolved_file_by_file(root, on, jetenv, git) -> None:
    """Two names, a name and a deletion, a file for a folder, a binary file, an edit of what is gone, two additions."""
    base = {f"n/{name}.yaml": f"what: {name}\n{LINES}" for name in ("two", "lost", "edited")}
    on("production", {**base, "n/image": BINARY})
    jetenv("merge", "production", "staging", cwd=root)
    on(
        "production",
        {
            "n/two-ours.yaml": Path("n/two.yaml"),
            "n/lost.yaml": None,
            "n/edited.yaml": "what: ours\n" + LINES,
            "n/place": "a file\n",
            "n/image": BINARY + b"ours",
            "n/new.yaml": "a: ours\n",
        },
    )
    on(
        "staging",
        {
            "n/two-theirs.yaml": Path("n/two.yaml"),
            "n/found.yaml": Path("n/lost.yaml"),
            "n/edited.yaml": None,
            "n/place/inside": "in a folder\n",
            "n/image": BINARY + b"theirs",
            "n/new.yaml": "a: theirs\n",
        },
    )
    answer = json.loads(jetenv("merge", "staging", "production", "--json", cwd=root, check=False).stdout)
    assert {each["path"].removeprefix("n/"): each["kind"] for each in answer["conflicts"]} == {
        "two.yaml": "rename/rename",
        "lost.yaml": "rename/delete",
        "edited.yaml": "edit/delete",
        "place": "type",
        "image": "edit/edit",
        "new.yaml": "add/add",
    }
    assert {each["base"]: (each["ours"], each["theirs"], each["path"]) for each in answer["renamed"]} == {
        "n/two.yaml": ("n/two-ours.yaml", "n/two-theirs.yaml", None),
        "n/lost.yaml": (None, "n/found.yaml", None),
    }
    assert git("status", "--porcelain", cwd=root) == ""
    assert "folder with n/place/inside" in jetenv("conflicts", cwd=root, check=False).stdout
    for place, way in (
        ("n/two", ("--value", "n/agreed")),
        ("n/lost", ("--theirs",)),
        ("n/edited", ("--ours",)),
        ("n/place", ("--theirs",)),
        ("n/image", ("--theirs",)),
        ("n/new", ("--base",)),
    ):
        jetenv("resolve", place, *way, cwd=root)
    jetenv("merge", "--continue", cwd=root)
    jetenv("verify", "production", cwd=root)
    found = listed(git, root, "production", "n")
    assert sorted(found) == ["agreed.yaml", "edited.yaml", "found.yaml", "image", "place/inside"]
    assert found["edited.yaml"].startswith("100644 what: ours")
    assert found["image"].endswith("theirs")
    assert git("status", "--porcelain", cwd=root) == ""


def test_what_a_strategy_settled_as_a_whole_is_told(root, on, jetenv) -> None:
    """A deletion, a name and a file for a folder are decided by it as content is, and nobody has been asked."""
    settings = (root / "jetenv.yaml").read_text() + "merge: {n/**: theirs}\n"
    on("production", {"jetenv.yaml": settings, "n/gone.yaml": LINES, "n/old.yaml": f"what: old\n{LINES}"})
    jetenv("merge", "production", "staging", cwd=root)
    on("production", {"n/gone.yaml": None, "n/ours.yaml": Path("n/old.yaml"), "n/place/inside": "a folder\n"})
    on("staging", {"n/gone.yaml": LINES + "more: 1\n", "n/theirs.yaml": Path("n/old.yaml"), "n/place": "a file\n"})
    answer = json.loads(jetenv("merge", "staging", "production", "--json", cwd=root).stdout)
    assert answer["strategies"] == dict.fromkeys(["n/gone.yaml", "n/old.yaml", "n/place"], "theirs")
    jetenv("verify", "production", cwd=root)


def test_several_merge_bases_are_merged_into_one(root, on, jetenv, git) -> None:
    """After two merges that cross each other, what was settled by them is no conflict again."""
    on("production", {"n/a.yaml": LINES})
    jetenv("merge", "production", "staging", cwd=root)
    tips = {
        "production": on("production", {"n/a.yaml": LINES.replace("key1: 1", "key1: ours")}),
        "staging": on("staging", {"n/a.yaml": LINES.replace("key7: 7", "key7: theirs")}),
    }
    jetenv("merge", tips["staging"], "production", cwd=root)
    jetenv("merge", tips["production"], "staging", cwd=root)
    assert len(git("merge-base", "--all", "production", "staging", cwd=root).split()) == 2
    both = LINES.replace("key1: 1", "key1: ours").replace("key7: 7", "key7: theirs")
    on("production", {"n/a.yaml": both.replace("key4: 4", "key4: later")})
    on("staging", {"n/a.yaml": both.replace("key1: ours", "key1: newer")})
    jetenv("merge", "staging", "production", cwd=root)
    expected = both.replace("key4: 4", "key4: later").replace("key1: ours", "key1: newer")
    assert (root / "n/a.yaml").read_text() == expected


def test_a_target_that_is_behind_is_never_fast_forwarded(root, on, jetenv, git) -> None:
    """The merge is a signed commit of its own."""
    before = git("rev-parse", "production", cwd=root)
    theirs = on("staging", {"n/a.yaml": LINES})
    jetenv("merge", "staging", "production", cwd=root)
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == [before, theirs]
    git("verify-commit", "production", cwd=root)
