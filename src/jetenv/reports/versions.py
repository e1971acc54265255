"""Versions of the platform: what an environment is pinned to, and which releases there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.actions import stale_notes
from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named, resolved_data, tracking_data, version_text
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable
from jetenv.schemas.versions import rank

if TYPE_CHECKING:
    from jetenv.environments.platform.pin import PinResult
    from jetenv.environments.platform.releases import Release, Releases
    from jetenv.environments.platform.versions import Versions


def _release_data(release: Release) -> dict[str, object]:
    return {"version": release.version, "commit": release.commit, "date": release.date, "notes": release.notes}


def _problem_notes(releases: Releases | None) -> tuple[str, ...]:
    if releases is None or releases.problem is None:
        return ()
    return (f"{printable(releases.source)}: {printable(releases.problem)}",)


@dataclass(frozen=True, slots=True)
class Pinned(Report):
    """What `jetenv pin` did."""

    result: PinResult

    def text(self, style: Style) -> str:
        """The version before and now."""
        result = self.result
        here, now = named(result.environment, style), version_text(result.environment)
        if result.commit is None:
            return f"{here} is pinned to {now} already\n"
        return f"{here} is pinned to {now} now, was {version_text(result.old)}\n"

    def notes(self, style: Style) -> tuple[str, ...]:
        """A source of releases that could not be asked, and a branch that lacks commits of its remote."""
        result = self.result
        unchecked = (f"the version was not looked up: {printable(result.unchecked)}",) if result.unchecked else ()
        return (
            *unchecked,
            *_problem_notes(result.releases),
            *stale_notes(result.environment, result.stale, style),
        )

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "previous": result.old.version,
            "previous_resolved": resolved_data(result.old),
            "commit": result.commit,
            "checked": result.releases is not None,
            "problem": result.unchecked or (result.releases.problem if result.releases is not None else None),
            "stale": tracking_data(result.stale),
        }


@dataclass(frozen=True, slots=True)
class Upgraded(Pinned):
    """What `jetenv upgrade` did."""

    def text(self, style: Style) -> str:
        """The release before and now, and what the releases in between say of themselves."""
        result = self.result
        here, version = named(result.environment, style), printable(result.environment.version)
        now = printable(result.environment.platform or "")
        pin = f" ({version})" if version != now else ""
        if result.commit is None:
            return f"{here} runs {now}{pin} already\n"
        before = f", was {printable(result.old.platform)}" if result.old.platform else ""
        return f"{here} runs {now}{pin} now{before}\n" + columns(self._news(), style, indent=2, flexible=1)

    def _news(self) -> list[tuple[str, str]]:
        """The releases after the old one, up to the new one, with the first line of their notes."""
        result = self.result
        old, new = result.old.platform, result.environment.platform
        if result.releases is None or old is None or new is None:
            return []
        return [
            (printable(each.version), printable(each.notes.partition("\n")[0]))
            for each in result.releases.found
            if each.notes and rank(old) < rank(each.version) <= rank(new)
        ]


@dataclass(frozen=True, slots=True)
class VersionList(Report):
    """``jetenv versions``."""

    versions: Versions

    def text(self, style: Style) -> str:
        """A row for each release, the newest first."""
        header = ("VERSION", "DATE", "RUN BY", "NOTES")
        rows = [
            (
                printable(each.release.version),
                printable(each.release.date or ""),
                " ".join(named(environment, style) for environment in each.environments),
                printable((each.release.notes or "").partition("\n")[0]),
            )
            for each in self.versions.found
        ]
        return columns(rows, style, header=header, flexible=3)

    def notes(self, style: Style) -> tuple[str, ...]:
        """That the source could not be asked, and the environments that run none of its releases."""
        return _problem_notes(self.versions.releases) + tuple(
            f"{named(each, style)} is at {version_text(each)}, which "
            + (f"`jetenv upgrade {each.id}` resolves" if each.platform is None else "is not among the releases")
            for each in self.versions.unresolved
        )

    def data(self) -> Mapping[str, object]:
        """Every release with the environments that run it."""
        return {
            "source": self.versions.releases.source,
            "problem": self.versions.releases.problem,
            "versions": [
                {**_release_data(each.release), "environments": [environment.id for environment in each.environments]}
                for each in self.versions.found
            ],
            "unresolved": [each.id for each in self.versions.unresolved],
        }
