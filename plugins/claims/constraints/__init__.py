"""Claims of constraints, one constraint a file."""
