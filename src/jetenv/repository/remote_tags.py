"""The tags of another repository, asked for without fetching any of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.repository.process import run_git

_SECONDS = 30.0
_PREFIX = "refs/tags/"
_PEELED = "^{}"


def remote_tags(url: str, cwd: Path) -> Mapping[str, Oid]:
    """The tags of the repository at ``url`` (a URL, or a path from ``cwd``) with the commits that they name.

    Only the transports that git takes without being told to are used, whatever is configured: the URL comes from a
    file that others write. Raises JetenvError where the repository cannot be reached in time.
    """
    done = run_git(
        "-c",
        "protocol.ext.allow=never",
        "ls-remote",
        "--tags",
        "--",
        url,
        cwd=cwd,
        seconds=_SECONDS,
    )
    if done.code:
        reason = next((line for line in done.stderr.splitlines() if line.startswith("fatal: ")), "fatal: git failed")
        raise JetenvError(f"the repository cannot be read: {reason.removeprefix('fatal: ')}")
    found: dict[str, Oid] = {}
    for line in done.lines:
        oid, _, ref = line.partition("\t")
        # The line of an annotated tag is followed by one that names its commit.
        found[ref.removeprefix(_PREFIX).removesuffix(_PEELED)] = Oid(oid)
    return found
