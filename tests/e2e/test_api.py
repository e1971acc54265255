"""``jetenv.merge_yaml`` as a program calls it, and as docs/api.md shows it."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import jetenv
from jetenv.errors import JetenvError

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


def test_every_example_of_the_documentation_runs() -> None:
    examples = "\n".join(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "docs/api.md", str(DOCUMENT), 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.attempted > 10
    assert not result.failed, "".join(said)


def test_importing_the_package_loads_nothing_else() -> None:
    program = (
        "import sys, jetenv; assert 'merge_yaml' in dir(jetenv); "
        "print(*(name for name in sys.modules if name.startswith('jetenv')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"jetenv", "jetenv.version"}


def test_the_names_can_be_imported() -> None:
    from jetenv import MergeResult, merge_yaml

    assert isinstance(merge_yaml(b"a: 1\n", b"a: 1\n", b"a: 2\n"), MergeResult)
    with pytest.raises(ImportError):
        exec("from jetenv import merge_json")


def test_the_types_are_known_to_a_checker(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(
        "import jetenv\nfrom jetenv import MergeResult\n"
        "result: MergeResult = jetenv.merge_yaml(b'', b'', b'', path='x')\ncontent: bytes = result.content\n"
        "reveal_type(result.clean)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "program.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "bool" in done.stdout, done.stdout
    assert "Success" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("versions", "method"),
    [
        ((b"a: 1\n", b"a: 1\n", b"a: 2\n"), "trivial"),
        ((b"a: 1\nb: 1\n", b"a: 1\nb: 2\n", b"a: 2\nb: 1\n"), "structure"),
        ((b"{{ a }}\nb\nc\nd\n", b"{{ b }}\nb\nc\nd\n", b"{{ a }}\nb\nc\ne\n"), "lines"),
    ],
)
def test_the_result_says_how_it_was_merged(versions: tuple[bytes, bytes, bytes], method: str) -> None:
    result = jetenv.merge_yaml(*versions)
    assert (result.clean, result.method, result.note is None) == (True, method, method != "lines")


def test_the_schema_of_a_kind_of_file_applies_by_path() -> None:
    """Only the schema of environments knows that what a version resolved to changes as a whole."""
    text = "resolved:\n  version: {}\n  date: {}\n"
    changes = ((1, "2026-01-01"), (2, "2026-01-01"), (1, "2026-01-02"))
    base, ours, theirs = (text.format(*each).encode() for each in changes)
    assert jetenv.merge_yaml(base, ours, theirs).clean
    path = "environments/production/environment.yaml"
    (conflict,) = jetenv.merge_yaml(base, ours, theirs, path=path).conflicts
    assert conflict.path == path


@pytest.mark.parametrize("schema", [b"[1]", "{", b'{"type": 7}', {"$ref": "urn:nowhere"}])
def test_a_schema_that_is_none_is_refused(schema: bytes | str | dict[str, object]) -> None:
    with pytest.raises(JetenvError) as caught:
        jetenv.merge_yaml(b"a: 1\n", b"a: 2\n", b"a: 3\n", schema=schema)
    assert caught.value.where


def test_what_is_no_bytes_or_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        jetenv.merge_yaml("a", b"b", b"c")  # type: ignore[arg-type]
    with pytest.raises(JetenvError):
        jetenv.merge_yaml(b"\0", b"b", b"c")
