"""What the commands do to an environment is proven as it stands: nobody has to help the verifier."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.access.history import Verification, Verifier
from jetenv.access.store import GitStore
from jetenv.environments.color import color
from jetenv.environments.merges.merge import Outcome, continue_merge, merge
from jetenv.environments.merges.resolve import find_conflicts, list_conflicts, resolve
from jetenv.environments.merges.revert import revert
from jetenv.environments.platform.pin import pin
from jetenv.environments.project import ROOT_PIN, Project, open_project
from jetenv.environments.rename import rename
from jetenv.merging.resolutions import Resolution

PAGE, TITLE = "pages/home.yaml", b"name: Home"
MORE = b"name: More\nurl: /more\ncomponents: []\n"


@pytest.fixture
def project(with_staging: Path) -> Callable[[], Project]:
    """Opens a project with production and staging as the next command would."""
    return lambda: open_project(with_staging)


@pytest.fixture
def edit(with_staging: Path, git) -> Callable[..., None]:
    """``edit(branch, path, content)`` commits a file with plain git, signed as the project has set git up."""

    def run(branch: str, path: str, content: bytes | None) -> None:
        git("switch", "-q", branch, cwd=with_staging)
        file = with_staging / path
        if content is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        git("add", "--all", cwd=with_staging)
        git("commit", "-q", "-m", f"Edit {path}", cwd=with_staging)

    return run


def verify(project: Project) -> Verification:
    production = project.default()
    verifier = Verifier(GitStore(project.repo), project.repo.config.get(ROOT_PIN), project.catalog)
    done = verifier.default(production.id, production.tip)
    assert done.proven, done.breaches
    return done


def test_settings(project):
    rename(project(), "production", "Main")
    color(project(), "production", "blue")
    pin(project(), "production", "3.12")
    assert len(verify(project()).checked) == 4


def test_merges_whole_selective_and_taken_back(project, edit, with_staging: Path):
    home = (with_staging / PAGE).read_bytes()
    edit("staging", PAGE, home.replace(b"# Welcome", b"# Hello"))
    edit("staging", "pages/more.yaml", MORE)
    edit("production", PAGE, home.replace(b"url: /", b"url: /start"))
    assert merge(project(), "staging", "production", only=("pages/more",)).outcome is Outcome.MERGED
    assert merge(project(), "staging", "production").outcome is Outcome.MERGED
    reverted = revert(project(), "production")
    assert reverted.commit is not None
    again = merge(project(), "staging", "production", reland=True)
    assert again.outcome is Outcome.MERGED and again.relanded
    verify(project())


def test_a_conflict_resolved_by_a_value(project, edit, with_staging: Path):
    home = (with_staging / PAGE).read_bytes()
    assert TITLE in home
    edit("staging", PAGE, home.replace(TITLE, b"name: Try"))
    edit("production", PAGE, home.replace(TITLE, b"name: Start"))
    assert merge(project(), "staging", "production").outcome is Outcome.CONFLICTS
    listed = list_conflicts(project())
    resolve(project(), listed, find_conflicts(listed, "pages/home.yaml#name"), Resolution(value="Both"))
    assert continue_merge(project()).outcome is Outcome.MERGED
    verify(project())


def test_a_file_deleted_here_and_edited_there_resolved_by_a_side(project, edit, with_staging: Path):
    edit("production", "pages/more.yaml", MORE)
    assert merge(project(), "production", "staging").outcome is Outcome.MERGED
    edit("staging", "pages/more.yaml", MORE.replace(b"More", b"Much more"))
    edit("production", "pages/more.yaml", None)
    assert merge(project(), "staging", "production", favour="theirs").outcome is Outcome.MERGED
    verify(project())


def test_plain_git_merges_and_fast_forwards(project, edit, git, with_staging: Path):
    home = (with_staging / PAGE).read_bytes()
    git("switch", "-q", "-c", "feature", "production", cwd=with_staging)
    edit("feature", PAGE, home.replace(TITLE, b"name: Feature"))
    edit("production", "pages/more.yaml", MORE)
    git("merge", "-q", "--no-edit", "feature", cwd=with_staging)
    edit("staging", "pages/third.yaml", MORE.replace(b"ore", b"third"))
    git("switch", "-q", "production", cwd=with_staging)
    git("merge", "-q", "--no-edit", "staging", cwd=with_staging)
    git("switch", "-q", "-c", "next", cwd=with_staging)
    edit("next", PAGE, home)
    git("switch", "-q", "production", cwd=with_staging)
    git("merge", "-q", "--ff-only", "next", cwd=with_staging)
    verify(project())


def test_an_adopted_repository_from_its_adoption_on(tmp_path: Path, repo: Path, git):
    from jetenv.environments.starting.init import init

    (repo / "notes.txt").write_text("old\n")
    git("add", ".", cwd=repo)
    git("commit", "-q", "--no-gpg-sign", "-m", "Unsigned", cwd=repo)
    init(repo)
    done = verify(open_project(repo))
    assert done.since == done.tip == git("rev-parse", "HEAD", cwd=repo)
