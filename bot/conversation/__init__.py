"""Conversation routing: what was said, where the member stands, who answers."""
