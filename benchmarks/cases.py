"""Make cases for ``benchmarks/corpus.py`` of three folders: what a base became on two branches.

    python benchmarks/cases.py BASE OURS THEIRS FOLDER

A case is each YAML file that all three folders have and both sides changed, differently. Releases of one package are
such folders: the first of a line, its last, and the first of the next line. What people committed is not known then.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".yaml", ".yml")


def contested(base: Path, ours: Path, theirs: Path) -> Iterator[tuple[Path, tuple[bytes, bytes, bytes]]]:
    """The files that both sides changed: their paths in the folders, and their versions."""
    for place in sorted(base.rglob("*")):
        path = place.relative_to(base)
        if place.suffix in SUFFIXES and all((folder / path).is_file() for folder in (base, ours, theirs)):
            versions = (place.read_bytes(), (ours / path).read_bytes(), (theirs / path).read_bytes())
            if len(set(versions)) == len(versions):
                yield path, versions


def main() -> None:
    """Write the cases and print how many they are."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("base", "ours", "theirs", "folder"):
        arguments.add_argument(name, type=Path)
    given = arguments.parse_args()
    found = list(contested(given.base, given.ours, given.theirs))
    for path, versions in found:
        place = given.folder / path.as_posix().replace("/", "+")
        place.mkdir(parents=True)
        for name, content in zip(("base", "ours", "theirs"), versions, strict=True):
            (place / f"{name}.yaml").write_bytes(content)
    print(f"{len(found)} cases")


if __name__ == "__main__":
    main()
