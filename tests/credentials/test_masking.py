"""A secret shows itself to nobody who does not ask for it."""

from __future__ import annotations

import copy
import pickle

import pytest

from jetenv.credentials.masking import MASK, Secret, masked

VALUE = "pl4nted-s3cret"


def test_nothing_that_prints_a_secret_shows_it() -> None:
    secret = Secret(VALUE)
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>40}",
        repr([secret]),
        repr({"a": secret}),
    ]
    assert all(VALUE not in text and MASK in text for text in shown)
    assert secret.reveal() == VALUE


def test_a_secret_is_not_written_anywhere() -> None:
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(Secret(VALUE))


def test_secrets_are_compared_with_secrets_only() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("another")
    assert Secret(VALUE) != VALUE
    assert len({Secret(VALUE), Secret(VALUE)}) == 1


def test_a_secret_is_masked_in_the_texts_of_others() -> None:
    Secret("p@ss/word: ä")
    Secret("-----BEGIN KEY-----\nMIIabcdef\n-----END KEY-----\n")
    text = "url postgres://app:p%40ss%2Fword%3A%20%C3%A4@db, plain p@ss/word: ä, line MIIabcdef"
    assert masked(text) == f"url postgres://app:{MASK}@db, plain {MASK}, line {MASK}"
