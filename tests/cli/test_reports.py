"""What reports read like, from the results of the rooms below."""

from __future__ import annotations

import pytest

from jetenv.diffing.documents import Action, diff_documents
from jetenv.diffing.trees import ObjectDiff, summary
from jetenv.documents.parsing import parse
from jetenv.environments.validate import Validation
from jetenv.reports.diff import objects_text, tally
from jetenv.reports.findings import ValidationReport, findings_text
from jetenv.reports.objects import cut
from jetenv.reports.style import PLAIN, Depth, Style
from jetenv.schemas.findings import Finding
from jetenv.schemas.rules import Rules

OLD = """\
# The page of orders.
id: orders
title: Orders
components:
  - id: total
    title: Total
  - id: query
    sql: |
      SELECT *
      FROM orders
      WHERE paid
      LIMIT 10
"""
NEW = """\
# The page for orders.
id: orders
title: "Orders"
url: /orders
components:
  - id: chart
    type: bar
  - id: total
    title: Sum
  - id: query
    sql: |
      SELECT *
      FROM orders
      WHERE NOT paid
      LIMIT 10
"""


def changed(old: str, new: str) -> ObjectDiff:
    changes = diff_documents(parse(old), parse(new), Rules.NONE)
    return ObjectDiff("pages/orders.yaml", "page", "orders", summary(changes), changes)


def test_a_diff_tells_fields_and_shows_the_lines_that_changed_in_long_values() -> None:
    text = objects_text([changed(OLD, NEW)], Style(width=80))
    assert text.startswith("~ page orders\n")
    assert "    + url: /orders\n" in text
    assert "    ~ components[total].title: Total → Sum\n" in text
    assert "        -   WHERE paid\n        +   WHERE NOT paid\n" in text
    assert "    ~ title: written in another way\n" in text


@pytest.mark.parametrize("width", [20, 80])
def test_a_value_that_does_not_fit_beside_its_field_goes_below_and_is_never_clipped(width: int) -> None:
    long = "Sum of everything that was ever ordered by anybody anywhere, ever"
    text = objects_text([changed("title: Total\n", f"title: {long}\n")], Style(width=width))
    assert f"        + {long}\n" in text


def test_content_cannot_drive_the_terminal_in_a_diff() -> None:
    text = objects_text([changed('a: "x"\n', 'a: "\u202ey"\n')], Style(Depth.TRUECOLOR, 80))
    assert "\u202e" not in text
    assert "\\u202e" in text


def test_a_diff_without_unicode_has_none() -> None:
    assert objects_text([changed("a: 1\n", "a: 2\n")], Style(unicode=False)).isascii()


def test_objects_are_counted_by_what_happened_to_them() -> None:
    objects = [
        ObjectDiff("menu.yaml", "menu", "", Action.REMOVED),
        ObjectDiff("pages/a.yaml", "page", "a", Action.COMMENT),
        ObjectDiff("pages/b.yaml", "page", "b", Action.CHANGED),
    ]
    assert tally(objects) == "3 objects differ: 2 changed, 1 removed"
    assert tally(objects[:1]) == "1 object differs: 1 removed"
    assert objects_text(objects, PLAIN) == "- menu\n~ page a  (comments only)\n~ page b\n"


def test_findings_are_told_with_place_rule_and_hint() -> None:
    finding = Finding("schema", "'tabel' is no component type", "pages/a.yaml", 3, 11, hint="did you mean 'table'?")
    report = ValidationReport(Validation("the working tree", None, "staging", 12, (finding,)))
    assert report.text(PLAIN) == (
        "pages/a.yaml:3:11: 'tabel' is no component type [schema]\n"
        "  hint: did you mean 'table'?\n"
        "\n"
        "Invalid: 1 problem in 1 file; 12 files of the working tree checked\n"
    )
    assert report.data()["valid"] is False


def test_the_same_hint_is_told_once_behind_the_last_of_them() -> None:
    findings = [
        Finding("link", f"no page '{name}'", "menu.yaml", line, 1, hint=hint)
        for line, (name, hint) in enumerate([("a", "add it"), ("b", "add it"), ("c", None), ("d", "add it")], 1)
    ]
    assert findings_text(findings, PLAIN) == (
        "menu.yaml:1:1: no page 'a' [link]\n"
        "menu.yaml:2:1: no page 'b' [link]\n"
        "  hint: add it\n"
        "menu.yaml:3:1: no page 'c' [link]\n"
        "menu.yaml:4:1: no page 'd' [link]\n"
    )


def test_a_valid_project_is_said_in_one_line() -> None:
    assert (
        ValidationReport(Validation("staging", None, "staging", 1, ())).text(PLAIN)
        == "Valid: 1 file of staging checked, no problems\n"
    )


def test_one_row_too_many_is_shown_rather_than_announced() -> None:
    rows = [(str(at),) for at in range(5)]
    assert cut(rows, 4) == (rows, 0)
    assert cut(rows, 3) == (rows[:3], 2)
