"""YAML source text as nodes with spans, and edits by splicing. Pure; the only importer of ruamel."""
