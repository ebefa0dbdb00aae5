"""The citizen and the units of a delivery: found, locked, or created when unknown."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from access.actors import Actor
from citizens.identifiers import birth_date_of
from citizens.models import Citizen
from exchange.errors import Refused
from fhir.ids import new_key
from organisations.models import Organisation, UnitLink


def locked_citizen(cpr: str, now: datetime) -> tuple[Citizen, bool]:
    """Return the citizen with her row locked until the transaction ends, and whether she was created."""
    return locked_citizens([cpr], now)[cpr]


def locked_citizens(cprs: Iterable[str], now: datetime) -> dict[str, tuple[Citizen, bool]]:
    """Return each citizen with her row locked until the transaction ends, and whether she was created.

    What runs beside this for the same citizens waits; what only points at them does not. All who lock several lock them
    in one order. One statement when all are known, else three.
    """
    born = {cpr: birth_date_of(cpr) for cpr in cprs}
    if None in born.values():
        raise Refused("only-cpr")
    found = _locked(born)
    fresh = {
        cpr: Citizen(id=new_key(), cpr=cpr, birth_date=date, created_at=now, updated_at=now)
        for cpr, date in sorted(born.items())
        if cpr not in found and date is not None
    }
    if fresh:
        Citizen.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        found |= _locked(fresh)
    return {cpr: (found[cpr], cpr in fresh and found[cpr].pk == fresh[cpr].pk) for cpr in born}


def _locked(cprs: Iterable[str]) -> dict[str, Citizen]:
    rows = Citizen.objects.select_for_update(no_key=True).filter(cpr__in=list(cprs)).order_by("cpr")
    return {row.cpr: row for row in rows if row.cpr is not None}


def units(
    wanted: dict[str, str], now: datetime, kinds: dict[str, Organisation.Kind]
) -> tuple[dict[str, UUID], list[Organisation]]:
    """Return the units with these SOR codes, given with their names, and those that were created.

    An unknown unit is created as a root of its own, named by its SOR code when it has no name: whoever places it in the
    tree finds it there. `kinds` tells what it is where that is known. One statement when all are known.
    """
    found = _by_sor(wanted)
    missing = sorted(set(wanted) - set(found))
    if not missing:
        return found, []
    fresh = []
    for sor in missing:
        key = new_key()
        fresh.append(
            Organisation(
                id=key,
                sor=sor,
                name=wanted[sor][:200] or f"SOR {sor}",
                kind=kinds.get(sor, Organisation.Kind.OTHER),
                authority_id=key,
                updated_at=now,
            )
        )
    Organisation.objects.bulk_create(fresh, ignore_conflicts=True)
    found = _by_sor(wanted)
    return found, [unit for unit in fresh if unit.sor and found[unit.sor] == unit.id]


def _by_sor(wanted: Iterable[str]) -> dict[str, UUID]:
    rows = Organisation.objects.filter(sor__in=list(wanted)).values_list("sor", "id")
    return {sor: key for sor, key in rows if sor is not None}


def check_sender(by: Actor, unit_id: UUID) -> None:
    """A sender delivers for the unit that owns its system and those below it; a national hub for every unit.

    Raises Refused. One statement for a registered system, none for a delivery by hand.
    """
    if by.unit_id is None or by.unit_id == unit_id:
        return
    is_hub = Organisation.objects.filter(pk=by.unit_id, kind=Organisation.Kind.OTHER, parent__isnull=True)
    is_below = UnitLink.objects.filter(descendant_id=unit_id, ancestor_id=by.unit_id)
    if not is_hub.values_list("pk").union(is_below.values_list("descendant_id")).exists():
        raise Refused("wrong-sender")


def sors(values: Iterable[str | None]) -> dict[str, str]:
    """The SOR codes among these values, without names."""
    return {value: "" for value in values if value}
