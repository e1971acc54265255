"""A conflict as text for an editor, and what was made of it as a resolution."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from jetenv.diffing.sides import Side
from jetenv.documents.nodes import SCALAR
from jetenv.documents.paths import format_path
from jetenv.documents.readable import evened, unescaped
from jetenv.documents.values import has_lines, scalar_data
from jetenv.environments.merges.preparation import merge_prepared
from jetenv.environments.merges.resolve import ConflictList
from jetenv.environments.project import Project
from jetenv.environments.values import list_keys
from jetenv.errors import JetenvError, RefusedError
from jetenv.merging.comments import remark
from jetenv.merging.conflicts import Conflict, ConflictKind
from jetenv.merging.resolutions import NAMES, Resolution, is_over_places, settle_all, stands_in_a_field, written
from jetenv.merging.text import is_text
from jetenv.schemas.hiding import hidden_value

if TYPE_CHECKING:
    from jetenv.documents.nodes import Node, Source
    from jetenv.repository.objects import Oid

SCISSORS = "# ------------------------ >8 ------------------------"
_MARKER = re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE)
_BINARY = re.compile(r"binary [0-9a-f]{40}|.*\0.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an editor is given: ``text``, in a file called ``name``.

    ``start`` is the part of it that stands for the conflict; ``as_text`` is whether it is the content of a text rather
    than YAML.
    """

    conflict: Conflict
    text: str
    name: str
    start: str
    as_text: bool = False


def draft(project: Project, listed: ConflictList, conflict: Conflict) -> Draft:
    """The text in which a person writes how ``conflict`` is resolved, with its three versions below.

    Raises RefusedError for a conflict that is not about text.
    """
    if any(_BINARY.fullmatch(each or "") for each in (conflict.base, conflict.ours, conflict.theirs)):
        raise RefusedError(
            "binary content is not edited",
            where=conflict.path,
            hint=f"choose a side: `jetenv resolve {conflict.id} --ours`, --theirs or --base",
        )
    as_text = False
    name = conflict.path.rpartition("/")[2]
    if not stands_in_a_field(conflict):
        written(conflict, conflict.path)  # raises where the conflict takes no text of its own
    if conflict.kind is ConflictKind.COMMENT:
        start = remark(conflict)
    elif conflict.kind in NAMES:
        start = conflict.ours or conflict.theirs or conflict.path
    elif is_over_places(conflict):
        start = conflict.ours or conflict.theirs or conflict.base or ""
    elif conflict.kind is ConflictKind.ORDER:
        start = _order(project, listed, conflict)
    elif not stands_in_a_field(conflict):
        start = _file_text(listed, conflict)
    elif (texts := _texts(project, listed, conflict)) is not None:
        as_text, name, start = True, f"{name}.txt", _marked(listed, *texts)
    else:
        start = _value(project, listed, conflict)
    start = start if start.endswith("\n") else start + "\n"
    return Draft(conflict, start + _explained(listed, conflict), name, start, as_text)


def resolution_of(made: Draft, edited: str) -> Resolution:
    """What the ``edited`` text of a draft says. Raises RefusedError where it says nothing, or leaves it undecided."""
    kept = []
    for line in edited.split("\n"):
        if line.rstrip("\r") == SCISSORS:
            kept.append("")
            break
        kept.append(line)
    text = "\n".join(kept)
    where = made.conflict.path
    if not text.strip():
        raise RefusedError("nothing is left in the editor, so nothing was resolved", where=where)
    if _MARKER.search(text):
        raise RefusedError("conflict markers are left, so nothing was resolved", where=where)
    if text == made.start:
        raise RefusedError(
            "nothing was changed in the editor, so nothing was resolved",
            where=where,
            hint="to take it as it is, choose the side: --ours, --theirs or --base",
        )
    return Resolution(value=json.dumps(text, ensure_ascii=False) if made.as_text else text)


def _file_text(listed: ConflictList, conflict: Conflict) -> str:
    versions = (conflict.base, conflict.ours, conflict.theirs)
    if conflict.ours is None or conflict.theirs is None:
        return conflict.ours or conflict.theirs or ""
    return _marked(listed, *(version or "" for version in versions))


def _marked(listed: ConflictList, base: str, ours: str, theirs: str) -> str:
    from jetenv.repository.lines import merge_lines

    contents = (each.encode("utf-8", "surrogateescape") for each in (base, ours, theirs))
    labels = (listed.merge.target, "base", listed.merge.source)
    return merge_lines(*contents, labels=labels, style="diff3").content.decode("utf-8", "surrogateescape")


def _texts(project: Project, listed: ConflictList, conflict: Conflict) -> tuple[str, str, str] | None:
    """Base, ours and theirs of a conflict over a text of lines; None for one over anything else."""
    trees = (listed.three.base, listed.three.ours, listed.three.theirs)
    base, ours, theirs = (found and found[1] for found in (_node(project, listed, tree, conflict) for tree in trees))
    if conflict.kind is not ConflictKind.TEXT:
        if ours is None or theirs is None or not (has_lines(ours) and has_lines(theirs)):
            return None
        if base is not None and not is_text(base):
            return None
    texts = [scalar_data(node) if node is not None and node.kind is SCALAR else "" for node in (base, ours, theirs)]
    base_text, ours_text, theirs_text = (text if isinstance(text, str) else "" for text in texts)
    return base_text, ours_text, theirs_text


def _order(project: Project, listed: ConflictList, conflict: Conflict) -> str:
    """The items of the merged list, in ours' order: by their keys where they have them, else in full."""
    from jetenv.documents.emitting import dump
    from jetenv.documents.parsing import parse
    from jetenv.documents.resolving import resolve
    from jetenv.merging.placing import fitting
    from jetenv.merging.reordering import item_names

    rules = listed.three.catalog.rules_for(conflict.path)
    source = parse(_settled_content(project, listed, conflict), path=conflict.path)
    paths = [path for path, _ in fitting(source.root, conflict.field, rules)] if source.root is not None else []
    if len(paths) != 1:
        raise _not_taken_out(conflict)
    names = item_names(source, paths[0], rules)
    return dump(list(names)) if names else Side(source, {}).plain(resolve(source, paths[0]))


def _settled_content(project: Project, listed: ConflictList, conflict: Conflict) -> bytes:
    """The merged file with what is open in it, and the conflict itself, as ours has it."""
    known = {**listed.merge.resolutions, conflict.id: Resolution("ours")}
    _, trees = settle_all(partial(merge_prepared, project, listed.three), known, "ours")
    moved = (each.path for each in trees.renamed if conflict.path in (each.old, each.path))
    edit = trees.edits.get(next(moved, None) or conflict.path)
    if edit is None or edit.content is None:
        raise _not_taken_out(conflict)
    return edit.content


def _not_taken_out(conflict: Conflict) -> RefusedError:
    place = f"'{format_path(conflict.field)}'" if conflict.field else "the list"
    return RefusedError(
        f"{place} cannot be taken out of its file",
        where=conflict.path,
        hint=f"choose a side (`jetenv resolve {conflict.id} --ours`), or give the value with --value",
    )


def _value(project: Project, listed: ConflictList, conflict: Conflict) -> str:
    tree = listed.three.ours if conflict.ours is not None else listed.three.theirs
    found = _node(project, listed, tree, conflict)
    if found is None:
        raise _not_taken_out(conflict)
    source, node = found
    return Side(source, {}).plain(node)


def _node(project: Project, listed: ConflictList, tree: Oid, conflict: Conflict) -> tuple[Source, Node] | None:
    from jetenv.documents.parsing import parse
    from jetenv.documents.resolving import resolve

    entry = project.repo.trees.entry(tree, conflict.path)
    if entry is None or not entry.is_file:
        return None
    try:
        source = parse(project.repo.trees.read(entry.oid), path=conflict.path)
        return source, resolve(source, conflict.field, list_keys(listed.three.catalog, conflict.path, source))
    except JetenvError:
        return None


def _explained(listed: ConflictList, conflict: Conflict) -> str:
    place = f"{conflict.path}#{format_path(conflict.field)}" if conflict.field else conflict.path
    lines = [
        SCISSORS,
        "# What stands above this line resolves the conflict; it and what follows are ignored.",
        f"# {place} ({conflict.kind.value})",
    ]
    rules = listed.rules_for(conflict.path)
    named = (("base", conflict.base), (listed.merge.target, conflict.ours), (listed.merge.source, conflict.theirs))
    for name, version in named:
        lines += ["#", f"# {name}:"]
        text = "(not there)" if version is None else hidden_value(version, rules, conflict.field)
        text = evened(unescaped(text)) if conflict.field and conflict.kind is not ConflictKind.TEXT else text
        shown = text.strip("\r\n").split("\n")
        lines += [f"#   {line}".rstrip() for line in shown]
    return "\n".join(lines) + "\n"
