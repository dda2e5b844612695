"""Functions from a recording to numbers and pictures."""
