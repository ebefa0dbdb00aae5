"""A small fixed stage for the named cases: one citizen, a hospital, a municipality, a practice, and who works there."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from tests.oracle.world import (
    SOC_APPOINTMENTS,
    SOC_CONTENT,
    Ask,
    Block,
    Citizen,
    Consent,
    Element,
    Override,
    Permit,
    Professional,
    Relation,
    Unit,
    World,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def uid(name: str) -> UUID:
    """The id that goes with a name."""
    return uuid5(UUID(int=1), name)


POUL = Citizen(uid("Poul"), date(1951, 5, 4))
MARIE = Citizen(uid("Marie"), date(1980, 1, 2))
UNITS = tuple(
    Unit(uid(name), uid(parent) if parent else None)
    for name, parent in (
        ("region", None),
        ("hospital", "region"),
        ("ward", "hospital"),
        ("municipality", None),
        ("nursing", "municipality"),
        ("home care", "municipality"),
        ("social centre", "municipality"),
        ("other municipality", None),
        ("practice", None),
    )
)
STAFF = {
    "doctor": "doctor",
    "nurse": "nurse",
    "dentist": "dentist",
    "physiotherapist": "physiotherapist",
    "district nurse": "nurse",
    "secretary": None,
    "student": None,
    "helper": None,
    "caseworker": None,
    "social worker": None,
    "auditor": None,
}
# acting as: who, where, purpose, basis of the relation
CAST = {
    "HP": ("doctor", "ward", "treatment", "admission"),
    "HP_ASSIST": ("helper", "nursing", "treatment", "sul138_grant"),
    "HP_PERMIT": ("secretary", "ward", "treatment", "admission"),
    "HP_STUDENT": ("student", "ward", "treatment", "admission"),
    "CARE": ("helper", "home care", "care", "care_grant"),
    "CASE": ("caseworker", "social centre", "case", "care_grant"),
    "SOC_PSY": ("social worker", "social centre", "care", "care_grant"),
}
RESPONSIBLE = {"HP_ASSIST": uid("district nurse"), "HP_STUDENT": uid("nurse")}
PERMIT = Permit(uid("permit"), uid("secretary"), uid("hospital"), NOW - 90 * DAY)


def ask(acting_as: str, **changes: object) -> Ask:
    """The usual asker in this capacity, with changes; a `who` or `where` is given by name."""
    who, where, purpose, _ = CAST.get(acting_as, ("auditor", "municipality", "audit", ""))
    who, where = changes.pop("who", who), changes.pop("where", where)
    made = Ask(
        acting_as=acting_as,
        moment=NOW,
        purpose=purpose,
        professional=uid(who),
        profession=STAFF[who],
        unit=uid(where),
        responsible=RESPONSIBLE.get(acting_as),
        permit=PERMIT.id if acting_as == "HP_PERMIT" else None,
    )
    return replace(made, **changes)


def relation_of(asker: Ask, **changes: object) -> Relation:
    """A verified relation between Poul and the asker's unit."""
    basis = CAST[asker.acting_as][3]
    made = Relation(uid("relation"), POUL.id, asker.unit, None, basis, "verified", NOW - 30 * DAY)
    return replace(made, **changes)


def element(category: str, origin: str | None = None, **changes: object) -> Element:
    """Something about Poul, recorded under its usual law, at the hospital or in home care."""
    social = category in SOC_CONTENT | SOC_APPOINTMENTS
    law = "AEL" if category == "APPT_AEL" else "SEL" if social else "SUL"
    unit = uid(origin or ("home care" if social else "ward"))
    made = Element(uid(f"{category} {origin}"), POUL.id, category, law, unit, NOW - 10 * DAY)
    return replace(made, **changes)


def consent_for(asker: Ask, thing: Element, **changes: object) -> Consent:
    """The consent the wall asks for, to the asker's unit, for the thing's family."""
    kind = "FVL28" if thing.recorded_under in ("SEL", "AEL") else "SUL43"
    families = frozenset({thing.category})
    start, expires = NOW - 30 * DAY, NOW + 300 * DAY
    made = Consent(uid("consent"), thing.citizen, kind, families, start, expires, recipient_unit=asker.unit)
    return replace(made, **changes)


def block(**changes: object) -> Block:
    """A block on everything for everyone."""
    return replace(Block(uid("block"), POUL.id, "everyone", "all", NOW - DAY), **changes)


def override_of(asker: Ask, reason: str = "unreachable_or_incapacitated", **changes: object) -> Override:
    """The asker's override for the next hours."""
    made = Override(
        uid("override"), POUL.id, asker.professional, asker.unit, reason, NOW, NOW + DAY / 6, asker.responsible
    )
    return replace(made, **changes)


def world(*relations: Relation, **facts: object) -> World:
    """The stage with these relations and facts."""
    people = {"citizens": (POUL, MARIE), "permits": (PERMIT,)} | facts
    staff = tuple(Professional(uid(name), profession) for name, profession in STAFF.items())
    return World(units=UNITS, professionals=staff, relations=relations, **people)
