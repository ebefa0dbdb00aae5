"""Owns users, registered systems and tokens, and the one step from a request to an Actor."""
