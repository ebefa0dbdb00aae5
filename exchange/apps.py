"""Start-up: whoever announces something is heard, whatever process it happens in."""

from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Exchange with other systems."""

    name = "exchange"

    def ready(self) -> None:
        """Import the outbox, which listens."""
        import_module("exchange.outbox")
