"""Which environments the person at this machine is invited to: all others are answered for as if they did not exist.

The default environment is visible to everybody. In a clone this is a courtesy, for a clone holds what it was given;
who must not read an environment must not be served it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from jetenv.environments.model import Environment
from jetenv.environments.reading import own_file
from jetenv.errors import JetenvError

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository


def own_key(repo: Repository, preferred: Collection[str] = ()) -> str | None:
    """The canonical text of the public key that signs here, None where there is none; ``preferred`` as for signing."""
    from jetenv.access.keys import find_signing_key

    try:
        return find_signing_key(repo, create=False, preferred=preferred).public
    except JetenvError:
        return None


def visible(repo: Repository) -> Callable[[Environment], bool]:
    """Says of an environment whether who is here may see it. Keys are looked for where they matter first."""

    @cache
    def lines() -> tuple[bytes, ...]:
        # A members file that is in force has one form, in which a key stands on a line of its own. Looking for that
        # takes a hundredth of the time that parsing takes, and a project may have a thousand environments.
        from jetenv.access.keys import usable_keys

        try:
            return tuple(f'\n      - "{key.public}"\n'.encode() for key in usable_keys(repo))
        except JetenvError:
            return ()

    def is_visible(environment: Environment) -> bool:
        if environment.is_default:
            return True
        members: bytes | None = None
        with suppress(JetenvError):  # one that cannot be read invites nobody
            members = own_file(repo, environment.tip, environment.id, "members.yaml") if lines() else None
        return members is not None and any(line in members for line in lines())

    return is_visible
