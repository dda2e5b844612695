"""Claims of normalisations, one normalisation a file."""
