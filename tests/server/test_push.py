"""What a server takes and what it refuses, with real pushes to a bare repository with the hook."""

from __future__ import annotations

from dataclasses import replace

import pytest

HOME = "pages/home.yaml"


# Environments, forward


def test_a_commit_by_who_may_is_taken(server, world, page):
    server.taken(production=world.commit(world.production, "ada", {HOME: page("Welcome")}))


@pytest.mark.parametrize(
    ("who", "rule"), [(None, "commit.unsigned"), ("carol", "commit.unknown-key"), ("bob", "commit.denied")]
)
def test_any_other_commit_is_refused_with_the_commit_and_the_rule(server, world, page, who, rule):
    bad = world.commit(world.production, who, {HOME: page("Mine")})
    said = server.refused(production=bad)
    assert f"remote: jetenv:   {bad[:12]} [{rule}]" in said
    assert "remote: jetenv: nothing of it was taken" in said


def test_the_message_says_why_and_what_to_do(server, world, page):
    said = server.refused(production=world.commit(world.production, "bob", {HOME: page("Mine")}))
    assert "'bob' may not commit to 'production' directly: it is protected, editors reach it by merge only" in said
    assert "hint: ada can do it" in said


def test_every_new_commit_is_judged_not_the_last_one_alone(server, world, page):
    bad = world.commit(world.production, "bob", {HOME: page("Mine")})
    said = server.refused(production=world.commit(bad, "ada", {HOME: page("Home")}))
    assert f"{bad[:12]} [commit.denied]" in said


def test_objects_in_quarantine_are_seen_by_libgit2_and_by_git(server, world, page):
    """A merge of what was sent in the same push: its bases are asked of git, its trees read by libgit2."""
    created, _ = world.staging(world.production)
    there = world.commit(created, "bob", {"pages/more.yaml": page("More")})
    here = world.commit(world.production, "ada", {HOME: page("Welcome")})
    tree = world.tree(
        here,
        {"pages/more.yaml": page("More")}
        | {
            f"environments/staging/{name}": entry
            for name, entry in world.repo.trees.children(world.tree_of(there), "environments/staging").items()
        },
    )
    server.taken(production=world.commit(here, "bob", tree, there))


def test_who_pushes_may_edit_the_environment_whoever_signed(server, world, page):
    signed = world.commit(world.production, "ada", {HOME: page("Welcome")})
    said = server.refused(by="carol", production=signed)
    assert "may not push to 'production'" in said
    server.taken(by="bob", production=signed)


def test_old_findings_do_not_keep_new_commits_out(server, world, page, git):
    """What somebody wrote into the repository by hand stays a finding, and the policy before it in force."""
    bad = world.commit(world.production, None, {HOME: page("By hand")})
    git(
        "push",
        "-q",
        server.path,
        f"{bad}:refs/heads/by-hand",
        cwd=world.repo.workdir,
        env={"JETENV_PUSHER": world.people["ada"].key},
    )
    git("update-ref", "refs/heads/production", bad, cwd=server.path)
    server.taken(production=world.commit(bad, "ada", {HOME: page("Good")}))
    server.refused(production=world.commit(server.tip("production"), None, {HOME: page("Bad")}))


# Force pushes and deletions


def test_a_protected_environment_is_not_rewound(server, world, page):
    second = world.commit(world.production, "ada", {HOME: page("2")})
    server.taken(production=second)
    other = world.commit(world.production, "ada", {HOME: page("other")})
    for target in (other, world.production):
        assert "may not rewrite the history of 'production': nobody may" in server.refused(by="ada", production=target)
        server.refused(production=target)


def test_where_admins_may_force_push_they_may_and_nobody_else(server, world, page, staging):
    created, members = staging
    path = "environments/staging/environment.yaml"
    text = world.folder("staging", members, "protection: {force_push: admins}\n")[path]
    opened = world.commit(created, "bob", {path: text})
    second = world.commit(opened, "bob", {HOME: page("2")})
    server.taken(staging=second)
    other = world.commit(opened, "bob", {HOME: page("other")})
    assert "nothing says here who pushes" in server.refused(staging=other)
    server.refused(by="ada", staging=other)
    server.taken(by="bob", staging=other)


def test_a_force_push_does_not_bring_an_earlier_members_file_back(server, world, page, staging):
    created, members = staging
    path = "environments/staging/environment.yaml"
    text = world.folder("staging", members, "protection: {force_push: admins}\n")[path]
    opened = world.commit(created, "bob", {path: text})
    ada = world.member("ada", "admin")
    second = world.after(members, members=(*members.members, ada))
    tip = world.commit(opened, "bob", world.members_change("staging", second, "bob"))
    server.taken(staging=tip)
    said = server.refused(by="bob", staging=opened)
    assert "the members file would go back" in said


def test_the_default_environment_is_never_deleted(server):
    assert "never deleted" in server.refused(by="ada", production=None)
    assert "never deleted" in server.refused(production=None)


def test_another_environment_is_deleted_by_who_may(server, staging):
    assert "nothing says here who pushes" in server.refused(staging=None)
    assert "may not delete 'staging'" in server.refused(by="ada", staging=None)
    server.taken(by="bob", staging=None)


# Creation


def test_an_editor_of_the_default_environment_creates_one(server, world):
    created, _ = world.staging(world.production)
    server.taken(by="bob", staging=created)


def test_nobody_else_does(server, world):
    created, _ = world.staging(world.production, "carol")
    assert "[creation]" in server.refused(staging=created)
    mine, _ = world.staging(world.production)
    assert "may not create environments" in server.refused(by="carol", staging=mine)


def test_who_was_removed_creates_none_by_an_old_members_file(server, world):
    created, _ = world.staging(world.production)
    second = world.after(world.first, members=world.first.members[:1])
    server.taken(production=world.commit(world.production, "ada", world.members_change("production", second, "ada")))
    said = server.refused(staging=created)
    assert "who created it may not any more" in said


def test_a_members_file_that_is_no_longer_in_force_does_where_its_creator_still_may(server, world):
    created, _ = world.staging(world.production)
    ada, bob = world.first.members
    second = world.after(world.first, members=(ada, replace(bob, name="Robert")))
    server.taken(production=world.commit(world.production, "ada", world.members_change("production", second, "ada")))
    server.taken(staging=created)


def test_one_environment_is_not_there_twice(server, world, page, staging):
    created, _ = staging
    moved = world.repo.trees.entry(world.tree_of(created), "environments/staging")
    renamed = world.commit(created, "bob", {"environments/staging": None, "environments/qa": moved})
    assert "this environment is here already, as 'staging'" in server.refused(qa=renamed)


def test_one_environment_is_not_pushed_under_two_names(server, world):
    created, _ = world.staging(world.production)
    moved = world.repo.trees.entry(world.tree_of(created), "environments/staging")
    renamed = world.commit(created, "bob", {"environments/staging": None, "environments/qa": moved})
    assert "under two names" in server.refused(by="bob", staging=created, qa=renamed)
    server.taken(by="bob", qa=renamed)


def test_a_plain_branch_becomes_an_environment_and_keeps_its_commits(server, world, page):
    plain = world.commit(world.production, "bob", {HOME: page("A try")})
    server.taken(staging=plain)
    created, _ = world.staging(world.production)
    assert "nothing says here who pushes" in server.refused(staging=created)
    kept, _ = world.staging(plain)
    server.taken(staging=kept)


def test_an_environment_gets_another_id_in_one_push(server, world, page, staging):
    created, _ = staging
    moved = world.repo.trees.entry(world.tree_of(created), "environments/staging")
    renamed = world.commit(created, "bob", {"environments/staging": None, "environments/qa": moved})
    assert "may not push" in server.refused(by="ada", qa=renamed, staging=None)
    server.taken(by="bob", qa=renamed, staging=None)
    server.taken(qa=world.commit(renamed, "bob", {HOME: page("QA")}))


def test_a_rename_does_not_lose_what_came_before_it(server, world, page, staging):
    created, _ = staging
    server.taken(staging=world.commit(created, "bob", {HOME: page("kept")}))
    moved = world.repo.trees.entry(world.tree_of(created), "environments/staging")
    renamed = world.commit(created, "bob", {"environments/staging": None, "environments/qa": moved})
    assert "[history.rewritten]" in server.refused(by="bob", qa=renamed, staging=None)


def test_a_recreated_environment_is_pushed_after_the_old_one_is_deleted(server, world, staging):
    created, members = staging
    again = replace(members, environment="staging-uid-0002")
    files = world.folder("staging", again) | world.signatures("staging", again, "bob")
    tip = world.commit(created, "bob", {"environments/staging": None} | files)
    assert "this is another environment" in server.refused(by="bob", staging=tip)
    server.taken(by="bob", staging=None)
    server.taken(staging=tip)


def test_a_deleted_environment_comes_back_by_somebody_who_is_known(server, world, staging):
    server.taken(by="bob", staging=None)
    assert "nothing says who pushes" in server.refused(staging=staging[0])
    assert "may not create environments" in server.refused(by="carol", staging=staging[0])
    server.taken(by="bob", staging=staging[0])


def test_an_environment_does_not_become_a_plain_branch(server, world, staging):
    assert "would be no environment any more" in server.refused(
        by="bob", staging=world.commit(staging[0], "bob", {"environments/staging": None})
    )


# The root


def test_the_first_push_has_to_bring_the_pinned_root(empty, world, page):
    other = world.commit(
        None,
        "ada",
        world.folder("production", replace(world.first, version=1, threshold=1, members=world.first.members[:1])),
    )
    assert "[root]" in empty.refused(production=other)
    empty.taken(production=world.production)


def test_a_project_arrives_whole(empty, world, page):
    created, _ = world.staging(world.production)
    second = world.after(world.first, members=world.first.members[:1])
    later = world.commit(world.production, "ada", world.members_change("production", second, "ada"))
    empty.taken(production=later, staging=created)


def test_without_a_root_nothing_is_taken(empty, world, git):
    git("config", "--unset", "jetenv.root", cwd=empty.path)
    assert "no root is pinned" in empty.refused(production=world.production)


# Plain branches and tags


def test_editors_of_any_environment_push_plain_branches(server, world, page):
    feature = world.commit(world.production, None, {HOME: page("Feature")})
    assert "may not push plain branches" in server.refused(by="carol", feature=feature)
    server.taken(by="bob", feature=feature)
    server.taken(by="ada", feature=world.production)
    server.taken(by="ada", feature=None)


def test_without_a_pusher_the_last_commit_of_a_plain_branch_is_signed_by_an_editor(server, world, page):
    unsigned = world.commit(world.production, None, {HOME: page("Feature")})
    assert "[commit.unsigned]" in server.refused(feature=unsigned)
    assert "[commit.denied]" in server.refused(feature=world.commit(unsigned, "carol", {}))
    signed = world.commit(unsigned, "bob", {})
    server.taken(feature=signed)
    assert "nothing says here who pushes" in server.refused(feature=world.production)
    assert "git push --signed" in server.refused(feature=None)


def test_a_viewer_pushes_nothing(server, world, page):
    carol = world.member("carol", "viewer")
    second = world.after(world.first, members=(*world.first.members, carol))
    tip = world.commit(world.production, "ada", world.members_change("production", second, "ada", joining=("carol",)))
    server.taken(production=tip)
    assert "'carol' is a viewer" in server.refused(by="carol", feature=world.production)
    assert "'carol' is a viewer" in server.refused(by="carol", production=world.commit(tip, "ada", {}))


def test_tags_are_made_by_editors_never_moved_and_deleted_by_admins(server, world, page):
    tag = {"refs/tags/v1": world.production}
    server.refused_refs(tag, by="carol")
    assert server.push_refs(tag, by="bob").code == 0
    moved = {"refs/tags/v1": world.commit(world.production, "ada", {})}
    assert "a tag stays where it is" in server.refused_refs(moved, by="ada")
    assert "may not delete tags" in server.refused_refs({"refs/tags/v1": None}, by="bob")
    server.refused_refs({"refs/tags/v1": None})
    assert server.push_refs({"refs/tags/v1": None}, by="ada").code == 0


def test_a_tag_stands_for_a_commit(server, world):
    blob = world.repo.trees.entry(world.tree_of(world.production), HOME).oid
    for oid in (blob, world.tree_of(world.production)):
        assert "a tag has to stand for a commit" in server.refused_refs({"refs/tags/odd": oid}, by="ada")


def test_names_that_could_mean_something_else_are_refused(server, world):
    for ref in ("refs/replace/{}", "refs/tags/Production", "refs/heads/HEAD"):
        server.refused_refs({ref.format(world.production): world.production}, by="ada")


def test_a_push_is_taken_whole_or_not_at_all(server, world, page):
    good = world.commit(world.production, "ada", {HOME: page("Good")})
    said = server.refused(by="bob", production=good, feature=good, Feature=good)
    assert "in case or form only" in said
    server.refused(production=good, staging=world.commit(world.production, "carol", {}))
    said = server.refused(by="ada", **{"a": good, "a/b": good})
    assert "the name of a folder" in said


def test_many_refusals_are_told_shortly(server, world):
    said = server.refused(by="carol", **{f"feature-{number}": world.production for number in range(30)})
    assert "… and 25 more" in said
    assert said.count("remote: jetenv:") < 25
