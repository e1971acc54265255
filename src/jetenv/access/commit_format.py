"""Git's own format of a commit object, read so that no two readers can take it for different things.

git, libgit2 and this reader must see the same parents, tree and signature. What could be taken in two ways (a header
twice, a second signature, a NUL that ends the message for some) is refused, whoever signed it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from jetenv.repository.objects import Oid

_COMMIT = re.compile(
    rb"tree (?P<tree>[0-9a-f]{40})\n"
    rb"(?P<parents>(?:parent [0-9a-f]{40}\n)*)"
    rb"author (?P<author>[^\n]*)\n"
    rb"committer (?P<committer>[^\n]*)\n"
    rb"(?P<more>(?:[^ \n][^\n]*\n(?: [^\n]*\n)*)*)"
    rb"\n(?P<message>.*)",
    re.DOTALL,
)
_HEADER = re.compile(rb"(?P<name>[A-Za-z][A-Za-z0-9:_-]*) (?P<value>[^\n]*\n(?: [^\n]*\n)*)")
_OWN = frozenset((b"tree", b"parent", b"author", b"committer", b"gpgsig-sha256"))
_ONCE = frozenset((b"gpgsig", b"encoding"))
_TRAILER = re.compile(r"(?P<name>Jetenv-[A-Za-z]+): (?P<value>.+)")


class CommitFormatError(ValueError):
    """A commit object that readers could take in more than one way."""


class SignedCommit(NamedTuple):
    """A commit object taken apart.

    ``signature`` is the armored text of its signature, None where there is none, and ``payload`` what it covers: the
    object without it. ``author`` and ``committer`` are whole header lines, with dates.
    """

    tree: Oid
    parents: tuple[Oid, ...]
    author: bytes
    committer: bytes
    message: bytes
    signature: bytes | None
    payload: bytes

    def trailers(self, name: str) -> tuple[str, ...]:
        """The values of the trailers ``Jetenv-<name>`` in the last paragraph of the message."""
        last = self.message.decode("utf-8", "replace").rstrip("\n").rpartition("\n\n")[2]
        found = (_TRAILER.fullmatch(line) for line in last.split("\n"))
        return tuple(each["value"] for each in found if each is not None and each["name"] == f"Jetenv-{name}")


def parse_commit(data: bytes) -> SignedCommit:
    """The parts of the commit object ``data``. Raises CommitFormatError."""
    if b"\0" in data:
        raise CommitFormatError("it holds a NUL, which ends the message for some readers")
    match = _COMMIT.fullmatch(data)
    if match is None:
        raise CommitFormatError("its headers are not those of a commit")
    signature: bytes | None = None
    payload = data
    seen: set[bytes] = set()
    at = match.start("more")
    while at < match.end("more"):
        header = _HEADER.match(data, at, match.end("more"))
        if header is None:
            raise CommitFormatError("one of its headers has no name")
        name = header["name"]
        if name in _OWN or (name in seen and name in _ONCE):
            raise CommitFormatError(f"it has the header '{name.decode()}' where it may not stand")
        seen.add(name)
        if name == b"gpgsig":
            signature = header["value"].replace(b"\n ", b"\n")
            payload = data[:at] + data[header.end() :]
        at = header.end()
    parents = tuple(Oid(line[7:].decode()) for line in match["parents"].splitlines())
    if len(set(parents)) != len(parents):
        raise CommitFormatError("it names a parent twice")
    return SignedCommit(
        Oid(match["tree"].decode()),
        parents,
        match["author"],
        match["committer"],
        match["message"],
        signature,
        payload,
    )
