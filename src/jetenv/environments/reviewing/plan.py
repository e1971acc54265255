"""A merge seen beforehand: what it brings by field, what is risky about it, and what is in its way; and kept as a file.

The file says which commits were merged how and to which tree, so that `jetenv merge --plan` makes exactly that merge or
none. ADR 16 has its form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jetenv.environments.file_writing import write_file
from jetenv.environments.merges.merge import PLAN_AGAIN, Expected, MergeResult, Outcome, merge, rehearse
from jetenv.environments.merges.preparation import MergeRequest, find_source
from jetenv.environments.project import Project
from jetenv.environments.reviewing.diff import DiffResult, arriving
from jetenv.environments.reviewing.drawings import NO_DRAWINGS, Drawings, drawings
from jetenv.errors import JetenvError, RefusedError, UsageError
from jetenv.repository.failures import from_os_error
from jetenv.repository.objects import Oid
from jetenv.version import __version__

FORMAT = "jetenv-plan"
SCHEMA_VERSION = 1
_NAMES = {"source": ("name", "commit"), "target": ("id", "uid", "commit")}
_LARGEST = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How a merge is asked for; see ``environments.merges.merge.merge``."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    reland: bool = False
    favour: str | None = None
    allow_unbound: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would do. ``arriving`` compares the target with what it would hold; None where nothing merges.

    ``drawings`` are those of what arrives, where they were asked for.
    """

    result: MergeResult
    arriving: DiffResult | None
    options: PlanOptions
    drawings: Drawings = NO_DRAWINGS

    @property
    def is_clean(self) -> bool:
        """Whether nothing is in the way."""
        return not (self.result.conflicts or self.result.violations)


def plan(project: Project, source: str, target: str, options: PlanOptions, *, draw: bool = False) -> Plan:
    """What the merge of ``source`` into the environment ``target`` would do; nothing is changed, and no key is needed.

    ``draw`` asks for drawings of what arrives. Raises as ``merge`` does.
    """
    request = MergeRequest(
        source, target, options.only, options.exclude, options.reland, allow_unbound=options.allow_unbound
    )
    with project.repo.trees.unsaved():
        result = rehearse(project, request, options.favour)
        found = arriving(project, result.target, result.tree) if result.tree is not None else None
        drawn = drawings(project, found, result.tree) if draw and found is not None else NO_DRAWINGS
    return Plan(result, found, options, drawn)


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan as it is saved: what it was made from and of, and a digest of all of that."""
    result = plan.result
    data: dict[str, Any] = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "engine": f"jetenv {__version__}",
        "source": {"name": result.source.name, "commit": result.source.tip},
        "target": {"id": result.target.id, "uid": result.target.uid, "commit": result.target.tip},
        "options": asdict(plan.options),
        "outcome": result.outcome.value,
        "tree": result.tree,
    }
    data["options"] |= {"only": list(plan.options.only), "exclude": list(plan.options.exclude)}
    return {**data, "digest": _digest(data)}


def save(plan: Plan, file: Path) -> None:
    """Write ``plan`` to ``file``. Raises JetenvError where that cannot be written."""
    text = json.dumps(plan_data(plan), indent=2, ensure_ascii=True) + "\n"
    write_file(file, text.encode(), new=True)


def merge_planned(
    project: Project, file: Path, asked: tuple[str | None, str | None, PlanOptions], message: str | None
) -> MergeResult:
    """Make exactly the merge that was saved in ``file``.

    ``asked`` are source, target and options of the command line: what is given there must be what was planned. Raises
    RefusedError where a tip has moved, where the plan is of another version or had conflicts or violations, UsageError
    where something else is asked for, JetenvError for a file that is no plan, and otherwise as ``merge`` does.
    """
    data = read(file)
    source, target, options = data["source"], data["target"], _options(data["options"])
    for given, planned in zip(asked[:2], (source["name"], target["id"]), strict=True):
        if given is not None and given != planned:
            raise UsageError(
                f"the plan is not for '{given}' but for '{planned}'", hint="leave out the names, or plan again"
            )
    if asked[2] not in (PlanOptions(), options):
        raise UsageError("the options are not those of the plan", hint="leave them out, or plan again with them")
    _refuse_stale(project, data, file)
    return merge(
        project,
        source["name"],
        target["id"],
        only=options.only,
        exclude=options.exclude,
        reland=options.reland,
        favour=options.favour,
        allow_unbound=options.allow_unbound,
        message=message,
        expected=Expected((Oid(source["commit"]), Oid(target["commit"])), Oid(data["tree"] or "")),
    )


def _refuse_stale(project: Project, data: Mapping[str, Any], file: Path) -> None:
    if data["engine"] != f"jetenv {__version__}":
        raise RefusedError(
            f"planned by {data['engine']}, and this is jetenv {__version__}", where=str(file), hint=PLAN_AGAIN
        )
    if data["outcome"] not in (Outcome.CLEAN.value, Outcome.UP_TO_DATE.value):
        raise RefusedError(
            f"the planned merge had {data['outcome']}", where=str(file), hint="settle them, then plan again"
        )
    found = find_source(project, data["source"]["name"])
    into = project.environment(data["target"]["id"])
    for name, now, then in (
        (found.name, found.tip, data["source"]["commit"]),
        (into.id, into.tip, data["target"]["commit"]),
        (into.id, into.uid, data["target"]["uid"]),
    ):
        if now != then:
            moved = f"{name} has moved since the plan was made: from {then[:10]} to {now[:10]}"
            raise RefusedError(moved, where=str(file), hint=PLAN_AGAIN)


def read(file: Path) -> dict[str, Any]:
    """The plan in ``file``. Raises JetenvError where it cannot be read, is no plan, or is not as it was saved."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise from_os_error(error, f"reading {file}") from error
    try:
        data = json.loads(raw) if len(raw) <= _LARGEST else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise JetenvError("this is no plan", where=str(file), hint="`jetenv plan SOURCE TARGET --save FILE` makes one")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise JetenvError("the plan was saved by another version of jetenv", where=str(file), hint=PLAN_AGAIN)
    digest = data.pop("digest", None)
    if digest != _digest(data):
        raise JetenvError("the plan was changed after it was saved", where=str(file), hint=PLAN_AGAIN)
    if not _is_whole(data):
        raise JetenvError("the plan lacks a part of what a plan has", where=str(file), hint=PLAN_AGAIN)
    return data


def _is_whole(data: Mapping[str, Any]) -> bool:
    try:
        options = _options(data["options"])
        texts = [data[part][name] for part, names in _NAMES.items() for name in names]
    except (LookupError, TypeError):
        return False
    texts += [data.get("engine"), data.get("outcome"), data.get("tree") or "", *options.only, *options.exclude]
    return all(isinstance(each, str) for each in texts)


def _digest(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _options(data: Mapping[str, Any]) -> PlanOptions:
    return PlanOptions(**{**data, "only": tuple(data["only"]), "exclude": tuple(data["exclude"])})
