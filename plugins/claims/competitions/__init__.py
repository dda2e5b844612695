"""Claims of competitions, one competition a file."""
