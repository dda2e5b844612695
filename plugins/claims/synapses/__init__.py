"""Claims of synapses, one geometry a file."""
