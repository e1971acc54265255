"""``jetenv explain``: what a rule of ``jetenv validate`` means."""

from __future__ import annotations

from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.cli.output import Output
from jetenv.errors import UsageError

EXAMPLES = (
    ("jetenv explain", "List the rules."),
    ("jetenv explain dangling-ref", "One rule, with a file that breaks it and the same file mended."),
)


def explain(
    context: typer.Context,
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="The id of a rule; a list of all if left out.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what a rule of `jetenv validate` means, why it matters, and how a file that breaks it is mended.

    Findings name their rule in brackets at the end.
    """
    from jetenv.errors import did_you_mean
    from jetenv.reports.rules import RuleExplained, RulesListed
    from jetenv.schemas.rulebook import RULES

    output = Output.of(context, json)
    if rule is None:
        output.report(RulesListed(tuple(RULES.values())))
        return
    rule = rule.strip("[]")[:80]
    found = RULES.get(rule)
    if found is None:
        guess = did_you_mean(rule, RULES)
        raise UsageError(
            f"there is no rule '{rule}'",
            hint=f"did you mean '{guess}'?" if guess else "`jetenv explain` lists the rules",
        )
    output.report(RuleExplained(found))
