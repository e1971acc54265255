"""Arguments of which the first, an environment, may be left out: ``[ENV] ID`` is one word or two."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from jetenv.cli.candidates import complete_environments
from jetenv.errors import UsageError


def words(metavar: str, help: str) -> typer.models.ArgumentInfo:
    """The declaration of arguments that begin with an environment, which may be left out."""
    found = typer.Argument(
        metavar=f"[ENV] {metavar}",
        help=f"{help} ENV is the current environment unless named.",
        show_default=False,
        autocompletion=complete_environments,
    )
    assert isinstance(found, typer.models.ArgumentInfo)
    return found


def environment_and(given: Sequence[str], *names: str) -> tuple[str | None, tuple[str, ...]]:
    """The environment, None where it was left out, and the words behind it, which ``names`` name.

    Raises UsageError where there are too few or too many.
    """
    if len(given) == len(names):
        return None, tuple(given)
    if len(given) == len(names) + 1:
        return given[0], tuple(given[1:])
    few = len(given) < len(names)
    missing = names[len(given) :] if few else given[len(names) + 1 :]
    raise UsageError(
        f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} {'missing' if few else 'too much'}",
        hint=f"the arguments are [ENV] {' '.join(names)}",
    )
