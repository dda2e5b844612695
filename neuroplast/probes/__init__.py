"""What is looked at while layers learn: which numbers, of what, when, and reduced how."""
