"""Look at what could not be taken, and try it again."""

import sys
from typing import IO, Any, cast
from uuid import UUID

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from rich.console import Console
from rich.table import Table

from exchange.batches import by_hand
from exchange.errors import REFUSALS
from exchange.models import Quarantined
from exchange.services import release


class Command(BaseCommand):
    """List, show or release bundles in quarantine."""

    help = "Bundles in quarantine: list them, show the report of one, or release one (or all) and try again."

    def add_arguments(self, parser: CommandParser) -> None:
        """A verb and which bundle."""
        parser.add_argument("verb", choices=["list", "show", "release"])
        parser.add_argument("delivery", nargs="?", help="the delivery's id; all, to release every one")
        parser.add_argument("--body", action="store_true", help="show the bundle itself, with its personal data")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        waiting = Quarantined.objects.filter(released_at__isnull=True).select_related("delivery")
        waiting = waiting.order_by("delivery__received_at", "pk")
        if options["verb"] == "list":
            self._list(waiting)
        elif options["verb"] == "show":
            self._show(_one(waiting, options["delivery"]), options["body"])
        else:
            every = options["delivery"] == "all"
            self._release(waiting if every else waiting.filter(pk=_one(waiting, options["delivery"]).pk))

    def _list(self, waiting: QuerySet[Quarantined]) -> None:
        table = Table("delivery", "received", "source", "bundle", "reason")
        for item in waiting.defer("body"):
            delivery = item.delivery
            received = f"{delivery.received_at:%Y-%m-%d %H:%M}"
            table.add_row(str(delivery.pk), received, delivery.source, delivery.bundle_id, item.reason)
        Console(file=cast(IO[str], self.stdout._out), width=130).print(table)

    def _show(self, item: Quarantined, with_body: bool) -> None:
        self.stdout.write(orjson.dumps(item.delivery.report, option=orjson.OPT_INDENT_2).decode())
        if with_body:
            self.stdout.write(bytes(item.body).decode(errors="replace"))

    def _release(self, waiting: QuerySet[Quarantined]) -> None:
        left = 0
        for key in list(waiting.values_list("pk", flat=True)):
            item = Quarantined.objects.select_related("delivery").get(pk=key)
            report = release(by=by_hand("quarantine"), quarantined=item)
            left += bool(report.reason)
            reason = f": {REFUSALS[report.reason][0]}" if report.reason else ""
            self.stdout.write(f"{item.delivery.pk} {report.outcome}{reason}")
        if left:
            sys.exit(1)


def _one(waiting: QuerySet[Quarantined], key: str | None) -> Quarantined:
    """The bundle with this id. Raises CommandError."""
    try:
        found = waiting.filter(delivery_id=UUID(key or "")).first()
    except ValueError as error:
        raise CommandError("Which delivery? See: quarantine list") from error
    if found is None:
        raise CommandError("No such delivery in quarantine.")
    return found
