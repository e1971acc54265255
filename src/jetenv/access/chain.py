"""The chain of members files: whether one may follow another. Bytes in, an answer with its reasons out.

Rules, each in the order in which they are checked:

1. The file is in its canonical form, which excludes members, keys and admins that may not be.
2. Its version is the version before plus one, and it names the digest of the bytes before.
3. It names the same project and environment.
4. As many admins *of the version before* have signed its bytes as that one's threshold asks for: distinct members,
   each with a key of its own.
5. Every key that the version before did not give the same member has signed a request to join, or this file.
6. Nothing else stands in ``signatures/``: every file there holds, and counts for rule 4 or 5.

The first version of all is the pinned root. The first version of another environment names in ``previous`` the members
file of the default environment by which its creator, who signs it and is an admin in it, may create environments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from jetenv.access import joining
from jetenv.access.authorize import Change, Kind, Policy, authorize
from jetenv.access.findings import Breach, Rule
from jetenv.access.members import Member, Members, digest, parse
from jetenv.access.namespaces import MEMBERS
from jetenv.access.sshsig import SignatureError, verify
from jetenv.errors import JetenvError

SUFFIX = ".sig"


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Whether a members file may follow.

    ``members`` is its record, None where it cannot be read. ``signed`` are the members whose signatures count, out of
    ``eligible``, of whom ``threshold`` have to sign.
    """

    members: Members | None
    threshold: int
    signed: tuple[str, ...] = ()
    eligible: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether no rule is broken."""
        return not self.breaches

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Who could sign as well."""
        return tuple(member for member in self.eligible if member not in self.signed)


def follow(
    before: Members,
    before_bytes: bytes,
    after_bytes: bytes,
    signatures: Mapping[str, bytes],
    *,
    proven: Collection[tuple[str, str]] = (),
) -> ChainResult:
    """Whether ``after_bytes`` may follow ``before_bytes``, the canonical form of ``before``.

    ``signatures`` are the files of ``signatures/`` by name; ``proven`` are pairs of a member's id and a key
    that this member has shown elsewhere in the project to hold.
    """
    after, breach = _parsed(after_bytes)
    if after is None:
        return ChainResult(None, before.threshold, eligible=before.admins, breaches=(breach,) if breach else ())
    breaches = [
        *_in_sequence(before, before_bytes, after),
        *_bound(after, before.project, before.environment),
    ]
    signers = {member.id: member for member in before.members if member.role == "admin"}
    known = {key: member.id for member in before.members for key in member.keys}
    return _judged(after, after_bytes, signatures, signers, before.threshold, known, proven, breaches)


def begin(
    after_bytes: bytes,
    signatures: Mapping[str, bytes],
    allowing: Mapping[str, Members],
    project: str,
    *,
    proven: Collection[tuple[str, str]] = (),
) -> ChainResult:
    """Whether ``after_bytes`` may be the first members file of an environment other than the default one.

    ``allowing`` are the members files that the default environment has had, by digest; ``project`` is its uid.
    """
    after, breach = _parsed(after_bytes)
    if after is None:
        return ChainResult(None, 1, breaches=(breach,) if breach else ())
    breaches = _bound(after, project, after.environment)
    if after.version != 1:
        breaches.append(Breach(Rule.MEMBERS_VERSION, f"the first members file has version {after.version}, not 1"))
    if after.is_default:
        breaches.append(Breach(Rule.MEMBERS_BINDING, "the members file names the default environment as its own"))
    allowed = allowing.get(after.previous or "")
    if allowed is None:
        breaches.append(
            Breach(
                Rule.CREATION,
                "the members file names no members file of the default environment that allowed its creation",
                "create the environment again with `jetenv create`",
            )
        )
        return ChainResult(after, 1, breaches=tuple(breaches))
    policy = Policy("the default environment", allowed)
    signers = {}
    for member in after.members:
        keys = tuple(key for key in member.keys if authorize(policy, Change(Kind.CREATE, key)).granted)
        if keys and member.role == "admin":
            signers[member.id] = replace(member, keys=keys)
    known = {key: member.id for member in allowed.members for key in member.keys}
    return _judged(after, after_bytes, signatures, signers, 1, known, proven, breaches, Rule.CREATION)


def root(after_bytes: bytes, signatures: Mapping[str, bytes], pin: str | None) -> ChainResult:
    """Whether ``after_bytes`` is the first members file of all; ``pin`` is the digest that is kept outside the tree."""
    after, breach = _parsed(after_bytes)
    if after is None:
        return ChainResult(None, 0, breaches=(breach,) if breach else ())
    if pin is None:
        breaches = [
            Breach(
                Rule.ROOT,
                "no root is pinned here, so nothing says which first members file is the genuine one",
                "ask an admin, by another way than this repository, for the digest, then `jetenv trust pin DIGEST`",
            )
        ]
    elif digest(after_bytes) != pin:
        breaches = [
            Breach(
                Rule.ROOT,
                f"the first members file is {digest(after_bytes)[:16]}… and the pinned root is {pin[:16]}…",
                "do not trust this history before an admin has told you, by another way, why the root is another one",
            )
        ]
    else:
        breaches = []
    if not after.is_default or after.version != 1 or after.previous is not None:
        breaches.append(Breach(Rule.ROOT, "the first members file is not that of a default environment"))
    admins = {member.id: member for member in after.members if member.role == "admin"}
    known = {key: member.id for member in after.members for key in member.keys}
    return _judged(after, after_bytes, signatures, admins, 0, known, (), breaches)


def _parsed(data: bytes) -> tuple[Members | None, Breach | None]:
    try:
        return parse(data), None
    except JetenvError as error:
        place = (error.where or "").removeprefix("members.yaml").strip(":")
        message = f"the members file cannot be accepted: {error.message}" + (f" (line {place})" if place else "")
        return None, Breach(Rule.MEMBERS_FORMAT, message, error.hint)


def _in_sequence(before: Members, before_bytes: bytes, after: Members) -> list[Breach]:
    breaches = []
    if after.version != before.version + 1:
        breaches.append(
            Breach(
                Rule.MEMBERS_VERSION,
                f"version {after.version} of the members file stands where version {before.version + 1} would follow",
                "make the change again from the members file that is in force",
            )
        )
    if after.previous != digest(before_bytes):
        breaches.append(
            Breach(
                Rule.MEMBERS_PREVIOUS,
                "the members file was made from another one than that in force",
                "make the change again from the members file that is in force",
            )
        )
    return breaches


def _bound(after: Members, project: str, environment: str) -> list[Breach]:
    names = (("project", after.project, project), ("environment", after.environment, environment))
    return [
        Breach(Rule.MEMBERS_BINDING, f"the members file is that of another {what}: '{found}', not '{wanted}'")
        for what, found, wanted in names
        if found != wanted
    ]


def _judged(
    after: Members,
    after_bytes: bytes,
    signatures: Mapping[str, bytes],
    signers: Mapping[str, Member],
    threshold: int,
    known: Mapping[str, str],
    proven: Collection[tuple[str, str]],
    breaches: list[Breach],
    short: Rule = Rule.MEMBERS_THRESHOLD,
) -> ChainResult:
    """Rules 4 to 6; ``known`` are keys that need no proof, with the only member that may have them."""
    counted = _Counted(after, after_bytes, signers, known)
    for name in sorted(signatures):
        counted.take(name, signatures[name])
    breaches += counted.breaches
    signed = tuple(sorted(counted.signed))
    if len(signed) < threshold:
        possible = ", ".join(sorted(signers.keys() - counted.signed)) or "nobody"
        breaches.append(
            Breach(
                short,
                f"the members file has {len(signed)} of the {threshold} signatures that it needs",
                f"{possible} could sign it",
            )
        )
    for member in after.members:
        for key in member.keys:
            if (
                known.get(key) != member.id
                and (member.id, key) not in proven
                and key not in counted.proven.get(member.id, ())
            ):
                breaches.append(
                    Breach(
                        Rule.MEMBERS_PROOF,
                        f"nothing shows that '{member.id}' holds a key that was added",
                        "whoever holds the key signs a request to join, and the admin adds that",
                        member=member.id,
                        key=key,
                    )
                )
    return ChainResult(after, threshold, signed, tuple(sorted(signers)), tuple(breaches))


class _Counted:
    """The signatures of a members file: those of ``signers``, and those that show that new keys are held."""

    def __init__(
        self, after: Members, after_bytes: bytes, signers: Mapping[str, Member], known: Mapping[str, str]
    ) -> None:
        self.after = after
        self.after_bytes = after_bytes
        self.signers = signers
        self.known = known
        self.signed: set[str] = set()
        self.proven: dict[str, set[str]] = {}
        self.breaches: list[Breach] = []

    def take(self, name: str, data: bytes) -> None:
        """Count the file ``name``, or say why it does not count."""
        member = joining.member_of(name) or name.removesuffix(SUFFIX)
        path = f"signatures/{name}"
        try:
            if joining.member_of(name) is not None:
                key = joining.proven_key(name, data, self.after.project, self.after.environment)
                counts = False
            else:
                key = verify(data, self.after_bytes, MEMBERS).key
                signer = self.signers.get(member) if name.endswith(SUFFIX) else None
                counts = signer is not None and key in signer.keys
        except SignatureError as error:
            hint = "sign the members file again" if joining.member_of(name) is None else "ask for another request"
            self.breaches.append(Breach(Rule.MEMBERS_SIGNATURE, f"{path}: {error.message}", hint, member, path=path))
            return
        holder = self.after.member(member)
        is_new = holder is not None and key in holder.keys and self.known.get(key) != member
        if counts:
            self.signed.add(member)
        if is_new:
            self.proven.setdefault(member, set()).add(key)
        if not counts and not is_new:
            self.breaches.append(
                Breach(
                    Rule.MEMBERS_SIGNATURE,
                    f"{path}: the signature counts for nothing, as its key is none with which '{member}' may sign here",
                    "remove the file",
                    member,
                    key,
                    path,
                )
            )
