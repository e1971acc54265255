"""Which environments the person at this machine is invited to: all others are answered for as if they did not exist.

The default environment is visible to everybody. In a clone this is a courtesy, for a clone holds what it was given;
who must not read an environment must not be served it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jetenv.environments.model import Environment
from jetenv.environments.reading import own_file
from jetenv.errors import JetenvError

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository


def own_key(repo: Repository) -> str | None:
    """The canonical text of the public key that signs here, None where there is none."""
    from jetenv.access.keys import find_signing_key

    try:
        return find_signing_key(repo, create=False).public
    except JetenvError:
        return None


def visible(repo: Repository) -> Callable[[Environment], bool]:
    """Says of an environment whether who is here may see it."""
    key = own_key(repo)
    # A members file that is in force has one form, in which a key stands on a line of its own. Looking for that line
    # takes a hundredth of the time that parsing takes, and a project may have a thousand environments.
    line = f'\n      - "{key}"\n'.encode() if key is not None else None

    def is_visible(environment: Environment) -> bool:
        if environment.is_default:
            return True
        members = own_file(repo, environment.tip, environment.id, "members.yaml") if line is not None else None
        return members is not None and line is not None and line in members

    return is_visible
