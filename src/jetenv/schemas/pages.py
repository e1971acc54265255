"""How people reach the pages of a project: addresses that are there twice, pages that nothing leads to, dead links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jetenv.errors import did_you_mean
from jetenv.schemas.findings import Finding
from jetenv.schemas.wording import quoted

if TYPE_CHECKING:
    from jetenv.schemas.survey import Reference
    from jetenv.schemas.verdict import FileVerdict

_PARAMETER = re.compile(r":[^/]*")


def check_pages(verdicts: Sequence[FileVerdict]) -> list[Finding]:
    """Findings about addresses and the ways to pages; about ways only in a project that has a menu."""
    pages: dict[str, FileVerdict] = {}
    has_menu = False
    routes: dict[str, list[Reference]] = {}
    for verdict in verdicts:
        for itself in verdict.definitions[:1]:
            if itself.kind == "page":
                pages[itself.id] = verdict
            has_menu = has_menu or itself.kind == "menu"
        for claim in verdict.claims:
            if claim.kind == "route":
                routes.setdefault(_shape(claim.target), []).append(claim)
    findings = [finding for claims in routes.values() if len(claims) > 1 for finding in _twice(claims)]
    if has_menu:
        addresses = _Addresses(routes)
        findings += _unreachable(verdicts, pages, routes, addresses)
        findings += _dead(verdicts, routes, addresses)
    return findings


def _shape(route: str) -> str:
    """What an address matches, whatever its parameters are called."""
    return (_PARAMETER.sub(":", route) if ":" in route else route).rstrip("/") or "/"


class _Addresses:
    """The addresses of all pages, to find the first that a link leads to without looking at each of them."""

    def __init__(self, shapes: Iterable[str]) -> None:
        self._shapes = tuple(dict.fromkeys(shapes))
        self._known: dict[str, str | None] = {shape: shape for shape in self._shapes}

    @cached_property
    def _tree(self) -> dict[str, Any]:
        """The addresses by their steps."""
        tree: dict[str, Any] = {}
        for number, shape in enumerate(self._shapes):
            node = tree
            for step in shape.split("/"):
                node = node.setdefault(step, {})
            node[_END] = number
        return tree

    def find(self, address: str) -> str | None:
        """The shape of the page that ``address`` leads to; None where there is no such page."""
        if address not in self._known:
            found = self._known.get(_shape(address))
            if found is None:
                number = min(_fitting(self._tree, address.rstrip("/").split("/")), default=None)
                found = None if number is None else self._shapes[number]
            self._known[address] = found
        return self._known[address]


_END = "/"
"""No step of an address; under it stands the number of the one that ends there."""


def _fitting(tree: Mapping[str, Any], steps: Sequence[str]) -> Iterator[int]:
    """The numbers of the addresses that fit: parameters of either side fit whatever the other has there."""
    nodes = [tree]
    for step in steps:
        if step.startswith(":"):
            nodes = [below for node in nodes for name, below in node.items() if name != _END]
        else:
            nodes = [node[name] for node in nodes for name in {step, ":"} if name in node]
    return (node[_END] for node in nodes if _END in node)


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
    verdicts: Iterable[FileVerdict],
    pages: Mapping[str, FileVerdict],
    routes: Mapping[str, list[Reference]],
    addresses: _Addresses,
) -> Iterator[Finding]:
    by_path = {verdict.path: name for name, verdict in pages.items()}
    owners = {
        shape: by_path[claim.path] for shape, claims in routes.items() for claim in claims if claim.path in by_path
    }

    def led_to(verdict: FileVerdict) -> Iterator[str]:
        for kind, target, _, grants in verdict.names:
            if kind == "page" and not grants and target in pages:
                yield target
            elif kind == "route" and (shape := addresses.find(target)) in owners:
                yield owners[shape]

    waiting = [name for verdict in verdicts if verdict.path not in by_path for name in led_to(verdict)]
    reached = set(waiting)
    while waiting:
        for name in led_to(pages[waiting.pop()]):
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


def _dead(
    verdicts: Iterable[FileVerdict], routes: Mapping[str, list[Reference]], addresses: _Addresses
) -> Iterator[Finding]:
    for verdict in verdicts:
        dead = {name for name in verdict.names if name[0] == "route" and addresses.find(name[1]) is None}
        for reference in verdict.references if dead else ():
            if reference.name not in dead:
                continue
            message = f"no page has the address {quoted(reference.target)}"
            if guess := did_you_mean(reference.target, (claims[0].target for claims in routes.values()), cutoff=0.7):
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
