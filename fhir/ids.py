"""Keys of everything that is stored: UUIDv7, so that new rows lie together in every index."""

from uuid import UUID

from uuid_utils import compat


def new_key() -> UUID:
    """Return a new key (UUIDv7); the first bits are the time of making, in milliseconds UTC."""
    return compat.uuid7()
