"""The rules of `jetenv verify` in words: what breaks each of them, and what to do then.

`jetenv explain` and the second part of docs/rules.md are made from it; the title of a rule is its line in
``findings.SUMMARIES``. Loaded only to explain.
"""

from __future__ import annotations

from typing import NamedTuple

from jetenv.access.findings import SUMMARIES, Rule


class HistoryRule(NamedTuple):
    """One rule: ``meaning`` says what breaks it and what that would do, ``remedy`` what to do about a finding."""

    id: str
    title: str
    meaning: str
    remedy: str


_BACK = (
    "Move the branch back before the commit (`git reset --keep COMMIT^` on it; on a server only those whom the "
    "protection lets rewrite it) and bring what was good again by who may."
)
_MEMBERS = "Change members with `jetenv members` only, which makes the file and its signatures. " + _BACK
_TEXTS = {
    Rule.COMMIT_MALFORMED: (
        "A commit object has a header twice, two signatures, a NUL, or is no commit to git at all. Git, libgit2 "
        "and a forge would each read something else in it, so whoever signed it may have signed another thing.",
        "Nobody makes such a commit by accident: find out where it came from. " + _BACK,
    ),
    Rule.COMMIT_UNSIGNED: (
        "A commit has no signature, or none of an SSH key. Nothing says who made it: names and addresses in a "
        "commit are whatever its author wrote there.",
        "Let git sign: `git config gpg.format ssh`, `git config commit.gpgsign true`. " + _BACK,
    ),
    Rule.COMMIT_SIGNATURE: (
        "The signature of a commit is damaged, is for other content, was made for another purpose than commits, "
        "or by a key that is too weak or that nobody touched.",
        "Make the commit again with a sound key (ed25519, ECDSA P-256, RSA from 3072 bits). " + _BACK,
    ),
    Rule.COMMIT_UNKNOWN_KEY: (
        "A commit is signed with a key that belonged to no member of the environment before that commit. That a "
        "key is added later, or was removed, changes nothing; dates are not asked.",
        "Let an admin invite the holder of the key (`jetenv members invite`), and make the commit again. " + _BACK,
    ),
    Rule.COMMIT_DENIED: (
        "A member signed a commit whose changes need a right that he has not, as role and protection were before it.",
        "The finding says who can do it or give the right. Where the branch is reached by merge only, "
        "commit to a branch of its own and `jetenv merge` it. " + _BACK,
    ),
    Rule.TREE_MALFORMED: (
        "A folder names a file twice or holds a name that git refuses. Git takes the first of two and other "
        "readers the last, so one reviews what another runs.",
        "Nobody makes such a folder by accident: find out where it came from. " + _BACK,
    ),
    Rule.FOLDER: (
        "A file of the folder `environments/<env>/` is missing, a link, executable, too large, or has a twin "
        "that some file system takes for it: another case, invisible characters, a dot at the end.",
        "Put the plain file back, and remove the twin, in a commit by an admin; or: " + _BACK,
    ),
    Rule.UID: (
        "The `uid` in environment.yaml is not that of the members file. It identifies an environment for good.",
        "Put the uid back. A copy under another name is made with `jetenv create`, never by copying the folder.",
    ),
    Rule.MEMBERS_FORMAT: (
        "The members file is no YAML, not in its canonical form, too large, has unknown fields, a role or key "
        "that cannot be, a member or key twice, or a threshold that its admins cannot meet.",
        _MEMBERS,
    ),
    Rule.MEMBERS_BINDING: (
        "The members file names another project or environment: it was copied or merged from elsewhere.",
        _MEMBERS,
    ),
    Rule.MEMBERS_VERSION: (
        "The members file has not the number after that of the one before: an old one was put back, or one was "
        "left out.",
        _MEMBERS,
    ),
    Rule.MEMBERS_PREVIOUS: (
        "The members file names another one as the version before than the one that was in force: two people "
        "changed the members at the same time, or the file is of another history.",
        "Make the change again from what is in force now. " + _BACK,
    ),
    Rule.MEMBERS_THRESHOLD: (
        "Too few admins of the version before have signed the members file.",
        "Let the others sign with `jetenv members sign`, before the change is in force. " + _BACK,
    ),
    Rule.MEMBERS_SIGNATURE: (
        "A file in `signatures/` does not hold for the members file, counts for nothing, or is too large.",
        _MEMBERS,
    ),
    Rule.MEMBERS_PROOF: (
        "A member gets a key without having shown to hold it, so somebody could claim the key of another person.",
        "Let the person run `jetenv members join`, and add the request that it makes. " + _BACK,
    ),
    Rule.ROOT: (
        "The history of the default environment does not begin with the members file whose digest is pinned in "
        "this clone, or none is pinned. Then nothing that follows is proven.",
        "Ask an admin for the digest, by another way than this repository, and compare it with `jetenv trust "
        "show`. Then `jetenv trust pin DIGEST`; where the admins agreed on a new root, `jetenv trust rotate "
        "DIGEST`.",
    ),
    Rule.CREATION: (
        "The first members file of an environment does not name one of the default environment by which its "
        "creator could create it, is not signed by that person, or came with a merge.",
        "Delete the branch, and create the environment again with `jetenv create` by an editor of the default one.",
    ),
    Rule.MERGE_OWNED: (
        "A merge changes the settings, members or bindings of the environment without the right to. A plain `git "
        "merge` brings them from a branch that was changed there, and its log shows nothing of it.",
        "Merge with `jetenv merge`, which keeps what the target owns. " + _BACK,
    ),
    Rule.MERGE_CONTENT: (
        "A merge holds a field that neither side has and that is no conflict which it lists as resolved, or "
        "takes back what only the target had changed.",
        "What a merge adds of its own belongs into a commit of its own, by who may commit. " + _BACK,
    ),
    Rule.MERGE_SOURCE: (
        "A merge comes from another environment than the protection names, or from a commit that is not proven "
        "to be of that one.",
        "Merge into the source first, and from there; or let an admin change the sources with `jetenv protect`. "
        + _BACK,
    ),
    Rule.MERGE_PARENTS: (
        "A merge has more than two parents, so that nothing tells what is whose.",
        "Merge one branch after the other. " + _BACK,
    ),
    Rule.LANDING: (
        "A forge made the commit, and its tree is not that of a prepared and signed commit which was cut from "
        "the target: a squash, a rebase, or a merge button without a prepared merge.",
        "Prepare the merge with `jetenv merge` on a branch cut from the target, and land that by fast- "
        "forward or as a merge commit. " + _BACK,
    ),
    Rule.HISTORY_SHALLOW: (
        "The clone is shallow: what came before its oldest commits cannot be verified, and so nothing that follows.",
        "Fetch the rest with `git fetch --unshallow`; in CI, check out with the whole history.",
    ),
    Rule.HISTORY_MISSING: (
        "An object that has to be read is not there: a partial clone, or a damaged repository.",
        "Fetch it (`git fetch --refetch --no-filter`), or see what `git fsck` says.",
    ),
    Rule.HISTORY_REWRITTEN: (
        "The branch, or what a remote shows of it, no longer has a commit that it had when it was last seen here.",
        "Find out who moved it, and push what it had again. `jetenv trust forget` accepts it as it is.",
    ),
    Rule.HISTORY_SWAPPED: (
        "What the branch was is now the second parent of a merge: a plain `git pull` merged the other way round, "
        "so that the other side's commits count as those of the branch.",
        "Take the branch as it was, and bring the other commits with `git pull --rebase` or `jetenv merge`.",
    ),
    Rule.HISTORY_ROLLED_BACK: (
        "The members file is an earlier one than was verified here before, or another one of the same version.",
        "Trust nothing of the branch until it is known who moved it; then push what it had again.",
    ),
}

RULES = {
    rule.value: HistoryRule(rule.value, SUMMARIES[rule][:1].upper() + SUMMARIES[rule][1:], meaning, remedy)
    for rule, (meaning, remedy) in _TEXTS.items()
}
"""The rules by id."""
