"""The bench: many citizens made fast, the server as in production, and requests per second with their price."""
