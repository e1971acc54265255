"""The command line: argv to exit code, one module per command."""
