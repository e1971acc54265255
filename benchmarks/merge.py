"""How long merges take, as ratios within one run.

    python benchmarks/merge.py documents [FILE]     one file three-way against loading it three times with ruamel
    python benchmarks/merge.py projects [--files N] `jetenv merge` against `git merge`, as whole processes

``documents`` also shows how time and memory grow with size, list length, conflicts and nesting. It counts processor
time and takes the least of several runs, those that are compared in turns: whatever else the machine does only adds to
a run. ``projects`` takes medians of whole processes; it makes a project of N files in nested folders with 1,000 of them
changed on each side, and 100 on both.
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
from collections.abc import Callable, Sequence
from pathlib import Path

from jetenv.merging.files import merge_file
from jetenv.repository.lines import merge_lines
from jetenv.schemas.rules import Rules

JETENV = Path(sys.executable).with_name("jetenv")

Sides = tuple[bytes, bytes, bytes]
"""Base, ours and theirs."""

LEAST_PEAK = 1024
"""KB below which the growth of memory is that of the process and not of the merge."""

CHANGED = 1_000
"""How many files each side of a merged project changes."""


def least(runs: Sequence[tuple[Callable[[], object], int]], rounds: int) -> list[float]:
    """The least processor time of each call in milliseconds, called so many times in each of the rounds."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for (run, times_a_round), measured in zip(runs, times, strict=True):
            for _ in range(times_a_round):
                start = time.process_time()
                run()
                measured.append(1000 * (time.process_time() - start))
    return [min(measured) for measured in times]


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
    merged, loaded = least(
        [
            (lambda: three_way(base, ours, theirs), 20),
            (lambda: [YAML().load(version.decode()) for version in (base, ours, theirs)], 2),
        ],
        rounds=5,
    )
    print(f"{len(base)} bytes three-way: {merged:.1f} ms, loading all three round-trip: {loaded:.1f} ms")
    print(f"  share of the loading           {merged / loaded:6.3f}   (bar 0.1)")
    for what, (_, _, bar) in GROWTHS.items():
        growth(what, bar)


def sides_of(base: bytes, ours: tuple[bytes, bytes], theirs: tuple[bytes, bytes]) -> Sides:
    """Three versions: a text of the base replaced by another one on either side."""
    return base, base.replace(*ours), base.replace(*theirs)


def sized(components: int) -> Sides:
    """A page with every 50th component edited on both sides."""
    base = page(components)
    return (base, *edits(base, 50))


def conflicting(components: int) -> Sides:
    """A page with a conflict in every component."""
    return sides_of(page(components), (b"page_size: ", b"page_size: 1"), (b"page_size: ", b"page_size: 2"))


def listed(items: int) -> Sides:
    """A list of scalars with other ones changed on each side."""
    base = ("list:\n" + "".join(f"- item{number}\n" for number in range(items))).encode()
    return sides_of(base, (b"3\n", b"3 of ours\n"), (b"7\n", b"7 of theirs\n"))


def nested(depth: int) -> Sides:
    """Mappings inside each other, in flow style so that the size grows with the depth only."""
    base = ("a: " + "{k: " * depth + "1" + "}" * depth + "\nb: 1\nc: 1\n").encode()
    first, ours, theirs = sides_of(base, (b"1}", b"2}"), (b"c: 1", b"c: 2"))
    return first, ours.replace(b"b: 1", b"b: 2"), theirs


GROWTHS: dict[str, tuple[Callable[[int], Sides], tuple[int, int], int | None]] = {
    "size, 1 MB to 10 MB": (sized, (9_000, 90_000), 13),
    "list length, 5,000 to 50,000": (listed, (5_000, 50_000), 13),
    "conflicts, 500 to 5,000": (conflicting, (500, 5_000), 13),
    "nesting, 19 to 190 levels": (nested, (19, 190), None),
}
"""What grows: how the versions are made, from what number to which, and the bar."""


def growth(what: str, bar: int | None) -> None:
    """Print how the time and the memory of a merge grow from the smaller number to the larger one."""
    make, numbers, _ = GROWTHS[what]
    small, large = (make(number) for number in numbers)
    times = least([(lambda: three_way(*small), 5), (lambda: three_way(*large), 1)], rounds=3)
    peaks = [peak(what, number) for number in numbers]
    print(
        f"  {what}: {len(large[0]) / len(small[0]):.1f} x the bytes, {times[1] / times[0]:.1f} x the time, "
        f"{peaks[1] / peaks[0]:.1f} x the memory" + (f"   (bar {bar})" if bar else "")
    )


def peak(what: str, number: int) -> int:
    """How many KB a merge adds to the most that a process of its own has in memory."""
    command = [sys.executable, __file__, "peak", what, str(number)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_peak(what: str, number: int) -> None:
    """What ``peak`` asks for."""
    versions = GROWTHS[what][0](number)
    three_way(b"a: 1\nb: 1\n", b"a: 2\nb: 1\n", b"a: 1\nb: 2\n")
    before = most_in_memory()
    three_way(*versions)
    print(max(LEAST_PEAK, most_in_memory() - before))


def most_in_memory() -> int:
    """The most KB that this process had in memory; the number of ``resource`` counts its parent, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


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
    peaks = kinds.add_parser("peak", help="the memory of one merge in KB, for documents")
    peaks.add_argument("what", choices=GROWTHS)
    peaks.add_argument("number", type=int)
    given = arguments.parse_args()
    if given.kind == "documents":
        documents(given.file)
    elif given.kind == "peak":
        print_peak(given.what, given.number)
    else:
        projects(given.files)


if __name__ == "__main__":
    main()
