"""Replay real merges through jetenv and through `git merge-file`, and print how they compare.

    python benchmarks/corpus.py FOLDER [--list MEASURE]

FOLDER holds one folder per case (at any depth) with ``base.yaml``, ``ours.yaml``, ``theirs.yaml``, and, where people
kept the file, ``committed.yaml``. No schema is given: keys of lists are inferred. Where people committed git's conflict
markers, what they committed is compared without the lines of the markers, and counted apart. ``--list`` names the cases
that count against a measure.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import key_text, scalar_data, to_data
from jetenv.merging.files import FileMerge, merge_file
from jetenv.repository.lines import LineMerge, merge_lines
from jetenv.schemas.rules import Rules

_MARKER = re.compile(rb"^(?:<<<<<<< .*|\|\|\|\|\|\|\| .*|=======|>>>>>>> .*)\r?\n", re.MULTILINE)
LABELS = ("ours", "base", "theirs")


@dataclass(frozen=True, slots=True)
class Case:
    """One file in one merge."""

    name: str
    base: bytes
    ours: bytes
    theirs: bytes
    committed: bytes | None


def cases(folder: Path) -> Iterator[Case]:
    """Every case below ``folder``, in the order of their names."""
    for base in sorted(folder.rglob("base.yaml")):
        place = base.parent
        committed = place / "committed.yaml"
        yield Case(
            str(place.relative_to(folder)),
            base.read_bytes(),
            (place / "ours.yaml").read_bytes(),
            (place / "theirs.yaml").read_bytes(),
            committed.read_bytes() if committed.exists() else None,
        )


def parsed(data: bytes) -> Source | None:
    """The nodes of a file; None where it is no YAML or has a key twice."""
    try:
        return parse(data)
    except DocumentError:
        return None


def data_of(source: Source) -> list[object]:
    """The data of all documents of a file."""
    return [to_data(document.root) for document in source.documents]


def orderless(value: object) -> Hashable:
    """``value`` with the order of lists and keys taken out."""
    if isinstance(value, dict):
        return ("mapping", frozenset((key, orderless(each)) for key, each in value.items()))
    if isinstance(value, list):
        return ("list", frozenset(Counter(orderless(each) for each in value).items()))
    return (type(value).__name__, value)


def repeats(source: Source) -> int:
    """How many scalars and items with an id stand twice in a list."""
    found = 0
    stack: list[Node] = [document.root for document in source.documents if document.root is not None]
    while stack:
        node = stack.pop()
        stack.extend(entry.value for entry in node.entries)
        if node.kind is Kind.SEQUENCE:
            names = [_identity(entry.value) for entry in node.entries]
            found += sum(count - 1 for name, count in Counter(names).items() if name is not None)
    return found


def _identity(node: Node) -> Hashable:
    if node.kind is Kind.SCALAR:
        return (type(scalar_data(node)).__name__, node.value)
    for key in ("id", "uuid", "name", "key"):
        value = node.get(key) if node.kind is Kind.MAPPING else None
        if value is not None and value.kind is Kind.SCALAR:
            return (key, value.value)
    return None


def regions(content: bytes) -> int:
    """Lines of ours and theirs inside the conflict regions."""
    count, inside = 0, False
    for line in content.split(b"\n"):
        if line.startswith(b"<<<<<<< "):
            inside = True
        elif line.startswith(b">>>>>>> "):
            inside = False
        elif inside and not line.startswith(b"======="):
            count += 1
    return count


def foreign_lines(case: Case, content: bytes) -> int:
    """Lines of a result that none of the three versions has, indentation aside."""
    known = {line.strip() for version in (case.base, case.ours, case.theirs) for line in version.split(b"\n")}
    return sum(line.strip() not in known for line in content.split(b"\n"))


def rewritten_entries(case: Case, source: Source) -> int:
    """Scalar entries of a result whose key, value and comment are written as no version writes them."""
    versions = [version for version in map(parsed, (case.base, case.ours, case.theirs)) if version is not None]
    known = {line for version in versions for line in _entries(version)}
    return sum(line not in known for line in _entries(source))


def _entries(source: Source) -> Iterator[str]:
    stack: list[Node] = [document.root for document in source.documents if document.root is not None]
    while stack:
        node = stack.pop()
        for entry in node.entries:
            stack.append(entry.value)
            if entry.value.kind is Kind.SCALAR and entry.value.style not in ("|", ">") and node.is_block:
                key = key_text(entry.key) if entry.key is not None else "-"
                text = source.text[entry.head : entry.end].split("\n")[0].rstrip()
                yield f"{key}\0{text}"


class Tally:
    """What was counted, and the cases that count against each measure."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.against: defaultdict[str, list[str]] = defaultdict(list)
        self.shares: list[float] = []

    def hold(self, measure: str, case: Case, holds: bool) -> None:
        """Count ``case`` under ``measure`` and note it where the measure does not hold."""
        self.count[measure] += 1
        if not holds:
            self.against[measure].append(case.name)

    def share(self, measure: str) -> str:
        """How often a measure held."""
        total = self.count[measure]
        good = total - len(self.against[measure])
        return f"{good} of {total}" + (f" ({100 * good / total:.1f} %)" if total else "")


def replay(case: Case, tally: Tally) -> None:
    """Merge one case both ways and count."""
    tally.count["cases"] += 1
    git = merge_lines(case.base, case.ours, case.theirs, labels=LABELS)
    try:
        merge = merge_file(case.base, case.ours, case.theirs, Rules.NONE, merge_lines)
    except Exception as error:  # a crash is what is looked for, whatever it is
        tally.hold("no crash", case, False)
        print(f"crash in {case.name}: {error!r}", file=sys.stderr)
        return
    tally.hold("no crash", case, True)
    inputs = [parsed(version) for version in (case.base, case.ours, case.theirs)]
    result = parsed(merge.content) if merge.clean else None
    if all(inputs) and merge.clean:
        tally.hold("clean results parse", case, result is not None)
    if not git.conflicts:
        _git_clean(case, tally, git, merge, result, inputs)
    elif all(inputs):
        _git_conflict(case, tally, git, merge, result)
    if result is not None and merge.clean:
        tally.count["lines"] += merge.content.count(b"\n")
        tally.count["foreign lines"] += foreign_lines(case, merge.content)
        if all(inputs):
            tally.hold("entries as written", case, not rewritten_entries(case, result))


def _git_clean(
    case: Case, tally: Tally, git: LineMerge, merge: FileMerge, result: Source | None, inputs: list[Source | None]
) -> None:
    joined = parsed(git.content)
    inputs_repeat = max((repeats(source) for source in inputs if source is not None), default=0)
    if joined is None or repeats(joined) > inputs_repeat:
        if all(inputs):
            fine = not merge.clean or (result is not None and repeats(result) <= inputs_repeat)
            tally.hold("git clean but wrong: reported or merged right", case, fine)
    else:
        same = result is not None and orderless(data_of(result)) == orderless(data_of(joined))
        tally.hold("git clean: jetenv clean with the same data", case, same)


def _git_conflict(case: Case, tally: Tally, git: LineMerge, merge: FileMerge, result: Source | None) -> None:
    tally.hold("git conflicts that parse: merged clean", case, merge.clean)
    if result is not None:
        committed = case.committed or b""
        unmarked = _MARKER.sub(b"", committed)
        people = parsed(unmarked) if case.committed is not None else None
        same = people is not None and orderless(data_of(people)) == orderless(data_of(result))
        tally.hold("… of those equal to what was committed", case, same)
        tally.count["committed"] += case.committed is not None
        tally.count["marked"] += same and unmarked != committed
        tally.count["unreadable"] += people is None
    elif not merge.clean:
        ours, theirs = regions(merge.content), regions(git.content)
        tally.shares.append(ours / max(1, theirs))
        tally.hold("conflict regions no larger than git's", case, ours <= theirs)


MEASURES = (
    "no crash",
    "clean results parse",
    "git clean: jetenv clean with the same data",
    "git clean but wrong: reported or merged right",
    "git conflicts that parse: merged clean",
    "… of those equal to what was committed",
    "conflict regions no larger than git's",
    "entries as written",
)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--list", metavar="MEASURE", choices=MEASURES)
    given = arguments.parse_args()
    tally = Tally()
    for case in cases(given.folder):
        replay(case, tally)
    print(f"{tally.count['cases']} cases")
    for measure in MEASURES:
        if measure.startswith("…") and not tally.count["committed"]:
            continue
        print(f"{measure:50} {tally.share(measure)}")
        if measure.startswith("…"):
            print(f"{'  … but for conflict markers that were committed':50} {tally.count['marked']}")
            print(f"{'  … that cannot be equal, since it does not parse':50} {tally.count['unreadable']}")
    if tally.shares:
        print(
            f"{'conflict regions against git, median of the shares':50} {100 * statistics.median(tally.shares):.0f} %"
        )
    foreign, lines = tally.count["foreign lines"], tally.count["lines"]
    print(f"{'lines that no version has, in clean results':50} {foreign} of {lines}")
    for name in tally.against.get(given.list or "", ()):
        print(f"  {name}")


if __name__ == "__main__":
    main()
