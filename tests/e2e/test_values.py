"""``jetenv get``, ``set`` and ``unset`` through the installed command, on the example project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


@pytest.fixture
def root(orders: Path) -> Path:
    """The example project."""
    return orders


def changed_lines(git, root: Path) -> list[str]:
    """The lines that differ from the last commit, with ``-`` and ``+``."""
    lines = git("diff", "--unified=0", cwd=root).splitlines()
    return [line for line in lines if line[:1] in "-+" and line[:3] not in {"---", "+++"}]


def test_a_whole_file_is_read_by_its_path(root: Path, jetenv) -> None:
    for file in sorted(root.glob("[cprtw]*/*.yaml"))[::5]:
        path = file.relative_to(root).with_suffix("").as_posix()
        assert jetenv("get", path, cwd=root).stdout.rstrip("\n") == file.read_text().rstrip("\n")
        told = json.loads(jetenv("get", path, "--json", cwd=root).stdout)
        assert told["path"] == f"{path}.yaml"
        assert isinstance(told["value"], dict)


def test_an_edit_changes_one_line_and_taking_it_back_restores_every_byte(root: Path, jetenv, git) -> None:
    before = (root / "pages/orders.yaml").read_bytes()
    name = jetenv("get", "pages/orders#name", cwd=root).stdout.rstrip("\n")
    done = jetenv("set", "pages/orders#name", "All of them", cwd=root)
    assert "pages/orders.yaml#name" in done.stdout
    assert changed_lines(git, root) == [f"-name: {name}", "+name: All of them"]
    assert jetenv("get", "pages/orders#name", "--env", "production", cwd=root).stdout == f"{name}\n"
    jetenv("set", "pages/orders#name", name, cwd=root)
    assert (root / "pages/orders.yaml").read_bytes() == before


def test_a_new_field_of_a_collection_is_added_and_removed(root: Path, jetenv, git) -> None:
    path = "collections/orders-db/orders#fields[gift_note]"
    jetenv("set", path, "{field: CharField, verbose_name: Gift note}", cwd=root)
    assert changed_lines(git, root) == ["+  - name: gift_note", "+    field: CharField", "+    verbose_name: Gift note"]
    assert jetenv("get", f"{path}.verbose_name", cwd=root).stdout == "Gift note\n"
    jetenv("unset", path, cwd=root)
    assert changed_lines(git, root) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("set", "pages/orders#id", "other"), 1, "differs from the file name"),
        (("set", "pages/orders#nme", "x"), 1, "nme"),
        (("get", "page/orders#name"), 2, "pages/orders"),
        (("get", "pages/orders#nam"), 2, "did you mean name?"),
        (("get", "../orders#name"), 2, "from the top of the project"),
        (("set", "pages/orders", "x"), 2, "behind '#'"),
        (("set", "pages/orders#name", "a: b: c"), 2, "not usable YAML"),
        (("unset", "pages/orders#nothing"), 2, "no key 'nothing'"),
        (("unset", "pages/orders#components"), 1, "components"),
    ],
)
def test_what_cannot_be_meant_or_would_be_invalid_leaves_everything_as_it_was(
    root: Path, jetenv, git, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = jetenv(*arguments, cwd=root, check=False)
    assert done.code == code, done
    assert said in done.stdout + done.stderr, done
    assert "Traceback" not in done.stderr
    assert git("status", "--porcelain", cwd=root) == ""


def test_json_tells_the_value_before_and_after(root: Path, jetenv) -> None:
    told = json.loads(jetenv("set", "theme#mode", "dark", "--json", cwd=root).stdout)
    assert told["schema_version"]
    assert (told["path"], told["field"], told["new"], told["changed"]) == ("theme.yaml", "mode", "dark", True)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("get", "theme#colors.primary"), "name an environment with --env"),
        (("set", "theme#colors.primary", "'#123456'"), "run the command in a clone or a `git worktree`"),
        (("unset", "theme#colors.primary"), "run the command in a clone or a `git worktree`"),
    ],
)
def test_in_a_bare_repository_the_hint_is_one_that_the_command_knows(jetenv, git, minimal, tmp_path, arguments, hint):
    git("clone", "-q", "--bare", minimal, "bare.git")
    done = jetenv(*arguments, cwd=tmp_path / "bare.git", check=False)
    assert (done.code, done.stderr.splitlines()) == (
        3,
        ["error: this repository is bare: it has no working tree", f"hint: {hint}"],
    )
