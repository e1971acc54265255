"""How long `jetenv validate` takes, cold and warm, against check-jsonschema on the same files and the same schema.

    python benchmarks/validate.py [PAGES ...]        (1000 and 10000 if left out)

Needs `check-jsonschema` on the PATH for the comparison (`pip install check-jsonschema`); it judges a tenth of them,
and the rest is reckoned, for it takes minutes. Prints ratios of one run; times depend on the machine. Python may write
its bytecode, as it has for an installed jetenv.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

TOP = Path(__file__).parents[1]
EXAMPLE = TOP / "examples" / "orders"
JETENV = Path(sys.executable).with_name("jetenv")


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [1000, 10_000]
    with tempfile.TemporaryDirectory() as folder:
        cold: dict[int, float] = {}
        for size in sizes:
            cold[size] = measure(Path(folder), size)
        first, last = sizes[0], sizes[-1]
        if first != last:
            print(f"cold: {last} pages take {cold[last] / cold[first]:.1f} times as long as {first} pages")


def measure(folder: Path, size: int) -> float:
    """Seconds of a cold run over ``size`` pages; prints the rest."""
    project, cache = folder / f"project-{size}", folder / f"cache-{size}"
    environ = {**os.environ, "JETENV_CACHE_DIR": str(cache), "HOME": str(folder)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    make_project(project, size, environ)
    cold = timed([JETENV, "validate"], project, environ)
    one = {**environ, "JETENV_CACHE_DIR": str(folder / f"one-{size}")}
    pinned = timed(["taskset", "-c", "0", JETENV, "validate"], project, one) if shutil.which("taskset") else None
    warm = timed([JETENV, "validate"], project, environ)
    with (project / "pages" / "p00000.yaml").open("a") as page:
        page.write("# touched\n")
    touched = timed([JETENV, "validate"], project, environ)
    print(f"{size} pages: cold {cold:.2f} s, warm {warm:.2f} s, one file touched {touched:.2f} s")
    if pinned is not None:
        print(f"  on one core {pinned:.2f} s, {pinned / cold:.2f} times as long as on all")
    compare(project, folder, size, cold)
    return cold


def make_project(project: Path, size: int, environ: Mapping[str, str]) -> None:
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("environments"))
    (project / "jetenv.yaml").write_text("format: 1\nproject: abcdefghijklmnop\nname: Benchmark\n")
    page = (project / "pages" / "refunds.yaml").read_text()
    for number in range(size):
        text = page.replace("url: /refunds", f"url: /p{number}").replace("name: Refunds", f"name: Refunds {number}")
        (project / "pages" / f"p{number:05}.yaml").write_text(text)
    author = {
        "GIT_AUTHOR_NAME": "b",
        "GIT_AUTHOR_EMAIL": "b@b",
        "GIT_COMMITTER_NAME": "b",
        "GIT_COMMITTER_EMAIL": "b@b",
    }
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "pages"]):
        subprocess.run(["git", *command], cwd=project, env={**environ, **author}, check=True)


def timed(command: list[str | Path], project: Path, environ: Mapping[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)), cwd=project, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or "problem" in done.stdout.splitlines()[-1]:
        sys.exit(done.stdout[-2000:] + done.stderr)
    return time.perf_counter() - start


def compare(project: Path, folder: Path, size: int, cold: float) -> None:
    other = shutil.which("check-jsonschema")
    if other is None:
        print("  check-jsonschema is not here: pip install check-jsonschema")
        return
    schema = folder / "page.json"
    schema.write_text(json.dumps(bundle()))
    pages = sorted((project / "pages").glob("p*.yaml"))[: max(size // 10, 1)]
    start = time.perf_counter()
    subprocess.run([other, "--schemafile", str(schema), *map(str, pages)], capture_output=True, check=True)
    whole = (time.perf_counter() - start) * size / len(pages)
    print(
        f"  check-jsonschema {whole:.0f} s (reckoned from {len(pages)} pages): jetenv takes 1/{whole / cold:.0f} of it"
    )


def bundle() -> dict[str, object]:
    """The schema of pages with all that it refers to, in one document."""
    schemas = {path.stem: json.loads(path.read_bytes()) for path in (TOP / "schemas").glob("*.json")}
    page: dict[str, object] = schemas.pop("page")
    return {**page, "$defs": schemas}


if __name__ == "__main__":
    main()
