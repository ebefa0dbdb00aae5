"""The embedded PostgreSQL of this checkout, by hand."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.postgres import Cluster
from config.postgres_home import PostgresUnavailable


class Command(BaseCommand):
    """Start, stop or look at the embedded PostgreSQL."""

    help = "Start, stop or look at the embedded PostgreSQL (not used when DATABASE_URL is set)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one verb."""
        parser.add_argument("verb", choices=["start", "stop", "status", "url", "shell"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says; every verb may be said twice."""
        cluster = Cluster(settings.DATA_DIR)
        try:
            getattr(self, f"_{options['verb']}")(cluster)
        except PostgresUnavailable as error:
            raise CommandError(str(error)) from error

    def _start(self, cluster: Cluster) -> None:
        started = cluster.start()
        self.stdout.write(f"PostgreSQL {'started' if started else 'runs already'} on port {cluster.status().port}.")

    def _stop(self, cluster: Cluster) -> None:
        self.stdout.write("PostgreSQL stopped." if cluster.stop() else "PostgreSQL did not run.")

    def _status(self, cluster: Cluster) -> None:
        status = cluster.status()
        self.stdout.write(
            f"running: {'yes' if status.running else 'no'}\npid: {status.pid or '-'}\nport: {status.port}"
        )
        self.stdout.write(f"place: {status.place or '-'}\nsecrets: {cluster.folder}")
        if not status.running:
            raise CommandError("PostgreSQL does not run.", returncode=3)

    def _url(self, cluster: Cluster) -> None:
        self.stdout.write(cluster.url)

    def _shell(self, cluster: Cluster) -> None:
        cluster.start()
        psql = str(cluster.home.binary("psql"))
        os.execv(psql, [psql, cluster.url])  # noqa: S606 - the shell takes our place on the terminal
