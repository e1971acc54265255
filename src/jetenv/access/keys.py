"""Which SSH key signs for the person at this machine, and setting a repository up to sign with it.

Git's own ``user.signingkey`` decides. Without it the order is the keys of the agent, those in ``~/.ssh``, then the one
that jetenv made in the user's configuration folder (``JETENV_CONFIG_DIR``, else ``jetenv`` in ``XDG_CONFIG_HOME``, else
in ``~/.config``); a key that belongs to a member of the environment concerned comes before all that belong to none.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from jetenv.access.public_keys import fingerprint, looks_like_public_key, parse_public_key, read_public_key
from jetenv.errors import JetenvError
from jetenv.repository.config import Config
from jetenv.repository.repository import Repository

_COMMON_NAMES = ("id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_ecdsa_sk", "id_rsa")
_OTHER_FORMATS = {"openpgp": "an OpenPGP key", "x509": "an X.509 certificate"}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs. ``path`` is its private or public key file; None means that the agent alone has it.

    ``source`` is ``--key``, ``user.signingkey``, ``agent``, ``~/.ssh``, ``jetenv`` (made by an earlier command) or
    ``created`` (made just now); ``notes`` say why others were passed over.
    """

    public: str
    path: Path | None
    source: str
    notes: tuple[str, ...] = ()

    @property
    def setting(self) -> str:
        """The value of ``user.signingkey`` that names this key."""
        return f"key::{self.public}" if self.path is None else str(self.path)


def config_folder() -> Path:
    """The folder of the user's jetenv configuration; it need not exist."""
    own = os.environ.get("JETENV_CONFIG_DIR")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_CONFIG_HOME")
    return (Path(shared) if shared else Path.home() / ".config") / "jetenv"


def find_signing_key(
    repo: Repository | None,
    explicit: Path | None = None,
    *,
    create: bool = True,
    preferred: Collection[str] = (),
) -> SigningKey:
    """The key to sign with; ``explicit`` (a public or private key file) comes before all others.

    Of several that could sign it is the first one of ``preferred``, the keys of the members of the environment
    concerned, and the first of all where none is one of those. With ``create`` a new ed25519 key without a passphrase
    is made where there is none. Raises JetenvError where there is none otherwise, or where the one that was asked for
    cannot be used. Never prompts.
    """
    if explicit is not None:
        return _from_file(explicit, "--key")
    notes: list[str] = []
    passed: list[SigningKey] = []
    found: SigningKey | None = None
    for key in _usable(repo, notes):
        if not preferred or key.public in preferred:
            found = key
            break
        passed.append(key)
    if found is not None:
        notes += [f"the key {fingerprint(each.public)} was passed over: it belongs to no member" for each in passed]
    elif passed:
        found = passed[0]
    if found is None and create:
        found = _create()
    if found is None:
        raise JetenvError(
            "there is no SSH key to sign with" + "".join(f"; {note}" for note in notes),
            hint="make one with `ssh-keygen -t ed25519`, or set `git config user.signingkey`",
        )
    return replace(found, notes=tuple(notes))


def usable_keys(repo: Repository | None) -> tuple[SigningKey, ...]:
    """Every key that could sign here, in the order in which they are taken; ``user.signingkey`` alone where it is set.

    Raises JetenvError where that one cannot be used.
    """
    return tuple(_usable(repo, []))


def configure_repository(repo: Repository, key: SigningKey) -> None:
    """Make git sign every commit of ``repo`` with ``key``."""
    repo.config.set("gpg.format", "ssh")
    repo.config.set("user.signingkey", key.setting)
    repo.config.set("commit.gpgsign", "true")


def _from_file(path: Path, source: str) -> SigningKey:
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100  # keeps symbolic links, unlike resolve()
    public = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
    if not public.is_file() and path.is_file():
        public = path
    return SigningKey(read_public_key(public), public, source)


def _configured(config: Config, notes: list[str]) -> SigningKey | None:
    value = config.get("user.signingkey")
    if not value:
        return None
    literal = value.removeprefix("key::")
    if value.startswith("key::") or looks_like_public_key(value):
        public = parse_public_key(literal, "user.signingkey")
        return SigningKey(public, None, "user.signingkey")
    path = Path(value).expanduser()
    if config.get("gpg.format") == "ssh" or path.is_file():
        return _from_file(path, "user.signingkey")
    kind = _OTHER_FORMATS.get(config.get("gpg.format") or "openpgp", "no SSH key")
    notes.append(f"user.signingkey was passed over: '{value}' names {kind}")
    return None


def _usable(repo: Repository | None, notes: list[str]) -> Iterator[SigningKey]:
    """As ``usable_keys``, each looked for when it is its turn; ``notes`` say why others were passed over."""
    configured = _configured(repo.config if repo is not None else Config(None), notes)
    if configured is not None:
        yield configured
        return
    yield from _of_agent(notes)
    yield from _in_home(notes)
    if (made := _made_before()) is not None:
        yield made


def _of_agent(notes: list[str]) -> Iterator[SigningKey]:
    if not os.environ.get("SSH_AUTH_SOCK"):
        return
    try:
        done = subprocess.run(["ssh-add", "-L"], capture_output=True, stdin=subprocess.DEVNULL, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        notes.append("the SSH agent was passed over: it does not answer")
        return
    for line in done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else ():
        try:
            yield SigningKey(parse_public_key(line), None, "agent")
        except JetenvError as error:
            notes.append(f"a key of the SSH agent was passed over: {error.message}")


def _in_home(notes: list[str]) -> Iterator[SigningKey]:
    folder = Path.home() / ".ssh"
    names = list(_COMMON_NAMES)
    names += sorted(path.stem for path in folder.glob("id_*.pub") if path.stem not in names)
    for name in names:
        public = folder / f"{name}.pub"
        if not public.is_file():
            continue
        if not (folder / name).is_file():
            notes.append(f"{public} was passed over: its private key is not beside it")
            continue
        try:
            yield SigningKey(read_public_key(public), public, "~/.ssh")
        except JetenvError as error:
            notes.append(f"{public} was passed over: {error.message}")


def _own_path() -> Path:
    return config_folder() / "id_ed25519.pub"


def _made_before() -> SigningKey | None:
    path = _own_path()
    return _from_file(path, "jetenv") if path.is_file() else None


def _create() -> SigningKey:
    public = _own_path()
    private = public.with_suffix("")
    try:
        public.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=public.parent) as draft:
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "jetenv", "-f", f"{draft}/key"]
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
            with suppress(FileExistsError):  # another jetenv made it first
                os.link(f"{draft}/key", private)  # unlike a rename, never replaces a key
                os.link(f"{draft}/key.pub", public)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = error.strerror if isinstance(error, OSError) else "ssh-keygen failed"
        raise JetenvError(
            f"a signing key cannot be created: {reason}",
            where=str(private),
            hint="name a key with --key, or set JETENV_CONFIG_DIR to a folder that can be written",
        ) from error
    return _from_file(public, "created")
