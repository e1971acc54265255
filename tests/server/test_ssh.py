"""What each key sees of a repository that is served over SSH, and that it opens nothing else; see ``serving``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import ssh
from serving import HOME, MODES, SECRET

from jetenv.environments.serving.serve_git import serve
from jetenv.errors import RefusedError

# Reading


@MODES
def test_everybody_sees_what_they_are_invited_to(served, mode):
    at = served(*mode)
    both = ["HEAD", "refs/heads/production", "refs/heads/staging"]
    for protocol in (2,) if mode else (0, 1, 2):
        assert at.refs("bob", protocol) == both
        assert at.refs("ada", protocol) == ["HEAD", "refs/heads/production"]
    assert at.refs("carol") == both
    assert at.refs("stranger") == ["HEAD", "refs/heads/production"]


@MODES
def test_a_clone_has_nothing_of_what_is_hidden(served, mode, git):
    at = served(*mode)
    for who, sees in (("bob", True), ("carol", True), ("ada", False), ("stranger", False)):
        clone = at.tmp_path / who
        assert at.git(who, "clone", "-q", at.url, clone).code == 0
        assert (at.run(["git", "cat-file", "-e", at.secret], clone).code == 0) == sees
        assert git("rev-parse", "origin/production", cwd=clone) == at.world.production


def test_plain_git_serves_a_hidden_commit_by_its_id(served, git):
    """What the next test is about: hiding refs alone does not hide objects."""
    at = served()
    clone = at.tmp_path / "clone"
    git("init", "-q", clone)
    hide = "git -c transfer.hideRefs=refs/heads/staging -c uploadpack.allowAnySHA1InWant=true upload-pack"
    ran = at.run(["git", "-c", "protocol.version=2", "fetch", "-q", "--upload-pack", hide, at.path, at.staging], clone)
    assert ran.code == 0
    assert at.run(["git", "cat-file", "-e", at.secret], clone).code == 0


@MODES
def test_a_hidden_commit_is_not_to_be_had_by_its_id(served, mode, git):
    at = served(*mode)
    clone = at.tmp_path / "clone"
    git("init", "-q", clone)
    for protocol in (2,) if mode else (0, 1, 2):
        for oid in (at.staging, at.secret) if protocol == 2 else (at.staging,):
            ran = at.git("ada", "fetch", "-q", at.url, oid, cwd=clone, protocol=protocol)
            assert ran.code != 0
    assert at.git("ada", "fetch", "-q", at.url, "refs/heads/staging", cwd=clone).code != 0
    assert at.run(["git", "cat-file", "-e", at.secret], clone).code != 0
    assert at.git("bob", "fetch", "-q", at.url, "refs/heads/staging", cwd=clone).code == 0


@MODES
def test_a_plain_branch_with_what_is_hidden_is_hidden_too(served, mode, page):
    at = served(*mode)
    inside = at.world.commit(at.staging, "bob", {HOME: page("A try")})
    outside = at.world.commit(at.world.production, "bob", {HOME: page("A fix")})
    assert at.push("bob", inside=inside, outside=outside).code == 0
    assert at.refs("ada") == ["HEAD", "refs/heads/outside", "refs/heads/production"]
    assert "refs/heads/inside" in at.refs("carol")


def test_a_hidden_branch_is_hidden_whatever_it_is_called(served, git):
    at = served()
    git("branch", "in\u2028side", at.staging, cwd=at.path)
    assert "refs/heads/in\u2028side" in at.refs("bob")
    assert at.refs("ada") == ["HEAD", "refs/heads/production"]


def test_tags_are_hidden_with_what_they_stand_for(served, git):
    at = served()
    for name, target in (("seen", at.world.production), ("hidden", at.staging), ("file", at.secret)):
        git("tag", name, target, cwd=at.path)
        git("tag", "-a", "-m", "x", f"{name}-noted", name, cwd=at.path)
        git("tag", "-a", "-m", "x", f"{name}-twice", f"{name}-noted", cwd=at.path)
    tags = [ref for ref in at.refs("ada") if ref.startswith("refs/tags/") and not ref.endswith("^{}")]
    assert tags == ["refs/tags/seen", "refs/tags/seen-noted", "refs/tags/seen-twice"]
    seen = at.refs("bob")
    assert "refs/tags/hidden-twice" in seen and "refs/tags/file" not in seen


def test_a_head_that_names_a_hidden_branch_is_hidden(served, git):
    at = served()
    git("symbolic-ref", "HEAD", "refs/heads/staging", cwd=at.path)
    assert at.refs("ada") == ["refs/heads/production"]
    assert at.refs("bob")[0] == "HEAD"


def test_a_merge_publishes_what_it_brings(served, page):
    at = served()
    tree = at.world.tree(
        at.world.production,
        {"pages/secret.yaml": SECRET}
        | {
            f"environments/staging/{name}": entry
            for name, entry in at.world.repo.trees.children(
                at.world.tree_of(at.staging), "environments/staging"
            ).items()
        },
    )
    merged = at.world.commit(at.world.production, "bob", tree, at.staging)
    assert at.push("bob", production=merged).code == 0
    clone = at.tmp_path / "clone"
    assert at.git("stranger", "clone", "-q", at.url, clone).code == 0
    assert at.run(["git", "cat-file", "-e", at.secret], clone).code == 0
    assert at.refs("ada") == ["HEAD", "refs/heads/production"]


def test_an_isolated_copy_borrows_nothing_and_keeps_up(served, page, git):
    at = served("--isolated")
    at.refs("ada")
    (copy,) = (at.path / "jetenv" / "audiences").glob("*.git")
    assert not (copy / "objects" / "info" / "alternates").exists()
    assert at.run(["git", "cat-file", "-e", at.staging], copy).code != 0
    tip = at.world.commit(at.world.production, "ada", {HOME: page("2")})
    at.server.taken(production=tip)
    at.server.taken(by="bob", feature=tip)
    assert at.refs("ada") == ["HEAD", "refs/heads/feature", "refs/heads/production"]
    at.server.taken(by="bob", feature=None)
    assert at.refs("ada") == ["HEAD", "refs/heads/production"]
    assert git("rev-parse", "production", cwd=copy) == tip


# The door


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("ls /", "serves one repository"),
        ("git-upload-archive '/orders.git'", "serves one repository"),
        ("git-upload-pack '/orders.git' --help", "serves one repository"),
        ("git-upload-pack '/orders.git'; id", "serves one repository"),
        ("git-upload-pack '/etc'", "no such repository"),
        ("git-upload-pack '../orders.git'", "no such repository"),
        ("git-upload-pack 'orders.git/../orders.git'", "no such repository"),
        ("git-upload-pack '", "serves one repository"),
        ("", "serves one repository"),
    ],
)
def test_the_key_opens_nothing_else(server, world, command, why):
    with pytest.raises(RefusedError, match=why):
        serve(server.path, world.people["ada"].key, command)


def test_there_is_no_shell_behind_it(served):
    at = served()
    user = at.url.split("//")[1].split("@")[0]
    command = f"{at.sshd.command(at.keys['ada'])} -p {at.sshd.port}".split()
    for more in (("id",), ()):
        done = subprocess.run(
            [*command, f"{user}@127.0.0.1", *more],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, ""), done
        assert "this key serves one repository" in done.stderr


def test_without_the_hook_no_push_is_taken_and_without_a_root_nothing_is_shown(served, git):
    at = served()
    (at.path / "hooks" / "pre-receive").chmod(0o644)
    ran = at.push("ada", production=at.world.commit(at.world.production, "ada", {}))
    assert "pushes are not judged in this repository" in ran.stderr
    git("config", "--unset", "jetenv.root", cwd=at.path)
    ran = at.git("ada", "ls-remote", at.url)
    assert (ran.code != 0, "no root is pinned" in ran.stderr) == (True, True)


def test_sshd_asks_for_the_keys_that_are_in_force(served, tmp_path_factory, page):
    """With AuthorizedKeysCommand nobody has to write a file when members change."""
    if os.getuid() != 0:
        pytest.skip("only root may run an sshd with an AuthorizedKeysCommand for its own account")
    at = served()
    jetenv = Path(sys.executable).parent / "jetenv"
    asks = f"AuthorizedKeysCommand /usr/bin/env {jetenv} serve-git --authorized-keys --repository {at.path}"
    live = ssh.start(tmp_path_factory.mktemp("live"), asks, "AuthorizedKeysCommandUser root")
    try:
        at.sshd, at.url = live, live.url(at.path.name)
        assert "refs/heads/staging" in at.refs("carol")
        assert at.git("stranger", "ls-remote", at.url).code != 0
    finally:
        live.stop()
