"""The rules of the game: who may do what, and what follows. Knows no messages, no replies."""
