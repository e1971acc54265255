"""How many examples a law of the merge is held against."""

from __future__ import annotations

from hypothesis import settings

law = settings(max_examples=20_000 if settings.get_current_profile_name() == "thorough" else 40)
