"""``jetenv introspect`` and ``drift`` against a real Jet Bridge, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from services import answers, free_port, jet_bridge, postgres, wait_until

RESOURCE = "name: Tasks\ntype: sqlite\nparams:\n  name: data/app.sqlite3\n"
TABLES = """
CREATE TABLE people (id integer PRIMARY KEY, name varchar(120) NOT NULL, email varchar(254), joined datetime);
CREATE TABLE tasks (
  id integer PRIMARY KEY, title varchar(80) NOT NULL, parent_id integer REFERENCES tasks(id),
  person_id integer NOT NULL REFERENCES people(id), price numeric(10, 2), done boolean
);
CREATE TABLE pairs (a integer NOT NULL, b integer NOT NULL, note text, PRIMARY KEY (a, b));
CREATE TABLE pair_notes (
  id integer PRIMARY KEY, pa integer, pb integer, FOREIGN KEY (pa, pb) REFERENCES pairs(a, b)
);
CREATE TABLE loose (what text, much integer);
CREATE TABLE "Weird Name" (id integer PRIMARY KEY, "the col" text, "Größe" integer);
CREATE VIEW open_tasks AS SELECT * FROM tasks WHERE NOT done;
"""


@pytest.fixture
def app(minimal: Path, git) -> Path:
    """A project whose production has a database of SQLite with awkward tables."""
    (minimal / "data").mkdir()
    (minimal / ".git/info/exclude").write_text("data/\n")
    sql(minimal, TABLES)
    (minimal / "resources").mkdir(exist_ok=True)
    (minimal / "resources/app-db.yaml").write_text(RESOURCE)
    commit(git, minimal)
    return minimal


@pytest.fixture
def bridge(jetenv):
    """``bridge(*arguments, cwd=)``: jetenv with the real Jet Bridge at hand."""
    program = jet_bridge()

    def run(*arguments: str, cwd: Path, check: bool = True, env: dict[str, str] | None = None):
        return jetenv(*arguments, cwd=cwd, check=check, env={"JETENV_JET_BRIDGE": str(program), **(env or {})})

    return run


def sql(root: Path, text: str) -> None:
    with sqlite3.connect(root / "data/app.sqlite3") as database:
        database.executescript(text)
    database.close()


def commit(git, root: Path) -> None:
    git("add", "-A", cwd=root)
    git("commit", "-qm", "edit", cwd=root)


def collections(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((root / "collections/app-db").glob("*"))}


def test_every_table_becomes_a_collection_that_validates(app: Path, bridge) -> None:
    ran = bridge("introspect", "app-db", cwd=app)
    assert "7 tables of app-db, 7 files written" in ran.stdout
    written = collections(app)
    assert list(written) == [
        "loose.yaml", "open_tasks.yaml", "pair_notes.yaml", "pairs.yaml", "people.yaml", "tasks.yaml", "weird_name.yaml"
    ]  # fmt: skip
    assert written["pairs.yaml"] == (
        "verbose_name: Pairs\nprimary_key_field: a\nfields:\n  - name: a\n    field: IntegerField\n"
        '  - name: b\n    field: IntegerField\n  - name: note\n    field: TextField\n    "null": true\n'
    )
    for part in (
        '  - name: parent_id\n    field: ForeignKey\n    "null": true\n    params:\n'
        "      related_model: app-db/tasks\n      related_field: id\n",
        '  - name: price\n    field: DecimalField\n    "null": true\n'
        "    params:\n      digits: 10\n      decimals: 2\n",
        "    direction: MANYTOONE\n    local_field: person_id\n    related_model: app-db/people\n",
        "    direction: ONETOMANY\n    local_field: id\n"
        "    related_model: app-db/tasks\n    related_field: parent_id\n",
    ):
        assert part in written["tasks.yaml"]
    assert "model: Weird Name\ndb_table: Weird Name\n" in written["weird_name.yaml"]
    assert "  - name: the_col\n    field: TextField\n    db_column: the col\n" in written["weird_name.yaml"]
    assert "read_only: true" in written["open_tasks.yaml"]
    assert "pair_notes points to pairs with several columns at once" in ran.stderr
    assert "loose has no primary key; 'what' is taken for the key" in ran.stderr
    assert "ForeignKey" not in written["pair_notes.yaml"]
    assert bridge("validate", cwd=app).code == 0


def test_a_second_run_changes_nothing_and_there_is_no_drift(app: Path, bridge, git) -> None:
    bridge("introspect", "app-db", cwd=app)
    before = collections(app)
    again = json.loads(bridge("introspect", "app-db", "--json", cwd=app).stdout)
    assert (again["files"], again["differences"], again["written"]) == ([], [], False)
    assert collections(app) == before
    commit(git, app)
    assert bridge("drift", "production", "--exit-code", cwd=app).stdout.endswith("app-db: 7 tables, as configured\n")


def test_what_people_added_stays_byte_for_byte(app: Path, bridge, git) -> None:
    mine = """\
# The people we work with.
verbose_name:   Person   # not User
primary_key_field: id
fields:
  - {name: email, field: EmailField, verbose_name: "E-mail"}   # first, on purpose
  - name: id
    field: IntegerField

  - name: full_name
    db_column: name
    field: CharField
    params: {length: 120}
segments:
  - name: new
    label: New ones
"""
    (app / "collections/app-db").mkdir(parents=True)
    (app / "collections/app-db/persons.yaml").write_text(mine.replace("primary", "db_table: people\nprimary", 1))
    bridge("introspect", "app-db", cwd=app)
    old, new = mine.replace("primary", "db_table: people\nprimary", 1), collections(app)["persons.yaml"]
    assert "people.yaml" not in collections(app)
    added = '  - name: joined\n    field: DateTimeField\n    "null": true\n'
    assert new.partition("relations:\n")[0] == old.replace("segments:\n", added + "segments:\n")
    assert new.partition("relations:\n")[2] == (
        "  - name: tasks__person_id__to__id\n    direction: ONETOMANY\n    local_field: id\n"
        "    related_model: app-db/tasks\n    related_field: person_id\n"
    )
    assert "related_model: app-db/persons" in collections(app)["tasks.yaml"]
    assert json.loads(bridge("introspect", "app-db", "--json", cwd=app).stdout)["files"] == []


def test_columns_that_are_gone_are_told_and_removed_only_when_asked(app: Path, bridge) -> None:
    bridge("introspect", "app-db", cwd=app)
    before = collections(app)
    sql(app, "ALTER TABLE people DROP COLUMN email; ALTER TABLE people ADD COLUMN age integer; DROP TABLE loose")
    dry = bridge("introspect", "app-db", "--dry-run", cwd=app)
    assert collections(app) == before
    assert "people.email  column not in the database" in dry.stdout
    assert "loose  table not in the database" in dry.stdout
    assert "1 file would be written" in dry.stdout
    bridge("introspect", "app-db", cwd=app)
    assert "- name: email" in collections(app)["people.yaml"]
    assert "- name: age" in collections(app)["people.yaml"]
    pruned = bridge("introspect", "app-db", "--prune", cwd=app)
    assert "~ collections/app-db/people.yaml  -email" in pruned.stdout
    assert "- name: email" not in collections(app)["people.yaml"]
    assert "loose.yaml" in collections(app)


def test_nothing_is_pruned_that_something_refers_to(app: Path, bridge) -> None:
    bridge("introspect", "app-db", cwd=app)
    file = app / "collections/app-db/people.yaml"
    file.write_text(file.read_text().replace("fields:\n", "display_field: email\nfields:\n", 1))
    before = collections(app)
    sql(app, "ALTER TABLE people DROP COLUMN email")
    ran = bridge("introspect", "app-db", "--prune", cwd=app, check=False)
    assert ran.code == 1
    assert "email" in ran.stdout
    assert collections(app) == before


def test_drift_tells_what_either_side_lacks(app: Path, bridge, git, jetenv) -> None:
    bridge("introspect", "app-db", cwd=app)
    (app / "resources/hooks.yaml").write_text(
        "name: Hooks\ntype: rest\nparams:\n  base_query:\n    url: https://hooks.example.com\n"
    )
    commit(git, app)
    jetenv("create", "staging", cwd=app)
    sql(
        app,
        "ALTER TABLE people DROP COLUMN email; ALTER TABLE people ADD COLUMN age integer; DROP TABLE loose;"
        "CREATE TABLE extra (id integer PRIMARY KEY);"
        "ALTER TABLE people DROP COLUMN joined; ALTER TABLE people ADD COLUMN joined integer;"
        "ALTER TABLE people DROP COLUMN name; ALTER TABLE people ADD COLUMN name varchar(20)",
    )
    ran = bridge("drift", "staging", "--exit-code", "--json", cwd=app, check=False)
    assert ran.code == 1
    told = json.loads(ran.stdout)
    (database,) = told["resources"]
    found = {(each["kind"], each["table"], each["column"]) for each in database["differences"]}
    assert found == {
        ("table-not-configured", "extra", None),
        ("table-not-in-database", "loose", None),
        ("column-not-configured", "people", "age"),
        ("column-not-in-database", "people", "email"),
        ("type", "people", "joined"),
        ("length", "people", "name"),
    }
    assert told["passed_over"] == [{"resource": "hooks", "type": "rest"}]
    text = bridge("drift", "staging", cwd=app)
    assert "type DateTimeField, but the database has IntegerField" in text.stdout
    assert "passed over, for they are no databases: hooks (rest)" in text.stderr


def test_each_database_is_asked_by_itself_and_has_its_own_error(app: Path, bridge, git) -> None:
    (app / "resources/gone-db.yaml").write_text(
        "name: Gone\ntype: postgresql\nparams: {host: 127.0.0.1, port: 9, name: gone, user: nobody}\n"
    )
    commit(git, app)
    ran = bridge("drift", "production", "--json", cwd=app, check=False)
    assert ran.code == 3
    first, second = json.loads(ran.stdout)["resources"]
    assert (first["resource"], first["problem"], len(first["differences"])) == ("app-db", None, 7)
    assert (second["resource"], second["differences"]) == ("gone-db", [])
    assert "'gone-db'" in json.dumps(second["problem"])


def test_databases_are_asked_at_the_same_time(app: Path, jetenv, git, tmp_path: Path) -> None:
    """Each of these programs ends when it has seen the others, which it would not, were it alone."""
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    program = tmp_path / "meeting-bridge"
    program.write_text(
        f"#!/bin/sh\ntouch {meeting}/$$\n"
        f'for i in $(seq 200); do [ "$(ls {meeting} | wc -l)" -ge 3 ] && exit 7; sleep 0.1; done\nexit 8\n'
    )
    program.chmod(0o755)
    for name in ("b-db", "c-db"):
        (app / f"resources/{name}.yaml").write_text(RESOURCE)
    commit(git, app)
    ran = jetenv("drift", "production", "--jet-bridge", program, cwd=app, check=False)
    assert ran.code == 3
    assert ran.stdout.count("ended with 7") == 3


def test_only_and_except_of_the_resource_hold(app: Path, bridge, git) -> None:
    (app / "resources/app-db.yaml").write_text(RESOURCE + "  only: [people, tasks]\n")
    commit(git, app)
    bridge("introspect", "app-db", cwd=app)
    assert list(collections(app)) == ["people.yaml", "tasks.yaml"]


def running(pattern: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if pattern.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("arguments", "bridges"), [(("introspect", "app-db"), 1), (("drift", "production"), 2)], ids=["one", "several"]
)
def test_a_signal_stops_the_jet_bridge_too(
    app: Path, git, number: signal.Signals, tmp_path: Path, arguments: tuple[str, ...], bridges: int
) -> None:
    """A Jet Bridge that never answers, for it waits: its process and its folder are gone with jetenv."""
    (app / "resources/more-db.yaml").write_text(RESOURCE)
    commit(git, app)
    slow = tmp_path / "slow-bridge"
    slow.write_text("#!/bin/sh\nsleep 300 &\nwait\n")
    slow.chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    mark = f"TMPDIR={temporary}"
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "jetenv"), *arguments, "--jet-bridge", str(slow)],
        cwd=app, env={**os.environ, "TMPDIR": str(temporary)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    processes = 1 + 2 * bridges
    while len(running(mark)) < processes and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(running(mark)) >= processes
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert running(mark) == []
    assert list(temporary.iterdir()) == []
    assert not (app / "collections/app-db").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('echo "password is $DATABASE_PASSWORD" >&2; exit 3', "ended with 3"),
        ("sleep 60", "did not answer within 1 s"),
    ],
)
def test_a_jet_bridge_that_fails_is_told_without_the_secret(
    root: Path, jetenv, edit, tmp_path: Path, body: str, said: str
) -> None:
    program = tmp_path / "bad-bridge"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    secrets = {"ORDERS_DB_PASSWORD": "hunter2-hunter2", "DOCUMENTS_STORAGE_KEY": "storage-key"}
    ran = jetenv(
        "introspect", "orders-db", "--jet-bridge", program, "--timeout", "1", cwd=root, check=False, env=secrets
    )
    assert ran.code == 3
    assert said in ran.stderr
    assert "hunter2" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("introspect", "app"), 2, "did you mean 'app-db'"),
        (("introspect", "app-db", "--jet-bridge", "no-such-bridge"), 3, "there is no command 'no-such-bridge'"),
        (("introspect", "app-db", "--url", "ftp://x"), 2, "no URL of a Jet Bridge"),
        (("introspect", "app-db", "--url", "http://u:p@x"), 2, "JETENV_JET_BRIDGE_KEY"),
        (("introspect", "app-db", "--url", "http://bridge.example.com"), 2, "unencrypted"),
        (("introspect", "app-db", "--url", "http://127.0.0.1:9"), 3, "does not answer"),
        (("introspect", "app-db", "--reload"), 2, "--reload goes with --url"),
        (("drift", "productoin"), 2, "did you mean 'production'"),
    ],
)
def test_what_cannot_be_asked_says_why(app: Path, jetenv, arguments, code: int, said: str) -> None:
    ran = jetenv(*arguments, cwd=app, check=False, env={"JETENV_JET_BRIDGE_KEY": "the-key-of-it"})
    assert ran.code == code
    assert said in ran.stderr
    assert "the-key-of-it" not in ran.stderr


def test_a_jet_bridge_that_runs_already_is_asked_by_its_url(app: Path, jetenv, tmp_path: Path) -> None:
    """With its key from a variable; a wrong one is refused. After ALTER TABLE it is to read the database anew."""
    port, log, key = free_port(), tmp_path / "log", "key-of-the-running-one"
    environ = {
        **os.environ, "PORT": str(port), "ADDRESS": "127.0.0.1", "BEARER_AUTH_KEY": key, "AUTO_OPEN_REGISTER": "0",
        "API_BASE_URL": f"http://127.0.0.1:{free_port()}", "PROJECT": "p", "TOKEN": "0" * 32, "ENVIRONMENT": "e",
        "DATABASE_ENGINE": "sqlite", "DATABASE_NAME": str(app / "data/app.sqlite3"),
    }  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as stream:
        process = subprocess.Popen([jet_bridge()], cwd=tmp_path, env=environ, stdout=stream, stderr=stream)
    try:
        wait_until(lambda: answers(url, key), process, log)
        refused = jetenv(
            "introspect", "app-db", "--url", url, cwd=app, check=False, env={"JETENV_JET_BRIDGE_KEY": "wrong-key"}
        )
        assert (refused.code, "refuses the key" in refused.stderr) == (3, True)
        options = ("introspect", "app-db", "--url", url)
        ran = jetenv(*options, cwd=app, env={"JETENV_JET_BRIDGE_KEY": key})
        assert "7 files written" in ran.stdout
        sql(app, "ALTER TABLE people ADD COLUMN age integer")
        jetenv(*options, "--reload", cwd=app, env={"JETENV_JET_BRIDGE_KEY": key})
        assert "- name: age" in collections(app)["people.yaml"]
    finally:
        process.kill()
        process.wait()


def test_postgresql_with_its_own_types(minimal: Path, bridge, git, jetenv) -> None:
    password = "p@ss/würd:1"
    # Not in pytest's folder, whose mode another session of pytest changes while the server's user needs to pass it.
    with TemporaryDirectory(prefix="jetenv-") as folder, postgres(Path(folder), password) as server:
        server.sql(
            "CREATE SCHEMA shop; CREATE TYPE shop.state AS ENUM ('new', 'paid');"
            "CREATE TABLE shop.customers (id serial PRIMARY KEY, name varchar(120) NOT NULL, tags text[]);"
            "CREATE TABLE shop.orders (id uuid PRIMARY KEY, customer_id integer NOT NULL REFERENCES shop.customers,"
            " total numeric(12,2) NOT NULL, state shop.state NOT NULL, placed timestamptz DEFAULT now(),"
            " took interval, at time, raw bytea, more jsonb, big bigint, rate double precision);"
        )
        resource = (
            f"name: Shop\ntype: postgresql\nparams:\n  host: 127.0.0.1\n  port: {server.port}\n  name: shop\n"
            "  user: orders_app\n  password:\n    credential: shop-password\n  schema: shop\n"
        )
        for part in ("resources", "credentials"):
            (minimal / part).mkdir(exist_ok=True)
        (minimal / "resources/app-db.yaml").write_text(resource)
        (minimal / "credentials/shop-password.yaml").write_text("name: Password\nkind: password\n")
        commit(git, minimal)
        jetenv("credentials", "bind", "production", "shop-password", "env:SHOP_PASSWORD", cwd=minimal)
        env = {"SHOP_PASSWORD": password}
        ran = bridge("introspect", "app-db", cwd=minimal, env=env)
        assert password not in ran.stdout + ran.stderr
        orders = collections(minimal)["orders.yaml"]
        types = dict(re.findall(r"- name: (\w+)\n    field: (\w+)", orders))
        assert types == {
            "id": "UUIDField", "customer_id": "ForeignKey", "total": "DecimalField", "state": "SelectField",
            "placed": "DateTimeField", "took": "DurationField", "at": "TimeField", "raw": "BinaryField",
            "more": "JSONField", "big": "BigIntegerField", "rate": "DoublePrecisionField",
        }  # fmt: skip
        assert "  - name: id\n    field: IntegerField\n    editable: false\n" in collections(minimal)["customers.yaml"]
        assert json.loads(bridge("introspect", "app-db", "--json", cwd=minimal, env=env).stdout)["files"] == []
        commit(git, minimal)
        assert bridge("drift", "production", "--exit-code", cwd=minimal, env=env).code == 0
        wrong = bridge("drift", "production", cwd=minimal, env={"SHOP_PASSWORD": "wrong-password-1"}, check=False)
        assert wrong.code == 3
        assert 'password authentication failed for user "orders_app"' in wrong.stdout
        assert "wrong-password-1" not in wrong.stdout + wrong.stderr
