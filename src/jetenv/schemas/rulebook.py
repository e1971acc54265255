"""The rules that `jetenv validate` holds a project against: the one place that says what each means.

`jetenv explain`, the rules of SARIF reports and docs/rules.md are made from it. Ids are a format: they never change
their meaning, and a rule that goes leaves its id unused (see ADR 15).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An error makes a project invalid, a warning does so with ``--strict`` only.

    ``meaning`` says what is found, ``why`` what would happen. ``bad`` is a file at ``path`` that breaks the rule, and
    ``good`` the same file mended.
    """

    id: str
    severity: Severity
    title: str
    meaning: str
    why: str
    path: str
    bad: str
    good: str

    @property
    def help(self) -> str:
        """What is found and why it matters, in one paragraph."""
        return f"{self.meaning} {self.why}"


_RULES = (
    Rule(
        "yaml",
        "error",
        "A file is one readable YAML document",
        "The file cannot be read as YAML 1.2, gives a key twice, holds a second document, or has conflicts of a merge "
        "that nobody resolved.",
        "Programs read such a file differently or not at all, so what the environment would do is anybody's guess.",
        "pages/stock.yaml",
        "name: Stock\nname: Stock levels\ncomponents: []\n",
        "name: Stock levels\ncomponents: []\n",
    ),
    Rule(
        "schema",
        "error",
        "A file follows the schema of its kind",
        "A property is unknown, missing or of another type than the JSON Schema of the file asks for. The schemas of "
        "the project itself, which jetenv.yaml names, count too.",
        "The platform ignores what it does not know: a mistyped setting is a setting that is not made.",
        "pages/stock.yaml",
        "name: Stock\nwidht: full\ncomponents: []\n",
        "name: Stock\nwidth: full\ncomponents: []\n",
    ),
    Rule(
        "id-mismatch",
        "error",
        "A file is named for the object that it holds",
        "The name of the file is no id, the id in the file is another one, or the files of an environment disagree on "
        "which environment it is.",
        "References name objects by the file; with two names for one object, some of them lead nowhere.",
        "pages/stock.yaml",
        "id: stocks\nname: Stock\ncomponents: []\n",
        "id: stock\nname: Stock\ncomponents: []\n",
    ),
    Rule(
        "duplicate-id",
        "error",
        "Every id is given once",
        "Two items of a list have the same key, or two components of a page or steps of a workflow the same id.",
        "Formulas and merges find items by their ids: of two alike, one is never found.",
        "pages/stock.yaml",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: In stock}\n  - {id: a, type: text, text: Sold out}\n",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: In stock}\n  - {id: b, type: text, text: Sold out}\n",
    ),
    Rule(
        "dangling-ref",
        "error",
        "What a file names exists",
        "A page, collection, resource, workflow, team, credential, component, query, parameter or the like is named "
        "that does not exist, in a property or inside a formula.",
        "The link leads nowhere, the list stays empty, or the workflow stops in the middle.",
        "menu.yaml",
        "home: home\nprimary:\n  - {id: stock, type: link, label: Stock, page: stok}\n",
        "home: home\nprimary:\n  - {id: stock, type: link, label: Stock, page: stock}\n",
    ),
    Rule(
        "newer-platform",
        "error",
        "What an environment has is known to the version that it runs",
        "A part of the configuration came with a newer version of the platform than the environment is pinned to. An "
        "environment that follows the latest version, and never recorded which that is, has no such limit.",
        "The platform of that version ignores it, or does not start.",
        "resources/shop.yaml",
        "name: Shop\ntype: postgresql\nparams: {host: a, name: b, user: c, replica_host: d}\n",
        "name: Shop\ntype: postgresql\nparams: {host: a, name: b, user: c}\n",
    ),
    Rule(
        "unknown-file",
        "error",
        "What stands among the files of a project is one of them",
        "A YAML file has a name or a folder that jetenv does not read, or a link or folder stands where a file should.",
        "It looks like a part of the project, and is none: whoever edits it changes nothing.",
        "pages/stock.yml",
        "name: Stock\ncomponents: []\n",
        "",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule by its id, in the order in which they are listed."""


def severity_of(rule: str) -> Severity:
    """How grave a finding of ``rule`` is; an error where the rule is not known."""
    found = RULES.get(rule)
    return found.severity if found is not None else "error"
