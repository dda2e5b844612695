"""Geometries, one a file."""
