"""Errors as OperationOutcome: stable codes of ours, Danish and English text, never a stack trace and never a CPR."""

from dataclasses import dataclass, field
from typing import Any

from fhir.kinds import OF_WRITES, ErrorKind

ERROR_SYSTEM = "https://patientoverblik.dk/fhir/CodeSystem/error"


_KINDS = (
    ErrorKind("bad-json", 400, "structure", "Indholdet er ikke gyldig JSON.", "The body is not valid JSON."),
    ErrorKind(
        "wrong-shape", 400, "structure", "Indholdet har ikke den rette form: {}", "The body has the wrong shape: {}"
    ),
    ErrorKind("too-many-parameters", 400, "too-long", "Der er for mange parametre.", "There are too many parameters."),
    ErrorKind(
        "form-expected", 415, "not-supported", "Søgning med POST sender en formular.", "A search by POST is a form."
    ),
    ErrorKind(
        "cannot-be-kept",
        422,
        "value",
        "En værdi kan ikke gemmes: et tal er for stort, eller en tekst har et tegn, der ikke er noget tegn.",
        "A value cannot be kept: a number is too large, or a text has a character that is none.",
    ),
    ErrorKind(
        "wrong-type",
        400,
        "invalid",
        "Ressourcetypen passer ikke til adressen.",
        "The resource type does not fit the address.",
    ),
    ErrorKind(
        "wrong-id",
        400,
        "invalid",
        "Id i indholdet passer ikke til adressen.",
        "The id in the body does not fit the address.",
    ),
    ErrorKind("unknown-parameter", 400, "not-supported", "Ukendt søgeparameter: {}", "Unknown search parameter: {}"),
    ErrorKind("unknown-include", 400, "not-supported", "Ukendt _include: {}", "Unknown _include: {}"),
    ErrorKind(
        "include-iterate",
        400,
        "not-supported",
        "Henvisninger følges kun ét led: {}",
        "References are followed one step only: {}",
    ),
    ErrorKind(
        "total-too-broad",
        400,
        "too-costly",
        "Antallet oplyses kun i en søgning på én borger: {}",
        "The number is told only in a search for one citizen: {}",
    ),
    ErrorKind(
        "history-too-long",
        400,
        "too-costly",
        "Der er for mange; spørg om historikken for hver enkelt.",
        "There are too many; ask for the history of each.",
    ),
    ErrorKind("bad-parameter", 400, "invalid", "Ugyldig værdi i {}", "Invalid value in {}"),
    ErrorKind(
        "search-too-broad",
        400,
        "too-costly",
        "Søgningen skal også have en af: {}",
        "The search must also have one of: {}",
    ),
    ErrorKind(
        "cpr-in-url",
        400,
        "security",
        "CPR-nummer må ikke stå i adressen; brug POST _search.",
        "A CPR number may not stand in the address; use POST _search.",
    ),
    ErrorKind("bad-cursor", 400, "invalid", "Linket til næste side gælder ikke.", "The paging link is not valid."),
    ErrorKind(
        "query-on-create",
        400,
        "not-supported",
        "Søgeparametre kan ikke bruges ved oprettelse.",
        "Search parameters are not allowed on create.",
    ),
    ErrorKind("missing-if-match", 400, "required", "If-Match mangler.", "If-Match is missing."),
    ErrorKind("bad-token", 401, "login", "Adgangsbeviset gælder ikke.", "The access token is not valid."),
    ErrorKind("forbidden", 403, "forbidden", "{}", "{}"),
    ErrorKind(
        "insufficient-scope",
        403,
        "security",
        "Adgangsbeviset er ikke udstedt til dette: {}",
        "The access token was not issued for this: {}",
    ),
    ErrorKind(
        "refusal-is-personal",
        403,
        "forbidden",
        "Kun borgeren selv kan fravælge genoplivning.",
        "Only the citizen herself can refuse resuscitation.",
    ),
    ErrorKind(
        "refusal-from-sixty",
        403,
        "forbidden",
        "Man skal være fyldt 60 år for at fravælge genoplivning.",
        "One must be 60 or older to refuse resuscitation.",
    ),
    ErrorKind(
        "not-found", 404, "not-found", "Findes ikke, eller kan ikke vises.", "Does not exist, or cannot be shown."
    ),
    ErrorKind(
        "unknown-type",
        404,
        "not-supported",
        "Ressourcetypen findes ikke her.",
        "The resource type is not offered here.",
    ),
    ErrorKind(
        "not-offered",
        405,
        "not-supported",
        "Handlingen tilbydes ikke for denne ressourcetype.",
        "The interaction is not offered for this resource type.",
    ),
    ErrorKind("not-acceptable", 406, "not-supported", "Kun JSON tilbydes.", "Only JSON is offered."),
    ErrorKind(
        "already-exists",
        409,
        "duplicate",
        "Der findes allerede én med denne nøgle.",
        "One with this key exists already.",
    ),
    ErrorKind(
        "version-conflict",
        412,
        "conflict",
        "Ressourcen er ændret siden den version, du har.",
        "The resource has changed since the version you have.",
    ),
    ErrorKind(
        "several-matches", 412, "multiple-matches", "Flere passer til betingelsen.", "Several match the condition."
    ),
    ErrorKind("too-large", 413, "too-long", "Indholdet er større end 5 MB.", "The body is larger than 5 MB."),
    ErrorKind(
        "wrong-media-type",
        415,
        "not-supported",
        "Kun application/fhir+json og application/json tages imod.",
        "Only application/fhir+json and application/json are accepted.",
    ),
    ErrorKind("unknown-code", 422, "code-invalid", "Ukendt kode: {}", "Unknown code: {}"),
    ErrorKind(
        "dangling-reference", 422, "not-found", "Henvisningen findes ikke: {}", "The reference does not exist: {}"
    ),
    ErrorKind("rule-broken", 422, "business-rule", "{}", "{}"),
    ErrorKind("override-reason", 422, "business-rule", "Begrundelsen mangler. {}", "The reason is missing. {}"),
    ErrorKind("override-too-long", 422, "business-rule", "Tiden er for lang. {}", "The time is too long. {}"),
    ErrorKind(
        "relation-period",
        422,
        "business-rule",
        "En behandlingsrelation slutter ikke, før den begynder, og ikke i fremtiden.",
        "A treatment relation does not end before it begins, nor in the future.",
    ),
    ErrorKind("relation-evidence", 422, "business-rule", "Angiv, hvad der viser relationen.", "State what shows it."),
    ErrorKind(
        "relation-follow-up",
        422,
        "business-rule",
        "En erklæring følges op af en anden på enheden.",
        "A claim is followed up by somebody else at the unit.",
    ),
    ErrorKind(
        "shield-scope",
        422,
        "business-rule",
        "En sløring gælder en enhed, eller en enhed eller fagperson for én borger. {}",
        "A shield is of a unit, or of a unit or professional from one citizen. {}",
    ),
    ErrorKind(
        "shield-period",
        422,
        "business-rule",
        "En sløring for én borger varer fra en til 90 dage; den kan fornyes.",
        "A shield from one citizen lasts from one to 90 days; it can be renewed.",
    ),
    ErrorKind(
        "shield-code",
        422,
        "business-rule",
        "Koden har store bogstaver og mindst et tal, og intet navn.",
        "The code has capitals and at least one figure, and no name.",
    ),
    ErrorKind("shield-reason", 422, "business-rule", "Skriv begrundelsen med ord.", "State the reason in words."),
    ErrorKind(
        "shield-decision",
        422,
        "business-rule",
        "Sløring besluttes af en anden, der er ansat på enheden eller over den.",
        "A shield is decided by somebody else who is employed at the unit or above it.",
    ),
    ErrorKind("shield-over", 422, "business-rule", "Sløringen er afsluttet eller fornyet.", "The shield is over."),
    ErrorKind(
        "too-many",
        429,
        "throttled",
        "For mange forespørgsler; prøv igen om lidt.",
        "Too many requests; try again shortly.",
    ),
    ErrorKind(
        "internal",
        500,
        "exception",
        "Der skete en fejl hos os. Den er skrevet ned.",
        "Something went wrong here. It was noted.",
    ),
    ErrorKind("busy", 503, "transient", "Systemet er optaget; prøv igen.", "The system is busy; try again."),
)
KINDS = {kind.code: kind for kind in (*_KINDS, *OF_WRITES)}


RULE_SYSTEM = "https://patientoverblik.dk/fhir/CodeSystem/rule"


@dataclass(eq=False)
class FhirError(Exception):
    """An error that is answered as an OperationOutcome. `detail_da` and `detail_en` fill the text of the kind.

    `expression` is a FHIRPath to the place in the body; `extra` codings tell more (the reason of a refusal).
    """

    code: str
    detail_da: str = ""
    detail_en: str = ""
    expression: str = ""
    extra: tuple[dict[str, str], ...] = ()
    extensions: list[dict[str, Any]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> ErrorKind:
        """What kind of error it is."""
        return KINDS[self.code]

    def __str__(self) -> str:
        return self.code


def broken(rule: str, da: str, en: str, expression: str = "", *, kind: str = "rule-broken") -> FhirError:
    """The error of a rule that what was sent breaks: of its kind, with the rule's own code beside it."""
    return FhirError(kind, da, en, expression, ({"system": RULE_SYSTEM, "code": rule},))


def issue(
    severity: str, issue_type: str, da: str, en: str, *codings: dict[str, str], expression: str = ""
) -> dict[str, Any]:
    """Build one issue with its text in both languages."""
    details: dict[str, Any] = {"text": da}
    if codings:
        details["coding"] = list(codings)
    built: dict[str, Any] = {
        "severity": severity,
        "code": issue_type,
        "details": details,
        "diagnostics": en,
    }
    if expression:
        built["expression"] = [expression]
    return built


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    """Build an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def all_well() -> dict[str, Any]:
    """Build the OperationOutcome of a write that went through."""
    return outcome(issue("information", "informational", "Det er gemt.", "It has been stored."))


def _printable(detail: str) -> str:
    """A detail that may repeat what a client sent, without what no text of FHIR holds."""
    return "".join(char for char in detail if char.isprintable())


def outcome_of(error: FhirError) -> dict[str, Any]:
    """Build the OperationOutcome of an error."""
    kind = error.kind
    detail_da, detail_en = _printable(error.detail_da), _printable(error.detail_en or error.detail_da)
    built = issue(
        "error",
        kind.issue,
        kind.da.replace("{}", detail_da).strip(),
        kind.en.replace("{}", detail_en).strip(),
        {"system": ERROR_SYSTEM, "code": kind.code},
        *error.extra,
        expression=error.expression,
    )
    if error.extensions:
        built["extension"] = error.extensions
    return outcome(built)
