"""Citizens and those who may act for them; every one is a test person."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from access.vocabulary import Category
from citizens.identifiers import D_ECPR_REGIONS, X_ECPR_SYSTEM
from citizens.models import AttorneyOffer, Citizen, Custody, Guardianship, Identifier, PowerOfAttorney, Relative
from demo.numbers import cpr
from tests.factories.base import ago, ahead, element, now, numbers

READABLE = [category for category in Category if category not in (Category.WILL_CONTENT, Category.ODR_CONTENT)]


people = count(1_000)
"""Counts citizens alone, so that tests which commit do not run out of numbers for a day of birth."""


def citizen(**given: Any) -> Citizen:
    """A grown-up with a test CPR number; her day of birth or sex may be given."""
    number = next(people)
    gender = given.setdefault("gender", "female")
    born_on = given.get("birth_date")
    birth = given.setdefault("birth_date", date(1950, 1, 2) + timedelta(days=number % 300))
    moment = now()
    fields = {
        "cpr": cpr(birth, is_male=gender == "male", number=(number if born_on else number // 300) % 1500),
        "given_name": "Tove Test",
        "family_name": f"Testesen{number}",
        "street": "Testvej 1",
        "postal_code": "9900",
        "city": "Frederikshavn",
        "municipality_code": "0813",
        "created_at": moment,
        "updated_at": moment,
    }
    return Citizen.objects.create(**{**fields, **given})


def aged(years: int, **given: Any) -> Citizen:
    """A citizen who turned this many years some weeks ago."""
    today = now().date() - timedelta(days=30)
    birth = today.replace(year=today.year - years, day=min(today.day, 28))
    if (birth.month, birth.day) == (1, 1):
        birth += timedelta(days=1)
    return citizen(birth_date=birth, **given)


def child(**given: Any) -> Citizen:
    """A child of nine."""
    return aged(9, **given)


def sixteen_year_old(**given: Any) -> Citizen:
    """A young person of sixteen, who decides herself."""
    return aged(16, **given)


def dead_citizen(**given: Any) -> Citizen:
    """A citizen who died a month ago."""
    return citizen(**{"died_at": ago(days=30), **given})


def address_protected_citizen(**given: Any) -> Citizen:
    """A citizen whose address is withheld."""
    return citizen(**{"is_address_protected": True, **given})


def replaced_citizen(**given: Any) -> Citizen:
    """The old row of a citizen whose CPR was changed; `replaced_by` is the new one."""
    return citizen(**{"replaced_by": citizen(), **given})


def x_ecpr_citizen(**given: Any) -> Citizen:
    """A citizen without CPR who has a national replacement number."""
    return _without_cpr("x-ecpr", X_ECPR_SYSTEM, "7", given)


def d_ecpr_citizen(**given: Any) -> Citizen:
    """A citizen without CPR who has a regional replacement number."""
    return _without_cpr("d-ecpr", D_ECPR_REGIONS[1], "5", given)


def _without_cpr(kind: str, system: str, seventh: str, given: dict[str, Any]) -> Citizen:
    made = citizen(**{"cpr": None, **given})
    identifier(citizen=made, kind=kind, system=system, value=_replacement_number(made.birth_date, seventh))
    return made


def identifier(**given: Any) -> Identifier:
    """A national replacement number of a citizen without CPR."""
    if "citizen" not in given:
        given["citizen"] = citizen(cpr=None)
    value = given.pop("value", None) or _replacement_number(given["citizen"].birth_date, "7")
    return Identifier.objects.create(**{"kind": "x-ecpr", "system": X_ECPR_SYSTEM, "value": value, **given})


def _replacement_number(birth: date, seventh: str) -> str:
    number = next(numbers)
    letters = "".join(chr(ord("A") + number // step % 26) for step in (260, 10))
    return f"{birth:%d%m%y}{seventh}{letters}{number % 10}"


def custody(**given: Any) -> Custody:
    """A parent's custody of a child of nine."""
    if "child" not in given:
        given["child"] = child()
    if "parent" not in given:
        given["parent"] = aged(40)
    return Custody.objects.create(**{"start": ago(days=3000), **given})


def ended_custody(**given: Any) -> Custody:
    """Custody that ended a month ago."""
    return custody(**{"end": ago(days=30), **given})


def guardianship(**given: Any) -> Guardianship:
    """A guardianship in personal matters, health included."""
    for name in ("ward", "guardian"):
        if name not in given:
            given[name] = citizen()
    return Guardianship.objects.create(**{"scope": Guardianship.Scope.PERSONAL, "start": ago(days=400), **given})


def economic_guardianship(**given: Any) -> Guardianship:
    """A guardianship in money matters only, which opens nothing here."""
    return guardianship(**{"scope": Guardianship.Scope.ECONOMIC, **given})


def power_of_attorney(**given: Any) -> PowerOfAttorney:
    """A power of attorney for every family, in force for two years."""
    for name in ("principal", "attorney"):
        if name not in given:
            given[name] = citizen()
    fields = {"families": READABLE, "may_write": True, "start": ago(days=60), "end": ahead(days=670)}
    return PowerOfAttorney.objects.create(**{**fields, **given})


def attorney_offer(**given: Any) -> AttorneyOffer:
    """A power of attorney for all appointments that nobody has answered yet."""
    if "principal" not in given:
        given["principal"] = citizen()
    fields = {"called": "Mette", "digest": "0" * 64, "families": ["appt-sul"], "end": ahead(days=365)}
    times = {"created_at": now(), "expires_at": ahead(days=30)}
    return AttorneyOffer.objects.create(**{**fields, **times, **given})


def expired_power_of_attorney(**given: Any) -> PowerOfAttorney:
    """A power of attorney that ran out yesterday."""
    return power_of_attorney(**{"end": ago(days=1), **given})


def revoked_power_of_attorney(**given: Any) -> PowerOfAttorney:
    """A power of attorney that was called back yesterday."""
    return power_of_attorney(**{"revoked_at": ago(days=1), **given})


def relative(**given: Any) -> Relative:
    """A relative on the stamkort: contact data, no authorisation."""
    fields = {"name": "Lise Test Testesen", "relationship": "CHILD", "mobile_phone": "20 00 00 00"}
    return Relative.objects.create(**{**fields, **element(given, Category.SK_TYPED)})
