"""Pools, one a file."""
