"""From encrypted XML to rows and back: whole conversations with the whole application."""
