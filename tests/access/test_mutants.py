"""Members files, signatures and commits damaged at random: none is accepted that ssh-keygen or the rules refuse."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jetenv.access.chain import follow
from jetenv.access.commit_format import CommitFormatError, parse_commit
from jetenv.access.judging import signing_key
from jetenv.access.members import parse, render


def damaged(data: bytes, random_: random.Random) -> bytes:
    """``data`` with a bit flipped, bytes lost, bytes put in, or a stretch or line repeated or moved."""
    at = random_.randrange(len(data))
    manner = random_.randrange(6)
    if manner == 0:
        return data[:at] + bytes([data[at] ^ 1 << random_.randrange(8)]) + data[at + 1 :]
    if manner == 1:
        return data[:at] + data[at + random_.randrange(1, 9) :]
    if manner == 2:
        return data[:at] + random_.choice([b"\n", b" ", b"\0", b"#", b"0", b"\xe2\x80\x8b", b"&a "]) + data[at:]
    lines = data.splitlines(keepends=True)
    line = random_.randrange(len(lines))
    if manner == 3:
        return b"".join([*lines[:line], lines[line], *lines[line:]])
    if manner == 4:
        return b"".join([*lines[:line], *lines[line + 1 :]])
    other = random_.randrange(len(lines))
    lines[line], lines[other] = lines[other], lines[line]
    return b"".join(lines)


@pytest.fixture
def ssh_keygen(tmp_path: Path, people) -> Callable[[bytes, bytes, str, str], bool]:
    """Whether ssh-keygen takes a signature of a payload for that of a person in a namespace."""
    (tmp_path / "allowed").write_text("".join(f"{name} {person.key}\n" for name, person in people.items()))

    def accepts(signature: bytes, payload: bytes, namespace: str, name: str) -> bool:
        (tmp_path / "sig").write_bytes(signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", name, "-n", namespace, "-s", "sig"]
        return subprocess.run(command, cwd=tmp_path, input=payload, capture_output=True, check=False).returncode == 0

    return accepts


def hold_members(world, ssh_keygen, seed: int, count: int) -> None:
    random_ = random.Random(seed)
    before = world.first
    after = world.after(before, members=(before.members[0], world.member("carol", "editor")))
    signatures = {
        path.rpartition("/")[2]: data
        for path, data in world.signatures("production", after, "ada", joining=("carol",)).items()
    }
    assert follow(before, render(before), render(after), signatures).accepted
    for _ in range(count):
        data, files = render(after), dict(signatures)
        if random_.random() < 0.5:
            data = damaged(data, random_)
        else:
            name = random_.choice(sorted(files))
            files[name] = damaged(files[name], random_)
        result = follow(before, render(before), data, files)
        if result.accepted:
            # Equal bytes, or a signature that was folded in another way.
            assert data == render(after)
            assert ssh_keygen(files["ada.sig"], data, "jetenv-members", "ada")
        else:
            assert (data, files) != (render(after), signatures)
        if result.members is not None:
            assert render(result.members) == data == render(parse(data))


def hold_commits(world, ssh_keygen, git, seed: int, count: int) -> None:
    """git itself says what a commit that is accepted consists of, and ssh-keygen that its signature holds."""
    random_ = random.Random(seed)
    tip = world.commit(world.production, "ada", {"pages/home.yaml": b"id: home\n"}, headers=b"encoding utf-8\n")
    genuine = world.repo.commits.raw(tip)
    for _ in range(count):
        raw = damaged(genuine, random_)
        try:
            commit = parse_commit(raw)
        except CommitFormatError:
            continue
        key, breach = signing_key(commit)
        assert (key is None) == (breach is not None)
        if key is None or raw == genuine:
            continue
        assert commit.signature is not None
        assert ssh_keygen(commit.signature, commit.payload, "git", "ada")
        oid = git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", input=raw, cwd=world.repo.workdir)
        shown = git("log", "-1", "--format=%T %P", oid, cwd=world.repo.workdir).split()
        assert shown == [commit.tree, *commit.parents]


def test_no_damage_to_a_members_file_or_its_signatures_is_accepted(world, ssh_keygen):
    hold_members(world, ssh_keygen, 1, 300)


def test_no_damage_to_a_commit_is_accepted(world, ssh_keygen, git):
    hold_commits(world, ssh_keygen, git, 1, 300)


@pytest.mark.long
def test_no_damage_of_much_is_accepted(world, ssh_keygen, git):
    hold_members(world, ssh_keygen, 2, 6_000)
    hold_commits(world, ssh_keygen, git, 2, 20_000)


def test_a_commit_is_taken_apart_as_git_does_it(world, git):
    oid = world.commit(
        world.production,
        "ada",
        {},
        headers=b"encoding utf-8\nmergetag object x\n type commit\n",
        message="Subject\n\nJetenv-Source: staging abc\nJetenv-Resolved: a b\n",
    )
    commit = parse_commit(world.repo.commits.raw(oid))
    assert commit.trailers("Source") == ("staging abc",)
    assert commit.trailers("Resolved") == ("a b",)
    assert commit.trailers("Only") == ()
    assert re.sub(rb"gpgsig (.*\n )*.*\n", b"", world.repo.commits.raw(oid)) == commit.payload
    assert signing_key(commit)[0] == world.people["ada"].key
