"""Read-outs, one a file."""
