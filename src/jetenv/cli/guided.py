"""A person resolves: in a dialogue that shows one conflict after the other, and in an editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jetenv.cli import failures
from jetenv.cli.prompts import ask, can_ask
from jetenv.errors import JetenvError, RefusedError, UsageError

if TYPE_CHECKING:
    from jetenv.cli.output import Output
    from jetenv.environments.merges.resolve import ConflictList, ListedConflict, ResolveResult
    from jetenv.environments.project import Project
    from jetenv.merging.resolutions import Resolution

_SIDES = {"o": "ours", "t": "theirs", "b": "base"}
_WORDS = {
    **_SIDES, "v": "value", "e": "edit", "r": "remembered", "s": "skip", "p": "previous", "q": "quit", "?": "?"
}  # fmt: skip
_HELP = """\
  o  ours: as the environment has it that is changed
  t  theirs: as the source has it; in a revert, as it was before the commit
  b  base: as it was before both changed it; in a revert, as the commit has it
  v  a value, typed here
  e  edit it in an editor
  r  as remembered, where that is offered
  s  skip it for now
  p  go back to the one before
  q  stop; what was resolved stays
"""


def resolve_guided(project: Project, output: Output, *, no_input: bool) -> ResolveResult:
    """Ask for each open conflict until none is left or the person stops. Each answer is kept at once.

    Raises UsageError where there is nobody to ask.
    """
    from jetenv.environments.merges.resolve import ResolveResult, list_conflicts, require_right

    if not can_ask(no_input):
        raise UsageError(
            "nothing says what to resolve, and there is nobody to ask",
            hint="`jetenv conflicts` lists the conflicts; then `jetenv resolve FILE#FIELD --ours`, for example",
        )
    listed = list_conflicts(project)
    require_right(project, listed.prepared)
    session = _Session(project, output, listed)
    session.run()
    changed = tuple(each for each in session.listed.conflicts if each.conflict.id in session.changed)
    return ResolveResult(changed, session.listed)


class _Session:
    def __init__(self, project: Project, output: Output, listed: ConflictList) -> None:
        self.project = project
        self.output = output
        self.listed = listed
        self.changed: set[str] = set()

    def run(self) -> None:
        queue = [each.conflict.id for each in self.listed.open]
        at = 0
        while at < len(queue):
            by_id = {each.conflict.id: each for each in self.listed.conflicts}
            one = by_id.get(queue[at])
            step = self._ask(one, f"[{at + 1}/{len(queue)}]", first=at == 0) if one is not None else 1
            if step is None:
                return
            at = max(at + step, 0)
            # Settling one conflict can show another one behind it.
            queue += [each.conflict.id for each in self.listed.open if each.conflict.id not in queue]

    def _ask(self, one: ListedConflict, number: str, *, first: bool) -> int | None:
        """How many conflicts to go on by; None to stop."""
        from jetenv.reports.resolving import card

        style = self.output.message_style
        self.output.message(card(one, number, self.listed, style))
        keys = ["o", "t", "b", "v", "e", *("r" if one.remembered else ""), "s", *("p" if not first else ""), "q", "?"]
        while True:
            answer = ask(f"Resolve with {style.paint('[' + ','.join(keys) + ']', 'bold')} ")
            answer = "q" if answer is None else key_of(answer)
            if answer not in keys:
                self.output.message("? explains the answers")
            elif answer == "?":
                self.output.message(_HELP)
            elif answer in ("s", "p", "q"):
                return {"s": 1, "p": -1, "q": None}[answer]
            elif self._settle(one, answer):
                return 1

    def _settle(self, one: ListedConflict, answer: str) -> bool:
        from jetenv.environments.merges import resolve as use_case
        from jetenv.environments.merges.resolve import at_the_same_place
        from jetenv.merging.resolutions import Resolution

        try:
            if answer == "r":
                result = use_case.accept_remembered(self.project, self.listed, (one,))
            elif answer in _SIDES:
                result = use_case.resolve(self.project, self.listed, (one,), Resolution(_SIDES[answer]))
            else:
                text = ask("Value: ") if answer == "v" else None
                if answer == "v" and not text:
                    raise RefusedError("no value was given")
                resolution = Resolution(value=text) if text else edited(self.project, self.listed, one)
                result = use_case.resolve(self.project, self.listed, at_the_same_place(self.listed, one), resolution)
        except JetenvError as error:
            self.output.message(failures.text(failures.failure_of(error), self.output))
            return False
        self.listed = result.conflicts
        self.changed.update(each.conflict.id for each in result.changed)
        return True


def key_of(answer: str) -> str:
    """The key that a person means who has typed ``answer``: a key, or its word as far as it goes; empty for neither."""
    typed = answer.strip().lower()
    return next((key for key, word in _WORDS.items() if typed and word.startswith(typed)), "")


def edited(project: Project, listed: ConflictList, one: ListedConflict) -> Resolution:
    """The resolution that a person writes in an editor. Raises RefusedError where nothing was decided there."""
    from jetenv.environments.merges.editing_conflict import draft, resolution_of
    from jetenv.repository.editor import edit_text

    made = draft(project, listed, one.conflict)
    return resolution_of(made, edit_text(made.text, made.name, cwd=Path.cwd()))
