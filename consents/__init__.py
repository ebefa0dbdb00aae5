"""Owns the citizen's dated decisions: consents, blocks and private markings, and the overrides of professionals."""
