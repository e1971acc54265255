"""Everything that touches git: the only importer of pygit2."""
