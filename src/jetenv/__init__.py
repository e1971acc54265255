"""Environments of a low-code project kept in git."""

from jetenv.version import __version__

__all__ = ["__version__"]
