"""Populations, one a file."""
