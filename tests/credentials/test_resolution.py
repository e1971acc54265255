"""References to variables, files and commands, each way in which they fail, and many at a time."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jetenv.credentials.masking import Secret
from jetenv.credentials.parallel import Resolving, resolve_all
from jetenv.credentials.references import Reference, parse_reference
from jetenv.credentials.resolution import Cause, Context, ResolutionError, resolve

SECRET = "pl4nted-s3cret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "secrets").mkdir(parents=True)
    return folder


@pytest.fixture
def context(folder: Path, tmp_path: Path) -> Context:
    return Context(
        folder,
        lambda path: path == "secrets/tracked",
        {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "TOKEN": SECRET, "EMPTY": "", "BLANK": " \n"},
        tmp_path / "config",
        2,
    )


def value(text: str, context: Context) -> str:
    return resolve(parse_reference(text), context).reveal()


def failure(text: str, context: Context) -> ResolutionError:
    with pytest.raises(ResolutionError) as error:
        resolve(parse_reference(text), context)
    said = error.value
    assert said.message.startswith(f"{text}: ")
    assert SECRET not in f"{said.message} {said.hint} {said.__cause__!r} {said.__context__!r}"
    return said


def test_a_variable(context: Context) -> None:
    assert value("env:TOKEN", context) == SECRET
    assert failure("env:TOKENS", context).cause is Cause.NOT_FOUND
    assert failure("env:EMPTY", context).cause is Cause.EMPTY
    assert failure("env:BLANK", context).cause is Cause.EMPTY


FILES = {
    "raw": f"{SECRET}\n",
    "windows": f"{SECRET}\r\n",
    "orders.env": f"# secrets\nexport A={SECRET} # comment\nB='{SECRET}'\nC=\"{SECRET}\\n2\"  # c\nD=\nE=a=b\n",
    "orders.json": f'{{"db": {{"password": "{SECRET}", "port": 5432}}, "a.b": "dotted", "list": ["x", "{SECRET}"]}}',
    "dos.env": f"\ufeffA={SECRET}\u2028{SECRET}\r\n",
    "orders.yaml": f"db:\n  password: {SECRET}\n  none:\n",
}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("file:secrets/raw", SECRET),
        ("file:secrets/windows", SECRET),
        ("file:secrets/orders.env#A", SECRET),
        ("file:secrets/orders.env#B", SECRET),
        ("file:secrets/orders.env#C", f"{SECRET}\n2"),
        ("file:secrets/orders.env#E", "a=b"),
        ("file:secrets/dos.env#A", f"{SECRET}\u2028{SECRET}"),
        ("file:secrets/orders.json#db.password", SECRET),
        ("file:secrets/orders.json#db.port", "5432"),
        ("file:secrets/orders.json#a.b", "dotted"),
        ("file:secrets/orders.json#list.1", SECRET),
        ("file:secrets/orders.yaml#db.password", SECRET),
        ("file:~/project/secrets/raw", SECRET),
    ],
)
def test_a_file_or_one_value_of_it(reference: str, expected: str, folder: Path, context: Context) -> None:
    for name, text in FILES.items():
        (folder / "secrets" / name).write_bytes(text.encode())
    assert value(reference, context) == expected
    assert value(reference.replace("file:secrets", f"file:{folder}/secrets"), context) == expected


def test_a_secret_of_several_lines_keeps_them(folder: Path, context: Context) -> None:
    key = "-----BEGIN KEY-----\nabc\n-----END KEY-----"
    (folder / "secrets" / "key.pem").write_text(key + "\n")
    assert value("file:secrets/key.pem", context) == key


@pytest.mark.parametrize(
    ("reference", "content", "cause"),
    [
        ("file:secrets/gone", None, Cause.NOT_FOUND),
        ("file:secrets/a.env#B", f"A={SECRET}\n", Cause.NOT_FOUND),
        ("file:secrets/a.env#A", f"{SECRET}\n", Cause.INVALID),
        ("file:secrets/a.env#A", f"A=1\nA={SECRET}\n", Cause.INVALID),
        ("file:secrets/a.env#A", f'A="{SECRET}\n', Cause.INVALID),
        ("file:secrets/a.env#A", "A=\n", Cause.EMPTY),
        ("file:secrets/a.json#a", f'{{"a": "{SECRET}"', Cause.INVALID),
        ("file:secrets/a.json#a.b", f'{{"a": "{SECRET}"}}', Cause.NOT_FOUND),
        ("file:secrets/a.json#a", f'{{"a": {{"b": "{SECRET}"}}}}', Cause.INVALID),
        ("file:secrets/a.json#a", '{"a": null}', Cause.EMPTY),
        ("file:secrets/a.json#a.²", '{"a": ["x"]}', Cause.NOT_FOUND),
        ("file:secrets/a.yaml#a", f"a: {SECRET}\na: {SECRET}\n", Cause.INVALID),
        ("file:secrets/a.yaml#a", f"a: [{SECRET}\n", Cause.INVALID),
        ("file:secrets/empty", "\n", Cause.EMPTY),
        ("file:secrets/binary", b"\xff\xfe" + SECRET.encode(), Cause.INVALID),
        ("file:secrets/binary.env#A", b"A=\xff" + SECRET.encode(), Cause.INVALID),
        ("file:secrets/nul", f"{SECRET}\0", Cause.INVALID),
        ("file:secrets/large", SECRET * 100_000, Cause.INVALID),
        ("file:secrets/tracked", SECRET, Cause.NOT_ALLOWED),
        ("file:secrets", None, Cause.INVALID),
        ("file:secrets/../secrets/raw", SECRET, Cause.NOT_ALLOWED),
        ("file:../outside", SECRET, Cause.NOT_ALLOWED),
    ],
)
def test_a_file_that_gives_no_secret(
    reference: str, content: str | bytes | None, cause: Cause, folder: Path, context: Context
) -> None:
    if content is not None:
        data = content.encode() if isinstance(content, str) else content
        (folder / parse_reference(reference).path).write_bytes(data)
    assert failure(reference, context).cause is cause


def test_what_is_tracked_is_refused_under_every_name(folder: Path, context: Context) -> None:
    (folder / "secrets" / "tracked").write_text(SECRET)
    (folder.parent / "link").symlink_to(folder / "secrets" / "tracked")
    for name in (f"file:{folder}/secrets/tracked", f"file:{folder}/x/../secrets/tracked", "file:~/link"):
        assert failure(name, context).cause is Cause.NOT_ALLOWED


@pytest.mark.parametrize("link", ["secrets/link", "linked"])
def test_a_relative_path_never_leaves_the_project_by_a_link(link: str, folder: Path, context: Context) -> None:
    (folder.parent / "home").mkdir()
    (folder.parent / "home" / "key").write_text(SECRET)
    (folder / link).symlink_to(folder.parent / "home" if link == "linked" else folder.parent / "home" / "key")
    error = failure("file:linked/key" if link == "linked" else f"file:{link}", context)
    assert error.cause is Cause.NOT_ALLOWED
    assert "symbolic link" in error.message


def test_a_pipe_is_no_file_and_does_not_hang(folder: Path, context: Context) -> None:
    os.mkfifo(folder / "secrets" / "pipe")
    assert failure("file:secrets/pipe", context).cause is Cause.INVALID


def test_a_bare_repository_has_no_relative_files(context: Context) -> None:
    assert failure("file:secrets/raw", replace(context, folder=None)).cause is Cause.NOT_FOUND


def allow(context: Context, text: str) -> Path:
    assert context.config is not None
    context.config.mkdir(exist_ok=True)
    file = context.config / "commands.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_a_command_that_the_user_allows(context: Context) -> None:
    allow(context, f"token: [printf, '%s\\n', '{SECRET}']\n")
    assert value("cmd:token", context) == SECRET


@pytest.mark.parametrize(
    ("commands", "cause"),
    [
        ("", Cause.NOT_ALLOWED),
        ("other: [echo, a]\n", Cause.NOT_ALLOWED),
        ("token: echo a\n", Cause.INVALID),
        ("token: []\n", Cause.INVALID),
        ("token: [\n", Cause.INVALID),
        (f"token: [sh, -c, 'echo {SECRET} >&2; echo {SECRET}; exit 3']\n", Cause.FAILED),
        ("token: [no-such-program]\n", Cause.FAILED),
        ("token: ['true']\n", Cause.EMPTY),
        ("token: ['yes']\n", Cause.INVALID),  # more than a mebibyte, and no end of it
    ],
)
def test_a_command_that_gives_no_secret(commands: str, cause: Cause, context: Context) -> None:
    allow(context, commands)
    assert failure("cmd:token", context).cause is cause


def test_commands_that_others_may_write_are_not_run(context: Context) -> None:
    allow(context, f"token: [echo, {SECRET}]\n").chmod(0o622)
    assert failure("cmd:token", context).cause is Cause.NOT_ALLOWED


def is_running(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_a_command_that_hangs_is_ended_with_all_that_it_started(context: Context, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    allow(context, f"token: [sh, -c, 'sleep 60 & echo $! > {pid}; wait']\n")
    began = time.monotonic()
    assert failure("cmd:token", replace(context, timeout=0.5)).cause is Cause.TIMEOUT
    assert time.monotonic() - began < 3
    child = Path("/proc") / pid.read_text().strip()
    deadline = time.monotonic() + 3
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_a_scheme_that_nobody_resolves_says_what_would_help(context: Context) -> None:
    error = failure("no-store:a/b", context)
    assert error.cause is Cause.NO_RESOLVER
    assert "jetenv.resolvers" in (error.hint or "")


@pytest.mark.usefixtures("plugin")
class TestPlugin:
    """Another package offers resolvers by entry points; a real one is on the path."""

    def test_it_resolves(self, context: Context) -> None:
        assert value("test-store:place/of#field", context) == "place/of field"

    def test_whatever_it_raises_is_one_error_without_its_text(self, context: Context) -> None:
        error = failure("broken-store:x", context)
        assert error.cause is Cause.FAILED
        assert "ValueError" in error.message

    def test_it_never_takes_the_place_of_a_resolver_of_jetenv(self, context: Context) -> None:
        assert value("env:TOKEN", context) == SECRET

    def test_one_that_cannot_be_imported_is_told(self, context: Context) -> None:
        assert failure("gone-store:x", context).cause is Cause.NO_RESOLVER

    def test_references_are_resolved_at_the_same_time(self, context: Context) -> None:
        references = [Reference("slow-store", f"s{number}") for number in range(100)]
        began = time.monotonic()
        found = resolve_all(references, context)
        assert time.monotonic() - began < 1.4  # one after the other they take 20 seconds
        assert [found[each] for each in references] == [Secret(f"secret {each.path}") for each in references]

    def test_a_hundred_are_asked_for_at_once(self, context: Context) -> None:
        """Each waits until all of them are being resolved; none would answer if some had to wait for others."""
        import jetenv_test_store

        jetenv_test_store.together = threading.Barrier(100)
        references = [Reference("meeting-store", str(number)) for number in range(100)]
        found = resolve_all(references, replace(context, timeout=20))
        assert all(isinstance(each, Secret) for each in found.values())

    def test_they_are_resolved_while_something_else_is_done(self, context: Context) -> None:
        import jetenv_test_store

        jetenv_test_store.together = threading.Barrier(3)
        resolving = Resolving(replace(context, timeout=20))
        first, second, third = (Reference("meeting-store", name) for name in "abc")
        resolving.begin([first])
        resolving.begin([first, second])
        jetenv_test_store.together.wait(20)  # both came here, without anybody having asked for results
        assert list(resolving.results()) == [first, second]
        jetenv_test_store.together = threading.Barrier(1)
        resolving.begin([third])
        assert list(resolving.results()) == [first, second, third]

    def test_one_that_hangs_is_given_up_and_holds_no_other_back(self, context: Context) -> None:
        hanging = [Reference("hanging-store", f"h{number}") for number in range(70)]
        began = time.monotonic()
        found = resolve_all([*hanging, Reference("env", "TOKEN")], replace(context, timeout=0.3))
        assert time.monotonic() - began < 5
        assert found[Reference("env", "TOKEN")] == Secret(SECRET)
        assert {each.cause for each in found.values() if isinstance(each, ResolutionError)} == {Cause.TIMEOUT}
