"""MedCom's list of conditions from general practice: a document with the practice's diagnoses, current and resolved.

A newer list of the same practice is the whole truth: a current diagnosis that it no longer holds is inactive. Notes and
narrative are read by nobody here and are not kept.
"""

from typing import Any

from access.actors import Actor
from access.vocabulary import Category, Law
from careplans.models import Condition
from citizens.models import Citizen
from exchange import whole
from exchange.documents import Entries, sent_at, shaped
from exchange.errors import Refused
from exchange.gateway import codes, shapes, statuses
from exchange.reports import CitizenReport
from exchange.values import day, instant
from organisations.models import Organisation
from terminology.systems import SNOMED

LIST = "11450-4"
_RESOLVED, _CURRENT = "723506003", "15240007"
_TYPES = frozenset(
    {"Composition", "Patient", "Organization", "Practitioner", "PractitionerRole", "Condition", "Provenance"}
)
_USES = ("encounter-diagnosis", "problem-list-item")


class Listed(shapes.Shape, frozen=True, omit_defaults=True):
    """A diagnosis of the list."""

    code: shapes.Concept
    subject: shapes.Reference
    clinicalStatus: shapes.Concept | None = None  # noqa: N815
    verificationStatus: shapes.Concept | None = None  # noqa: N815
    category: tuple[shapes.Concept, ...] = ()
    onsetDateTime: shapes.Time | None = None  # noqa: N815
    abatementDateTime: shapes.Time | None = None  # noqa: N815
    recordedDate: shapes.Time | None = None  # noqa: N815


class Head(shapes.Shape, frozen=True, omit_defaults=True):
    """The composition: what it is, about whom and whose."""

    type: shapes.Concept
    subject: shapes.Reference
    author: tuple[shapes.Reference, ...] = ()
    status: shapes.Code = "final"


def take_conditions(by: Actor, source: str, bundle: dict[str, Any]) -> tuple[CitizenReport, Citizen]:
    """Bring the practice's diagnoses of the citizen up to date. Raises Refused; nothing is kept then."""
    return whole.take(by, source, read(bundle))


def read(bundle: dict[str, Any]) -> whole.Load:
    """Read a list. Raises Refused."""
    entries = Entries(bundle)
    entries.only(*_TYPES)
    cpr, patient_url = entries.citizen()
    heads = entries.of("Composition")
    if len(heads) != 1:
        raise Refused("unsupported-bundle")
    head = shaped(heads[0][2], Head, heads[0][0])
    if not any(item.code == LIST for item in head.type.coding):
        raise Refused("unsupported-bundle", heads[0][0])
    if not entries.is_citizen(head.subject.reference):
        raise Refused("foreign-citizen", heads[0][0])
    names: dict[str, str] = {}
    owners = [item for item in head.author if "Organization" in item.reference or item.identifier is not None]
    if len(owners) != 1:
        raise Refused("no-organisation", heads[0][0])
    sor = entries.unit(owners[0], names)
    sent = sent_at(bundle)
    sent_on = day(bundle["timestamp"])
    things = []
    for url, key, resource in entries.of("Condition"):
        try:
            columns = _columns(shaped(resource, Listed, url), entries, sent_on)
            things.append(whole.Thing(key, url, columns))
        except Refused as error:
            raise Refused(error.code, error.at or url, error.detail) from error
    return whole.Load(
        bundle_id=str(bundle.get("id") or ""),
        kind="condition-list",
        sent_at=sent,
        cpr=cpr,
        sor=sor,
        names=names,
        model=Condition,
        things=_distinct(things),
        full_urls=entries.full_urls,
        patient_url=patient_url,
        unit_kind=Organisation.Kind.PRACTICE,
        complete=True,
        over={"clinical_status": "inactive"},
    )


def _distinct(things: list[whole.Thing]) -> list[whole.Thing]:
    """Each id once; the same with different content is refused."""
    found: dict[Any, whole.Thing] = {}
    for thing in things:
        if thing.key in found and found[thing.key].digest != thing.digest:
            raise Refused("duplicate-id", thing.full_url)
        found[thing.key] = thing
    return list(found.values())


def _diagnosis(concept: shapes.Concept) -> tuple[str, str, str]:
    """The diagnosis: of SKS or ICPC-2, or of SNOMED CT where the practice has no other. Raises Refused."""
    if not codes.is_diagnosis(concept) and len(concept.coding) == 1 and concept.coding[0].system == SNOMED:
        only = concept.coding[0]
        if not only.code.isascii() or not only.code.isdigit() or not 6 <= len(only.code) <= 18:
            raise Refused("unknown-code")
        return only.system, only.code, only.display[:300]
    coded = codes.diagnosis(concept)
    return coded.system, coded.code, coded.display


def _columns(listed: Listed, entries: Entries, sent_on: Any) -> whole.Columns:
    """The columns of a diagnosis; without a status of its own the list's category tells whether it is resolved."""
    if not entries.is_citizen(listed.subject.reference):
        raise Refused("foreign-citizen")
    system, code, display = _diagnosis(listed.code)
    told = {item.code for concept in listed.category for item in concept.coding}
    verification = statuses.coded(listed.verificationStatus, statuses.VERIFICATION)
    clinical = statuses.coded(listed.clinicalStatus, statuses.CLINICAL)
    if not clinical and not told & {_RESOLVED, _CURRENT}:
        raise Refused("unknown-status")
    clinical = clinical or ("resolved" if _RESOLVED in told else "active")
    is_error = verification == statuses.ERROR
    recorded = listed.recordedDate or listed.onsetDateTime
    recorded_on = day(recorded) if recorded else sent_on
    onset = day(listed.onsetDateTime) if listed.onsetDateTime else None
    abated = day(listed.abatementDateTime) if listed.abatementDateTime else None
    if onset and abated and abated < onset:
        raise Refused("bad-period")
    return {
        "category": Category.DIAG.value,
        "recorded_under": Law.HEALTH.value,
        "occurred_at": instant(recorded_on.isoformat()),
        "clinical_status": "" if is_error else clinical,
        "verification": verification,
        "code_system": system,
        "code": code,
        "display": display,
        "use": next((use for use in _USES if use in told), "problem-list-item"),
        "recorded_on": recorded_on,
        "onset_on": onset,
        "abated_on": abated,
    }
