"""``env:NAME``: a variable of the process environment."""

from __future__ import annotations

from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError


def resolve(reference: Reference, context: Context) -> str:
    """The value of the variable. Raises ResolutionError where it is not set."""
    value = context.environ.get(reference.path)
    if value is None:
        raise ResolutionError(
            Cause.NOT_FOUND,
            f"the variable {reference.path} is not set",
            hint=f"export {reference.path}=… and try again",
        )
    return value
