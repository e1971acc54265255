"""``jetenv run`` through the installed command: any command, and a real Jet Bridge on PostgreSQL and on SQLite."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from services import Postgres, answers, free_port, jet_bridge, postgres, wait_until

PASSWORD = "p@ss/würd:1"
KEY = "bearer-key-of-the-test"
SHOP = """
CREATE TABLE customers (id serial PRIMARY KEY, name varchar(120) NOT NULL, email varchar(254));
CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, paid boolean);
"""
SHOW = [sys.executable, "-c", "import os, json; print(json.dumps(dict(os.environ)))"]
SECRETS = {"ORDERS_DB_PASSWORD": PASSWORD, "DOCUMENTS_STORAGE_KEY": "storage-key", "SHIPPING_API_TOKEN": "api-token"}


def variables(jetenv, root: Path, *options: str, env: dict[str, str] | None = None) -> dict[str, str]:
    ran = jetenv("run", "staging", *options, "--", *SHOW, cwd=root, env={**SECRETS, **(env or {})})
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def test_a_command_gets_the_connection_of_the_resource(root: Path, jetenv) -> None:
    found = variables(jetenv, root, "--resource", "orders-db")
    own = {name: value for name, value in found.items() if name.startswith("JETENV_")}
    assert own == {
        "JETENV_ENVIRONMENT": "staging",
        "JETENV_VERSION": "latest",
        "JETENV_RESOURCE": "orders-db",
        "JETENV_RESOURCE_TYPE": "postgresql",
        "JETENV_RESOURCE_HOST": "orders-db.internal.example.com",
        "JETENV_RESOURCE_PORT": "5432",
        "JETENV_RESOURCE_NAME": "shop",
        "JETENV_RESOURCE_USER": "orders_app",
        "JETENV_RESOURCE_PASSWORD": PASSWORD,
        "JETENV_RESOURCE_SCHEMA": "shop",
        "JETENV_RESOURCE_ONLY": own["JETENV_RESOURCE_ONLY"],
        "JETENV_RESOURCE_SSL_MODE": "verify-full",
        "JETENV_RESOURCE_TIMEZONE": "Europe/Berlin",
        "JETENV_RESOURCE_CONNECTIONS": "20",
        "JETENV_RESOURCE_STATEMENT_TIMEOUT": "30",
        "JETENV_RESOURCE_EXTRA_APPLICATION_NAME": "orders-tool",
        "JETENV_STORAGE_DOCUMENTS_BUCKET": "shop-documents",
        "JETENV_STORAGE_DOCUMENTS_REGION": "eu-central-1",
        "JETENV_STORAGE_DOCUMENTS_ACCESS_KEY_ID": "EXAMPLE-KEY-ID",
        "JETENV_STORAGE_DOCUMENTS_SECRET_ACCESS_KEY": "storage-key",
        "JETENV_STORAGE_DOCUMENTS_PREFIX": "orders-tool",
        "JETENV_STORAGE_DOCUMENTS_URL_EXPIRY": "900",
    }
    assert json.loads(own["JETENV_RESOURCE_ONLY"])[:2] == ["customers", "addresses"]


def test_a_service_that_is_no_database_has_its_values_and_secret_tokens(root: Path, jetenv) -> None:
    found = variables(jetenv, root, "--resource", "shipping-api")
    assert found["JETENV_RESOURCE_BASE_QUERY_AUTH_TOKEN"] == "api-token"
    assert found["JETENV_SECRET_TOKEN"] == "api-token"
    assert found["JETENV_RESOURCE_BASE_QUERY_URL"] == "https://api.shipping.example.com/v2"


def test_nothing_of_the_secrets_around_is_handed_on(root: Path, jetenv) -> None:
    """Those of other credentials and environments least of all, whatever their variables are called."""
    jetenv("create", "dev", cwd=root)
    jetenv("credentials", "bind", "dev", "slack-webhook", "env:HOOK_OF_DEV", "--own", cwd=root)
    around = {
        "SLACK_WEBHOOK": "https://hooks.example/x",
        "HOOK_OF_DEV": "https://hooks.example/dev",
        "VAULT_TOKEN": "unlocks-everything",
        "AWS_SECRET_ACCESS_KEY": "unlocks-more",
        "MY_API_KEY": "mine",
        "DATABASE_URL": "sqlite:///production.db",
        "QUEUE": "amqp://app:queue-password@queue/1",
        "JETENV_RESOURCE_REPLICA_HOST": "production-replica",
        "PLAIN": "stays",
    }
    found = variables(jetenv, root, "--resource", "orders-db", env=around)
    assert found["PLAIN"] == "stays"
    assert not found.keys() & (around.keys() | SECRETS.keys()) - {"PLAIN"}
    kept = variables(jetenv, root, "--resource", "orders-db", "--keep", "MY_API_KEY", env=around)
    assert kept["MY_API_KEY"] == "mine"


def test_a_url_where_asked(root: Path, jetenv) -> None:
    found = variables(jetenv, root, "--as", "database-url")
    assert found["DATABASE_URL"] == (
        "postgresql://orders_app:p%40ss%2Fw%C3%BCrd%3A1@orders-db.internal.example.com:5432/shop?sslmode=verify-full"
    )


def test_a_dry_run_shows_names_and_no_values(root: Path, jetenv) -> None:
    ran = jetenv("run", "staging", "--as", "jet-bridge", "--dry-run", "--json", cwd=root, env=SECRETS)
    told = json.loads(ran.stdout)
    assert {"DATABASE_PASSWORD", "DATABASE_ENGINE", "JETENV_RESOURCE"} <= set(told["added"])
    assert "ORDERS_DB_PASSWORD" in told["removed"]
    assert not any(value in ran.stdout + ran.stderr for value in SECRETS.values())


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_that_of_the_command(root: Path, jetenv, code: int) -> None:
    ran = jetenv(
        "run",
        "staging",
        "--resource",
        "orders-db",
        "--",
        "sh",
        "-c",
        f"exit {code}",
        cwd=root,
        env=SECRETS,
        check=False,
    )
    assert ran.code == code


def test_standard_streams_and_the_folder_are_those_of_jetenv(root: Path, jetenv) -> None:
    command = ("sh", "-c", "cat; pwd; echo told >&2")
    ran = jetenv(
        "run", "staging", "--resource", "orders-db", "--", *command, cwd=root / "pages", input="in\n", env=SECRETS
    )
    assert ran.stdout == f"in\n{root / 'pages'}\n"
    assert ran.stderr == "told\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_command(root: Path, number: signal.Signals) -> None:
    ready = (
        "import signal, sys, time; signal.signal({0}, lambda *_: sys.exit(42)); print('ready', flush=True); "
        "time.sleep(60)"
    )
    command = [str(Path(sys.executable).parent / "jetenv"), "run", "staging", "--resource", "orders-db", "--"]
    with subprocess.Popen(
        [*command, sys.executable, "-c", ready.format(int(number))],
        cwd=root, env={**os.environ, **SECRETS}, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(20) == 42


def test_a_command_dies_of_a_closed_pipe_as_it_would_without_jetenv(root: Path, jetenv) -> None:
    inner = ("grep", "SigIgn", "/proc/self/status")
    told = jetenv("run", "staging", "--resource", "orders-db", "--", *inner, cwd=root, env=SECRETS).stdout
    assert int(told.split()[-1], 16) & 1 << (signal.SIGPIPE - 1) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("stagign", "--", "true"), 2, "did you mean 'staging'"),
        (("staging", "--", "true"), 2, "name one with --resource: orders-db, shipping-api, targets-sheet"),
        (("staging", "--resource", "order-db", "--", "true"), 2, "did you mean 'orders-db'"),
        (("staging", "--resource", "shipping-api", "--as", "jet-bridge", "--", "true"), 2, "is no database"),
        (("staging", "--resource", "orders-db"), 2, "COMMAND is missing"),
        (("staging", "--resource", "orders-db", "--", "no-such-command"), 2, "there is no command"),
        (("staging", "--resource", "targets-sheet", "--", "true"), 3, "there is no such file"),
    ],
)
def test_what_cannot_be_started_says_why(root: Path, jetenv, arguments, code: int, said: str) -> None:
    ran = jetenv("run", *arguments, cwd=root, env=SECRETS, check=False)
    assert ran.code == code
    assert said in ran.stderr


@pytest.mark.parametrize("arguments", [("true",), ("no-such-command",)])
def test_a_value_that_no_variable_can_hold_is_refused(root: Path, jetenv, git, arguments) -> None:
    git("switch", "-q", "staging", cwd=root)
    (root / "resources/odd.yaml").write_text('name: Odd\ntype: rest_api\nparams:\n  base_url: "https://x\\0y"\n')
    git("add", "resources/odd.yaml", cwd=root)
    git("commit", "-qm", "odd", cwd=root)
    done = jetenv("run", "staging", "--resource", "odd", "--", *arguments, cwd=root, check=False)
    assert done.code == 3
    assert "JETENV_RESOURCE_BASE_URL holds a NUL" in done.stderr and "resources/odd.yaml" in done.stderr


def test_an_unbound_credential_is_an_error_and_never_production_s(root: Path, jetenv) -> None:
    jetenv("credentials", "bind", "staging", "slack-webhook", "env:X", "--own", cwd=root)
    ran = jetenv("run", "staging", "--resource", "shipping-api", "--", *SHOW, cwd=root, env=SECRETS, check=False)
    assert ran.code == 1
    assert ran.stdout == ""
    assert "jetenv credentials bind staging shipping-api-token REFERENCE" in ran.stderr


def test_a_certificate_comes_as_a_file_in_memory(root: Path, jetenv, edit) -> None:
    edit(
        "staging",
        "resources/orders-db.yaml",
        "  ssl_mode: verify-full",
        "  ssl_mode: verify-full\n  ssl_ca: {credential: shipping-api-token}",
    )
    pem = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n"
    command = ("sh", "-c", 'cat "$DATABASE_SSL_CA"; echo "$DATABASE_SSL_CA"')
    ran = jetenv(
        "run", "staging", "--as", "jet-bridge", "--", *command, cwd=root, env={**SECRETS, "SHIPPING_API_TOKEN": pem}
    )
    assert ran.stdout.startswith(pem + "/proc/self/fd/")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL with the tables of a shop."""
    with postgres(tmp_path_factory.mktemp("postgres"), PASSWORD) as running:
        running.sql(SHOP)
        yield running


def served(root: Path, tmp_path: Path, env: dict[str, str]) -> list[dict]:
    """The collections that a Jet Bridge of staging answers with."""
    bridge, port, log = jet_bridge(), free_port(), tmp_path / "bridge.log"
    command = [str(Path(sys.executable).parent / "jetenv"), "-C", str(root), "run", "staging", "--as", "jet-bridge"]
    environ = {
        **os.environ, **env, "PORT": str(port), "BEARER_AUTH_KEY": KEY, "API_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "PATH": f"{bridge.parent}{os.pathsep}{os.environ['PATH']}", "AUTO_OPEN_REGISTER": "0",
    }  # fmt: skip
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--keep", "BEARER_AUTH_KEY", "--", "jet_bridge"],
            cwd=tmp_path, env=environ, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}/api/model_descriptions/"
        wait_until(lambda: answers(url, KEY), process, log)
        assert "jet_bridge" in Path(f"/proc/{process.pid}/cmdline").read_text()  # it has taken the place of jetenv
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: list[dict] = json.load(answer)
        assert PASSWORD not in log.read_text()
        return found
    finally:
        process.terminate()
        deadline = time.monotonic() + 10
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait()


def test_jet_bridge_serves_staging_s_postgresql(root: Path, tmp_path: Path, edit, jetenv, server: Postgres) -> None:
    """The password is staging's own; production's is another one, and would be refused."""
    resource = (root / "resources/orders-db.yaml").read_text()
    here = resource.replace("orders-db.internal.example.com", "127.0.0.1").replace("5432", str(server.port))
    for line in ("  schema: shop\n", "  ssl_mode: verify-full\n"):
        here = here.replace(line, "")
    edit("staging", "resources/orders-db.yaml", None, here)
    jetenv("credentials", "bind", "staging", "orders-db-password", "env:STAGING_PASSWORD", "--own", cwd=root)
    jetenv("credentials", "bind", "staging", "documents-storage-key", "env:KEY_OF_STAGING", cwd=root)
    env = {"STAGING_PASSWORD": PASSWORD, "KEY_OF_STAGING": "k", "ORDERS_DB_PASSWORD": "production"}
    found = served(root, tmp_path, env)
    assert sorted(each["model"] for each in found) == ["customers", "orders"]
    orders = next(each for each in found if each["model"] == "orders")
    assert [field["db_column"] for field in orders["fields"]] == ["id", "customer_id", "paid"]


def test_jet_bridge_serves_a_file_of_sqlite(root: Path, tmp_path: Path, edit) -> None:
    """A relative name is that of a file of the project, wherever the command is started."""
    (root / "data").mkdir()
    with sqlite3.connect(root / "data/app.sqlite3") as database:
        database.execute("CREATE TABLE tasks (id integer PRIMARY KEY, title varchar(80) NOT NULL)")
    (root / ".git/info/exclude").write_text("data/\n")
    edit("staging", "resources/orders-db.yaml", None, "name: Tasks\ntype: sqlite\nparams:\n  name: data/app.sqlite3\n")
    assert [each["model"] for each in served(root, tmp_path, {})] == ["tasks"]
