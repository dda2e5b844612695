"""Claims of rules, one rule a file."""
