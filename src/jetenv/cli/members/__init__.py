"""The commands below ``jetenv members``."""
