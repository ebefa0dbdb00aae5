"""Subscriptions: what happens is noted where it is written, told to whom it may be told, numbered and signed."""
