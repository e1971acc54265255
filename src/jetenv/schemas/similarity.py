"""Guesses at what was meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name that is closest to ``name``; None where none is close."""
    from difflib import get_close_matches

    by_form = {_form(each): each for each in known}
    form = _form(name)
    if form in by_form:
        return by_form[form]
    close = get_close_matches(form, by_form, n=1, cutoff=0.7)
    return by_form[close[0]] if close else None


def _form(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")
