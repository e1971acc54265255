"""The formats for machines: as agreed, as published, and with nothing injected by names and messages.

``.venv/bin/python tests/reports/test_formats.py`` writes the golden files anew; read the difference.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from jetenv.reports.formats.choice import Format, render
from jetenv.reports.formats.diagnostics import Diagnostic, RuleText, Run, fingerprints

GOLDEN = Path(__file__).parent / "golden"
PUBLISHED = Path(__file__).parents[1] / "data" / "published"
MACHINES = (Format.GITHUB, Format.GITLAB, Format.SARIF, Format.JUNIT)
SUFFIXES = {Format.GITHUB: "txt", Format.JUNIT: "xml"}

RULES = (
    RuleText("dangling-ref", "error", "What a file names exists", "Something is named that does not exist."),
    RuleText("schema", "error", "A file follows the schema of its kind", "A property is unknown or missing."),
    RuleText("unreachable-page", "warning", "Every page can be reached", "Nothing leads to the page."),
)
SAMPLE = Run(
    "validate",
    "staging",
    RULES,
    (
        Diagnostic(
            "dangling-ref",
            "error",
            "page 'stok' does not exist; did you mean 'stock'?",
            "menu.yaml",
            12,
            11,
            12,
            15,
            "primary[stock].page",
            hint="correct the name, or add pages/stok.yaml",
        ),
        Diagnostic(
            "schema", "error", "expected a mapping, found '{{a}}'", "pages/100% sure, really: yes.yaml", 2, 13, 3, 1,
            "components", "a mapping",
        ),
        Diagnostic("unreachable-page", "warning", "nothing leads to the page 'old'", "pages/old.yaml"),
        Diagnostic("unreachable-page", "warning", "nothing leads to the page 'old'", "pages/old.yaml"),
    ),
)  # fmt: skip
HOSTILE = [
    "a\nb.yaml",
    "a\n::error::injected",
    "a\r::set-output name=x::y",
    'x" onload="',
    "]]><!--",
    "<failure/>",
    "\x1b[31m\x00\x08\x9b",
    "\u202eevil",
    "\ufffe\uffff",
    "\udcff\udc80",
    "%0A::error::x",
    "a,file=b:c",
    "[click](http://example.com) {0} {{1}}",
    "<script>alert(1)</script>",
    "- ]]",
    "🙂",
]
names = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1), st.from_regex(r"[\x00-\x7f]{1,20}", fullmatch=True))


@st.composite
def diagnostics(draw) -> Diagnostic:
    line, column = draw(st.integers(1, 10**6)), draw(st.integers(1, 10**6))
    end = draw(st.booleans())
    return Diagnostic(
        draw(names),
        draw(st.sampled_from(("error", "warning"))),
        draw(names),
        draw(st.none() | names),
        line,
        column,
        line + 1 if end else None,
        1 if end else None,
        draw(st.just("") | names),
        draw(st.none() | names),
        draw(st.none() | names),
    )


runs = st.builds(
    lambda subject, found: Run("validate", subject, RULES, tuple(found)), names, st.lists(diagnostics(), max_size=5)
)


def golden(form: Format) -> Path:
    return GOLDEN / f"{form.value}.{SUFFIXES.get(form, 'json')}"


@pytest.mark.parametrize("form", MACHINES, ids=lambda form: form.value)
def test_a_format_reads_as_agreed(form: Format) -> None:
    assert render(form, SAMPLE) == golden(form).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", MACHINES, ids=lambda form: form.value)
@pytest.mark.parametrize("found", [(), SAMPLE.diagnostics])
def test_what_is_written_is_printable_text_in_utf_8(form: Format, found) -> None:
    text = render(form, replace(SAMPLE, diagnostics=found))
    assert all(each.isprintable() or each == "\n" for each in text)
    text.encode("utf-8", "strict")


def check_sarif(text: str, run: Run) -> None:
    log = json.loads(text)
    jsonschema.Draft4Validator(SARIF).validate(log)
    (only,) = log["runs"]
    rules = only["tool"]["driver"]["rules"]
    assert len(only["results"]) == len(run.diagnostics)
    for result, each in zip(only["results"], run.diagnostics, strict=True):
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == each.rule
        if each.path is None:
            assert "locations" not in result
        else:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert unquote_to_bytes(uri) == each.path.encode("utf-8", "surrogateescape")
        # A placeholder is a number in single braces, a link a bracket that no backslash precedes.
        message = result["message"]["text"]
        assert not re.search(r"(?<!\{)(\{\{)*\{\d+\}(?!\})", message)
        assert "](" not in message or "[" not in message.replace("\\[", "")
    marks = [result["partialFingerprints"]["jetenvFinding/v1"] for result in only["results"]]
    assert len(set(marks)) == len(marks)


SARIF = json.loads((PUBLISHED / "sarif-2.1.0-rtm.5.json").read_bytes())
GITLAB = json.loads((PUBLISHED / "gitlab-code-quality.json").read_bytes())
JUNIT = xmlschema.XMLSchema(PUBLISHED / "junit-10.xsd")


@given(runs)
def test_sarif_follows_its_published_schema_whatever_is_in_it(run: Run) -> None:
    if any("\ud800" <= each <= "\udbff" for found in run.diagnostics for each in found.path or ""):
        return  # no path of a repository: only bytes that are no UTF-8 stand as surrogates, from U+DC80
    check_sarif(render(Format.SARIF, run), run)


@given(runs)
def test_gitlab_follows_its_documented_form_whatever_is_in_it(run: Run) -> None:
    issues = json.loads(render(Format.GITLAB, run))
    jsonschema.Draft202012Validator(GITLAB).validate(issues)
    assert len(issues) == len(run.diagnostics)
    assert len({each["fingerprint"] for each in issues}) == len(issues)


@given(runs)
def test_junit_follows_its_published_schema_whatever_is_in_it(run: Run) -> None:
    text = render(Format.JUNIT, run)
    JUNIT.validate(text)
    (suite,) = ElementTree.fromstring(text.encode())
    failed = suite.findall("testcase/failure")
    assert int(suite.attrib["tests"]) == len(suite)
    assert int(suite.attrib["failures"]) == len(failed)
    assert len(failed) == sum(each.severity == "error" for each in run.diagnostics)


def workflow_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner of GitHub Actions makes of a log, by its own rules."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        match = re.match(r"::([^ :]+)(?: (.*?))?::(.*)", line, re.DOTALL)
        if match:
            properties = dict(part.split("=", 1) for part in (match[2] or "").split(",") if "=" in part)
            found.append((match[1], {name: _decoded(value) for name, value in properties.items()}, _decoded(match[3])))
    return found


def _decoded(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(runs)
def test_github_gets_one_command_for_each_finding_whatever_is_in_it(run: Run) -> None:
    commands = workflow_commands(render(Format.GITHUB, run))
    assert [name for name, _, _ in commands] == [each.severity for each in run.diagnostics]
    for (_, properties, _), each in zip(commands, run.diagnostics, strict=True):
        assert set(properties) <= {"file", "line", "col", "endLine", "endColumn", "title"}
        if each.path is not None:
            assert properties["line"] == str(each.line)
            if each.path.replace("\n", "").replace("\r", "").isprintable():
                assert properties["file"] == each.path


def test_fingerprints_stay_when_lines_move_and_tell_twins_apart() -> None:
    first = fingerprints(SAMPLE.diagnostics)
    moved = [replace(each, line=each.line + 7, column=1, end_line=None, end_column=None) for each in SAMPLE.diagnostics]
    assert fingerprints(moved) == first
    assert len(set(first)) == len(first)


def test_a_fingerprint_does_not_depend_on_what_else_there_is_to_guess_from() -> None:
    (one,) = fingerprints([Diagnostic("dangling-ref", "error", "page 'x' does not exist; did you mean 'y'?", "a.yaml")])
    assert [one] == fingerprints([Diagnostic("dangling-ref", "error", "page 'x' does not exist", "a.yaml")])


def test_a_text_of_a_megabyte_does_no_harm() -> None:
    run = replace(
        SAMPLE, diagnostics=(Diagnostic("schema", "error", "<[{" * 350_000, "a" * 10_000, field="::" * 5000),)
    )
    check_sarif(render(Format.SARIF, run), run)
    JUNIT.validate(render(Format.JUNIT, run))
    assert len(workflow_commands(render(Format.GITHUB, run))) == 1


if __name__ == "__main__":
    for each in MACHINES:
        golden(each).parent.mkdir(exist_ok=True)
        golden(each).write_text(render(each, SAMPLE), encoding="utf-8")
