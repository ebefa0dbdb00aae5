"""A resource told in part: the elements that were asked for or FHIR's summary, labelled so that it is not written back.

What a resource cannot be without, and what changes its meaning, always stays.
"""

from collections.abc import Collection
from typing import Any

from fhir.datatypes import OBSERVATION_VALUE, coding

SUBSETTED = coding(OBSERVATION_VALUE, "SUBSETTED")
ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules", "modifierExtension"})
# By type: what always stays, and what a summary has besides (of R4's summaries, the elements that we tell).
_OF_TYPES = {
    "Appointment": (
        "status participant start end",
        "identifier cancelationReason serviceType appointmentType reasonCode",
    ),
    "AuditEvent": ("type recorded agent source", "subtype action outcome"),
    "CarePlan": (
        "status intent subject",
        "identifier partOf category title description period created author addresses",
    ),
    "CareTeam": ("status", "identifier category name subject period managingOrganization"),
    "Condition": ("clinicalStatus verificationStatus subject", "identifier code onsetDateTime recordedDate recorder"),
    "Consent": (
        "status scope category patient policy policyRule",
        "identifier dateTime performer organization sourceReference provision",
    ),
    "Binary": ("contentType data", "securityContext"),
    "DocumentReference": (
        "status content",
        "identifier docStatus type category subject date author description",
    ),
    "Encounter": ("status class", "identifier type subject reasonReference"),
    "EpisodeOfCare": ("status patient", "type managingOrganization period"),
    "Goal": (
        "lifecycleStatus description subject",
        "achievementStatus category priority startDate expressedBy",
    ),
    "Location": ("status", "identifier name managingOrganization"),
    "Observation": (
        "status code",
        "identifier basedOn subject focus encounter effectiveDateTime issued performer valueQuantity "
        "valueCodeableConcept",
    ),
    "Organization": ("active", "identifier type name partOf"),
    "Patient": ("active deceasedDateTime link", "identifier name telecom gender birthDate address"),
    "Practitioner": ("active", "identifier name"),
    "PractitionerRole": ("active", "period practitioner organization code"),
    "Procedure": ("status subject", "identifier basedOn code performedDateTime reasonReference"),
    "Provenance": ("target recorded agent entity", ""),
    "RelatedPerson": ("active patient", "identifier relationship name telecom"),
    "ServiceRequest": (
        "status intent subject",
        "identifier basedOn category code occurrencePeriod authoredOn requester reasonReference",
    ),
    "Subscription": ("status reason criteria channel", "contact end error"),
}
KEPT = {kind: ALWAYS | frozenset(kept.split()) for kind, (kept, _more) in _OF_TYPES.items()}
SUMMARY = {kind: KEPT[kind] | frozenset(more.split()) for kind, (_kept, more) in _OF_TYPES.items()}


def reduced(resource: dict[str, Any], elements: Collection[str], *, is_summary: bool) -> dict[str, Any]:
    """Tell only these elements of a resource, or those of its summary; all of it when neither was asked for."""
    if not elements and not is_summary:
        return resource
    kind = resource["resourceType"]
    wanted = SUMMARY[kind] if is_summary else KEPT[kind] | {*elements}
    told = {name: value for name, value in resource.items() if name.removeprefix("_") in wanted}
    tags = [tag for tag in told["meta"].get("tag", ()) if tag != SUBSETTED]
    return told | {"meta": told["meta"] | {"tag": [*tags, SUBSETTED]}}
