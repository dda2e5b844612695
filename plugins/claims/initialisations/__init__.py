"""Claims of initialisations, one initialisation a file."""
