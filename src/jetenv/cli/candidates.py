"""Candidates that arguments offer to the shell's completion; the protocol itself is in ``completing``.

Shells evaluate what they are offered, or put it into the line as it is, and the content of a repository is anybody's:
what means something to one of them never gets there.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import typer

_WORD = re.compile(r"\w[\w@%+=:,./#\[\]-]*")
_MEANS_SOMETHING = re.compile(r"[^\w @%+=,./()-]")


def complete_environments(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The environments of the project at hand, by id; none where there is no project."""
    from pathlib import Path

    from jetenv.environments.project import open_project

    with contextlib.suppress(Exception), _directory(ctx):
        found = open_project(Path.cwd()).visible_environments()
        return [(each.id, _shown(each.name)) for each in found if _is_word(each.id) and each.id.startswith(incomplete)]
    return []


def complete_roles(incomplete: str) -> list[str]:
    """The roles that a member may have."""
    return [role for role in ("viewer", "editor", "admin") if role.startswith(incomplete)]


def complete_rules(incomplete: str) -> list[tuple[str, str]]:
    """The rules of validate and of verify, by id."""
    from jetenv.access.rulebook import RULES as OF_HISTORY
    from jetenv.schemas.rulebook import RULES

    titles = {name: rule.title for name, rule in RULES.items()}
    titles |= {name: rule.title for name, rule in OF_HISTORY.items()}
    return [(name, _shown(title)) for name, title in titles.items() if name.startswith(incomplete)]


def complete_conflicts(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The conflicts of the merge in progress, by place, or by id where the place is no plain word; none without one."""
    from pathlib import Path

    from jetenv.environments.merges.resolve import list_conflicts, place
    from jetenv.environments.project import open_project

    with contextlib.suppress(Exception), _directory(ctx):
        project = open_project(Path.cwd())
        with project.repo.trees.unsaved():
            found = [each.conflict for each in list_conflicts(project).conflicts]
        named = [(place(each.path, each.field), each) for each in found]
        offered = [(name, each.kind.value) if _is_word(name) else (each.id, _shown(name)) for name, each in named]
        return [each for each in offered if each[0].startswith(incomplete)]
    return []


def _is_word(text: str) -> bool:
    """Whether every shell takes ``text`` as one word that stands for itself."""
    return _WORD.fullmatch(text) is not None


def _shown(text: str) -> str:
    """``text`` as what is said beside a candidate."""
    return _MEANS_SOMETHING.sub("_", text)


@contextlib.contextmanager
def _directory(ctx: typer.Context) -> Iterator[None]:
    """Where the options ``-C`` before the command lead."""
    with contextlib.ExitStack() as stack:
        for directory in ctx.find_root().params.get("directory") or ():
            stack.enter_context(contextlib.chdir(directory))
        yield
