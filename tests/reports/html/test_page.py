"""The page of a diff: whole and harmless whatever stands in the files, and never larger than it may be."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.diffing.records import Action, Change, Follower, ObjectDiff, Rename, Risk, User
from jetenv.diffing.risks import RULES
from jetenv.diffing.wireframes import wireframe
from jetenv.documents.emitting import dump
from jetenv.documents.parsing import parse
from jetenv.documents.paths import Item, Key
from jetenv.environments.model import Environment
from jetenv.environments.reviewing.diff import DiffResult, DiffSide
from jetenv.environments.reviewing.drawings import NO_DRAWINGS, Drawings
from jetenv.reports.html.diff import diff_page
from jetenv.reports.html.elements import element
from jetenv.reports.style import printable
from jetenv.repository.objects import Oid
from jetenv.schemas.catalog import Catalog

HTML = "{http://www.w3.org/1999/xhtml}"
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "h4"),
    *("a", "p", "ul", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "div", "span", "br"),
    *("code", "bdi", "strong", "del", "ins", "details", "summary", "figure", "figcaption"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "tabindex", "scope", "open"),
    *("aria-hidden", "aria-labelledby"),
}
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "--><img src=https://example.org onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "javascript:alert(1)",
    "]]>&lt;script&gt;&#x3c;script>",
    "`|*_[x](https://example.org)",
    "\u202eevil\u2066\u200b\ufeff",
    "\x00\x07\x1b]8;;https://example.org\x07\x9b31m\r\n\t",
    "\ud800 surrogate",
    "<!--",
    "<plaintext>",
    "{{constructor.constructor('alert(1)')()}}",
)

hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.lists(st.sampled_from(HOSTILE)).map("\n".join))


def environment(name: str, color: str | None = None) -> Environment:
    return Environment("x", "uid", name, "refs/heads/x", Oid("1" * 40), color)


def side(name: str, color: str | None = None) -> DiffSide:
    return DiffSide("x", environment(name, color), Oid("1" * 40))


def walk(node: Any) -> Iterator[Any]:
    yield node
    for child in node:
        yield from walk(child)


def checked(page: str) -> Any:
    """The tree of a page that is one well-formed document and can neither run nor load anything."""
    parser = html5lib.HTMLParser(strict=True)
    root = parser.parse(page)
    for each in walk(root):
        assert each.tag.removeprefix(HTML) in ELEMENTS
        assert set(each.attrib) <= ATTRIBUTES, each.attrib
        assert each.get("href", "#").startswith("#")
    (style,) = (each.text for each in walk(root) if each.tag == f"{HTML}style")
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [each.get("content") for each in walk(root) if each.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert len({each.get("id") for each in walk(root) if each.get("id")}) == sum(
        bool(each.get("id")) for each in walk(root)
    )
    return root


def words(root: Any) -> str:
    return "".join(root.itertext())


@given(hostile, hostile, hostile, st.sampled_from(["page", "collection", "file"]), st.sampled_from(list(Action)))
def test_whatever_stands_in_the_files_is_text(name: str, old: str, new: str, kind: str, action: Action) -> None:
    change = Change((Key(name), Item((new,))), action, old, new)
    objects = (ObjectDiff(name, kind, name, Action.CHANGED, (change,), note=old),)
    root = checked(diff_page(DiffResult(side(name, name), side(new, "#abc"), objects, objects), NO_DRAWINGS))
    assert printable(name) in words(root)
    if action is Action.CHANGED and "\n" not in old + new and old:
        assert printable(old) in words(root)


@given(hostile, hostile)
def test_whatever_a_component_says_is_text(title: str, text: str) -> None:
    title, text = (each.encode(errors="replace").decode() for each in (title, text))
    component = {"id": "a", "type": "text", "title": title, "text": text, "visible": text}
    source = dump({"name": title, "components": [component]})
    drawn = wireframe(parse("name: x\ncomponents: []\n"), parse(source), Catalog.builtin().rules_for("pages/x.yaml"))
    assert drawn is not None
    objects = (ObjectDiff("pages/x.yaml", "page", "x", Action.CHANGED, ()),)
    checked(diff_page(DiffResult(side("a"), side("b"), objects, ()), Drawings({"pages/x.yaml": drawn})))


def test_headings_and_landmarks_are_in_order() -> None:
    change = Change((Key("a"),), Action.CHANGED, "1", "2")
    objects = (ObjectDiff("pages/x.yaml", "page", "x", Action.CHANGED, (change,)),)
    root = checked(diff_page(DiffResult(side("Production"), side("Staging"), objects, objects), NO_DRAWINGS))
    tags = [each.tag.removeprefix(HTML) for each in walk(root)]
    assert [tag for tag in tags if re.fullmatch("h[1-6]|header|main|footer", tag)] == [
        "header", "h1", "main", "h2", "h3", "h2", "h3", "footer",
    ]  # fmt: skip
    assert {each.get("scope") for each in walk(root) if each.tag == f"{HTML}th"} == {"col", "row"}


def test_risks_come_first_the_gravest_first_with_links_to_their_objects() -> None:
    def risk(rule: str, path: str, *users: User) -> Risk:
        return Risk(rule, RULES[rule], f"{rule} {path}", f"<{rule}>", path, (Key("a"),), 3, users)

    user = User("pages/y.yaml", "components[x]", 7, still=True)
    objects = (
        ObjectDiff("pages/x.yaml", "page", "x", Action.CHANGED, risks=(risk("newer-platform", "pages/x.yaml"),)),
        ObjectDiff("c.yaml", "file", "c.yaml", Action.REMOVED, risks=(risk("removed-in-use", "c.yaml", user),)),
    )
    root = checked(diff_page(DiffResult(side("a"), side("b"), objects, ()), NO_DRAWINGS))
    (listed,) = (each for each in walk(root) if each.get("class") == "risks")
    told = [" ".join(words(each).split()) for each in listed]
    assert told == [
        "! destructive <removed-in-use> c.yaml:3 a still named by pages/y.yaml:7 components[x]",
        "! version <newer-platform> pages/x.yaml:3 a",
    ]
    links = [each.get("href") for each in walk(listed) if each.get("href")]
    assert links == ["#object-2", "#object-1"]
    assert {"object-1", "object-2"} <= {each.get("id") for each in walk(root)}
    headings = [words(each) for each in walk(root) if each.tag == f"{HTML}h2"]
    assert headings == ["2 risks to look at first", "What changes"]


def test_what_follows_a_rename_is_told_with_it_and_folded() -> None:
    rename = Rename("page", "old", "new")
    change = Change((Key("page"),), Action.CHANGED, "old", "new", follows=rename)
    follower = Follower("menu.yaml", (Key("page"),))
    objects = (
        ObjectDiff("menu.yaml", "menu", "", Action.CHANGED, (change,)),
        ObjectDiff("pages/new.yaml", "page", "new", Action.RENAMED, (), None, "pages/old.yaml", "old", (), (follower,)),
    )
    root = checked(diff_page(DiffResult(side("a"), side("b"), objects, ()), NO_DRAWINGS))
    menu, page = (each for each in walk(root) if each.get("id") in ("object-1", "object-2"))
    assert "follows a rename" in words(menu)
    assert "follows the rename of page old to new" in words(menu)
    assert (menu.get("open"), page.get("open")) == (None, "")
    assert "was pages/old.yaml" in words(page)
    assert "Named by its new id in menu.yaml page" in words(page)


def test_no_difference_is_said() -> None:
    assert "Nothing differs." in words(checked(diff_page(DiffResult(side("a"), side("b"), (), ()), NO_DRAWINGS)))


def test_of_a_huge_value_the_beginning_is_shown() -> None:
    long = "x" * 1_000_000
    lines = "\n".join(f"line {number}" for number in range(100_000))
    changes = (
        Change((Key("a"),), Action.CHANGED, long, lines),
        Change((Key("b"),), Action.CHANGED, lines, lines + "y"),
    )
    objects = (ObjectDiff("pages/x.yaml", "page", "x", Action.CHANGED, changes),)
    page = diff_page(DiffResult(side("a"), side("b"), objects, ()), NO_DRAWINGS)
    assert len(page) < 100_000
    assert "999,600 more characters" in page
    assert "more lines, not shown" in page


@pytest.mark.parametrize("fields", [0, 3])
def test_of_a_hundred_thousand_changes_the_first_are_shown_and_the_rest_is_counted(fields: int) -> None:
    changes = tuple(Change((Key(f"a{n}"),), Action.CHANGED, "1\n" * 50, "2\n" * 50) for n in range(fields))
    objects = tuple(ObjectDiff(f"pages/{n}.yaml", "page", str(n), Action.CHANGED, changes) for n in range(100_000))
    page = diff_page(DiffResult(side("a"), side("b"), objects, ()), NO_DRAWINGS)
    assert len(page) < 10_000_000
    assert "95,000 more objects, not listed." in page
    assert ">100,000</td>" in page
    assert ("listed without the fields" in page) is bool(fields)


def test_no_other_attribute_and_no_link_out_of_the_document_can_be_made() -> None:
    for attributes in ({"style": "color: red"}, {"onclick": "x"}, {"src": "x"}, {"href": "https://example.org"}):
        with pytest.raises(ValueError, match=r"attribute|links"):
            element("a", **attributes)


def test_what_is_not_drawn_is_said_with_the_number_and_the_reason() -> None:
    objects = tuple(ObjectDiff(f"pages/{name}.yaml", "page", name, Action.ADDED) for name in "abc")
    left_out = Drawings({}, frozenset(["pages/a.yaml", "pages/b.yaml"]), frozenset(["pages/c.yaml"]))
    told = words(checked(diff_page(DiffResult(side("a"), side("b"), objects, ()), left_out)))
    assert (
        "3 objects not drawn: 2 after the first 200, which jetenv diff … --path PATH --format html draws alone; "
        "1 in files of more than 4 MB, told by field below."
    ) in told
    assert "Not drawn here; jetenv diff … --path pages/b.yaml --format html does." in told
    assert told.count("Not drawn: a file of more than 4 MB.") == 1
