"""Preprocessings, one a file."""
