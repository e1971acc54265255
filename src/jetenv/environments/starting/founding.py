"""The files that a new environment begins with, and the member who creates it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jetenv.environments.model import slug

if TYPE_CHECKING:
    from jetenv.access.members import Member
    from jetenv.repository.config import Config

_BINDINGS = """\
# Where this environment finds the secrets of the declared credentials: an id and a reference to the secret, such as
#   orders-db-password: env:ORDERS_DB_PASSWORD
# Never the secret itself.{note}
bindings: {{}}
"""
_UNUSED = " Not used while environment.yaml says `credentials: inherit`."


def draw_uid() -> str:
    """A fresh uid of 120 random bits: lower-case letters and digits, a letter first so that no reader sees a number."""
    import base64

    while True:
        uid = base64.b32encode(secrets.token_bytes(15)).decode().lower()
        if uid[0].isalpha():
            return uid


def environment_file(data: Mapping[str, object]) -> bytes:
    """The bytes of a new ``environment.yaml``."""
    from jetenv.documents.emitting import dump

    return dump({key: value for key, value in data.items() if value is not None}).encode()


def bindings_file(*, inherits: bool) -> bytes:
    """The bytes of a ``credentials.yaml`` that binds nothing yet."""
    return _BINDINGS.format(note=_UNUSED if inherits else "").encode()


def display_name(environment_id: str) -> str:
    """The display name that an id suggests: ``eu-staging`` gives ``Eu staging``."""
    words = environment_id.replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else environment_id


def creator(config: Config, public_key: str, member_id: str | None = None) -> Member:
    """The admin of a new project, named by git's identity unless ``member_id`` says otherwise.

    ``public_key`` is in canonical form. Raises UsageError for a ``member_id`` that no member can have.
    """
    from jetenv.access.inviting import check_member_id
    from jetenv.access.members import Member

    name = _one_line(config.get("user.name") or "")
    email = config.get("user.email") or ""
    found = member_id or slug(email.partition("@")[0]) or slug(name) or "admin"
    return Member(check_member_id(found), name[:200].strip() or found, "admin", (public_key,))


def _one_line(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
