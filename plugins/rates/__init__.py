"""Learning rates, one a file."""
