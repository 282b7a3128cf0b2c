"""The console at /admin: where moderators sign in and review."""
