"""Scalings, one a file."""
