"""Of 200 seeded breakages of the example project at least 95 of 100 are found, in the right file and line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from breakages import Breakage, breakages

from jetenv.schemas.catalog import Catalog
from jetenv.schemas.findings import Finding
from jetenv.schemas.project_check import check_file, check_whole, is_checked
from jetenv.schemas.verdict import FileVerdict

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
SETTINGS = b"uid: abcdefghijklmnop\nname: Production\nversion: latest\ncredentials: own\n"
COUNT = 200


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {path.relative_to(EXAMPLE).as_posix(): path.read_bytes() for path in EXAMPLE.rglob("*.yaml")}


class Checker:
    """Checks variants of a project; files that stay are checked once."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files | {"environments/production/environment.yaml": SETTINGS}
        self.verdicts = {path: self.verdict(path, data) for path, data in self.files.items()}

    def verdict(self, path: str, data: bytes) -> FileVerdict:
        catalog = Catalog.builtin()
        return check_file(path, data, catalog) if is_checked(path, catalog) else FileVerdict(path)

    def findings(self, changes: dict[str, bytes | None]) -> list[Finding]:
        verdicts = self.verdicts | {p: self.verdict(p, data) for p, data in changes.items() if data is not None}
        kept = [verdict for path, verdict in verdicts.items() if changes.get(path, b"") is not None]
        return [*(each for verdict in kept for each in verdict.findings), *check_whole(kept, None, "production")]


@pytest.fixture(scope="module")
def checker(files) -> Checker:
    return Checker(files)


def missed(checker: Checker, found: Breakage) -> str | None:
    """Why a breakage counts as missed; None where it was found at one of its places."""
    findings = checker.findings(found.files)
    if any((each.path, each.line) in found.places for each in findings):
        return None
    return f"{found.kind}: {found.what}: {[f'{each.where} {each.rule}' for each in findings][:3]}"


def test_the_untouched_project_has_no_finding(checker) -> None:
    assert checker.findings({}) == []


def test_breakages_are_found_at_their_place(files, checker) -> None:
    misses = [why for each in breakages(files, 5, COUNT) if (why := missed(checker, each)) is not None]
    assert len(misses) <= COUNT * 5 // 100, "\n".join(misses)


if __name__ == "__main__":
    own = {path.relative_to(EXAMPLE).as_posix(): path.read_bytes() for path in EXAMPLE.rglob("*.yaml")}
    judge = Checker(own)
    for seed in (5, 1, 2, 3):
        kinds: Counter[str] = Counter()
        for each in breakages(own, seed, COUNT):
            kinds[each.kind] += 1
            if (reason := missed(judge, each)) is not None:
                print(reason)
        print(f"seed {seed}: {dict(kinds)}")
