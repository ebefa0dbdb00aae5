"""The FHIR face of the citizen's decisions: one type, Consent, over two tables; the stamkort adds its registrations."""

from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Q

from access import faces, service
from access.actors import Actor
from access.search import key_search
from access.sql import Param
from access.statements import Row, fetch
from consents import services
from consents.fhir import blocks, permits
from consents.fhir.body import ConsentBody, check_performer, is_block, read
from consents.fhir.parts import BLOCK, DISCLOSURE, PRIVACY, SCOPE
from fhir.datatypes import ACT_CODE, JURISDICTION
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, add_face, register

NOW = Param("moment", DateTimeField())
IN_FORCE = (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=NOW)) & (Q(end__isnull=True) | Q(end__gt=NOW))
SORTS = {"date": "decided_at"}


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a consent or a block from a Consent; returns its row. What a face beside these takes, it creates."""
    for face in CONSENT.also:
        if face.create is not None and face.takes is not None and face.takes(body):
            return face.create(by=by, body=body)
    consent = read(body)
    if consent.status != "active":
        raise broken(
            "decision-active",
            "Et nyt samtykke eller en ny spærring er aktiv.",
            "A new consent or block is active.",
            expression="Consent.status",
        )
    check_performer(consent, is_by_another=by.on_behalf_of is not None)
    if is_block(consent):
        return services.set_block(by=by, source=blocks.BLOCK_SOURCE, block=blocks.parse(consent))
    return services.give_consent(by=by, source=permits.CONSENT_SOURCE, consent=permits.parse(consent))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Withdraw a consent or lift a block by a Consent whose status is inactive and which is otherwise the same.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 when anything else has changed.
    """
    face = faces.holder(CONSENT, key)
    if face.update is not None and face.takes is not None and face.takes(body):
        changed: Row = face.update(by=by, key=key, body=body, if_match=if_match)
        return changed
    consent = read(body)
    rows = fetch(face.source, by, key_search(key), interaction="update", logged=False)
    if rows and face in (CONSENT, BLOCKING):
        _check_same(face, rows[0], consent, by)
    if face in (CONSENT, BLOCKING):
        return services.withdraw(by=by, source=face.source, key=key, if_match=if_match)
    with service.writing():
        service.permit_update(face.source, by, key)
    raise FhirError("not-offered")


def _check_same(face: Resource, row: Row, consent: ConsentBody, by: Actor) -> None:
    """Nothing but the status has changed, and that to inactive. Raises FhirError (422)."""
    parse: Any = blocks.parse if face is BLOCKING else permits.parse
    stored = parse(read(face.to_fhir(row, by)))
    is_same = is_block(consent) == (face is BLOCKING) and _settled(parse(consent)) == _settled(stored)
    if not is_same or consent.status != "inactive":
        raise broken(
            "decision-unchanged",
            "Et samtykke eller en spærring kan kun trækkes tilbage; skriv ellers en ny.",
            "A consent or block can only be withdrawn; otherwise write a new one.",
            expression="Consent.status",
        )


def _settled(given: Any) -> dict[str, Any]:
    """What a decision says, without when it was noted."""
    return {name: value for name, value in vars(given).items() if name != "given_at"}


def parameters(
    *, category: str, unit: str, professional: str, item: tuple[str, ...] = ()
) -> tuple[SearchParameter, ...]:
    """The parameters of a Consent over one of the two tables."""
    return (
        SearchParameter(
            "patient", "reference", ("citizen_id",), "Whose decision", targets=("Patient",), element="patient"
        ),
        SearchParameter(
            "status",
            "token",
            ("end",),
            "Whether it is in force",
            codes={"active": IN_FORCE, "inactive": ~IN_FORCE},
            fixed_system="http://hl7.org/fhir/consent-state-codes",
        ),
        SearchParameter(
            "scope", "token", ("id",), "Privacy", codes={PRIVACY: {"pk__isnull": False}}, fixed_system=SCOPE
        ),
        SearchParameter(
            "category",
            "token",
            ("id",),
            "Consent, block, or registration",
            codes={category: {"pk__isnull": False}},
            fixed_system=ACT_CODE,
        ),
        SearchParameter("date", "date", ("created_at",), "When it was made"),
        SearchParameter("period", "date", ("start", "end"), "While it holds"),
        SearchParameter(
            "actor",
            "reference",
            (unit, professional),
            "For whom it is",
            targets=("Organization", "Practitioner"),
            element="provision.actor.reference",
        ),
        SearchParameter(
            "data",
            "reference",
            item,
            "The one thing that is marked",
            targets=blocks.MARKABLE,
            element="provision.data.reference",
        ),
    )


CONSENT = register(
    Resource(
        "Consent",
        permits.CONSENT_SOURCE,
        permits.to_fhir,
        (
            *parameters(category=DISCLOSURE, unit="recipient_unit_id", professional="recipient_professional_id"),
            SearchParameter(
                "security-label",
                "token",
                ("laws",),
                "The act of the data that a consent is about",
                codes={label: permits.labelled(law) for law, label in permits.LABELS.items()},
                fixed_system=JURISDICTION,
            ),
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts=SORTS,
        operations=("dry-run",),
        description="The citizen's consents, blocks and private markings, and that she has registered a will.",
    )
)
BLOCKING = add_face(
    Resource(
        "Consent",
        blocks.BLOCK_SOURCE,
        blocks.to_fhir,
        parameters(category=BLOCK, unit="unit_id", professional="professional_id", item=("item_id",)),
        WRITTEN,
        sorts=SORTS,
    )
)
