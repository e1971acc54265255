"""Entries that both sides moved, put where somebody says: a value that names the place."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data
from jetenv.environments.merges.merge_file import schema_rules
from jetenv.errors import JetenvError, UsageError
from jetenv.merging.conflicts import Conflict, Written
from jetenv.merging.files import FileMerge, merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules


def page(text: str) -> str:
    return dedent(text).lstrip("\n")


BASE = page("""
    left:
      # The sum of all orders.
      - id: total
        type: chart
        title: Total  # in euros
      - id: other
        type: text
    right:
      - id: help
        type: text
    below:
      - id: note  # for staff
        type: text
    last: true
""")
TOTAL = "  # The sum of all orders.\n  - id: total\n    type: chart\n    title: Total  # in euros\n"
WITHOUT = BASE.replace(TOTAL, "")
IN_RIGHT = WITHOUT.replace("below:", TOTAL + "below:")
IN_BELOW = WITHOUT.replace("last:", TOTAL + "last:")
OURS = IN_RIGHT.replace("title: Total", "title: Sum")
THEIRS = IN_BELOW.replace("type: chart", "type: number")
MERGED = TOTAL.replace("title: Total", "title: Sum").replace("type: chart", "type: number")
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "additionalProperties": {
        "type": "array",
        "items": {"type": "object"},
        "x-jetenv": {"list": "keyed", "keys": ["id"]},
    },
}
RULES = {"inferred keys": Rules.NONE, "keys of a schema": schema_rules(json.dumps(SCHEMA).encode(), "page.json")}


def with_top(*versions: str) -> tuple[str, ...]:
    """The versions with a further list, which none of them moved anything to."""
    return tuple(version.replace("left:", "top:\n  - id: first\nleft:") for version in versions)


def placed(text: str, rules: Rules = Rules.NONE, versions: tuple[str, ...] = (BASE, OURS, THEIRS)) -> FileMerge:
    contents = (version.encode() for version in versions)
    return merge_file(*contents, rules, merge_lines, path="pages/p.yaml", choose=lambda _: Written(text))


@pytest.mark.parametrize("keyed", RULES)
@pytest.mark.parametrize("text", ["top[total]", "top", " top\n"])
def test_the_entry_stands_where_the_value_says_with_what_both_sides_made_of_it(text: str, keyed: str) -> None:
    done = placed(text, RULES[keyed], with_top(BASE, OURS, THEIRS))
    assert done.content.decode() == with_top(WITHOUT)[0].replace("left:", MERGED + "left:")


@pytest.mark.parametrize(
    ("path", "side"),
    [
        ("right[total]", "ours"),
        ("right", "ours"),
        ("below[total]", "theirs"),
        ("left[total]", "base"),
        ("left", "base"),
    ],
)
def test_a_place_that_a_side_has_is_that_side(path: str, side: str) -> None:
    chosen = merge_file(BASE.encode(), OURS.encode(), THEIRS.encode(), Rules.NONE, merge_lines, choose=lambda _: side)
    assert placed(path).content == chosen.content


def test_a_list_that_is_not_there_yet_comes_to_be() -> None:
    done = placed("shelf")
    assert to_data(parse(done.content).root)["shelf"] == [{"id": "total", "type": "number", "title": "Sum"}]
    assert "# The sum of all orders." in done.content.decode()


CONTAINERS = page("""
    components:
      - id: left
        components:
          - id: total
            title: Total
      - id: right
        components:
          - id: help
            title: Help
      - id: third
        components:
          - id: note
            title: Note
""")
LEFT_IN_RIGHT = page("""
    components:
      - id: right
        components:
          - id: help
            title: Help
          - id: left
            components:
              - id: total
                title: Total
      - id: third
        components:
          - id: note
            title: Note
""")
RIGHT_IN_LEFT = page("""
    components:
      - id: left
        components:
          - id: total
            title: Sum
          - id: right
            components:
              - id: help
                title: Help
      - id: third
        components:
          - id: note
            title: Note
""")


def test_entries_that_were_moved_into_each_other_each_have_a_line() -> None:
    done = placed(
        "components[third].components\ncomponents[third].components",
        versions=(CONTAINERS, LEFT_IN_RIGHT, RIGHT_IN_LEFT),
    )
    assert done.clean
    assert to_data(parse(done.content).root) == {
        "components": [
            {
                "id": "third",
                "components": [
                    {"id": "note", "title": "Note"},
                    {"id": "left", "components": [{"id": "total", "title": "Sum"}]},
                    {"id": "right", "components": [{"id": "help", "title": "Help"}]},
                ],
            }
        ]
    }


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("left[other]", UsageError, "is a mapping, not a list"),
        ("last", UsageError, "single value"),
        ("left[0]", UsageError, ""),
        ("left[", UsageError, "not a field path"),
        ("left\nright", UsageError, "2 places are named for 1 entry"),
        ("", UsageError, "0 places"),
        ("nowhere[x].items", UsageError, ""),
        ("right[total].parts", JetenvError, ""),
    ],
)
def test_a_value_that_is_no_place_is_refused(text: str, error: type[JetenvError], message: str) -> None:
    with pytest.raises(error) as refused:
        placed(text)
    assert message in refused.value.message
    assert (refused.value.where or "").startswith("pages/p.yaml")


def test_another_entry_is_not_replaced() -> None:
    versions = tuple(text.replace("last: true", "total:\n  a: 1\nlast: true") for text in (BASE, OURS, THEIRS))
    with pytest.raises(JetenvError):
        placed("total", versions=versions)


def test_the_conflict_tells_the_places_that_a_value_may_name() -> None:
    met: list[Conflict] = []
    merge_file(BASE.encode(), OURS.encode(), THEIRS.encode(), Rules.NONE, merge_lines, choose=met.append)
    assert (met[0].base, met[0].ours, met[0].theirs) == ("left[total]", "right[total]", "below[total]")
