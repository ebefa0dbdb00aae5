"""Tells the engine how the positions of switches are read."""

from django.apps import AppConfig


class LawConfig(AppConfig):
    """The settings of the law."""

    name = "law"

    def ready(self) -> None:
        """Give the engine its one way to the table."""
        from access import switches
        from law.models import SwitchPosition

        switches.read_positions_by(SwitchPosition.read_all)
