"""Which members file may follow which, and why not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jetenv.access.chain import ChainResult, begin, follow, root
from jetenv.access.joining import file_name, request
from jetenv.access.members import MAX_KEYS, MAX_MEMBERS, MAX_SIZE, Member, Members, digest, parse, render
from jetenv.access.namespaces import JOIN, MEMBERS
from jetenv.errors import JetenvError

PRODUCTION, STAGING = "production-uid-1", "staging-uid-0001"
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/members.json").read_text())


@pytest.fixture
def ada(people) -> Member:
    return Member("ada", "Ada Lovelace", "admin", (people["ada"].key,))


@pytest.fixture
def bob(people) -> Member:
    return Member("bob", "Bob", "editor", (people["bob"].key,))


@pytest.fixture
def carol(people) -> Member:
    return Member("carol", "Carol", "admin", (people["carol"].key,))


@pytest.fixture
def first(ada: Member, bob: Member) -> Members:
    """The first members file of production: ada is its admin, bob an editor."""
    return Members(PRODUCTION, PRODUCTION, 1, None, 1, (ada, bob))


Sign = Callable[..., dict[str, bytes]]


@pytest.fixture
def signed(people) -> Sign:
    """``signed(members, *names)``: the files that ``names`` put into ``signatures/``."""

    def sign(members: Members, *names: str) -> dict[str, bytes]:
        return {f"{name}.sig": people[name].sign(render(members), MEMBERS) for name in names}

    return sign


@pytest.fixture
def joins(people) -> Sign:
    """``joins(members, name)``: the request of ``name`` to join, as it stands beside the members file."""

    def join(members: Members, *names: str) -> dict[str, bytes]:
        return {
            file_name(name, people[name].key): people[name].sign(
                request(members.project, members.environment, name, people[name].key), JOIN
            )
            for name in names
        }

    return join


def after(before: Members, **changes) -> Members:
    return replace(before, **{"version": before.version + 1, "previous": digest(render(before)), **changes})


def judge(before: Members, now: Members, signatures: Mapping[str, bytes], **known) -> ChainResult:
    return follow(before, render(before), render(now), signatures, **known)


def rules(result: ChainResult) -> list[str]:
    return [breach.rule.value for breach in result.breaches]


def test_a_version_that_counts_up_and_that_an_admin_signs_may_follow(first, bob, signed):
    second = after(first, members=(first.members[0], replace(bob, role="viewer")))
    result = judge(first, second, signed(second, "ada"))
    assert result.accepted
    assert (result.members, result.signed, result.eligible, result.threshold) == (second, ("ada",), ("ada",), 1)


def test_plain_ssh_keygen_verifies_the_signatures(first, signed, tmp_path: Path):
    (tmp_path / "ada.sig").write_bytes(signed(first, "ada")["ada.sig"])
    (tmp_path / "allowed").write_text(f"ada {first.members[0].keys[0]}\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "ada", "-n", "jetenv-members", "-s", "ada.sig"]
    subprocess.run(command, cwd=tmp_path, input=render(first), check=True, capture_output=True)


@pytest.mark.parametrize("step", [-1, 0, 2, 10])
def test_a_version_is_never_left_out_nor_repeated(first, signed, step: int):
    second = after(first, version=max(first.version + step, 1))
    assert "members.version" in rules(judge(first, second, signed(second, "ada")))


def test_a_version_names_the_very_bytes_before(first, bob, signed):
    second = after(first)
    elsewhere = after(replace(first, members=(first.members[0],)))
    assert rules(judge(first, elsewhere, signed(elsewhere, "ada"))) == ["members.previous"]
    third = after(second)
    assert rules(judge(first, third, signed(third, "ada"))) == ["members.version", "members.previous"]
    assert rules(judge(second, replace(third, previous=None), signed(replace(third, previous=None), "ada"))) == [
        "members.previous"
    ]


@pytest.mark.parametrize("field", ["project", "environment"])
def test_a_file_of_another_project_or_environment_is_not_taken(first, signed, field: str):
    foreign = after(first, **{field: STAGING})
    assert rules(judge(first, foreign, signed(foreign, "ada"))) == ["members.binding"]


def test_nobody_promotes_himself(first, ada, bob, signed):
    second = after(first, members=(ada, replace(bob, role="admin")))
    result = judge(first, second, signed(second, "bob"))
    assert rules(result) == ["members.signature", "members.threshold"]
    assert result.breaches[0].member == "bob"
    assert "ada could sign" in (result.breaches[1].hint or "")


def test_a_new_admin_counts_only_from_the_next_version_on(first, ada, bob, signed):
    second = after(first, members=(ada, replace(bob, role="admin")), threshold=2)
    assert judge(first, second, signed(second, "ada")).accepted
    third = after(second, threshold=1)
    short = judge(second, third, signed(third, "bob"))
    assert rules(short) == ["members.threshold"]
    assert (short.threshold, short.signed, short.unsigned) == (2, ("bob",), ("ada",))
    assert judge(second, third, signed(third, "ada", "bob")).accepted


def test_who_was_removed_signs_nothing_any_more(first, ada, carol, signed, joins):
    second = after(first, members=(ada, carol))
    assert judge(first, second, signed(second, "ada") | joins(second, "carol")).accepted
    third = after(second, members=(carol,))
    assert judge(second, third, signed(third, "carol")).accepted
    fourth = after(third, members=(carol, ada))
    assert "members.threshold" in rules(judge(third, fourth, signed(fourth, "ada")))


def test_one_key_never_counts_twice(first, people, ada, carol, signed):
    before = replace(first, members=(ada, carol), threshold=2)
    now = after(before)
    twice = signed(now, "ada") | {"carol.sig": people["ada"].sign(render(now), MEMBERS)}
    assert rules(judge(before, now, twice)) == ["members.signature", "members.threshold"]
    with pytest.raises(JetenvError, match="a key is named twice"):
        render(replace(first, members=(ada, replace(carol, keys=ada.keys)), threshold=2))


@pytest.mark.parametrize(
    "name", ["eve.sig", "ada", "ada.sig.bak", "Ada.sig", "notes.txt", "ada.0123456789abcdef.join.sig"]
)
def test_nothing_stands_beside_the_signatures_that_count(first, people, signed, name: str):
    second = after(first)
    stray = {name: people["ada"].sign(render(second), MEMBERS)}
    assert rules(judge(first, second, signed(second, "ada") | stray)) == ["members.signature"]


@pytest.mark.parametrize("namespace", ["git", "jetenv-join", "file"])
def test_a_signature_made_for_something_else_does_not_count(first, people, namespace: str):
    second = after(first)
    found = judge(first, second, {"ada.sig": people["ada"].sign(render(second), namespace)})
    assert rules(found) == ["members.signature", "members.threshold"]


def test_signatures_of_the_version_before_do_not_count(first, signed):
    second = after(first)
    assert rules(judge(first, second, signed(first, "ada"))) == ["members.signature", "members.threshold"]


def test_a_new_key_is_taken_only_from_who_holds_it(first, ada, bob, carol, people, signed, joins):
    second = after(first, members=(ada, bob, carol))
    unproven = judge(first, second, signed(second, "ada"))
    assert rules(unproven) == ["members.proof"]
    assert (unproven.breaches[0].member, unproven.breaches[0].key) == ("carol", people["carol"].key)
    assert judge(first, second, signed(second, "ada") | joins(second, "carol")).accepted
    assert judge(first, second, signed(second, "ada", "carol")).accepted
    assert judge(first, second, signed(second, "ada"), proven={("carol", people["carol"].key)}).accepted
    assert not judge(first, second, signed(second, "ada"), proven={("eve", people["carol"].key)}).accepted


def test_a_key_keeps_the_name_under_which_it_was_shown(first, ada, bob, signed):
    renamed = after(first, members=(ada, replace(bob, id="robert")))
    assert rules(judge(first, renamed, signed(renamed, "ada"))) == ["members.proof"]


def test_a_request_to_join_holds_for_one_environment_one_name_and_one_key(first, ada, bob, carol, signed, joins):
    second = after(first, members=(ada, bob, carol))
    for foreign in (replace(second, environment=STAGING), replace(second, project=STAGING)):
        found = judge(first, second, signed(second, "ada") | joins(foreign, "carol"))
        assert rules(found) == ["members.signature", "members.proof"]
    renamed = after(first, members=(ada, bob, replace(carol, id="eve")))
    moved = {name.replace("carol", "eve"): data for name, data in joins(second, "carol").items()}
    assert rules(judge(first, renamed, signed(renamed, "ada") | moved)) == ["members.signature", "members.proof"]


def test_a_lost_key_is_replaced_by_another_admin(first, ada, carol, people, signed, joins):
    before = replace(first, members=(ada, carol))
    now = after(before, members=(ada, replace(carol, keys=(people["bob"].key,))))
    proof = {
        file_name("carol", people["bob"].key): people["bob"].sign(
            request(PRODUCTION, PRODUCTION, "carol", people["bob"].key), JOIN
        )
    }
    assert judge(before, now, signed(now, "ada") | proof).accepted


def test_bytes_that_are_not_the_canonical_ones_are_refused_before_anything_is_believed(first, people):
    data = render(after(first)).replace(b"threshold: 1", b"threshold:  1")
    result = follow(first, render(first), data, {"ada.sig": people["ada"].sign(data, MEMBERS)})
    assert rules(result) == ["members.format"]
    assert result.members is None


# The first files


def created(first: Members, *members: Member) -> Members:
    return Members(PRODUCTION, STAGING, 1, digest(render(first)), 1, members)


def judge_first(first: Members, now: Members, signatures: Mapping[str, bytes]) -> ChainResult:
    return begin(render(now), signatures, {digest(render(first)): first}, PRODUCTION)


def test_an_editor_of_the_default_environment_creates_another_one(first, bob, signed):
    now = created(first, replace(bob, role="admin"))
    assert judge_first(first, now, signed(now, "bob")).accepted


def test_its_creator_signs_it(first, bob, signed):
    now = created(first, replace(bob, role="admin"))
    assert rules(judge_first(first, now, {})) == ["creation"]


def test_a_viewer_or_stranger_creates_nothing(first, bob, carol, signed, joins):
    seeing = replace(first, members=(first.members[0], replace(bob, role="viewer")))
    now = created(seeing, replace(bob, role="admin"))
    assert "creation" in rules(judge_first(seeing, now, signed(now, "bob")))
    now = created(first, carol)
    assert rules(judge_first(first, now, signed(now, "carol") | joins(now, "carol"))) == ["creation"]


def test_a_file_of_the_default_environment_that_never_was_allows_nothing(first, bob, signed):
    now = replace(created(first, replace(bob, role="admin")), previous=digest(b"another one"))
    assert rules(judge_first(first, now, signed(now, "bob"))) == ["creation"]


def test_a_new_environment_begins_with_version_one_of_its_own_project(first, bob, signed):
    admin = replace(bob, role="admin")
    for wrong, rule in (
        (replace(created(first, admin), version=2), "members.version"),
        (replace(created(first, admin), project=STAGING), "members.binding"),
        (replace(created(first, admin), environment=PRODUCTION), "members.binding"),
    ):
        assert rule in rules(judge_first(first, wrong, signed(wrong, "bob")))


def test_the_root_is_the_one_that_is_pinned_and_nothing_else(first, bob, signed):
    pin = digest(render(first))
    assert root(render(first), {}, pin).accepted
    assert root(render(first), signed(first, "ada"), pin).accepted
    assert rules(root(render(first), {}, None)) == ["root"]
    assert rules(root(render(first), {}, digest(b""))) == ["root"]
    staging = created(first, replace(bob, role="admin"))
    assert rules(root(render(staging), {}, digest(render(staging)))) == ["root"]


# The form of the file, and what the schema says of it


def test_there_is_a_limit_to_everything(first, ada, people):
    many = tuple(replace(ada, id=f"m{n}", keys=(people["ada"].key,)) for n in range(MAX_MEMBERS + 1))
    with pytest.raises(JetenvError, match="and may be"):
        render(replace(first, members=many))
    keys = (Ed25519PrivateKey.generate().public_key() for _ in range(MAX_KEYS + 1))
    lines = tuple(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() for key in keys)
    with pytest.raises(JetenvError, match=f"needs 1 to {MAX_KEYS}"):
        render(replace(first, members=(replace(ada, keys=lines),)))
    with pytest.raises(JetenvError, match="bytes and may have"):
        parse(b"#" * (MAX_SIZE + 1))
    with pytest.raises(JetenvError, match="NFC"):
        render(replace(first, members=(replace(ada, name="Jose\u0301"),)))


def test_schema_and_canonical_form_agree(first, people):
    import jsonschema

    from jetenv.documents.parsing import parse as parse_source
    from jetenv.documents.values import to_data

    def valid(data: bytes) -> bool:
        return jsonschema.Draft202012Validator(SCHEMA).is_valid(to_data(parse_source(data, path="m").root))

    text = render(first)
    assert valid(text)
    key = people["ada"].key.encode()
    for wrong in (
        text.replace(key, key + b" ada@laptop"),
        text.replace(b"previous: null\n", b""),
        text.replace(b"ssh-ed25519", b"ecdsa-sha2-nistp384"),
    ):
        assert wrong != text
        assert not valid(wrong)
        with pytest.raises(JetenvError):
            parse(wrong)
