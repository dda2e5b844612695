"""Claims of learning rates, one rate a file."""
