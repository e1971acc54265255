"""What a reviewer has to look at: decided by what the schemas say of the values that changed, and by what names them.

Nothing here knows a kind of content. The annotations are ``risk`` (``destructive``, ``permission``, ``secret``), with
``when``, ``wider`` and ``absent`` to say which changes of such a value count, and ``since``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from jetenv.diffing.permissions import grants, widened
from jetenv.diffing.records import Action, Change, ObjectDiff, Risk, User
from jetenv.diffing.sides import narrowed
from jetenv.diffing.sites import Reviewed, Site
from jetenv.documents.nodes import Kind, Node, Source
from jetenv.documents.paths import FieldPath, Index, Item, Key, format_path
from jetenv.documents.values import key_text, scalar_data
from jetenv.schemas.hiding import secret_spans
from jetenv.schemas.rules import Rules
from jetenv.schemas.secrets import Span, covered
from jetenv.schemas.survey import Definition, survey
from jetenv.schemas.versions import meets

RULES: Mapping[str, str] = {
    "removed-in-use": "destructive",
    "removed": "destructive",
    "destructive-change": "destructive",
    "destructive-action": "destructive",
    "permission-widened": "permission",
    "permission-changed": "permission",
    "credential-changed": "secret",
    "binding-changed": "secret",
    "default-binding": "secret",
    "newer-platform": "version",
}
"""Every rule with the class of risk that it is of, the gravest first."""

CLASSES = ("destructive", "permission", "secret", "version")

_GRAVITY = {rule: at for at, rule in enumerate(RULES)}
_MOST = 20_000
"""Values of one object that are looked into."""
_LONGEST = 60

Uses = Callable[[Sequence[Definition]], Mapping[Definition, Sequence[User]]]
"""The places that name what is defined, before; told for what was removed."""


def no_uses(_gone: Sequence[Definition]) -> Mapping[Definition, Sequence[User]]:
    """Knows nobody who names anything."""
    return {}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the changes come upon.

    ``rules_for`` says what describes a file, ``version`` is the platform that runs there (None: the latest, or not
    known), ``own`` the folder of the environment whose settings are compared and ``is_default`` whether that is the
    default one.
    """

    rules_for: Callable[[str], Rules]
    version: str | None = None
    own: str | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A risk before it is known who names ``gone``, what was removed."""

    rule: str
    reason: str
    field: FieldPath
    line: int
    gone: Definition | None = None


def assess(each: Reviewed, ground: Ground) -> tuple[Found, ...]:
    """What is risky about one object."""
    return tuple(dict.fromkeys(_Assessment(each, ground).found()))


def settled(found: Iterable[tuple[ObjectDiff, Sequence[Found]]], uses: Uses) -> list[ObjectDiff]:
    """The objects with their risks; who names what was removed is looked up for all of them at once."""
    pairs = list(found)
    gone = [risk.gone for _, risks in pairs for risk in risks if risk.gone is not None]
    users = uses(list(dict.fromkeys(gone))) if gone else {}
    return [replace(diff, risks=_risks(diff, risks, users)) if risks else diff for diff, risks in pairs]


def _risks(diff: ObjectDiff, found: Sequence[Found], users: Mapping[Definition, Sequence[User]]) -> tuple[Risk, ...]:
    risks = [
        _risk(diff, each, users.get(each.gone, ()) if each.gone is not None else ())
        for each in found
        # An object that has another id is a risk where something still names it by the old one.
        if each.field or each.rule != "destructive-change" or _still(users.get(each.gone, ()) if each.gone else ())
    ]
    return tuple(sorted(dict.fromkeys(risks), key=lambda risk: (_GRAVITY[risk.rule], risk.line)))


def _risk(diff: ObjectDiff, found: Found, users: Sequence[User]) -> Risk:
    rule, reason = found.rule, found.reason
    # What stands in a file that is gone, or is the object itself, does not use it.
    users = [each for each in users if each.path not in (diff.path, diff.old_path) or each.still]
    if found.gone is not None:
        rule = "removed-in-use" if users else rule
        reason += f"; {_naming(users)}"
    key = "\0".join((rule, diff.path, format_path(found.field)))
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Risk(rule, RULES[rule], digest, reason, diff.path, found.field, found.line, tuple(users))


def _still(users: Sequence[User]) -> bool:
    return any(each.still for each in users)


def _naming(users: Sequence[User]) -> str:
    if not users:
        return "nothing else names it"
    still = sum(each.still for each in users)
    first = next((each for each in users if each.still), users[0])
    place = f"{first.path}#{first.field}" if first.field else first.path
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    if still:
        return f"named by {place}{more}, of which {still} still {'does' if still == 1 else 'do'}"
    return f"was named by {place}{more}"


class _Assessment:
    def __init__(self, each: Reviewed, ground: Ground) -> None:
        self._diff = each.diff
        self._each = each
        self._ground = ground
        self._defined: dict[str, Definition] | None = None
        self._hidden: list[Span] | None = None

    def found(self) -> Iterator[Found]:
        """Everything that is risky about the object."""
        diff = self._diff
        rules = self._ground.rules_for(diff.path)
        if not rules:
            return
        if diff.action is Action.REMOVED:
            if rules.risk == "destructive":
                yield Found("removed", f"{_title(diff)} is removed", (), 1, Definition(diff.kind, diff.id))
        elif diff.action is Action.ADDED:
            for root in _roots(self._each.new):
                yield from self._added(root, narrowed(rules, root), (), None)
        elif rules.risk == "destructive" and diff.old_id not in (None, diff.id) and diff.follows is None:
            reason = f"{_title(diff)} was {diff.old_id}"
            yield Found("destructive-change", reason, (), 1, Definition(diff.kind, diff.old_id or ""))
        for site in self._each.sites:
            if site.change.follows is None:
                yield from self._site(site)

    def _site(self, site: Site) -> Iterator[Found]:
        change = site.change
        if change.action in (Action.COMMENT, Action.FORMAT, Action.ORDER, Action.MOVED):
            return
        line = change.line or 1
        yield from self._permission(site, line)
        yield from self._destructive(site, line)
        yield from self._secret(site, line)
        if change.action is Action.ADDED and site.new is not None:
            yield from self._added(site.new, site.rules, change.path, site)
        elif change.action is Action.CHANGED and site.new is not None:
            step = change.path[-1] if change.path else None
            if isinstance(step, Key) and step.name in site.within.told_by:
                yield from self._since(site.within, change.path[:-1], line)
            yield from self._since(site.rules, change.path, line)

    def _permission(self, site: Site, line: int) -> Iterator[Found]:
        verdict = widened(site)
        if verdict is not None:
            rule = "permission-widened" if verdict else "permission-changed"
            yield Found(rule, _told(site.change), site.change.path, line)

    def _destructive(self, site: Site, line: int) -> Iterator[Found]:
        change, said = site.change, site.rules.annotations
        place = _field(change.path)
        if change.action in (Action.REMOVED, Action.RENAMED) and _holds(site.within, change.path) == "destructive":
            step = (change.old_path or change.path)[-1]
            word, rule = (
                ("removed", "removed") if change.action is Action.REMOVED else ("renamed", "destructive-change")
            )
            was = f" (was {_field(change.old_path)})" if change.old_path else ""
            yield Found(rule, f"{place} is {word}{was}", change.path, line, self._definition(step))
        elif said.risk != "destructive" or said.when == "present" or _is_root(change.path):
            return
        elif said.when is not None:
            if change.action is Action.CHANGED and _in(site.new, said.when) and not _in(site.old, said.when):
                yield Found("destructive-action", _told(change), change.path, line)
        elif change.action in (Action.CHANGED, Action.REMOVED):
            yield Found("destructive-change", _told(change), change.path, line)

    def _secret(self, site: Site, line: int) -> Iterator[Found]:
        change = site.change
        own = site.rules.risk == "secret"
        if own or _holds(site.within, change.path) == "secret" or (change.path and _wraps(site.within)):
            yield self._secret_at(_told(change), change.path, line)

    def _secret_at(self, reason: str, path: FieldPath, line: int) -> Found:
        ground = self._ground
        if ground.own is None or not self._diff.path.startswith(ground.own + "/"):
            return Found("credential-changed", reason, path, line)
        return Found("default-binding" if ground.is_default else "binding-changed", reason, path, line)

    def _added(self, root: Node, rules: Rules, path: FieldPath, site: Site | None) -> Iterator[Found]:
        """What is risky in a value that is new, at any depth; at ``site`` itself the rest was looked at already."""
        source = self._each.new
        assert source is not None
        elsewhere = site.elsewhere if site is not None else ()
        stack: list[tuple[Node, Rules, FieldPath, bool]] = [(root, rules, path, site is None)]
        seen = 0
        while stack and seen < _MOST:
            node, below, here, fresh = stack.pop()
            if any(node is each for each in elsewhere):
                continue
            seen += 1
            said = below.annotations
            line = source.place(node.start)[0] if said.risk or said.since else 1
            yield from self._since(below, here, line)
            if said.risk == "destructive" and (said.when == "present" or _in(node, said.when)):
                yield Found("destructive-action", f"{_field(here)} is added{self._shown(node)}", here, line)
            if fresh and here and said.risk == "secret":
                yield self._secret_at(f"{_field(here)} is added{self._shown(node)}", here, line)
                continue
            if fresh and here and said.risk == "permission" and said.absent != "all" and grants(node, below):
                yield Found("permission-widened", f"{_field(here)} is added{self._shown(node)}", here, line)
                fresh = False
            stack += reversed(
                [(child, rule, (*here, *step), fresh or not here) for child, rule, step in _below(node, below)]
            )

    def _shown(self, node: Node) -> str:
        """The value of a scalar of the new version, as it may be shown."""
        if node.kind is not Kind.SCALAR:
            return ""
        source = self._each.new
        assert source is not None
        if self._hidden is None:
            self._hidden = secret_spans(source, self._ground.rules_for(self._diff.path))
        hides = any(start < node.end and node.start < end for start, end in self._hidden)
        return f": {_short(covered(source.text, node.start, node.end, self._hidden) if hides else node.value)}"

    def _since(self, rules: Rules, path: FieldPath, line: int) -> Iterator[Found]:
        said, version = rules.annotations, self._ground.version
        if said.since is None or (version is not None and meets(version, said.since)):
            return
        runs = f", and {version} runs" if version is not None else ""
        what = said.feature or _field(path)
        yield Found("newer-platform", f"{what} at {_field(path)} needs platform {said.since}{runs}", path, line)

    def _definition(self, step: object) -> Definition | None:
        """What was defined by the item at ``step`` of the old version, where others can name it."""
        if self._defined is None:
            self._defined = {}
            if self._each.old is not None:
                own = self._diff.old_id or self._diff.id if self._diff.kind == "collection" else ""
                found = survey(self._diff.path, self._each.old, self._ground.rules_for(self._diff.path), own)
                self._defined = {each.id: each for each in found.definitions if each.kind not in found.local}
        return self._defined.get(step.values[0]) if isinstance(step, Item) else None


def _below(node: Node, rules: Rules) -> Iterator[tuple[Node, Rules, FieldPath]]:
    keys = rules.keys
    for position, entry in enumerate(node.entries):
        value = entry.value
        if entry.key is not None:
            name = key_text(entry.key)
            yield value, narrowed(rules.property(name), value), (Key(name),)
            continue
        named = [value.get(key) for key in keys]
        known = tuple(each.value for each in named if each is not None and each.kind is Kind.SCALAR)
        step = Item(known) if keys and len(known) == len(keys) else Index(position)
        yield value, narrowed(rules.item(), value), (step,)


def _roots(source: Source | None) -> list[Node]:
    return [document.root for document in source.documents if document.root is not None] if source is not None else []


def _holds(within: Rules, path: FieldPath) -> str | None:
    """The risk of the list that ``path`` is an item of; entries of a mapping have their own."""
    return within.risk if path and isinstance(path[-1], Item | Index) else None


def _wraps(within: Rules) -> bool:
    """Whether a mapping stands for one secret as a whole, so that each part of it counts."""
    return within.risk == "secret" and within.map == "atomic"


def _is_root(path: FieldPath) -> bool:
    return not path


def _in(node: Node | None, values: object) -> bool:
    if node is None or not isinstance(values, tuple) or node.kind is not Kind.SCALAR:
        return False
    data = scalar_data(node)
    return any(type(data) is type(value) and data == value for value in values)


def _title(diff: ObjectDiff) -> str:
    return f"{diff.kind} {diff.id}".strip()


def _field(path: FieldPath | None) -> str:
    return format_path(path or ()) or "the whole file"


def _told(change: Change) -> str:
    """What happened to the value at the place of a change, on one line; of what is long only that it came or went."""
    place = _field(change.path)
    if change.old_path is not None:
        return f"{place} was {_field(change.old_path)}"
    if change.old is None or change.new is None:
        word, text = ("is added", change.new) if change.old is None else ("is removed", change.old)
        return f"{place} {word}" + (f": {_short(text)}" if text is not None and "\n" not in text.strip() else "")
    return f"{place}: {_short(change.old)} → {_short(change.new)}"


def _short(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
