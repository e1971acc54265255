"""Versions of the platform through the installed command: releases, pins, and content that needs a newer one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def root(with_staging: Path, git) -> Path:
    """A project with production and staging, both on latest."""
    return with_staging


@pytest.fixture
def platform(tmp_path: Path, git) -> Path:
    """A repository beside the project, whose tags are releases."""
    folder = tmp_path / "platform"
    git("init", "-q", folder)
    for version in ("v3.10.0", "v3.11.0", "v3.12.0", "v3.12.4", "v3.13.0-rc.1"):
        git("commit", "-q", "--allow-empty", "-m", version, cwd=folder)
        git("tag", version, cwd=folder)
    git("tag", "-m", "no release", "nightly", cwd=folder)
    git("tag", "-m", "an annotated one", "v3.9.0", "HEAD~4", cwd=folder)
    return folder


@pytest.fixture
def named(root: Path, jetenv, git) -> Callable[[str], None]:
    """``named(text)`` adds the YAML ``text`` below ``releases`` on both environments."""

    def add(text: str) -> None:
        for branch in ("staging", "production"):
            git("switch", "-q", branch, cwd=root)
            with (root / "jetenv.yaml").open("a") as file:
                file.write(f"releases: {text}\n")
            # Not by jetenv, which keeps passwords and what is no address out of commits.
            git("commit", "-qam", "Name the releases", cwd=root)

    return add


def shown(jetenv, root: Path, name: str) -> dict[str, object]:
    return json.loads(jetenv("show", name, "--json", cwd=root).stdout)["environment"]


def test_the_version_that_was_tried_on_staging_goes_to_production(root: Path, platform: Path, named, jetenv, git):
    named("{source: tags, url: ../platform}")
    jetenv("upgrade", "staging", cwd=root)
    git("tag", "v3.14.0", cwd=platform)  # comes out while staging is tried
    told = jetenv("pin", "production", "--from", "staging", cwd=root).stdout
    assert told == "production is pinned to 3.12.4 now, was latest\n"
    commit = git("rev-parse", "v3.12.4", cwd=platform)
    exact = {"version": "3.12.4", "source": "../platform", "commit": commit}
    assert shown(jetenv, root, "production")["version"] == "3.12.4"
    assert shown(jetenv, root, "production")["resolved"] == exact
    assert shown(jetenv, root, "staging")["version"] == "latest"
    assert shown(jetenv, root, "staging")["resolved"] == exact


def test_a_new_environment_runs_what_its_source_runs(root: Path, platform: Path, named, jetenv) -> None:
    named("{source: tags, url: ../platform}")
    jetenv("upgrade", "staging", cwd=root)
    jetenv("create", "dev", "--from", "staging", cwd=root)
    assert shown(jetenv, root, "dev")["resolved"] == shown(jetenv, root, "staging")["resolved"]


def test_list_shows_the_pin_what_it_stands_for_and_what_is_newer(root: Path, platform: Path, named, jetenv, git):
    named("{source: tags, url: ../platform}")
    jetenv("pin", "production", "3.11", cwd=root)
    jetenv("upgrade", "staging", cwd=root)
    rows = jetenv("list", cwd=root, env={"COLUMNS": "120"}).stdout
    assert "3.11 (3.11.0)" in rows and "3.12.4 is out" in rows
    assert "latest (3.12.4)" in rows
    data = json.loads(jetenv("list", "--json", cwd=root).stdout)
    assert data["newest"] == "3.12.4"
    assert [each["resolved"]["version"] for each in data["environments"]] == ["3.11.0", "3.12.4"]


def test_versions_lists_the_releases_and_who_runs_them(root: Path, platform: Path, named, jetenv, git) -> None:
    named("{source: tags, url: ../platform}")
    jetenv("pin", "production", "3.12.0", cwd=root)
    done = jetenv("versions", "--since", "3.10", cwd=root)
    assert done.stdout.split() == ["VERSION", "RUN", "BY", "3.13.0-rc.1", "3.12.4", "3.12.0", "production", "3.11.0"]
    assert "`jetenv upgrade staging` resolves" in done.stderr
    data = json.loads(jetenv("versions", "--json", cwd=root).stdout)
    assert data["versions"][-1]["version"] == "3.9.0"
    assert data["versions"][-1]["commit"] == git("rev-parse", "v3.10.0^{commit}", cwd=platform)
    assert data["unresolved"] == ["staging"]
    refused = jetenv("versions", "--since", "latest", cwd=root, check=False)
    assert (refused.code, "nothing comes after 'latest'" in refused.stderr) == (2, True)


def test_a_source_that_cannot_be_reached_counts_as_it_was_last(root: Path, platform: Path, named, jetenv) -> None:
    named("{source: tags, url: ../platform}")
    failed = jetenv("pin", "production", "3.12", cwd=root, env={"PATH": "/nonexistent"}, check=False)
    assert failed.code == 3
    jetenv("versions", cwd=root)
    platform.rename(platform.with_name("gone"))
    done = jetenv("pin", "production", "3.12", cwd=root)
    assert done.stdout == "production is pinned to 3.12 (3.12.4) now, was latest\n"
    assert "what it said last is used" in done.stderr
    refused = jetenv("pin", "production", "3.99", cwd=root, check=False)
    assert (refused.code, "there is no release 3.99" in refused.stderr) == (2, True)


def test_a_source_that_never_was_reached(root: Path, named, jetenv) -> None:
    named("{source: tags, url: 'https://ada:hunter2@localhost:1/platform.git'}")
    done = jetenv("pin", "production", "3.12", cwd=root)
    assert "the version was not looked up" in done.stderr
    for verb in (("upgrade", "staging"), ("versions",)):
        failed = jetenv(*verb, cwd=root, check=False)
        assert failed.code == 3
        assert "https://localhost:1/platform.git" in failed.stderr
        assert "hunter2" not in failed.stderr + done.stderr


@pytest.mark.parametrize(
    "text", ["{git: https://example.com/platform.git}", "{source: tags}", "{source: file}", "{source: [tags], url: x}"]
)
def test_a_source_that_says_too_little(root: Path, named, jetenv, text: str) -> None:
    named(text)
    for verb in (("upgrade", "staging"), ("versions",)):
        failed = jetenv(*verb, cwd=root, check=False)
        assert failed.code == 3
        assert "jetenv.yaml" in failed.stderr
        assert "write `releases: {source: tags, url: …}`" in failed.stderr
    assert jetenv("list", cwd=root).code == 0


@pytest.mark.parametrize("url", ["--upload-pack=touch pwned", "ext::sh -c touch% pwned"])
def test_an_address_is_never_a_command(root: Path, named, jetenv, url: str) -> None:
    named(f'{{source: tags, url: "{url}"}}')
    assert jetenv("versions", cwd=root, check=False).code == 3
    assert not list(root.rglob("pwned"))


REPLICA = """\
name: Database
type: postgresql
params:
  host: localhost
  name: app
  user: app
  replica_host: replica
"""

RELEASES = {
    "releases.yaml": '- {version: "3.12.4", date: 2026-05-01, notes: Faster lists}\n- version: "3.12.0"\n- "3.11.2"\n',
    "releases.txt": "# newest first\n3.12.4 2026-05-01 Faster lists\n3.12.0\n\n3.11.2  # last of its line\n",
}


@pytest.mark.parametrize("name", RELEASES)
def test_a_file_of_releases_has_dates_and_notes(root: Path, named, jetenv, git, name: str) -> None:
    for branch in ("staging", "production"):
        git("switch", "-q", branch, cwd=root)
        (root / name).write_text(RELEASES[name])
        git("add", name, cwd=root)
        git("commit", "-qm", "releases", cwd=root)
    named(f"{{source: file, path: {name}}}")
    jetenv("pin", "staging", "3.11", cwd=root)
    jetenv("pin", "staging", "latest", cwd=root)
    jetenv("pin", "production", "3.12.0", cwd=root)
    told = jetenv("versions", cwd=root).stdout.splitlines()
    assert told[1].split() == ["3.12.4", "2026-05-01", "staging", "Faster", "lists"]
    jetenv("pin", "production", "3.12", cwd=root)
    assert jetenv("upgrade", "production", cwd=root).stdout == "production runs 3.12.4 (3.12) already\n"


@pytest.mark.parametrize("content", ["- 3.10\n", "- {date: 2026-05-01}\n", "just text\n", "- newest\n"])
def test_a_file_of_something_else_says_what_it_should_be(root: Path, named, jetenv, git, content: str) -> None:
    (root / "releases.yaml").write_text(content)
    git("add", "releases.yaml", cwd=root)
    git("commit", "-qm", "releases", cwd=root)
    named("{source: file, path: releases.yaml}")
    failed = jetenv("versions", cwd=root, check=False)
    assert failed.code == 3
    assert "releases.yaml" in failed.stderr and "version" in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pin", "production"), 2, "VERSION is missing"),
        (("pin", "production", "3.12", "--from", "staging"), 2, "exclude each other"),
        (("pin", "production", "--from", "production"), 2, "same environment"),
        (("pin", "production", "--from", "staging"), 1, "jetenv upgrade staging"),
        (("upgrade", "staging"), 1, "names no source of releases"),
        (("versions",), 1, "names no source of releases"),
    ],
)
def test_what_cannot_be(root: Path, jetenv, git, arguments: tuple[str, ...], code: int, said: str) -> None:
    before = git("for-each-ref", cwd=root)
    done = jetenv(*arguments, cwd=root, check=False)
    assert (done.code, said in done.stderr) == (code, True), done
    assert git("for-each-ref", cwd=root) == before


@pytest.fixture
def newer(root: Path, jetenv, git) -> Path:
    """A project whose staging has a setting that came with 3.10, while production is pinned to 3.9."""
    jetenv("pin", "production", "3.9", cwd=root)
    git("switch", "-q", "staging", cwd=root)
    (root / "resources").mkdir()
    (root / "resources/db.yaml").write_text(REPLICA)
    jetenv("commit", "-m", "Read from a replica", cwd=root)
    git("switch", "-q", "production", cwd=root)
    return root


def test_a_merge_of_what_needs_a_newer_platform_is_refused_by_name(newer: Path, jetenv, git) -> None:
    before = git("rev-parse", "production", cwd=newer)
    refused = jetenv("merge", "staging", "production", cwd=newer, check=False)
    assert refused.code == 1
    assert "'Replica host' needs version 3.10, and production runs 3.9" in " ".join(refused.stdout.split())
    assert "resources/db.yaml:7:17" in refused.stdout
    assert git("rev-parse", "production", cwd=newer) == before
    jetenv("pin", "production", "3.10", cwd=newer)
    jetenv("merge", "staging", "production", cwd=newer)


def test_no_pin_goes_below_what_the_content_needs(newer: Path, jetenv, git) -> None:
    refused = jetenv("pin", "staging", "3.9", cwd=newer, check=False)
    assert refused.code == 1
    assert "'Replica host' needs 3.10" in refused.stderr and "resources/db.yaml:7:17" in refused.stderr
    jetenv("pin", "staging", "3.10", cwd=newer)


def test_a_commit_of_what_needs_a_newer_platform_is_refused(newer: Path, jetenv, git) -> None:
    text = git("show", "staging:resources/db.yaml", cwd=newer)
    (newer / "resources").mkdir()
    (newer / "resources/db.yaml").write_text(text)
    refused = jetenv("commit", "-m", "Read from a replica", cwd=newer, check=False)
    assert refused.code == 1
    assert "[newer-platform]" in refused.stdout
