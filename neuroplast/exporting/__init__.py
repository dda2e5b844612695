"""Runs in the formats of other programs: `format.py` says what a format is, and each file in `formats/` is one."""
