"""What a signed history proves, and what it does not let through."""

from __future__ import annotations

from dataclasses import replace

import pygit2
import pytest

from jetenv.access.ledger import Ledger
from jetenv.access.members import Members, digest, render

HOME = "pages/home.yaml"


# Commits


def test_a_history_of_commits_by_who_may_is_proven(world, page):
    second = world.commit(world.production, "ada", {HOME: page("Welcome")})
    done = world.verify(second)
    assert done.proven
    assert (done.environment, done.uid, done.since) == ("production", "production-uid-1", world.production)
    assert done.checked == (world.production, second)
    assert done.policy is not None and done.policy.members == world.first


@pytest.mark.parametrize(
    ("who", "options", "rule"),
    [
        (None, {}, "commit.unsigned"),
        ("carol", {}, "commit.unknown-key"),
        ("bob", {}, "commit.denied"),
        ("ada", {"namespace": "jetenv-members"}, "commit.signature"),
        ("ada", {"headers": b"gpgsig -----BEGIN SSH SIGNATURE-----\n x\n"}, "commit.malformed"),
        ("ada", {"headers": b"gpgsig-sha256 x\n"}, "commit.malformed"),
        ("ada", {"headers": b"tree " + b"0" * 40 + b"\n"}, "commit.malformed"),
        ("ada", {"message": "a\0b\n"}, "commit.malformed"),
        (None, {"headers": b"gpgsig -----BEGIN PGP SIGNATURE-----\n x\n"}, "commit.unsigned"),
        (None, {"committer": "GitHub <noreply@github.com>"}, "landing"),
    ],
)
def test_any_other_commit_is_found(world, page, who, options, rule):
    second = world.commit(world.production, who, {HOME: page("Welcome")}, **options)
    done = world.verify(second)
    assert [breach.rule.value for breach in done.breaches] == [rule]
    assert (done.breaches[0].commit, done.breaches[0].environment) == (second, "production")


def test_a_finding_says_which_member_and_which_key(world, page):
    second = world.commit(world.production, "bob", {HOME: page("Welcome")})
    (breach,) = world.verify(second).breaches
    assert (breach.member, breach.key) == ("bob", world.people["bob"].key)
    assert "merge only" in breach.message
    assert breach.hint == "ada can do it, or give others the right"


def test_an_empty_commit_needs_the_right_to_commit_too(world):
    assert world.rules(world.commit(world.production, "bob", {})) == ["commit.denied"]
    assert world.rules(world.commit(world.production, "ada", {})) == []


def test_changed_bytes_break_the_signature(world, page):
    second = world.commit(world.production, "ada", {HOME: page("Welcome")})
    raw = world.repo.commits.raw(second)
    assert world.rules(world.raw(raw.replace(b"A change", b"B change"))) == ["commit.signature"]


# Settings


@pytest.mark.parametrize(
    ("edit", "who", "rules"),
    [
        (("version: latest", "version: '3.1'"), "bob", ["commit.denied"]),
        (("version: latest", "version: '3.1'"), "ada", []),
        (("name: Production", "name: Main"), "bob", ["commit.denied"]),
        (("name: Production", "name: Main"), "ada", []),
        (("direct: admins", "direct: editors"), "bob", ["commit.denied"]),
        (("direct: admins", "direct: editors"), "ada", []),
        (("production-uid-1", "production-uid-2"), "ada", ["environment.uid"]),
    ],
)
def test_settings_are_for_admins(world, edit, who, rules):
    path = "environments/production/environment.yaml"
    text = world.folder("production", world.first, "protection: {direct: admins, delete: nobody}\n")[path].decode()
    start = world.commit(world.production, "ada", {path: text.encode()})
    assert edit[0] in text
    assert world.rules(world.commit(start, who, {path: text.replace(*edit).encode()})) == rules


def test_a_protection_lifted_without_the_right_to_stays_in_force(world, page):
    path = "environments/production/environment.yaml"
    opened = world.folder("production", world.first, "protection: {direct: editors}\n")[path]
    second = world.commit(world.production, "bob", {path: opened})
    third = world.commit(second, "bob", {HOME: page("Mine")})
    assert world.rules(third) == ["commit.denied", "commit.denied"]


# Members


def test_members_change_by_signed_versions(world, page):
    carol = world.member("carol", "admin")
    second = world.after(world.first, members=(*world.first.members, carol))
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada", joining=("carol",)))
    assert world.rules(world.commit(tip, "carol", {HOME: page("By Carol")})) == []
    third = world.after(second, members=(carol, second.members[1]))
    tip = world.commit(tip, "carol", world.members_change("production", third, "carol"))
    assert world.rules(tip) == []
    assert world.rules(world.commit(tip, "ada", {HOME: page("By Ada")})) == ["commit.unknown-key"]


def test_self_promotion_is_refused_and_so_is_what_follows_from_it(world, page):
    ada, bob = world.first.members
    second = world.after(world.first, members=(ada, replace(bob, role="admin")))
    tip = world.commit(world.production, "bob", world.members_change("production", second, "bob"))
    assert world.rules(tip) == ["members.signature", "members.threshold"]
    tip = world.commit(tip, "bob", {HOME: page("Mine")})
    assert world.rules(tip) == ["members.signature", "members.threshold", "commit.denied"]
    back = world.commit(tip, "ada", world.members_change("production", world.first))
    assert world.rules(world.commit(back, "ada", {}))[3:] == []


def test_a_members_file_does_not_come_back(world):
    second = world.after(world.first, members=world.first.members[:1])
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada"))
    back = world.commit(tip, "ada", world.members_change("production", world.first))
    assert world.rules(back) == ["members.version", "members.previous", "members.threshold"]


def test_signatures_are_not_swapped_afterwards(world):
    second = world.after(world.first, members=world.first.members[:1])
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada"))
    tip = world.commit(tip, "ada", {"environments/production/signatures/ada.sig": None})
    assert world.rules(tip) == ["members.signature"]


@pytest.mark.parametrize(
    "path",
    [
        "environments/production/Members.yaml",
        "environments/production/members\u200b.yaml",
        "environments/production/members.yaml.",
        "environments/production/members.yaml::$DATA",
        "environments/Production/members.yaml",
        "Environments/production/members.yaml",
        "environments/production/signature\u017f/ada.sig",
    ],
)
def test_no_file_stands_beside_the_members_file_that_could_be_taken_for_it(world, path):
    tip = world.commit(world.production, "ada", {path: render(world.first)})
    assert "environment.folder" in world.rules(tip)


@pytest.mark.parametrize("mode", [0o100755, 0o120000, 0o160000])
def test_the_members_file_is_a_plain_file(world, mode):
    entry = world.repo.trees.entry(world.tree_of(world.production), "environments/production/members.yaml")
    tip = world.commit(world.production, "ada", {"environments/production/members.yaml": replace(entry, mode=mode)})
    assert "environment.folder" in world.rules(tip)


@pytest.mark.parametrize(
    ("name", "limit", "rules"),
    [
        ("members.yaml", 256 * 1024, ["members.format"]),
        ("environment.yaml", 256 * 1024, ["environment.folder"]),
        ("signatures/ada.sig", 16 * 1024, ["members.signature"]),
    ],
)
def test_what_is_larger_than_it_may_be_is_found_without_being_read(world, page, monkeypatch, name, limit, rules):
    path = f"environments/production/{name}"
    tip = world.commit(world.production, "ada", {path: b"#" * (limit + 1)})
    later = world.commit(tip, "ada", {HOME: page("Later")})
    vast = world.repo.trees.entry(world.tree_of(tip), path).oid
    read = world.repo.trees.read

    def read_but_that(oid):
        assert oid != vast
        return read(oid)

    monkeypatch.setattr(world.repo.trees, "read", read_but_that)
    found = world.verify(later).breaches
    assert set(rules) <= {each.rule.value for each in found if each.commit == tip}
    (said,) = {each.message for each in found if "bytes and may have" in each.message}
    assert said == f"the file has {limit + 1} bytes and may have {limit}"
    assert path in {each.path for each in found}


# The root


def test_without_the_pinned_root_nothing_is_proven(world):
    assert world.rules(world.production, root=None) == ["root"]
    assert world.rules(world.production, root=digest(b"another")) == ["root"]


def test_what_came_before_the_adoption_is_outside_the_proof(world, page):
    old = world.commit(None, None, {HOME: page("Old")})
    files = world.folder("production", world.first)
    adopted = world.commit(old, "ada", files)
    done = world.verify(world.commit(adopted, "ada", {HOME: page("New")}))
    assert done.proven
    assert done.since == adopted


def test_an_adoption_by_somebody_else_is_none(world, page):
    adopted = world.commit(world.commit(None, None, {}), "bob", world.folder("production", world.first))
    assert "commit.unknown-key" in world.rules(adopted)


# Other environments


def test_an_editor_creates_an_environment_and_is_its_admin(world, page):
    created, _ = world.staging(world.production)
    tip = world.commit(created, "bob", {HOME: page("Try")})
    done = world.verify(world.production, tip)
    assert done.proven
    assert (done.since, done.uid) == (created, "staging-uid-0001")


def test_nobody_else_does(world):
    created, _ = world.staging(world.production, "carol")
    assert "creation" in world.rules(world.production, created)


def test_an_environment_that_nobody_signed_into_being_is_none(world):
    mine = Members("production-uid-1", "staging-uid-0001", 1, world.root, 1, (world.member("bob", "admin"),))
    assert world.rules(world.production, world.commit(world.production, "bob", world.folder("staging", mine))) == [
        "creation"
    ]


def test_a_file_of_one_environment_is_nothing_to_another(world):
    created, mine = world.staging(world.production)
    replayed = world.commit(world.production, "ada", {"environments/production/members.yaml": render(mine)})
    assert "members.binding" in world.rules(replayed)
    assert world.rules(world.production, created) == []


def test_a_copy_of_its_folder_makes_no_other_branch_the_environment(world, page):
    created, _ = world.staging(world.production)
    merged = world.commit(world.production, "bob", world.tree_of(created), created)
    assert world.rules(merged) == []
    assert world.rules(world.production, merged) == ["creation"]


def test_a_recreated_environment_is_another_one(world):
    created, mine = world.staging(world.production)
    again = replace(mine, environment="staging-uid-0002")
    files = world.folder("staging", again) | world.signatures("staging", again, "bob")
    tip = world.commit(created, "bob", {"environments/staging": None} | files)
    done = world.verify(world.production, tip)
    assert done.proven
    assert (done.since, done.uid) == (tip, "staging-uid-0002")


def test_the_proof_goes_on_over_another_id(world, page):
    created, _ = world.staging(world.production, "bob", world.member("ada", "editor"))
    moved = world.repo.trees.entry(world.tree_of(created), "environments/staging")
    edits = {"environments/staging": None, "environments/qa": moved}
    verifier = world.verifier()
    verifier.default("production", world.production)
    renamed = world.commit(created, "bob", edits)
    done = verifier.environment("qa", world.commit(renamed, "bob", {HOME: page("QA")}))
    assert done.proven, done.breaches
    assert done.since == created
    by_editor = world.commit(created, "ada", edits)
    assert [each.rule.value for each in verifier.environment("qa", by_editor).breaches] == ["commit.denied"]


# What was verified before


def test_only_what_is_new_is_judged_again(world, page):
    second = world.commit(world.production, "ada", {HOME: page("2")})
    assert world.verify(second).checked == (world.production, second)
    ledger = Ledger.from_data(world.ledger.as_data(), world.root)
    assert ledger == world.ledger
    third = world.commit(second, "ada", {HOME: page("3")})
    done = world.verify(third, ledger=ledger)
    assert (done.checked, done.remembered, done.proven) == ((third,), 2, True)
    assert world.verify(third, ledger=world.ledger).checked == ()


def test_a_breach_is_found_again_every_time(world, page):
    bad = world.commit(world.production, None, {HOME: page("2")})
    tip = world.commit(bad, "ada", {HOME: page("3")})
    assert world.rules(tip) == ["commit.unsigned"]
    assert world.rules(tip, ledger=world.ledger) == ["commit.unsigned"]


@pytest.mark.parametrize("data", [None, {}, {"edition": 0}, {"edition": 1, "root": 1, "environments": 3}])
def test_a_ledger_that_makes_no_sense_is_an_empty_one(world, data):
    assert Ledger.from_data(data, world.root) == Ledger(world.root)


def test_a_ledger_of_another_root_says_nothing(world):
    world.verify(world.production)
    assert Ledger.from_data(world.ledger.as_data(), "another") == Ledger("another")
    assert world.rules(world.production, ledger=world.ledger, root=digest(b"another")) == ["root"]


def test_rewritten_history_is_found_where_it_was_seen_before(world, page):
    second = world.commit(world.production, "ada", {HOME: page("2")})
    world.verify(second)
    other = world.commit(world.production, "ada", {HOME: page("other")})
    assert world.rules(other, ledger=world.ledger, expected=second) == ["history.rewritten"]
    assert world.rules(world.production, ledger=world.ledger, expected=second) == ["history.rewritten"]
    assert world.rules(second, ledger=world.ledger, expected=world.production) == []


def test_the_parents_of_a_plain_pull_are_swapped(world, page):
    theirs = world.commit(world.production, "ada", {HOME: page("theirs")})
    mine = world.commit(world.production, "ada", {"pages/mine.yaml": page("mine")})
    tree = world.tree(theirs, {"pages/mine.yaml": page("mine")})
    pulled = world.commit(mine, "ada", tree, theirs)
    done = world.verify(pulled, expected=theirs)
    assert [each.rule.value for each in done.breaches] == ["history.swapped"]
    assert "rebase" in (done.breaches[0].hint or "")
    right = world.commit(theirs, "ada", tree, mine)
    assert world.rules(right, expected=theirs) == []


def test_a_members_file_never_goes_back_nor_aside(world):
    ada, _bob = world.first.members
    second = world.after(world.first, members=(ada,))
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada"))
    world.verify(tip)
    ledger = world.ledger
    earlier = world.commit(world.production, "ada", {})
    assert world.rules(earlier, ledger=ledger) == ["history.rolled-back"]
    forked = world.after(world.first, members=(replace(ada, name="Ada"),))
    aside = world.commit(world.production, "ada", world.members_change("production", forked, "ada"))
    assert world.rules(aside, ledger=ledger) == ["history.rolled-back"]
    assert world.rules(world.production, ledger=ledger) == []  # a branch left behind


def test_a_shallow_clone_says_what_it_cannot_verify(world, page, git, tmp_path):
    tip = world.commit(world.production, "ada", {HOME: page("2")})
    world.repo.refs.create("production", tip, "x")
    git("clone", "-q", "--depth", "1", f"file://{world.repo.workdir}", tmp_path / "clone", "-b", "production")
    from jetenv.repository.opening import open_repository

    world.repo = open_repository(tmp_path / "clone")
    done = world.verify(tip)
    assert [each.rule.value for each in done.breaches] == ["history.shallow"]
    assert done.breaches[0].hint == "fetch the rest with `git fetch --unshallow`"


def test_replaced_objects_change_nothing(world, page, git):
    forged = world.commit(world.production, None, {HOME: page("Forged")})
    signed = world.commit(world.production, "ada", {HOME: page("Forged")})
    git("replace", forged, signed, cwd=world.repo.workdir)
    assert world.rules(forged) == ["commit.unsigned"]


def test_a_tree_that_names_a_thing_twice_is_found(world, page):
    """git and libgit2 each take another one of the two."""
    tree = world.tree(world.production, {"pages/home.yaml": page("One")})
    entries = world.repo.trees.children(tree, "pages")
    other = world.repo.trees.write_blob(page("Two"))
    twice = b"".join(b"100644 home.yaml\0" + bytes.fromhex(oid) for oid in (entries["home.yaml"].oid, other))
    pages = world.raw(twice, pygit2.enums.ObjectType.TREE)
    root = b"".join(
        b"40000 %s\0%s" % (name.encode(), bytes.fromhex(pages if name == "pages" else entry.oid))
        for name, entry in sorted(world.repo.trees.children(tree).items())
    )
    tip = world.commit(world.production, "ada", world.raw(root, pygit2.enums.ObjectType.TREE))
    assert world.rules(tip) == ["tree.malformed"]


def test_a_missing_object_is_a_finding(world):
    assert world.rules("1" * 40) == ["history.missing"]
