"""Claims of stimuli, one set a file."""
