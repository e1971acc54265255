"""Which page an address leads to, held to the plain reading: the first of all that fits, step by step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.schemas.pages import _Addresses, _shape

STEPS = st.sampled_from(["", "a", "b", ":", ":id", "a:x"])
ADDRESSES = st.lists(STEPS, max_size=3).map(lambda steps: "/" + "/".join(steps))


def plainly(shapes: list[str], address: str) -> str | None:
    if _shape(address) in shapes:
        return _shape(address)
    steps = address.rstrip("/").split("/")
    for shape in shapes:
        others = shape.split("/")
        pairs = list(zip(steps, others, strict=False))
        if len(steps) == len(others) and all(a == b or b == ":" or a.startswith(":") for a, b in pairs):
            return shape
    return None


@given(st.lists(ADDRESSES.map(_shape), max_size=8), ADDRESSES)
def test_an_address_leads_to_the_first_page_that_fits(shapes: list[str], address: str) -> None:
    assert _Addresses(shapes).find(address) == plainly(list(dict.fromkeys(shapes)), address)


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("/orders", "/orders"),
        ("/orders/", "/orders"),
        ("/orders/7", "/orders/:"),
        ("/orders/:other", "/orders/:"),
        ("/orders/7/edit", None),
        ("/nowhere", None),
        ("/", "/"),
    ],
)
def test_parameters_fit_whatever_stands_there(address: str, shape: str | None) -> None:
    assert _Addresses(["/", "/orders", "/orders/:"]).find(address) == shape
