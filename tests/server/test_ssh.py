"""A server over SSH: real git, a real sshd, and people who see what they are invited to.

ada is an admin of production and bob an editor there; bob created staging, where carol is a viewer. The stranger has a
key that no environment knows. Staging is hidden from ada and from the stranger.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ssh
import wire

from jetenv.environments.serve_git import serve
from jetenv.errors import RefusedError

HOME = "pages/home.yaml"
SECRET = b"id: secret\ntitle: The plan\n"
MODES = pytest.mark.parametrize("mode", [(), ("--isolated",)], ids=["hidden", "isolated"])


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssh.Sshd]:
    server = ssh.start(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


class Served:
    """A repository behind ``sshd``, and what people do with it."""

    def __init__(self, sshd: ssh.Sshd, server, keys, run, tmp_path: Path, secret: str, staging: str) -> None:
        self.sshd, self.server, self.keys, self.run = sshd, server, keys, run
        self.world, self.path = server.world, server.path
        self.tmp_path = tmp_path
        self.secret, self.staging = secret, staging
        self.url = sshd.url(self.path.name)

    def admit(self, *options: str) -> None:
        """Let in all members, and the stranger."""
        command = [Path(sys.executable).parent / "jetenv", "serve-git", "--authorized-keys", "--repository", self.path]
        lines = self.run([*command, *options]).stdout
        stranger = self.keys["stranger"].with_suffix(".pub").read_text()
        ada = self.world.people["ada"].key
        (line,) = (line for line in lines.splitlines() if line.endswith(f"{ada} ada"))
        self.sshd.keys.write_text(lines + line.replace(ada, " ".join(stranger.split()[:2])) + "\n")

    def git(self, who: str, *arguments: str | Path, cwd: Path | None = None, protocol: int = 2):
        env = {"GIT_SSH_COMMAND": self.sshd.command(self.keys[who])}
        return self.run(["git", "-c", f"protocol.version={protocol}", *arguments], cwd or self.tmp_path, env)

    def refs(self, who: str, protocol: int = 2) -> list[str]:
        ran = self.git(who, "ls-remote", self.url, protocol=protocol)
        assert ran.code == 0, ran
        return [line.split("\t")[1] for line in ran.stdout.splitlines()]

    def push(self, who: str, **branches: str | None):
        specs = [f"+{oid or ''}:refs/heads/{name}" for name, oid in branches.items()]
        return self.git(who, "push", "-q", self.url, *specs, cwd=self.world.repo.workdir)

    def raw_push(self, who: str, updates: list[tuple[str, str, str]], pack: bytes) -> str:
        """Push by hand what git's client would not; returns what the server said."""
        command = f"{self.sshd.command(self.keys[who])} -p {self.sshd.port}".split()
        user = self.url.split("//")[1].split("@")[0]
        done = subprocess.run(
            [*command, f"{user}@127.0.0.1", f"git-receive-pack '/{self.path.name}'"],
            input=wire.commands(updates) + pack,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stranger") / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def served(_bare, sshd, server, world, keys, stranger, run, tmp_path) -> Callable[..., Served]:
    """``served(*options)``: the repository with production and staging, where staging has a secret page."""
    carol = world.member("carol", "viewer")
    created, _ = world.staging(world.production, "bob", carol)
    tip = world.commit(created, "bob", {"pages/secret.yaml": SECRET})
    template = _bare / "with staging.git"
    if template.exists():
        shutil.rmtree(server.path)
        shutil.copytree(template, server.path)
    else:
        server.taken(staging=tip)
        shutil.copytree(server.path, template)
    secret = world.repo.trees.entry(world.tree_of(tip), "pages/secret.yaml").oid
    found = Served(sshd, server, {**keys, "stranger": stranger}, run, tmp_path, secret, tip)

    def start(*options: str) -> Served:
        found.admit(*options)
        return found

    return start


# Reading


@MODES
def test_everybody_sees_what_they_are_invited_to(served, mode):
    at = served(*mode)
    both = ["HEAD", "refs/heads/production", "refs/heads/staging"]
    for protocol in (0, 1, 2):
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
    for protocol in (0, 1, 2):
        for oid in (at.staging, at.secret):
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


# Pushing


@MODES
def test_who_may_pushes_and_others_are_told_why_not(served, mode, page):
    at = served(*mode)
    tip = at.world.commit(at.world.production, "ada", {HOME: page("2")})
    for who, why in (("carol", "'carol' is a viewer"), ("stranger", "belongs to no member")):
        ran = at.push(who, production=tip)
        assert (ran.code != 0, why in ran.stderr) == (True, True), ran
    ran = at.push("bob", production=at.world.commit(at.world.production, "bob", {HOME: page("Mine")}))
    assert "remote: jetenv: " in ran.stderr and "editors reach it by merge only" in ran.stderr
    assert at.server.tip("production") == at.world.production
    assert at.push("ada", production=tip).code == 0
    assert at.server.tip("production") == tip
    assert at.push("bob", staging=None).code == 0


@MODES
def test_nobody_pushes_to_what_is_hidden_from_them(served, mode, page):
    at = served(*mode)
    tip = at.world.commit(at.staging, "bob", {HOME: page("Try")})
    before = at.server.state()[0]
    assert at.push("ada", staging=tip).code != 0
    assert at.push("ada", staging=None).code != 0
    assert at.server.state()[0] == before
    assert at.push("bob", staging=tip).code == 0


def test_a_refused_push_leaves_nothing_half_taken(served, page):
    for mode in ((), ("--isolated",)):
        at = served(*mode)
        good = at.world.commit(at.world.production, "ada", {HOME: page(f"Good {mode}")})
        bad = at.world.commit(at.staging, None, {HOME: page("Bad")})
        before = at.server.state()
        assert at.push("bob", production=good, staging=bad, feature=good).code != 0
        assert at.server.state() == before
        assert not list(at.path.glob("objects/*incoming*"))


def stolen(at: Served, *objects: bytes, tree: str) -> tuple[str, bytes]:
    """A commit of ``tree`` and the pack that brings it with ``objects``."""
    data = f"tree {tree}\nauthor A <a@b> 0 +0000\ncommitter A <a@b> 0 +0000\n\nMine\n".encode()
    return wire.id_of("commit", data), wire.pack(*objects, wire.whole("commit", data))


def test_plain_git_lets_a_push_point_at_what_is_hidden(served, plain, git, run):
    """What the next tests are about."""
    at = served()
    git("push", "-q", plain.path, f"{at.staging}:refs/heads/staging", cwd=at.world.repo.workdir)
    git("config", "transfer.hideRefs", "refs/heads/staging", cwd=plain.path)
    data = wire.commands([(wire.ZERO, at.staging, "refs/heads/mine")]) + wire.pack()
    subprocess.run(["git", "receive-pack", plain.path], input=data, capture_output=True, check=True)
    assert plain.tip("mine") == at.staging


@MODES
def test_a_push_takes_no_commit_that_is_hidden(served, mode):
    at = served(*mode)
    said = at.raw_push("ada", [(wire.ZERO, at.staging, "refs/heads/mine")], wire.pack())
    assert at.server.tip("mine") is None
    assert "ok refs/heads/mine" not in said


@MODES
def test_a_push_takes_no_file_that_is_hidden(served, mode):
    at = served(*mode)
    tree = b"100644 mine.yaml\0" + bytes.fromhex(at.secret)
    oid, pack = stolen(at, wire.whole("tree", tree), tree=wire.id_of("tree", tree))
    at.raw_push("ada", [(wire.ZERO, oid, "refs/heads/mine")], pack)
    assert at.server.tip("mine") is None
    said = at.raw_push("bob", [(wire.ZERO, oid, "refs/heads/mine")], pack)
    assert "ok refs/heads/mine" in said  # for bob sees it


@MODES
def test_a_push_takes_no_piece_of_a_file_that_is_hidden(served, mode):
    """A delta against it: who guesses what comes out learns whether the guess is right."""
    at = served(*mode)
    mine = b"x" + SECRET[:20]
    piece = wire.delta(at.secret, len(SECRET), len(mine), wire.insert(b"x"), wire.copy(0, 20))
    tree = b"100644 mine.yaml\0" + bytes.fromhex(wire.id_of("blob", mine))
    oid, pack = stolen(at, piece, wire.whole("tree", tree), tree=wire.id_of("tree", tree))
    at.raw_push("ada", [(wire.ZERO, oid, "refs/heads/mine")], pack)
    assert at.server.tip("mine") is None
    said = at.raw_push("bob", [(wire.ZERO, oid, "refs/heads/mine")], pack)
    assert "ok refs/heads/mine" in said


def test_what_was_deleted_is_pushed_again_by_who_has_it(served, page):
    at = served()
    feature = at.world.commit(at.world.production, "bob", {HOME: page("Feature")})
    for oid in (feature, None, feature):
        assert at.push("bob", feature=oid).code == 0
        assert at.server.tip("feature") == oid


@MODES
def test_of_two_pushes_at_once_one_wins_and_the_other_is_told(served, mode, page):
    at = served(*mode)
    tips = [at.world.commit(at.world.production, "ada", {HOME: page(f"By {number}")}) for number in range(2)]
    env = {**os.environ, "GIT_SSH_COMMAND": at.sshd.command(at.keys["ada"])}
    pushes = [
        subprocess.Popen(
            ["git", "push", "-q", at.url, f"{tip}:refs/heads/production"],
            cwd=at.world.repo.workdir,
            env=env,
            stderr=subprocess.PIPE,
        )
        for tip in tips
    ]
    said = [push.communicate(timeout=120)[1] for push in pushes]
    assert sorted(push.returncode for push in pushes) == [0, 1], said
    (winner,) = (tip for tip, push in zip(tips, pushes, strict=True) if push.returncode == 0)
    assert at.server.tip("production") == winner
    assert at.push("ada", production=at.world.commit(winner, "ada", {HOME: page("Next")})).code == 0


def test_an_interrupted_push_changes_nothing(served, page):
    at = served()
    tip = at.world.commit(at.world.production, "ada", {HOME: page("2")})
    before = at.server.state()
    command = f"{at.sshd.command(at.keys['ada'])} -p {at.sshd.port}".split()
    user = at.url.split("//")[1].split("@")[0]
    process = subprocess.Popen(
        [*command, f"{user}@127.0.0.1", f"git-receive-pack '/{at.path.name}'"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdout.read(4)  # the server is there
    pack = wire.pack(wire.whole("blob", os.urandom(100_000)))
    process.stdin.write(wire.commands([(at.world.production, tip, "refs/heads/production")]) + pack[:50_000])
    process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while list(at.path.glob("objects/*incoming*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert at.server.state() == before
    assert at.push("ada", production=tip).code == 0


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
