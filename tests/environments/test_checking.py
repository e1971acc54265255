"""Files checked in several processes: the same verdicts in the same order, whatever becomes of the processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from jetenv.environments import checking
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.project_check import check_file

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
FILES = {path.relative_to(EXAMPLE).as_posix(): path.read_bytes() for path in sorted(EXAMPLE.rglob("*.yaml"))}
FILES["pages/broken.yaml"] = b"name: [\n"
FILES["deploy/api.yaml"] = b"image: 1\n"
SCHEMAS = {"deploy/*.yaml": b'{"properties": {"image": {"type": "string"}}}'}


@pytest.fixture
def verdicts(monkeypatch):
    catalog = Catalog.builtin().with_project(SCHEMAS)

    def run(cores: int):
        monkeypatch.setattr(checking, "_cores", lambda: cores)
        monkeypatch.setattr(checking, "FEWEST", 2)
        return checking.check_files(list(FILES), FILES.__getitem__, catalog, SCHEMAS)

    yield run
    assert multiprocessing.active_children() == []


def expected():
    return [check_file(path, data, Catalog.builtin().with_project(SCHEMAS)) for path, data in FILES.items()]


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_the_verdicts_do_not_depend_on_the_number_of_processes(verdicts, cores):
    assert verdicts(cores) == expected()


def test_a_process_that_dies_is_made_up_for(verdicts, monkeypatch):
    monkeypatch.setattr(checking, "_work", lambda *_: os._exit(9))
    assert verdicts(3) == expected()


def test_a_process_that_sends_nonsense_is_made_up_for(verdicts, monkeypatch):
    monkeypatch.setattr(checking, "_work", lambda schemas, pipe, inherited: pipe.send_bytes(b"{"))
    assert verdicts(2) == expected()


def test_no_process_waits_for_another(verdicts, monkeypatch, tmp_path):
    """All files but one are checked while that one keeps a process busy, and none of them in this process."""
    monkeypatch.setattr(checking, "_CHUNK", 1)
    checked = checking._checked

    def checked_and_logged(files, catalog):
        ((path, _),) = files
        deadline = time.monotonic() + 60
        while path == "pages/broken.yaml" and len(list(tmp_path.iterdir())) < len(FILES) - 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        found = checked(files, catalog)
        (tmp_path / path.replace("/", "-")).write_text(str(os.getpid()))
        return found

    monkeypatch.setattr(checking, "_checked", checked_and_logged)
    assert verdicts(2) == expected()
    by = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert len(by) == len(FILES)
    assert str(os.getpid()) not in by.values()


def test_no_process_is_left_after_an_interrupt(verdicts, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "_received", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verdicts(3)
