"""A connection as variables of a process: jetenv's own names, a URL, or those that Jet Bridge reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from jetenv.errors import JetenvError, UsageError

if TYPE_CHECKING:
    from jetenv.environments.sources.connection import Connection, Place

_PREFIX = {"params": "JETENV_RESOURCE", "storage": "JETENV_STORAGE", "secret": "JETENV_SECRET"}
_URL_SCHEMES = {
    "mssql+pyodbc": "mssql", "clickhouse+native": "clickhouse", "mongo": "mongodb", "cockroachdb": "cockroachdb",
    "postgresql": "postgresql", "mysql": "mysql", "oracle": "oracle",
}  # fmt: skip


def own_variables(connection: Connection) -> dict[str, str]:
    """``JETENV_…``: the environment, the resource, and each of its parameters; see docs/credentials.md.

    Raises JetenvError where two parameters would have the same name.
    """
    environment = connection.environment
    found = {
        "JETENV_ENVIRONMENT": environment.id,
        "JETENV_VERSION": environment.platform or environment.version,
        "JETENV_RESOURCE": connection.resource.id,
        "JETENV_RESOURCE_TYPE": connection.resource.type,
    }
    texts: dict[Place, str] = {place: connection.text(*place) or "" for place in connection.values}
    texts |= {place: json.dumps(list(items)) for place, items in connection.lists.items()}
    for place, text in texts.items():
        name = "_".join((_PREFIX[place[0]], *(re.sub(r"[^A-Za-z0-9]", "_", part).upper() for part in place[1:])))
        if name in found:
            raise JetenvError(
                f"two parameters of resource '{connection.resource.id}' would be the variable {name}",
                hint="rename one of them",
            )
        found[name] = text
    return found


def url_variable(connection: Connection) -> dict[str, str]:
    """``DATABASE_URL``. Raises UsageError where there is no URL for this kind of database."""
    kind = connection.resource.type
    name = connection.text("params", "name") or ""
    if kind == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{quote(name)}"}
    scheme = _URL_SCHEMES.get(kind)
    if scheme is None:
        raise UsageError(f"there is no DATABASE_URL for a resource of type {kind}", hint="leave --as out")
    user, password = connection.text("params", "user"), connection.text("params", "password")
    who = quote(user or "", safe="") + (f":{quote(password, safe='')}" if password else "")
    port = connection.text("params", "port")
    host = (connection.text("params", "host") or "") + (f":{port}" if port else "")
    mode = connection.text("params", "ssl_mode")
    query = {"sslmode": mode} if mode and kind in ("postgresql", "cockroachdb") else {}
    if kind == "mysql" and (charset := connection.text("params", "charset")):
        query["charset"] = charset
    tail = f"?{urlencode(query)}" if query else ""
    return {"DATABASE_URL": f"{scheme}://{who + '@' if who else ''}{host}/{quote(name, safe='')}{tail}"}


_JET_BRIDGE = {
    "host": "DATABASE_HOST", "port": "DATABASE_PORT", "name": "DATABASE_NAME", "user": "DATABASE_USER",
    "password": "DATABASE_PASSWORD", "schema": "DATABASE_SCHEMA", "timezone": "DATABASE_TIMEZONE",
    "connections": "CONNECTIONS", "ssh_host": "DATABASE_SSH_HOST", "ssh_port": "DATABASE_SSH_PORT",
    "ssh_user": "DATABASE_SSH_USER", "ssh_private_key": "DATABASE_SSH_PRIVATE_KEY",
}  # fmt: skip
JET_BRIDGE_FILES = {"ssl_ca": "DATABASE_SSL_CA", "ssl_cert": "DATABASE_SSL_CERT", "ssl_key": "DATABASE_SSL_KEY"}
"""Parameters that Jet Bridge reads from a file, with the variables that name it."""

JET_BRIDGE_NAMES = frozenset(
    {
        "DATABASE_ENGINE", "DATABASE_URL", "DATABASE_EXTRA", "DATABASE_ONLY", "DATABASE_EXCEPT", "READ_ONLY", "PROJECT",
        "TOKEN", "ENVIRONMENT", "ARGS", *_JET_BRIDGE.values(), *JET_BRIDGE_FILES.values(),
    }
)  # fmt: skip
"""Variables that say what a Jet Bridge serves: those of whoever starts it are never handed on."""


def jet_bridge_variables(connection: Connection, token: str) -> dict[str, str]:
    """What jet-bridge 1.12 reads, but for the files of ``JET_BRIDGE_FILES``; ``token`` is what it calls its own."""
    resource, environment = connection.resource, connection.environment
    found = {
        "PROJECT": environment.uid,
        "TOKEN": token,
        "ENVIRONMENT": environment.id,
        "DATABASE_ENGINE": resource.type,
    }
    for name, variable in _JET_BRIDGE.items():
        text = connection.text("params", name)
        if text is not None:
            found[variable] = text
    for name in ("only", "except"):
        if items := connection.lists.get(("params", name)):
            found[f"DATABASE_{name.upper()}"] = ",".join(items)
    if resource.content.get("read_only") is True:
        found["READ_ONLY"] = "true"
    if resource.type == "bigquery" and found.get("DATABASE_PASSWORD", "").lstrip().startswith("{"):
        from base64 import b64encode

        found["DATABASE_PASSWORD"] = b64encode(found["DATABASE_PASSWORD"].encode()).decode()
    if extra := _extra(connection):
        found["DATABASE_EXTRA"] = urlencode(extra)
    return found


def _extra(connection: Connection) -> Mapping[str, str]:
    """What Jet Bridge puts behind the ``?`` of its URL; where there is anything, its own defaults are left out."""
    kind = connection.resource.type
    text = {name: connection.text("params", name) for name in ("ssl_mode", "charset", "driver", "name", "http_path")}
    found = {
        place[2]: connection.text(*place) or ""
        for place in connection.values
        if place[:2] == ("params", "extra") and len(place) == 3
    }
    if kind in ("postgresql", "cockroachdb") and text["ssl_mode"]:
        found["sslmode"] = text["ssl_mode"]
    if kind == "mysql" and (found or text["charset"]):
        found.setdefault("charset", text["charset"] or "utf8mb4")
    if kind == "mssql+pyodbc" and (found or text["driver"]):
        found.setdefault("driver", text["driver"] or "FreeTDS")
    if kind == "oracle" and found:
        found.setdefault("service_name", text["name"] or "")
    if kind == "clickhouse+native":
        found.setdefault("secure", (connection.text("params", "secure") or "true").capitalize())
    if kind == "databricks" and text["http_path"]:
        found["http_path"] = text["http_path"]
    return found
