"""Constraints, one a file."""
