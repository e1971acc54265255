"""Secrets, data sources, and the commands that are started with them."""
