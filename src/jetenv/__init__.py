"""Environments of a low-code project kept in git.

Programs call ``jetenv.merge_yaml``; it is imported when first asked for, so that ``import jetenv`` costs nothing.
"""

from jetenv.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jetenv.api import MergeResult, merge_yaml

__all__ = ["MergeResult", "__version__", "merge_yaml"]


def __getattr__(name: str) -> object:
    if name in ("MergeResult", "merge_yaml"):
        from jetenv import api

        return getattr(api, name)
    raise AttributeError(f"module 'jetenv' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
