"""How long `jetenv diff` takes as a process, against `git diff --stat` of the same two branches, as ratios of one run.

    python benchmarks/diff.py [--files N …] [--changed M] [--remove K]

For each N a project of N collections in nested folders is made, of which M differ between two branches; K collections
are removed as well, which makes jetenv look for what names them. Times are the least processor time of several runs of
whole processes, so that whatever else the machine does counts little; memory is the peak. Python may keep its
bytecode, as it has for an installed jetenv.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

JETENV = Path(sys.executable).with_name("jetenv")
ENVIRONMENT = "uid: {uid}\nname: {name}\nversion: latest\ncredentials: {credentials}\n"


def large(number: int, title: str) -> str:
    """A collection of about 1 KB."""
    fields = "".join(
        f"  - name: part{at}\n    field: TextField\n    verbose_name: Part {at} of {number}\n" for at in range(14)
    )
    return f"verbose_name: {title}\nfields:\n{fields}"


def collection(number: int) -> str:
    """A small collection."""
    return f"verbose_name: Thing {number}\nfields:\n  - name: id\n    field: IntegerField\n"


def path_of(number: int) -> str:
    """Pages stand in one folder: git reads all of it, however little of it differs; collections stand in many."""
    return f"collections/db{number % 100:02}-{number // 100 % 100:02}/table{number}.yaml"


def stream(files: int, changed: int, removed: int) -> Iterator[str]:
    """A project for `git fast-import`: the branch staging differs from production in some of its files."""
    for branch in ("production", "staging"):
        yield f"commit refs/heads/{branch}\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n"
        if branch == "staging":
            yield "from refs/heads/production\n"
        else:
            yield blob("jetenv.yaml", "format: 1\nproject: aaaaaaaaaaaaaaaaaaaaaaaa\nname: Big\n")
            for number in range(files):
                yield blob(path_of(number), large(number, f"Page {number}"))
            for number in range(removed):
                yield blob(f"collections/db/thing{number}.yaml", collection(number))
        own_id = "a" * 24 if branch == "production" else "b" * 24
        credentials = "own" if branch == "production" else "inherit"
        yield blob(
            f"environments/{branch}/environment.yaml",
            ENVIRONMENT.format(uid=own_id, name=branch.capitalize(), credentials=credentials),
        )
        if branch == "staging":
            for number in range(0, files, max(1, files // changed)):
                yield blob(path_of(number), large(number, f"Other {number}"))
            for number in range(removed):
                yield f"D collections/db/thing{number}.yaml\n"
        yield "\n"


def blob(path: str, text: str) -> str:
    """A file of a commit."""
    return f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"


def project(folder: Path, files: int, changed: int, removed: int) -> None:
    """Make the repository."""
    subprocess.run(["git", "init", "-q", "-b", "production", folder], check=True)
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE, text=True) as importing:
        assert importing.stdin is not None
        for part in stream(files, changed, removed):
            importing.stdin.write(part)


def measured(command: list[str], folder: Path, runs: int) -> tuple[float, int]:
    """The least processor time of a process in seconds, and its peak of memory in MB."""
    times, peak = [], 0
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        times.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss // 1024)
        assert process.returncode == 0, command
    return min(times), peak


def main() -> None:
    """Measure and print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--changed", type=int, default=1_000)
    parser.add_argument("--remove", type=int, default=0)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    first: float | None = None
    print("  files  changed  jetenv diff  git diff --stat  ratio  to the first size  peak MB")
    for files in given.files:
        with tempfile.TemporaryDirectory(prefix="jetenv-benchmark-") as name:
            folder = Path(name)
            project(folder, files, min(given.changed, files), given.remove)
            command = [str(JETENV), "diff", "production", "staging"]
            ours, peak = measured(command, folder, given.runs)
            theirs, _ = measured(["git", "diff", "--stat", "production", "staging"], folder, given.runs)
            first = first if first is not None else ours
            print(
                f"{files:7,}  {given.changed:7,}  {ours:10.2f}s  {theirs:14.2f}s  {ours / theirs:5.1f}"
                f"  {ours / first:17.2f}  {peak:7,}"
            )


if __name__ == "__main__":
    main()
