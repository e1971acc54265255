"""Git's own format of a tree object, read and written as bytes.

libgit2 as bound by pygit2 can neither read back nor write names that are not UTF-8, and it picks one of two entries
of the same name without a word; git keeps the first and refuses the second. See gitformat-index(5) for the modes
and ``base_name_compare`` in git's ``tree.c`` for the order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

from jetenv.errors import JetenvError
from jetenv.repository.objects import FOLDER

RawEntry = tuple[int, bytes]  # mode and the 20 bytes of the object's id
RawTree = dict[bytes, RawEntry]

_ENTRY = re.compile(rb"([0-7]+) ([^\0/]+)\0(.{20})", re.DOTALL)
_WHOLE = re.compile(rb"(?:[0-7]+ [^\0/]+\0.{20})*+", re.DOTALL)
_FORBIDDEN = frozenset((b".", b"..", *map(bytes, product(b".", b"gG", b"iI", b"tT"))))


class TreeFormatError(JetenvError):
    """A tree object that is malformed, names an entry twice, or holds a name that git refuses."""


def is_valid_name(name: bytes) -> bool:
    """Whether git would check out an entry called ``name``."""
    return name != b"" and name not in _FORBIDDEN and b"/" not in name and b"\0" not in name


def parse_tree(data: bytes, where: str) -> RawTree:
    """The entries of a tree object in their order.

    Raises TreeFormatError.
    """
    found = _ENTRY.findall(data)
    entries = {name: (int(mode, 8), oid) for mode, name, oid in found}
    if not _WHOLE.fullmatch(data) or len(entries) != len(found) or not _FORBIDDEN.isdisjoint(entries):
        raise TreeFormatError(
            f"tree {where} is damaged or holds names that git refuses", hint="run `git fsck` to see what is wrong"
        )
    return entries


def format_tree(entries: Mapping[bytes, RawEntry]) -> bytes:
    """The tree object that holds ``entries``."""
    ordered = sorted(entries.items(), key=lambda item: item[0] + b"/" if item[1][0] == FOLDER else item[0])
    return b"".join(b"%o %s\0%s" % (mode, name, oid) for name, (mode, oid) in ordered)
