"""The formats: every module here that has a `FORMAT` is one, and nothing else lists them."""
