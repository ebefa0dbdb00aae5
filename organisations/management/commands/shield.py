"""Keep names of staff from citizens (sløring): set, renew, end and list shields."""

from datetime import UTC, datetime
from typing import IO, Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from fhir.outcomes import FhirError, outcome_of
from organisations import services
from organisations.models import Organisation, Professional, Shield


class Command(BaseCommand):
    """Write down what somebody answerable has decided. A citizen is named by our id, never by her number."""

    help = (
        "Shields (sløring af navne). set: --unit, for good; --unit or --professional with --citizen and --days, "
        "90 at most. renew and end: the id of the shield."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """A verb, and what it needs."""
        parser.add_argument("verb", choices=["set", "renew", "end", "list"])
        parser.add_argument("shield", nargs="?", help="the id of the shield, to renew or end it")
        parser.add_argument("--unit", help="SOR id of the unit")
        parser.add_argument("--sub-units", action="store_true", help="and the units below it")
        parser.add_argument("--professional", help="authorisation id, or our id of who has none")
        parser.add_argument("--citizen", help="our id of the citizen")
        parser.add_argument("--code", default="", help="what is shown instead of the name: capitals and figures")
        parser.add_argument("--reason", default="", help="why, in words")
        parser.add_argument("--decided-by", help="authorisation id, or our id, of who decided it")
        parser.add_argument("--days", type=int, help="how long from now on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        if options["verb"] == "list":
            self._list()
            return
        try:
            done = getattr(self, f"_{options['verb']}")(options)
        except FhirError as error:
            issue = outcome_of(error)["issue"][0]
            raise CommandError(f"{error.code}: {issue['details']['text']} {issue['diagnostics']}") from error
        until = f"until {done.end:%Y-%m-%d %H:%M} UTC" if done.end else "for good"
        self.stdout.write(f"{done.pk} {done.code} {until}")

    def _set(self, options: dict[str, Any]) -> Shield:
        unit = options["unit"]
        given = services.ShieldInput(
            code=options["code"],
            reason=options["reason"],
            decided_by=_person(options["decided_by"], "--decided-by"),
            unit_id=_unit(unit) if unit else None,
            with_sub_units=options["sub_units"],
            professional_id=_person(options["professional"], "--professional") if options["professional"] else None,
            citizen_id=_key(options["citizen"], "--citizen") if options["citizen"] else None,
            days=options["days"],
        )
        return services.set_shield(by=_administrator(), shield=given)

    def _renew(self, options: dict[str, Any]) -> Shield:
        return services.renew_shield(
            by=_administrator(),
            key=_key(options["shield"], "shield"),
            decided_by=_person(options["decided_by"], "--decided-by"),
            reason=options["reason"],
            days=options["days"] or 0,
        )

    def _end(self, options: dict[str, Any]) -> Shield:
        return services.end_shield(
            by=_administrator(),
            key=_key(options["shield"], "shield"),
            decided_by=_person(options["decided_by"], "--decided-by"),
        )

    def _list(self) -> None:
        table = Table("shield", "whose names", "from whom", "code", "from", "until")
        for shield in Shield.objects.select_related("unit", "professional").order_by("start", "pk"):
            below = " and below" if shield.with_sub_units else ""
            whose = f"{shield.unit}{below}" if shield.unit else str(shield.professional)
            until = f"{shield.end:%Y-%m-%d}" if shield.end else ""
            reader = str(shield.citizen_id or "everybody")
            table.add_row(str(shield.pk), whose, reader, shield.code, f"{shield.start:%Y-%m-%d}", until)
        Console(file=cast(IO[str], self.stdout._out), width=170).print(table)


def _administrator() -> Actor:
    """Who writes it down: the administrator at the machine."""
    return Actor(ActingAs.ADMIN, Purpose.SUPPORT, datetime.now(UTC), client_id="manage.py shield")


def _key(text: str | None, name: str, else_: str = "") -> UUID:
    """Read an id of ours; what stands in its place is not repeated, for it may be a person's number."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise CommandError(f"{name}: {else_}an id of ours is needed.") from error


def _unit(sor: str) -> UUID:
    """The unit of a SOR id."""
    found = Organisation.objects.filter(sor=sor).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError("--unit: no unit has this SOR id.")
    return found


def _person(text: str | None, name: str) -> UUID:
    """The professional of an authorisation id, or of an id of ours."""
    found = Professional.objects.filter(authorisation_id=text or "").values_list("pk", flat=True).first()
    return found or _key(text, name, "an authorisation id or ")
