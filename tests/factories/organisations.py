"""Units, people at work, and the relations between citizens and units."""

from datetime import timedelta
from typing import Any

from access.vocabulary import Category, Law, Profession
from demo.numbers import authorisation_id, provider_number, sor
from organisations.models import Employment, Location, Organisation, Permit, Professional, Shield, TreatmentRelation
from tests.factories.base import ago, ahead, element, now, numbers

Kind = Organisation.Kind
AUTHORISED = frozenset(
    {
        Profession.DOCTOR,
        Profession.NURSE,
        Profession.CARE_ASSISTANT,
        Profession.OCCUPATIONAL_THERAPIST,
        Profession.PHYSIOTHERAPIST,
        Profession.DENTIST,
        Profession.MIDWIFE,
    }
)


def organisation(**given: Any) -> Organisation:
    """A unit; one without parent answers for its own data."""
    number = next(numbers)
    made = Organisation(**{"name": f"Test-enhed {number}", "sor": sor(number), "updated_at": now(), **given})
    if made.authority_id is None:
        made.authority_id = made.parent.authority_id if made.parent else made.pk
    made.save(force_insert=True)
    return made


def region(**given: Any) -> Organisation:
    """A region."""
    return organisation(**{"kind": Kind.REGION, "name": f"Region Test {next(numbers)}", **given})


def hospital(**given: Any) -> Organisation:
    """A hospital of a region."""
    if "parent" not in given:
        given["parent"] = region()
    return organisation(**{"kind": Kind.HOSPITAL, **given})


def ward(**given: Any) -> Organisation:
    """A department of a hospital."""
    if "parent" not in given:
        given["parent"] = hospital()
    return organisation(**{"kind": Kind.DEPARTMENT, **given})


def practice(**given: Any) -> Organisation:
    """A general practice with its ydernummer; it is its own authority."""
    return organisation(**{"kind": Kind.PRACTICE, "provider_number": provider_number(next(numbers)), **given})


def municipality(**given: Any) -> Organisation:
    """A municipality."""
    return organisation(**{"kind": Kind.MUNICIPALITY, "municipality_code": "0813", **given})


def nursing(**given: Any) -> Organisation:
    """The nursing (hjemmesygepleje) of a municipality."""
    return _of_municipality(Kind.NURSING, given)


def home_care(**given: Any) -> Organisation:
    """The home care (hjemmepleje) of a municipality."""
    return _of_municipality(Kind.HOME_CARE, given)


def casework(**given: Any) -> Organisation:
    """The casework (visitation) of a municipality."""
    return _of_municipality(Kind.CASEWORK, given)


def rehabilitation(**given: Any) -> Organisation:
    """The rehabilitation of a municipality."""
    return _of_municipality(Kind.REHABILITATION, given)


def social_psychiatry(**given: Any) -> Organisation:
    """The social psychiatry of a municipality."""
    return _of_municipality(Kind.SOCIAL_PSYCHIATRY, given)


def nursing_home(**given: Any) -> Organisation:
    """A nursing home of a municipality."""
    return _of_municipality(Kind.NURSING_HOME, given)


def _of_municipality(kind: str, given: dict[str, Any]) -> Organisation:
    if "parent" not in given:
        given["parent"] = municipality()
    return organisation(**{"kind": kind, **given})


def unit_under(law: str) -> Organisation:
    """A new unit of a kind that records under this act."""
    return {Law.SERVICE: home_care, Law.ELDERLY: home_care}.get(Law(law), ward)()


def location(**given: Any) -> Location:
    """A place of an organisation."""
    if "organisation" not in given:
        given["organisation"] = ward()
    return Location.objects.create(**{"name": "Ambulatorium 3 (test)", "updated_at": now(), **given})


def professional(**given: Any) -> Professional:
    """A person at work, a nurse unless said otherwise; authorised if the profession is."""
    number = next(numbers)
    profession = given.setdefault("profession", Profession.NURSE)
    fields = {
        "given_name": "Nanna Test",
        "family_name": f"Fagperson{number}",
        "authorisation_id": authorisation_id(number) if profession in AUTHORISED else None,
        "updated_at": now(),
    }
    return Professional.objects.create(**{**fields, **given})


def doctor(**given: Any) -> Professional:
    """A doctor."""
    return professional(**{"profession": Profession.DOCTOR, **given})


def nurse(**given: Any) -> Professional:
    """A nurse."""
    return professional(**{"profession": Profession.NURSE, **given})


def helper(**given: Any) -> Professional:
    """A home helper without authorisation."""
    return professional(**{"profession": Profession.CARE_HELPER, **given})


def employment(**given: Any) -> Employment:
    """Work at a unit, for some years and still."""
    if "professional" not in given:
        given["professional"] = professional()
    if "unit" not in given:
        given["unit"] = ward()
    return Employment.objects.create(**{"start": ago(days=1000), "updated_at": now(), **given})


def ended_employment(**given: Any) -> Employment:
    """Work that ended a month ago."""
    return employment(**{"end": ago(days=30), **given})


def permit(**given: Any) -> Permit:
    """The management's permission for a secretary to look up, in force."""
    if "professional" not in given:
        given["professional"] = professional(profession=Profession.SECRETARY)
    if "unit" not in given:
        given["unit"] = ward()
    if "given_by" not in given:
        given["given_by"] = doctor()
    return Permit.objects.create(**{"start": ago(days=90), **given})


def expired_permit(**given: Any) -> Permit:
    """A permission that ran out yesterday."""
    return permit(**{"end": ago(days=1), **given})


def unit_shield(**given: Any) -> Shield:
    """The names of a unit, kept from everybody for good."""
    if "unit" not in given and "professional" not in given:
        given["unit"] = ward()
    if "decided_by" not in given:
        given["decided_by"] = doctor()
    fields = {"code": f"K-{next(numbers)}", "reason": "Trusler mod personalet (test)", "start": ago(days=10)}
    return Shield.objects.create(**{**fields, **given})


def personal_shield(**given: Any) -> Shield:
    """The name of a professional, or the names of a `unit`, kept from one citizen for 90 days."""
    if "unit" not in given and "professional" not in given:
        given["professional"] = professional()
    if "citizen" not in given:
        from tests.factories.citizens import citizen

        given["citizen"] = citizen()
    start = given.setdefault("start", ago(days=10))
    return unit_shield(**{"end": start + timedelta(days=90), **given})


def expired_shield(**given: Any) -> Shield:
    """A personal shield on its 91st day."""
    return personal_shield(**{"start": ago(days=90), **given})


Basis = TreatmentRelation.Basis


def treatment_relation(**given: Any) -> TreatmentRelation:
    """A verified relation of a citizen to a unit (`origin`): an admission, or what fits the unit."""
    unit = given.get("origin")
    if "basis" not in given:
        given["basis"] = _BASIS.get(unit.kind if unit else Kind.DEPARTMENT, Basis.ADMISSION)
    social = given["basis"] == Basis.CARE_GRANT
    given.setdefault("category", Category.PLAN_SOC if social else Category.PLAN_SUL)
    fields = {"status": "verified", "evidence_source": "brs", "evidence": "Test", "start": ago(days=30)}
    return TreatmentRelation.objects.create(**{**fields, **element(given)})


_BASIS = {
    Kind.PRACTICE: Basis.ASSIGNED_GP,
    Kind.NURSING: Basis.NURSING_GRANT,
    Kind.REHABILITATION: Basis.REHABILITATION_PLAN,
    Kind.HOME_CARE: Basis.CARE_GRANT,
    Kind.CASEWORK: Basis.CARE_GRANT,
    Kind.SOCIAL_PSYCHIATRY: Basis.CARE_GRANT,
    Kind.NURSING_HOME: Basis.CARE_GRANT,
}


def ended_relation(**given: Any) -> TreatmentRelation:
    """A relation that ended ten days ago."""
    return treatment_relation(**{"status": "ended", "end": ago(days=10), **given})


def claimed_relation(**given: Any) -> TreatmentRelation:
    """A relation that the professional claims, to be followed up within a week."""
    claim = {"status": "claimed", "basis": Basis.SELF_CLAIMED, "evidence_source": "manual"}
    return treatment_relation(**{**claim, "start": ago(hours=2), "follow_up_by": ahead(days=7), **given})


def overdue_claim(**given: Any) -> TreatmentRelation:
    """A claimed relation whose follow-up is overdue."""
    return claimed_relation(**{"start": ago(days=9), "follow_up_by": now() - timedelta(days=2), **given})


def refuted_relation(**given: Any) -> TreatmentRelation:
    """A claimed relation that turned out not to be."""
    return treatment_relation(**{"status": "refuted", **given})
