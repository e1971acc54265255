"""``keyring:service/user``: the keyring of the person, through the package keyring and the backend that it finds."""

from __future__ import annotations

import keyring as client
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError


def resolve(reference: Reference, context: Context) -> str:
    """The password of the user for the service. Raises ResolutionError."""
    del context
    service, _, user = reference.path.partition("/")
    try:
        found: str | None = client.get_password(service, user)
    except NoKeyringError:
        raise ResolutionError(
            Cause.UNREACHABLE,
            "this machine has no keyring",
            hint="unlock or install one, or name a backend in PYTHON_KEYRING_BACKEND",
        ) from None
    except (KeyringLocked, InitError):
        raise ResolutionError(Cause.DENIED, "the keyring is locked", hint="unlock it and try again") from None
    except KeyringError as error:
        name = type(error).__name__
        raise ResolutionError(Cause.FAILED, f"the keyring cannot be read ({name})") from None
    if found is None:
        raise ResolutionError(
            Cause.NOT_FOUND,
            f"the keyring has no password of '{user}' for '{service}'",
            hint=f"`keyring set {service} {user}` asks for it",
        )
    return found
