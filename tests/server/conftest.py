"""Makes the helpers beside these tests, and those of the access tests, importable; the fixtures are in ``pushing``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "access")]

from pushing import *  # noqa: E402, F403  # fixtures
from pushing import _bare  # noqa: E402, F401
from serving import *  # noqa: E402, F403
