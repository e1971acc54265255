"""Result objects to what a person or a program reads: terminal text and JSON."""
