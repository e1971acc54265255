"""Schemas of the project's files: loading, merge annotations, validation, references. Pure over bytes."""
