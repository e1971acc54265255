"""Members through the installed command: a team that starts, grows, needs two signatures, and races."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from jetenv.access.history import Verifier
from jetenv.access.store import GitStore
from jetenv.environments.project import ROOT_PIN, open_project

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
KEYGEN = shutil.which("ssh-keygen") or "ssh-keygen"

By = Callable[[str], dict[str, str]]


@pytest.fixture
def by(keys: Mapping[str, Path]) -> By:
    """``by(name)``: the process environment in which the key of ``name`` signs."""

    def environ(name: str) -> dict[str, str]:
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "user.signingkey",
            "GIT_CONFIG_VALUE_0": str(keys[name].with_suffix(".pub")),
        }

    return environ


@pytest.fixture
def admit(minimal: Path, jetenv, by: By, tmp_path: Path) -> Callable[[str, str], None]:
    """``admit(name, role)``: who asks to join is added to production by ada."""

    def run(name: str, role: str) -> None:
        file = tmp_path / f"{name}.join"
        jetenv("members", "join", "production", "--as", name, "-o", file, cwd=minimal, env=by(name))
        jetenv("members", "add", "production", file, "--role", role, cwd=minimal)

    return run


def prove(root: Path) -> int:
    """How many commits of production are proven."""
    project = open_project(root)
    verifier = Verifier(GitStore(project.repo), project.repo.config.get(ROOT_PIN), project.catalog)
    default = project.default()
    done = verifier.default(default.id, default.tip)
    assert done.proven, done.breaches
    return len(done.checked)


def test_a_team_grows_and_two_sign_from_their_own_clones(minimal: Path, jetenv, by: By, git, tmp_path: Path):
    """Plain git carries the proposal between them; production has nothing of it before it is complete."""
    git("init", "-q", "--bare", "shared.git")
    git("remote", "add", "origin", tmp_path / "shared.git", cwd=minimal)
    said = jetenv(
        *("members", "invite", "bob", "--role", "admin", "--name", "Bob B.", "-o", tmp_path / "bob.invitation"),
        cwd=minimal,
    )
    assert said.stderr == "note: when bob.join comes back: jetenv members add production bob.join\n"
    answer = json.loads(jetenv("members", "join", "--invitation", "bob.invitation", "--json", env=by("bob")).stdout)
    assert jetenv("members", "add", "-", input=answer["text"], cwd=minimal).stdout == (
        "Changed the members of production, now version 2:\n"
        "  + bob: admin\n"
        "  + bob: called Bob B.\n"
        "  + bob: key SHA256:gJhDVizKHYHxbUVJlDx/cIIwt7ucLvDnLGKgLtrGkz0 ssh-ed25519\n"
    )
    jetenv("members", "threshold", "2", cwd=minimal)
    git("push", "-q", "origin", "production", cwd=minimal)
    git("symbolic-ref", "HEAD", "refs/heads/production", cwd=tmp_path / "shared.git")
    git("clone", "-q", tmp_path / "shared.git", "bobs")
    bobs = tmp_path / "bobs"
    jetenv("trust", "pin", answer["root"], cwd=bobs, env=by("bob"))

    waiting = json.loads(jetenv("members", "role", "bob", "editor", "--json", cwd=minimal, check=False).stdout)
    assert waiting["error"]["message"].startswith("'bob' cannot become an editor: 1 admin would be left")
    waiting = json.loads(jetenv("members", "threshold", "1", "--json", cwd=minimal).stdout)
    assert (waiting["in_force"], waiting["commit"]) == (False, None)
    git("push", "-q", "origin", waiting["proposal"]["branch"], cwd=minimal)

    git("fetch", "-q", cwd=bobs)
    listed = jetenv("members", cwd=bobs, env=by("bob")).stdout
    assert listed.endswith(
        "\nmembers_of/production/v4 (origin) waits: 1 of 2 signatures\n"
        "  ~ threshold: 2 becomes 1\n"
        "  signed by ada; not by bob\n"
    )
    asked = jetenv("members", "sign", cwd=bobs, env=by("bob"), check=False)
    assert (asked.code, asked.stdout) == (2, "")
    assert "~ threshold: 2 becomes 1" in asked.stderr and "nobody to ask" in asked.stderr
    landed = json.loads(jetenv("members", "sign", "--yes", "--json", cwd=bobs, env=by("bob")).stdout)
    assert landed["in_force"] is True
    git("push", "-q", "origin", "production", cwd=bobs)
    git("push", "-q", "origin", "--delete", "members_of/production/v4", cwd=bobs)
    git("pull", "-q", "--ff-only", "origin", "production", cwd=minimal)
    assert json.loads(jetenv("members", "list", "--json", cwd=minimal).stdout)["threshold"] == 1
    assert prove(minimal) == prove(bobs) == 4


def race(minimal: Path, by: By, tmp_path: Path, rounds: int) -> None:
    """Ada and Bob each give Carol another role at the same time: both have read the same members file when they sign.

    A script in the place of ssh-keygen keeps each of them until the other is about to sign, then calls the real one.
    """
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ssh-keygen").write_text(
        f'#!/bin/sh\n: > "$GATE/$$"\nwhile [ "$(ls "$GATE" | wc -l)" -lt 2 ]; do sleep 0.01; done\nexec {KEYGEN} "$@"\n'
    )
    (tools / "ssh-keygen").chmod(0o755)
    command = [str(Path(sys.executable).parent / "jetenv"), "members", "role", "production", "carol"]
    now = "viewer"
    for number in range(rounds):
        gate = tmp_path / f"gate-{number}"
        gate.mkdir()
        others = [role for role in ("viewer", "editor", "admin") if role != now]
        wanted = dict(zip(("ada", "bob"), others, strict=True))
        running = {
            name: subprocess.Popen(
                [*command, role],
                cwd=minimal,
                env={**os.environ, **by(name), "GATE": str(gate), "PATH": f"{tools}:{os.environ['PATH']}"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name, role in wanted.items()
        }
        said = {name: (*process.communicate(timeout=120), process.returncode) for name, process in running.items()}
        won = [name for name, (_, _, code) in said.items() if code == 0]
        assert len(won) == 1, said
        (lost,) = set(said) - set(won)
        assert said[lost][2] == 3 and "moved meanwhile" in said[lost][1], said
        listed = subprocess.run(
            [*command[:2], "show", "production", "carol"], cwd=minimal, capture_output=True, text=True, check=True
        )
        now = wanted[won[0]]
        assert listed.stdout.startswith(f"carol, {now} of")


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.long)])
def test_of_two_admins_at_once_one_wins_and_the_other_is_told(
    minimal: Path, jetenv, by: By, admit, tmp_path: Path, git, rounds: int
):
    admit("bob", "admin")
    admit("carol", "viewer")
    race(minimal, by, tmp_path, rounds)
    listed = json.loads(jetenv("members", "list", "--json", cwd=minimal).stdout)
    assert listed["version"] == 3 + rounds
    assert prove(minimal) == 3 + rounds
    assert git("status", "--porcelain", cwd=minimal) == ""


def run_block(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block of shell commands of the documentation."""
    command = ["sh", "-e", "-c", block]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_commands_of_the_documentation_run_as_they_stand(minimal: Path, jetenv, by: By, git, tmp_path: Path, admit):
    admit("bob", "editor")
    shutil.copy(tmp_path / "bob.join", minimal)
    blocks = re.findall(r"```sh\n(.*?)```", SECURITY.read_text(encoding="utf-8"), re.DOTALL)
    with_keygen = [block for block in blocks if "ssh-keygen -Y verify" in block]
    assert len(with_keygen) == 2
    for block in with_keygen:
        done = run_block(block, minimal)
        assert done.returncode == 0 and "Good " in done.stdout, done


def test_what_is_changed_after_signing_fails_by_hand_as_well(minimal: Path, jetenv, by: By, admit, tmp_path: Path):
    admit("bob", "editor")
    (minimal / "bob.join").write_bytes((tmp_path / "bob.join").read_bytes().replace(b'member: "bob"', b'member: "eve"'))
    block = next(
        block for block in re.findall(r"```sh\n(.*?)```", SECURITY.read_text(), re.DOTALL) if "jetenv-join" in block
    )
    assert run_block(block, minimal).returncode != 0
    refused = jetenv("members", "add", "bob.join", "--role", "editor", cwd=minimal, check=False)
    assert refused.code == 4 and "does not hold" in refused.stderr


def test_a_key_with_a_passphrase_needs_a_terminal_or_the_agent(
    minimal: Path, jetenv, by: By, git, keys, agent, admit, tmp_path: Path
):
    admit("bob", "viewer")
    before = git("for-each-ref", cwd=minimal)
    git("config", "user.signingkey", f"{keys['locked']}.pub", cwd=minimal)
    refused = jetenv("members", "join", "--as", "eve", "-o", tmp_path / "eve.join", cwd=minimal, check=False)
    assert refused.code == 3 and "passphrase" in refused.stderr and "ssh-add" in refused.stderr
    assert not (tmp_path / "eve.join").exists()
    refused = jetenv("members", "role", "bob", "editor", cwd=minimal, check=False)
    assert refused.code == 4 and "belongs to no member" in refused.stderr
    assert git("for-each-ref", cwd=minimal) == before


def test_the_agent_signs_where_it_has_the_key_and_is_told_of_where_it_has_not(
    minimal: Path, jetenv, git, keys, agent, admit, tmp_path: Path, home: Path
):
    admit("bob", "viewer")
    alone = tmp_path / "alone.pub"
    alone.write_text(keys["ada"].with_suffix(".pub").read_text())
    git("config", "user.signingkey", alone, cwd=minimal)
    before = git("for-each-ref", cwd=minimal)
    refused = jetenv("members", "role", "bob", "editor", cwd=minimal, check=False)
    assert refused.code == 3 and "private half of the signing key was not found" in refused.stderr
    assert git("for-each-ref", cwd=minimal) == before
    agent(keys["ada"])
    jetenv("members", "role", "bob", "editor", cwd=minimal)
    git("config", "--unset", "user.signingkey", cwd=minimal)
    git("config", "--global", "--unset", "user.signingkey")
    assert json.loads(jetenv("whoami", "--json", cwd=minimal).stdout)["key"]["source"] == "agent"
    jetenv("members", "role", "bob", "viewer", cwd=minimal)
    assert prove(minimal) == 4


def test_an_interrupt_while_signing_changes_nothing(minimal: Path, jetenv, git, admit, tmp_path: Path):
    admit("bob", "admin")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ssh-keygen").write_text("#!/bin/sh\nkill -INT $PPID\nsleep 5\n")
    (tools / "ssh-keygen").chmod(0o755)
    before = git("for-each-ref", cwd=minimal)
    stopped = jetenv(
        *("members", "threshold", "2"), cwd=minimal, check=False, env={"PATH": f"{tools}:{os.environ['PATH']}"}
    )
    assert stopped.code == 130, stopped
    assert git("for-each-ref", cwd=minimal) == before
    assert git("status", "--porcelain", cwd=minimal) == ""
    jetenv("members", "threshold", "2", cwd=minimal)
    assert prove(minimal) == 3


def test_whoami_says_which_member_of_which_environment(with_staging: Path, jetenv, by: By, git):
    said = jetenv("whoami", cwd=with_staging).stdout
    assert said.startswith(
        "key   SHA256:4dAYF+eREyW+8SDfJ5aFgfvaOWJq3nwOMLDkhDJQvVg  ssh-ed25519\nfrom  git's user.signingkey"
    )
    assert said.endswith("production   ada  admin  Ada Lovelace\nstaging      ada  admin  Ada Lovelace\n")
    outside = json.loads(jetenv("whoami", "--json", cwd=with_staging, env=by("bob"), check=False).stdout)
    assert [(each["id"], each["member"]) for each in outside["environments"]] == [("production", None)]
    nobody = jetenv("whoami", "production", "--json", cwd=with_staging, env=by("bob"), check=False)
    assert nobody.code == 1
    assert [each["member"] for each in json.loads(nobody.stdout)["environments"]] == [None]


def test_of_the_agents_keys_that_of_a_member_signs_and_whoami_says_which(
    with_staging: Path, jetenv, keys, agent, git, add_members
):
    add_members(with_staging, ("bob", "admin"))
    git("config", "--unset", "user.signingkey", cwd=with_staging)
    git("config", "--global", "--unset", "user.signingkey")
    for name in ("carol", "bob", "ada"):
        agent(keys[name])
    told = jetenv("whoami", "--json", cwd=with_staging)
    found = json.loads(told.stdout)
    assert [(each["id"], each["member"]) for each in found["environments"]] == [
        ("production", "bob"),
        ("staging", "ada"),
    ]
    assert found["key"]["fingerprint"] == found["environments"][0]["fingerprint"]
    text = jetenv("whoami", cwd=with_staging)
    assert "staging: another key signs there, SHA256:4dAYF" in text.stderr
    assert "was passed over: it belongs to no member" in text.stderr
    jetenv("pin", "staging", "3.1", cwd=with_staging)
    jetenv("pin", "production", "3.1", cwd=with_staging)
    assert jetenv("verify", cwd=with_staging).code == 0


def test_an_adopted_repository_is_proven_from_its_adoption_on(repo: Path, jetenv, by: By, git, tmp_path: Path):
    """Commits that nobody signed stay what they are; the first version of the members file is the root."""
    for text in ("one", "two"):
        (repo / "notes.txt").write_text(text)
        git("add", ".", cwd=repo)
        git("commit", "-q", "--no-gpg-sign", "-m", text, cwd=repo)
    jetenv("init", cwd=repo)
    jetenv("members", "join", "--as", "bob", "-o", tmp_path / "bob.join", cwd=repo, env=by("bob"))
    jetenv("members", "add", tmp_path / "bob.join", "--role", "editor", cwd=repo)
    assert git("rev-list", "--count", "main", cwd=repo) == "4"
    assert prove(repo) == 2
