"""Steps, one a file."""
