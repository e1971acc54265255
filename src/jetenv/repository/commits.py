"""Commits: reading them, how they are related, and making signed ones that git verifies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pygit2

from jetenv.errors import JetenvError
from jetenv.repository.counting import ahead_behind_of_many
from jetenv.repository.failures import MalformedCommitError, explain, git_errors
from jetenv.repository.objects import Commit, Oid, Signer
from jetenv.repository.process import run_git

_TREE = re.compile(rb"tree ([0-9a-f]{40})\n")
_PARENT = re.compile(rb"[^\n]*\nparent ([0-9a-f]{40})\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_IDENTITY = re.compile(
    rb"(?P<name>.*) <(?P<email>[^<>]*)> (?P<time>\d+) (?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)"
)


class Commits:
    """The commits of one repository."""

    def __init__(self, repo: pygit2.Repository, git_dir: Path) -> None:
        self._repo = repo
        self._git_dir = git_dir

    def get(self, oid: Oid) -> Commit:
        """The commit ``oid``; bytes of it that are not UTF-8 are replaced.

        Raises MalformedCommitError when it is malformed, and JetenvError when it is missing or not a commit.
        """
        with git_errors(f"reading commit {oid}"):
            try:
                commit = self._repo[oid].peel(pygit2.Commit)
            except pygit2.GitError as error:
                self.raw(oid)  # raises where it is missing or another kind of object
                raise MalformedCommitError(oid) from error
            author, encoding = commit.author, commit.message_encoding or "utf-8"
            return Commit(
                oid,
                Oid(str(commit.tree_id)),
                tuple(Oid(str(parent)) for parent in commit.parent_ids),
                _text(commit.raw_message, encoding),
                _text(author.raw_name, encoding),
                _text(author.raw_email, encoding),
                commit.commit_time,
            )

    def raw(self, oid: Oid) -> bytes:
        """The commit object ``oid``, byte for byte. Raises JetenvError when it is missing or no commit."""
        with git_errors(f"reading commit {oid}"):
            kind, data = self._repo.odb.read(oid)
        if int(kind) != int(pygit2.enums.ObjectType.COMMIT):
            raise JetenvError(f"object {oid} is not a commit", hint="run `git fsck` to see what is wrong")
        return bytes(data)

    def tree_named(self, oid: Oid) -> Oid:
        """The tree that ``oid`` names in its first line, also where the rest of the commit is malformed.

        Raises MalformedCommitError where it names none, and JetenvError when the commit is missing or is none.
        """
        match = _TREE.match(self.raw(oid))
        if match is None:
            raise MalformedCommitError(oid)
        return Oid(match[1].decode())

    def first_parent_named(self, oid: Oid) -> Oid | None:
        """The first parent of ``oid``, also where the commit is malformed; None where its second line names none.

        Raises JetenvError when the commit is missing or is none.
        """
        match = _PARENT.match(self.raw(oid))
        return Oid(match[1].decode()) if match is not None else None

    def shallow(self) -> frozenset[Oid]:
        """The commits whose parents were not fetched; empty where the history is whole."""
        if not self._repo.is_shallow:
            return frozenset()
        done = run_git("rev-parse", "--git-path", "shallow", git_dir=self._git_dir, doing="reading the history's end")
        with git_errors("reading the history's end"):
            lines = (self._git_dir / done.text).read_text("ascii")
        return frozenset(Oid(line) for line in lines.split())

    def merge_bases(self, a: Oid, b: Oid) -> tuple[Oid, ...]:
        """Every best common ancestor, none where the histories are unrelated.

        Raises JetenvError where none is found in a history that was fetched only in part.
        """
        done = run_git("merge-base", "--all", a, b, git_dir=self._git_dir, read_only=True)
        if done.code not in {0, 1} or (done.code == 1 and done.stderr.strip()):
            raise explain(done.stderr, "comparing histories")
        bases = tuple(Oid(line) for line in done.stdout.decode("ascii").split())
        if not bases and self._repo.is_shallow:
            raise _cut_off()
        return bases

    def any_merge_base(self, a: Oid, b: Oid) -> Oid | None:
        """One of the best common ancestors, found without starting git; None where what was fetched holds none."""
        with git_errors("comparing histories"):
            found = self._repo.merge_base(a, b)
        return Oid(str(found)) if found is not None else None

    def ahead_behind(self, a: Oid, b: Oid) -> tuple[int, int]:
        """How many commits ``a`` has that ``b`` has not, and the other way round."""
        if a == b:
            return (0, 0)
        with git_errors("counting commits"):
            ahead, behind = self._repo.ahead_behind(a, b)
            if self._repo.is_shallow and ahead and behind and self._repo.merge_base(a, b) is None:
                raise _cut_off()
            return ahead, behind

    def ahead_behind_of_many(self, tips: Sequence[Oid], base: Oid) -> list[tuple[int, int]]:
        """``ahead_behind(tip, base)`` of each tip, at the cost of walking the history that they do not share once.

        Raises JetenvError where the history was fetched only in part.
        """
        if self._repo.is_shallow:
            raise _cut_off()
        with git_errors("counting commits"):
            return ahead_behind_of_many(self._walk, tips, base)

    def _walk(self, tips: Iterable[str]) -> Iterable[pygit2.Commit]:
        walker = self._repo.walk(None, pygit2.enums.SortMode.NONE)  # any other order reads all of the history first
        for tip in tips:
            walker.push(tip)
        return walker

    def reachable_from(self, tip: Oid, *, without: Iterable[Oid] = ()) -> list[Oid]:
        """The commits that ``tip`` has and none of ``without`` has, later ones first."""
        revisions = [tip, *(f"^{oid}" for oid in without)]
        done = run_git(
            "rev-list", "--stdin",
            git_dir=self._git_dir, data="\n".join(revisions).encode(), doing="listing commits", read_only=True,
        )  # fmt: skip
        return [Oid(line) for line in done.stdout.decode("ascii").split()]

    def is_ancestor(self, a: Oid, b: Oid) -> bool:
        """Whether ``b`` has all that ``a`` has."""
        with git_errors("comparing commits"):
            return a == b or bool(self._repo.descendant_of(b, a))

    def create(self, tree: Oid, parents: tuple[Oid, ...], message: str, signer: Signer | None) -> Oid:
        """Write a commit, signed where there is a ``signer``, and return its id; no branch moves.

        Author and committer are those of git's configuration and ``GIT_AUTHOR_*``/``GIT_COMMITTER_*``. Raises
        JetenvError where git knows none, and for a message that is empty or holds control characters.
        """
        text = _clean_message(message)
        author, committer = self._identity("GIT_AUTHOR_IDENT"), self._identity("GIT_COMMITTER_IDENT")
        with git_errors("writing a commit"):
            payload = str(self._repo.create_commit_string(author, committer, text, tree, list(parents)))
            if signer is None:
                return Oid(str(self._repo.odb.write(int(pygit2.enums.ObjectType.COMMIT), payload.encode())))
            signature = signer(payload.encode())
            return Oid(str(self._repo.create_commit_with_signature(payload, signature, "gpgsig")))

    def _identity(self, variable: str) -> pygit2.Signature:
        done = run_git("-c", "user.useConfigOnly=true", "var", variable, git_dir=self._git_dir)
        match = _IDENTITY.fullmatch(done.stdout.rstrip(b"\n")) if done.code == 0 else None
        if match is None:
            raise JetenvError(
                "git does not know who you are, and every commit names its author",
                hint="set `git config --global user.name` and `git config --global user.email`",
            )
        offset = (int(match["hours"]) * 60 + int(match["minutes"])) * (-1 if match["sign"] == b"-" else 1)
        with git_errors("reading your identity"):
            return pygit2.Signature(
                match["name"].decode(), match["email"].decode(), int(match["time"]), offset, "utf-8"
            )


def _text(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except (LookupError, ValueError):  # an encoding that is none, or that replaces nothing
        return raw.decode("utf-8", "replace")


def _clean_message(message: str) -> str:
    text = message.replace("\r\n", "\n").strip("\n") + "\n"
    if not text.strip():
        raise JetenvError("a commit message cannot be empty", hint="give one with -m")
    found = _CONTROL.search(text)
    if found or any("\ud800" <= character <= "\udfff" for character in text):
        raise JetenvError("a commit message cannot hold control characters or broken text", hint="give another with -m")
    return text


def _cut_off() -> JetenvError:
    return JetenvError(
        "the history needed to compare the branches was not fetched", hint="fetch it with `git fetch --unshallow`"
    )
