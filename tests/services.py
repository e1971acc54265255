"""Real services for tests: each on a free port of the loopback interface, in a folder of its own, and stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
JET_BRIDGE = TOP / ".venv-jet-bridge" / "bin" / "jet_bridge"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Wait until ``ready()``; fails the test with the log where the process ends before, or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            pytest.fail(f"{'ended' if ended else 'not ready'}:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.1)


def answers(url: str, key: str = "") -> bool:
    """Whether an HTTP server answers at all."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    try:
        urllib.request.urlopen(request, timeout=20).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server with the role ``orders_app``, whose password is asked for, and the database ``shop``."""

    port: int
    password: str
    bin: Path

    def sql(self, text: str) -> str:
        """Run SQL as ``orders_app`` in ``shop``; what psql prints."""
        done = subprocess.run(
            [self.bin / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "orders_app", "-d", "shop", "-qAt"],
            input=text, env={**os.environ, "PGPASSWORD": self.password}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout


def _postgres_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("there is no PostgreSQL here: apt-get install postgresql")
    return Path(on_path).resolve().parent


@contextmanager
def postgres(folder: Path, password: str) -> Iterator[Postgres]:
    """A PostgreSQL server in ``folder``, run by an unprivileged user where the tests run as root."""
    binaries = _postgres_bin()
    data, log, secret = folder / "data", folder / "log", folder / "password"
    secret.write_text(password)
    log.touch()
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            user = pwd.getpwnam("nobody")
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        for path in (folder, secret, log):
            os.chown(path, user.pw_uid, user.pw_gid)
        for parent in folder.parents:
            if parent.owner() == "root" and not parent.stat().st_mode & 0o001 and str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    port = free_port()
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "orders_app", "-A", "scram-sha-256", f"--pwfile={secret}", "-N"],
        capture_output=True, check=True, cwd="/", **as_user,
    )  # fmt: skip
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"],
            stdout=stream, stderr=stream, cwd="/", **as_user,
        )  # fmt: skip
    try:
        ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, server, log)
        subprocess.run(
            [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "orders_app", "shop"],
            env={**os.environ, "PGPASSWORD": password}, check=True, capture_output=True,
        )  # fmt: skip
        yield Postgres(port, password, binaries)
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
        server.wait()


def jet_bridge() -> Path:
    """The installed Jet Bridge; skips the test where there is none."""
    if not (JET_BRIDGE.parent.parent / "ready").exists():
        pytest.skip("there is no Jet Bridge here: make jet-bridge")
    return JET_BRIDGE
