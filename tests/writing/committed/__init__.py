"""Writes at once, over several connections."""
