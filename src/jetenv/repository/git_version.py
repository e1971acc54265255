"""Which git there is, for what only later ones can do."""

from __future__ import annotations

from jetenv.repository.process import run_git


def git_version() -> tuple[int, ...]:
    """The first two numbers of git's version, such as ``(2, 39)``; empty where they cannot be told."""
    done = run_git("version", doing="asking git for its version")
    words = done.stdout.decode("ascii", "replace").split()
    numbers = words[2].split(".")[:2] if len(words) > 2 else []
    return tuple(int(number) for number in numbers if number.isdecimal())
