"""One module per command, named as the command; imported only when the command is called."""
