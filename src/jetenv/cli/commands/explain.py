"""``jetenv explain``: what a rule of ``jetenv validate`` or ``jetenv verify`` means."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.candidates import complete_rules
from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv explain", "List the rules."),
    ("jetenv explain dangling-ref", "A rule of validate, with a file that breaks it and the same file mended."),
    ("jetenv explain members.threshold", "A rule of verify, with what to do about a finding."),
)


def explain(
    context: typer.Context,
    rule: Annotated[
        str | None,
        typer.Argument(
            metavar="RULE", help="The id of a rule; a list of all if left out.", autocompletion=complete_rules
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say what a rule of `jetenv validate` means, why it matters, and how a file that breaks it is mended.

    Of a rule of `jetenv verify` it says what breaks it, and what to do then.

    Findings name their rule in brackets at the end.
    """
    from jetenv.access.rulebook import RULES as OF_HISTORY
    from jetenv.errors import did_you_mean
    from jetenv.reports.rules import HistoryRuleExplained, RuleExplained, RulesListed
    from jetenv.schemas.rulebook import RULES

    output = Output.of(context, json)
    if rule is None:
        output.report(RulesListed(tuple(RULES.values()), tuple(OF_HISTORY.values())))
        return
    rule = rule.strip("[]")[:80]
    if rule in OF_HISTORY:
        output.report(HistoryRuleExplained(OF_HISTORY[rule]))
        return
    found = RULES.get(rule)
    if found is None:
        guess = did_you_mean(rule, (*RULES, *OF_HISTORY))
        raise UsageError(
            f"there is no rule '{rule}'",
            hint=f"did you mean '{guess}'?" if guess else "`jetenv explain` lists the rules",
        )
    output.report(RuleExplained(found))
