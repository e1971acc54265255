"""Merges in a signed history: what they may bring, from where, and that they add nothing of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from jetenv.access.members import render
from jetenv.merging.conflicts import DEFAULT_MARKERS, leave_open
from jetenv.merging.files import Versions, merge_file, merge_versions
from jetenv.merging.strategies import Strategies
from jetenv.repository.lines import merge_lines
from jetenv.schemas.catalog import Catalog

HOME, OTHER = "pages/home.yaml", "pages/other.yaml"


@pytest.fixture
def pair(world, page) -> Callable[..., tuple[str, str]]:
    """``pair(ours, theirs)``: a commit on production and one on staging, which both started from the same page."""

    def make(ours: dict, theirs: dict, base: dict | None = None) -> tuple[str, str]:
        start = world.commit(world.production, "ada", base or {})
        staging, _ = world.staging(start)
        return world.commit(start, "ada", ours), world.commit(staging, "bob", theirs)

    return make


def merged(world, pair, edits, **options):
    """A merge on production by bob, an editor: its first parent's tree with ``edits``."""
    ours, theirs = pair
    return world.commit(ours, options.pop("who", "bob"), world.tree(ours, edits), theirs, **options)


def merge(base: bytes, ours: bytes, theirs: bytes, path: str = HOME) -> bytes:
    result = merge_file(base, ours, theirs, Catalog.builtin().rules_for(path), merge_lines, path=path)
    assert result.clean
    return result.content


BASE = b"""\
id: home
title: Home
description: Start
components:
  - {id: a, type: text, title: A}
  - {id: b, type: text, title: B}
  - {id: c, type: text, title: C}
query: |
  SELECT *
  FROM orders
  WHERE tenant = 1
  AND open
  ORDER BY id
"""


def test_an_editor_reaches_a_protected_environment_by_merge(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    assert world.rules(merged(world, both, {HOME: page("Theirs")})) == []
    assert world.rules(merged(world, both, {HOME: page("Theirs")}, who="carol")) == ["commit.unknown-key"]


def test_a_merge_brings_no_line_that_is_of_neither_side(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    for edits in (
        {HOME: page("Mine")},
        {HOME: page("Theirs"), "pages/new.yaml": page("Mine")},
        {HOME: page("Theirs"), "pages/home2.yaml": page("Theirs")},
        {HOME: page("Theirs"), "notes.txt": b"mine"},
        {HOME: None},
        {HOME: page("Theirs"), OTHER: page("Mine")},
    ):
        done = world.verify(merged(world, both, edits))
        assert [breach.rule.value for breach in done.breaches] == ["merge.content"], edits
    assert done.breaches[0].path == OTHER
    assert done.breaches[0].member == "bob"


CHANGES = [
    # what ours makes of the base, what theirs makes of it
    ((b"title: Home", b"title: Welcome"), (b"description: Start", b"description: All orders")),
    ((b"title: A", b"title: A1"), (b"title: C", b"title: C1")),
    ((b"  - {id: a, type: text, title: A}\n", b""), (b"title: C", b"title: C1")),
    ((b"components:\n", b"components:\n  - {id: x, type: text}\n"), (b"title: B", b"title: B1")),
    ((b"WHERE tenant = 1", b"WHERE tenant = 1 AND x"), (b"ORDER BY id", b"ORDER BY date")),
    ((b"  FROM orders\n", b"  FROM orders o\n"), (b"  AND open\n", b"")),
    (
        (b"{id: a, type: text, title: A}\n  - {id: b", b"{id: b"),
        (b"{id: c, type: text, title: C}", b"{id: c, type: text, title: C}\n  - {id: d, type: text}"),
    ),
]


@pytest.mark.parametrize(("one", "two"), CHANGES)
def test_what_the_engine_merges_is_admissible_and_every_change_of_it_is_not(world, pair, one, two):
    ours, theirs = BASE.replace(*one), BASE.replace(*two)
    assert BASE not in (ours, theirs)
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: BASE})
    content = merge(BASE, ours, theirs)
    assert world.rules(merged(world, both, {HOME: content})) == []
    for line in content.splitlines(keepends=True):
        for forged in (content.replace(line, b"", 1), content.replace(line, line.rstrip() + b"0\n", 1)):
            if forged in (content, ours, theirs) or admitted(forged, ours, theirs):
                continue
            assert world.rules(merged(world, both, {HOME: forged})) == ["merge.content"], forged.decode()


def admitted(forged: bytes, ours: bytes, theirs: bytes) -> bool:
    """Whether a side has the change that made ``forged``: a line that only one has may be left out again."""
    lines = [set(each.splitlines()) for each in (forged, ours, theirs)]
    return lines[0] <= lines[1] | lines[2] and lines[1] & lines[2] <= lines[0]


def test_items_in_an_order_that_no_side_has_are_found(world, pair):
    ours, theirs = BASE.replace(b"title: A", b"title: A1"), BASE.replace(b"title: C", b"title: C1")
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: BASE})
    lines = merge(BASE, ours, theirs).splitlines(keepends=True)
    lines[4], lines[6] = lines[6], lines[4]
    assert world.rules(merged(world, both, {HOME: b"".join(lines)})) == ["merge.content"]


def test_lines_of_a_text_in_an_order_that_no_side_has_are_found(world, pair):
    ours = BASE.replace(b"tenant = 1", b"tenant = 2")
    theirs = BASE.replace(b"ORDER BY id", b"ORDER BY date")
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: BASE})
    content = merge(BASE, ours, theirs)
    forged = content.replace(b"  FROM orders\n", b"").replace(b"  AND open\n", b"  AND open\n  FROM orders\n")
    assert world.rules(merged(world, both, {HOME: forged})) == ["merge.content"]


def test_a_file_that_one_side_moved_and_the_other_one_changed_is_merged_in_its_new_place(world, pair):
    changed = BASE.replace(b"title: Home", b"title: Welcome")
    both = pair({HOME: None, "archive/home.yaml": BASE}, {HOME: changed}, {HOME: BASE})
    assert world.rules(merged(world, both, {"archive/home.yaml": changed})) == []
    forged = changed.replace(b"tenant = 1", b"1 = 1")
    assert world.rules(merged(world, both, {"archive/home.yaml": forged})) == ["merge.content"]


def test_files_that_are_no_yaml_are_held_against_their_lines(world, pair):
    text = b"one\ntwo\nthree\nfour\nfive\n"
    both = pair({"run.sh": text.replace(b"one", b"1")}, {"run.sh": text.replace(b"five", b"5")}, {"run.sh": text})
    assert world.rules(merged(world, both, {"run.sh": b"1\ntwo\nthree\nfour\n5\n"})) == []
    assert world.rules(merged(world, both, {"run.sh": b"1\ntwo\nthree\nevil\n5\n"})) == ["merge.content"]


def test_binary_files_are_of_a_side(world, pair):
    both = pair({"logo": b"\0ours"}, {"logo": b"\0theirs"}, {"logo": b"\0base"})
    assert world.rules(merged(world, both, {"logo": b"\0theirs"})) == []
    assert world.rules(merged(world, both, {"logo": b"\0mine"})) == ["merge.content"]


# What only the first side changed


def test_a_merge_of_an_ancestor_takes_nothing_back(world, page):
    start = world.commit(world.production, "ada", {HOME: BASE, OTHER: page("Other")})
    changed = BASE.replace(b"tenant = 1", b"tenant = 2")
    tip = world.commit(start, "ada", {HOME: changed, OTHER: None, "pages/new.yaml": page("New")})
    back = [{HOME: BASE}, {OTHER: page("Other")}, {"pages/new.yaml": None}]
    for edits in (*back, {HOME: changed.replace(b"tenant = 2", b"tenant = 1").replace(b"B}", b"B }")}):
        assert world.rules(world.commit(tip, "bob", world.tree(tip, edits), start)) == ["merge.content"], edits


@pytest.mark.parametrize(
    ("one", "back"),
    [
        ((b"title: A", b"title: A1"), (b"title: A1", b"title: A")),
        ((b"  - {id: b, type: text, title: B}\n", b""), None),
        ((b"components:\n", b"components:\n  - {id: x, type: text}\n"), (b"  - {id: x, type: text}\n", b"")),
        ((b"  AND open\n", b""), None),
        ((b"title: Home\n", b""), None),
        (
            (b"  - {id: a, type: text, title: A}\n  - {id: b, type: text, title: B}\n",
             b"  - {id: b, type: text, title: B}\n  - {id: a, type: text, title: A}\n"),
            None,
        ),
    ],
)  # fmt: skip
def test_a_merge_takes_back_nothing_that_the_other_side_left_alone(world, pair, one, back):
    ours, theirs = BASE.replace(*one), BASE.replace(b"description: Start", b"description: End")
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: BASE})
    content = merge(BASE, ours, theirs)
    assert world.rules(merged(world, both, {HOME: content})) == []
    taken_back = content.replace(*back) if back else theirs
    assert taken_back != content
    assert world.rules(merged(world, both, {HOME: taken_back})) == ["merge.content"]


def test_a_revert_is_undone_by_a_merge_that_says_so(world, pair, page):
    ours, theirs = pair({}, {HOME: page("Theirs")})
    brought = merged(world, (ours, theirs), {HOME: page("Theirs")})
    reverted = world.commit(brought, "ada", {HOME: page("Home")}, message=f"Revert\n\nJetenv-Reverts: {theirs}\n")
    again = world.commit(theirs, "bob", {OTHER: page("More")})
    edits = {HOME: page("Theirs"), OTHER: page("More")}
    assert world.rules(merged(world, (reverted, again), edits)) == ["merge.content"]
    message = f"Merge\n\nJetenv-Relands: {reverted}\n"
    assert world.rules(merged(world, (reverted, again), edits, message=message)) == []
    other = {**edits, "pages/orders.yaml": page("Mine")}
    assert world.rules(merged(world, (reverted, again), other, message=message)) == ["merge.content"]


def test_only_a_revert_is_undone_and_only_by_what_it_undid(world, page):
    old = world.commit(world.production, "ada", {HOME: page("Old")})
    tip = world.commit(old, "ada", {HOME: page("New")})
    message = f"Merge\n\nJetenv-Relands: {tip}\n"
    assert world.rules(world.commit(tip, "bob", world.tree(tip, {HOME: page("Old")}), old, message=message)) == [
        "merge.content"
    ]
    reverted = world.commit(tip, "ada", {HOME: page("Mended")}, message=f"Revert\n\nJetenv-Reverts: {tip}\n")
    message = f"Merge\n\nJetenv-Relands: {reverted}\n"
    for source, rules in ((world.production, ["merge.content"]), (tip, [])):
        tree = world.tree(reverted, {HOME: world.repo.trees.entry(world.tree_of(source), HOME)})
        assert world.rules(world.commit(reverted, "bob", tree, source, message=message)) == rules


def test_any_of_several_merge_bases_will_do(world, pair, page):
    ours, theirs = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    first = world.commit(ours, "bob", world.tree(ours, {HOME: page("Theirs")}), theirs)
    second = world.commit(theirs, "bob", world.tree(theirs, {OTHER: page("Ours")}), ours)
    left = world.commit(first, "ada", {"pages/left.yaml": page("Left")})
    right = world.commit(second, "bob", {"pages/right.yaml": page("Right")})
    assert len(world.repo.commits.merge_bases(left, right)) == 2
    assert world.rules(merged(world, (left, right), {"pages/right.yaml": page("Right")})) == []
    assert world.rules(merged(world, (left, right), {"pages/right.yaml": page("Mine")})) == ["merge.content"]


# Conflicts


def resolved(conflicts, engine: str | None = None) -> str:
    from jetenv.version import __version__

    ids = " ".join(conflict.id for conflict in conflicts)
    return f"Merge\n\nJetenv-Engine: jetenv {engine or __version__}\nJetenv-Resolved: {ids}\n"


@pytest.fixture
def conflicting(world, pair):
    """Sides that disagree about the title, the conflict, and the page with a title of one's own."""
    ours, theirs = BASE.replace(b"Home", b"Ours"), BASE.replace(b"Home", b"Theirs")
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: BASE})
    found = merge_file(BASE, ours, theirs, Catalog.builtin().rules_for(HOME), merge_lines, path=HOME)
    return both, found.conflicts, BASE.replace(b"Home", b"Both of us")


def test_a_resolved_conflict_may_have_a_value_of_its_own(world, conflicting):
    both, conflicts, own = conflicting
    assert world.rules(merged(world, both, {HOME: own})) == ["merge.content"]
    assert world.rules(merged(world, both, {HOME: own}, message=resolved(conflicts))) == []


@pytest.mark.parametrize(
    ("path", "ours", "theirs"),
    [
        ("notes.txt", b"one\nours\n", b"one\ntheirs\n"),
        ("pages/archive.yaml", b"name: Archive\nurl: /archive\n", b"name: Old\nurl: /old\n"),
    ],
)
def test_a_file_that_both_sides_added_may_be_settled_to_be_none(world, pair, path, ours, theirs):
    """As before both, which had no such file. Where one conflict of several was settled, the file has to stay."""
    both = pair({path: ours}, {path: theirs})
    rules = Catalog.builtin().rules_for(path)
    found = merge_file(b"", ours, theirs, rules, merge_lines, path=path).conflicts
    assert world.rules(merged(world, both, {path: None})) == ["merge.content"]
    assert world.rules(merged(world, both, {path: None}, message=resolved(found))) == []
    if len(found) > 1:
        assert world.rules(merged(world, both, {path: None}, message=resolved(found[1:]))) == ["merge.content"]


def test_a_text_that_could_be_read_as_yaml_is_settled_as_the_whole_that_it_is_to_a_merge(world, pair):
    texts = (b"title: Start\n", b"title: Ours\n", b"title: Theirs\n")
    both = pair({"notes.txt": texts[1]}, {"notes.txt": texts[2]}, {"notes.txt": texts[0]})
    versions = Versions(*texts, Catalog.builtin().rules_for("notes.txt"), merge_lines, "notes.txt")
    found = merge_versions(versions, leave_open).conflicts
    assert [conflict.field for conflict in found] == [()]
    own = {"notes.txt": b"title: Both of us\n"}
    assert world.rules(merged(world, both, own)) == ["merge.content"]
    assert world.rules(merged(world, both, own, message=resolved(found))) == []


@pytest.mark.parametrize("strategy", ["manual", "lines"])
def test_a_conflict_is_that_of_the_strategy_by_which_the_project_merges_the_file(strategy, world, pair):
    project = f"format: 1\nmerge: {{{HOME}: {strategy}}}\n".encode()
    pages = (BASE, BASE.replace(b"Home", b"Ours"), BASE.replace(b"Home", b"Theirs"))
    both = pair({HOME: pages[1]}, {HOME: pages[2]}, {HOME: pages[0], "jetenv.yaml": project})
    versions = Versions(*pages, Catalog.builtin().rules_for(HOME), merge_lines, HOME)
    merge_content = Strategies.read({HOME: strategy}).merge_content(merge_versions)
    found = merge_content(versions, leave_open, DEFAULT_MARKERS).conflicts
    assert [conflict.field for conflict in found] == [()]
    own = {HOME: BASE.replace(b"Home", b"Both of us").replace(b"tenant = 1", b"tenant = 2")}
    assert world.rules(merged(world, both, own)) == ["merge.content"]
    assert world.rules(merged(world, both, own, message=resolved(found))) == []


def test_of_two_new_names_of_a_file_the_project_may_take_the_other_sides(world, pair):
    old, ours, theirs = "pages/old.yaml", "pages/ours.yaml", "pages/theirs.yaml"
    project = b"format: 1\nmerge: {pages/**: theirs}\n"
    for settings, rules in ((project, []), (project.replace(b": theirs", b": ours"), ["merge.content"])):
        both = pair({old: None, ours: BASE}, {old: None, theirs: BASE}, {old: BASE, "jetenv.yaml": settings})
        assert world.rules(merged(world, both, {ours: None, theirs: BASE})) == rules
        assert world.rules(merged(world, both, {ours: None})) == ["merge.content"]
        both = pair({old: None, ours: BASE}, {old: None}, {old: BASE, "jetenv.yaml": settings})
        assert world.rules(merged(world, both, {ours: None})) == rules


def test_where_a_file_stands_against_a_folder_the_project_may_take_the_other_sides(world, pair):
    file, below = {"notes": b"text\n"}, {"notes/one": b"1\n", "notes/two": b"2\n"}
    for strategy, rules in (("theirs", []), ("ours", ["merge.content"])):
        settings = f"format: 1\nmerge: {{notes: {strategy}}}\n".encode()
        both = pair(below, file, {"jetenv.yaml": settings})
        assert sorted({*world.rules(merged(world, both, {**dict.fromkeys(below), **file}))}) == rules
        assert set(world.rules(merged(world, both, dict.fromkeys(below)))) == {"merge.content"}
        both = pair(file, below, {"jetenv.yaml": settings})
        assert world.rules(merged(world, both, {"notes": None, **below})) == rules
        assert world.rules(merged(world, both, {"notes": None, "notes/one": b"1\n"})) == ["merge.content"]


def test_it_is_resolved_at_its_place_and_nowhere_else(world, conflicting):
    both, conflicts, own = conflicting
    elsewhere = own.replace(b"tenant = 1", b"1 = 1")
    done = world.verify(merged(world, both, {HOME: elsewhere}, message=resolved(conflicts)))
    assert [breach.rule.value for breach in done.breaches] == ["merge.content"]
    assert "at query" in done.breaches[0].message


LISTS = b"""\
id: home
title: Home
components:
  - id: left
    type: container
    components:
      - {id: other, type: text, text: other}
      - id: total
        type: text
        text: Total
  - id: right
    type: container
    components:
      - {id: help, type: text, text: help}
  - id: third
    type: container
    components:
      - {id: note, type: text, text: note}
"""
TOTAL = b"      - id: total\n        type: text\n        text: Total\n"


@pytest.fixture
def moved_apart(world, pair):
    """Sides that moved a component to different places, the conflict, and the page with it at any place."""

    def page_with(before: bytes | None) -> bytes:
        rest = LISTS.replace(TOTAL, b"")
        return rest + TOTAL if before is None else rest.replace(before, TOTAL + before)

    ours, theirs = page_with(b"  - id: third"), page_with(None)
    both = pair({HOME: ours}, {HOME: theirs}, {HOME: LISTS})
    found = merge_file(LISTS, ours, theirs, Catalog.builtin().rules_for(HOME), merge_lines, path=HOME)
    assert [conflict.kind.value for conflict in found.conflicts] == ["move/move"]
    on_top = LISTS.replace(TOTAL, b"") + b"  - id: total\n    type: text\n    text: Total\n"
    return both, found.conflicts, {"theirs": theirs, "base": LISTS, "elsewhere": on_top}


@pytest.mark.parametrize("place", ["theirs", "base", "elsewhere"])
def test_what_both_sides_moved_stands_once_where_that_was_settled(place, world, moved_apart):
    both, conflicts, pages = moved_apart
    message = resolved(conflicts)
    assert world.rules(merged(world, both, {HOME: pages[place]})) == ["merge.content"]
    assert world.rules(merged(world, both, {HOME: pages[place]}, message=message)) == []
    for old, new in ((b"text: Total", b"text: Mine"), (b"text: note", b"text: mine"), (b"title: Home", b"title: Mine")):
        other = pages[place].replace(old, new)
        assert world.rules(merged(world, both, {HOME: other}, message=message)) == ["merge.content"], new


def test_ids_of_another_engine_count_only_where_both_sides_changed_a_field(world, conflicting):
    both, _, own = conflicting
    message = "Merge\n\nJetenv-Engine: jetenv 99.0\nJetenv-Resolved: 0123456789ab\n"
    assert world.rules(merged(world, both, {HOME: own}, message=message)) == []
    elsewhere = own.replace(b"tenant = 1", b"1 = 1")
    assert world.rules(merged(world, both, {HOME: elsewhere}, message=message)) == ["merge.content"]
    made_up = message.replace("99.0", __import__("jetenv.version").version.__version__)
    assert world.rules(merged(world, both, {HOME: own}, message=made_up)) == ["merge.content"]


def test_a_conflict_that_is_none_cannot_be_listed(world, pair, page):
    from jetenv.merging.conflicts import Conflict, ConflictKind

    both = pair({OTHER: page("Ours")}, {HOME: BASE}, {HOME: BASE.replace(b"Home", b"X")})
    old, new = BASE.replace(b"Home", b"X").decode(), BASE.decode()
    listed = [Conflict(HOME, (), kind, old, old, new) for kind in ConflictKind]
    assert world.rules(merged(world, both, {HOME: b"mine"}, message=resolved(listed))) == ["merge.content"]


def test_a_file_deleted_on_one_side_and_edited_on_the_other_is_settled_as_a_whole(world, pair):
    from jetenv.merging.conflicts import Conflict, ConflictKind

    edited = BASE.replace(b"Home", b"Theirs")
    both = pair({HOME: None}, {HOME: edited}, {HOME: BASE})
    listed = [Conflict(HOME, (), ConflictKind.EDIT_DELETE, BASE.decode(), None, edited.decode())]
    assert world.rules(merged(world, both, {HOME: edited})) == []
    assert world.rules(merged(world, both, {HOME: BASE})) == ["merge.content"]
    assert world.rules(merged(world, both, {HOME: BASE}, message=resolved(listed))) == []


NEW_NAME = "pages/new.yaml"


@pytest.mark.parametrize("deleted", [True, False])
def test_a_file_that_both_sides_named_has_the_name_that_was_chosen_and_what_they_made_of_it(deleted, world, pair):
    from jetenv.merging.conflicts import Conflict, ConflictKind

    mine = {HOME: None} if deleted else {HOME: None, "pages/mine.yaml": BASE.replace(b"Start", b"Mine")}
    theirs = BASE.replace(b"Home", b"Theirs")
    both = pair(mine, {HOME: None, "pages/yours.yaml": theirs}, {HOME: BASE})
    kind = ConflictKind.RENAME_DELETE if deleted else ConflictKind.RENAME_RENAME
    listed = [Conflict(HOME, (), kind, HOME, None if deleted else "pages/mine.yaml", "pages/yours.yaml")]
    content = theirs if deleted else theirs.replace(b"Start", b"Mine")
    edits = {NEW_NAME: content} if deleted else {NEW_NAME: content, "pages/mine.yaml": None}
    assert set(world.rules(merged(world, both, edits))) == {"merge.content"}
    assert world.rules(merged(world, both, edits, message=resolved(listed))) == []
    smuggled = edits | {NEW_NAME: content.replace(b"tenant = 1", b"1 = 1")}
    assert world.rules(merged(world, both, smuggled, message=resolved(listed))) == ["merge.content"]


@pytest.mark.parametrize("side", ["theirs", "base"])
def test_a_file_in_the_place_of_a_folder_is_settled_with_all_that_is_below_it(side, world, pair):
    from jetenv.merging.trees import merge_trees

    files = {"docs/x": b"file\n", "docs/y/old": b"old\n", "docs/y/same": b"same\n"}
    mine = {"docs/x": b"file of ours\n", "docs/y/old": b"old of ours\n"}
    yours = {"docs/x": None, "docs/x/new": b"new\n", "docs/y/old": None, "docs/y/same": None, "docs/y": b"file\n"}
    ours, theirs = pair(mine, yours, files)
    trees = world.repo.trees
    base, *sides = map(world.tree_of, (world.repo.commits.merge_bases(ours, theirs)[0], ours, theirs))
    changes = (trees.changes(base, each) for each in sides)
    found = merge_trees(*changes, trees.read, Catalog.builtin().rules_for, merge_lines).conflicts
    assert [(each.kind.value, each.path) for each in found] == [("type", "docs/x"), ("type", "docs/y")]
    settled = yours if side == "theirs" else files
    message = resolved(found)
    assert set(world.rules(merged(world, (ours, theirs), settled))) == {"merge.content"}
    assert world.rules(merged(world, (ours, theirs), settled, message=message)) == []
    below = "docs/x/new" if side == "theirs" else "docs/y/old"
    for smuggled in ({below: b"mine\n"}, {f"{below}er": b"mine\n"}):
        assert world.rules(merged(world, (ours, theirs), settled | smuggled, message=message)) == ["merge.content"]


# What environments own


def test_a_clean_merge_smuggles_no_members_file(world, pair, page):
    """git merges this without a word, and its log shows nothing (see the threats of docs/security.md)."""
    created, _ = world.staging(world.production)
    evil = world.after(world.first, members=(world.member("bob", "admin"),))
    theirs = world.commit(created, "bob", {HOME: page("Theirs"), **world.members_change("production", evil, "bob")})
    ours = world.commit(world.production, "ada", {OTHER: page("Ours")})
    repo = world.repo.workdir
    world.repo.refs.create("production", ours, "x")
    subprocess.run(["git", "checkout", "-q", "-f", "production"], cwd=repo, check=True)
    command = ["git", "-c", "commit.gpgsign=false", "merge", "-q", "--no-edit", theirs]
    subprocess.run(command, cwd=repo, check=True, capture_output=True)
    clean = world.repo.refs.tip("production")
    stays = world.repo.trees.entry(world.tree_of(clean), "environments/production/members.yaml")
    assert world.repo.trees.read(stays.oid) == render(evil)  # as plain git has it
    done = world.verify(world.commit(ours, "bob", world.tree_of(clean), theirs))
    assert {breach.rule.value for breach in done.breaches} == {"members.signature", "members.threshold"}
    assert done.policy is not None and done.policy.members == world.first


def test_settings_come_by_merge_only_from_who_may_change_them(world, page):
    path = "environments/production/environment.yaml"
    text = world.repo.trees.read(world.repo.trees.entry(world.tree_of(world.production), path).oid)
    branch = world.commit(world.production, "ada", {path: text.replace(b"name: Production", b"name: Mine")})
    merge_of = world.tree(world.production, {path: text.replace(b"name: Production", b"name: Mine")})
    assert world.rules(world.commit(world.production, "bob", merge_of, branch)) == ["merge.owned"]
    assert world.rules(world.commit(world.production, "ada", merge_of, branch)) == []
    pinned = text.replace(b"version: latest", b"version: '3.1'")
    branch = world.commit(world.production, "bob", {path: pinned})
    assert (
        world.rules(world.commit(world.production, "bob", world.tree(world.production, {path: pinned}), branch)) == []
    )


def test_members_that_admins_have_signed_may_come_by_merge(world):
    second = world.after(world.first, members=(*world.first.members, world.member("carol", "viewer")))
    edits = world.members_change("production", second, "ada", joining=("carol",))
    branch = world.commit(world.production, "ada", edits)
    assert world.rules(world.commit(world.production, "bob", world.tree_of(branch), branch)) == []


def test_copies_of_other_environments_travel_but_are_not_written(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    staging = world.repo.trees.entry(world.tree_of(both[1]), "environments/staging")
    plain = merged(world, both, {HOME: page("Theirs"), "environments/staging": staging})
    assert world.rules(plain) == []
    forged = merged(world, both, {HOME: page("Theirs"), "environments/staging/members.yaml": b"mine"})
    assert world.rules(forged) == ["merge.content"]


# Sources


@pytest.fixture
def guarded(world, page):
    """Production, which takes merges from staging only, and staging with a change."""
    path = "environments/production/environment.yaml"
    settings = "protection: {direct: admins, sources: [staging]}\n"
    start = world.commit(world.production, "ada", {path: world.folder("production", world.first, settings)[path]})
    created, _ = world.staging(start)
    return start, world.commit(created, "bob", {HOME: page("Theirs")})


def test_merges_come_from_the_sources_that_are_named(world, guarded, page):
    ours, theirs = guarded
    assert world.rules(world.commit(ours, "bob", world.tree(ours, {HOME: page("Theirs")}), theirs)) == []


def test_a_branch_that_only_looks_like_the_source_is_refused(world, guarded, page):
    ours, theirs = guarded
    fake = world.commit(theirs, "carol", {HOME: page("Fake")})
    message = f"Merge\n\nJetenv-Source: staging {fake}\n"
    for source in (fake, world.commit(ours, "bob", {HOME: page("Fake")})):
        tree = world.tree(ours, {HOME: page("Fake")})
        assert world.rules(world.commit(ours, "bob", tree, source, message=message)) == ["merge.source"]


# Selective merges


def test_a_selective_merge_is_judged_as_a_merge(world, pair, page):
    ours, theirs = pair({}, {HOME: page("Theirs"), OTHER: page("Theirs")})
    message = f"Merge part of staging\n\nJetenv-Source: staging {theirs}\nJetenv-Only: pages/home\n"
    assert world.rules(world.commit(ours, "bob", {HOME: page("Theirs")}, message=message)) == []
    assert world.rules(world.commit(ours, "bob", {HOME: page("Mine")}, message=message)) == ["merge.content"]
    missing = message.replace(theirs, "1" * 40)
    assert world.rules(world.commit(ours, "bob", {HOME: page("Theirs")}, message=missing)) == ["history.missing"]


# Forges


def landed(world, ours, head, **options):
    """What the merge button of a forge makes."""
    options = {"committer": "GitHub <noreply@github.com>", **options}
    return world.commit(ours, None, world.tree_of(head), head, **options)


def test_a_prepared_merge_lands_through_a_forge(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    prepared = merged(world, both, {HOME: page("Theirs")})
    tip = landed(world, both[0], prepared)
    assert world.rules(tip) == []
    assert world.rules(world.commit(tip, "ada", {HOME: page("Next")})) == []
    assert world.rules(prepared) == []  # by fast-forward


def test_a_forge_lands_only_what_was_prepared_signed_and_cut_from_the_target(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    prepared = merged(world, both, {HOME: page("Theirs")})
    assert world.rules(landed(world, both[0], both[1])) == ["landing"]
    unsigned = merged(world, both, {HOME: page("Theirs")}, who=None)
    assert world.rules(landed(world, both[0], unsigned)) == ["landing"]
    by_nobody = merged(world, both, {HOME: page("Theirs")}, who="carol")
    assert world.rules(landed(world, both[0], by_nobody)) == ["commit.unknown-key"]
    moved = world.commit(both[0], "ada", {"pages/late.yaml": page("Late")})
    assert world.rules(landed(world, moved, prepared)) == ["landing"]
    other = world.commit(both[0], None, world.tree(prepared, {HOME: page("Mine")}), prepared)
    assert world.rules(other) == ["landing"]


def test_a_line_of_several_commits_lands_and_each_of_them_is_judged(world, page):
    second = world.after(world.first, members=(*world.first.members, world.member("carol", "admin")))
    edits = world.members_change("production", second, "ada", joining=("carol",))
    one = world.commit(world.production, "ada", edits)
    two = world.commit(one, "carol", {HOME: page("By Carol")})
    tip = landed(world, world.production, two)
    assert world.rules(world.commit(tip, "carol", {})) == []
    by_editor = world.commit(two, "bob", {HOME: page("By Bob")})
    assert world.rules(landed(world, world.production, by_editor)) == ["commit.denied"]


def test_squash_and_rebase_are_refused_with_the_way_out(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    squashed = world.commit(both[0], None, {HOME: page("Theirs")}, committer="GitHub <noreply@github.com>")
    done = world.verify(squashed)
    assert [breach.rule.value for breach in done.breaches] == ["landing"]
    assert "squash or rebase" in (done.breaches[0].hint or "")


def test_a_merge_of_three_is_refused(world, pair, page):
    both = pair({OTHER: page("Ours")}, {HOME: page("Theirs")})
    octopus = world.commit(both[0], "ada", world.tree(both[0], {}), both[1], world.production)
    assert world.rules(octopus) == ["merge.parents"]
