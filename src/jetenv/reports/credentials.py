"""Credentials of environments: references, where they come from, and what resolving them came to. Never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jetenv.reports.actions import stale_notes
from jetenv.reports.columns import columns
from jetenv.reports.environments import environment_data, named, tracking_data
from jetenv.reports.report import Report
from jetenv.reports.style import Style, printable

if TYPE_CHECKING:
    from jetenv.environments.model import Environment
    from jetenv.environments.sources.bind import BindResult
    from jetenv.environments.sources.credentials import Check, Checked, Credential, Credentials

_LOOKS = {"unbound": "red", "unused": "yellow", "optional": "dim"}


def _credential_data(credential: Credential) -> dict[str, object]:
    declared = credential.declared
    return {
        "id": credential.id,
        "name": declared.name if declared is not None else None,
        "kind": declared.kind if declared is not None else None,
        "optional": declared.optional if declared is not None else None,
        "declared": declared is not None,
        "state": credential.state.value,
        "reference": credential.reference,
        "bound_in": credential.holder if credential.reference is not None else None,
        "used_by": credential.used_by,
    }


def _state(credential: Credential, style: Style) -> str:
    state = credential.state.value
    return style.paint(state, _LOOKS[state]) if state in _LOOKS else state


@dataclass(frozen=True, slots=True)
class CredentialList(Report):
    """``jetenv credentials list``."""

    known: Credentials

    def text(self, style: Style) -> str:
        """A row for each credential."""
        known = self.known
        whose = "its own" if known.holder.id == known.environment.id else f"those of {named(known.holder, style)}"
        rows = [
            (
                printable(each.id),
                printable(each.declared.kind if each.declared is not None else ""),
                _state(each, style),
                printable(each.reference or ""),
            )
            for each in known.found
        ]
        head = f"{named(known.environment, style)} uses {whose}"
        if not rows:
            return f"{head}; there are no credentials\n"
        return f"{head}:\n" + columns(rows, style, header=("CREDENTIAL", "KIND", "STATE", "REFERENCE"), flexible=3)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "environment": environment_data(self.known.environment),
            "bindings_of": self.known.holder.id,
            "credentials": [_credential_data(each) for each in self.known.found],
        }


@dataclass(frozen=True, slots=True)
class Which(Report):
    """``jetenv credentials which``."""

    environment: Environment
    credential: Credential

    def text(self, style: Style) -> str:
        """The reference, whose binding it is, and the files that refer to the credential."""
        found = self.credential
        here = named(self.environment, style)
        if found.reference is None:
            first = f"{printable(found.id)} is not bound in {printable(found.holder)}"
            return first + (f", whose bindings {here} uses\n" if found.holder != self.environment.id else "\n")
        used = "".join(f"  used by {printable(path)}\n" for path in found.used_by)
        return f"{printable(found.reference)}\n  bound in environments/{found.holder}/credentials.yaml\n{used}"

    def notes(self, style: Style) -> tuple[str, ...]:
        """How to bind it."""
        from jetenv.environments.bindings import bind_command

        del style
        found = self.credential
        return () if found.reference is not None else (f"`{bind_command(found.holder, found.id)}` binds it",)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {"environment": environment_data(self.environment), "credential": _credential_data(self.credential)}


@dataclass(frozen=True, slots=True)
class Bound(Report):
    """What `jetenv credentials bind` or `unbind` did."""

    result: BindResult

    def text(self, style: Style) -> str:
        """The reference before and now."""
        result = self.result
        here, credential = named(result.environment, style), printable(result.credential)
        if result.new is None:
            return f"{credential} is not bound in {here} any more, was {printable(result.old or '')}\n"
        if result.commit is None:
            return f"{credential} is bound to {printable(result.new)} in {here} already\n"
        before = f", was {printable(result.old)}" if result.old is not None else ""
        own = f"{here} uses its own bindings only now\n" if result.owned else ""
        return f"{credential} is bound to {printable(result.new)} in {here} now{before}\n{own}"

    def notes(self, style: Style) -> tuple[str, ...]:
        """What stands in the way of using it."""
        result = self.result
        found = []
        if result.undeclared:
            found.append(f"no environment declares it yet: credentials/{result.credential}.yaml does that")
        if result.resolver is not None:
            found.append(f"it cannot be resolved here: {printable(result.resolver)}")
        return (*found, *stale_notes(result.environment, result.stale, style))

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        result = self.result
        return {
            "environment": environment_data(result.environment),
            "credential": result.credential,
            "old": result.old,
            "new": result.new,
            "commit": result.commit,
            "own": result.owned,
            "declared": not result.undeclared,
            "resolver_problem": result.resolver,
            "stale": tracking_data(result.stale),
        }


@dataclass(frozen=True, slots=True)
class CheckReport(Report):
    """``jetenv credentials check``."""

    checked: Checked

    def text(self, style: Style) -> str:
        """A table for each environment, then what is to be done."""
        parts = []
        for known, checks in self.checked.found:
            whose = "" if known.holder.id == known.environment.id else f", with the bindings of {known.holder.id}"
            rows = [
                (printable(each.credential.id), self._result(each, style), printable(each.credential.reference or ""))
                for each in checks
            ]
            table = columns(rows, style, indent=2, flexible=2) or "  no credentials\n"
            parts.append(f"{named(known.environment, style)}{whose}:\n{table}")
        return "\n".join(parts)

    def _result(self, check: Check, style: Style) -> str:
        if check.credential.reference is None:
            return _state(check.credential, style)
        if check.shared is not None:
            return style.paint(f"same {check.shared} as {printable(self.checked.default)}", "red")
        if check.resolvable is False:
            return style.paint("not resolved", "red")
        if check.credential.state.value == "unused":
            return _state(check.credential, style)
        return "ok" if check.resolvable else _state(check.credential, style)

    def notes(self, style: Style) -> tuple[str, ...]:
        """Why references cannot be resolved and how to bind what is unbound, each once."""
        from jetenv.environments.bindings import bind_command

        del style
        found: dict[str, None] = {}
        for each in self.checked.checks:
            if each.problem is not None:
                hint = f"; {printable(each.problem.hint)}" if each.problem.hint else ""
                found[f"{printable(each.problem.message)}{hint}"] = None
            if each.is_wrong and each.credential.reference is None:
                command = bind_command(each.credential.holder, each.credential.id)
                found[f"`{command}` binds what {printable(each.environment)} lacks"] = None
        return tuple(found)

    def data(self) -> Mapping[str, object]:
        """The same for a program."""
        return {
            "fine": self.checked.is_fine,
            "default": self.checked.default,
            "environments": [
                {
                    "id": known.environment.id,
                    "bindings_of": known.holder.id,
                    "credentials": [_check_data(each) for each in checks],
                }
                for known, checks in self.checked.found
            ],
        }


def _check_data(check: Check) -> dict[str, object]:
    problem = check.problem
    return {
        **_credential_data(check.credential),
        "wrong": check.is_wrong,
        "resolvable": check.resolvable,
        "same_as_default": check.shared,
        "problem": None
        if problem is None
        else {"cause": problem.cause.value, "message": problem.message, "hint": problem.hint},
    }
