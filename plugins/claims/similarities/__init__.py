"""Claims of similarities, one similarity a file."""
