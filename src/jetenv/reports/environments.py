"""Environments as a list, and the words that name one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING

from jetenv.access.protection import is_protected
from jetenv.reports.columns import columns
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable
from jetenv.reports.waiting import waiting_data, waiting_text
from jetenv.schemas.versions import rank

if TYPE_CHECKING:
    from jetenv.environments.history import Divergence, LastChange
    from jetenv.environments.listing import ListedEnvironment, Listing
    from jetenv.environments.model import Environment, Tracking


def named(environment: Environment, style: Style) -> str:
    """The id of ``environment`` in bold, behind a dot in its colour."""
    return style.environment(environment.id, environment.color, "bold")


def environment_data(environment: Environment) -> dict[str, object]:
    """``environment`` as every JSON document shows one."""
    return {
        "id": environment.id,
        "uid": environment.uid,
        "name": environment.name,
        "color": environment.color,
        "version": environment.version,
        "resolved": resolved_data(environment),
        "credentials": environment.credentials,
        "protection": environment.protection,
        "expires": environment.expires,
        "default": environment.is_default,
        "remote": environment.remote,
        "ref": environment.ref,
        "commit": environment.tip,
        "problem": environment.problem,
    }


def resolved_data(environment: Environment) -> dict[str, object] | None:
    """The release that the pin of ``environment`` stands for."""
    found = environment.resolved
    return None if found is None else {"version": found.version, "source": found.source, "commit": found.commit}


def version_text(environment: Environment) -> str:
    """The pin of ``environment``, and the release that it stands for where that says more: ``latest (3.12.4)``."""
    pin, found = environment.version, environment.resolved
    return printable(pin if found is None or found.version == pin else f"{pin} ({found.version})")


def change_data(change: LastChange | None) -> dict[str, object] | None:
    """A last change; its time in UTC as ISO 8601, null for one outside of the years 1 to 9999, which git takes too."""
    if change is None:
        return None
    found = _moment(change.time, UTC)
    return {
        "commit": change.oid,
        "time": None if found is None else found.isoformat().replace("+00:00", "Z"),
        "author": change.author,
        "subject": change.subject,
    }


def tracking_data(tracking: Tracking | None) -> dict[str, object] | None:
    """How an environment stands to its copy on a remote."""
    if tracking is None:
        return None
    return {"remote": tracking.copy.remote, "ahead": tracking.ahead, "behind": tracking.behind}


def divergence_data(divergence: Divergence | None) -> dict[str, int] | None:
    """How an environment stands to the default one."""
    return None if divergence is None else {"ahead": divergence.ahead, "behind": divergence.behind}


def time_text(time: int) -> str:
    """``time`` (seconds since the epoch) to the minute, where the reader is."""
    found = _moment(time)
    return "unknown" if found is None else found.strftime("%Y-%m-%d %H:%M")


def _moment(time: int, zone: tzinfo | None = None) -> datetime | None:
    """``time`` in ``zone``, where the reader is unless given; None where it has no date."""
    try:
        return datetime.fromtimestamp(time, zone).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None


def steps(ahead: int, behind: int) -> str:
    """Commits ahead and behind: ``+3 -1``; ``=`` where there are none."""
    return " ".join(part for part in (f"+{ahead}" if ahead else "", f"-{behind}" if behind else "") if part) or "="


def remarks(
    environment: Environment, tracking: Tracking | None, today: date | None = None, newest: str | None = None
) -> list[str]:
    """What is special about ``environment``, as short phrases; ``newest`` is the newest release that is known."""
    found = []
    if environment.is_default:
        found.append("default")
    if is_protected(environment.protection):
        found.append("protected")
    if environment.remote is not None:
        found.append(f"only on {environment.remote}")
    if environment.credentials == "own" and not environment.is_default:
        found.append("own credentials")
    if environment.expires and environment.expires < (today or date.today()).isoformat():
        found.append(f"expired {environment.expires}")
    if tracking is not None and tracking.behind:
        found.append(f"{tracking.behind} behind {tracking.copy.remote}")
    if newest is not None and environment.platform is not None and rank(newest) > rank(environment.platform):
        found.append(f"{newest} is out")
    if environment.problem is not None:
        found.append("cannot be read")
    return found


@dataclass(frozen=True, slots=True)
class EnvironmentList(Report):
    """``jetenv list``."""

    listing: Listing

    def text(self, style: Style) -> str:
        """A row for each environment; the current one is marked."""
        header = ("  ID", "NAME", "COLOR", "VERSION", "COMMITS", "NOTE", "LAST CHANGE", "")
        rows = [self._row(each, style, self.listing.newest) for each in self.listing.environments]
        return columns(rows, style, header=header, flexible=7)

    @staticmethod
    def _row(listed: ListedEnvironment, style: Style, newest: str | None) -> tuple[str, ...]:
        environment, change = listed.environment, listed.last_change
        special = remarks(environment, listed.tracking, newest=newest)
        return (
            f"{style.paint('*', 'green', 'bold') if listed.is_current else ' '} {named(environment, style)}",
            printable(environment.name),
            "" if style.depth else printable(environment.color or ""),
            version_text(environment),
            "" if listed.divergence is None else steps(listed.divergence.ahead, listed.divergence.behind),
            style.paint(", ".join(map(printable, special)), "yellow"),
            time_text(change.time)[:10] if change is not None else "",
            printable(change.subject) if change is not None else "",
        )

    def notes(self, style: Style) -> tuple[str, ...]:
        """Why an environment could not be read, and that a merge is in progress."""
        merge = self.listing.merge
        waiting: tuple[str, ...] = (f"{waiting_text(merge)}; `jetenv conflicts` shows it",) if merge is not None else ()
        if not self.listing.has_key:
            waiting += ("there is no SSH key to sign with, so only what everybody may see is listed",)
        return waiting + tuple(
            f"{named(each.environment, style)} cannot be read: {printable(each.environment.problem)}"
            for each in self.listing.environments
            if each.environment.problem is not None
        )

    def data(self) -> Mapping[str, object]:
        """Every environment with how it stands to the default one and to its remote copy."""
        return {
            "branch": self.listing.branch,
            "merge": waiting_data(self.listing.merge),
            "newest": self.listing.newest,
            "environments": [
                {
                    **environment_data(each.environment),
                    "current": each.is_current,
                    "divergence": divergence_data(each.divergence),
                    "tracking": tracking_data(each.tracking),
                    "last_change": change_data(each.last_change),
                }
                for each in self.listing.environments
            ],
        }
