"""The layout of a project, from paths alone."""

from __future__ import annotations

import pytest

from jetenv.errors import UsageError
from jetenv.schemas.objects import ObjectRef, is_slug, object_of, path_of

LAYOUT = {
    "jetenv.yaml": ("project", ""),
    "menu.yaml": ("menu", ""),
    "theme.yaml": ("theme", ""),
    "resources/orders-db.yaml": ("resource", "orders-db"),
    "collections/orders-db/orders.yaml": ("collection", "orders-db/orders"),
    "pages/orders.yaml": ("page", "orders"),
    "workflows/refund.yaml": ("workflow", "refund"),
    "teams/support.yaml": ("team", "support"),
    "credentials/token.yaml": ("credential", "token"),
    "environments/staging/environment.yaml": ("environment", "staging"),
    "environments/staging/members.yaml": ("members", "staging"),
    "environments/staging/credentials.yaml": ("bindings", "staging"),
}


@pytest.mark.parametrize(("path", "expected"), LAYOUT.items())
def test_a_path_names_an_object_and_the_object_its_path(path: str, expected: tuple[str, str]) -> None:
    assert object_of(path) == ObjectRef(*expected)
    assert path_of(ObjectRef(*expected)) == path


@pytest.mark.parametrize(
    "path",
    [
        "README.md", "other.yaml", "pages", "pages/.yaml", "pages/a/b.yaml", "pages/a.yml", "collections/a.yaml",
        "collections/a/b/c.yaml", "x/jetenv.yaml", "environments/a/other.yaml", "environments/environment.yaml", "",
    ],
)  # fmt: skip
def test_other_paths_hold_no_object(path: str) -> None:
    assert object_of(path) is None


def test_a_kind_without_a_file_has_no_path() -> None:
    with pytest.raises(UsageError):
        path_of(ObjectRef("component", "a"))


def test_ids_are_ascii_slugs() -> None:
    assert all(is_slug(text) for text in ("a", "0", "orders-db", "order_items", "a" * 63))
    assert not any(is_slug(text) for text in ("", "-a", "_a", "Orders", "a b", "ä", "a" * 64, "a\n", "a.b"))
