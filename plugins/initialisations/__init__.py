"""Initialisations, one a file."""
