"""How long `jetenv credentials check` takes on many references to a store that is slow to answer.

    .venv/bin/python benchmarks/credentials.py [--references 100] [--delay 0.2] [--runs 5]

The store is a plugin that sleeps before each answer. Told are whole processes, the least and the most of several runs,
beside what the references would take one after the other, and the same command without resolving.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "orders"
JETENV = Path(sys.executable).with_name("jetenv")


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--references", type=int, default=100)
    arguments.add_argument("--delay", type=float, default=0.2, help="seconds before each answer")
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        environ = {
            **os.environ,
            "HOME": folder,
            "JETENV_CACHE_DIR": str(top / "cache"),
            "PYTHONPATH": str(top / "store"),
        }
        make_store(top / "store", given.delay)
        make_project(top / "project", given.references, environ)
        resolving = [timed(top / "project", environ) for _ in range(given.runs)]
        looking = [timed(top / "project", environ, "--no-resolve") for _ in range(given.runs)]
    serial = given.references * given.delay
    print(f"{given.references} references to a store that answers after {given.delay:g} s:")
    print(f"  {min(resolving):.2f} to {max(resolving):.2f} s, where one after the other takes {serial:.0f} s")
    print(f"  {min(looking):.2f} to {max(looking):.2f} s without resolving")


def make_store(folder: Path, delay: float) -> None:
    """A package with a resolver of the scheme ``slow-store``, to be put on the path."""
    metadata = folder / "slow_store-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "slow_store.py").write_text(
        f"import time\n\n\ndef resolve(reference, context):\n    time.sleep({delay})\n    return reference.path + '!'\n"
    )
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-store\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[jetenv.resolvers]\nslow-store = slow_store:resolve\n")


def make_project(project: Path, references: int, environ: Mapping[str, str]) -> None:
    """A project whose default environment binds ``references`` credentials to the store."""
    author = {f"GIT_{who}_{what}": "bench" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    started = {**environ, **author, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([JETENV, "init", project, "--from", EXAMPLE], env=started, check=True, capture_output=True)
    bindings = "".join(f"  many-{number}: slow-store:many-{number}\n" for number in range(references))
    (project / "environments" / "production" / "credentials.yaml").write_text(f"bindings:\n{bindings}")
    subprocess.run(["git", "commit", "-qam", "bindings"], cwd=project, env=started, check=True)


def timed(project: Path, environ: Mapping[str, str], *options: str) -> float:
    """Seconds of one process."""
    start = time.perf_counter()
    command = [str(JETENV), "credentials", "check", "production", *options]
    done = subprocess.run(command, cwd=project, env=dict(environ), capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1) or "many-0" not in done.stdout:
        sys.exit(done.stdout[-2000:] + done.stderr)
    return took


if __name__ == "__main__":
    main()
