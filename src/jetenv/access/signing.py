"""Signing with `ssh-keygen -Y sign`, as git does it: agents, passphrases and hardware keys work as usual."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jetenv.access.keys import SigningKey
from jetenv.access.namespaces import COMMIT
from jetenv.errors import JetenvError
from jetenv.repository.objects import Signer

_PATIENCE = 60.0  # seconds without a terminal, where nobody sees what ssh-keygen waits for


def sign(payload: bytes, key: SigningKey, namespace: str) -> str:
    """The armored SSH signature of ``payload``, which ``namespace`` keeps from being used for anything else.

    A passphrase or a touch is asked for on the terminal; without one this raises JetenvError instead of waiting.
    """
    attended = sys.stdin.isatty() and sys.stderr.isatty()
    with _key_file(key) as path:
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(path)]
        try:
            done = subprocess.run(
                command,
                input=payload,
                stdout=subprocess.PIPE,
                stderr=None if attended else subprocess.PIPE,
                env=_environment(attended),
                start_new_session=not attended,  # without a terminal of its own it cannot wait for one
                timeout=None if attended else _PATIENCE,
                check=False,
            )
        except FileNotFoundError as error:
            raise JetenvError(
                "signing failed: ssh-keygen was not found", hint="install the OpenSSH client and put it on the PATH"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise JetenvError(
                "signing failed: the key did not answer", where=str(path), hint="run the command on a terminal"
            ) from error
        except OSError as error:
            raise JetenvError(f"signing failed: {error.strerror}", where=str(path)) from error
    if done.returncode or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise _failure((done.stderr or b"").decode("utf-8", "replace"), key)
    return done.stdout.decode("ascii").rstrip("\n")


def commit_signer(key: SigningKey) -> Signer:
    """What signs commits with ``key``."""
    return lambda payload: sign(payload, key, COMMIT)


def _environment(attended: bool) -> dict[str, str]:
    env = {**os.environ, "LC_ALL": "C"}
    if not attended:
        env.update(SSH_ASKPASS="false", SSH_ASKPASS_REQUIRE="force")  # the command that answers nothing
        env.pop("DISPLAY", None)
    return env


@contextmanager
def _key_file(key: SigningKey) -> Iterator[Path]:
    if key.path is not None:
        yield key.path
        return
    with tempfile.TemporaryDirectory(prefix="jetenv-") as folder:
        path = Path(folder) / "key.pub"
        path.write_text(key.public + "\n", encoding="utf-8")
        yield path


def _failure(said: str, key: SigningKey) -> JetenvError:
    where = str(key.path) if key.path is not None else "the SSH agent"
    if "passphrase" in said:
        return JetenvError(
            "the signing key has a passphrase, and there is no terminal to ask for it",
            where=where,
            hint="add the key to the SSH agent first: `ssh-add`",
        )
    if "UNPROTECTED" in said:
        return JetenvError(
            "the signing key can be read by others, so ssh-keygen refuses it",
            where=where,
            hint="`chmod 600` the private key",
        )
    if "No private key found" in said or "No such file" in said:
        return JetenvError(
            "the private half of the signing key was not found",
            where=where,
            hint="add the key to the SSH agent with `ssh-add`, or name another in `git config user.signingkey`",
        )
    reason = "; ".join(line for line in said.splitlines() if line and not line.startswith("Signing data"))
    return JetenvError(f"signing failed: {reason or 'ssh-keygen refused'}", where=where)
