"""Identity as Django knows it."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Says which origins may ask, once everything is loaded."""

    name = "identity"

    def ready(self) -> None:
        """Listen."""
        from identity import origins

        origins.listen()
