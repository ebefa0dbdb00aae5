"""Owns the append-only log of decisions and the versions of what was changed; imports nothing from above."""
