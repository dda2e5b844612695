"""Effective weights, one a file."""
