"""What was probably meant by a name that does not exist."""

from __future__ import annotations

import pytest

from jetenv.errors import did_you_mean

KNOWN = ("production", "staging", "stock-levels", "dev", "Order lines")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("prod", "production"),
        ("prodution", "production"),
        ("Staging", "staging"),
        ("stock_levels", "stock-levels"),
        ("order-lines", "Order lines"),
        ("dve", "dev"),
        ("st", None),
        ("d", None),
        ("", None),
        ("invoices", None),
        ("x" * 10_000_000, None),
    ],
)
def test_what_was_meant_is_the_same_in_another_form_the_only_longer_one_or_the_closest(
    name: str, meant: str | None
) -> None:
    assert did_you_mean(name, KNOWN) == meant


def test_of_two_that_are_the_same_in_another_form_the_first_is_meant() -> None:
    assert did_you_mean("A_b", ("a-b", "a b")) == "a-b"


def test_a_guess_may_be_held_to_more() -> None:
    assert did_you_mean("stagin", ("staging",), cutoff=0.99) == "staging"
    assert did_you_mean("stagging", ("staging",), cutoff=0.99) is None
