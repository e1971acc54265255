"""Pushes over SSH: by whom, of what, two at once, and interrupted; see ``serving``."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import wire
from serving import HOME, MODES, SECRET, Served

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
