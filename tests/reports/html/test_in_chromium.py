"""The page of a diff in a real browser: it loads nothing, says nothing to the console, and everybody can read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chromium import Chromium
from test_page import HOSTILE

SCHEMES = ("light", "dark")
BOXES = """[...document.querySelectorAll('.drawing.%s li.box')].map(each => [
  each.querySelector(':scope > .top .key')?.innerText ?? '',
  [...each.querySelectorAll(':scope > .top .badge')].map(badge => badge.textContent),
  each.getBoundingClientRect().width > 20 && each.getBoundingClientRect().height > 10,
])"""


def edit(root: Path, path: str, *replaced: tuple[str, str]) -> None:
    text = (root / path).read_text()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    (root / path).write_text(text)


def cut(root: Path, path: str, start: str, end: str) -> str:
    """Take the lines from ``start`` up to ``end`` out of a file, and return them."""
    text = (root / path).read_text()
    at = text.index(start)
    taken = text[at : text.index(end, at)]
    (root / path).write_text(text.replace(taken, "", 1))
    return taken


_made: list[str] = []


@pytest.fixture
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The page for edits in the example project, which is made once."""
    if not _made:
        _made.append(made(request.getfixturevalue("orders"), request.getfixturevalue("jetenv")).read_text("utf-8"))
    file = tmp_path / "page.html"
    file.write_text(_made[0], encoding="utf-8")
    return file


def made(orders: Path, jetenv: Callable[..., Any]) -> Path:
    """The page: of a dashboard, of SQL, a removed page, a new one, a field that is removed though it is named."""
    dashboard = "pages/dashboard.yaml"
    cut(orders, dashboard, "          - id: escalate\n", "      - id: refunds\n")
    share = cut(orders, dashboard, "          - id: status_share\n", "      - id: returns\n")
    edit(
        orders,
        dashboard,
        (
            "        components:\n          - id: revenue_by_day",
            f"        components:\n{share}          - id: revenue_by_day",
        ),
        ("  - id: stock_warning", "  - id: hint\n    type: text\n    text: Ask for help\n\n  - id: stock_warning"),
        ("      - name: stock\n", "      - name: supplier\n      - name: stock\n"),
        ("                 group by d.day\n", "                 group by d.day, o.channel\n"),
    )
    (orders / "pages/refunds.yaml").unlink()
    (orders / "pages/help.yaml").write_text("name: Help\ncomponents:\n  - {id: text, type: text, text: Ask}\n")
    edit(orders, "collections/orders-db/orders.yaml", ("verbose_name: Order\n", "verbose_name: Customer order\n"))
    jetenv("unset", "collections/orders-db/orders#fields[discount]", cwd=orders)
    file = orders.parent / "diff.html"
    jetenv("diff", "--format", "html", "--output", file, cwd=orders)
    return file


def violations(browser: Chromium, axe: str) -> list[object]:
    """What axe-core finds wrong with the page that is open, with everything unfolded."""
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.run(axe + "; 0")
    found = browser.run(
        "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations.map("
        "each => [each.id, each.help, each.nodes.map(node => node.html)])))"
    )
    return list(json.loads(found))


def test_nothing_is_loaded_and_nothing_complained_of(browser: Chromium, page: Path) -> None:
    browser.open(page)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.run("document.querySelectorAll('script, iframe, img, object, link').length") == 0


def test_drawings_show_the_components_with_what_happened_to_them(browser: Chromium, page: Path) -> None:
    browser.open(page)
    before, after = (browser.run(BOXES % side) for side in ("before", "after"))
    marked = [[(key, marks) for key, marks, _ in boxes if marks and key] for boxes in (before, after)]
    assert marked[0] == [
        ("escalate", ["\N{MINUS SIGN} removed"]),
        ("revenue_by_day", ["~ changed: data"]),
        ("status_share", ["⇄ moved to Revenue"]),
        ("stock_warning", ["~ changed: columns"]),
    ]
    assert marked[1] == [
        ("status_share", ["⇄ moved from Channels"]),
        ("revenue_by_day", ["~ changed: data"]),
        ("hint", ["+ added"]),
        ("stock_warning", ["~ changed: columns"]),
    ]
    assert all(visible for *_, visible in (*before, *after))
    titles = browser.run("[...document.querySelectorAll('.drawing.before strong')].map(each => each.innerText)")
    assert {"Revenue this month", "Running low", "Where the open orders are"} <= set(titles)


def test_risks_come_first_and_lead_to_their_object(browser: Chromium, page: Path) -> None:
    browser.open(page)
    assert browser.run("document.querySelector('main h2').innerText").endswith("to look at first")
    place = browser.run("document.querySelector('.risks a').hash")
    assert "fields[discount]" in browser.run(f"document.querySelector('{place}').textContent")


def test_marks_are_told_apart_without_colour(browser: Chromium, page: Path) -> None:
    """By the style of the border and by a word."""
    browser.open(page)
    looks = browser.run(
        "['added', 'removed', 'moved', 'changed'].map(name => {"
        " const box = document.querySelector(`.drawing .box.${name}`);"
        " return [getComputedStyle(box).borderTopStyle, box.querySelector('.badge').innerText.includes(name)] })"
    )
    assert [word for _, word in looks] == [True] * 4
    assert len({border for border, _ in looks}) == 4


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(browser: Chromium, axe: str, page: Path, scheme: str, width: int) -> None:
    """Contrast, landmarks, headings, names and roles, in both colour schemes, on a phone and on a desk."""
    browser.open(page, width=width, scheme=scheme)
    assert violations(browser, axe) == []


def test_both_colour_schemes_are_shown(browser: Chromium, page: Path) -> None:
    grounds = []
    for scheme in SCHEMES:
        browser.open(page, scheme=scheme)
        grounds.append(browser.run("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(244, 245, 247)", "rgb(16, 18, 20)"]


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_has_to_be_scrolled_sideways_on_a_phone(browser: Chromium, page: Path, width: int) -> None:
    browser.open(page, width=width)
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert browser.run("document.documentElement.scrollWidth") == width


def test_the_table_of_numbers_fits_a_phone_and_breaks_no_word(browser: Chromium, page: Path) -> None:
    browser.open(page, width=320)
    table = "document.querySelector('.tables')"
    assert browser.run(f"{table}.scrollWidth <= {table}.clientWidth")
    assert browser.run("getComputedStyle(document.querySelector('td')).overflowWrap") == "normal"


def test_folded_objects_are_printed(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelectorAll('details').forEach(each => each.open = false)")
    browser.send("Emulation.setEmulatedMedia", media="print")
    try:
        assert browser.run("document.querySelector('.drawing.after').getBoundingClientRect().height") > 100
    finally:
        browser.send("Emulation.setEmulatedMedia", media="")


def test_hostile_content_runs_nothing(browser: Chromium, axe: str, orders: Path, jetenv: Callable[..., Any]) -> None:
    components = [
        {"id": f"c{at}", "type": "text", "title": text, "text": text * 3}
        for at, text in enumerate(each.encode(errors="replace").decode() for each in HOSTILE)
    ]
    components.append({"id": "long", "type": "text", "text": "<b>" * 300_000})
    (orders / "pages/hostile.yaml").write_text(json.dumps({"name": HOSTILE[0], "components": components}))
    (orders / "pages" / "<img src=x onerror=alert(1)>.yaml").write_text("name: x\n")
    file = orders.parent / "diff.html"
    jetenv("diff", "--format", "html", "--output", file, cwd=orders)
    browser.open(file, width=320)
    assert (browser.requests, browser.complaints) == ([file.as_uri()], [])
    assert not [each for each in browser.events if each["method"] == "Page.javascriptDialogOpening"]
    assert browser.run("document.querySelectorAll('script, img, svg, iframe, plaintext, b').length") == 0
    assert HOSTILE[0] in browser.run("document.body.innerText")
    assert browser.run("document.documentElement.scrollWidth") == 320
    assert violations(browser, axe) == []
