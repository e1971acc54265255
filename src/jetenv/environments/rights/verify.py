"""Verify environments: that everything on them was put there by somebody who was allowed to, from the root on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jetenv.access.findings import Breach, Rule
from jetenv.access.history import Progress, Verification, Verifier
from jetenv.access.store import GitStore
from jetenv.environments.history import stale
from jetenv.environments.model import Environment
from jetenv.environments.project import ROOT_PIN, Project, has_root
from jetenv.environments.rights.ledger import Remembered, recall, remember
from jetenv.errors import DeniedError, JetenvError
from jetenv.repository.objects import Oid

if TYPE_CHECKING:
    from jetenv.repository.repository import Repository

_ALWAYS = (Rule.ROOT, Rule.HISTORY_SHALLOW, Rule.HISTORY_MISSING, Rule.HISTORY_REWRITTEN, Rule.HISTORY_ROLLED_BACK)
"""Findings about a branch as a whole, which no `--since` leaves out."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The proof of environments, or what is wrong with them.

    ``root`` is the pinned digest. ``verifications`` are those of the environments asked for, the default one first; of
    that, which every other stands on, ``default`` is the verification, whether asked for or not. ``unverified`` are
    environments that were not looked at, because the root is not trusted. ``earlier`` says how many findings were left
    out, as they are in commits that the commit of ``since`` has. ``notes`` are to be known beside the result.
    """

    root: str | None
    default: Verification
    verifications: tuple[Verification, ...]
    unverified: tuple[str, ...] = ()
    earlier: int = 0
    since: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_trusted(self) -> bool:
        """Whether the default environment begins at the pinned root."""
        return not any(breach.rule is Rule.ROOT for breach in self.default.breaches)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """All findings, environment by environment."""
        return tuple(breach for each in self.verifications for breach in each.breaches)

    @property
    def is_proven(self) -> bool:
        """Whether nothing was found."""
        return self.is_trusted and not self.breaches and not self.unverified


def verify(
    project: Project,
    names: Sequence[str] = (),
    *,
    since: str | None = None,
    progress: Progress | None = None,
) -> VerifyResult:
    """Verify the environments ``names`` (all of them when empty), the local branch of each, else the remote one.

    Only what is new since the last time is judged, and the result is remembered. With ``since``, a branch, tag or
    commit, findings in commits that it has are counted and left out. Findings are answers. Raises UsageError for names
    that cannot be meant, and JetenvError where the default environment is not there.
    """
    default = _default(project)
    wanted = _wanted(project, names)
    before = project.repo.refs.resolve(since) if since is not None else None
    walker = _Walker(project, progress)
    first = walker.run(default)
    found = [first] if any(each.id == default.id for each in wanted) else []
    others = [each for each in wanted if each.id != default.id]
    trusted = not any(breach.rule is Rule.ROOT for breach in first.breaches)
    found += [walker.run(each) for each in others] if trusted else []
    problem = walker.finish()
    earlier = 0
    if before is not None:
        shown = [_since(project, each, before) for each in found]
        earlier = sum(len(each.breaches) for each in found) - sum(len(each.breaches) for each in shown)
        found = shown
    return VerifyResult(
        root=walker.root,
        default=first,
        verifications=tuple(found),
        unverified=() if trusted else tuple(each.id for each in others),
        earlier=earlier,
        since=since,
        notes=tuple(note for note in (walker.known.problem, problem, *_stale(project, wanted)) if note is not None),
    )


def verified(project: Project, environment: Environment) -> Verification:
    """The verification of one environment, with the default one that it stands on; what is new is remembered.

    Where the default environment has no trusted root, this is the verification of that.
    """
    walker = _Walker(project, None)
    default = project.default()
    found = walker.run(default)
    if environment.id != default.id and not any(breach.rule is Rule.ROOT for breach in found.breaches):
        found = walker.run(environment)
    walker.finish()
    return found


class _Walker:
    """Verifies environment after environment on what was remembered, and remembers the rest."""

    def __init__(self, project: Project, progress: Progress | None) -> None:
        self._project = project
        self._repo: Repository = project.repo
        self.root = project.repo.config.get(ROOT_PIN)
        self.known = recall(project.repo, self.root)
        self._verifier = Verifier(GitStore(project.repo), self.root, project.catalog, self.known.ledger, progress)
        self._published = {uid: dict(tips) for uid, tips in self.known.published.items()}

    def run(self, environment: Environment) -> Verification:
        """The verification of ``environment`` at its tip."""
        walk = self._verifier.default if environment.is_default else self._verifier.environment
        done = walk(environment.id, environment.tip, expected=self._expected(environment))
        rewritten = self._hold_against_published(environment)
        return replace(done, breaches=(*done.breaches, *rewritten)) if rewritten else done

    def finish(self) -> str | None:
        """Remember what was verified; why that could not be done, or None."""
        now = Remembered(self._verifier.ledger, self._published)
        if self.root is None or (now.ledger, now.published) == (self.known.ledger, self.known.published):
            return None
        return remember(self._repo, now)

    def _expected(self, environment: Environment) -> Oid | None:
        """Where the branch was last: where everybody sees it, as far as this branch has that; else as remembered."""
        if environment.remote is not None:
            return None
        if environment.copies:
            tip = environment.copies[0].tip
            return tip if self._has(environment.tip, tip) else None
        seen = self.known.ledger.environments.get(environment.uid)
        return seen.tip if seen is not None and seen.name == environment.id else None

    def _hold_against_published(self, environment: Environment) -> tuple[Breach, ...]:
        """What a remote showed before is still in what it shows now."""
        if not environment.uid:
            return ()
        tips = self._published.get(environment.uid, {})
        breaches = []
        for copy in environment.copies:
            last = tips.get(copy.remote)
            if last is not None and not self._has(copy.tip, last):
                message = f"{copy.remote} had '{environment.id}' at {last[:12]}, which is no longer in it"
                hint = "find out who moved it, and push what it had again; `jetenv trust forget` accepts it as it is"
                breaches.append(Breach(Rule.HISTORY_REWRITTEN, message, hint).at(copy.tip, environment.id))
            else:
                tips = {**tips, copy.remote: copy.tip}
        if tips:
            self._published[environment.uid] = tips
        return tuple(breaches)

    def _has(self, tip: Oid, commit: Oid) -> bool:
        try:
            return self._repo.commits.is_ancestor(commit, tip)
        except JetenvError:
            return False  # git has removed it since


def _default(project: Project) -> Environment:
    """The default environment; where its members file cannot be read any more, the one that began at the pinned root.

    Raises as ``project.default`` does where there is neither.
    """
    try:
        return project.default()
    except DeniedError:
        raise
    except JetenvError:
        root = project.repo.config.get(ROOT_PIN)
        seen = recall(project.repo, root).ledger.environments.values()
        known = {each.name for each in seen if root in each.members}
        for each in project.environments():
            if root is not None and (each.id in known or _began_at(project, each, root)):
                return replace(each, is_default=True)
        raise


def _began_at(project: Project, environment: Environment, root: str) -> bool:
    try:
        return has_root(project.repo, environment, root)
    except JetenvError:
        return False  # what of it cannot be read is a finding later on, not the end of all


def _wanted(project: Project, names: Sequence[str]) -> tuple[Environment, ...]:
    if not names:
        return project.environments()
    found: Mapping[str, Environment] = {each.id: each for each in map(project.environment, names)}
    return tuple(each for each in project.environments() if each.id in found)


def _since(project: Project, found: Verification, commit: Oid) -> Verification:
    """``found`` without the findings in commits that ``commit`` has."""
    new = set(project.repo.commits.reachable_from(found.tip, without=(commit,)))
    kept = (each for each in found.breaches if each.rule in _ALWAYS or not each.commit or each.commit in new)
    return replace(found, breaches=tuple(kept))


def _stale(project: Project, environments: Sequence[Environment]) -> tuple[str, ...]:
    """The local branches that lack commits of their remote copies: those commits were not looked at."""
    notes = []
    for each in environments:
        behind = stale(project, each)
        if behind is not None:
            notes.append(f"'{each.id}' was verified as it is here, {behind.behind} behind {behind.copy.remote}")
    return tuple(notes)
