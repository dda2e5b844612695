"""Claims of steps, one step a file."""
