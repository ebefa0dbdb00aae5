"""`Consent/$dry-run`: what a consent or block would change, told to the citizen before she makes it."""

from typing import Any

from access import service
from access.actors import Actor
from access.vocabulary import CITIZEN_SIDE, Reason
from consents.dryrun import Difference, dry_run
from consents.fhir import blocks, create, permits
from consents.fhir.body import is_block, read
from fhir.datatypes import reference


def preview(*, by: Actor, body: dict[str, Any]) -> list[Difference]:
    """Return what the Consent would change from when it holds, having written the log row and nothing else.

    It is held against the law like one that is made. Raises FhirError as making it does, and 403 for professionals: who
    else treats the citizen is not theirs to learn so.
    """
    consent = read(body)
    given = blocks.parse(consent) if is_block(consent) else permits.parse(consent)
    if by.acting_as not in CITIZEN_SIDE:
        with service.writing():
            raise service.refused_as(by, "dry-run", "Consent", given.citizen_id, Reason.LAW_GATE)
    moment = max(given.start or by.moment, by.moment)
    try:
        found = dry_run(given.citizen_id, lambda: create(by=by, body=body), moment=moment)
    except service.Refused as refused:
        refused.note()  # its own row was undone with the trial
        raise
    service.log(by, "dry-run", "Consent", citizen_id=given.citizen_id, outcome="permit")
    return found


def as_parameters(found: list[Difference]) -> dict[str, Any]:
    """The differences as FHIR Parameters: one `difference` for each unit, role and family, and the totals."""
    parts = [{"name": "difference", "part": _parts(one)} for one in found]
    totals = {
        "gained": sum(max(one.change, 0) for one in found),
        "lost": sum(max(-one.change, 0) for one in found),
    }
    counted = [{"name": name, "valueInteger": number} for name, number in totals.items()]
    return {"resourceType": "Parameters", "parameter": [*counted, *parts]}


def _parts(one: Difference) -> list[dict[str, Any]]:
    """Who, what, and how many before and after; a professional where she is meant by name."""
    asker = one.asker
    named = {"practitioner": asker.professional_id, "responsible": asker.responsible_id}
    return [
        *([{"name": "unit", "valueReference": reference("Organization", asker.unit_id)}] if asker.unit_id else []),
        {"name": "acting-as", "valueCode": str(asker.acting_as)},
        {"name": "role", "valueString": str(asker.acting_as.label)},
        {"name": "purpose", "valueCode": str(asker.purpose)},
        *(
            {"name": name, "valueReference": reference("Practitioner", key)}
            for name, key in named.items()
            if key is not None
        ),
        {"name": "family", "valueCode": str(one.category)},
        {"name": "family-name", "valueString": str(one.category.label)},
        {"name": "before", "valueInteger": one.before},
        {"name": "after", "valueInteger": one.after},
    ]
