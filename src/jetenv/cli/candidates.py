"""Candidates that arguments offer to the shell's completion; the protocol itself is in ``completing``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import typer


def complete_environments(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The environments of the project at hand, by id; none where there is no project."""
    from pathlib import Path

    from jetenv.environments.project import open_project

    with contextlib.suppress(Exception), _directory(ctx):
        found = open_project(Path.cwd()).visible_environments()
        return [(each.id, each.name) for each in found if each.id.startswith(incomplete)]
    return []


def complete_roles(incomplete: str) -> list[str]:
    """The roles that a member may have."""
    return [role for role in ("viewer", "editor", "admin") if role.startswith(incomplete)]


def complete_conflicts(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The places of the conflicts of the merge in progress; none where there is no merge."""
    from pathlib import Path

    from jetenv.environments.merges.resolve import list_conflicts, place
    from jetenv.environments.project import open_project

    with contextlib.suppress(Exception), _directory(ctx):
        project = open_project(Path.cwd())
        with project.repo.trees.unsaved():
            found = list_conflicts(project).conflicts
        places = [(place(each.conflict.path, each.conflict.field), each.conflict.kind.value) for each in found]
        return [each for each in places if each[0].startswith(incomplete)]
    return []


@contextlib.contextmanager
def _directory(ctx: typer.Context) -> Iterator[None]:
    """Where the options ``-C`` before the command lead."""
    with contextlib.ExitStack() as stack:
        for directory in ctx.find_root().params.get("directory") or ():
            stack.enter_context(contextlib.chdir(directory))
        yield
