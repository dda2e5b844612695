"""Claims of measures, one a file."""
