"""How long whole processes take: ratios of medians to a bare Python, and `create` on small and large projects.

    .venv/bin/python benchmarks/startup.py [--rounds 15] [--project DIR] [--skip list,create]

Commands run alternately, so that a slow moment of the machine hits all of them alike. Without ``--project`` a
new project is made with `jetenv init`, from the example where there is one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

JETENV = [sys.executable, "-m", "jetenv"]
EXAMPLE = Path(__file__).parent.parent / "examples" / "orders"
BUDGET = {"--help": 2.0, "--version": 2.0, "create --help": 8.0, "current": 8.0, "status": 20.0}


def run(command: Sequence[str], cwd: Path, **env: str) -> None:
    subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True
    )


def seconds(command: Sequence[str], cwd: Path) -> float:
    start = time.perf_counter()
    run(command, cwd)
    return time.perf_counter() - start


def medians(commands: Mapping[str, Sequence[str]], cwd: Path, rounds: int) -> dict[str, float]:
    """The median seconds of each command, run in turn; the first round only warms the caches."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            times[name].append(seconds(command, cwd))
    return {name: statistics.median(found[1:]) for name, found in times.items()}


def new_project(folder: Path, *, example: bool = False) -> Path:
    origin = ["--from", str(EXAMPLE)] if example and EXAMPLE.is_dir() else []
    run([*JETENV, "init", str(folder), *origin], folder.parent)
    return folder


def fast_import(repo: Path, stream: str) -> None:
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=repo, input=stream.encode(), check=True)


def with_environments(folder: Path, number: int, history: int = 0) -> Path:
    """A project of ``number`` environments besides production, each one commit ahead of it.

    With ``history`` production has as many more commits, and the environments were cut from them in turn.
    """
    new_project(folder)
    show = ["git", "show", "production:environments/production/environment.yaml"]
    settings = subprocess.run(show, cwd=folder, capture_output=True, text=True, check=True).stdout
    lines = [line for line in settings.splitlines(keepends=True) if not line.startswith(("uid:", "name:"))]
    parts = [
        f"commit refs/heads/production\nmark :{at + 1}\ncommitter Bench <bench@example.org> {1767225600 + at} +0000\n"
        f"data 4\nWork\n" + "from refs/heads/production^0\n" * (at == 0)
        for at in range(history)
    ]
    for at in range(number):
        origin = f":{at * history // number + 1}" if history else "refs/heads/production"
        content = f"uid: benchmark{at:06d}\nname: Environment {at}\n" + "".join(lines)
        parts.append(
            f"commit refs/heads/env-{at}\ncommitter Bench <bench@example.org> {1767225600 + history + at} +0000\n"
            f"data 6\nCreate\nfrom {origin}\n"
            f"M 100644 inline environments/env-{at}/environment.yaml\ndata {len(content.encode())}\n{content}\n"
        )
    fast_import(folder, "".join(parts))
    return folder


def with_files(folder: Path, number: int) -> Path:
    """A project of ``number`` pages in nested folders; the working tree is left as it was."""
    new_project(folder)
    parts = ["commit refs/heads/production\ncommitter Bench <bench@example.org> 1767225600 +0000\ndata 4\nGrow\n"]
    parts.append("from refs/heads/production^0\n")
    for at in range(number):
        content = f"key: {at}\n"
        place = f"data/{at // 1000:03d}/{at // 50 % 20:02d}/file-{at:06d}.yaml"
        parts.append(f"M 100644 inline {place}\ndata {len(content)}\n{content}\n")
    fast_import(folder, "".join(parts))
    return folder


def start_up(project: Path, rounds: int) -> None:
    commands = {"bare python": [sys.executable, "-c", "pass"]}
    commands |= {name: [*JETENV, *name.split()] for name in BUDGET}
    found = medians(commands, project, rounds)
    bare = found["bare python"]
    print(f"{'bare python':<24}{bare * 1000:8.1f} ms")
    for name, budget in BUDGET.items():
        print(f"{name:<24}{found[name] * 1000:8.1f} ms {found[name] / bare:6.2f} x  (budget {budget:g} x)")


def listing(name: str, project: Path, rounds: int) -> None:
    found = medians({"list": [*JETENV, "list"]}, project, rounds)
    print(f"{name:<24}{found['list'] * 1000:8.1f} ms           (budget 1000 ms)")


def creating(small: Path, large: Path, rounds: int) -> None:
    times: dict[str, list[float]] = {"small": [], "large": []}
    for at in range(rounds + 1):
        for name, project in (("small", small), ("large", large)):
            times[name].append(seconds([*JETENV, "create", f"bench-{at}"], project))
    a, b = (statistics.median(found[1:]) for found in times.values())
    print(f"{'create, 100 files':<24}{a * 1000:8.1f} ms")
    print(f"{'create, 100,000 files':<24}{b * 1000:8.1f} ms {b / a:6.2f} x  (budget 1.2 x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--project", type=Path, help="where to run the start-up commands")
    parser.add_argument("--skip", default="", help="parts to leave out: start, list, create")
    options = parser.parse_args()
    skipped = options.skip.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ.setdefault("GIT_AUTHOR_NAME", "Bench")
        os.environ.setdefault("GIT_COMMITTER_NAME", "Bench")
        os.environ["GIT_CONFIG_GLOBAL"] = str(folder / "gitconfig")
        os.environ["JETENV_CONFIG_DIR"] = str(folder / "config")
        os.environ["JETENV_CACHE_DIR"] = str(folder / "cache")
        (folder / "gitconfig").write_text("[user]\n\tname = Bench\n\temail = bench@example.org\n")
        if "start" not in skipped:
            start_up(options.project or new_project(folder / "project", example=True), options.rounds)
        if "list" not in skipped:
            rounds = min(options.rounds, 5)
            listing("list, 1,000 of them", with_environments(folder / "many", 1000), rounds)
            listing("  cut from 4,000 commits", with_environments(folder / "old", 1000, 4000), rounds)
        if "create" not in skipped:
            creating(with_files(folder / "small", 100), with_files(folder / "large", 100_000), options.rounds)


if __name__ == "__main__":
    main()
