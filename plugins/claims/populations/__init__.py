"""Claims of populations, one population a file."""
