"""Storage: SQL remembers, Redis may forget."""
