"""Claims of preprocessings, one preprocessing a file."""
