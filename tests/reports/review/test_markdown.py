"""The comment for a pull request: whatever the content, the page keeps its shape and stays within the host's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from jetenv.diffing.records import Action, Change, Follower, Hunk, ObjectDiff, Risk
from jetenv.documents.paths import Item, Key
from jetenv.environments.reviewing.diff import DiffResult, DiffSide
from jetenv.reports.diff_markdown import MARKER, diff_markdown
from jetenv.reports.markdown import LEAST_LIMIT, LIMIT, code, size
from jetenv.reports.style import printable
from jetenv.repository.objects import Oid

HOSTILE = [
    "<script>alert(1)</script>",
    "</details>",
    "</code>",
    "<!--",
    "-->",
    "|",
    "||",
    "\\|",
    "\\",
    "`",
    "``",
    "```",
    "````",
    "~~~",
    "@octocat",
    "#123",
    "GH-1",
    "https://example.org",
    "www.example.org",
    "![x](y)",
    "[x](y)",
    "**x**",
    "&lt;",
    "&#64;",
    "$x$",
    ":tada:",
    "\n",
    "\r\n",
    "\n\n",
    "\n| a | b |\n",
    "\u202e",
    "\x1b[31m",
    " ",
    "\t",
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=6).map("".join)
names = texts.filter(bool)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = re.compile(r"</?(details|summary|code)>|<!-- jetenv diff -->")


@st.composite
def objects(draw: st.DrawFn) -> ObjectDiff:
    path, action = draw(names), draw(st.sampled_from(Action))
    changes = [
        Change(
            (Key(draw(texts)), Item((draw(names),))),
            draw(st.sampled_from(Action)),
            draw(st.none() | texts),
            draw(st.none() | texts),
            hunks=(Hunk(1, 1, (f"-{draw(texts)}", f"+{draw(texts)}")),) if draw(st.booleans()) else (),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    risk = Risk("removed", "destructive", "0" * 12, draw(texts), path, (), 1)
    renamed = draw(st.booleans())
    return ObjectDiff(
        path,
        draw(st.sampled_from(["page", "file", "members"])),
        draw(texts),
        action,
        tuple(changes),
        note=draw(st.none() | texts),
        old_path=draw(names) if renamed else None,
        old_id=draw(texts) if renamed else None,
        risks=(risk,) * draw(st.integers(0, 2)),
        followers=tuple(Follower(draw(names), (Key(draw(texts)),)) for _ in range(draw(st.integers(0, 2)))),
    )


@st.composite
def results(draw: st.DrawFn) -> DiffResult:
    sides = [DiffSide(draw(texts), None, Oid("0" * 40)) for _ in range(2)]
    shared, own = (tuple(draw(st.lists(objects(), max_size=4))) for _ in range(2))
    return DiffResult(sides[0], sides[1], shared, own)


def flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from flat(token.children or [])


def check(text: str) -> None:
    """Tables have their columns in every row, and outside of code there is nothing but what we wrote."""
    assert text.startswith(MARKER + "\n")
    tokens = list(flat(MARKDOWN.parse(text)))
    assert not {token.type for token in tokens} & {"link_open", "image", "heading_open_setext", "em_open", "s_open"}
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            markup = re.sub(r"<code>[^<]*</code>", "<code></code>", token.content)
            rest = OURS.sub("", markup)
            assert "<" not in rest and "@" not in rest and "#" not in rest, token.content
        if token.type == "text":
            assert not re.search(r"[@#<>`]|://|www\.", token.content), token.content
    cells: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            cells.append(0)
        elif token.type in ("th_open", "td_open"):
            cells[-1] += 1
    assert set(cells) <= {3, 4}
    tables = [line for line in text.split("\n") if line.startswith("| ")]
    assert len(cells) == len(tables) - sum(line.startswith("| ---") for line in tables)
    assert text.count("<details>") == text.count("</details>") - sum(
        token.content.count("</details>") for token in tokens if token.type in ("fence", "code_inline")
    )


@given(results())
def test_no_content_breaks_a_table_or_leaves_its_code(result: DiffResult) -> None:
    check(diff_markdown(result))


@given(results(), st.integers(LEAST_LIMIT, 3_000))
def test_a_limit_holds_and_keeps_the_shape(result: DiffResult, limit: int) -> None:
    text = diff_markdown(result, limit)
    assert size(text) <= limit
    check(text)


@given(texts)
def test_a_code_span_shows_exactly_the_text(text: str) -> None:
    (token,) = (each for each in flat(MARKDOWN.parse(f"| a |\n| --- |\n| {code(text or 'x', 10_000)} |\n")) if
                each.type == "code_inline")  # fmt: skip
    assert token.content == printable(text or "x")


@pytest.mark.parametrize("value", ["x" * 1_000_000, "`" * 100_000, "|\n" * 500_000, "@a" * 500_000])
def test_a_megabyte_of_anything_is_cut_with_a_pointer_to_the_rest(value: str) -> None:
    side = DiffSide("production", None, Oid("0" * 40))
    changes = (Change((Key(value),), Action.CHANGED, value, value + "y"),)
    many = tuple(ObjectDiff(f"pages/{n}.yaml", "page", str(n), Action.CHANGED, changes) for n in range(3))
    text = diff_markdown(DiffResult(side, side, many, ()))
    assert size(text) <= LIMIT
    check(text)


def test_what_has_no_room_is_counted_with_the_command_that_shows_it() -> None:
    side = DiffSide("production", None, Oid("0" * 40))
    many = tuple(ObjectDiff(f"pages/{n}.yaml", "page", str(n), Action.ADDED) for n in range(2_000))
    text = diff_markdown(DiffResult(side, side, many, ()), 5_000)
    shown = text.count("| added | page |")
    assert (
        f"{2_000 - shown} parts left out here, for want of room. All of it: `jetenv diff production production`" in text
    )
    check(text)


def test_what_differs_in_nothing_is_one_sentence() -> None:
    side = DiffSide("production", None, Oid("0" * 40))
    assert diff_markdown(DiffResult(side, side, (), ())) == (
        f"{MARKER}\n### `production` → `production`\n\nNothing differs.\n"
    )
