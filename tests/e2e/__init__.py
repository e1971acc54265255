"""Stories told through the installed command."""
