"""The process: ``jetenv`` and ``python -m jetenv``."""

import sys


def run() -> None:
    """Answer the command line of the process and exit with the code of the answer."""
    try:
        from jetenv.cli.main import run as answer

        answer()
    except KeyboardInterrupt:  # while modules are loaded, or while the last words are written
        sys.exit(130)


if __name__ == "__main__":
    run()
