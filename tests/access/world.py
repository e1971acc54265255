"""Projects made commit by commit, rightly or wrongly, by people who sign in process."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pygit2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from jetenv.access.history import Verification, Verifier
from jetenv.access.joining import file_name, request
from jetenv.access.ledger import Ledger
from jetenv.access.members import Member, Members, digest, render
from jetenv.access.namespaces import COMMIT, JOIN, MEMBERS
from jetenv.access.public_keys import read_public_key
from jetenv.access.store import GitStore
from jetenv.access.wire import string
from jetenv.repository.objects import FILE, Oid, TreeEntry
from jetenv.repository.repository import Repository
from jetenv.schemas.catalog import Catalog


class Person:
    """Somebody with an ed25519 key, who signs in process: a hundred times faster than ssh-keygen."""

    def __init__(self, name: str) -> None:
        path = Path(__file__).parents[1] / "data/keys" / name
        key = load_ssh_private_key(path.read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)
        self._private = key
        self.name = name
        self.key = read_public_key(path.with_suffix(".pub"))

    def sign(self, payload: bytes, namespace: str) -> bytes:
        """The armored signature, as `ssh-keygen -Y sign` makes it."""
        head = string(namespace.encode()) + string(b"") + string(b"sha512")
        signed = b"SSHSIG" + head + string(hashlib.sha512(payload).digest())
        inner = string(b"ssh-ed25519") + string(self._private.sign(signed))
        return _armored(self.key, head, inner)


class SecurityKey:
    """Somebody with an ed25519 key on hardware, which a key in software stands for.

    ``flags`` are what it says of itself with each signature: 1 that it was touched, 4 that it asked for a PIN.
    """

    kind = "sk-ssh-ed25519@openssh.com"

    def __init__(self, name: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        point = self._private.public_key().public_bytes_raw()
        blob = string(self.kind.encode()) + string(point) + string(b"ssh:")
        self.name = name
        self.key = f"{self.kind} {base64.b64encode(blob).decode()}"
        self.flags = 1

    def sign(self, payload: bytes, namespace: str) -> bytes:
        """The armored signature, as `ssh-keygen -Y sign` makes it with such a key (PROTOCOL.u2f)."""
        head = string(namespace.encode()) + string(b"") + string(b"sha512")
        message = b"SSHSIG" + head + string(hashlib.sha512(payload).digest())
        state = bytes([self.flags]) + (7).to_bytes(4, "big")
        data = hashlib.sha256(b"ssh:").digest() + state + hashlib.sha256(message).digest()
        return _armored(self.key, head, string(self.kind.encode()) + string(self._private.sign(data)) + state)


def _armored(key: str, head: bytes, inner: bytes) -> bytes:
    blob = b"SSHSIG\0\0\0\1" + string(base64.b64decode(key.split()[1])) + head + string(inner)
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


PRODUCTION, STAGING = "production-uid-1", "staging-uid-0001"
_BINDINGS = b"bindings: {}\n"


class World:
    """A project whose commits are made one by one, rightly or wrongly, and then verified.

    Production begins with ada as its admin, bob as an editor, and one page. It is protected as `init` does it.
    """

    def __init__(self, repo: Repository, people: Mapping[str, Person | SecurityKey]) -> None:
        self.repo = repo
        self.people = people
        self.ledger: Ledger | None = None
        self._odb = pygit2.Repository(str(repo.path)).odb
        ada = Member("ada", "Ada Lovelace", "admin", (people["ada"].key,))
        bob = Member("bob", "Bob", "editor", (people["bob"].key,))
        self.first = Members(PRODUCTION, PRODUCTION, 1, None, 1, (ada, bob))
        self.root = digest(render(self.first))
        settings = "protection: {direct: admins, merge: editors, force_push: nobody, delete: nobody}\n"
        self.production = self.commit(
            None, "ada", {**self.folder("production", self.first, settings), "pages/home.yaml": page("Home")}
        )

    def member(self, name: str, role: str) -> Member:
        """``name`` as a member."""
        return Member(name, name.title(), role, (self.people[name].key,))

    def folder(self, name: str, members: Members, settings: str = "") -> dict[str, bytes]:
        """The files of an environment, by path."""
        text = f"uid: {members.environment}\nname: {name.title()}\nversion: latest\n{settings}"
        files = {"environment.yaml": text.encode(), "members.yaml": render(members), "credentials.yaml": _BINDINGS}
        return {f"environments/{name}/{file}": data for file, data in files.items()}

    def tree(self, base: Oid | None, edits: Mapping[str, bytes | TreeEntry | None]) -> Oid:
        """The tree of the commit ``base`` with ``edits`` made."""
        trees = self.repo.trees
        entries = {
            path: TreeEntry(trees.write_blob(data), FILE) if isinstance(data, bytes) else data
            for path, data in edits.items()
        }
        return trees.edit(self.tree_of(base) if base is not None else None, entries)

    def tree_of(self, commit: Oid) -> Oid:
        return self.repo.commits.get(commit).tree

    def commit(
        self,
        parent: Oid | None,
        who: str | None,
        edits: Mapping[str, bytes | TreeEntry | None] | Oid,
        *parents: Oid,
        message: str = "A change\n",
        headers: bytes = b"",
        committer: str = "Somebody <some@body>",
        namespace: str = COMMIT,
    ) -> Oid:
        """A commit after ``parent`` (and the other ``parents``) with ``edits``, or with a tree, signed by ``who``."""
        tree = edits if isinstance(edits, str) else self.tree(parent, edits)
        lines = [f"tree {tree}", *(f"parent {each}" for each in (parent, *parents) if each is not None)]
        lines += ["author Somebody <some@body> 1767225600 +0000", f"committer {committer} 1767225600 +0000"]
        head = ("\n".join(lines) + "\n").encode() + headers
        signature = b""
        if who is not None:
            armored = self.people[who].sign(head + b"\n" + message.encode(), namespace)
            signature = b"gpgsig " + armored.rstrip(b"\n").replace(b"\n", b"\n ") + b"\n"
        return self.raw(head + signature + b"\n" + message.encode())

    def raw(self, data: bytes, kind: pygit2.enums.ObjectType = pygit2.enums.ObjectType.COMMIT) -> Oid:
        """The object ``data``, a commit unless told otherwise."""
        return Oid(str(self._odb.write(int(kind), data)))

    def signatures(self, environment: str, members: Members, *names: str, joining: tuple[str, ...] = ()) -> dict:
        """The files in which ``names`` sign ``members`` and ``joining`` show to hold their keys."""
        files = {f"{name}.sig": self.people[name].sign(render(members), MEMBERS) for name in names}
        for name in joining:
            key = self.people[name].key
            asked = request(members.project, members.environment, name, key)
            files[file_name(name, key)] = self.people[name].sign(asked, JOIN)
        return {f"environments/{environment}/signatures/{name}": data for name, data in files.items()}

    def members_change(
        self, environment: str, members: Members, *names: str, joining: tuple[str, ...] = ()
    ) -> dict[str, bytes | TreeEntry | None]:
        """The edits that put ``members`` into force with the signatures of ``names``, and no others."""
        edits: dict[str, bytes | TreeEntry | None] = {f"environments/{environment}/signatures": None}
        edits[f"environments/{environment}/members.yaml"] = render(members)
        return edits | self.signatures(environment, members, *names, joining=joining)

    def staging(self, base: Oid, who: str = "bob", *others: Member) -> tuple[Oid, Members]:
        """The commit in which ``who`` creates staging from ``base``, and its members file."""
        mine = Members(PRODUCTION, STAGING, 1, self.root, 1, (self.member(who, "admin"), *others))
        joining = tuple(each.id for each in others if self.first.member(each.id) is None)
        files = self.folder("staging", mine) | self.signatures("staging", mine, who, joining=joining)
        return self.commit(base, who, files), mine

    def after(self, before: Members, **changes) -> Members:
        """The version of a members file that follows ``before``."""
        return replace(before, **{"version": before.version + 1, "previous": digest(render(before)), **changes})

    def verifier(self, ledger: Ledger | None = None, root: str | None = "") -> Verifier:
        store = GitStore(self.repo)
        return Verifier(store, self.root if root == "" else root, lambda _: Catalog.builtin(), ledger)

    def verify(self, production: Oid, staging: Oid | None = None, **options) -> Verification:
        """The verification of production, or of staging where that is given."""
        verifier = self.verifier(options.pop("ledger", None), options.pop("root", ""))
        done = verifier.default("production", production, **({} if staging is not None else options))
        if staging is not None:
            assert done.proven, done.breaches
            done = verifier.environment("staging", staging, **options)
        self.ledger = verifier.ledger
        return done

    def rules(self, production: Oid, staging: Oid | None = None, **options) -> list[str]:
        """The ids of the rules that are broken."""
        return [breach.rule.value for breach in self.verify(production, staging, **options).breaches]


def page(title: str, *components: str, **more: str) -> bytes:
    """A page."""
    lines = ["id: home", f"title: {title}", *(f"{key}: {value}" for key, value in more.items())]
    lines += ["components:", *(f"  - {{id: {each}, type: text}}" for each in components)] if components else []
    return ("\n".join(lines) + "\n").encode()
