"""What kinds of error there are: the kind itself, and those of writes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorKind:
    """One kind of error: HTTP status, FHIR issue type, and the texts; `{}` in a text takes the detail."""

    code: str
    status: int
    issue: str
    da: str
    en: str


OF_WRITES = (
    ErrorKind(
        "identifier-count", 422, "business-rule", "Et element har én identifier.", "An element has one identifier."
    ),
    ErrorKind(
        "identifier-shape",
        422,
        "value",
        "En identifier har et system (en absolut URI) og en værdi på højst 200 tegn.",
        "An identifier has a system (an absolute URI) and a value of at most 200 characters.",
    ),
    ErrorKind(
        "identifier-of-person",
        422,
        "security",
        "Et personnummer kan ikke være et elements identifier.",
        "A person's number cannot be the identifier of an element.",
    ),
    ErrorKind(
        "identifier-of-other",
        422,
        "business-rule",
        "Denne identifier hører til en anden afsender.",
        "This identifier belongs to another sender.",
    ),
    ErrorKind(
        "identifier-fixed",
        422,
        "business-rule",
        "Et elements identifier kan ikke ændres eller fjernes.",
        "The identifier of an element can be neither changed nor removed.",
    ),
    ErrorKind(
        "condition-criteria",
        400,
        "not-supported",
        "Betingelsen er netop én identifier=system|værdi.",
        "The condition is exactly one identifier=system|value.",
    ),
    ErrorKind(
        "condition-not-in-body",
        422,
        "business-rule",
        "Indholdet har den identifier, som betingelsen nævner.",
        "The body has the identifier that the condition names.",
    ),
    ErrorKind(
        "condition-unmet",
        412,
        "conflict",
        "Betingelsen kan ikke opfyldes.",
        "The condition cannot be met.",
    ),
    ErrorKind(
        "reduced-copy",
        422,
        "business-rule",
        "En afkortet visning kan ikke gemmes.",
        "A reduced copy cannot be stored.",
    ),
    ErrorKind(
        "bad-patch",
        400,
        "structure",
        "Indholdet er ikke en gyldig JSON Patch: {}",
        "The body is no valid JSON Patch: {}",
    ),
    ErrorKind(
        "patch-test-failed",
        422,
        "business-rule",
        "En test i rettelsen holder ikke: {}",
        "A test of the patch does not hold: {}",
    ),
    ErrorKind(
        "patch-does-not-fit",
        422,
        "business-rule",
        "Rettelsen passer ikke på ressourcen: {}",
        "The patch does not fit the resource: {}",
    ),
    ErrorKind(
        "patch-needs-version",
        400,
        "required",
        "En rettelse, der peger på en plads i en liste, har If-Match eller en test.",
        "A patch that points to a place in a list has If-Match or a test.",
    ),
    ErrorKind(
        "patch-media-type",
        415,
        "not-supported",
        "Kun application/json-patch+json, application/merge-patch+json og application/json tages imod.",
        "Only application/json-patch+json, application/merge-patch+json and application/json are accepted.",
    ),
    ErrorKind(
        "bundle-type",
        400,
        "not-supported",
        "Her tages batch og transaction imod; leverancer sendes til Bundle/$deliver.",
        "Batch and transaction are taken here; deliveries go to Bundle/$deliver.",
    ),
    ErrorKind("bundle-too-long", 413, "too-costly", "Højst {} indgange ad gangen.", "At most {} entries at a time."),
    ErrorKind(
        "bundle-request",
        400,
        "not-supported",
        "Indgangens request kan ikke udføres her: {}",
        "The request of the entry cannot be carried out here: {}",
    ),
    ErrorKind(
        "bundle-overlap",
        400,
        "duplicate",
        "To indgange har samme navn eller ændrer det samme.",
        "Two entries have the same name or change the same thing.",
    ),
    ErrorKind(
        "bundle-reference",
        400,
        "not-found",
        "Ingen indgang i transaktionen hedder {}",
        "No entry of the transaction is named {}",
    ),
    ErrorKind(
        "bundle-cycle",
        400,
        "business-rule",
        "Indgangenes henvisninger går i ring eller til noget, der udføres senere.",
        "The references of the entries go round, or to what is carried out later.",
    ),
    ErrorKind(
        "conditional-reference",
        400,
        "not-supported",
        "Henvisninger ved søgning tages ikke imod; henvis med id.",
        "References by search are not taken; refer by id.",
    ),
    ErrorKind("deleted", 410, "deleted", "Ressourcen er slettet.", "The resource was deleted."),
)
