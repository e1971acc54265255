"""How long the proof of a signed history takes, held against `git log --format=%G?` over the same commits.

    .venv/bin/python benchmarks/verify.py [--commits 2000] [--merges 100] [--pages 100]

It says how many times as fast as git the whole proof is, how its time grows from half of the history to all of it, how
long `jetenv verify` takes as a whole process for ten new commits on top where the rest was verified before, and what
asking for the right adds to a command that changes something.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import pygit2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from jetenv.access.history import Verifier
from jetenv.access.ledger import Ledger
from jetenv.access.public_keys import read_public_key
from jetenv.access.store import GitStore
from jetenv.access.wire import string
from jetenv.environments.project import ROOT_PIN, Project, open_project
from jetenv.repository.objects import FILE, Oid, TreeEntry

PAGE = "name: Page {0}\nurl: /{0}\ncomponents:\n  - {{id: a, type: text, text: '{1}'}}\n"


class Author:
    """Makes signed commits in process, for ssh-keygen would take longer than all that is measured."""

    def __init__(self, project: Project, key: Path) -> None:
        private = load_ssh_private_key(key.read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        self._private = private
        self._public = base64.b64decode(read_public_key(key.with_suffix(".pub")).split()[1])
        self._repo = project.repo
        self._odb = pygit2.Repository(str(project.repo.path)).odb

    def _signature(self, payload: bytes) -> bytes:
        head = string(b"git") + string(b"") + string(b"sha512")
        signed = self._private.sign(b"SSHSIG" + head + string(hashlib.sha512(payload).digest()))
        inner = string(b"ssh-ed25519") + string(signed)
        text = base64.b64encode(b"SSHSIG\0\0\0\1" + string(self._public) + head + string(inner)).decode()
        lines = [text[at : at + 70] for at in range(0, len(text), 70)]
        return "\n ".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----"]).encode()

    def commit(self, pages: Mapping[int, str], *parents: Oid) -> Oid:
        """A commit after ``parents`` that writes pages, by number and text, into the tree of the first."""
        trees = self._repo.trees
        files = {f"pages/p{at}.yaml": PAGE.format(at, text).encode() for at, text in pages.items()}
        edits = {path: TreeEntry(trees.write_blob(data), FILE) for path, data in files.items()}
        lines = [f"tree {trees.edit(self._repo.commits.get(parents[0]).tree, edits)}"]
        lines += [f"parent {parent}" for parent in parents]
        lines += [f"{role} Ada <ada@example.org> 1767225600 +0000" for role in ("author", "committer")]
        head = "\n".join(lines).encode() + b"\n"
        payload = head + b"\nA change\n"
        data = head + b"gpgsig " + self._signature(payload) + b"\n\nA change\n"
        return Oid(str(self._odb.write(int(pygit2.enums.ObjectType.COMMIT), data)))


def grow(author: Author, tip: Oid, commits: int, merges: int, pages: int) -> Oid:
    """A history of ``commits`` commits along first parents, ``merges`` of them merges of a commit beside it."""
    every = commits // merges if merges else commits + 1
    for number in range(commits):
        change = {number % pages: f"version {number}"}
        if number % every == every - 1:
            side = author.commit({pages + number % pages: f"side {number}"}, tip)
            main = author.commit(change, tip)
            tip = author.commit({pages + number % pages: f"side {number}"}, main, side)
        else:
            tip = author.commit(change, tip)
    return tip


def verify(folder: Path, tip: Oid, ledger: Ledger | None = None) -> tuple[float, Ledger, int]:
    """The seconds of one proof from an opened repository on, with what to remember of it and how much was judged."""
    project = open_project(folder)
    name, root = project.default().id, project.repo.config.get(ROOT_PIN)
    start = time.perf_counter()
    verifier = Verifier(GitStore(project.repo), root, project.catalog, ledger)
    done = verifier.default(name, tip)
    took = time.perf_counter() - start
    if not done.proven:
        sys.exit(f"the history is not proven: {done.breaches[0]}")
    return took, verifier.ledger, len(done.checked)


ASK = """
import sys, time
from pathlib import Path
import jetenv.access.signing, jetenv.documents.editing, jetenv.documents.parsing, jetenv.documents.values
import jetenv.repository.journal, jetenv.schemas.catalog
from jetenv.access.keys import find_signing_key
from jetenv.environments.project import open_project
from jetenv.repository.objects import FILE, TreeEntry

project = open_project(Path.cwd())
environment = project.default()
find_signing_key(project.repo, create=False)  # whoever signs looks for the key
trees, path = project.repo.trees, environment.folder + "/environment.yaml"
tree = project.repo.commits.get(environment.tip).tree
data = trees.read(trees.entry(tree, path).oid).replace(b"color: red", b"color: blue")
changed = trees.edit(tree, {path: TreeEntry(trees.write_blob(data), FILE)})
start = time.process_time()
from jetenv.environments.rights.permission import require_change
require_change(project, environment, changed)
print(time.process_time() - start)
"""
"""What a command does that changes a setting, up to the question, which is timed with all that it loads."""


def ask(folder: Path, runs: int = 9) -> float:
    """The seconds of processor time that the question takes in a fresh process, the median of several."""
    command = [sys.executable, "-c", ASK]

    def run() -> float:
        return float(subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout)

    run()  # compiles, and learns what is in force
    return sorted(run() for _ in range(runs))[runs // 2]


def whole_process(folder: Path, runs: int = 5) -> float:
    """The seconds of processor time of one `jetenv verify`, the median of several that all remember the same."""
    record = folder / ".git/jetenv/verified.json"
    remembered = record.read_bytes() if record.exists() else None

    def run() -> float:
        if remembered is not None:
            record.write_bytes(remembered)
        start = os.times()
        subprocess.run([sys.executable, "-m", "jetenv", "verify"], cwd=folder, check=True, capture_output=True)
        end = os.times()
        return end.children_user + end.children_system - start.children_user - start.children_system

    return sorted(run() for _ in range(runs))[runs // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=2000)
    parser.add_argument("--merges", type=int, default=100)
    parser.add_argument("--pages", type=int, default=100)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, GIT_CONFIG_GLOBAL=f"{home}/.gitconfig", XDG_CONFIG_HOME=f"{home}/.config")
        key, folder = Path(home) / "key", Path(home) / "project"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        for name, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("user.signingkey", f"{key}.pub")):
            subprocess.run(["git", "config", "--global", name, value], check=True)
        init = [sys.executable, "-m", "jetenv", "init", str(folder)]
        subprocess.run(init, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        project = open_project(folder)
        author, start = Author(project, key), project.default().tip
        half = grow(author, start, options.commits // 2, options.merges // 2, options.pages)
        tip = grow(author, half, options.commits - options.commits // 2, options.merges // 2, options.pages)
        project.repo.refs.move(project.default().id, tip, start, "grown")
        subprocess.run(["git", "gc", "-q"], cwd=folder, check=True)
        verify(folder, half)  # loads what is loaded once
        first, _, _ = verify(folder, half)
        whole, ledger, judged = verify(folder, tip)
        whole_process(folder, 1)
        newer = grow(author, tip, 10, 0, options.pages)
        more, _, _ = verify(folder, newer, ledger)
        project.repo.refs.move(project.default().id, newer, tip, "grown")
        process = whole_process(folder)
        question = ask(folder)
        began = time.perf_counter()
        log = ["git", "log", "--first-parent", "--format=%G?", tip]
        said = subprocess.run(log, cwd=folder, check=True, capture_output=True, text=True).stdout.split()
        by_git = time.perf_counter() - began
        assert set(said) == {"G"} and len(said) == judged
        print(f"{judged} commits proven in {whole:.2f} s; git log --format=%G? takes {by_git:.1f} s")
        print(f"  {by_git / whole:.0f} times as fast (at least 20 is asked for)")
        print(f"  all of it takes {whole / first:.2f} times what half of it takes")
        print(f"  10 more commits on top: {more * 1000:.0f} ms, {process * 1000:.0f} ms as a process (at most 500)")
        print(f"  asking for the right adds {question * 1000:.0f} ms to a command (at most 30)")


if __name__ == "__main__":
    main()
