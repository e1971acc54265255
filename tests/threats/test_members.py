"""Threats 1 to 8 and 13 to 18: to the members file. Each function is one row of the table in docs/security.md."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from world import SecurityKey

from jetenv.access.joining import request
from jetenv.access.members import Members, render
from jetenv.access.public_keys import read_public_key
from jetenv.access.wire import Reader, string
from jetenv.repository.objects import TreeEntry

HOME = "pages/home.yaml"
MEMBERS = "environments/production/members.yaml"


def promoted(world) -> Members:
    """The members file by which bob makes himself an admin."""
    ada, bob = world.first.members
    return world.after(world.first, members=(ada, replace(bob, role="admin")))


def raw_members(world, old: bytes, new: bytes) -> bytes:
    """The bytes of the next members file with ``old`` replaced."""
    data = render(world.after(world.first))
    assert old in data
    return data.replace(old, new, 1)


def put(world, data: bytes, signer: str = "ada", path: str = MEMBERS):
    """A commit by ada of a members file that ``signer`` has signed as it stands."""
    signature = world.people[signer].sign(data, "jetenv-members")
    return world.commit(
        world.production, "ada", {path: data, f"environments/production/signatures/{signer}.sig": signature}
    )


def test_1_a_clean_merge_smuggles_a_members_file(at, world, page, git):
    created, _ = world.staging(world.production)
    evil = world.commit(created, "bob", {MEMBERS: render(promoted(world)), HOME: page("A harmless change")})
    ours = world.commit(world.production, "ada", {"pages/more.yaml": page("More")})
    at.put(production=ours, staging=evil)
    git("checkout", "-q", "production", cwd=at.clone)
    git("merge", "-q", "--no-edit", "--no-gpg-sign", "staging", cwd=at.clone)
    assert git("log", "-1", "--name-only", "--format=", "HEAD", cwd=at.clone) == ""  # plain git shows nothing of it
    assert git("diff-tree", "--cc", "--no-commit-id", "HEAD", cwd=at.clone) == ""
    tree = git("rev-parse", "HEAD^{tree}", cwd=at.clone)
    assert git("show", f"HEAD:{MEMBERS}", cwd=at.clone) + "\n" == render(promoted(world)).decode()

    merged = world.commit(ours, "bob", tree, evil)
    assert "members.threshold" in at.found(production=merged)
    at.server.taken(production=ours)
    assert "[members.threshold]" in at.server.refused(production=merged, by="bob")

    git("checkout", "-q", "--detach", ours, cwd=at.clone)
    at.put(production=ours)
    code, out, err = at.run("merge", "staging", "production", by="bob")
    assert git("show", f"production:{MEMBERS}", cwd=at.clone) + "\n" == render(world.first).decode(), (code, out, err)


def test_2_self_promotion(at, world):
    evil = world.commit(world.production, "bob", world.members_change("production", promoted(world), "bob"))
    at.refuses("members", "role", "production", "bob", "admin", by="bob", codes=(2, 4))
    assert at.found(production=evil) == ["members.signature", "members.threshold"]
    at.refuses("pin", "production", "3.1", by="bob")  # what came by another way than a command is verified first
    assert "[members.threshold]" in at.server.refused(production=evil, by="bob")


def test_3_rollback_and_fork_of_the_members_file(at, world):
    ada, bob = world.first.members
    second = world.after(world.first, members=(ada,))
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada"))
    at.proven(production=tip)
    at.server.taken(production=tip)
    back = world.commit(tip, "ada", world.members_change("production", world.first))
    assert "members.version" in at.found(production=back)
    assert "[members.version]" in at.server.refused(production=back)
    forked = world.after(world.first, members=(replace(ada, name="Ada"), bob))
    for other in (
        world.commit(world.production, "ada", {}),
        world.commit(world.production, "ada", world.members_change("production", forked, "ada")),
    ):
        assert "history.rolled-back" in at.found(production=other)
        at.refuses("pin", "production", "3.1")
        at.server.refused(production=other, by="ada")


def test_4_replay_on_another_branch_or_repository(at, world):
    created, mine = world.staging(world.production)
    at.server.taken(staging=created)
    ours = world.commit(world.production, "ada", {MEMBERS: render(mine)})
    assert "members.binding" in at.found(production=ours, staging=created)
    assert "[members.binding]" in at.server.refused(production=ours)
    at.refuses("pin", "production", "3.1", codes=(4, 3))
    foreign = replace(world.after(world.first), project="another-uid-1", environment="another-uid-1")
    theirs = world.commit(world.production, "ada", world.members_change("production", foreign, "ada"))
    assert "members.binding" in at.found(production=theirs)
    assert "[members.binding]" in at.server.refused(production=theirs)


def padded(rsa: str) -> str:
    """The same RSA key with a zero more before its modulus."""
    reader = Reader(base64.b64decode(rsa.split()[1]))
    kind, exponent, modulus = reader.string(), reader.string(), reader.string()
    blob = string(kind) + string(exponent) + string(b"\0" + modulus)
    return f"{kind.decode()} {base64.b64encode(blob).decode()}"


def test_5_a_threshold_met_by_one_key_twice(at, world, keys, git):
    rsa = read_public_key(keys["strong-rsa"].with_suffix(".pub"))
    signing = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={keys['strong-rsa']}.pub")
    tree = world.tree_of(world.production)
    signed = git(*signing, "commit-tree", "-S", "-p", world.production, "-m", "A change", tree, cwd=at.clone)
    # To plain git it is the key of whom the list names, in either spelling: by names, or by texts, it counts twice.
    assert at.git_says(signed, f"ada {rsa}") == "ada"
    assert at.git_says(signed, f"eve {padded(rsa)}") == "eve"
    ada = world.people["ada"].key
    two = f'  - id: "eve"\n    name: "Eve"\n    role: "admin"\n    keys:\n      - "{ada}"\n'.encode()
    for data in (
        raw_members(world, b'  - id: "bob"', two + b'  - id: "bob"'),
        raw_members(world, b'  - id: "bob"', two.replace(ada.encode(), f"{ada}=".encode()) + b'  - id: "bob"'),
        raw_members(world, b'  - id: "bob"', two.replace(ada.encode(), padded(rsa).encode()) + b'  - id: "bob"'),
        raw_members(world, b"threshold: 1", b"threshold: 0"),
        raw_members(world, b"threshold: 1", b"threshold: 2"),
        raw_members(world, b"threshold: 1", b"threshold: 1.0"),
    ):
        evil = put(world, data)
        assert "members.format" in at.found(production=evil), data
        assert "[members.format]" in at.server.refused(production=evil)
    at.put(production=world.production)
    at.refuses("members", "threshold", "production", "2", codes=(1, 2, 4))


def test_6_a_removed_key_with_an_old_date_or_parent_or_by_another_branch(at, world, page):
    ada, _ = world.first.members
    created, _ = world.staging(world.production)
    late = world.commit(world.production, "bob", {HOME: page("By Bob")})
    removed = world.commit(
        world.production, "ada", world.members_change("production", world.after(world.first, members=(ada,)), "ada")
    )
    at.server.taken(production=removed)
    dated = world.commit(removed, "bob", {HOME: page("Long ago")})  # all dates here are in the past
    tree = world.tree(removed, {HOME: page("By Bob")})
    by_branch = world.commit(removed, "bob", tree, late)
    for evil, rule in ((dated, "commit.unknown-key"), (by_branch, "commit.unknown-key")):
        assert rule in at.found(production=evil)
        assert f"[{rule}]" in at.server.refused(production=evil)
    at.server.refused(production=late, by="ada")
    at.put(production=removed)
    at.refuses("pin", "production", "3.1", by="bob")
    at.refuses("create", "testing", by="bob")
    assert "may not any more" in at.server.refused(staging=created)


def test_7_another_root_and_a_recreated_environment(at, world, git, empty):
    own = Members("another-uid-1", "another-uid-1", 1, None, 1, (world.member("carol", "admin"),))
    evil = world.commit(None, "carol", world.folder("production", own))
    assert at.found(production=evil) == ["root"]
    assert "root" in at.refuses("pin", "production", "3.1", by="carol")
    at.server.refused(production=evil, by="ada")
    created, mine = world.staging(world.production)
    again = replace(mine, environment="staging-uid-0002")
    files = world.folder("staging", again) | world.signatures("staging", again, "bob")
    other = world.commit(created, "bob", {"environments/staging": None} | files)
    at.server.taken(staging=created)
    assert "another environment" in at.server.refused(staging=other)


def test_8_the_last_admin_leaves_or_a_key_is_claimed(at, world):
    none = put(world, raw_members(world, b'role: "admin"', b'role: "editor"'))
    assert "members.format" in at.found(production=none)
    assert "[members.format]" in at.server.refused(production=none)
    at.put(production=world.production)
    at.refuses("members", "remove", "production", "ada", codes=(1, 2, 4))
    at.refuses("members", "role", "production", "ada", "viewer", codes=(1, 2, 4))
    claimed = world.after(world.first, members=(*world.first.members, world.member("carol", "admin")))
    evil = world.commit(world.production, "ada", world.members_change("production", claimed, "ada"))
    assert at.found(production=evil) == ["members.proof"]
    at.refuses("pin", "production", "3.1", by="carol")
    assert "[members.proof]" in at.server.refused(production=evil)


@pytest.mark.parametrize("kind", ["executable", "link", "submodule", "case", "unicode"])
def test_13_a_members_file_that_is_none_or_has_a_twin(at, world, kind):
    entry = world.repo.trees.entry(world.tree_of(world.production), MEMBERS)
    modes = {"executable": 0o100755, "link": 0o120000, "submodule": 0o160000}
    twins = {"case": "environments/production/Members.yaml", "unicode": "environments/production/members\u200b.yaml"}
    if kind in modes:
        evil = world.commit(world.production, "ada", {MEMBERS: TreeEntry(entry.oid, modes[kind])})
    else:
        evil = world.commit(world.production, "ada", {twins[kind]: render(world.first)})
    assert "environment.folder" in at.found(production=evil)
    assert "[environment.folder]" in at.server.refused(production=evil)
    at.refuses("pin", "production", "3.1", codes=(3, 4))


def test_14_a_line_break_in_a_name(at, world):
    """In a file that git reads line by line, a line break makes another entry, and in a commit another header."""
    bob, carol = world.people["bob"].key, world.people["carol"].key
    by_carol = world.commit(world.production, "carol", {HOME: b"name: Mine\n"})
    assert at.git_says(by_carol, f"bob {bob}", f"carol {carol}") == "carol"
    name = f"bob {bob}\nada"  # under which carol has her key
    assert at.git_says(by_carol, f"{name} {carol}") == "ada"
    armored = world.people["ada"].sign(b"another text", "git").decode().rstrip().replace("\n", "\n ")
    named = world.commit(
        world.production, None, {HOME: b"name: Mine\n"}, committer=f"x <x@x> 0 +0000\ngpgsig {armored}\nx-y Bob <b@b>"
    )
    assert "gpgsig" in at.git("log", "-1", "--format=raw", named, cwd=at.clone)  # git takes it for a header
    assert at.found(production=named) == ["commit.signature"]
    assert "[commit.signature]" in at.server.refused(production=named)
    for text in (b'name: "Bob\\nada"', b'name: "Bob\\u2028"', b'name: "Bob\\u0000"', b'name: "Bob\\u202e"'):
        evil = put(world, raw_members(world, b'name: "Bob"', text))
        assert "members.format" in at.found(production=evil), text
        assert "[members.format]" in at.server.refused(production=evil)
    evil = put(world, raw_members(world, b'id: "bob"', b'id: "bob\\nada"'))
    assert "members.format" in at.found(production=evil)
    at.refuses("pin", "production", "3.1", codes=(3, 4))
    at.put(production=world.production)
    at.refuses("members", "invite", "production", "eve\nada", codes=(1, 2, 4))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"format: 1", b"%YAML 1.1\n---\nformat: 1"),
        (b"format: 1", b"format: 1 # one"),
        (b"format: 1", b"format: 1\nformat: 1"),
        (b"format: 1", b"format: !!int 1"),
        (b"format: 1", b"format: 0x1"),
        (b"threshold: 1", b"threshold: &t 1"),
        (b'role: "editor"', b'role: "editor"\n    role: "admin"'),
        (b'role: "editor"', 'role: "\u0430dmin"'.encode()),
        (b'id: "bob"', 'id: "bob\u200b"'.encode()),
        (b'name: "Bob"', b"name: " + b"[" * 500 + b"]" * 500),
        (b'name: "Bob"', b'name: "' + b"B" * 300_000 + b'"'),
        (b"\n", b"\r\n"),
        (b"version: 2", b'"version": 2'),
    ],
    ids=lambda each: each[:20].decode("ascii", "replace"),
)
def test_16_a_members_file_that_two_readers_take_differently(at, world, old, new):
    evil = put(world, raw_members(world, old, new))
    assert "members.format" in at.found(production=evil)
    assert "[members.format]" in at.server.refused(production=evil)
    at.refuses("pin", "production", "3.1", codes=(3, 4))


def test_17_a_key_of_small_order(at, world, run, tmp_path):
    """One signature under it fits every message: ssh-keygen takes it."""
    point = bytes([1]) + bytes(31)
    blob = string(b"ssh-ed25519") + string(point)
    key = f"ssh-ed25519 {base64.b64encode(blob).decode()}"
    (tmp_path / "allowed").write_text(f"eve {key}\n")
    inner = string(b"ssh-ed25519") + string(point + bytes(32))
    head = string(b"git") + string(b"") + string(b"sha512")
    text = base64.b64encode(b"SSHSIG\0\0\0\1" + string(blob) + head + string(inner)).decode()
    lines = "\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    (tmp_path / "sig").write_text(f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n")
    for message in ("one", "another"):
        command = f"printf {message} | ssh-keygen -Y verify -f allowed -I eve -n git -s sig"
        assert run(["sh", "-c", command], tmp_path).code == 0
    evil = put(world, raw_members(world, world.people["bob"].key.encode(), key.encode()))
    assert "members.format" in at.found(production=evil)
    assert "[members.format]" in at.server.refused(production=evil)
    at.put(production=world.production)
    (tmp_path / "eve.pub").write_text(key + "\n")
    at.refuses(
        "members", "invite", "production", "eve", "--from-github-keys", str(tmp_path / "eve.pub"), codes=(1, 2, 3, 4)
    )


def test_18_a_security_key_that_nobody_touched(at, world, tmp_path):
    eve = SecurityKey("eve")
    world.people = {**world.people, "eve": eve}
    second = world.after(world.first, members=(*world.first.members, world.member("eve", "admin")))
    change = world.members_change("production", second, "ada", joining=("eve",))
    joined = world.commit(world.production, "ada", change)
    touched = world.commit(joined, "eve", {HOME: b"name: Touched\ncomponents: []\n"})
    at.proven(production=touched)
    at.server.taken(production=touched)
    for eve.flags in (0, 4):  # a program at the machine can use it without anybody there
        evil = world.commit(touched, "eve", {HOME: b"name: Alone\ncomponents: []\n"})
        assert at.git_says(evil, f"eve {eve.key}") == "eve"  # plain git takes it
        assert at.found(production=evil) == ["commit.signature"]
        assert "[commit.signature]" in at.server.refused(production=evil)
        at.put(production=world.production)
        text = request(world.first.project, world.first.environment, "eve", eve.key)
        (tmp_path / "eve.join").write_bytes(text + eve.sign(text, "jetenv-join"))
        said = at.refuses(
            "members", "add", "production", str(tmp_path / "eve.join"), "--role", "admin", codes=(1, 3, 4)
        )
        assert "touch" in said


@pytest.mark.parametrize("name", ["weak-rsa", "dsa", "certified-cert"])
def test_18_weak_keys_and_certificates(at, world, keys, name, tmp_path):
    text = Path(f"{keys['ada'].parent}/{name}.pub").read_text() if (keys["ada"].parent / f"{name}.pub").exists() else ""
    key = " ".join(text.split()[:2])
    assert key
    evil = put(world, raw_members(world, world.people["bob"].key.encode(), key.encode()))
    assert "members.format" in at.found(production=evil)
    assert "[members.format]" in at.server.refused(production=evil)
    at.put(production=world.production)
    (tmp_path / "eve.pub").write_text(key + "\n")
    at.refuses(
        "members", "invite", "production", "eve", "--from-github-keys", str(tmp_path / "eve.pub"), codes=(1, 2, 3, 4)
    )
