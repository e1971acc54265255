"""``jetenv verify``: which environments are proven, and what breaks which rule in which commit, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.columns import columns
from jetenv.reports.objects import count
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.access.findings import Breach
    from jetenv.access.history import Verification
    from jetenv.environments.rights.verify import VerifyResult
    from jetenv.reports.formats.diagnostics import Run


@dataclass(frozen=True, slots=True)
class VerifyReport(Report):
    """What `jetenv verify` prints."""

    result: VerifyResult

    def text(self, style: Style) -> str:
        """The findings of each environment, then a line for each environment."""
        result = self.result
        shown = result.verifications if result.is_trusted else (result.default,)
        told = "".join(_finding_text(breach, style) for each in shown for breach in each.breaches)
        rows = [self._row(each, style) for each in shown]
        rows += [(name, style.paint("not verified", "red"), "the root is not trusted") for name in result.unverified]
        return told + ("\n" if told else "") + columns(rows, style)

    @staticmethod
    def _row(found: Verification, style: Style) -> tuple[str, str, str]:
        if found.proven:
            verdict = style.paint("proven", "green")
        else:
            verdict = style.paint(count(len(found.breaches), "finding"), "red")
        checked = count(len(found.checked), "commit") if found.checked or not found.remembered else "no new commit"
        parts = [checked + (f", {found.remembered} verified before" if found.remembered else "")]
        if found.policy is not None:
            parts.append(f"members file {found.policy.members.version}")
        if found.since is not None:
            parts.append(f"from {found.since[:10]} on")
        return found.environment, verdict, "; ".join(parts)

    def notes(self, style: Style) -> tuple[str, ...]:
        """What was left out, and what stands on something with findings."""
        del style
        result = self.result
        notes = list(map(printable, result.notes))
        if result.earlier:
            notes.append(f"{count(result.earlier, 'finding')} in commits of {printable(result.since or '')} left out")
        if result.default.breaches and result.is_trusted and result.default not in result.verifications:
            name = result.default.environment
            if all(each.environment != name for each in result.verifications):
                found = count(len(result.default.breaches), "finding")
                notes.append(f"'{name}', on whose members the others stand, has {found}: `jetenv verify {name}`")
        return tuple(notes)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "root": result.root,
            "trusted": result.is_trusted,
            "proven": result.is_proven,
            "since": result.since,
            "earlier_findings": result.earlier,
            "default": _verification_data(result.default),
            "environments": [_verification_data(each) for each in result.verifications],
            "unverified": list(result.unverified),
            "notes": list(result.notes),
        }

    def run(self) -> Run:
        """The same for the formats of hosts and build servers."""
        from jetenv.access.rulebook import RULES
        from jetenv.reports.formats.diagnostics import Diagnostic, RuleText, Run

        result = self.result
        shown = result.verifications if result.is_trusted else (result.default,)
        names = ", ".join(each.environment for each in shown)
        return Run(
            "verify",
            f"the history of {names}",
            tuple(RuleText(rule.id, "error", rule.title, f"{rule.meaning} {rule.remedy}") for rule in RULES.values()),
            tuple(
                Diagnostic(
                    breach.rule.value,
                    "error",
                    _sentence(breach),
                    breach.path,
                    field=f"{breach.environment}@{breach.commit}" if breach.commit else breach.environment,
                    hint=breach.hint,
                )
                for each in shown
                for breach in each.breaches
            ),
        )


def _sentence(breach: Breach) -> str:
    place = f"commit {breach.commit} of {breach.environment}" if breach.commit else breach.environment
    return f"{place}: {breach.message}{_by(breach)}"


def _by(breach: Breach) -> str:
    if breach.key is None:
        return f" (by {breach.member})" if breach.member else ""
    from jetenv.access.public_keys import fingerprint

    return f" (by {breach.member or 'nobody known'}, {fingerprint(breach.key)})"


def _finding_text(breach: Breach, style: Style) -> str:
    """Where and which rule; what is wrong; by whom and in which file; what to do."""
    place = f"{breach.environment} {breach.commit[:12]}".rstrip()
    lines = [
        f"{style.paint(printable(place) + ':', 'bold')} {printable(breach.message)}"
        f" {style.paint(f'[{breach.rule.value}]', 'dim')}"
    ]
    if by := _by(breach):
        lines.append("  " + printable(by.strip(" ()")))
    if breach.path is not None and breach.path not in breach.message:
        lines.append(f"  {style.paint('-->', 'dim')} {printable(breach.path)}")
    if breach.hint:
        lines.append(f"  {style.paint('hint:', 'cyan')} {printable(breach.hint)}")
    return "".join(line + "\n" for line in lines)


def _verification_data(found: Verification) -> Mapping[str, object]:
    return {
        "id": found.environment,
        "uid": found.uid,
        "tip": found.tip,
        "proven": found.proven,
        "since": found.since,
        "checked": len(found.checked),
        "remembered": found.remembered,
        "members_version": found.policy.members.version if found.policy is not None else None,
        "findings": [_finding_data(breach) for breach in found.breaches],
    }


def _finding_data(breach: Breach) -> Mapping[str, object]:
    from jetenv.access.findings import SUMMARIES
    from jetenv.access.public_keys import fingerprint

    return {
        "rule": breach.rule.value,
        "summary": SUMMARIES[breach.rule],
        "message": breach.message,
        "hint": breach.hint,
        "environment": breach.environment,
        "commit": breach.commit or None,
        "member": breach.member,
        "key": breach.key,
        "fingerprint": fingerprint(breach.key) if breach.key is not None else None,
        "path": breach.path,
    }
