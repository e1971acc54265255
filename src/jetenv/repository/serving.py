"""Running the git processes that serve a repository to others, with less of it to be seen than there is.

Protocol 2 serves any object to who knows its id, so the processes are never told that the client would speak it; see
SECURITY in git-upload-pack(1) for what hiding refs still lets through.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.failures import from_os_error, git_errors
from jetenv.repository.locking import file_lock
from jetenv.repository.objects import NO_OID, Oid
from jetenv.repository.opening import open_repository
from jetenv.repository.process import environment, run_git
from jetenv.repository.receiving import every_ref
from jetenv.repository.repository import Repository

_FETCHING = {
    "uploadpack.allowAnySHA1InWant": "false",
    "uploadpack.allowReachableSHA1InWant": "false",
    "uploadpack.allowTipSHA1InWant": "false",
    "uploadpack.allowFilter": "false",
}
_PUSHING = {"receive.unpackLimit": "1", "receive.fsckObjects": "true", "receive.shallowUpdate": "false"}
_PATIENCE = 120.0
_MAX_FORWARDED = 1000


def serve_fetch(repo: Repository, visible: Iterable[str], *, head: bool) -> int:
    """Serve a fetch over standard input and output; of the refs only ``visible``, and HEAD if ``head``."""
    shown = [f"!{ref}" for ref in visible]
    hidden = ["refs/", *shown, *([] if head else ["HEAD"])]
    return _serve(("upload-pack", "--strict", str(repo.path)), _FETCHING, "transfer.hideRefs", hidden, {})


def serve_push(repo: Repository, hidden: Iterable[str], variables: Mapping[str, str]) -> int:
    """Serve a push over standard input and output; ``hidden`` refs are neither told nor taken.

    ``variables`` are told to the hooks.
    """
    return _serve(("receive-pack", str(repo.path)), _PUSHING, "receive.hideRefs", hidden, variables)


def _serve(
    command: tuple[str, ...],
    settings: Mapping[str, str],
    name: str,
    values: Iterable[str],
    variables: Mapping[str, str],
) -> int:
    section, _, key = name.partition(".")
    lines = [f"[{section}]", *(f"\t{key} = {_quoted(value)}" for value in values)]
    env = {name: value for name, value in environment(variables).items() if not name.startswith(_TOLD_BY_CLIENTS)}
    try:
        with tempfile.NamedTemporaryFile("wb", prefix="jetenv-", suffix=".config") as file:
            file.write("\n".join([*lines, ""]).encode("utf-8", "surrogateescape"))
            file.flush()
            options = [f"{option}={value}" for option, value in (*settings.items(), ("include.path", file.name))]
            given = [part for option in options for part in ("-c", option)]
            return subprocess.run(["git", *given, *command], env=env, check=False).returncode
    except OSError as error:
        raise from_os_error(error, "serving the repository") from error


_TOLD_BY_CLIENTS = ("GIT_PROTOCOL", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refresh_copy(repo: Repository, path: Path, refs: Mapping[str, Oid], head: str) -> Repository:
    """The bare repository ``path`` with nothing but what ``refs`` of ``repo`` have; HEAD names the branch ``head``.

    It is made where it is not there. It borrows no objects, so what is not in ``refs`` cannot be had from it.
    """
    with file_lock(path.with_suffix(".lock"), _PATIENCE, "refreshing a copy") as held:
        if not held:
            raise JetenvError("another process is refreshing this copy of the repository", hint="try again")
        if not (path / "HEAD").exists():
            with git_errors("making a copy"):
                path.mkdir(parents=True, exist_ok=True)
            run_git("init", "--quiet", "--bare", str(path), cwd=path, doing="making a copy")
        copy = open_repository(path)
        now = every_ref(copy)
        gone = [f"delete {ref} {oid}" for ref, oid in now.items() if ref not in refs]
        if gone:
            data = "".join(f"{line}\n" for line in gone).encode("utf-8", "surrogateescape")
            run_git("update-ref", "--stdin", git_dir=path, data=data, doing="refreshing a copy")
        wanted = [f"+{oid}:{ref}" for ref, oid in refs.items() if now.get(ref) != oid]
        if wanted:
            run_git(
                "-c", "protocol.version=2", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc",
                "--stdin", str(repo.path), git_dir=path, doing="refreshing a copy",
                data="".join(f"{each}\n" for each in wanted).encode("utf-8", "surrogateescape"),
            )  # fmt: skip
        if copy.refs.head().branch != head:
            copy.refs.point_head(head)
        return copy


def forward_push(main: Path, lines: bytes) -> int:
    """Push on to ``main`` what arrives in a copy of it, as the hook of that copy; 0 where it was taken there.

    The objects are still in quarantine here. ``main`` is another repository, which that does not concern.
    """
    updates = [line.decode("utf-8", "surrogateescape").split(" ", 2) for line in lines.splitlines()]
    if len(updates) > _MAX_FORWARDED:
        raise RefusedError(f"more than {_MAX_FORWARDED} refs are pushed at once")
    leases = [f"--force-with-lease={ref}:{'' if old == NO_OID else old}" for old, _, ref in updates]
    specs = [f"{'' if new == NO_OID else new}:{ref}" for _, new, ref in updates]
    env = {name: value for name, value in os.environ.items() if name != "GIT_QUARANTINE_PATH"}
    done = subprocess.run(
        ["git", "push", "--quiet", "--atomic", "--no-verify", *leases, str(main), *specs],
        env={**env, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").splitlines()
        told = [line.removeprefix("remote: ").rstrip() for line in said if line.startswith("remote: ")]
        sys.stderr.write("\n".join(told or ["jetenv: a ref moved meanwhile: fetch it, then push again"]) + "\n")
    return done.returncode
