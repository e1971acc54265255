"""Versions of the platform."""
