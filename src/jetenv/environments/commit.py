"""Commit what changed in the working tree, signed, after checking it.

The commit itself is git's: its hooks run, its index and identity rules hold. What goes in is what `git commit --all`
takes, and new files that the layout of a project or one of its schemas knows; other untracked files stay out. It is
read once: an edit that is made while it is checked is left for the next commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.environments.model import Environment
from jetenv.environments.objects import ChangedObject, changed_object, changed_objects
from jetenv.environments.project import Project
from jetenv.environments.validate import tree_findings
from jetenv.environments.working import Snapshot, snapshot
from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.access.keys import SigningKey
    from jetenv.environments.rights.permission import Permission
    from jetenv.schemas.findings import Finding

_VERBS = {"added": "add", "changed": "change", "removed": "remove", "renamed": "rename"}
_NAMED_OBJECTS = 3
_MERGE = "merge"


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What `jetenv commit` did.

    ``commit`` is None where nothing was committed: there was nothing (``objects`` is empty), or ``findings`` say what
    is wrong with it. ``left`` are untracked files that are none of the project's and stay out.
    """

    branch: str
    environment: Environment | None
    commit: Oid | None
    message: str
    objects: tuple[ChangedObject, ...]
    left: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def commit(project: Project, message: str | None = None) -> CommitResult:
    """Commit every change of the working tree on the branch that is checked out, signed.

    ``message`` defaults to one that names the changed objects. Whatever is wrong in a changed file, and what the
    change breaks in others, is returned as findings, and nothing is committed. Raises RefusedError on a detached HEAD
    and while conflicts or an operation other than a merge are open, and JetenvError where git refuses (a hook, say).
    """
    from jetenv.repository.worktree import refuse_conflicts, refuse_operation

    repo = project.repo
    branch = project.head.branch
    status = repo.worktree.status()
    if branch is None:
        raise RefusedError(
            "HEAD is detached, so no branch would keep the commit",
            hint="`git switch --create NAME` keeps the changes and starts a branch; `jetenv switch NAME` goes to one",
        )
    if message is not None and not message.strip():
        raise JetenvError("a commit message cannot be empty", hint="leave out -m for a message that names the changes")
    if status.conflicted:
        refuse_conflicts(status.conflicted, "committing")
    merging = status.operation == _MERGE
    if not merging:
        refuse_operation(status.operation, "committing")

    head, merged = project.head.oid, repo.worktree.merge_heads() if merging else ()
    taken = snapshot(project, status)
    objects = _objects(project, taken)
    text = message if message is not None else "" if merging else default_message(objects)
    if taken.changed or merging:
        held = _refuse_denied(project, taken.tree, text, merged)
    findings = _findings(project, taken) if taken.changed else ()
    done = None
    if (taken.changed or merging) and not findings:
        parents = (*([head] if head is not None else ()), *merged)
        done = _commit(project, taken.tree, parents, text, held.key if held is not None else None)
        _note(project, done, taken.tree)
        project.refresh()
        text = repo.commits.get(done).message
    return CommitResult(
        branch=branch,
        environment=project.current(),
        commit=done,
        message=text.strip(),
        objects=objects,
        left=taken.left,
        findings=findings,
    )


def _refuse_denied(project: Project, tree: Oid, message: str, merged: tuple[Oid, ...]) -> Permission | None:
    """Who is here; DeniedError where that is nobody who may commit ``tree`` to the environment that is checked out.

    None on other branches: they are nobody's, and their commits are asked for a right where they are merged.
    """
    from jetenv.environments.rights.permission import require_change

    environment = project.current()
    if environment is None:
        return None
    parents = (environment.tip, *merged)
    return require_change(project, environment, tree, parents=parents, message=message, merged_here=False)


def _note(project: Project, commit: Oid, tree: Oid) -> None:
    """Remember that what was judged is in force, unless a hook of git made another tree of it."""
    from jetenv.environments.rights.permission import landed

    environment = project.current()
    if environment is not None and project.repo.commits.get(commit).tree == tree:
        landed(project, environment.id, commit)


def default_message(objects: Sequence[ChangedObject]) -> str:
    """A message that names what changed, ``Add page orders, change menu``, or counts it by kind where it is a lot."""
    if len(objects) <= _NAMED_OBJECTS:
        parts = [f"{_VERBS[each.action]} {_named(each)}" for each in objects]
    else:
        counts: dict[tuple[str, str], int] = {}
        for each in objects:
            counts[each.action, each.kind] = counts.get((each.action, each.kind), 0) + 1
        parts = [f"{_VERBS[action]} {_counted(kind, count)}" for (action, kind), count in counts.items()]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _named(each: ChangedObject) -> str:
    name = f"{each.kind} {each.id}".strip() if each.kind != "file" else each.path
    if not each.old_path:
        return name
    old = changed_object(each.old_path, "removed")
    return f"{each.kind} {old.id} to {each.id}" if each.kind != "file" else f"{each.old_path} to {each.path}"


def _counted(kind: str, count: int) -> str:
    return f"{count} {kind}{'s' * (count != 1)}"


def _objects(project: Project, taken: Snapshot) -> tuple[ChangedObject, ...]:
    repo = project.repo
    head = project.head.oid
    changes = repo.trees.changes(repo.commits.get(head).tree if head is not None else None, taken.tree)
    order = tuple(_VERBS)
    return tuple(sorted(changed_objects(changes, repo.trees.read), key=lambda each: (order.index(each.action), each)))


def _findings(project: Project, taken: Snapshot) -> tuple[Finding, ...]:
    """All that is wrong with the changed files, and what is wrong with others and was not before; no warnings."""
    current = project.current()
    own = current.id if current is not None else None
    found = [each for each in tree_findings(project, taken.tree, own) if each.severity == "error"]
    elsewhere = [each for each in found if each.path not in taken.changed]
    if elsewhere:
        head = project.head.oid
        before = tree_findings(project, project.repo.commits.get(head).tree, own) if head is not None else ()
        known = {each.fault for each in before}
        found = [each for each in found if each.path in taken.changed or each.fault not in known]
    return tuple(found)


def _commit(project: Project, tree: Oid, parents: Sequence[Oid], message: str, key: SigningKey | None) -> Oid:
    from jetenv.access.keys import find_signing_key

    repo = project.repo
    repo.index.commit(tree, parents, message, (key or find_signing_key(repo, create=False)).setting)
    oid = repo.refs.head().oid
    assert oid is not None
    return oid
