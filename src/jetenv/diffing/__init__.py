"""Semantic changes between two documents or two trees. Pure: data in, data out."""
