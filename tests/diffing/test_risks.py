"""What is risky about a change: the annotations of the schemas decide, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from jetenv.diffing.records import Risk, User
from jetenv.diffing.risks import CLASSES, RULES, Ground
from jetenv.diffing.trees import diff_trees
from jetenv.documents.paths import format_path
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.survey import Definition


@dataclass(frozen=True)
class Entry:
    oid: str  # the content itself stands for its id
    mode: int = 0o100644


@dataclass(frozen=True)
class Pair:
    old: Entry | None
    new: Entry | None


def risks(
    catalog: Catalog,
    path: str,
    old: str | None,
    new: str | None,
    users: Mapping[Definition, Sequence[User]] | None = None,
    **ground: Any,
) -> tuple[Risk, ...]:
    pair = Pair(*(None if text is None else Entry(text) for text in (old, new)))
    on = replace(Ground(catalog.rules_for), **ground)
    (found,) = diff_trees({path: pair}, lambda oid: oid.encode(), catalog, on, lambda _: users or {})
    return found.risks


def described(**properties: Any) -> Catalog:
    """A catalog in which ``own.yaml`` has these properties."""
    return Catalog.builtin().with_project({"own.yaml": json.dumps({"properties": properties}).encode()})


ROLES = {"enum": ["viewer", "editor"], "x-jetenv": {"risk": "permission", "wider": ["viewer", "editor"]}}
LIST = {"type": "array", "x-jetenv": {"list": "set", "risk": "permission"}}
RIGHTS = {
    "type": "array",
    "items": {"properties": {"id": {}, "may": LIST}},
    "x-jetenv": {"list": "keyed", "keys": ["id"], "risk": "permission"},
}
STEP = {"x-jetenv": {"risk": "destructive", "when": ["delete"]}}

CASES = [
    ("a role that may do more", ROLES, "v: viewer\n", "v: editor\n", ["permission-widened"]),
    ("a role that may do less", ROLES, "v: editor\n", "v: viewer\n", []),
    ("a role that is not in the order", ROLES, "v: viewer\n", "v: root\n", ["permission-changed"]),
    ("another member of a list", LIST, "v: [a]\n", "v: [a, b]\n", ["permission-widened"]),
    ("a member less", LIST, "v: [a, b]\n", "v: [a]\n", []),
    ("a list that is new", LIST, "w: 1\n", "w: 1\nv: [a]\n", ["permission-widened"]),
    ("an empty list that is new", LIST, "w: 1\n", "w: 1\nv: []\n", []),
    ("an item that permits", RIGHTS, "v:\n- id: a\n  may: [r]\n", "v:\n- id: a\n  may: [r]\n- id: b\n  may: [r]\n",
     ["permission-widened"]),
    ("an item that permits nothing", RIGHTS, "v:\n- id: a\n  may: [r]\n",
     "v:\n- id: a\n  may: [r]\n- id: b\n  may: []\n", []),
    ("a right more of an item", RIGHTS, "v:\n- id: a\n  may: [r]\n", "v:\n- id: a\n  may: [r, d]\n",
     ["permission-widened"]),
    ("a limit that goes", {"x-jetenv": {"risk": "permission", "absent": "all"}}, "w: 1\nv: x\n", "w: 1\n",
     ["permission-widened"]),
    ("a limit that comes", {"x-jetenv": {"risk": "permission", "absent": "all"}}, "w: 1\n", "w: 1\nv: x\n", []),
    ("fewer approvals", {"x-jetenv": {"risk": "permission", "wider": "less"}}, "v: 2\n", "v: 1\n",
     ["permission-widened"]),
    ("more approvals", {"x-jetenv": {"risk": "permission", "wider": "less"}}, "v: 1\n", "v: 2\n", []),
    ("a switch with a default", {"type": "boolean", "default": True,
     "x-jetenv": {"risk": "permission", "wider": [True, False]}}, "w: 1\n", "w: 1\nv: false\n",
     ["permission-widened"]),
    ("a switch to its default", {"type": "boolean", "default": True,
     "x-jetenv": {"risk": "permission", "wider": [True, False]}}, "w: 1\n", "w: 1\nv: true\n", []),
    ("no direction", {"x-jetenv": {"risk": "permission"}}, "v: a\n", "v: b\n", ["permission-changed"]),
    ("a value that holds data", {"x-jetenv": {"risk": "destructive"}}, "v: int\n", "v: text\n", ["destructive-change"]),
    ("an item of what holds data", {"x-jetenv": {"list": "keyed", "keys": ["id"], "risk": "destructive"}},
     "v:\n- id: a\n- id: b\n", "v:\n- id: b\n", ["removed"]),
    ("an item more", {"x-jetenv": {"list": "keyed", "keys": ["id"], "risk": "destructive"}},
     "v:\n- id: a\n", "v:\n- id: a\n- id: b\n", []),
    ("an action that deletes", STEP, "v: update\n", "v: delete\n", ["destructive-action"]),
    ("a new action that deletes", STEP, "w: 1\n", "w: 1\nv: delete\n", ["destructive-action"]),
    ("an action that does not", STEP, "v: delete\n", "v: update\n", []),
    ("deep in what is new", {"properties": {"deep": {"items": {"properties": {"op": STEP}}}}},
     "w: 1\n", "w: 1\nv:\n  deep:\n  - op: delete\n", ["destructive-action"]),
    ("what is there at all", {"x-jetenv": {"risk": "destructive", "when": "present"}}, "w: 1\n", "w: 1\nv: {a: 1}\n",
     ["destructive-action"]),
    ("a secret", {"x-jetenv": {"risk": "secret"}}, "v: a\n", "v: b\n", ["credential-changed"]),
    ("a part of a secret", {"x-jetenv": {"map": "atomic", "risk": "secret"}}, "v: {a: 1, b: 1}\n", "v: {a: 2, b: 1}\n",
     ["credential-changed"]),
    ("a version", {"title": "Kanban", "x-jetenv": {"since": "3.12"}}, "w: 1\n", "w: 1\nv: x\n", ["newer-platform"]),
]  # fmt: skip


def without(schema: Any, name: str) -> Any:
    """``schema`` without the annotation ``name``, at any depth."""
    if isinstance(schema, dict):
        return {
            key: {k: v for k, v in value.items() if k != name} if key == "x-jetenv" else without(value, name)
            for key, value in schema.items()
        }
    return [without(each, name) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(("schema", "old", "new", "rules"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_annotation_decides(schema: Any, old: str, new: str, rules: list[str]) -> None:
    found = risks(described(v=schema), "own.yaml", old, new)
    assert [risk.rule for risk in found] == rules
    assert all(risk.risk == RULES[risk.rule] and risk.path == "own.yaml" and "\n" not in risk.reason for risk in found)
    bare = without(without(schema, "risk"), "since")
    assert risks(described(v=bare), "own.yaml", old, new) == ()


def test_a_new_file_is_looked_into() -> None:
    (risk,) = risks(described(v={"items": {"properties": {"op": STEP}}}), "own.yaml", None, "v:\n- op: delete\n")
    assert (risk.rule, format_path(risk.field), risk.line) == ("destructive-action", "v[0].op", 2)


@pytest.mark.parametrize(("version", "expected"), [("3.11", 1), ("3.12", 0), ("3.12.1", 0), (None, 1)])
def test_a_platform_counts_where_the_target_runs_an_older_one(version: str | None, expected: int) -> None:
    catalog = described(v={"title": "Kanban", "x-jetenv": {"since": "3.12"}})
    assert len(risks(catalog, "own.yaml", "w: 1\n", "w: 1\nv: x\n", version=version)) == expected


def test_a_branch_of_the_schema_that_a_value_chooses_needs_its_platform() -> None:
    of_type = {
        "if": {"properties": {"type": {"const": "approval"}}, "required": ["type"]},
        "then": {"title": "Approval", "x-jetenv": {"since": "3.12"}},
    }
    found = risks(described(v={"allOf": [of_type]}), "own.yaml", "v: {type: form}\n", "v: {type: approval}\n")
    assert [(risk.rule, format_path(risk.field)) for risk in found] == [("newer-platform", "v")]


USER = User("pages/orders.yaml", "queries[totals].field", 4, still=True)
FIELDS = "fields:\n- name: id\n  field: IntegerField\n- name: discount\n  field: FloatField\n"


def test_what_is_removed_and_in_use_says_by_what() -> None:
    gone = Definition("field", "discount", "db/orders")
    new = FIELDS[: FIELDS.index("- name: discount")]
    path = "collections/db/orders.yaml"
    (used,) = risks(Catalog.builtin(), path, FIELDS, new, {gone: [USER]})
    (unused,) = risks(Catalog.builtin(), path, FIELDS, new)
    assert (used.rule, used.users) == ("removed-in-use", (USER,))
    assert used.reason == (
        "fields[discount] is removed; named by pages/orders.yaml#queries[totals].field, of which 1 still does"
    )
    assert (unused.rule, unused.users) == ("removed", ())


def test_a_collection_that_is_removed_is_asked_for_too() -> None:
    (risk,) = risks(
        Catalog.builtin(), "collections/db/orders.yaml", FIELDS, None, {Definition("collection", "db/orders"): [USER]}
    )
    assert (risk.rule, risk.line) == ("removed-in-use", 1)


@pytest.mark.parametrize(
    ("own", "default", "rule"),
    [
        ("environments/production", True, "default-binding"),
        ("environments/production", False, "binding-changed"),
        (None, False, "credential-changed"),
    ],
)
def test_a_binding_counts_by_the_environment_that_it_is_of(own: str | None, default: bool, rule: str) -> None:
    path = "environments/production/credentials.yaml"
    found = risks(
        Catalog.builtin(), path, "bindings:\n  db: env:A\n", "bindings:\n  db: env:B\n", own=own, is_default=default
    )
    assert [risk.rule for risk in found] == [rule]


def test_the_id_of_a_risk_depends_on_what_it_is_and_where_alone() -> None:
    catalog = described(v={"x-jetenv": {"risk": "secret"}}, w={"x-jetenv": {"risk": "secret"}})
    first = risks(catalog, "own.yaml", "v: a\nw: a\n", "v: b\nw: b\n")
    again = risks(catalog, "own.yaml", "v: x\nw: x\n", "# more\nw: z\nv: y\n")
    assert len({risk.id for risk in first}) == 2
    assert {risk.id for risk in first} == {risk.id for risk in again}


def test_every_rule_is_of_a_class() -> None:
    assert set(RULES.values()) == set(CLASSES)
