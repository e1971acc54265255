"""``cmd:name``: what a command prints that the user's own configuration names.

The project can name it and nothing else: program and arguments stand in ``commands.yaml`` of the user's folder of
configuration, as a list, and are started without a shell.

    orders-db-password: [pass, show, orders/db]
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from jetenv.credentials.references import Reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError
from jetenv.credentials.resolvers.files import LARGEST, without_last_break

FILE_NAME = "commands.yaml"


def resolve(reference: Reference, context: Context) -> bytes:
    """What the command prints, without its last line break. Raises ResolutionError; what it says is never shown."""
    command = _command(reference.path, context)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(context.environ),
            cwd=context.config,
            start_new_session=True,
        )
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise ResolutionError(Cause.FAILED, f"{command[0]} cannot be started: {reason}") from None
    try:
        output = _output(process, time.monotonic() + context.timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        message = f"the command did not end within {context.timeout:g} seconds, and was ended"
        raise ResolutionError(Cause.TIMEOUT, message, hint="--timeout SECONDS waits longer") from None
    if len(output) > LARGEST:
        _end(process)
        raise ResolutionError(Cause.INVALID, f"the command printed more than {LARGEST >> 20} MiB")
    if process.returncode:
        raise ResolutionError(Cause.FAILED, f"the command ended with code {process.returncode}")
    return without_last_break(output)


def _output(process: subprocess.Popen[bytes], end: float) -> bytes:
    """What the command prints until it ends, or a little more than ``LARGEST``; ``end`` is on the monotonic clock.

    Raises TimeoutExpired.
    """
    assert process.stdout is not None
    found = bytearray()
    with process.stdout as stream, selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(found) <= LARGEST:
            if not selector.select(max(end - time.monotonic(), 0)):
                raise subprocess.TimeoutExpired(process.args, end)
            part = os.read(stream.fileno(), 1 << 16)
            if not part:
                process.wait(max(end - time.monotonic(), 0.01))
                break
            found += part
    return bytes(found)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command with all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()
    process.wait()


def _command(name: str, context: Context) -> list[str]:
    file = context.config / FILE_NAME if context.config is not None else None
    found = _commands(file).get(name) if file is not None else None
    if found is None:
        raise ResolutionError(
            Cause.NOT_ALLOWED,
            f"your configuration allows no command '{name}'",
            hint=f"if you trust it, add to {file or FILE_NAME}: {name}: [PROGRAM, ARGUMENT, …]",
        )
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise ResolutionError(Cause.INVALID, f"'{name}' in {file} is no list of a program and its arguments, all texts")
    return found


def _commands(file: Path) -> dict[str, Any]:
    from jetenv.documents.parsing import DocumentError, parse
    from jetenv.documents.values import to_data

    try:
        data = file.read_bytes()
        mode = file.stat().st_mode
    except OSError:
        return {}
    if os.name == "posix" and mode & 0o022:
        raise ResolutionError(Cause.NOT_ALLOWED, f"others may write to {file}", hint=f"chmod go-w {file}")
    try:
        content = to_data(parse(data, path=str(file)).root)
    except DocumentError as error:
        raise ResolutionError(Cause.INVALID, f"{error.where}: {error.message}") from None
    return content if isinstance(content, dict) else {}
