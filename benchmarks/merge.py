"""How long merges take, as ratios of medians in one run.

    python benchmarks/merge.py documents [FILE]     one file three-way against loading it three times with ruamel
    python benchmarks/merge.py projects [--files N] `jetenv merge` against `git merge`, as whole processes

``documents`` also shows how time grows with size, list length, conflicts and nesting. ``projects`` makes a project of N
files in nested folders with 1,000 of them changed on each side, and 100 on both.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jetenv.merging.files import merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

JETENV = Path(sys.executable).with_name("jetenv")

CHANGED = 1_000
"""How many files each side of a merged project changes."""


def median(run: Callable[[], object], runs: int) -> float:
    """The median time of a call in milliseconds, after one that is not counted."""
    run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def page(components: int, *, title: str = "Orders", extra: str = "") -> bytes:
    """A page of about 110 bytes a component."""
    lines = [f"title: {title}", "components:"]
    for number in range(components):
        lines += [
            f"  - id: component{number}",
            "    type: table  # of orders",
            "    settings:",
            f"      title: Component {number}",
            f"      page_size: {20 + number % 50}",
        ]
    return ("\n".join(lines) + "\n" + extra).encode()


def edits(base: bytes, share: int) -> tuple[bytes, bytes]:
    """Both sides of ``base``: each changes another line of every ``share``-th component."""
    ours, theirs = base.decode().split("\n"), base.decode().split("\n")
    for at in range(2, len(ours) - 5, 5 * share):
        ours[at + 3] += " A"
        theirs[at + 4] += "0"
    return "\n".join(ours).encode(), "\n".join(theirs).encode()


def three_way(base: bytes, ours: bytes, theirs: bytes) -> object:
    """One merge, as every entry point does it."""
    return merge_file(base, ours, theirs, Rules.NONE, merge_lines)


def documents(file: Path | None) -> None:
    """Time single documents."""
    from ruamel.yaml import YAML

    base = file.read_bytes() if file else page(36)
    ours, theirs = edits(base, 6) if file is None else (base + b"added_by_ours: 1\n", b"# header\n" + base)
    merged = median(lambda: three_way(base, ours, theirs), 31)
    loaded = median(lambda: [YAML().load(version.decode()) for version in (base, ours, theirs)], 7)
    print(f"{len(base)} bytes three-way: {merged:.1f} ms, loading all three round-trip: {loaded:.1f} ms")
    print(f"  share of the loading           {merged / loaded:6.3f}   (bar 0.1)")
    growth("size, 1 MB to 10 MB", [(n, page(n)) for n in (9_000, 90_000)], 13)
    growth("conflicts, 500 to 5,000", [(n, page(n)) for n in (500, 5_000)], 13, conflicting=True)
    growth("nesting, 19 to 190 levels", [(n, nested(n)) for n in (19, 190)], None)


def nested(depth: int) -> bytes:
    """Mappings inside each other, in flow style so that the size grows with the depth only."""
    return ("a: " + "{k: " * depth + "1" + "}" * depth + "\nb: 1\nc: 1\n").encode()


def growth(what: str, versions: list[tuple[int, bytes]], bar: int | None, *, conflicting: bool = False) -> None:
    """Print how the time of a merge grows from the first version to the second."""
    times = []
    for _, base in versions:
        if conflicting:
            ours, theirs = base.replace(b"page_size: ", b"page_size: 1"), base.replace(b"page_size: ", b"page_size: 2")
        elif b"components" in base:
            ours, theirs = edits(base, 50)
        else:
            ours, theirs = base.replace(b"1}", b"2}").replace(b"b: 1", b"b: 2"), base.replace(b"c: 1", b"c: 2")
        times.append(median(lambda sides=(base, ours, theirs): three_way(*sides), 3))  # type: ignore[misc]
    small, large = versions[0][1], versions[1][1]
    print(f"  {what}: {len(large) / len(small):.1f} x the bytes, {times[1] / times[0]:.1f} x the time", end="")
    print(f"   (bar {bar})" if bar else "")


def projects(count: int) -> None:
    """Time whole merges of a project of ``count`` files."""
    with tempfile.TemporaryDirectory(prefix="jetenv-merge-") as folder:
        home = Path(folder)
        (home / ".gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@example.com\n[gc]\n\tauto = 0\n")
        own = {"GIT_CONFIG_GLOBAL": f"{folder}/.gitconfig", "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}
        env = {**os.environ, "HOME": folder, **own}
        root = home / "project"
        run = Runner(root, env)
        grow(root, count, run)
        git = run.repeated(["git", "merge", "-q", "--no-edit", "staging"], reset=True)
        run.repeated([str(JETENV), "validate", "staging"], runs=1)
        run.repeated([str(JETENV), "validate", "production"], runs=1)
        run.repeated([str(JETENV), "merge", "staging", "production"], reset=True, runs=1)
        warm = run.repeated([str(JETENV), "merge", "staging", "production"], reset=True)
        cold = run.repeated([str(JETENV), "merge", "staging", "production"], reset=True, runs=1, forget=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{count} files: git merge {git:.0f} ms, jetenv merge {warm:.0f} ms with verdicts kept, {cold:.0f} ms without"
    )
    print(f"  with verdicts kept {warm / git:5.1f} x git   (bar 6)")
    print(f"  without            {cold / git:5.1f} x git   (bar 40)")
    print(f"  largest process    {peak:5.0f} MB   (bar 150 at 10,000 files)")


class Runner:
    """Runs commands in a project and times them."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root = root
        self.env = env

    def __call__(self, *command: str) -> str:
        done = subprocess.run(command, cwd=self.root, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def repeated(self, command: list[str], *, runs: int = 5, reset: bool = False, forget: bool = False) -> float:
        """The median time of a command in milliseconds; ``reset`` puts production back after each run."""
        tip = self("git", "rev-parse", "production")
        times = []
        for _ in range(runs):
            if forget:
                self("rm", "-rf", f"{self.env['XDG_CACHE_HOME']}/jetenv/verdicts.sqlite")
            start = time.perf_counter()
            self(*command)
            times.append(1000 * (time.perf_counter() - start))
            if reset:
                self("git", "reset", "-q", "--hard", tip)
        return statistics.median(times)


def grow(root: Path, count: int, run: Runner) -> None:
    """A project of ``count`` collections with production checked out and staging ahead of it.

    On each side CHANGED files are changed, a tenth of them on both, at places that git merges too.
    """
    root.mkdir()
    subprocess.run([str(JETENV), "init", "."], cwd=root, env=run.env, check=True, capture_output=True)
    names = [f"collections/db{n // 200}/table{n}.yaml" for n in range(count)]
    write(root, {f"resources/db{n}.yaml": DATABASE.format(n) for n in range((count - 1) // 200 + 1)})
    write(root, {name: COLLECTION.format(n) for n, name in enumerate(names)})
    run("git", "add", "-A")
    run("git", "commit", "-qm", "files")
    run(str(JETENV), "create", "staging", "--switch")
    both = CHANGED // 10
    edit(root, names[:CHANGED], "verbose_name: Table", "verbose_name: Staged table")
    run("git", "commit", "-qam", "staging")
    run("git", "switch", "-q", "production")
    edit(root, [*names[:both], *names[CHANGED : 2 * CHANGED - both]], "required: true", "required: false")
    run("git", "commit", "-qam", "production")


DATABASE = """\
name: Database {0}
type: sqlite
params:
  name: data/{0}.sqlite3
"""

COLLECTION = """\
verbose_name: Table {0}
verbose_name_plural: Tables {0}
primary_key_field: id
display_field: title
fields:
  - name: id
    field: IntegerField
    editable: false
  - name: title
    verbose_name: Title
    field: CharField
    required: true
  - name: done
    field: BooleanField
"""


def edit(root: Path, names: list[str], old: str, new: str) -> None:
    """Replace a text in files."""
    write(root, {name: (root / name).read_text().replace(old, new) for name in names})


def write(root: Path, files: dict[str, str]) -> None:
    """Write files, with their folders."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def main() -> None:
    """Print what was measured."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    kinds = arguments.add_subparsers(dest="kind", required=True)
    kinds.add_parser("documents").add_argument("file", type=Path, nargs="?")
    kinds.add_parser("projects").add_argument("--files", type=int, default=10_000)
    given = arguments.parse_args()
    if given.kind == "documents":
        documents(given.file)
    else:
        projects(given.files)


if __name__ == "__main__":
    main()
