"""What can be wrong with a signed history: the rules by their ids, and one breach of one of them.

Rule ids are stable: reports, CI and people's notes refer to them.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Rule(Enum):
    """A rule of a signed history; its value is its id."""

    COMMIT_MALFORMED = "commit.malformed"
    COMMIT_UNSIGNED = "commit.unsigned"
    COMMIT_SIGNATURE = "commit.signature"
    COMMIT_UNKNOWN_KEY = "commit.unknown-key"
    COMMIT_DENIED = "commit.denied"
    TREE_MALFORMED = "tree.malformed"
    FOLDER = "environment.folder"
    UID = "environment.uid"
    MEMBERS_FORMAT = "members.format"
    MEMBERS_BINDING = "members.binding"
    MEMBERS_VERSION = "members.version"
    MEMBERS_PREVIOUS = "members.previous"
    MEMBERS_THRESHOLD = "members.threshold"
    MEMBERS_SIGNATURE = "members.signature"
    MEMBERS_PROOF = "members.proof"
    ROOT = "root"
    CREATION = "creation"
    MERGE_OWNED = "merge.owned"
    MERGE_CONTENT = "merge.content"
    MERGE_SOURCE = "merge.source"
    MERGE_PARENTS = "merge.parents"
    LANDING = "landing"
    HISTORY_SHALLOW = "history.shallow"
    HISTORY_MISSING = "history.missing"
    HISTORY_REWRITTEN = "history.rewritten"
    HISTORY_SWAPPED = "history.swapped"
    HISTORY_ROLLED_BACK = "history.rolled-back"


SUMMARIES = {
    Rule.COMMIT_MALFORMED: "a commit object has every header once and nothing that readers could take in two ways",
    Rule.COMMIT_UNSIGNED: "every commit is signed with an SSH key",
    Rule.COMMIT_SIGNATURE: "the signature of a commit holds for what the commit says",
    Rule.COMMIT_UNKNOWN_KEY: "a commit is signed with the key of a member",
    Rule.COMMIT_DENIED: "who signs a commit has the right to everything that it changes",
    Rule.TREE_MALFORMED: "a tree names nothing twice",
    Rule.FOLDER: "the files of an environment are plain files under their exact names",
    Rule.UID: "an environment keeps its uid",
    Rule.MEMBERS_FORMAT: "a members file is in its canonical form",
    Rule.MEMBERS_BINDING: "a members file names its own project and environment",
    Rule.MEMBERS_VERSION: "versions of a members file count up by one",
    Rule.MEMBERS_PREVIOUS: "a members file names the digest of the one before",
    Rule.MEMBERS_THRESHOLD: "as many admins of the version before sign a members file as that asks for",
    Rule.MEMBERS_SIGNATURE: "every signature beside a members file holds and counts",
    Rule.MEMBERS_PROOF: "who gets a new key has shown to hold it",
    Rule.ROOT: "the first members file is the one that is pinned",
    Rule.CREATION: "an environment is created by a member of the default one who may",
    Rule.MERGE_OWNED: "a merge leaves what environments own as its first parent had it",
    Rule.MERGE_CONTENT: "every field of a merge is as one of its sides has it, or a resolved conflict",
    Rule.MERGE_SOURCE: "merges come from the environments that the protection names",
    Rule.MERGE_PARENTS: "a merge has two parents",
    Rule.LANDING: "what a forge lands is the tree of a prepared and signed commit",
    Rule.HISTORY_SHALLOW: "all of the history is there",
    Rule.HISTORY_MISSING: "every object of the history can be read",
    Rule.HISTORY_REWRITTEN: "a branch keeps the commits that it had",
    Rule.HISTORY_SWAPPED: "the first parent of a merge is the branch that it lands on",
    Rule.HISTORY_ROLLED_BACK: "the members file never goes back to an earlier version, nor aside to another one",
}


class Breach(NamedTuple):
    """One breach of a rule.

    ``key`` is the canonical text of the public key that it is about and ``member`` the id of its member, where there
    are any; ``path`` is the file, ``commit`` the id of the commit (empty where only files were judged) and
    ``environment`` the id of the environment.
    """

    rule: Rule
    message: str
    hint: str | None = None
    member: str | None = None
    key: str | None = None
    path: str | None = None
    commit: str = ""
    environment: str = ""

    def at(self, commit: str, environment: str) -> Breach:
        """The same breach in a commit of an environment."""
        return self._replace(commit=commit, environment=environment)
