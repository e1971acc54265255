"""How people reach the pages of a project: addresses that are there twice, pages that nothing leads to, dead links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jetenv.schemas.findings import Finding
from jetenv.schemas.objects import object_of
from jetenv.schemas.similarity import did_you_mean
from jetenv.schemas.wording import quoted

if TYPE_CHECKING:
    from jetenv.schemas.survey import Reference
    from jetenv.schemas.verdict import FileVerdict

_PARAMETER = re.compile(r":[^/]*")


def check_pages(verdicts: Sequence[FileVerdict]) -> list[Finding]:
    """Findings about addresses and the ways to pages; about ways only in a project that has a menu."""
    pages: dict[str, FileVerdict] = {}
    has_menu = False
    for verdict in verdicts:
        found = object_of(verdict.path)
        if found is not None and found.kind == "page":
            pages[found.id] = verdict
        has_menu = has_menu or (found is not None and found.kind == "menu")
    routes: dict[str, list[Reference]] = {}
    for verdict in verdicts:
        for claim in verdict.claims:
            if claim.kind == "route":
                routes.setdefault(_shape(claim.target), []).append(claim)
    findings = [finding for claims in routes.values() if len(claims) > 1 for finding in _twice(claims)]
    if has_menu:
        findings += _unreachable(verdicts, pages, routes)
        findings += _dead(verdicts, routes)
    return findings


def _shape(route: str) -> str:
    """What an address matches, whatever its parameters are called."""
    return _PARAMETER.sub(":", route).rstrip("/") or "/"


def _twice(claims: list[Reference]) -> Iterator[Finding]:
    first, *others = sorted(claims, key=lambda claim: (bool(claim.field), claim.path))
    for claim in others:
        yield Finding(
            "duplicate-route",
            f"{quoted(claim.target)} is the address of {first.path} already",
            claim.path,
            claim.line,
            claim.column,
            claim.field,
            hint="give one of the two another url",
        )


def _unreachable(
    verdicts: Iterable[FileVerdict], pages: dict[str, FileVerdict], routes: dict[str, list[Reference]]
) -> Iterator[Finding]:
    by_path = {verdict.path: name for name, verdict in pages.items()}
    owners = {
        shape: by_path[claim.path] for shape, claims in routes.items() for claim in claims if claim.path in by_path
    }
    waiting = [name for verdict in verdicts if verdict.path not in by_path for name in _led_to(verdict, pages, owners)]
    reached = set(waiting)
    while waiting:
        for name in _led_to(pages[waiting.pop()], pages, owners):
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    for name, verdict in pages.items():
        if name not in reached:
            yield Finding(
                "unreachable-page",
                f"nothing leads to the page {quoted(name)}",
                verdict.path,
                hint="link it in menu.yaml or from a page that is linked, or delete it",
            )


def _led_to(verdict: FileVerdict, pages: dict[str, FileVerdict], owners: dict[str, str]) -> Iterator[str]:
    for reference in verdict.references:
        if reference.kind == "page" and not reference.grants and reference.target in pages:
            yield reference.target
        elif reference.kind == "route" and (owner := _owner(reference.target, owners)) is not None:
            yield owner


def _owner(address: str, owners: dict[str, str]) -> str | None:
    found = owners.get(_shape(address))
    if found is not None:
        return found
    steps = address.rstrip("/").split("/")
    return next((owner for shape, owner in owners.items() if _fits(steps, shape.split("/"))), None)


def _fits(steps: list[str], shape: list[str]) -> bool:
    return len(steps) == len(shape) and all(
        one == other or other == ":" or one.startswith(":") for one, other in zip(steps, shape, strict=True)
    )


def _dead(verdicts: Iterable[FileVerdict], routes: dict[str, list[Reference]]) -> Iterator[Finding]:
    known = dict.fromkeys(routes, "")
    for verdict in verdicts:
        for reference in verdict.references:
            if reference.kind != "route" or _owner(reference.target, known) is not None:
                continue
            message = f"no page has the address {quoted(reference.target)}"
            if guess := did_you_mean(reference.target, (claims[0].target for claims in routes.values())):
                message += f"; did you mean {quoted(guess)}?"
            yield Finding(
                "dead-link",
                message,
                reference.path,
                reference.line,
                reference.column,
                reference.field,
                hint="name a page with `page:`, or write the whole address with https:// where it is no page",
            )
