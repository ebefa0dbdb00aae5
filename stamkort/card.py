"""A citizen's stamkort as one page shows it: read whole in one look, with who typed what, and how it once stood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, Max, OuterRef, Q, TextField, UUIDField
from django.db.models.functions import JSONObject

from access import service, versions
from access.actors import Actor, born_by
from access.policies import policy_of
from access.sql import Param
from access.statements import Row, Search, Source
from access.versions import Told
from access.vocabulary import Category
from audit.models import Version
from citizens.models import Citizen, Custody, Relative
from organisations.models import Organisation, Professional
from stamkort.fhir.patient import COLUMNS, is_withheld
from stamkort.fhir.registrations import REGISTRATION_SOURCE
from stamkort.fhir.related import RELATIVE_SOURCE
from stamkort.fhir.wills import CONTENT_SOURCE
from stamkort.models import Entry, RegistrationContent
from stamkort.services import ENTRY_SOURCE, IN_ORDER

# More of a kind than this are not shown on one page.
MOST = 60


def _in_custody(whose: str, other: str) -> Any:
    """A column: the names of those at the other end of the citizen's custodies today, and when the child was born."""

    def column(_actor: Actor | None) -> Any:
        now = Param("moment", DateTimeField())
        rows = Custody.objects.filter(Q(end__isnull=True) | Q(end__gt=now), start__lte=now, **{whose: OuterRef("pk")})
        names = {name: f"{other}__{name}" for name in ("given_name", "family_name")}
        return ArraySubquery(rows.order_by("pk").values_list(JSONObject(born="child__birth_date", **names)))

    return column


# The register part with what the national document tells besides the Patient: custody, and how to reach the practice.
CARD_SOURCE = Source(
    "Patient",
    Citizen,
    {
        **{name: column for name, column in COLUMNS.items() if name not in ("entries", "replaced_by", "replaces")},
        **{f"practice_{name}": f"general_practice__{name}" for name in ("phone", "street", "postal_code", "city")},
        "children": _in_custody("parent_id", "child"),
        "custody_by": _in_custody("child_id", "parent"),
    },
)
RELATIVES_SOURCE = replace(RELATIVE_SOURCE, order=IN_ORDER)


@dataclass(frozen=True)
class Card:
    """What the asker may see of a stamkort. `register` is None where she may not see that part."""

    register: Row | None
    entries: dict[str, Row]
    relatives: list[Row]
    registrations: dict[str, Row]
    authors: "Authors"

    @property
    def is_withheld(self) -> bool:
        """Whether addresses are kept back from the asker."""
        return self.register is not None and is_withheld(self.register)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is there for her."""
        return self.register is None and not (self.entries or self.relatives or self.registrations)


def read_card(*, by: Actor, citizen_id: UUID) -> Card:
    """Return what the asker may see of a citizen's stamkort, logged as one look. Seven statements."""
    sources = [
        (CARD_SOURCE, "id"),
        (ENTRY_SOURCE, "citizen_id"),
        (RELATIVES_SOURCE, "citizen_id"),
        (REGISTRATION_SOURCE, "citizen_id"),
    ]
    register, entries, relatives, registrations = service.overview(sources, by, citizen_id, MOST)
    newest = sorted(registrations, key=lambda row: row["decided_at"])
    return Card(
        adults_left_out(register[0], by) if register else None,
        {row["kind"]: told_fields(row) for row in entries if row["is_current"]},
        relatives,
        {row["kind"]: row for row in newest},
        Authors.of([*entries, *relatives]),
    )


def adults_left_out(row: Row, by: Actor) -> Row:
    """The register part with custody of children alone: it ends when a child is eighteen, whatever the register says"""
    grown = born_by(18, by.moment).isoformat()
    listed = {
        name: [each for each in map(_loaded, row[name] or ()) if each["born"] > grown]
        for name in ("children", "custody_by")
    }
    return row | listed


def _loaded(item: Any) -> Any:
    """A value of a JSON column, which the database hands over as text."""
    return orjson.loads(item) if isinstance(item, str | bytes) else item


def told_fields(row: Row) -> Row:
    """An entry with its fields as a structure."""
    return row | {"value": _loaded(row["value"])}


@dataclass(frozen=True)
class Authors:
    """What those who typed are called: staff and units by their ids. Names that a shield keeps are not among them."""

    people: dict[UUID, Professional]
    units: dict[UUID, Organisation]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Authors":
        """Those of some rows. Two statements, none where nobody of the staff typed."""
        listed = list(rows)
        people = {row["author_id"] for row in listed} - {None}
        units = {row["origin_id"] for row in listed} - {None}
        return cls(
            Professional.objects.in_bulk(people) if people else {},
            Organisation.objects.in_bulk(units) if units else {},
        )


def entry_of(*, by: Actor, citizen_id: UUID, kind: str) -> Row | None:
    """Return the field group of this kind as it stands, or None; it is logged. Raises FhirError (403).

    One of which nothing stands any more is returned too, with its version. Two statements.
    """
    key = _key_of_entry(citizen_id, kind)
    return None if key is None else told_fields(service.read(ENTRY_SOURCE, by, key))


def _key_of_entry(citizen_id: UUID, kind: str) -> UUID | None:
    return Entry.objects.filter(citizen_id=citizen_id, kind=kind).values_list("pk", flat=True).first()


def history_of_entry(*, by: Actor, citizen_id: UUID, kind: str, before: int, limit: int) -> list[Told]:
    """Return versions of a field group older than `before`, the newest first. Raises FhirError (403). Logged."""
    key = _key_of_entry(citizen_id, kind)
    return [] if key is None else history(by=by, source=ENTRY_SOURCE, key=key, before=before, limit=limit)


def history(*, by: Actor, source: Source, key: UUID, before: int, limit: int) -> list[Told]:
    """Return at most `limit` versions of a row older than the version `before`, the newest first; it is logged.

    A version is seen under the stricter of then and now. Raises FhirError (403, 404). Two statements.
    """
    now = service.read(source, by, key, interaction="history")
    found = Version.objects.filter(version__lt=before).order_by("-version")
    told = versions.among(source, by, {now["id"]: now}, found, limit=limit)
    return [replace(one, row=told_fields(one.row) if "value" in one.row else one.row) for one in told]


def registrations(*, by: Actor, citizen_id: UUID, kind: str) -> list[Row]:
    """Return the registrations of a kind, the newest first; it is logged. Raises FhirError (403)."""
    where = Q(citizen_id=Param("q0", UUIDField()), kind=Param("q1", TextField()))
    values = {"q0": citizen_id, "q1": kind}
    wanted = Search(("of-kind",), where, values, citizen_id, limit=1, order=("-decided_at", "-id"), is_bounded=True)
    return service.search(REGISTRATION_SOURCE, by, wanted, query=f"Consent?patient=Patient/{citizen_id}")


def last_place(citizen_id: UUID) -> int:
    """The place of the last of a citizen's relatives, 0 when there are none. One statement."""
    standing = Relative.objects.filter(citizen_id=citizen_id, deleted_at__isnull=True)
    return standing.aggregate(last=Max("rank"))["last"] or 0


def say_why(*, by: Actor, citizen_id: UUID) -> None:
    """Raise what refuses the look at a stamkort of which nothing may be seen. Raises FhirError (403, 404)."""
    service.read(CARD_SOURCE, by, citizen_id)


def content_of(*, by: Actor, registration_id: UUID) -> Row | None:
    """Return what a registration says, a disclosure of its own, logged; None where its register alone has it.

    Raises FhirError (403) for whoever acts for the citizen. Two statements.
    """
    rows = RegistrationContent.objects.filter(registration_id=registration_id)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        return None
    row = service.read(CONTENT_SOURCE, by, key)
    return row | {"statements": _loaded(row["statements"])}


def may_type(*, by: Actor, citizen_id: UUID) -> bool:
    """Whether the asker may write the typed part. One statement; nothing is logged, for nothing is told."""
    decision = service.decide_create(policy_of(Entry), by, citizen_id, Category.SK_TYPED)
    return decision is not None and decision.permitted


def unseen_parts(*, by: Actor, citizen_id: UUID, parts: Sequence[Category]) -> set[Category]:
    """Those of these parts that the asker may not see, whatever stands there. A statement for each."""
    decisions = {part: service.decide_category(by, citizen_id, part) for part in parts}
    return {part for part, decision in decisions.items() if decision is None or not decision.permitted}
