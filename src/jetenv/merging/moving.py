"""Three-way merge of a document in which entries were moved to other lists or parents.

A move of one side is made in the base and on the other side too before they are merged, so that what the other side
edited lands where the entry is now. Where the two sides moved an entry to different places, or entries into each other,
that is a conflict over the places alone; its regions are what differs between the two results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher

from jetenv.diffing.sides import Side
from jetenv.documents.nodes import Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.paths import format_path
from jetenv.errors import RefusedError
from jetenv.merging.account import closes
from jetenv.merging.conflicts import (
    Choose,
    Chunk,
    Conflict,
    ConflictKind,
    Region,
    Written,
    leave_open,
    render,
    render_side,
)
from jetenv.merging.destinations import side_named, with_places
from jetenv.merging.documents import DocumentMerge, merge_documents
from jetenv.merging.moves import Moves, Name, Sources, Version
from jetenv.merging.relocation import NoPlaceError, relocate
from jetenv.merging.writing import UnmergeableError
from jetenv.schemas.rules import Rules

_TRIES = 32
"""How many moved entries are tried one by one where they cannot all be followed."""


@dataclass(frozen=True, slots=True)
class MovedMerge:
    """A merge, and the versions with moved entries in their places that it is to be held against.

    ``moves`` are those that a result has to have made (None where there are none); ``contested`` says that the two
    sides contradict each other in what they moved, which a merge of lines does not see.
    """

    merge: DocumentMerge
    sources: Sources
    moves: Moves | None = None
    contested: bool = False


def merge_moving(sources: Sources, rules: Rules, *, path: str = "", choose: Choose = leave_open) -> MovedMerge:
    """Merge three versions of a file as ``merge_documents`` does, with the moves of both sides followed.

    Raises UnmergeableError as that does.
    """
    if any(len(source.documents) != 1 for source in sources):
        return MovedMerge(merge_documents(*sources, rules, path=path, choose=choose), sources)
    moves = Moves(sources, rules)
    if not moves:
        return MovedMerge(merge_documents(*sources, rules, path=path, choose=choose), sources)
    contradictions = moves.contradictions()
    if not contradictions:
        return _followed(sources, moves, rules, path, choose)
    still_open: list[tuple[Conflict, tuple[Name, ...]]] = []
    for names in contradictions:
        conflict = _conflict(moves, names, path)
        side = choose(conflict)
        if side is None:
            still_open.append((conflict, names))
        else:
            sources = _placed(sources, [(conflict, names)], side, rules)
    if not still_open:
        done = _followed(sources, Moves(sources, rules), rules, path, choose)
        return MovedMerge(done.merge, done.sources, done.moves, contested=True)
    results = []
    for side in ("ours", "theirs"):
        placed = _placed(sources, still_open, side, rules)
        results.append(_followed(placed, Moves(placed, rules), rules, path, choose))
    ours, theirs = results
    conflicts = tuple(conflict for conflict, _ in still_open)
    into_each_other = any(len(names) > 1 for _, names in still_open)
    chunks = _differing(ours.merge.chunks, theirs.merge.chunks, conflicts, at_once=into_each_other)
    # What conflicts inside of a contested entry has its place when that is settled.
    elsewhere = tuple(each for each in ours.merge.conflicts if each in theirs.merge.conflicts)
    return MovedMerge(DocumentMerge(tuple(chunks), (*conflicts, *elsewhere)), ours.sources, contested=True)


# Moves that meet an edit


def _followed(sources: Sources, moves: Moves, rules: Rules, path: str, choose: Choose) -> MovedMerge:
    """The merge with the moves followed, where a deletion and an addition do not merge by themselves.

    Raises UnmergeableError where neither way has everything that was moved once.
    """
    if moves:
        plain = merge_documents(*sources, rules, path=path)
        sound = _is_sound(plain, sources, moves, rules)
        if moves.meet_edits or plain.conflicts or not sound:
            aligned = _aligned(sources, rules)
            try:
                if aligned is not sources and _is_sound(
                    merge_documents(*aligned, rules, path=path), aligned, moves, rules
                ):
                    return MovedMerge(merge_documents(*aligned, rules, path=path, choose=choose), aligned, moves)
            except UnmergeableError:
                pass
        if not sound:
            raise UnmergeableError("what a side moved would be there twice, or elsewhere")
    return MovedMerge(merge_documents(*sources, rules, path=path, choose=choose), sources, moves)


def _is_sound(merge: DocumentMerge, sources: Sources, moves: Moves, rules: Rules) -> bool:
    """Whether a merge of ``sources`` that conflicts nowhere has all of their changes, and ``moves``."""
    if merge.conflicts:
        return True
    try:
        result = parse(render(merge.chunks))
    except DocumentError:
        return False
    return moves.made_in(result, rules) and closes(*sources, result, rules)


def _aligned(sources: Sources, rules: Rules) -> Sources:
    """The versions with entries that one side moved at their new places in all of them."""
    # Following ours can make it ours that leads where both moved the same, so ours is asked again.
    for mover in ("ours", "theirs", "ours"):
        moves = Moves(sources, rules)
        names = moves.to_follow(_version(moves, mover))
        if not names:
            continue
        try:
            sources = _like(sources, mover, names, rules)
        except NoPlaceError:
            for name in names[:_TRIES]:
                try:
                    sources = _like(sources, mover, [name], rules)
                except NoPlaceError:
                    continue
    return sources


def _like(sources: Sources, model: str, names: Iterable[Name], rules: Rules) -> Sources:
    """The versions with ``names`` where ``model`` has them. Raises NoPlaceError."""
    moves = Moves(sources, rules)
    sides = ("base", "ours", "theirs")
    others = [side for side in sides if side != model]
    moved = {"base": set(), "ours": moves.of_ours, "theirs": moves.of_theirs}[model]
    placed = relocate([_version(moves, side) for side in others], _version(moves, model), names, moved, rules)
    new = dict(zip(sides, sources, strict=True)) | dict(zip(others, placed, strict=True))
    return new["base"], new["ours"], new["theirs"]


def _version(moves: Moves, side: str) -> Version:
    return {"base": moves.base, "ours": moves.ours, "theirs": moves.theirs}[side]


# Moves that contradict each other


def _conflict(moves: Moves, names: Sequence[Name], path: str) -> Conflict:
    """The conflict over the places of ``names``: its values are their field paths, one a line."""
    values = (
        "\n".join(format_path(version.places[name].path) for name in names if name in version.places)
        for version in (moves.base, moves.ours, moves.theirs)
    )
    return Conflict(path, moves.base.places[names[0]].path, ConflictKind.MOVE_MOVE, *values)


def _placed(
    sources: Sources, contested: Iterable[tuple[Conflict, tuple[Name, ...]]], choice: str | Written, rules: Rules
) -> Sources:
    """The versions with contested entries where a side has them, or at the places that a text of one's own names.

    Raises ContestedError where they cannot be put where a side has them, UsageError or RefusedError for such a text.
    """
    for conflict, names in contested:
        side = side_named(conflict, choice.text) if isinstance(choice, Written) else choice
        if side is None:
            assert isinstance(choice, Written)
            sources = _placed_anew(sources, conflict, names, choice.text, rules)
            continue
        try:
            sources = _like(sources, side, names, rules)
        except NoPlaceError as error:
            raise ContestedError(f"what both sides moved to different places cannot be merged: {error}") from error
    return sources


def _placed_anew(sources: Sources, conflict: Conflict, names: Sequence[Name], text: str, rules: Rules) -> Sources:
    """The versions with the entries of a conflict at the places that ``text`` names."""
    moves = Moves(sources, rules)
    model = with_places(moves.ours, names, conflict, text, rules)
    try:
        base, ours, theirs = relocate([moves.base, moves.ours, moves.theirs], model, names, set(names), rules)
    except NoPlaceError as error:
        raise RefusedError(
            f"what both sides moved cannot be put there: {error}",
            where=conflict.path,
            hint="choose a side: --ours, --theirs or --base",
        ) from None
    return base, ours, theirs


def settled_like(
    sources: Sources, result: Source, rules: Rules, *, path: str, settled: Callable[[Conflict], bool]
) -> Sources:
    """The versions with those contested entries where ``result`` has them whose conflict was ``settled``.

    What cannot be put there stays where it is.
    """
    if any(len(source.documents) != 1 for source in (*sources, result)):
        return sources
    for names in Moves(sources, rules).contradictions():
        moves = Moves(sources, rules)
        if settled(_conflict(moves, names, path)):
            model = Version(Side(result, {}), rules)
            with suppress(NoPlaceError):
                base, ours, theirs = relocate([moves.base, moves.ours, moves.theirs], model, names, set(names), rules)
                sources = (base, ours, theirs)
    return sources


class ContestedError(UnmergeableError):
    """Both sides moved an entry, and neither move can be followed: the file is in conflict as a whole."""


_Line = str | tuple[str, Region]
"""A line of a merge, or a region with what stands before it on its line."""


def _differing(
    ours: Sequence[Chunk], theirs: Sequence[Chunk], conflicts: tuple[Conflict, ...], *, at_once: bool
) -> list[Chunk]:
    """Two merges as one: what they share, and regions where they differ; ``at_once`` makes it one region.

    Of several regions each can be settled by itself, which makes sense where one holds what the other one lacks.
    """
    left, right = _lines(ours), _lines(theirs)
    chunks: list[Chunk] = []
    stretches = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changed = [stretch for stretch in stretches if stretch[0] != "equal"]
    if at_once and len(changed) > 1:
        (_, i, _, j, _), (_, _, i_end, _, j_end) = changed[0], changed[-1]
        stretches = [("equal", 0, i, 0, j), ("replace", i, i_end, j, j_end), ("equal", i_end, len(left), j_end, -1)]
    for tag, i, i_end, j, j_end in stretches:
        if tag == "equal":
            chunks += _chunks(left[i:i_end])
            continue
        one, other = _chunks(left[i:i_end]), _chunks(right[j:j_end])
        chunks.append(Region(conflicts, "", render_side(one, "ours"), render_side(other, "theirs")))
    return chunks


def _lines(chunks: Iterable[Chunk]) -> list[_Line]:
    lines: list[_Line] = []
    partial = ""
    for chunk in chunks:
        if isinstance(chunk, Region):
            lines.append((partial, chunk))
            partial = ""
        else:
            *whole, partial = (partial + chunk).split("\n")
            lines += [line + "\n" for line in whole]
    return [*lines, partial] if partial else lines


def _chunks(lines: Iterable[_Line]) -> list[Chunk]:
    chunks: list[Chunk] = []
    for line in lines:
        chunks += [line] if isinstance(line, str) else [*([line[0]] if line[0] else ()), line[1]]
    return chunks
