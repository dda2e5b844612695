"""Claims of scalings, one scaling a file."""
