"""Recording runs: what is written, how, and how it is read back."""
