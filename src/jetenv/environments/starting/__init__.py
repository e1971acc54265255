"""Starting a project and adding environments to it."""
