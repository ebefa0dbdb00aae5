"""The AuditEvent of a row: the shape of IHE Basic Audit, the words of MinLog, and what is left out."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from audit.masking import masked
from minlog.audit_event import to_fhir
from tests.conformance import assert_valid

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
CITIZEN, NURSE, UNIT, THING, OVERRIDE = (UUID(int=number) for number in range(1, 6))
READER = Actor(ActingAs.CITIZEN, Purpose.OWN, NOW, citizen_id=CITIZEN)
NURSE_READER = Actor(ActingAs.HP, Purpose.TREATMENT, NOW, professional_id=NURSE, unit_id=UNIT)
ABSENT = (
    "responsible_id responsible_given_name responsible_family_name responsible_authorisation_id actor_citizen_id "
    "actor_given_name actor_family_name citizen_given_name citizen_family_name override_id is_override "
    "override_code override_reason"
)
DCM = {"110153": "source", "110152": "destination"}


def row(**changes: Any) -> dict[str, Any]:
    """A nurse read a condition."""
    plain = {
        "id": UUID(int=9),
        "citizen_id": CITIZEN,
        "updated_at": NOW,
        "version": 1,
        "acting_as": "hp",
        "professional_id": NURSE,
        "given_name": "Nanna",
        "family_name": "Nord",
        "authorisation_id": "CKQ3V",
        "profession": "5166",
        "unit_id": UNIT,
        "unit_name": "Hjemmesygeplejen",
        "unit_sor": "325551000016005",
        "client_id": "eoj-leverandoer-1",
        "token_id": "0f9e4a3a6d5c4b3a8f7e6d5c4b3a2f1e",
        "request_id": "76d148b6-586d-11ec-bf63-0242ac130002",
        "client_address": "10.1.2.3",
        "purpose": "treatment",
        "interaction": "read",
        "resource_type": "Condition",
        "resource_ids": [THING],
        "families": ["diag"],
        "laws": ["health-act"],
        "outcome": "permit",
        "reason": "",
        "held": ["treatment-look-up"],
        "facts": [],
        "will_reason": "",
        "of_version": 3,
        "query": "",
        "rules": ["own-log"],
    }
    absent = dict.fromkeys(ABSENT.split())
    return {**absent, **plain, **changes}


OVERRIDDEN = {
    "override_id": OVERRIDE,
    "is_override": True,
    "override_code": "unreachable_or_incapacitated",
    "override_reason": "Bevidstløs borger, akut vurdering",
}
SEARCH = {"interaction": "search", "query": f"Condition?patient=Patient/{CITIZEN}&category=problem-list-item"}


def roles(event: dict[str, Any]) -> list[str]:
    """The part that server and client have in the flow of data."""
    codes = [agent["type"]["coding"][0]["code"] for agent in event["agent"]]
    return [DCM[code] for code in codes if code in DCM]


def of_type(event: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [entity for entity in event["entity"] if entity["type"]["code"] == code]


def role(event: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [entity for entity in event["entity"] if entity.get("role", {}).get("code") == code]


@pytest.mark.parametrize(
    ("interaction", "subtype", "action", "flow"),
    [
        ("read", "read", "R", ["source", "destination"]),
        ("vread", "vread", "R", ["source", "destination"]),
        ("history", "history-instance", "R", ["source", "destination"]),
        ("search", "search-type", "E", ["destination", "source"]),
        ("overview", "operation", "E", ["destination", "source"]),
        ("create", "create", "C", ["destination", "source"]),
        ("update", "update", "U", ["destination", "source"]),
    ],
)
def test_server_and_client_change_places_when_data_do_not_flow_out_by_a_read(
    interaction: str, subtype: str, action: str, flow: list[str]
) -> None:
    event = to_fhir(row(interaction=interaction), READER)

    assert_valid(event)
    assert (event["subtype"][0]["code"], event["action"], roles(event)) == (subtype, action, flow)


def test_read_has_the_shape_of_the_sketch() -> None:
    event = to_fhir(row(), READER)

    assert_valid(event)
    assert event["type"]["code"] == "rest"
    assert event["purposeOfEvent"] == [
        {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}],
            "text": "behandling",
        }
    ]
    person = next(agent for agent in event["agent"] if agent["requestor"])
    assert person["who"] == {
        "reference": f"Practitioner/{NURSE}",
        "display": "Nanna Nord",
        "identifier": {"system": "https://autregweb.sst.dk", "value": "CKQ3V"},
    }
    assert person["role"][0]["coding"][0]["code"] == "5166"
    assert person["policy"] == ["urn:uuid:0f9e4a3a-6d5c-4b3a-8f7e-6d5c4b3a2f1e"]
    assert event["agent"][-1]["who"]["identifier"]["value"] == "325551000016005"
    assert role(event, "1")[0]["what"] == {"reference": f"Patient/{CITIZEN}"}
    assert role(event, "4")[0]["what"] == {"reference": f"Condition/{THING}/_history/3"}
    assert role(event, "4")[0]["securityLabel"][0]["code"] == "healthcare-act"
    assert of_type(event, "XrequestId")[0]["what"]["identifier"]["value"].startswith("76d148b6")
    assert role(event, "21") == of_type(event, "XrequestId")  # the trace of the request
    client = next(agent for agent in event["agent"] if agent["type"]["coding"][0]["code"] == "110152")
    assert client == {
        "type": {
            "coding": [
                {
                    "system": "http://dicom.nema.org/resources/ontology/DCM",
                    "code": "110152",
                    "display": "Destination Role ID",
                }
            ]
        },
        "who": {"identifier": {"system": "urn:ietf:rfc:6749#client_id", "value": "eoj-leverandoer-1"}},
        "requestor": False,
        "network": {"address": "10.1.2.3", "type": "2"},
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"interaction": "vread"},
        {"interaction": "history"},
        {"interaction": "create", "resource_ids": [THING, UUID(int=8)]},
        {"outcome": "refuse", "reason": "no_relation"},
        {"of_version": None},
    ],
)
def test_no_version_is_told_that_is_not_known_to_be_the_one(changes: dict[str, Any]) -> None:
    assert "_history" not in str(to_fhir(row(**changes), READER))


READ = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
QUERY = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientQuery"


@pytest.mark.parametrize(
    ("changes", "claimed"),
    [
        ({}, [READ]),
        ({"interaction": "search", "query": "Condition?patient=x"}, [QUERY]),
        ({"client_address": ""}, []),
        ({"client_id": ""}, []),
        ({"citizen_id": None}, []),
        ({"resource_ids": []}, []),
        ({"outcome": "refuse", "reason": "no_relation"}, []),
        ({"interaction": "search", "query": ""}, []),
        ({"interaction": "update"}, []),
    ],
)
def test_a_profile_is_claimed_of_what_meets_it_alone(changes: dict[str, Any], claimed: list[str]) -> None:
    assert to_fhir(row(**changes), READER)["meta"].get("profile", []) == claimed


@pytest.mark.parametrize("interaction", ["override", "consent-window", "launch", "token"])
def test_a_decision_about_access_is_an_event_of_its_own_with_its_token(interaction: str) -> None:
    event = to_fhir(row(interaction=interaction, of_version=None), READER)

    assert_valid(event)
    assert (event["type"]["system"], event["type"]["code"]) == (
        "http://dicom.nema.org/resources/ontology/DCM",
        "110113",
    )
    assert event["subtype"][0] == {
        "system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType",
        "code": "AuthZ-Consent",
    }
    assert (event["action"], event["source"]["type"][0]["code"]) == ("E", "6")
    assert [agent["type"]["coding"][0]["code"] for agent in event["agent"][:2]] == ["authserver", "110150"]
    token = of_type(event, "UserOauthAgent")[0]["what"]["identifier"]["value"]
    assert token == "urn:ietf:params:oauth:jti:0f9e4a3a6d5c4b3a8f7e6d5c4b3a2f1e"


@pytest.mark.parametrize(("interaction", "code"), [("login", "110122"), ("logout", "110123")])
def test_a_log_in_is_user_authentication(interaction: str, code: str) -> None:
    event = to_fhir(row(interaction=interaction), READER)

    assert_valid(event)
    assert (event["type"]["code"], event["subtype"][0]["code"]) == ("110114", code)


def test_the_consents_that_a_look_rests_on_and_the_reason_for_opening_a_will_are_told() -> None:
    consent = UUID(int=6)
    opened = row(facts=[consent], will_reason="Patienten er varigt inhabil", families=["will-content"])

    told = of_type(to_fhir(opened, READER), "Consent")

    assert [entity.get("what") for entity in told] == [{"reference": f"Consent/{consent}"}, None]
    assert told[1]["detail"] == [{"type": "reason-text", "valueString": "Patienten er varigt inhabil"}]
    for changes in ({"families": ["diag"]}, {"outcome": "refuse", "reason": "law_gate"}):
        assert "varigt inhabil" not in str(to_fhir({**opened, **changes}, READER))


def test_a_fault_of_the_service_has_outcome_8_and_breaks_no_glass() -> None:
    event = to_fhir(row(**OVERRIDDEN, outcome="fault", held=[], resource_ids=[]), READER)

    assert_valid(event)
    assert event["outcome"] == "8"
    assert event["outcomeDesc"] == "Der skete en fejl hos os. Der blev ikke vist noget."
    assert "BTG" not in str(event)


def test_search_tells_the_question_and_nothing_of_the_answer() -> None:
    event = to_fhir(row(**SEARCH), READER)

    assert_valid(event)
    query = role(event, "24")[0]
    assert query["description"] == SEARCH["query"]
    assert b64decode(query["query"]).decode().endswith(f"/fhir/{SEARCH['query']}")
    assert role(event, "4") == []
    assert str(THING) not in str(event)


def test_refusal_has_outcome_4_and_says_why_to_each_reader() -> None:
    refused = row(outcome="refuse", reason="no_relation", held=[], laws=[], families=[])

    told, own = to_fhir(refused, READER), to_fhir(refused, NURSE_READER)

    assert told["outcome"] == own["outcome"] == "4"
    assert told["outcomeDesc"].startswith("Opslaget blev afvist. Du er ikke i behandling")
    assert own["outcomeDesc"] == "Borgeren er ikke i behandling eller pleje hos din enhed."
    assert {"type": "refused", "valueString": "ja"} in of_type(told, "minlog")[0]["detail"]
    assert {"type": "reason-code", "valueString": "no_relation"} in of_type(told, "minlog")[0]["detail"]


@pytest.mark.law("important-considerations")
def test_override_is_break_the_glass_with_its_reason() -> None:
    event = to_fhir(row(**OVERRIDDEN), READER)

    assert_valid(event)
    assert [part["coding"][0]["code"] for part in event["purposeOfEvent"]] == ["BTG", "TREAT"]
    assert of_type(event, "Consent")[0]["detail"] == [
        {"type": "reason-code", "valueString": "unreachable_or_incapacitated"},
        {"type": "reason-text", "valueString": "Bevidstløs borger, akut vurdering"},
    ]
    assert event["outcomeDesc"].startswith("Din spærring blev brudt.")
    assert {"type": "override", "valueString": "ja"} in of_type(event, "minlog")[0]["detail"]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_override": False},
        {"outcome": "refuse", "reason": "no_relation"},
    ],
)
def test_naming_an_override_that_is_not_ones_own_breaks_no_glass(changes: dict[str, Any]) -> None:
    event = to_fhir(row(**{**OVERRIDDEN, **changes}), READER)

    assert "BTG" not in str(event)
    assert "Bevidstløs" not in str(event)


def test_assistant_is_shown_with_the_professional_who_answers() -> None:
    helped = row(
        acting_as="hp-assist",
        profession="care-helper",
        authorisation_id=None,
        responsible_id=UUID(int=20),
        responsible_given_name="Sofie",
        responsible_family_name="Syd",
        responsible_authorisation_id="BCD12",
    )

    event = to_fhir(helped, READER)

    assert_valid(event)
    responsible = next(a for a in event["agent"] if a["type"]["coding"][0]["code"] == "RESP")
    assert responsible["who"]["display"] == "Sofie Syd"
    assert "medhjælp" in next(a for a in event["agent"] if a["requestor"])["role"][0]["text"]


def test_a_proxy_is_named_and_not_linked_to() -> None:
    proxy = row(
        acting_as="proxy",
        professional_id=None,
        profession="",
        unit_id=None,
        purpose="own",
        actor_citizen_id=UUID(int=30),
        actor_given_name="Lise",
        actor_family_name="Hansen",
        citizen_given_name="Tove",
        citizen_family_name="Hansen",
        held=["power-of-attorney"],
    )

    event = to_fhir(proxy, READER)

    assert_valid(event)
    assert next(a for a in event["agent"] if a["requestor"])["who"] == {"display": "Lise Hansen"}
    assert {"type": "on-behalf-of", "valueString": "Tove Hansen"} in of_type(event, "minlog")[0]["detail"]
    assert event["outcomeDesc"] == "Du har givet fuldmagt til det."


@pytest.mark.parametrize(
    "gone",
    [
        {"given_name": None, "family_name": None, "authorisation_id": None},
        {"unit_name": None, "unit_sor": None},
        {"professional_id": None, "unit_id": None, "acting_as": "system", "purpose": "delivery", "profession": ""},
        {"client_id": "", "token_id": "", "request_id": "", "citizen_id": None},
        {"acting_as": "of-old", "purpose": "of-old", "interaction": "of-old", "resource_type": "OfOld", "held": ["x"]},
        {"outcome": "refuse", "reason": "of-old"},
        {"outcome": "refuse", "reason": ""},
    ],
)
def test_what_is_gone_or_of_an_older_time_is_left_out(gone: dict[str, Any]) -> None:
    for reader in (READER, NURSE_READER):
        assert_valid(to_fhir(row(**gone), reader))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient?name=0101501234", "Patient?name=**********"),
        ("Patient?name=010150-1234", "Patient?name=**********"),
        ("Patient?identifier=urn:oid:1.2|0101507AB1", "Patient?identifier=urn:oid:1.2|**********"),
        ("Patient?name=Jens+0101501234,Ole", "Patient?name=Jens+**********,Ole"),
        ("Patient?name=010150+1234", "Patient?name=**********"),
        ("Goal?identifier=urn:oid:1.2%7C010150%2D1234", "Goal?identifier=urn:oid:1.2%7C**********"),
        (f"Goal?patient=Patient/{THING}", f"Goal?patient=Patient/{THING}"),
        ("Goal?_id=12345678-1234-7123-8123-123456789012", "Goal?_id=12345678-1234-7123-8123-123456789012"),
        ("Organization?identifier=325551000016005", "Organization?identifier=325551000016005"),
        ("", ""),
    ],
)
def test_numbers_of_persons_are_masked_before_they_reach_the_log(text: str, expected: str) -> None:
    assert masked(text) == expected
