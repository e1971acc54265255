"""What a merge of plain data must come to, told from the data alone."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

GONE: Any = object()


def explains(base: Any, ours: Any, theirs: Any, result: Any) -> bool:
    """Whether ``result`` is a clean merge of the three: every change of a side is in it, and nothing else.

    Mappings go by key, lists of mappings by ``id``, other lists by how often each item stands in them, texts by words.
    """
    if same(ours, theirs) or same(base, theirs):
        return same(result, ours)
    if same(base, ours):
        return same(result, theirs)
    if all(map(is_keyed, (ours, theirs, result))):
        ours, theirs, result = by_id(ours), by_id(theirs), by_id(result)
        base = by_id(base) if is_keyed(base) else {}
    if all(isinstance(each, dict) for each in (ours, theirs, result)):
        base = base if isinstance(base, dict) else {}
        versions = (base, ours, theirs, result)
        return all(explains(*(each.get(name, GONE) for each in versions)) for name in {*base, *ours, *theirs, *result})
    if all(isinstance(each, list) for each in (ours, theirs, result)):
        versions = (base if isinstance(base, list) else [], ours, theirs, result)
        return _kept(*(list(map(canonical, each)) for each in versions))
    if all(isinstance(each, str) for each in (base, ours, theirs, result)):
        return _kept(*(each.split() for each in (base, ours, theirs, result)))
    return False


def _kept(base: list[str], ours: list[str], theirs: list[str], result: list[str]) -> bool:
    """Whether of every item as many are left as both sides leave; a common addition may count once or twice.

    An item that a side moved is one that it deleted here and added there, where the other side may have added it too.
    """
    moved = max(_moved(base, ours), _moved(base, theirs))
    counts = [Counter(each) for each in (base, ours, theirs, result)]
    for item in set().union(*counts):
        b, o, t, found = (each[item] for each in counts)
        likely = {o + t - b, max(o, t) if min(o, t) >= b else min(o, t)}
        if found not in range(max(0, min(likely) - moved), max(likely) + 1):
            return False
    return True


def _moved(old: list[str], new: list[str]) -> int:
    """How many items of ``new`` stand elsewhere among those that ``old`` has too."""
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, a in enumerate(old):
        for j, b in enumerate(new):
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if a == b else max(lengths[i][j + 1], lengths[i + 1][j])
    return (Counter(old) & Counter(new)).total() - lengths[-1][-1]


def same(a: Any, b: Any) -> bool:
    """Equality of data that tells 1, 1.0 and true apart."""
    return a is b or (a is not GONE and b is not GONE and canonical(a) == canonical(b))


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def unordered(data: Any) -> Any:
    """``data`` with its lists in an order of their own."""
    if isinstance(data, dict):
        return {key: unordered(value) for key, value in data.items()}
    return sorted(map(unordered, data), key=canonical) if isinstance(data, list) else data


def is_keyed(data: Any) -> bool:
    return isinstance(data, list) and all(isinstance(item, dict) and "id" in item for item in data)


def by_id(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["id"]: item for item in data}


def value_at(data: Any, steps: list[str | int]) -> Any:
    """The value at a path of keys and ids; GONE where there is none."""
    for step in steps:
        if is_keyed(data):
            data = by_id(data)
        data = data.get(step, GONE) if isinstance(data, dict) else GONE
        if data is GONE:
            break
    return data
