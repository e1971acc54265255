"""The one record that every format for machines is made from, whatever command found it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to mend. ``path`` is relative to the root of the repository; None where no file is meant.

    ``line`` and ``column`` count from 1, in characters, and so do ``end_line`` and ``end_column``, which name the
    place behind the last character; None where that is not known. ``field`` is the text form of a field path, or
    another name of the place that does not move with the lines; empty where there is none.
    """

    rule: str
    severity: Severity
    message: str
    path: str | None = None
    line: int = 1
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None
    field: str = ""
    expected: str | None = None
    hint: str | None = None

    @property
    def advice(self) -> str:
        """What was expected and what to do, a line each; empty where neither is known."""
        lines = (f"expected: {self.expected}" if self.expected else "", f"hint: {self.hint}" if self.hint else "")
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule means, in plain text: ``title`` in a few words, ``help`` in full sentences."""

    id: str
    severity: Severity
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: the command's name, what it looked at in words, and every rule that it holds things against."""

    command: str
    subject: str
    rules: tuple[RuleText, ...]
    diagnostics: tuple[Diagnostic, ...]


def fingerprints(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """For each diagnostic 64 hexadecimal digits by which it is known again, unique among them.

    They depend on rule, path, field and message, not on the place in the text, so that they stay when lines move, and
    not on a guess at what was meant, in which other files have a say.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for each in diagnostics:
        identity = (each.rule, each.path or "", each.field, each.message.partition("; did you mean")[0])
        seen[identity] += 1
        text = "\0".join((*identity, str(seen[identity])))
        found.append(hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest())
    return found
