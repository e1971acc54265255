"""Git's own format of a tree object, read and written as bytes.

libgit2 as bound by pygit2 can neither read back nor write names that are not UTF-8, and it picks one of two entries
of the same name without a word; git keeps the first and refuses the second. See gitformat-index(5) for the modes
and ``base_name_compare`` in git's ``tree.c`` for the order.
"""

from __future__ import annotations

from collections.abc import Mapping

from jetenv.errors import JetenvError
from jetenv.repository.objects import FOLDER

RawEntry = tuple[int, bytes]  # mode and the 20 bytes of the object's id
RawTree = dict[bytes, RawEntry]

_FORBIDDEN = frozenset((b"", b".", b".."))


def is_valid_name(name: bytes) -> bool:
    """Whether git would check out an entry called ``name``."""
    return name not in _FORBIDDEN and b"/" not in name and b"\0" not in name and name.lower() != b".git"


def parse_tree(data: bytes, where: str) -> RawTree:
    """The entries of a tree object in their order.

    Raises JetenvError when the object is malformed, names an entry twice, or holds a name that git refuses.
    """
    entries: RawTree = {}
    at = 0
    try:
        while at < len(data):
            blank = data.index(b" ", at)
            zero = data.index(b"\0", blank)
            name = data[blank + 1 : zero]
            if name in entries or not is_valid_name(name):
                raise ValueError("twice or refused")
            entries[name] = (int(data[at:blank], 8), data[zero + 1 : zero + 21])
            at = zero + 21
        if at != len(data):
            raise ValueError("cut short")
    except ValueError as error:
        raise JetenvError(
            f"tree {where} is damaged or holds names that git refuses", hint="run `git fsck` to see what is wrong"
        ) from error
    return entries


def format_tree(entries: Mapping[bytes, RawEntry]) -> bytes:
    """The tree object that holds ``entries``."""
    ordered = sorted(entries.items(), key=lambda item: item[0] + b"/" if item[1][0] == FOLDER else item[0])
    return b"".join(b"%o %s\0%s" % (mode, name, oid) for name, (mode, oid) in ordered)
