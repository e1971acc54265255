"""The version of jetenv: read by the build and by ``jetenv --version``, so it imports nothing."""

__version__ = "0.1.0"
