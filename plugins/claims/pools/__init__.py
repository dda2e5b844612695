"""Claims of pools, one pool a file."""
