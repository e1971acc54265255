"""Points under which anybody signs, or that are spelled in two ways, are told from the others."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from jetenv.access.curves import is_sound_ed25519, is_sound_p256

DATA = Path(__file__).parents[1] / "data/keys"
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1


def point(name: str, length: int) -> bytes:
    return base64.b64decode((DATA / f"{name}.pub").read_text().split()[1])[-length:]


def add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of edwards25519 in affine coordinates."""
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P
    return x, y


def of_order_eight() -> tuple[int, int]:
    """A point whose double has y = 0: then y² = -x², and by the curve's equation d·y⁴ + 2·y² - 1 = 0."""
    for sign in (1, -1):
        root = pow(1 + D, (P + 3) // 8, P)
        root = root if root * root % P == (1 + D) % P else root * ROOT % P
        square = (1 + sign * root) * pow(-D % P, -1, P) % P
        y = pow(square, (P + 3) // 8, P)
        y = y if y * y % P == square else y * ROOT % P
        x = y * ROOT % P
        if y * y % P == square and (-x * x + y * y - 1 - D * x * x * y * y) % P == 0:
            return x, y
    raise AssertionError


def encoded(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def test_points_of_real_keys_are_sound():
    for name in ("ada", "bob", "carol", "locked"):
        assert is_sound_ed25519(point(name, 32))
    assert is_sound_p256(point("ecdsa", 65))


def test_every_point_of_small_order_is_refused_in_every_spelling():
    start = of_order_eight()
    points, current = set(), (0, 1)
    for _ in range(8):
        points.add(current)
        current = add(current, start)
    assert current == (0, 1) and len(points) == 8
    for y in {y for _, y in points}:
        for spelling in (y, y + P):
            for sign in (0, 1):
                if spelling < 2**255:
                    assert not is_sound_ed25519(encoded(spelling, sign))


def test_a_second_spelling_of_a_sound_point_is_refused():
    found = [y for y in range(2, 19) if is_sound_ed25519(encoded(y, 0))]
    assert found
    assert not any(is_sound_ed25519(encoded(y + P, 0)) for y in found)


def test_what_is_no_point_of_the_curve_is_refused():
    refused = sum(not is_sound_ed25519(encoded(y, 0)) for y in range(2, 200))
    assert 60 < refused < 140  # half of all numbers
    assert not is_sound_ed25519(b"")
    good = point("ecdsa", 65)
    for wrong in (b"\x02" + good[1:33], good[:-1] + bytes([good[-1] ^ 1]), b"\x04" + bytes(64), b"\x04" + b"\xff" * 64):
        assert not is_sound_p256(wrong)


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33)])
def test_other_lengths_are_refused(data: bytes):
    assert not is_sound_ed25519(data) and not is_sound_p256(data)
