"""Threats 9 to 12, 15 and 19 to 21: to commits, refs and what verifies them. Each function is one row of the table."""

from __future__ import annotations

import pytest

HOME = "pages/home.yaml"


@pytest.fixture
def allowed(at, git):
    """git itself verifies with ada's key as an allowed signer."""
    file = at.clone.parent / "allowed"
    file.write_text(f"ada {at.world.people['ada'].key}\n")
    git("config", "gpg.ssh.allowedSignersFile", file, cwd=at.clone)
    return lambda commit, *options: at.server.run(["git", *options, "verify-commit", commit], at.clone).code == 0


def test_9_a_second_signature(at, world, page, allowed):
    evil = world.commit(
        world.production, "ada", {HOME: page("2")}, headers=b"gpgsig -----BEGIN SSH SIGNATURE-----\n x\n"
    )
    signed = world.repo.commits.raw(world.commit(world.production, "ada", {HOME: page("3")}))
    armor = signed[signed.index(b"gpgsig ") + 7 : signed.index(b"-----END SSH SIGNATURE-----")]
    twice = world.raw(
        signed.replace(
            b"-----END SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----\n " + armor + b"-----END SSH SIGNATURE-----"
        )
    )
    assert allowed(twice)  # the first of two blocks is good to git, whatever the second one is
    for commit, rule in ((evil, "commit.malformed"), (twice, "commit.signature")):
        assert at.found(production=commit) == [rule]
        assert f"[{rule}]" in at.server.refused(production=commit)
        at.put(production=world.production, feature=commit)
        at.refuses("merge", "feature", "production", by="bob", codes=(1, 3, 4))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"author Somebody <some@body> 1767225600", b"author Somebody <some@body> 99999999999999999999"),
        (b"author Somebody", b"author \xff\xfe\xff"),
        (b"committer ", b"committer x\ncommitter "),
        (b"author ", b"tree " + b"0" * 40 + b"\nauthor "),
        (b"\n\nA change", b"\n\nA\0change"),
        (b"author ", b""),
    ],
    ids=["date", "bytes", "committer", "tree", "nul", "author"],
)
def test_10_a_malformed_commit_is_an_answer_and_no_crash(at, world, page, git, old, new):
    data = world.repo.commits.raw(world.commit(world.production, None, {HOME: page("2")}))
    assert old in data
    evil = world.raw(data.replace(old, new, 1))
    assert set(at.found(production=evil)) & {"commit.malformed", "commit.unsigned", "landing"}
    if at.found(production=evil) == ["commit.malformed"]:
        assert evil[:12] in at.refuses("pin", "production", "3.1", codes=(3, 4))
    at.put(production=world.production, feature=evil)
    at.refuses("merge", "feature", "production", by="bob", codes=(1, 3, 4))
    before = at.server.state()
    assert at.server.push(production=evil).code != 0  # git looks at the form of objects before it asks the hook
    git("config", "receive.fsckObjects", "false", cwd=at.server.path)
    assert at.server.push(production=evil).code != 0  # and the hook does not rely on that
    assert at.server.state() == before


def test_11_a_tree_that_names_a_file_twice(at, world, page, git):
    import pygit2

    good, evil = (world.repo.trees.write_blob(page(text)) for text in ("Good", "Evil"))
    line = b"100644 home.yaml\0"
    pages = world.raw(line + bytes.fromhex(good) + line + bytes.fromhex(evil), pygit2.enums.ObjectType.TREE)
    root = world.tree_of(world.production)
    entries = dict(world.repo.trees.children(root))
    data = b"".join(
        (b"40000 %s\0" % name.encode()) + bytes.fromhex(pages if name == "pages" else entry.oid)
        for name, entry in sorted(entries.items())
    )
    tree = world.raw(data, pygit2.enums.ObjectType.TREE)
    twice = world.commit(world.production, "ada", tree)
    native = pygit2.Repository(str(world.repo.path))
    by_git = git("rev-parse", f"{twice}:{HOME}", cwd=at.clone)
    by_libgit2 = str((native[tree] / "pages" / "home.yaml").id)
    assert {by_git, by_libgit2} <= {good, evil}  # each takes one of them, without a word
    assert at.found(production=twice) == ["tree.malformed"]
    at.refuses("diff", twice, world.production, codes=(3,))
    before = at.server.state()
    assert at.server.push(production=twice).code != 0
    git("config", "receive.fsckObjects", "false", cwd=at.server.path)
    assert "[tree.malformed]" in at.server.push(production=twice).stderr
    assert at.server.state() == before


def test_12_replaced_objects_and_a_tag_named_like_the_branch(at, world, page, git):
    forged = world.commit(world.production, None, {HOME: page("Forged")})
    signed = world.commit(world.production, "ada", {HOME: page("Forged")})
    git("replace", forged, signed, cwd=at.clone)
    assert b"gpgsig" in git("cat-file", "commit", forged, cwd=at.clone).encode()  # plain git shows the other one
    assert at.found(production=forged) == ["commit.unsigned"]
    assert "[commit.unsigned]" in at.server.refused(production=forged)
    assert "only branches and tags" in at.server.refused_refs({f"refs/replace/{forged}": signed}, by="ada")

    at.put(production=world.production)
    git("tag", "production", forged, cwd=at.clone)
    shown = git("-c", "core.warnAmbiguousRefs=false", "rev-parse", "production", cwd=at.clone)
    assert shown == forged  # plain git takes the tag
    code, out, err = at.run("show", "production")
    assert code == 0 and world.production in out, (out, err)
    at.proven(production=world.production)
    assert "take a tag named" in at.server.refused_refs({"refs/tags/production": world.production}, by="ada")


def test_15_force_push_deletion_and_several_refs(at, world, page, plain):
    """Only a server sees these: a fresh clone has what it is given."""
    second = world.commit(world.production, "ada", {HOME: page("2")})
    other = world.commit(world.production, "ada", {HOME: page("other")})
    for oid in (second, other, world.production):
        plain.taken(production=oid)
    at.proven(production=second)
    at.server.taken(production=second)
    assert "may not rewrite the history" in at.server.refused(production=other, by="ada")
    assert "may not rewrite the history" in at.server.refused(production=world.production, by="ada")
    assert "never deleted" in at.server.refused(production=None, by="ada")
    good, bad = (world.commit(second, who, {HOME: page("3")}) for who in ("ada", None))
    at.server.refused(production=good, feature=bad, by=None)
    at.server.refused(feature=good, production=bad, by="ada")


def test_19_a_signature_made_for_something_else(at, world, page):
    for namespace in ("jetenv-members", "jetenv-join", "file"):
        evil = world.commit(world.production, "ada", {HOME: page("2")}, namespace=namespace)
        assert at.found(production=evil) == ["commit.signature"]
        assert "[commit.signature]" in at.server.refused(production=evil)
    second = world.after(world.first, members=world.first.members[:1])
    from jetenv.access.members import render

    change = world.members_change("production", second, "ada")
    change["environments/production/signatures/ada.sig"] = world.people["ada"].sign(render(second), "git")
    evil = world.commit(world.production, "ada", change)
    assert "members.signature" in at.found(production=evil)
    at.refuses("pin", "production", "3.1")
    assert "[members.signature]" in at.server.refused(production=evil)


def test_20_a_verifier_of_the_repositorys_own(at, world, page, git, allowed, tmp_path):
    """Configuration inside of a repository says what git verifies with."""
    forged = world.repo.commits.raw(world.commit(world.production, "carol", {HOME: page("2")}))
    evil = world.raw(forged)
    always = tmp_path / "always"
    always.write_text(
        "#!/bin/sh\n"
        'case "$2" in find-principals) echo ada;; *) cat >/dev/null;; esac\n'  # git fails where nobody reads
        "echo 'Good \"git\" signature for ada with ED25519 key SHA256:x'\n"
    )
    always.chmod(0o755)
    assert not allowed(evil)
    for path in (at.clone, at.server.path):
        git("config", "gpg.ssh.program", always, cwd=path)
        git("config", "gpg.ssh.allowedSignersFile", tmp_path / "none", cwd=path)
        git("config", "gpg.program", always, cwd=path)
    assert allowed(evil)  # plain git believes it
    assert at.found(production=evil) == ["commit.unknown-key"]
    assert "[commit.unknown-key]" in at.server.refused(production=evil)
    at.put(production=world.production)
    at.refuses("pin", "production", "3.1", by="carol")


def test_21_dates_say_nothing(at, world, page, monkeypatch):
    """A commit by a removed member is no older for saying so, and one from the future no worse."""
    ada, _ = world.first.members
    change = world.members_change("production", world.after(world.first, members=(ada,)), "ada")
    removed = world.commit(world.production, "ada", change)
    at.server.taken(production=removed)
    at.put(production=removed)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1000000000 +0000")
    at.refuses("pin", "production", "3.1", by="bob")
    for date in (b"1000000000", b"4000000000"):
        for who, rules in (("bob", ["commit.unknown-key"]), ("ada", [])):
            lines = world.repo.commits.raw(world.commit(removed, None, {HOME: page(date.decode())})).replace(
                b"1767225600", date
            )
            head, _, message = lines.partition(b"\n\n")
            payload = head + b"\n\n" + message
            armor = world.people[who].sign(payload, "git").rstrip(b"\n").replace(b"\n", b"\n ")
            commit = world.raw(head + b"\ngpgsig " + armor + b"\n\n" + message)
            if rules:
                assert rules[0] in at.found(production=commit)
                assert "[commit.unknown-key]" in at.server.refused(production=commit)
            else:
                assert world.rules(commit) == []
                assert at.server.push("--dry-run", production=commit).code == 0
