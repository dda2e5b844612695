"""Competitions, one a file."""
