"""Claims of effective weights, one kind a file."""
