"""How many examples a law of the merge is held against."""

from __future__ import annotations

from hypothesis import settings

_THOROUGH = settings.get_current_profile_name() == "thorough"

law = settings() if _THOROUGH else settings(max_examples=40)
"""As many as the thorough profile has, else few, for there are many laws."""
