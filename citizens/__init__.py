"""Owns the person: identifiers, address, custody, guardianship, powers of attorney and relatives."""
