"""Ask a Jet Bridge what is in a database: one that runs already, or one that is started for the question alone.

The one that is started gets what ``jetenv run --as jet-bridge`` gives, a random key, a free port of the loopback
interface and a temporary folder. It is stopped and its folder removed whatever happens.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from jetenv.credentials.masking import Secret, masked
from jetenv.errors import JetenvError, UsageError

if TYPE_CHECKING:
    from jetenv.environments.project import Project
    from jetenv.environments.sources.run import Launch
    from jetenv.introspection.description import Table

PROGRAM = "jet_bridge"
SECONDS = 120.0
_AT_ONCE = 4  # each is a process of some 100 MB, busy while it starts
_given: set[int] = set()
_PATH = "/api/model_descriptions/"
_LARGEST = 256 * 2**20
_ERROR = re.compile(r"[\w.]+(Error|Exception)\b")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def ask(url: str, key: Secret | None, *, reload: bool = False, seconds: float = SECONDS) -> tuple[Table, ...]:
    """The tables that the Jet Bridge at ``url`` tells of; ``reload`` has it read its database anew first.

    Raises UsageError for a URL that cannot be meant or would give the key away, and JetenvError where it does not
    answer.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("this is no URL of a Jet Bridge") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise UsageError("this is no URL of a Jet Bridge", hint="such as https://bridge.example.com")
    if parts.username is not None or parts.password is not None:
        raise UsageError("the URL holds a user or password", hint="hand the key over in JETENV_JET_BRIDGE_KEY")
    if parts.scheme == "http" and host not in _LOOPBACK and key is not None:
        raise UsageError(f"the key would go to {host} unencrypted", hint="use https, or a tunnel to this machine")
    base = url.removesuffix("/").removesuffix("/api")
    if reload:
        _request(f"{base}/api/reload/", key, seconds, method="POST")
    return _tables(_request(base + _PATH, key, seconds))


def ask_started(
    project: Project, environment: str, resource: str, *, program: str | None = None, seconds: float = SECONDS
) -> tuple[Table, ...]:
    """The tables of ``resource``, as ``environment`` reaches it, told by a Jet Bridge that is started and stopped.

    ``program`` is its command. Raises as ``run.prepare`` does, and JetenvError where it does not start or answer within
    ``seconds``.
    """
    with _ended_politely():
        return _ask_started(project, environment, resource, program, seconds, _Processes())


def ask_each_started(
    project: Project,
    environment: str,
    resources: Sequence[str],
    *,
    program: str | None = None,
    seconds: float = SECONDS,
) -> Mapping[str, tuple[Table, ...] | JetenvError]:
    """What ``ask_started`` answers or raises for each of ``resources``: some are asked at a time, each by itself."""
    from concurrent.futures import ThreadPoolExecutor, wait

    from jetenv.environments.project import open_project

    processes = _Processes()

    def answer(resource: str) -> tuple[Table, ...] | JetenvError:
        try:
            # A repository of its own, for threads may not share one.
            own = open_project(project.repo.workdir or project.repo.path)
            return _ask_started(own, environment, resource, program, seconds, processes)
        except JetenvError as error:
            return error

    with _ended_politely(), ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="jetenv-bridge") as pool:
        asked = {resource: pool.submit(answer, resource) for resource in resources}
        try:
            wait(asked.values())
        except BaseException:  # ^C, or a signal to end: no process may be left behind
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end()
            raise
        return {resource: future.result() for resource, future in asked.items()}


class _Processes:
    """The processes that threads have started, so that another thread can end them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start one. Raises JetenvError where all were ended already."""
        with self._lock:
            if self._ended:
                raise JetenvError("interrupted")
            process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)
            self._running.add(process)
            return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Stop one that was started here."""
        _stop(process)
        with self._lock:
            self._running.discard(process)

    def end(self) -> None:
        """Stop all of them, and start no more."""
        with self._lock:
            self._ended = True
            running = tuple(self._running)
        for process in running:
            _stop(process)


def _ask_started(
    project: Project, environment: str, resource: str, program: str | None, seconds: float, processes: _Processes
) -> tuple[Table, ...]:
    from secrets import token_hex

    from jetenv.environments.sources.run import Form, prepare

    command = _found(program or PROGRAM)
    launch = prepare(project, environment, (command,), resource=resource, form=Form.JET_BRIDGE)
    key, deadline = Secret(token_hex(32)), time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="jetenv-") as folder:
        port = _free_port()
        with _running(launch, port, key, Path(folder), processes) as process:
            url = f"http://127.0.0.1:{port}"
            while True:
                if process.poll() is not None:
                    raise _failed(f"ended with {process.returncode}", resource, Path(folder))
                if time.monotonic() > deadline:
                    raise _failed(f"did not answer within {seconds:g} s", resource, Path(folder))
                with suppress(ConnectionRefusedError):
                    remaining = max(1.0, deadline - time.monotonic())
                    return _tables(_request(url + _PATH, key, remaining, starting=True))
                time.sleep(0.1)


def _found(program: str) -> str:
    from shutil import which

    found = which(program)
    if found is None:
        raise JetenvError(
            f"there is no command {program[:200]!r}, which would read the database",
            hint="install Jet Bridge and name its program with --jet-bridge, or the URL of one that runs with --url",
        )
    return str(Path(found).absolute())


@contextmanager
def _running(
    launch: Launch, port: int, key: Secret, folder: Path, processes: _Processes
) -> Iterator[subprocess.Popen[bytes]]:
    variables = {
        **launch.variables,
        "ADDRESS": "127.0.0.1",
        "PORT": str(port),
        "BEARER_AUTH_KEY": key.reveal(),
        # It would report to the hosted product what it serves; nobody listens on port 9 here.
        "API_BASE_URL": "http://127.0.0.1:9",
        "AUTO_OPEN_REGISTER": "0",
        "READ_ONLY": "true",
    }
    try:
        with (folder / "log").open("wb") as log:
            process = processes.start(
                launch.command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=launch.descriptors, start_new_session=True,
            )  # fmt: skip
            try:
                yield process
            finally:
                processes.stop(process)
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        reason = (error.strerror or "failed").lower()
        raise JetenvError(f"{launch.command[0]} cannot be started: {reason}") from None
    finally:
        for descriptor in launch.descriptors:
            os.close(descriptor)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started: politely, then not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(3)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _ended_politely() -> Iterator[None]:
    """Have SIGTERM and SIGHUP unwind as ^C does, so that what was started is stopped."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _free_port() -> int:
    """A free port that no thread was given before."""
    import socket

    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def _failed(what: str, resource: str, folder: Path) -> JetenvError:
    log = [line.strip() for line in (folder / "log").read_text(errors="replace").splitlines() if line.strip()]
    log = [line for line in log if not line.startswith("(Background on this error")]
    # A traceback ends with the error; what a database says may follow in lines of its own.
    start = next((at for at in reversed(range(len(log))) if _ERROR.match(log[at])), -1)
    said = masked(" ".join(log[start:]))[:500]
    return JetenvError(
        f"the Jet Bridge for '{resource}' {what}" + (f"; it said: {said}" if said else ""),
        hint=f"`jetenv run ENV --resource {resource} --as jet-bridge -- jet_bridge` shows all that it says",
    )


def _request(url: str, key: Secret | None, seconds: float, *, method: str = "GET", starting: bool = False) -> bytes:
    """The body of an answer. Redirects and proxies are not followed, for they would get the key.

    Raises ConnectionRefusedError where nobody listens and it is ``starting``, else JetenvError.
    """
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    class _NoRedirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
            return None

    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {key.reveal()}"} if key else {})
    request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - the scheme was checked
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with opener.open(request, timeout=seconds) as answer:
            body: bytes = answer.read(_LARGEST + 1)
    except urllib.error.HTTPError as error:
        raise _refused(error.code, error.read(2000)) from None
    except (OSError, HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if starting and isinstance(cause, ConnectionRefusedError):
            raise ConnectionRefusedError from None
        told = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        raise JetenvError(
            f"the Jet Bridge does not answer: {told}", hint="is it running, and is the URL right?"
        ) from None
    if len(body) > _LARGEST:
        raise JetenvError("the Jet Bridge answers with more than jetenv reads")
    return body


def _refused(status: int, body: bytes) -> JetenvError:
    if status in (401, 403):
        return JetenvError(
            f"the Jet Bridge refuses the key (HTTP {status})",
            hint="its BEARER_AUTH_KEY belongs in JETENV_JET_BRIDGE_KEY",
        )
    said = masked(body.decode(errors="replace")).strip().splitlines()
    detail = f": {said[0][:400]}" if said and not said[0].startswith("<") else ""
    return JetenvError(f"the Jet Bridge cannot tell what is in the database (HTTP {status}){detail}")


def _tables(body: bytes) -> tuple[Table, ...]:
    from jetenv.introspection.description import read_description

    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise JetenvError("the answer is no JSON", hint="is the URL that of a Jet Bridge?") from None
    return read_description(data)
