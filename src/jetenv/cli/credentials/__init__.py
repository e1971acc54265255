"""The commands below ``jetenv credentials``."""
