"""A test that writes for good runs after those that roll back."""

from tests.writing.committed.conftest import transactional_db

__all__ = ["transactional_db"]
