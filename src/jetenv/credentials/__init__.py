"""Declared credentials, their bindings to references, and resolvers."""
