"""Stores of secrets: a keyring in a file, age with SSH keys, moto's server for AWS, and a stand-in for Vault.

The clients are those of the extras; where they are not installed (``make stores``) the tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jetenv.credentials.parallel import resolve_all
from jetenv.credentials.references import parse_reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError, _found_resolver, resolve

STORES = Path(__file__).parents[2] / ".stores"
SECRET = "pl4nted-s3cret"


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clients can be imported."""
    if not (STORES / "ready").exists():
        pytest.skip("the clients of stores are not installed: make stores")
    monkeypatch.setattr(sys, "path", [*sys.path, str(STORES)])
    _found_resolver.cache_clear()


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path, lambda path: True, os.environ, tmp_path, 5)


def value(text: str, context: Context) -> str:
    return resolve(parse_reference(text), context).reveal()


def failure(text: str, context: Context) -> ResolutionError:
    with pytest.raises(ResolutionError) as error:
        resolve(parse_reference(text), context)
    said = error.value
    assert said.message.startswith(f"{text}: ")
    assert SECRET not in f"{said.message} {said.hint} {said.__cause__!r} {said.__context__!r}"
    return said


@pytest.mark.parametrize(
    ("reference", "extra"),
    [("keyring:a/b", "keyring"), ("vault:a/b#c", "vault"), ("aws-sm:a", "aws"), ("aws-ssm:a", "aws"), ("age:a", "age")],
)
def test_an_extra_that_is_missing_is_named(reference: str, extra: str, context: Context) -> None:
    """The environment of the tests has none of them; a fresh interpreter has imported none."""
    program = (
        "from jetenv.credentials.references import parse_reference as p\n"
        "from jetenv.credentials.resolution import *\n"
        f"try: resolve(p({reference!r}), Context())\n"
        "except ResolutionError as e: print(e.cause.value, e.message, e.hint, sep='|')\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    cause, message, hint = ran.stdout.strip().split("|")
    assert cause == "missing-extra"
    assert message.startswith(f"{reference}: ")
    assert hint == f"pip install 'jetenv[{extra}]'"


@pytest.mark.usefixtures("stores")
class TestKeyring:
    """The backend that keeps passwords in a file, as a headless machine may use it."""

    @pytest.fixture(autouse=True)
    def backend(self, stores: None, tmp_path: Path) -> Iterator[None]:
        import keyring
        from keyrings.alt.file import PlaintextKeyring

        before = keyring.get_keyring()
        found = PlaintextKeyring()
        found.file_path = str(tmp_path / "keyring.cfg")
        keyring.set_keyring(found)
        yield
        keyring.set_keyring(before)

    def test_it_resolves(self, context: Context) -> None:
        import keyring

        keyring.set_password("orders-db", "orders/app", SECRET)
        assert value("keyring:orders-db/orders/app", context) == SECRET

    def test_one_that_is_not_there(self, context: Context) -> None:
        assert failure("keyring:orders-db/nobody", context).cause is Cause.NOT_FOUND

    def test_a_machine_without_a_keyring(self, context: Context) -> None:
        import keyring
        from keyring.backends.fail import Keyring

        keyring.set_keyring(Keyring())
        assert failure("keyring:orders-db/app", context).cause is Cause.UNREACHABLE


@pytest.mark.usefixtures("stores")
class TestAge:
    """Files encrypted to the SSH keys of the tests."""

    @pytest.fixture
    def encrypted(self, stores: None, tmp_path: Path, keys: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch):
        import pyrage

        monkeypatch.setenv("JETENV_AGE_IDENTITY", str(keys["ada"]))

        def write(name: str, text: str | bytes, *to: str, armored: bool = False) -> None:
            recipients = [pyrage.ssh.Recipient.from_str(keys[key].with_suffix(".pub").read_text()) for key in to]
            data = text.encode() if isinstance(text, str) else text
            (tmp_path / name).write_bytes(pyrage.encrypt(data, recipients, armored=armored))

        return write

    def test_it_resolves_a_file_that_git_tracks(self, encrypted, context: Context) -> None:
        encrypted("key.age", f"{SECRET}\n", "bob", "ada")
        encrypted("orders.env.age", f"A=1\nPASSWORD='{SECRET}'\n", "ada", armored=True)
        encrypted("orders.json.age", json.dumps({"db": {"password": SECRET}}), "ada")
        assert value("age:key.age", context) == SECRET
        assert value("age:orders.env.age#PASSWORD", context) == SECRET
        assert value("age:orders.json.age#db.password", context) == SECRET

    def test_one_that_is_encrypted_to_others(self, encrypted, context: Context) -> None:
        encrypted("key.age", SECRET, "bob")
        assert failure("age:key.age", context).cause is Cause.DENIED

    def test_one_that_is_none(self, encrypted, tmp_path: Path, context: Context) -> None:
        (tmp_path / "key.age").write_text(SECRET)
        assert failure("age:key.age", context).cause is Cause.INVALID
        encrypted("broken.age", SECRET, "ada")
        data = bytearray((tmp_path / "broken.age").read_bytes())
        data[-1] ^= 1
        (tmp_path / "broken.age").write_bytes(bytes(data))
        assert failure("age:broken.age", context).cause is Cause.INVALID

    def test_a_key_with_a_passphrase_or_none_at_all(
        self, encrypted, context: Context, keys: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encrypted("key.age", SECRET, "ada")
        monkeypatch.setenv("JETENV_AGE_IDENTITY", str(keys["locked"]))
        assert failure("age:key.age", context).cause is Cause.DENIED
        monkeypatch.delenv("JETENV_AGE_IDENTITY")
        assert "no key" in failure("age:key.age", context).message


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of moto's server."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from services import answers, free_port, wait_until

    if not (STORES / "ready").exists():
        pytest.skip("moto is not installed: make stores")
    port, log = free_port(), tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            env={**os.environ, "PYTHONPATH": str(STORES)}, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/moto-api/data.json"), server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


class _ExpiredAws(BaseHTTPRequestHandler):
    """A stand-in for AWS: it answers every call with the error that AWS documents for an expired session token.

    ``ExpiredTokenException`` of the common errors, in the form of the JSON protocol that both services speak.
    """

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = self.headers.get("X-Amz-Security-Token")
        self.server.tokens.append(token)  # type: ignore[attr-defined]
        answer = {
            "__type": "com.amazon.coral.service#ExpiredTokenException",
            "message": f"The security token included in the request is expired: {token}",
        }
        data = json.dumps(answer).encode()
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@pytest.mark.usefixtures("stores")
class TestAws:
    """moto's server answers as AWS does."""

    @pytest.fixture(autouse=True)
    def account(self, stores: None, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from jetenv.credentials.resolvers import aws

        aws._clients.clear()
        for name, text in {
            "AWS_ENDPOINT_URL": moto, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, text)

    def test_a_secret_a_field_of_it_and_a_parameter(self, context: Context) -> None:
        import boto3

        manager, parameters = boto3.client("secretsmanager"), boto3.client("ssm")
        arn = manager.create_secret(Name="prod/orders", SecretString=json.dumps({"password": SECRET}))["ARN"]
        manager.create_secret(Name="prod/plain", SecretString=SECRET)
        manager.create_secret(Name="prod/binary", SecretBinary=b"\xff\xfe")
        parameters.put_parameter(Name="/prod/password", Value=SECRET, Type="SecureString")
        assert value("aws-sm:prod/orders#password", context) == SECRET
        assert value(f"aws-sm:{arn}#password", context) == SECRET
        assert value("aws-sm:prod/plain", context) == SECRET
        assert value("aws-ssm:/prod/password", context) == SECRET
        assert failure("aws-sm:prod/orders#pasword", context).cause is Cause.NOT_FOUND
        assert failure("aws-sm:prod/plain#password", context).cause is Cause.INVALID
        assert failure("aws-sm:prod/binary", context).cause is Cause.INVALID

    def test_what_is_not_there(self, context: Context) -> None:
        assert failure("aws-sm:prod/none", context).cause is Cause.NOT_FOUND
        assert failure("aws-ssm:/prod/none", context).cause is Cause.NOT_FOUND

    @pytest.mark.parametrize("reference", ["aws-sm:prod/orders", "aws-sm:prod/orders#password", "aws-ssm:/prod/orders"])
    @pytest.mark.parametrize("status", [400, 403])
    def test_a_token_that_expired(
        self, context: Context, monkeypatch: pytest.MonkeyPatch, reference: str, status: int
    ) -> None:
        """moto checks no tokens, so a stand-in answers as AWS documents it; what raises is botocore's own client."""
        with ThreadingHTTPServer(("127.0.0.1", 0), _ExpiredAws) as server:
            server.status = status  # type: ignore[attr-defined]
            server.tokens = []  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, daemon=True).start()
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
            monkeypatch.setenv("AWS_SESSION_TOKEN", SECRET)
            try:
                told = failure(reference, context)
            finally:
                server.shutdown()
            assert server.tokens == [SECRET]  # type: ignore[attr-defined]  # asked once, with the token
        assert told.cause is Cause.DENIED
        assert "ExpiredTokenException" in told.message
        assert "log in again" in (told.hint or "")

    def test_nobody_there_and_nobody_logged_in(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        from jetenv.credentials.resolvers import aws
        from services import free_port

        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        assert failure("aws-sm:prod/orders", context).cause is Cause.UNREACHABLE
        aws._clients.clear()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        assert failure("aws-sm:prod/orders", context).cause is Cause.DENIED
        aws._clients.clear()
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            monkeypatch.delenv(name)
        assert failure("aws-ssm:/prod/orders", context).cause in {Cause.UNREACHABLE, Cause.DENIED}


class _Vault(BaseHTTPRequestHandler):
    """A stand-in that follows Vault's published HTTP interface for reading key-value stores; it is no Vault."""

    def do_GET(self) -> None:
        path = self.path.removeprefix("/v1/").partition("?")[0]
        if path.endswith("slow"):
            time.sleep(3)
        if self.headers.get("X-Vault-Token") != "good-token":
            self._answer(403, {"errors": ["permission denied"]})
        elif path.endswith("sealed"):
            self._answer(503, {"errors": ["Vault is sealed"]})
        elif path.startswith("sys/internal/ui/mounts/"):
            mount = path.removeprefix("sys/internal/ui/mounts/")
            known = {"secret": ("secret/", "2"), "old/kv": ("old/kv/", "1")}
            found = next((each for name, each in known.items() if mount.startswith(name + "/")), None)
            if found is None:
                self._answer(403, {"errors": ["preflight capability check returned 403"]})
            else:
                self._answer(200, {"data": {"path": found[0], "type": "kv", "options": {"version": found[1]}}})
        elif path in self.server.stored:  # type: ignore[attr-defined]
            self._answer(200, {"data": self.server.stored[path]})  # type: ignore[attr-defined]
        else:
            self._answer(404, {"errors": []})

    def _answer(self, code: int, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


@pytest.mark.usefixtures("stores")
class TestVault:
    """Both versions of the key-value store, through hvac."""

    @pytest.fixture(autouse=True)
    def server(self, stores: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with ThreadingHTTPServer(("127.0.0.1", 0), _Vault) as server:
            server.stored = {  # type: ignore[attr-defined]
                "secret/data/orders/db": {"data": {"password": SECRET, "port": 5432}, "metadata": {"version": 3}},
                "old/kv/orders": {"password": SECRET},
            }
            threading.Thread(target=server.serve_forever, daemon=True).start()
            monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{server.server_port}")
            monkeypatch.setenv("VAULT_TOKEN", "good-token")
            yield
            server.shutdown()

    def test_it_resolves_from_either_version(self, context: Context) -> None:
        assert value("vault:secret/orders/db#password", context) == SECRET
        assert value("vault:secret/orders/db#port", context) == "5432"
        assert value("vault:old/kv/orders#password", context) == SECRET

    def test_openbao_and_the_token_that_a_log_in_left(
        self, context: Context, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BAO_ADDR", os.environ["VAULT_ADDR"])
        for name in ("VAULT_ADDR", "VAULT_TOKEN"):
            monkeypatch.delenv(name)
        assert failure("vault:secret/orders/db#password", context).cause is Cause.DENIED
        (home / ".vault-token").write_text("good-token\n")
        assert value("vault:secret/orders/db#password", context) == SECRET

    @pytest.mark.parametrize(
        ("reference", "cause"),
        [
            ("vault:secret/orders/none#password", Cause.NOT_FOUND),
            ("vault:secret/orders/db#pasword", Cause.NOT_FOUND),
            ("vault:secret/sealed#a", Cause.UNREACHABLE),
            ("vault:other/orders#a", Cause.DENIED),
        ],
    )
    def test_what_gives_no_secret(self, reference: str, cause: Cause, context: Context) -> None:
        assert failure(reference, context).cause is cause

    def test_a_token_that_expired(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VAULT_TOKEN", "expired-token")
        error = failure("vault:secret/orders/db#password", context)
        assert error.cause is Cause.DENIED
        assert "expired" in error.message
        assert "expired-token" not in error.message

    def test_a_slow_server_holds_up_no_other_reference(self, context: Context) -> None:
        slow, quick = parse_reference("vault:secret/slow#a"), parse_reference("vault:secret/orders/db#password")
        began = time.monotonic()
        found = resolve_all([slow, quick], replace(context, timeout=0.5))
        assert time.monotonic() - began < 3
        assert isinstance(found[slow], ResolutionError)
        assert found[slow].cause is Cause.TIMEOUT
        assert not isinstance(found[quick], ResolutionError)

    def test_nobody_there_and_no_address(self, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        from services import free_port

        monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{free_port()}")
        assert failure("vault:secret/orders/db#password", context).cause is Cause.UNREACHABLE
        monkeypatch.delenv("VAULT_ADDR")
        assert "VAULT_ADDR" in (failure("vault:secret/orders/db#password", context).hint or "")
