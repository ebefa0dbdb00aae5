"""Entry of the log → FHIR AuditEvent, in the shape of IHE Basic Audit (BALP).

A profile is claimed of what meets it: a read and a search of one citizen that were permitted, by a system whose network
address is known. A decision about access itself (an override, a launch, what was stated in the consent window, a token)
is an event of its own kind, and so are a log-in and a log-out.
"""

from base64 import b64encode
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from access.actors import Actor
from access.shielding import practitioner
from access.statements import Row
from access.vocabulary import CITIZEN_SIDE, ActingAs, Profession, Purpose
from fhir.datatypes import (
    AUTHORISATION,
    BASE,
    JURISDICTION,
    LAW_CODES,
    PROFESSION,
    SOR,
    clean,
    coding,
    instant,
    masked_staff,
    reference,
)
from fhir.definitions import code_system
from fhir.registry import resource_of
from minlog import words

THO = "http://terminology.hl7.org/CodeSystem"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
OWN_INTERACTION = code_system(
    "interaction", "Hvad der blev gjort", {code: da for code, (da, _en) in words.ACTIVITIES.items()}, is_complete=False
)
MINLOG = code_system("minlog", "Linjer i MinLog", {"minlog": "MinLog"})
SERVER = "patientoverblik"
CONSENT = coding("http://hl7.org/fhir/resource-types", "Consent")
JTI = "urn:ietf:params:oauth:jti:"

SUBTYPES = {
    "read": "read",
    "vread": "vread",
    "history": "history-instance",
    "search": "search-type",
    "search-type": "search-type",
    "create": "create",
    "update": "update",
    "delete": "delete",
    "history-type": "history-type",
    "overview": "operation",
    "everything": "operation",
    "explain": "operation",
    "access-matrix": "operation",
    "notify": "read",
}
BALP = "https://profiles.ihe.net/ITI/BALP"
PROFILES = {
    "read": f"{BALP}/StructureDefinition/IHE.BasicAudit.PatientRead",
    "search": f"{BALP}/StructureDefinition/IHE.BasicAudit.PatientQuery",
}
# Decisions about access, taken before anything is read under them.
DECISIONS = frozenset({"override", "consent-window", "launch", "token", "revoke", "authorize"})
LOG_INS = {"login": ("110122", "Login"), "logout": ("110123", "Logout")}
ACTIONS = {"C": ("create",), "R": ("read", "vread", "history", "notify"), "U": ("update",), "D": ("delete",)}
REASONS = {
    Purpose.TREATMENT: "TREAT",
    Purpose.CARE: "CAREMGT",
    Purpose.CASE: "ELIGDTRM",
    Purpose.OWN: "PATRQT",
    Purpose.EVALUATION: "HQUALIMP",
    Purpose.QUALITY: "HQUALIMP",
    Purpose.AUDIT: "HCOMPL",
    Purpose.SUPERVISION: "HCOMPL",
    Purpose.SUPPORT: "HSYSADMIN",
    Purpose.DELIVERY: "HOPERAT",
}
OUTCOMES = {"0": "permit", "4": "refuse", "8": "fault"}
_OUTCOME_OF = {value: code for code, value in OUTCOMES.items()}
# What was found by a search is not told (BALP); of these the entry names the one thing that was asked for or written.
NAMES_ITS_THING = frozenset({"read", "vread", "history", "create", "update", "delete", "explain", "unconfirmed"})


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the AuditEvent of a row, with its reason in words for this reader."""
    for_citizen = actor.acting_as in CITIZEN_SIDE
    return clean(
        {
            "resourceType": "AuditEvent",
            "id": str(row["id"]),
            "meta": _meta(row),
            "type": _type(row["interaction"]),
            "subtype": _subtype(row["interaction"]),
            "action": action_of(row["interaction"]),
            "recorded": instant(row["updated_at"]),
            "outcome": _OUTCOME_OF[row["outcome"]],
            "outcomeDesc": words.reason_of(row) if for_citizen else words.professional_reason_of(row),
            "purposeOfEvent": _purposes(row),
            "agent": _agents(row),
            "source": {
                "site": BASE.split("/")[2],
                "observer": {"display": SERVER},
                "type": [_source_type(row["interaction"])],
            },
            "entity": _entities(row, for_citizen=for_citizen),
        }
    )


def _meta(row: Row) -> dict[str, Any]:
    """The profile that is met, if one is, and that a name is kept."""
    profile = PROFILES.get(row["interaction"], "")
    names = len(row["resource_ids"]) == 1 if row["interaction"] == "read" else bool(row["query"])
    is_whole = row["outcome"] == "permit" and row["citizen_id"] and row["client_id"] and row["client_address"]
    return clean(
        {
            "versionId": "1",
            "lastUpdated": instant(row["updated_at"]),
            "profile": [profile] if profile and names and is_whole else [],
            "security": masked_staff(row),
        }
    )


def _type(interaction: str) -> dict[str, str]:
    """An interaction of REST, a decision about access, or a log-in."""
    if interaction in DECISIONS:
        return coding(DCM, "110113", "Security Alert")
    if interaction in LOG_INS:
        return coding(DCM, "110114", "User Authentication")
    return coding(f"{THO}/audit-event-type", "rest", "Restful Operation")


def _source_type(interaction: str) -> dict[str, str]:
    """What part of us noted it."""
    system = f"{THO}/security-source-type"
    is_rest = interaction not in DECISIONS and interaction not in LOG_INS
    return coding(system, "4", "Application Server") if is_rest else coding(system, "6", "Security Server")


def _subtype(interaction: str) -> list[dict[str, str]]:
    """FHIR's word for the interaction, and ours where that says more."""
    known = SUBTYPES.get(interaction)
    own = coding(OWN_INTERACTION, interaction)
    if interaction in DECISIONS:
        return [coding(f"{BALP}/CodeSystem/AuthZsubType", "AuthZ-Consent"), own]
    if interaction in LOG_INS:
        return [coding(DCM, *LOG_INS[interaction]), own]
    if known is None:
        return [own]
    return [coding(INTERACTION, known), own] if known == "operation" else [coding(INTERACTION, known)]


def action_of(interaction: str) -> str:
    """Create, read, update, or execute for all else."""
    return next((code for code, known in ACTIONS.items() if interaction in known), "E")


def _purposes(row: Row) -> list[dict[str, Any]]:
    """Why: an override says so first."""
    purpose = Purpose(row["purpose"]) if row["purpose"] in Purpose else None
    codes = ["BTG"] if words.is_override(row) else []
    codes += [REASONS[purpose]] if purpose else []
    found: list[dict[str, Any]] = [{"coding": [coding(f"{THO}/v3-ActReason", code)]} for code in codes]
    if purpose:
        found[-1]["text"] = str(purpose.label)
    return found


def _agents(row: Row) -> list[dict[str, Any]]:
    """Server, client, the person, her unit, and who answers for her.

    Data flow from the server when they are read, and to it in everything else: the two roles change places.
    """
    server, client = _roles(row["interaction"])
    here = {"address": BASE, "type": "5"}
    found: list[dict[str, Any]] = [
        {"type": {"coding": [server]}, "who": {"display": SERVER}, "requestor": False, "network": here}
    ]
    if row["client_id"]:
        who = {"identifier": {"system": "urn:ietf:rfc:6749#client_id", "value": row["client_id"]}}
        network = {"address": row["client_address"], "type": "2"} if row["client_address"] else None
        agent = {"type": {"coding": [client]}, "who": who, "requestor": False, "network": network}
        found.append({name: value for name, value in agent.items() if value is not None})
    found.append(_person(row))
    responsible = practitioner(row, "responsible_id", words.on_behalf_of(row))
    if responsible is not None:
        who = _numbered(responsible, row["responsible_authorisation_id"])
        found.append({"type": _participation("RESP", "responsible party"), "who": who, "requestor": False})
    if row["unit_id"] is not None:
        unit: dict[str, Any] = {**(reference("Organization", row["unit_id"], row["unit_name"] or "") or {})}
        if row["unit_sor"]:
            unit["identifier"] = {"system": SOR, "value": row["unit_sor"]}
        provider = {"coding": [coding(f"{THO}/v3-RoleClass", "PROV", "healthcare provider")]}
        found.append({"type": provider, "who": unit, "requestor": False})
    return found


def _roles(interaction: str) -> tuple[dict[str, str], dict[str, str]]:
    """What server and client are in the flow of data, or in a decision about access."""
    if interaction in DECISIONS:
        server = coding(f"{THO}/extra-security-role-type", "authserver", "authorization server")
        return server, coding(DCM, "110150", "Application")
    source, destination = coding(DCM, "110153", "Source Role ID"), coding(DCM, "110152", "Destination Role ID")
    return (source, destination) if action_of(interaction) == "R" else (destination, source)


def _participation(code: str, display: str) -> dict[str, Any]:
    """In what part."""
    return {"coding": [coding(f"{THO}/v3-ParticipationType", code, display)]}


def _person(row: Row) -> dict[str, Any]:
    """The person who asked; for a system that acts alone, the system."""
    writes = action_of(row["interaction"]) in "CUD"
    built: dict[str, Any] = {
        "type": _participation("AUT", "author") if writes else _participation("IRCP", "information recipient"),
        "who": _who(row),
        "requestor": True,
    }
    role = coding(PROFESSION, row["profession"]) if row["profession"].isdigit() else None
    if role is not None and row["profession"] in Profession:
        role["display"] = str(Profession(row["profession"]).label)
    built["role"] = [{**({"coding": [role]} if role else {}), "text": words.role_of(row)}]
    if row["token_id"]:
        built["policy"] = [_token(row["token_id"])]
    purposes = _purposes(row)
    if purposes:
        built["purposeOfUse"] = purposes
    return built


def _token(token_id: str) -> str:
    """The id of the access token as a URI."""
    try:
        return UUID(token_id).urn
    except ValueError:
        return f"{BASE}/token/{token_id}"


def _who(row: Row) -> dict[str, Any]:
    """Who asked; of another citizen only the name is told, and the citizen herself is named by her record."""
    professional = practitioner(row, "professional_id", words.person_of(row))
    if professional is not None:
        return _numbered(professional, row["authorisation_id"])
    if row["actor_citizen_id"] is None:
        return {"display": str(ActingAs(row["acting_as"]).label) if row["acting_as"] in ActingAs else "system"}
    if row["actor_citizen_id"] == row["citizen_id"]:
        return reference("Patient", row["citizen_id"], words.person_of(row)) or {}
    return {"display": words.person_of(row) or words.role_of(row)}


def _numbered(who: dict[str, str], authorisation_id: str | None) -> dict[str, Any]:
    """A professional with her number of the register, if it is told."""
    return {**who, "identifier": {"system": AUTHORISATION, "value": authorisation_id}} if authorisation_id else {**who}


def _entities(row: Row, *, for_citizen: bool) -> list[dict[str, Any]]:
    """Whose data, which thing, the search, the request, the consents it rests on, an override, the line of MinLog."""
    found: list[dict[str, Any]] = []
    person, thing = (coding(f"{THO}/audit-entity-type", code) for code in "12")
    if row["citizen_id"] is not None:
        what = reference("Patient", row["citizen_id"])
        found.append({"what": what, "type": person, "role": coding(f"{THO}/object-role", "1", "Patient")})
    if row["interaction"] in NAMES_ITS_THING:
        role = coding(f"{THO}/object-role", "4", "Domain Resource")
        laws = [coding(JURISDICTION, LAW_CODES[law]) for law in row["laws"] if law in LAW_CODES]
        labels = {"securityLabel": laws} if len(laws) == 1 else {}
        found += [{"what": _thing(row, key), "type": thing, "role": role, **labels} for key in row["resource_ids"]]
    is_search = row["interaction"] != words.CONSENT_WINDOW
    if is_search and (query := _without_names(row["query"]) if for_citizen else row["query"]):
        sent = b64encode(f"GET {BASE}/{query}".encode()).decode()
        role = coding(f"{THO}/object-role", "24", "Query")
        found.append({"type": thing, "role": role, "description": query, "query": sent})
    if row["request_id"]:
        kind = coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId")
        trace = coding(f"{THO}/object-role", "21", "Job Stream")
        found.append({"what": {"identifier": {"value": row["request_id"]}}, "type": kind, "role": trace})
    if row["token_id"] and row["interaction"] in DECISIONS:
        kind = coding(f"{BALP}/CodeSystem/UserAgentTypes", "UserOauthAgent")
        found.append({"what": {"identifier": {"value": f"{JTI}{row['token_id']}"}}, "type": kind})
    found += [
        {
            "what": reference("Consent", key),
            "type": CONSENT,
            "description": "samtykke eller registrering, der gav adgang",
        }
        for key in row["facts"]
    ]
    if row["will_reason"] and row["outcome"] == "permit" and "will-content" in row["families"]:
        stated = [{"type": "reason-text", "valueString": row["will_reason"]}]
        found.append({"type": CONSENT, "description": "testamente åbnet", "detail": stated})
    if words.is_override(row):
        found.append(_override(row))
    found.append(_line(row, for_citizen=for_citizen))
    return found


def _thing(row: Row, key: UUID) -> dict[str, str] | None:
    """The one thing that was read or written, in its version; of an earlier one that was asked for it is not told."""
    is_one = len(row["resource_ids"]) == 1 and row["interaction"] in ("read", "create", "update")
    is_known = is_one and row["outcome"] == "permit" and row["of_version"] is not None
    return reference(row["resource_type"], f"{key}/_history/{row['of_version']}" if is_known else key)


def _without_names(query: str) -> str:
    """The search as a citizen is told it, without what may name a professional whose name is kept from her."""
    kind, _mark, rest = query.partition("?")
    pairs = [pair for pair in rest.split("&") if pair and not _names_professional(kind, unquote(pair))]
    return f"{kind}?{'&'.join(pairs)}" if pairs else kind


def _names_professional(kind: str, pair: str) -> bool:
    """Whether a name and value of a search may name a professional: by type, or by an id alone."""
    entry = resource_of(kind)
    name, _equals, value = pair.partition("=")
    parameter = entry.parameter(name.partition(":")[0]) if entry else None
    may = parameter is not None and "Practitioner" in parameter.targets
    return may and any("Practitioner/" in item or "/" not in item for item in value.split(","))


def _override(row: Row) -> dict[str, Any]:
    """The block that was overridden, and why."""
    details = [("reason-code", row["override_code"]), ("reason-text", row["override_reason"])]
    return clean(
        {
            "what": {"identifier": {"system": f"{BASE}/identifier/override", "value": str(row["override_id"])}},
            "type": CONSENT,
            "description": "spærring overskrevet",
            "detail": [{"type": kind, "valueString": value} for kind, value in details if value],
        }
    )


def _line(row: Row, *, for_citizen: bool) -> dict[str, Any]:
    """What MinLog tells: the activity, the reason in plain words, and what kinds of data."""
    line = words.entry_of(row)
    told = [
        ("organisation", line.organisation),
        ("person", line.person),
        ("role", line.role),
        ("on-behalf-of", line.on_behalf_of),
        ("override", "ja" if line.is_override else ""),
        ("refused", "ja" if line.is_refused else ""),
        ("reason-code", row["reason"] if line.is_refused else ""),
        *(("category", family) for family in row["families"]),
    ]
    return {
        "type": coding(MINLOG, "minlog", "MinLog"),
        "name": line.activity,
        "description": line.reason if for_citizen else words.professional_reason_of(row),
        "detail": [{"type": kind, "valueString": value} for kind, value in told if value],
    }
