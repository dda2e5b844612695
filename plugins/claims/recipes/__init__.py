"""Claims of recipes, one recipe a file."""
