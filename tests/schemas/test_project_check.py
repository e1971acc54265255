"""The check of a whole project: files by themselves, then the links between them."""

from __future__ import annotations

import gc
import json
from collections.abc import Mapping

import pytest

from jetenv.schemas.catalog import Catalog
from jetenv.schemas.findings import Finding
from jetenv.schemas.project_check import check_file, check_links, check_project
from jetenv.schemas.verdict import FileVerdict

COLLECTION = "verbose_name: Order\nprimary_key_field: id\nfields:\n  - {name: id, field: IntegerField}\n"
PROJECT = {
    "resources/db.yaml": "name: DB\ntype: sqlite\nparams: {name: data.sqlite}\n",
    "collections/db/orders.yaml": COLLECTION,
    "pages/orders.yaml": (
        "name: Orders\ncomponents:\n  - id: orders\n    type: table\n"
        "    data: {type: collection, collection: db/orders}\n    columns: [{name: id}]\n"
    ),
    "menu.yaml": "primary: [{id: orders, type: link, label: Orders, page: orders}]\n",
    "credentials/token.yaml": "name: Token\nkind: token\n",
    "environments/production/credentials.yaml": "bindings: {token: env:TOKEN}\n",
}


def project(changes: Mapping[str, str | None] = {}) -> dict[str, bytes]:
    files = {**PROJECT, **changes}
    return {path: text.encode() for path, text in files.items() if text is not None}


def found(changes: Mapping[str, str | None], environment: str | None = None) -> list[str]:
    findings = check_project(project(changes), Catalog.builtin(), environment=environment)
    told = [each for each in findings if each.severity == "error" or each.rule == "undeclared-binding"]
    return [f"{each.rule} {each.where} {each.message}" for each in told]


def test_a_sound_project_has_no_findings() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"pages/orders.yaml": "name: [\n"},
            ["yaml pages/orders.yaml:2:1 not YAML: did not find expected node content"],
        ),
        (
            {"pages/orders.yaml": "name: A\nname: B\ncomponents: []\n"},
            ["yaml pages/orders.yaml:2:1 duplicate key 'name'"],
        ),
        (
            {"pages/Orders 2.yaml": "name: A\ncomponents: []\n"},
            ["id-mismatch pages/Orders 2.yaml:1:1 the file name 'Orders 2' cannot be an id"],
        ),
        (
            {"pages/orders.yaml": "name: A\nid: order\ncomponents: []\n"},
            ["id-mismatch pages/orders.yaml:2:5 id 'order' differs from the file name 'orders'"],
        ),
        (
            {"pages/orders.yaml": None},
            ["dangling-ref menu.yaml:1:57 page 'orders' does not exist"],
        ),
        (
            {"menu.yaml": "primary: [{id: orders, type: link, label: Orders, page: ordrs}]\n"},
            ["dangling-ref menu.yaml:1:57 page 'ordrs' does not exist; did you mean 'orders'?"],
        ),
        (
            {"resources/db.yaml": None},
            ["dangling-ref collections/db/orders.yaml:1:1 resource 'db' does not exist"],
        ),
        (
            {"environments/production/credentials.yaml": "bindings: {tokn: env:TOKEN}\n"},
            [
                "undeclared-binding environments/production/credentials.yaml:1:12 credential 'tokn' does not exist; "
                "did you mean 'token'?"
            ],
        ),
        (
            {"collections/db/orders.yaml": COLLECTION.replace("key_field: id", "key_field: key")},
            ["dangling-ref collections/db/orders.yaml:2:20 field 'key' does not exist in db/orders"],
        ),
        (
            {"pages/orders.yml": "anything: 1\n"},
            ["unknown-file pages/orders.yml:1:1 not read: the name must end in .yaml"],
        ),
        (
            {"pages/eu/orders.yaml": "anything: 1\n"},
            ["unknown-file pages/eu/orders.yaml:1:1 not read: files of this folder are pages/<id>.yaml"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_at_its_place(changes: dict[str, str | None], expected: list[str]) -> None:
    assert found(changes) == expected


def test_a_hint_names_the_file_that_is_missing() -> None:
    (finding,) = check_project(project({"pages/orders.yaml": None}), Catalog.builtin())
    assert finding.hint == "correct the name, or add pages/orders.yaml"
    assert finding.field == "primary[orders].page"


PAGE = """\
name: Orders
parameters: [{name: city, type: string}]
components:
  - id: box
    type: container
    components:
      - {id: note, type: text, text: hi}
  - {id: out, type: text, text: "TEXT"}
"""


@pytest.mark.parametrize(
    "text", ["{{elements.note.value}}", "{{params.city}}", "elements.nothing", "{{elements.box-1}}"]
)
def test_a_formula_names_what_is_anywhere_on_its_page(text: str) -> None:
    assert found({"pages/orders.yaml": PAGE.replace("TEXT", text)}) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{elements.notes.value}}", "8:36 component 'notes' does not exist; did you mean 'note'?"),
        ("=elements.notes.value", "8:35 component 'notes' does not exist; did you mean 'note'?"),
        ("{{params.town}}", "8:36 parameter 'town' does not exist"),
        ("{{queries.totals.data}}", "8:36 query 'totals' does not exist"),
    ],
)
def test_a_formula_that_names_what_is_not_on_its_page_is_found(text: str, message: str) -> None:
    assert found({"pages/orders.yaml": PAGE.replace("TEXT", text)}) == [f"dangling-ref pages/orders.yaml:{message}"]


def test_a_value_may_name_a_component_of_the_same_file() -> None:
    schema = {
        "properties": {
            "components": {"type": "array", "x-jetenv": {"list": "keyed", "keys": ["id"]}},
            "opens": {"x-jetenv": {"ref": "component"}},
        }
    }
    catalog = Catalog.builtin().with_project({"a.yaml": json.dumps(schema).encode()})
    text = b"components: [{id: order}]\nopens: ordr\n"
    assert [each.message for each in check_file("a.yaml", text, catalog).findings] == [
        "component 'ordr' does not exist; did you mean 'order'?"
    ]
    assert check_file("a.yaml", text.replace(b"ordr", b"order"), catalog).findings == ()


def test_an_id_that_is_there_twice_is_found_at_the_second_place() -> None:
    text = PAGE.replace("id: out", "id: note")
    assert found({"pages/orders.yaml": text}) == [
        "duplicate-id pages/orders.yaml:8:10 component 'note' is there twice",
    ]


def test_two_lists_may_use_the_same_keys() -> None:
    columns = "columns: [{name: id}]"
    table = "  - id: ID\n    type: table\n    data: {type: collection, collection: db/orders}\n    " + columns + "\n"
    text = "name: Orders\ncomponents:\n" + table.replace("ID", "orders") + table.replace("ID", "old")
    assert found({"pages/orders.yaml": text}) == []


def test_a_key_that_is_twice_in_one_list_is_found() -> None:
    text = PROJECT["pages/orders.yaml"].replace("[{name: id}]", "[{name: id}, {name: id}]")
    assert found({"pages/orders.yaml": text}) == [
        "duplicate-id pages/orders.yaml:6:34 item 'id' is there twice",
    ]


def test_folders_of_other_environments_are_inert() -> None:
    changes = {"environments/staging/credentials.yaml": "bindings: {gone: env:X}\n"}
    assert found(changes, environment="production") == []
    assert len(found(changes, environment="staging")) == 1
    assert len(found(changes)) == 1


def test_environments_are_links_only_where_they_are_known() -> None:
    text = b"uid: abcdefgh\nname: P\nversion: latest\nprotection: {sources: [staging]}\n"
    verdict = check_file("environments/production/environment.yaml", text, Catalog.builtin())
    assert check_links([verdict]) == []
    assert check_links([verdict], environments=["staging"]) == []
    assert [each.message for each in check_links([verdict], environments=["stagin"])] == [
        "environment 'staging' does not exist; did you mean 'stagin'?"
    ]


def test_a_collection_that_cannot_be_read_hides_no_fields() -> None:
    team = (
        "name: A\nproject_permissions:\n  - {permission_type: collection, object: db/orders, actions: [r], "
        "hidden_fields: [total]}\n"
    )
    assert [each.split()[0] for each in found({"teams/a.yaml": team})] == ["dangling-ref"]
    assert [each.split()[0] for each in found({"teams/a.yaml": team, "collections/db/orders.yaml": "a: ["})] == ["yaml"]


def test_files_that_nothing_describes_are_left_alone() -> None:
    assert found({"README.md": "[", "deploy/chart.yaml": "{{ helm }}", "environments/x/notes.yaml": "["}) == []


@pytest.mark.parametrize("data", [b"\x00", b"\xff\xfe", b"\t- a", b"a: *b", b"&a [*a]", b"[" * 2000])
def test_bytes_that_are_no_yaml_are_one_finding(data: bytes) -> None:
    verdict = check_file("pages/a.yaml", data, Catalog.builtin())
    assert [each.rule for each in verdict.findings] == ["yaml"]


def test_a_verdict_survives_as_text_and_says_all_that_the_links_need() -> None:
    catalog = Catalog.builtin()
    files = project({"menu.yaml": "primary: [{id: a, type: link, label: A, page: ordrs, tooltip: x}]\n"})
    verdicts = [check_file(path, data, catalog) for path, data in files.items()]
    again = [FileVerdict.from_text(each.to_text()) for each in verdicts]
    assert again == verdicts
    assert [each.references for each in again] == [each.references for each in verdicts]
    assert check_links(again) == check_links(verdicts) != []


def test_a_check_leaves_next_to_no_circles_behind() -> None:
    """The process looks for garbage rarely, since there is next to none."""
    files, catalog = project({"menu.yaml": "primary: [{id: a, page: gone}, {id: a, type: 7}]\n"}), Catalog.builtin()
    check_project(files, catalog)  # what is remembered from the first time stays
    gc.collect()
    gc.disable()
    try:
        assert check_project(files, catalog)
        assert gc.collect() < 100
    finally:
        gc.enable()


def test_findings_come_in_the_order_of_their_places() -> None:
    findings = check_project(project({"pages/orders.yaml": "a: 1\nb: 2\n", "menu.yaml": "[]"}), Catalog.builtin())
    assert findings == sorted(findings)
    assert all(isinstance(each, Finding) for each in findings)
