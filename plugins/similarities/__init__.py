"""Similarities, one a file."""
