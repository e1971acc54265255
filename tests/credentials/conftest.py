"""A package of somebody else that offers resolvers, as an installer would leave it on the path."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

MODULE = """
import threading
import time

together = threading.Barrier(100)


def meeting(reference, context):
    together.wait(context.timeout)
    return f"secret {reference.path}"


def store(reference, context):
    return f"{reference.path} {reference.field}"


def broken(reference, context):
    raise ValueError("pl4nted-s3cret")


def slow(reference, context):
    time.sleep(0.2)
    return f"secret {reference.path}".encode()


def hanging(reference, context):
    time.sleep(20)
    return "too late"


def environment(reference, context):
    return "not the variable"
"""
ENTRY_POINTS = """\
[jetenv.resolvers]
test-store = jetenv_test_store:store
broken-store = jetenv_test_store:broken
meeting-store = jetenv_test_store:meeting
slow-store = jetenv_test_store:slow
hanging-store = jetenv_test_store:hanging
gone-store = jetenv_test_store:gone
env = jetenv_test_store:environment
"""


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a package and its metadata, to be put on the path."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "jetenv_test_store.py").write_text(MODULE)
    metadata = folder / "jetenv_test_store-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: jetenv-test-store\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return folder


@pytest.fixture
def plugin(plugin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package is installed for this process and those that it starts."""
    monkeypatch.syspath_prepend(plugin_folder)
    monkeypatch.setenv("PYTHONPATH", str(plugin_folder))
    importlib.invalidate_caches()
    return plugin_folder
