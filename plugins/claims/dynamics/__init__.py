"""Claims of dynamics, one mechanism a file."""
