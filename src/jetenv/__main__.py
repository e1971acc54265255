"""The process: ``jetenv`` and ``python -m jetenv``."""

import gc
import sys

_YOUNG = 50_000
"""Objects between two looks for garbage. Trees of nodes are large and hold no circles: looking at 700 finds nothing."""


def run() -> None:
    """Answer the command line of the process and exit with the code of the answer."""
    gc.set_threshold(_YOUNG)
    try:
        from jetenv.cli.main import run as answer

        answer()
    except KeyboardInterrupt:  # while modules are loaded, or while the last words are written
        sys.exit(130)


if __name__ == "__main__":
    run()
