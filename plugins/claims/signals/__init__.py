"""Claims of signals, one signal a file."""
