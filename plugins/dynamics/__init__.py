"""Built-in dynamics."""
