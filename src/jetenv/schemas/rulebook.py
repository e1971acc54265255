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
        "A page, collection, resource, workflow, team, credential, a component, query or parameter of the page, a "
        "field, segment or action of a collection, or a parameter that another page or a workflow takes is named that "
        "does not exist, in a property or inside a formula.",
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
        "A YAML file has a name or a folder that jetenv does not read, or no plain file stands where one should.",
        "It looks like a part of the project, and is none: whoever edits it changes nothing.",
        "pages/stock.yml",
        "name: Stock\ncomponents: []\n",
        "",
    ),
    Rule(
        "unbound-credential",
        "error",
        "An environment with bindings of its own binds every declared credential",
        "A credential is declared and not optional, and the environment's own credentials.yaml binds nothing to it.",
        "There is no silent fall-back to another environment's secret, so the data source cannot connect.",
        "environments/main/credentials.yaml",
        "bindings: {}\n",
        "bindings:\n  shop-password: env:SHOP_PASSWORD\n",
    ),
    Rule(
        "undeclared-binding",
        "warning",
        "What an environment binds is declared",
        "The environment's credentials.yaml binds a credential that no file in credentials/ declares.",
        "The id may be mistyped, or nobody needs the secret any more. Before a merge that brings the declaration it is "
        "as it should be.",
        "environments/main/credentials.yaml",
        "bindings:\n  shop-password: env:SHOP_PASSWORD\n  mail-key: env:MAIL_KEY\n",
        "bindings:\n  shop-password: env:SHOP_PASSWORD\n",
    ),
    Rule(
        "plaintext-secret",
        "error",
        "No file holds a secret",
        "A text has the shape of a token of a well-known service, a private key, or an address with a password in it; "
        "comments count too. The secret itself is never shown.",
        "Everybody who can read the repository, now or later, has it. It stays in the history when the line goes: "
        "it has to be revoked.",
        "resources/shop.yaml",
        "name: Shop\ntype: postgresql\n# postgres://app:7hK2pQ9x@db.example.com/shop\nparams:\n"
        "  host: db.example.com\n  name: shop\n  user: app\n  password: {credential: shop-password}\n",
        "name: Shop\ntype: postgresql\n# postgres://db.example.com/shop, as app\nparams:\n"
        "  host: db.example.com\n  name: shop\n  user: app\n  password: {credential: shop-password}\n",
    ),
    Rule(
        "possible-secret",
        "warning",
        "Nothing that looks like a secret stands under a key that promises one",
        "A value of at least 16 random characters stands under a key such as password, token or api_key.",
        "It may be a secret in plain text, of a service whose tokens have no shape of their own.",
        "pages/stock.yaml",
        "name: Stock\nx-api-key: 9fQ2mB7xL0vT4sZ8\ncomponents: []\n",
        "name: Stock\nx-api-key: stock-service\ncomponents: []\n",
    ),
    Rule(
        "formula",
        "error",
        "Formulas and templates can be read",
        "A formula (after =) or a template (in {{ }}) is no expression: a bracket, quote or value is missing.",
        "The platform shows nothing in its place, or the text of the formula itself.",
        "pages/stock.yaml",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: In stock, visible: '=EQ(user.team, \"sales\"'}\n",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: In stock, visible: '=EQ(user.team, \"sales\")'}\n",
    ),
    Rule(
        "duplicate-route",
        "error",
        "Every page has an address of its own",
        "Two pages have the same url, or urls that differ in the names of parameters only. A page without url has its "
        "id as one.",
        "One of the two can never be opened.",
        "pages/stock.yaml",
        "name: Stock\nurl: /home\ncomponents: []\n",
        "name: Stock\nurl: /stock\ncomponents: []\n",
    ),
    Rule(
        "unreachable-page",
        "warning",
        "Something leads to every page",
        "No menu item, link, action or start page leads to the page, directly or through other pages. Only a project "
        "with a menu is judged; a right on a page leads nobody there.",
        "Nobody finds it who does not know its address. It is often left over, or the link was forgotten.",
        "pages/archive.yaml",
        "name: Archive\ncomponents: []\n",
        "",
    ),
    Rule(
        "dead-link",
        "warning",
        "A link into the project leads to a page",
        "A link or action opens an address that begins with / and is no page's url.",
        "Whoever follows it sees an error, unless the platform serves something else there.",
        "pages/stock.yaml",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: 'Back to [the start](/hom).'}\n",
        "name: Stock\ncomponents:\n  - {id: a, type: text, text: 'Back to [the start](/home).'}\n",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
"""Every rule by its id, in the order in which they are listed."""


def severity_of(rule: str) -> Severity:
    """How grave a finding of ``rule`` is; an error where the rule is not known."""
    found = RULES.get(rule)
    return found.severity if found is not None else "error"
