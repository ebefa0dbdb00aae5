"""Start-up of the engine: every app's policies and FHIR entries are made known once, before the first request."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

PREPARED_PER_CONNECTION = 500


class AccessConfig(AppConfig):
    """The access engine."""

    name = "access"

    def ready(self) -> None:
        """Import the `policy` and `fhir` modules of all apps; they register themselves."""
        autodiscover_modules("policy", "fhir")
        connection_created.connect(_keep_more_plans)


def _keep_more_plans(connection: Any, **kwargs: Any) -> None:
    """Let a connection keep the plans of every shape in use; the driver's own limit is soon reached."""
    connection.connection.prepared_max = PREPARED_PER_CONNECTION
