"""Pushes made to wear the server out, or to make it say yes by failing; and pushes that are signed themselves."""

from __future__ import annotations

import time

import pygit2
import pytest

HOME = "pages/home.yaml"
TREE = pygit2.enums.ObjectType.TREE


def nested(world, leaf: bytes, levels: int, width: int) -> str:
    """A tree of ``levels`` folders inside of each other, each of which stands ``width`` times in the one above."""
    oid = world.raw(b"100644 a.yaml\0" + bytes.fromhex(world.repo.trees.write_blob(leaf)), TREE)
    for _ in range(levels):
        oid = world.raw(b"".join(b"40000 d%d\0" % at + bytes.fromhex(oid) for at in range(width)), TREE)
    return oid


@pytest.mark.parametrize(("levels", "width", "why"), [(150, 1, "folders more than"), (12, 9, "files, or folders")])
def test_trees_too_deep_or_with_billions_of_files_are_refused_soon(server, world, page, levels, width, why):
    root = dict(world.repo.trees.children(world.tree_of(world.production)))
    deep = nested(world, page("x"), levels, width)
    entries = {name.encode(): entry.oid for name, entry in root.items()} | {b"zzz": deep}
    tree = world.raw(b"".join(b"40000 %s\0" % name + bytes.fromhex(oid) for name, oid in sorted(entries.items())), TREE)
    begun = time.monotonic()
    assert why in server.refused(production=world.commit(world.production, "ada", tree))
    assert time.monotonic() - begun < 60


def test_a_huge_members_file_is_refused(server, world):
    for size in (300_000, 40_000_000):
        path = "environments/production/members.yaml"
        evil = world.commit(world.production, "ada", {path: b"format: 1\n" + b"# x\n" * (size // 4)})
        said = server.refused(production=evil)
        assert "[members.format]" in said or "at most" in said


def test_thousands_of_refs_are_judged_in_one_push_and_more_are_refused(server, world, run):
    lines = "".join(f"create refs/heads/b{number} {world.production}\n" for number in range(10_001))
    (server.path.parent / "lines").write_text(lines)
    run(["sh", "-c", f"git update-ref --stdin < {server.path.parent / 'lines'}"], world.repo.workdir)
    ran = run(["git", "push", "-q", server.path, "refs/heads/b*:refs/heads/b*"], world.repo.workdir)
    assert (ran.code, "10001 refs are pushed at once" in ran.stderr) == (1, True)
    env = {"JETENV_PUSHER": world.people["bob"].key}
    ran = run(["git", "push", "-q", "--atomic", server.path, "refs/heads/b1*:refs/heads/b1*"], world.repo.workdir, env)
    assert ran.code == 0, ran.stderr[-500:]


def test_where_the_record_of_what_was_verified_is_damaged_all_is_verified_again(server, world):
    (server.path / "jetenv" / "verified-refs.json").write_text("{")
    assert "[commit.unsigned]" in server.refused(production=world.commit(world.production, None, {}))
    server.taken(production=world.commit(world.production, "ada", {}))


@pytest.mark.parametrize("harm", ["interpreter", "memory"])
def test_a_hook_that_fails_refuses(server, world, harm):
    tip = world.commit(world.production, "ada", {})
    hook = server.path / "hooks" / "pre-receive"
    if harm == "interpreter":
        hook.write_text(hook.read_text().replace("-P -m jetenv", "-P -m jetenv_gone"))
    else:
        hook.write_text(hook.read_text().replace("refs=$(cat)", "ulimit -v 60000; refs=$(cat)"))
    ran = server.push(production=tip)
    assert ran.code == 1
    assert server.tip("production") == world.production


def test_a_signed_push_says_who_pushes(server, world, keys, git, run):
    """Without `serve-git`: the key that signs the push, in answer to what this server asked."""
    for name, taken in (("carol", False), ("bob", True)):
        for setting, value in (("gpg.format", "ssh"), ("user.signingkey", f"{keys[name]}.pub")):
            git("config", setting, value, cwd=world.repo.workdir)
        server.push("--signed", feature=world.production)
        assert (server.tip("feature") is not None) == taken
    assert "nothing says here who pushes" in server.refused(feature=None)
    server.taken("--signed", feature=None)
    git("config", "receive.certNonceSeed", "another", cwd=server.path)
    assert server.push("--signed", feature=world.production).code == 0
