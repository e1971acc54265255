"""``python -m jetenv``."""

from jetenv.cli.main import run

if __name__ == "__main__":
    run()
