"""Stimuli, one a file."""
