"""``jetenv credentials``, and merges that bring credentials, through the installed command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PASSWORDS = {
    "ORDERS_DB_PASSWORD": "pw-of-production", "SHIPPING_API_TOKEN": "token-1", "SLACK_WEBHOOK": "https://x.example",
    "DOCUMENTS_STORAGE_KEY": "key-of-production",
}  # fmt: skip
MAILER = "name: Mailer key\nkind: api_key\n"


@pytest.fixture
def check(root: Path, jetenv):
    """``check(*args, env=) -> (exit code, {environment: {credential: what the check says}})``."""

    def run(*args: str, env: dict[str, str] | None = None, cwd: Path = root):
        ran = jetenv("credentials", "check", *args, "--json", cwd=cwd, env=env or {}, check=False)
        found = json.loads(ran.stdout)["environments"]
        return ran.code, {each["id"]: {one["id"]: one for one in each["credentials"]} for each in found}

    return run


def test_an_environment_that_inherits_uses_the_bindings_of_the_default_one(root: Path, jetenv) -> None:
    """Whatever the inert copy of production's folder on staging, or staging's own unused file, says."""
    which = jetenv("credentials", "which", "staging", "orders-db-password", cwd=root).stdout
    assert which.splitlines()[:2] == ["env:ORDERS_DB_PASSWORD", "  bound in environments/production/credentials.yaml"]
    refused = jetenv("credentials", "bind", "staging", "orders-db-password", "env:STAGING_PW", cwd=root, check=False)
    assert refused.code == 1
    assert "jetenv credentials bind production orders-db-password" in refused.stderr


def test_bindings_are_read_from_the_branch_of_the_environment_that_they_belong_to(root: Path, jetenv, git) -> None:
    git("switch", "-q", "staging", cwd=root)
    copy = root / "environments/production/credentials.yaml"
    copy.write_text(copy.read_text().replace("env:ORDERS_DB_PASSWORD", "env:SMUGGLED"))
    git("commit", "-qam", "edit the copy", cwd=root)
    for name in ("staging", "production"):
        told = jetenv("credentials", "which", name, "orders-db-password", cwd=root).stdout
        assert told.startswith("env:ORDERS_DB_PASSWORD\n")


def test_one_with_its_own_never_falls_back(root: Path, jetenv, check) -> None:
    jetenv("credentials", "bind", "staging", "orders-db-password", "env:STAGING_PW", "--own", cwd=root)
    code, found = check("staging", env={**PASSWORDS, "STAGING_PW": "pw-of-staging"})
    assert code == 1
    assert found["staging"]["orders-db-password"]["resolvable"] is True
    unbound = {name for name, each in found["staging"].items() if each["state"] == "unbound"}
    assert unbound == {"documents-storage-key", "google-service-account", "shipping-api-token"}
    assert found["staging"]["slack-webhook"]["state"] == "optional"
    ran = jetenv("credentials", "which", "staging", "shipping-api-token", cwd=root, check=False)
    assert ran.code == 1
    assert "jetenv credentials bind staging shipping-api-token REFERENCE" in ran.stderr


def test_the_secret_of_production_in_an_environment_with_its_own_is_told(root: Path, jetenv, check) -> None:
    jetenv("credentials", "bind", "staging", "orders-db-password", "env:ORDERS_DB_PASSWORD", "--own", cwd=root)
    jetenv("credentials", "bind", "staging", "documents-storage-key", "env:COPIED", cwd=root)
    jetenv("credentials", "bind", "staging", "shipping-api-token", "env:ANOTHER", cwd=root)
    code, found = check("staging", env={**PASSWORDS, "COPIED": "key-of-production", "ANOTHER": "token-2"})
    shared = {name: each["same_as_default"] for name, each in found["staging"].items()}
    assert shared["orders-db-password"] == "reference"
    assert shared["documents-storage-key"] == "value"
    assert shared["shipping-api-token"] is None
    assert code == 1
    _, unresolved = check("staging", "--no-resolve")
    assert unresolved["staging"]["orders-db-password"]["same_as_default"] == "reference"
    assert unresolved["staging"]["documents-storage-key"]["resolvable"] is None


def test_check_is_fine_where_everything_is_bound_and_resolved(root: Path, check) -> None:
    (root / "secrets").mkdir()
    (root / "secrets/google-service-account.json").write_text('{"type": "service_account"}\n')
    (root / ".git/info/exclude").write_text("secrets/\n")
    code, found = check(env=PASSWORDS)
    assert code == 0
    assert set(found) == {"production", "staging"}
    assert {each["state"] for one in found.values() for each in one.values()} == {"bound"}


def test_a_binding_that_no_environment_uses_is_told_and_can_be_removed(root: Path, jetenv, check) -> None:
    told = jetenv("credentials", "bind", "production", "old-mailer", "env:OLD", cwd=root)
    assert "no environment declares it yet" in told.stderr
    _, found = check("production", "--no-resolve")
    assert found["production"]["old-mailer"]["state"] == "unused"
    jetenv("credentials", "unbind", "production", "old-mailer", cwd=root)
    assert "old-mailer" not in check("production", "--no-resolve")[1]["production"]


def test_binding_is_one_signed_commit_that_keeps_every_other_byte(root: Path, jetenv, git) -> None:
    file = root / "environments/production/credentials.yaml"
    before = file.read_text()
    jetenv("credentials", "bind", "production", "slack-webhook", "vault:kv/slack#url", cwd=root)
    assert file.read_text() == before.replace("env:SLACK_WEBHOOK", "vault:kv/slack#url")
    assert git("log", "-1", "--format=%s", cwd=root) == "Bind credential slack-webhook in environment production"
    assert git("verify-commit", "HEAD", cwd=root) == ""
    again = jetenv("credentials", "bind", "production", "slack-webhook", "vault:kv/slack#url", cwd=root)
    assert "already" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bind", "production", "slack-webhook", "hunter2-the-secret"), "no reference"),
        (("bind", "production", "slack-webhook", "postgres://a:hunter2@db/x"), "no reference"),
        (("bind", "production", "slack-webhook", "my-store:ghp_hunter2" + "a" * 40), "holds a GitHub token"),
        (("bind", "production", "slack-webhok", "env:A"), "did you mean 'slack-webhook'"),
        (("bind", "production", "Slack", "env:A"), "not the id of a credential"),
        (("bind", "productoin", "slack-webhook", "env:A"), "did you mean 'production'"),
        (("unbind", "production", "slack"), "binds no credential"),
        (("which", "staging", "slack-webhok"), "did you mean 'slack-webhook'"),
        (("chek",), "did you mean 'credentials check'"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_no_value_repeated(root: Path, jetenv, git, arguments, said: str) -> None:
    before = git("for-each-ref", cwd=root)
    ran = jetenv("credentials", *arguments, "--json", cwd=root, check=False)
    assert ran.code == 2
    assert said in ran.stderr
    assert "hunter2" not in ran.stdout + ran.stderr
    assert git("for-each-ref", cwd=root) == before


@pytest.fixture
def mailer_on_staging(edit) -> None:
    """Staging declares a credential that nobody has bound."""
    edit("staging", "credentials/mailer.yaml", None, MAILER)


@pytest.mark.usefixtures("mailer_on_staging")
def test_a_merge_that_brings_an_unbound_credential_is_refused_with_what_mends_it(root: Path, jetenv, git) -> None:
    before = git("rev-parse", "production", cwd=root)
    refused = jetenv("merge", "staging", "production", cwd=root, check=False)
    assert refused.code == 1
    assert "credential 'mailer' is not bound in 'production'" in refused.stdout
    assert git("rev-parse", "production", cwd=root) == before
    command = "jetenv credentials bind production mailer REFERENCE"
    assert command in refused.stdout
    jetenv(*command.removeprefix("jetenv ").replace("REFERENCE", "env:MAILER").split(), cwd=root)
    before_it = jetenv("validate", "production", cwd=root)  # bound and not declared yet: a warning
    assert "undeclared-binding" in before_it.stdout
    jetenv("merge", "staging", "production", cwd=root)
    assert (root / "credentials/mailer.yaml").read_text() == MAILER
    assert "undeclared-binding" not in jetenv("validate", "production", cwd=root).stdout
    assert jetenv("validate", "production", cwd=root).code == 0


@pytest.mark.usefixtures("mailer_on_staging")
def test_a_merge_may_bring_an_unbound_credential_where_one_says_so(root: Path, jetenv) -> None:
    jetenv("merge", "staging", "production", "--allow-unbound", cwd=root)
    assert (root / "credentials/mailer.yaml").is_file()


@pytest.mark.usefixtures("mailer_on_staging")
def test_what_the_target_lacked_before_the_merge_does_not_stop_it(root: Path, jetenv, edit) -> None:
    jetenv("merge", "staging", "production", "--allow-unbound", cwd=root)
    edit("staging", "pages/orders.yaml", "name: Orders", "name: All orders")
    jetenv("merge", "staging", "production", cwd=root)


def test_a_merge_may_take_away_what_the_target_still_binds(root: Path, jetenv, edit) -> None:
    edit("production", "credentials/mailer.yaml", None, MAILER)
    jetenv("credentials", "bind", "production", "mailer", "env:MAILER", cwd=root)
    jetenv("merge", "production", "staging", cwd=root)
    edit("staging", "credentials/mailer.yaml", MAILER, None)
    jetenv("merge", "staging", "production", cwd=root)
    assert not (root / "credentials/mailer.yaml").exists()


@pytest.mark.parametrize("options", [(), ("--json",), ("--text",)])
def test_a_secret_is_not_set_into_a_file_and_not_repeated(root: Path, jetenv, git, options: tuple[str, ...]) -> None:
    token = "ghp_hunter2" + "a1B2" * 9
    ran = jetenv("set", "resources/orders-db#description", token, *options, cwd=root, check=False)
    assert ran.code == 1
    assert "plaintext-secret" in ran.stdout
    assert token not in ran.stdout + ran.stderr
    assert git("status", "--porcelain", cwd=root) == ""


def test_a_secret_that_was_committed_as_a_binding_is_repeated_by_nothing(root: Path, jetenv, edit) -> None:
    edit("production", "environments/production/credentials.yaml", "env:SHIPPING_API_TOKEN", "hunter2-in-plain-text")
    for arguments in (
        ("credentials", "list"),
        ("credentials", "which", "production", "shipping-api-token"),
        ("credentials", "check", "production"),
        ("show", "production"),
        ("run", "production", "--resource", "shipping-api", "--", "true"),
        ("validate", "production"),
    ):
        for options in ((), ("--json",)):
            at = arguments.index("--") if "--" in arguments else len(arguments)
            ran = jetenv(*arguments[:at], *options, *arguments[at:], cwd=root, check=False)
            assert "hunter2" not in ran.stdout + ran.stderr
            assert "not shown" in ran.stdout + ran.stderr


def test_a_credential_that_is_bound_twice_is_an_error(root: Path, jetenv, edit) -> None:
    line = "  shipping-api-token: env:SHIPPING_API_TOKEN\n"
    edit("production", "environments/production/credentials.yaml", line, line + line)
    for arguments in (("credentials", "list"), ("run", "staging", "--resource", "shipping-api", "--", "true")):
        ran = jetenv(*arguments, cwd=root, check=False)
        assert ran.code == 3
        assert "environments/production/credentials.yaml:" in ran.stderr


@pytest.fixture
def mailer_gone(root: Path, jetenv, edit) -> str:
    """Production has had a credential with its binding, and has neither any more; the commit that took it away."""
    edit("production", "credentials/mailer.yaml", None, MAILER)
    jetenv("export", "production", root.parent / "backup", cwd=root)
    return edit("production", "credentials/mailer.yaml", MAILER, None)


@pytest.mark.parametrize("verb", ["revert", "import"])
def test_a_revert_and_an_import_ask_for_bindings_as_a_merge_does(
    root: Path, jetenv, git, mailer_gone: str, verb: str
) -> None:
    source = mailer_gone if verb == "revert" else str(root.parent / "backup")
    before = git("rev-parse", "production", cwd=root)
    for options in (("--dry-run",), ()):
        refused = jetenv(verb, source, "production", *options, cwd=root, check=False)
        assert refused.code == 1
        assert "credential 'mailer' is not bound in 'production'" in refused.stdout
        assert "jetenv credentials bind production mailer REFERENCE" in refused.stdout
        assert f"then {verb} again; or {verb} with --allow-unbound" in refused.stdout
        assert git("rev-parse", "production", cwd=root) == before
    jetenv(verb, source, "production", "--allow-unbound", cwd=root)
    assert (root / "credentials/mailer.yaml").read_text() == MAILER
    jetenv("revert", "--last", cwd=root)
    jetenv("credentials", "bind", "production", "mailer", "env:MAILER", cwd=root)
    jetenv(verb, source, "production", cwd=root)
    assert (root / "credentials/mailer.yaml").read_text() == MAILER


def test_a_merge_in_progress_may_be_completed_with_an_unbound_credential(root: Path, jetenv, edit) -> None:
    """To bind it would move the target, and what is in progress is for the commits that it began with."""
    edit("staging", "credentials/mailer.yaml", None, MAILER)
    edit("staging", "pages/orders.yaml", "name: Orders\n", "name: All\n")
    edit("production", "pages/orders.yaml", "name: Orders\n", "name: Each\n")
    assert jetenv("merge", "staging", "production", cwd=root, check=False).code == 1
    jetenv("resolve", "--all", "--theirs", cwd=root)
    refused = jetenv("merge", "--continue", cwd=root, check=False)
    assert (refused.code, "--allow-unbound" in refused.stdout) == (1, True)
    jetenv("merge", "--continue", "--allow-unbound", cwd=root)
    assert (root / "credentials/mailer.yaml").read_text() == MAILER


def test_an_optional_credential_may_come_unbound(root: Path, jetenv, edit) -> None:
    edit("staging", "credentials/mailer.yaml", None, MAILER + "optional: true\n")
    jetenv("merge", "staging", "production", cwd=root)


def test_a_merge_into_one_with_its_own_bindings_asks_for_those(root: Path, jetenv, edit) -> None:
    jetenv("create", "dev", cwd=root)
    jetenv("credentials", "bind", "dev", "slack-webhook", "env:DEV_SLACK", "--own", cwd=root)
    edit("staging", "credentials/mailer.yaml", None, MAILER)
    jetenv("credentials", "bind", "production", "mailer", "env:MAILER", cwd=root)
    refused = jetenv("merge", "staging", "dev", cwd=root, check=False)
    assert "jetenv credentials bind dev mailer REFERENCE" in refused.stdout


def test_what_uses_a_credential_is_found_with_and_without_verdicts_from_earlier(root: Path, jetenv, edit) -> None:
    edit("production", "pages/orders.yaml", "name: Orders\n", "name: '{{ credentials.slack-webhook }} Orders'\n")
    fresh = jetenv("credentials", "list", "production", "--json", cwd=root).stdout
    jetenv("validate", "production", cwd=root, check=False)
    assert jetenv("credentials", "list", "production", "--json", cwd=root).stdout == fresh
    used = {each["id"]: each["used_by"] for each in json.loads(fresh)["credentials"]}
    assert "resources/orders-db.yaml" in used["orders-db-password"]


def test_a_hundred_references_are_asked_for_at_once(root: Path, jetenv, git, plugin_path: Path) -> None:
    """None is answered before all are asked for, so that one after the other none would ever be."""
    names = [f"many-{number}" for number in range(100)]
    bindings = "".join(f"  {name}: slow-store:{name}\n" for name in names)
    (root / "environments/production/credentials.yaml").write_text(f"bindings:\n{bindings}")
    git("commit", "-qam", "bind many", cwd=root)
    arguments = ("credentials", "check", "production", "--json", "--timeout", "120")
    ran = jetenv(*arguments, cwd=root, env={"PYTHONPATH": str(plugin_path)}, check=False)
    found = json.loads(ran.stdout)["environments"][0]["credentials"]
    assert sum(each["resolvable"] is True for each in found) == 100


@pytest.fixture
def plugin_path(tmp_path: Path) -> Path:
    """A package that offers a resolver which answers when a hundred wait for it, to be put on the path."""
    folder = tmp_path / "plugin"
    metadata = folder / "slow_store-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "slow_store.py").write_text(
        "import threading\n\nall_of_them = threading.Barrier(100)\n\n\n"
        "def resolve(reference, context):\n    all_of_them.wait(100)\n    return f'of {reference.path}'\n"
    )
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-store\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[jetenv.resolvers]\nslow-store = slow_store:resolve\n")
    return folder
