"""The merge in progress: kept apart from branches and files, resolved bit by bit, completed or dropped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from jetenv.environments.delete import plan_delete
from jetenv.environments.listing import list_environments
from jetenv.environments.merges import resolve as resolving
from jetenv.environments.merges.editing_conflict import SCISSORS, draft, resolution_of
from jetenv.environments.merges.merge import Outcome, continue_merge, merge
from jetenv.environments.merges.merging_state import drop, keep, merge_in_progress, required_merge
from jetenv.environments.merges.resolve import find_conflicts, list_conflicts
from jetenv.environments.project import Project, open_project
from jetenv.environments.rename import rename
from jetenv.environments.starting.create import create
from jetenv.environments.status import status
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.merging.resolutions import Resolution
from jetenv.reports.resolving import ConflictsReport
from jetenv.reports.style import Style
from jetenv.repository.records import Record

PAGE = """\
name: {name}
url: {url}
components:
  - id: welcome
    type: text
    text: |
      # {title}
      {body}
"""
OURS, THEIRS, BASE = Resolution("ours"), Resolution("theirs"), Resolution("base")


def page(name: str = "Home", url: str = "/", title: str = "Welcome", body: str = "Read.") -> str:
    return PAGE.format(name=name, url=url, title=title, body=body)


@pytest.fixture
def root(with_staging: Path) -> Path:
    """A project with production, checked out, and staging."""
    return with_staging


@pytest.fixture
def change(root: Path, git, commit) -> Callable[[str, str, str | None], str]:
    """``change(branch, path, content) -> commit``, with production checked out afterwards."""

    def run(branch: str, path: str, content: str | None) -> str:
        git("switch", "-q", branch, cwd=root)
        made = commit(path, content)
        git("switch", "-q", "production", cwd=root)
        return made

    return run


@pytest.fixture
def two_conflicts(root: Path, change, git) -> None:
    """production and staging disagree about name and URL of a page."""
    change("production", "pages/home.yaml", page("Ours", "/ours"))
    change("staging", "pages/home.yaml", page("Theirs", "/theirs"))


def chosen(project: Project, target: str) -> tuple[resolving.ConflictList, tuple[resolving.ListedConflict, ...]]:
    listed = list_conflicts(project)
    return listed, find_conflicts(listed, target)


def resolve(project: Project, target: str, resolution: Resolution) -> resolving.ResolveResult:
    return resolving.resolve(project, *chosen(project, target), resolution)


def states(project: Project) -> dict[str, str]:
    return {
        resolving.place(each.conflict.path, each.conflict.field): each.state
        for each in list_conflicts(project).conflicts
    }


def record(root: Path) -> Path:
    return root / ".git" / "jetenv" / "merge.json"


def test_a_merge_with_conflicts_is_kept_and_nothing_else_changes(root, opened, two_conflicts, snapshot) -> None:
    before = snapshot(root)
    result = merge(opened(), "staging", "production")
    assert result.outcome is Outcome.CONFLICTS
    assert result.kept
    assert snapshot(root) == before
    state = required_merge(opened())
    assert (state.source, state.target, state.open) == ("staging", "production", 2)
    assert states(opened()) == {"pages/home#name": "open", "pages/home#url": "open"}


def test_a_merge_without_conflicts_and_a_dry_run_keep_nothing(root, opened, two_conflicts) -> None:
    assert not merge(opened(), "staging", "production", dry_run=True).kept
    assert merge_in_progress(opened()) is None


def test_resolving_and_continuing_lands_a_signed_merge_that_names_the_conflicts(
    root, opened, two_conflicts, git
) -> None:
    """Conflicts that are left are an answer; so nothing lands before the last one is resolved."""
    parents = [git("rev-parse", each, cwd=root) for each in ("production", "staging")]
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home#name", THEIRS)
    result = continue_merge(opened())
    assert (result.outcome, len(result.conflicts), result.kept) == (Outcome.CONFLICTS, 1, True)
    resolve(opened(), "pages/home#url", Resolution(value="/mine"))
    ids = [each.conflict.id for each in list_conflicts(opened()).conflicts]
    result = continue_merge(opened(), message="Agree")
    assert result.outcome is Outcome.MERGED
    assert git("rev-list", "--parents", "-n1", "production", cwd=root).split()[1:] == parents
    message = git("log", "-1", "--format=%B", "production", cwd=root)
    assert message.startswith("Agree\n")
    assert f"Jetenv-Resolved: {' '.join(ids)}" in message
    assert "resolved=2" in message
    git("verify-commit", "production", cwd=root)
    assert (root / "pages/home.yaml").read_text() == page("Theirs", "/mine")
    assert git("status", "--porcelain", cwd=root) == ""
    assert merge_in_progress(opened()) is None
    assert merge(opened(), "staging", "production").outcome is Outcome.UP_TO_DATE


def test_a_second_merge_waits_for_the_first(root, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    with pytest.raises(RefusedError) as refused:
        merge(opened(), "production", "staging")
    assert "--continue" in (refused.value.hint or "")
    assert merge(opened(), "production", "staging", dry_run=True).outcome is Outcome.CONFLICTS


def test_what_a_merge_in_progress_needs_keeps_its_branch(root, opened, two_conflicts, snapshot) -> None:
    """Its id cannot change and it cannot be deleted, whichever of the two it is; the way out is told."""
    create(opened(), "dev", source="staging")
    merge(opened(), "staging", "production")
    before = snapshot(root)
    for refused in (
        lambda: rename(opened(), "staging", "stage", change_id=True),
        lambda: plan_delete(opened(), "staging", force=True),
    ):
        with pytest.raises(RefusedError, match="the merge of 'staging' into 'production' is in progress") as error:
            refused()
        assert "merge --continue" in (error.value.hint or "")
        assert "merge --abort" in (error.value.hint or "")
    assert snapshot(root) == before
    assert rename(opened(), "staging", "Stage").environment.name == "Stage", "the display name is not needed"
    plan_delete(opened(), "dev", force=True)
    drop(opened())
    plan_delete(opened(), "staging", force=True)


@pytest.mark.parametrize("branch", ["production", "staging"])
def test_a_tip_that_moved_is_refused_and_what_was_resolved_is_offered_again(
    branch, root, opened, two_conflicts, change, git
) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home#name", THEIRS)
    change(branch, "menu.yaml", (root / "menu.yaml").read_text() + "# reviewed\n")
    before = git("for-each-ref", cwd=root)
    for attempt in (continue_merge, list_conflicts):
        with pytest.raises(RefusedError, match="moved") as refused:
            attempt(opened())
        assert "merge --abort" in (refused.value.hint or "")
    assert git("for-each-ref", cwd=root) == before
    assert drop(opened()) is not None
    result = merge(opened(), "staging", "production")
    assert len(result.remembered) == 1
    assert states(opened()) == {"pages/home#name": "remembered", "pages/home#url": "open"}
    assert continue_merge(opened()).outcome is Outcome.CONFLICTS, "nothing is applied without being accepted"
    listed = list_conflicts(opened())
    resolving.accept_remembered(opened(), listed, listed.conflicts)
    assert states(opened()) == {"pages/home#name": "resolved", "pages/home#url": "open"}


def test_a_source_that_is_gone_is_refused(root, opened, two_conflicts, git) -> None:
    merge(opened(), "staging", "production")
    git("branch", "-qD", "staging", cwd=root)
    with pytest.raises(RefusedError, match="staging"):
        continue_merge(opened())
    drop(opened())
    assert merge_in_progress(opened()) is None


def test_another_value_is_another_conflict_and_is_offered_nothing(root, opened, two_conflicts, change) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home", OURS)
    drop(opened())
    change("staging", "pages/home.yaml", page("Others", "/theirs"))
    merge(opened(), "staging", "production")
    assert states(opened()) == {"pages/home#name": "open", "pages/home#url": "remembered"}


def test_undo_opens_a_conflict_again_and_forgets(root, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home", OURS)
    resolving.undo(opened(), *chosen(opened(), "pages/home#url"))
    assert states(opened()) == {"pages/home#name": "resolved", "pages/home#url": "open"}


def test_a_side_for_all_conflicts_is_a_merge_at_once(root, opened, two_conflicts, git) -> None:
    """``--theirs`` is for conflicts only: what ours alone changed stays."""
    result = merge(opened(), "staging", "production", favour="theirs")
    assert (result.outcome, len(result.resolved)) == (Outcome.MERGED, 2)
    assert "Jetenv-Resolved: " in git("log", "-1", "--format=%B", cwd=root)
    assert (root / "pages/home.yaml").read_text() == page("Theirs", "/theirs")


def test_violations_keep_the_merge_in_progress(root, opened, two_conflicts, change, git) -> None:
    """A resolution that breaks the project is shown by what it breaks, and can be changed."""
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home#name", Resolution(value="[not, a, name]"))
    resolve(opened(), "pages/home#url", OURS)
    before = git("for-each-ref", cwd=root)
    result = continue_merge(opened())
    assert (result.outcome, result.kept) == (Outcome.VIOLATIONS, True)
    assert [each.finding.path for each in result.violations] == ["pages/home.yaml"]
    assert git("for-each-ref", cwd=root) == before
    resolve(opened(), "pages/home#name", BASE)
    assert continue_merge(opened()).outcome is Outcome.MERGED


def test_a_local_edit_in_the_way_stops_continuing_and_keeps_the_merge(root, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home", THEIRS)
    (root / "pages/home.yaml").write_text("# mine\n" + page("Ours", "/ours"))
    with pytest.raises(RefusedError, match=r"pages/home\.yaml"):
        continue_merge(opened())
    assert (root / "pages/home.yaml").read_text().startswith("# mine")
    state = required_merge(opened())
    assert (state.open, state.landing) == (0, None)


@pytest.mark.parametrize("target", ["pages/hom", "pages/home#nam", "0123456789ab", "theme", "pages/home#components"])
def test_a_target_that_is_no_conflict_is_told_what_there_is(target, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    with pytest.raises(UsageError) as wrong:
        chosen(opened(), target)
    assert "pages/home#" in (wrong.value.hint or "")


def test_a_conflict_is_named_by_id_by_file_or_by_field(opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    listed = list_conflicts(opened())
    first = listed.conflicts[0]
    assert find_conflicts(listed, first.conflict.id) == (first,)
    assert find_conflicts(listed, "pages/home.yaml#name") == (first,)
    assert find_conflicts(listed, "pages/home") == listed.conflicts
    with pytest.raises(UsageError, match="2 conflicts"):
        resolving.require_one_place(listed.conflicts)


def test_a_value_that_cannot_stand_there_changes_nothing(opened, root, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    before = record(root).read_bytes()
    with pytest.raises(UsageError):
        resolve(opened(), "pages/home#name", Resolution(value="[broken"))
    assert record(root).read_bytes() == before


def test_without_a_merge_there_is_nothing_to_go_on_with(opened, root) -> None:
    for attempt in (continue_merge, drop, list_conflicts):
        with pytest.raises(RefusedError, match="no merge"):
            attempt(opened())


def test_status_and_list_mention_the_merge(opened, root, two_conflicts) -> None:
    assert status(opened()).merge is None
    merge(opened(), "staging", "production")
    for waiting in (status(opened()).merge, list_environments(opened()).merge):
        assert waiting is not None
        assert waiting.merge is not None
        assert waiting.merge.open == 2


# The record


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"format": 1}', b'{"format": "1"}', b"\xff", b'{"format": 1, "request": 3}'],
)
def test_a_record_that_cannot_be_read_is_told_with_the_way_out(content, opened, root, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    record(root).write_bytes(content)
    for attempt in (continue_merge, list_conflicts, lambda project: merge(project, "staging", "production")):
        with pytest.raises(JetenvError) as broken:
            attempt(opened())
        assert "merge --abort" in (broken.value.hint or "")
    waiting = status(opened()).merge
    assert waiting is not None
    assert waiting.problem
    assert drop(opened()) is None
    assert merge(opened(), "staging", "production").outcome is Outcome.CONFLICTS


def test_a_record_of_another_version_is_not_touched(opened, root, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    newer = json.dumps({**json.loads(record(root).read_text()), "format": 2, "more": 1})
    record(root).write_text(newer)
    with pytest.raises(JetenvError, match="another version"):
        continue_merge(opened())
    assert record(root).read_text() == newer


def test_a_broken_memory_is_told(opened, root, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    memory = root / ".git/jetenv/resolutions.json"
    memory.write_text('{"format": 1, "resolutions": []}')
    with pytest.raises(JetenvError) as broken:
        list_conflicts(opened())
    assert broken.value.where == str(memory)
    assert "remove the file" in (broken.value.hint or "")


def test_two_at_once_lose_no_resolution(root, opened, two_conflicts) -> None:
    """Both saw the merge before either wrote."""
    merge(opened(), "staging", "production")
    seen = Barrier(2, timeout=60)

    def run(field: str) -> None:
        project = open_project(root)
        listed, found = chosen(project, f"pages/home#{field}")
        seen.wait()
        resolving.resolve(project, listed, found, OURS)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, ("name", "url")))
    assert set(states(opened()).values()) == {"resolved"}


def test_a_merge_that_was_dropped_meanwhile_is_not_written_back(root, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    listed, found = chosen(opened(), "pages/home#name")
    drop(opened())
    with pytest.raises(RefusedError, match="meanwhile"):
        resolving.resolve(opened(), listed, found, OURS)
    assert merge_in_progress(opened()) is None


def test_a_commit_that_landed_before_a_crash_completes_the_merge(root, opened, two_conflicts, monkeypatch) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home", THEIRS)
    with monkeypatch.context() as patched:
        patched.setattr(Record, "remove", lambda _self: None)
        assert continue_merge(opened()).outcome is Outcome.MERGED
    assert record(root).exists()
    assert merge_in_progress(opened()) is None
    assert not record(root).exists()
    assert merge(opened(), "staging", "production").outcome is Outcome.UP_TO_DATE


def test_a_commit_that_did_not_land_before_a_crash_leaves_the_merge_in_progress(root, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    resolve(opened(), "pages/home", THEIRS)
    record(root).write_text(json.dumps({**json.loads(record(root).read_text()), "landing": "0" * 40}))
    assert required_merge(opened()).landing is None
    assert continue_merge(opened()).outcome is Outcome.MERGED


def test_on_a_narrow_terminal_each_place_is_told_in_full(opened, two_conflicts) -> None:
    """It is what `jetenv resolve` takes; with room enough each conflict is a row."""
    merge(opened(), "staging", "production")
    report = ConflictsReport(list_conflicts(opened()))
    assert "pages/home.yaml#name (edit/edit) open\n" in report.text(Style(width=60))
    assert "    theirs  Theirs\n" in report.text(Style(width=60))
    assert "PLACE" in report.text(Style(width=200))


# The editor


def test_an_editor_gets_the_value_and_below_it_the_three_versions(opened, root, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "pages/home#name")
    made = draft(opened(), listed, one.conflict)
    value, _, rest = made.text.partition(SCISSORS)
    assert value == "Ours\n"
    for word in ("name: Home", "name: Ours", "name: Theirs", "production", "staging"):
        assert word in rest
    assert resolution_of(made, made.text.replace("Ours\n", "Mine\n", 1)) == Resolution(value="Mine\n")


@pytest.mark.parametrize("edited", ["", "\n \n", f"{SCISSORS}\nOurs\n"])
def test_an_editor_left_empty_resolves_nothing(edited, opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "pages/home#name")
    with pytest.raises(RefusedError, match="nothing is left"):
        resolution_of(draft(opened(), listed, one.conflict), edited)


def test_an_editor_left_as_it_was_resolves_nothing(opened, two_conflicts) -> None:
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "pages/home#name")
    made = draft(opened(), listed, one.conflict)
    with pytest.raises(RefusedError, match="nothing was changed"):
        resolution_of(made, made.text)


def test_a_text_is_edited_as_a_text_with_markers(opened, root, change) -> None:
    change("production", "pages/home.yaml", page(title="Ours"))
    change("staging", "pages/home.yaml", page(title="Theirs"))
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "pages/home")
    made = draft(opened(), listed, one.conflict)
    assert "<<<<<<< production\n# Ours\n" in made.text
    with pytest.raises(RefusedError, match="markers"):
        resolution_of(made, made.text)
    resolution = resolution_of(made, "# Ours, and theirs\n\nRead.\n")
    resolving.resolve(opened(), listed, (one,), resolution)
    continue_merge(opened())
    assert (root / "pages/home.yaml").read_text().endswith("text: |\n      # Ours, and theirs\n\n      Read.\n")


def test_the_order_of_a_list_is_edited_by_its_keys(opened, root, change) -> None:
    """Items that one side added are among them, and nothing of them is lost."""

    def menu(*names: str, label: str = "A") -> str:
        return "items:\n" + "".join(f"  - id: {name}\n    label: {label}\n" for name in names)

    change("production", "notes/menu.yaml", menu("a", "b", "c"))
    merge(opened(), "production", "staging")
    change("production", "notes/menu.yaml", menu("c", "a", "b"))
    change("staging", "notes/menu.yaml", menu("a", "c", "b", "d"))
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "notes/menu")
    made = draft(opened(), listed, one.conflict)
    assert made.text.partition(SCISSORS)[0] == "- c\n- a\n- b\n- d\n"
    resolution = resolution_of(made, "- d\n- b\n- c\n- a\n" + SCISSORS)
    resolving.resolve(opened(), listed, (one,), resolution)
    continue_merge(opened())
    assert (root / "notes/menu.yaml").read_text() == menu("d", "b", "c", "a")


def test_a_file_that_both_renamed_is_named_by_a_value(opened, root, change, git) -> None:
    """Any free name; what is taken on either side is refused, and nothing is resolved then."""
    change("production", "notes/a.yaml", page())
    change("production", "notes/taken.yaml", "a: 1\n")
    merge(opened(), "production", "staging")
    for branch, name in (("production", "ours"), ("staging", "theirs")):
        git("switch", "-q", branch, cwd=root)
        git("mv", "notes/a.yaml", f"notes/{name}.yaml", cwd=root)
        git("commit", "-qm", "rename", cwd=root)
    git("switch", "-q", "production", cwd=root)
    merge(opened(), "staging", "production")
    listed, (one,) = chosen(opened(), "notes/a")
    assert draft(opened(), listed, one.conflict).text.partition(SCISSORS)[0] == "notes/ours.yaml\n"
    for taken in ("notes/taken", "notes/taken.yaml/x.yaml"):
        with pytest.raises(RefusedError, match="taken"):
            resolve(opened(), "notes/a", Resolution(value=taken))
    resolve(opened(), "notes/a", Resolution(value="notes/agreed"))
    continue_merge(opened())
    assert sorted(file.name for file in (root / "notes").iterdir()) == ["agreed.yaml", "taken.yaml"]


# Strategies


@pytest.mark.parametrize(("strategy", "content"), [("ours", page("Ours")), ("theirs", page(url="/theirs"))])
def test_the_targets_strategies_apply(strategy, content, opened, root, change) -> None:
    """They decide over files that both sides changed; the source's own jetenv.yaml has no say."""
    settings = (root / "jetenv.yaml").read_text()
    change("production", "jetenv.yaml", settings + f"merge:\n  pages/*.yaml: {strategy}\n")
    change("production", "pages/home.yaml", page("Ours"))
    change("staging", "pages/home.yaml", page(url="/theirs"))
    result = merge(opened(), "staging", "production")
    assert result.strategies == {"pages/home.yaml": strategy}
    assert (root / "pages/home.yaml").read_text() == content


def test_a_merge_that_began_while_another_was_dropped_stays(root, opened, change):
    change("production", "pages/home.yaml", page(name="Start"))
    change("staging", "pages/home.yaml", page(name="Home page"))
    merge(opened(), "staging", "production")
    record = Record(opened().repo.merge_record, "the record", "")
    old = record.read()
    with ThreadPoolExecutor() as pool:
        with record.lock():
            dropping = pool.submit(drop, opened())
            time.sleep(0.3)  # it has seen what is in progress, and waits for the lock
            record.write({**old, "source_tip": old["target_tip"]})
        with pytest.raises(RefusedError, match="completed or dropped meanwhile"):
            dropping.result()
    assert record.read()["source_tip"] == old["target_tip"]


def test_a_merge_that_landed_before_a_crash_is_in_nobody_s_way(root, opened, change):
    change("production", "pages/home.yaml", page(name="Start"))
    change("staging", "pages/home.yaml", page(name="Home page"))
    project = opened()
    merge(project, "staging", "production")
    state = required_merge(project)
    record = Record(project.repo.merge_record, "the record", "")
    record.write({**record.read(), "landing": state.target_tip})
    keep(project, state)
    assert required_merge(project) == state
