"""Every rule has examples that break it and ones that do not, in ``rules/<rule>/{bad,good}/<case>/`` and its entry.

A case is a folder of files laid over ``rules/base``; what must be found stands in ``expect.txt`` of a bad one, as
``path:line:column`` in each line. What is in ``rules/base`` itself is without findings.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jetenv.access.findings import Rule
from jetenv.access.rulebook import RULES as OF_HISTORY
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.findings import Finding
from jetenv.schemas.project_check import check_project
from jetenv.schemas.rulebook import RULES

CASES = Path(__file__).parent / "rules"
DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"
EXPECTED = "expect.txt"
_SECOND = "# The rules of `jetenv verify`"


def read(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != EXPECTED
    }


def check(files: dict[str, bytes]) -> list[Finding]:
    """The findings in ``files`` over the base; an empty file takes that of the base away."""
    together = {path: data for path, data in (read(CASES / "base") | files).items() if data}
    return check_project(together, Catalog.builtin(), environment="main")


def cases(kind: str) -> list[pytest.ParameterSet]:
    found = sorted(path for path in CASES.glob(f"*/{kind}/*") if path.is_dir())
    return [pytest.param(path, id=f"{path.parents[1].name}-{path.name}") for path in found]


def test_the_base_of_the_examples_has_no_finding() -> None:
    assert check({}) == []


@pytest.mark.parametrize("case", cases("bad"))
def test_a_bad_example_breaks_its_rule_where_expected(case: Path) -> None:
    rule = case.parents[1].name
    found = [each.where for each in check(read(case)) if each.rule == rule]
    assert found == (case / EXPECTED).read_text().split()


@pytest.mark.parametrize("case", cases("good"))
def test_a_good_example_breaks_no_rule(case: Path) -> None:
    assert check(read(case)) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_an_example_of_either_kind(rule: str) -> None:
    assert [path for path in (CASES / rule / "bad").iterdir() if path.is_dir()]
    assert [path for path in (CASES / rule / "good").iterdir() if path.is_dir()]


def test_there_are_no_examples_of_rules_that_are_gone() -> None:
    assert {path.name for path in CASES.iterdir()} == {"base", *RULES}


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_what_explain_shows_breaks_the_rule_and_then_does_not(rule) -> None:
    bad = check({rule.path: rule.bad.encode()})
    assert rule.id in {each.rule for each in bad}
    assert not [each for each in check({rule.path: rule.good.encode()}) if each.rule == rule.id]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_is_explained_in_sentences(rule) -> None:
    for text in (rule.meaning, rule.why):
        assert text[0].isupper()
        assert text.endswith(".")
    assert len(rule.title) <= 80


def test_the_document_says_what_the_rulebook_says() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


def test_every_rule_of_verify_is_explained_in_sentences() -> None:
    assert set(OF_HISTORY) == {rule.value for rule in Rule}
    for rule in OF_HISTORY.values():
        for text in (rule.title, rule.meaning, rule.remedy):
            assert text[0].isupper()
        assert rule.meaning.endswith(".") and rule.remedy.endswith(".")


def test_an_id_is_of_one_rule_alone() -> None:
    assert not set(OF_HISTORY) & set(RULES)


def document() -> str:
    """docs/rules.md: what is written by hand, and below each of its two headings what the rulebooks say."""
    from jetenv.reports.rules import history_rules_markdown, rules_markdown

    first, _, rest = DOCUMENT.read_text(encoding="utf-8").partition("| rule |")
    heading = rest[rest.index(_SECOND) :].partition("| rule |")[0]
    of_files, of_history = rules_markdown(tuple(RULES.values())), history_rules_markdown(tuple(OF_HISTORY.values()))
    return f"{first}{of_files}\n{heading}{of_history}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
