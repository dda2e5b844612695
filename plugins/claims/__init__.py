"""What is claimed of the built-in parts, from their sources, for the conformance kit; a family a folder."""
