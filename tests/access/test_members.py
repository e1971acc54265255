"""The members file: one record, one sequence of bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.access.members import Member, Members, digest, parse, render
from jetenv.access.public_keys import read_public_key
from jetenv.errors import JetenvError

DATA = Path(__file__).parents[1] / "data/keys"
ADA, BOB, RSA = (read_public_key(DATA / f"{name}.pub") for name in ("ada", "bob", "strong-rsa"))
FIRST = Members(
    project="0123456789abcdef",
    environment="0123456789abcdef",
    version=1,
    previous=None,
    threshold=1,
    members=(Member("ada", "Ada Lovelace", "admin", (ADA,)), Member("bob", "Bob é 😀 \"'#: -", "viewer", (BOB, RSA))),
)


def test_the_bytes_are_these():
    assert render(replace(FIRST, members=FIRST.members[:1])).decode() == (
        "format: 1\n"
        'project: "0123456789abcdef"\n'
        'environment: "0123456789abcdef"\n'
        "version: 1\n"
        "previous: null\n"
        "threshold: 1\n"
        "members:\n"
        '  - id: "ada"\n'
        '    name: "Ada Lovelace"\n'
        '    role: "admin"\n'
        "    keys:\n"
        f'      - "{ADA}"\n'
    )


NAMES = st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable() and name == name.strip())


@given(name=NAMES, version=st.integers(1, 10**9), previous=st.none() | st.binary().map(digest))
def test_what_is_written_is_read_back(name: str, version: int, previous: str | None):
    members = replace(FIRST, version=version, previous=previous, members=(Member("null", name, "admin", (ADA,)),))
    assert parse(render(members)) == members


def test_the_digest_is_that_of_the_bytes():
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    second = replace(FIRST, version=2, previous=digest(render(FIRST)))
    assert parse(render(second)).previous == digest(render(FIRST))


@pytest.mark.parametrize(
    "members",
    [
        replace(FIRST, threshold=0),
        replace(FIRST, threshold=2),
        replace(FIRST, version=0),
        replace(FIRST, previous="abc"),
        replace(FIRST, project="x"),
        replace(FIRST, environment="Production"),
        replace(FIRST, members=()),
        replace(FIRST, members=FIRST.members[1:]),
        replace(FIRST, members=(FIRST.members[0], FIRST.members[0])),
        replace(FIRST, members=(FIRST.members[0], Member("eve", "Eve", "admin", (ADA,)))),
        *(
            replace(FIRST, members=(FIRST.members[0], member))
            for member in (
                Member("Eve", "Eve", "viewer", (BOB,)),
                Member("eve\n", "Eve", "viewer", (BOB,)),
                Member("eve", "Eve\nrole: admin", "viewer", (BOB,)),
                Member("eve", "Eve\u200b", "viewer", (BOB,)),
                Member("eve", "Eve\u2028", "viewer", (BOB,)),
                Member("eve", " Eve", "viewer", (BOB,)),
                Member("eve", "", "viewer", (BOB,)),
                Member("eve", "e" * 201, "viewer", (BOB,)),
                Member("eve", "Eve", "owner", (BOB,)),
                Member("eve", "Eve", "viewer", ()),
                Member("eve", "Eve", "viewer", (f"{BOB} comment",)),
                Member("eve", "Eve", "viewer", ("ssh-ed25519 AAAA",)),
                Member("eve", "Eve", "viewer", ((DATA / "weak-rsa.pub").read_text(),)),
            )
        ),
    ],
)
def test_content_that_breaks_a_rule_is_not_written(members: Members):
    with pytest.raises(JetenvError):
        render(members)


TEXT = render(FIRST).decode()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("format: 1", "format: 2", "m.yaml:1:9"),
        ("format: 1\n", "", "m.yaml:1:1"),
        ("version: 1", "version: true", "m.yaml:4:10"),
        ("version: 1", 'version: "1"', "m.yaml:4:10"),
        ("version: 1", "version: 1\nnote: x", "m.yaml:5:7"),
        ("previous: null", "previous: []", "m.yaml:5:11"),
        ("members:", "members: x\nother:", "m.yaml:8:3"),
        ('    role: "admin"\n', "", "m.yaml:8:5"),
        ('name: "Ada Lovelace"', "name: [Ada]", "m.yaml:9:11"),
        ('"Ada Lovelace"', "Ada Lovelace", "m.yaml"),
        ("threshold: 1\n", "threshold: 1 # one\n", "m.yaml"),
        ("threshold: 1\n", "threshold: 0x1\n", "m.yaml"),
        ("\n", "\r\n", "m.yaml"),
        ('"ada"', "&a ada", "m.yaml"),
        ('"ada"', '!!str "ada"', "m.yaml"),
        ('"ada"', '"\\u0061da"', "m.yaml"),
        ("format: 1", "%YAML 1.1\n---\nformat: 1", "m.yaml"),
        ("format: 1", "\ufeffformat: 1", "m.yaml"),
        ("format: 1", "---\nformat: 1", "m.yaml"),
    ],
)
def test_any_other_bytes_are_refused_with_a_place(old: str, new: str, where: str):
    assert old in TEXT
    with pytest.raises(JetenvError) as caught:
        parse(TEXT.replace(old, new).encode(), path="m.yaml")
    assert (caught.value.where or "").startswith(where if where != "m.yaml:8:3" else "m.yaml")


@pytest.mark.parametrize("data", [b"", b"[]", b"x", b"\xff", b"a: 1\na: 2\n", b"a: *b\n", b"--- 1\n--- 2\n", b"\0"])
def test_what_is_no_members_file_at_all_is_refused(data: bytes):
    with pytest.raises(JetenvError) as caught:
        parse(data)
    assert caught.value.where


@given(st.binary(max_size=40), st.integers(0, len(TEXT)), st.integers(0, 20))
def test_no_change_of_bytes_goes_unnoticed(noise: bytes, at: int, cut: int):
    original = TEXT.encode()
    changed = original[:at] + noise + original[at + cut :]
    try:
        read = parse(changed)
    except JetenvError:
        return
    assert render(read) == changed
