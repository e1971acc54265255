"""Changing members, and proving an environment twice: by the verifier, and by hand with git and ssh-keygen alone."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from jetenv.access.history import Verifier
from jetenv.access.members import Members, parse
from jetenv.access.store import GitStore
from jetenv.environments.people.members_change import MembersResult, plan_sign, sign_proposal
from jetenv.environments.project import ROOT_PIN, Project, open_project

PRODUCTION = "production"


def in_force(root: Path, environment: str = PRODUCTION) -> Members:
    """The members of an environment, as its branch has them."""
    return parse(_git(root, "show", f"{environment}:environments/{environment}/members.yaml"))


def sign_it(project: Project, environment: str = PRODUCTION) -> MembersResult:
    """Sign what waits for the members of an environment."""
    return sign_proposal(project, plan_sign(project, environment))


def prove(root: Path) -> None:
    """Every environment of the project in ``root`` is proven by the verifier."""
    project = open_project(root)
    verifier = Verifier(GitStore(project.repo), project.repo.config.get(ROOT_PIN), project.catalog)
    for environment in project.environments():
        walk = verifier.default if environment.is_default else verifier.environment
        done = walk(environment.id, environment.tip)
        assert done.proven, done.breaches


def versions_by_hand(root: Path, environment: str, folder: Path) -> int:
    """Check the chain of members files as docs/security.md says, with git, sha256 and ssh-keygen; how many there are.

    Each version names the digest of the one before, and as many members of that one as its threshold says have signed.
    ``folder`` is for files that are needed on the way.
    """
    path = f"environments/{environment}"
    commits = _git(root, "log", "--first-parent", "--reverse", "--format=%H", environment, "--", f"{path}/members.yaml")
    before: bytes | None = None
    count = 0
    for commit in commits.decode().split():
        data = _git(root, "show", f"{commit}:{path}/members.yaml")
        names = _git(root, "ls-tree", "--name-only", commit, f"{path}/signatures/").decode().split()
        if before is not None:
            assert f'previous: "{hashlib.sha256(before).hexdigest()}"'.encode() in data
            assert f"version: {count + 1}\n".encode() in data
            signed = [
                name
                for name in names
                if not name.endswith(".join.sig") and _verify(root, commit, name, data, before, folder)
            ]
            threshold = int(re.search(rb"^threshold: (\d+)$", before, re.MULTILINE)[1])  # type: ignore[index]
            assert len(signed) >= threshold, (commit, names)
        before = data
        count += 1
    return count


def _verify(root: Path, commit: str, name: str, data: bytes, before: bytes, folder: Path) -> bool:
    member = Path(name).name.removesuffix(".sig")
    section = re.search(rf'  - id: "{member}"\n(?:    .*\n)*(?:      .*\n)*', before.decode())
    keys = re.findall(r'^      - "(.+)"$', section[0], re.MULTILINE) if section else []
    (folder / "allowed").write_text("".join(f"{member} {key}\n" for key in keys))
    (folder / "sig").write_bytes(_git(root, "show", f"{commit}:{name}"))
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", member, "-n", "jetenv-members", "-s", "sig"]
    return subprocess.run(command, cwd=folder, input=data, capture_output=True, check=False).returncode == 0


def _git(root: Path, *args: str) -> bytes:
    return subprocess.run(["git", *args], cwd=root, capture_output=True, check=True).stdout
