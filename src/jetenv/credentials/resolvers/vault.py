"""``vault:mount/path#field``: a secret of the key-value store (1 or 2) of HashiCorp Vault or OpenBao, through hvac.

Where the server is and who asks comes from what its own command line reads: ``VAULT_ADDR``, ``VAULT_TOKEN`` (else
``~/.vault-token``), ``VAULT_NAMESPACE``, ``VAULT_CACERT``, or the same with ``BAO_``. Which mount a path is below, and
its version, is asked as ``vault kv get`` asks it: ``GET /v1/sys/internal/ui/mounts/<path>``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hvac
import requests
from hvac import exceptions

from jetenv.credentials.fields import descend
from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError

_LOG_IN = "log in again with `vault login`, or set VAULT_TOKEN"


def resolve(reference: Reference, context: Context) -> str:
    """The value of the field. Raises ResolutionError."""
    client = _client(context)
    try:
        content = _read(client, reference.path)
    except exceptions.Forbidden:
        message = "the token is expired or revoked, or may not read this path"
        raise ResolutionError(Cause.DENIED, message, hint=_LOG_IN) from None
    except exceptions.Unauthorized:
        raise ResolutionError(Cause.DENIED, "the server wants a token", hint=_LOG_IN) from None
    except exceptions.VaultDown:
        raise ResolutionError(Cause.UNREACHABLE, "the server is sealed or in standby") from None
    except exceptions.VaultError as error:
        name = type(error).__name__
        raise ResolutionError(Cause.FAILED, f"the server did not answer as expected ({name})") from None
    except requests.Timeout:
        message = f"the server did not answer within {context.timeout:g} seconds"
        raise ResolutionError(Cause.TIMEOUT, message, hint="--timeout SECONDS waits longer") from None
    except requests.RequestException:
        raise ResolutionError(
            Cause.UNREACHABLE, "the server cannot be reached", hint="check VAULT_ADDR, VAULT_CACERT and the network"
        ) from None
    if content is None:
        raise ResolutionError(Cause.NOT_FOUND, "there is no secret at this path", hint="`vault kv get` shows it")
    return descend(content, reference.field or "")


def _setting(context: Context, name: str) -> str | None:
    return context.environ.get(f"VAULT_{name}") or context.environ.get(f"BAO_{name}")


def _client(context: Context) -> Any:
    address = _setting(context, "ADDR")
    if not address:
        raise ResolutionError(Cause.UNREACHABLE, "which server to ask is not said", hint="set VAULT_ADDR")
    token = _setting(context, "TOKEN") or _kept_token(context)
    if not token:
        raise ResolutionError(Cause.DENIED, "there is no token", hint=_LOG_IN)
    return hvac.Client(
        url=address,
        token=token,
        namespace=_setting(context, "NAMESPACE"),
        verify=_setting(context, "CACERT") or True,
        timeout=context.timeout,
    )


def _kept_token(context: Context) -> str | None:
    home = context.environ.get("HOME")
    try:
        return (Path(home) / ".vault-token").read_text().strip() if home else None
    except (OSError, UnicodeDecodeError):
        return None


def _read(client: Any, path: str) -> Any:
    """What is stored at ``path``, or None where there is nothing."""
    mount, version = _mount(client, path)
    below = path.removeprefix(mount).lstrip("/")
    answer = client.read(f"{mount}data/{below}" if version == "2" else f"{mount}{below}")
    content = answer.get("data") if answer is not None else None
    return content.get("data") if version == "2" and isinstance(content, dict) else content


def _mount(client: Any, path: str) -> tuple[str, str]:
    """The mount that ``path`` is below, with a slash at its end, and the version of its store."""
    answer = client.read(f"sys/internal/ui/mounts/{path}")
    data = answer.get("data") if answer is not None else None
    if not isinstance(data, dict):
        return path.partition("/")[0] + "/", "2"
    options = data.get("options")
    version = options.get("version") if isinstance(options, dict) else None
    return str(data.get("path") or path.partition("/")[0]).rstrip("/") + "/", str(version or "1")
