"""Merges, reverts and their conflicts."""
