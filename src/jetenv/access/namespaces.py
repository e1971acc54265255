"""What a signature is for. A signature made for one purpose holds for no other."""

from __future__ import annotations

COMMIT = "git"
MEMBERS = "jetenv-members"
JOIN = "jetenv-join"
