"""Environments as plain files."""
