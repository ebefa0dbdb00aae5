"""Start-up: whoever announces something is heard, whatever process it happens in."""

from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Exchange with other systems."""

    name = "exchange"

    def ready(self) -> None:
        """Import the outbox, which listens, and what makes messages to citizens of what it hears."""
        import_module("exchange.outbox")
        import_module("exchange.notices")
