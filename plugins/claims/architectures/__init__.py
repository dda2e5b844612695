"""Claims of architectures, one architecture a file."""
