"""A real sshd on the loopback interface, with a host key and an authorized_keys file of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_SEPARATION = Path("/run/sshd")


class Sshd:
    """A running server; ``keys`` is the file of the keys that it lets in, read at each connection."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.keys = folder / "authorized_keys"
        self.keys.touch(0o600)
        self.port = _free_port()
        self._log = folder / "log"
        host_key = folder / "host_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host_key], check=True)
        config = folder / "sshd_config"
        config.write_text(
            "\n".join(
                [
                    *options,  # of several values sshd takes the first
                    f"ListenAddress 127.0.0.1:{self.port}",
                    f"HostKey {host_key}",
                    f"PidFile {folder / 'pid'}",
                    f"AuthorizedKeysFile {self.keys}",
                    "AuthenticationMethods publickey",
                    "PermitRootLogin prohibit-password",
                    "StrictModes no",
                    "UsePAM no",
                    "AcceptEnv GIT_*",  # the most that a careless administrator could let through
                    "SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null",
                    "",
                ]
            )
        )
        self._process = subprocess.Popen([SSHD, "-D", "-f", config, "-E", self._log], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.skip(f"sshd does not start here: {self._log.read_text() if self._log.exists() else ''}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def command(self, key: Path) -> str:
        """The value of GIT_SSH_COMMAND that connects with the private ``key``."""
        options = "-F /dev/null -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR"
        hosts = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o SendEnv=GIT_*"
        return f"ssh {options} {hosts} -i {key}"

    def url(self, name: str) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def start(folder: Path, *options: str) -> Sshd:
    """A server, or a skipped test that says why there is none."""
    if SSHD is None:
        pytest.skip("sshd is not installed (Debian: openssh-server)")
    if os.getuid() == 0 and not _SEPARATION.exists():
        _SEPARATION.mkdir(mode=0o755)
    return Sshd(folder, *options)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
