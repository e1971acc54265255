"""``jetenv schema``: what editors are given, and that a real language server completes and explains with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data

Runner = Callable[..., Any]
SERVER = Path(__file__).parents[1] / "node/node_modules/yaml-language-server/bin/yaml-language-server"


@pytest.fixture
def root(orders: Path) -> Path:
    """The example project."""
    return orders


def test_the_kinds_are_listed_and_shown(jetenv: Runner) -> None:
    assert "pages/*.yaml" in jetenv("schema", "list").stdout
    assert json.loads(jetenv("schema", "show", "page").stdout)["title"] == "Page"
    assert "did you mean 'page'" in jetenv("schema", "show", "pagee", check=False).stderr
    assert jetenv("schema").stdout == jetenv("schema", "list").stdout
    for arguments in (("schema", "show"), ("schema", "list", "--vscode"), ("schema", "list", "page")):
        assert jetenv(*arguments, check=False).code == 2


def test_the_files_accept_the_project_without_any_urn(jetenv: Runner, root: Path) -> None:
    jetenv("schema", "export", "--vscode", cwd=root)
    folder = root / ".jetenv/schemas"
    files = {path.name: json.loads(path.read_text()) for path in folder.iterdir()}
    assert all("urn:" not in path.read_text() for path in folder.iterdir())
    base = "file:///schemas/"
    registry: Any = Registry().with_resources(
        (base + name, Resource.from_contents(each)) for name, each in files.items()
    )
    settings = json.loads((root / ".vscode/settings.json").read_text())["yaml.schemas"]
    checked = 0
    for name, globs in settings.items():
        validator = Draft202012Validator({"$ref": base + Path(name).name}, registry=registry)
        for file in (file for glob in globs for file in root.glob(glob)):
            validator.validate(to_data(parse(file.read_bytes()).root))
            checked += 1
    assert checked > 30


def test_settings_of_ones_own_stay(jetenv: Runner, root: Path) -> None:
    file = root / ".vscode/settings.json"
    file.parent.mkdir()
    file.write_text('{"editor.tabSize": 2, "yaml.schemas": {"mine.json": "x.yaml", "./.jetenv/schemas/old.json": []}}')
    jetenv("schema", "export", "--vscode", cwd=root)
    settings = json.loads(file.read_text())
    assert settings["editor.tabSize"] == 2
    assert settings["yaml.schemas"]["mine.json"] == "x.yaml"
    assert "./.jetenv/schemas/old.json" not in settings["yaml.schemas"]
    assert jetenv("schema", "export", "--vscode", cwd=root).stdout == "Everything is as it would be written\n"
    file.write_text("{} // a remark\n")
    shutil.rmtree(root / ".jetenv")
    ran = jetenv("schema", "export", "--vscode", cwd=root, check=False)
    assert (ran.code, "put this into them" in ran.stderr, (root / ".jetenv").exists()) == (1, True, False)
    assert file.read_text() == "{} // a remark\n"


def test_lines_at_the_top_change_nothing_else(jetenv: Runner, git: Runner, root: Path) -> None:
    before = (root / "pages/orders.yaml").read_bytes()
    jetenv("schema", "export", "--modelines", cwd=root)
    line = b"# yaml-language-server: $schema=../.jetenv/schemas/page.json\n"
    assert (root / "pages/orders.yaml").read_bytes() == line + before
    assert git("diff", "--stat", "--", "environments/*/members.yaml", cwd=root) == ""
    jetenv("schema", "export", "--modelines", cwd=root)
    assert (root / "pages/orders.yaml").read_bytes() == line + before
    jetenv("validate", cwd=root)


def test_a_page_may_be_called_as_the_file_that_is_signed(jetenv: Runner, root: Path) -> None:
    """Links are left as they are, and so is what they lead to."""
    (root / "pages/members.yaml").write_bytes((root / "pages/orders.yaml").read_bytes())
    (root / "pages/link.yaml").symlink_to("../outside.yaml")
    (root / "outside.yaml").write_text("name: x\n")
    jetenv("schema", "export", "--modelines", cwd=root)
    line = b"# yaml-language-server: $schema=../.jetenv/schemas/page.json\n"
    assert (root / "pages/members.yaml").read_bytes().startswith(line)
    assert (root / "outside.yaml").read_text() == "name: x\n"


def test_schemas_of_the_project_are_named_too(jetenv: Runner, root: Path) -> None:
    (root / "stack.json").write_text('{"type": "object"}')
    (root / "jetenv.yaml").write_text((root / "jetenv.yaml").read_text() + "schemas:\n  stacks/*.yaml: stack.json\n")
    jetenv("schema", "export", "--vscode", cwd=root)
    settings = json.loads((root / ".vscode/settings.json").read_text())["yaml.schemas"]
    assert settings["./stack.json"] == ["stacks/*.yaml"]


class LanguageServer:
    """The real yaml-language-server, spoken to over its standard streams."""

    def __init__(self, root: Path) -> None:
        node = shutil.which("node")
        assert node is not None
        self.root = root
        self.settings: dict[str, Any] = {}
        self._number = 0
        self._process = subprocess.Popen(
            [node, SERVER, "--stdio"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(stream.read(length))
        return message

    def notify(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        self._number += 1
        self._write({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            if "id" in message:
                items = message["params"].get("items", []) if message["method"] == "workspace/configuration" else []
                result = [self.settings.get(item["section"], {}) for item in items]
                self._write({"id": message["id"], "result": result or None})

    def start(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        uri = self.root.as_uri()
        capabilities = {"workspace": {"configuration": True}}
        folders = [{"uri": uri, "name": "orders"}]
        self.ask("initialize", processId=os.getpid(), rootUri=uri, capabilities=capabilities, workspaceFolders=folders)
        self.notify("initialized")
        self.notify("workspace/didChangeConfiguration", settings=settings)

    def open(self, path: str, text: str) -> dict[str, str]:
        uri = (self.root / path).as_uri()
        self.notify("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})
        return {"uri": uri}


@pytest.fixture
def server(root: Path) -> Iterator[LanguageServer]:
    if not SERVER.exists() or shutil.which("node") is None:
        pytest.skip("no yaml-language-server here: npm ci --prefix tests/node --ignore-scripts")
    server = LanguageServer(root)
    yield server
    server.close()


@pytest.mark.parametrize("way", ["--vscode", "--modelines"])
def test_an_editor_completes_and_explains(jetenv: Runner, root: Path, server: LanguageServer, way: str) -> None:
    jetenv("schema", "export", way, cwd=root)
    schemas = {}
    if way == "--vscode":
        found = json.loads((root / ".vscode/settings.json").read_text())["yaml.schemas"]
        schemas = {(root / name).resolve().as_uri(): globs for name, globs in found.items()}
    server.start({"yaml": {"schemas": schemas, "completion": True, "hover": True, "schemaStore": {"enable": False}}})
    text = (root / "pages/orders.yaml").read_text() + "\n  - id: more\n    type: \n"
    document = server.open("pages/orders.yaml", text)
    last = text.count("\n") - 1
    place = {"line": last, "character": 10}
    labels: set[str] = set()
    for _ in range(50):  # the server reads its settings while it answers already
        answer = server.ask("textDocument/completion", textDocument=document, position=place)
        labels = {each["label"] for each in answer["items"]}
        if labels:
            break
        time.sleep(0.1)
    assert {"table", "kanban", "single_value"} <= labels
    line = next(number for number, each in enumerate(text.splitlines()) if each.startswith("name:"))
    hover = server.ask("textDocument/hover", textDocument=document, position={"line": line, "character": 1})
    assert "What the user reads in the menu" in json.dumps(hover)
