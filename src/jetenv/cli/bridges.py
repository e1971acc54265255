"""Options of the commands that ask a Jet Bridge, and what they come to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from jetenv.cli.options import only_one, seconds_option

if TYPE_CHECKING:
    from jetenv.environments.sources.introspect import Bridge

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="A Jet Bridge that runs already; its key stands in JETENV_JET_BRIDGE_KEY.",
        show_default=False,
    ),
]
Reload = Annotated[bool, typer.Option("--reload", help="Have the Jet Bridge at --url read its database anew first.")]
Program = Annotated[
    str | None,
    typer.Option(
        "--jet-bridge",
        metavar="PROGRAM",
        help="The Jet Bridge to start; jet_bridge if left out. Also JETENV_JET_BRIDGE.",
        show_default=False,
    ),
]
BridgeTimeout = Annotated[
    float | None, seconds_option("How long a Jet Bridge may take to answer; 120 unless given.", 3600)
]


def bridge_of(url: str | None, reload: bool, program: str | None, timeout: float | None) -> Bridge:
    """The Jet Bridge that the options mean. Raises UsageError where they exclude each other."""
    from jetenv.credentials.masking import Secret
    from jetenv.environments.sources.introspect import Bridge
    from jetenv.environments.sources.jet_bridge import SECONDS
    from jetenv.errors import UsageError

    only_one(url=url is not None, jet_bridge=program is not None)
    if reload and url is None:
        raise UsageError("--reload goes with --url: a Jet Bridge that is started reads its database anew anyway")
    key = os.environ.get("JETENV_JET_BRIDGE_KEY") if url is not None else None
    named = program or os.environ.get("JETENV_JET_BRIDGE") or None
    return Bridge(url, Secret(key) if key else None, reload, named, timeout or SECONDS)
