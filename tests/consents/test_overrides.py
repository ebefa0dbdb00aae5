"""Overriding a block: who may, for how long, with what reason; and what it leaves behind (golden case 9)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from access.events import Event, listen
from access.vocabulary import ActingAs
from audit.models import Entry
from consents.models import Override
from consents.overrides import awaiting_review, declare_override, review_override
from fhir.outcomes import FhirError, outcome_of
from identity import tokens
from tests import factories
from tests.cast import Cast, Member, make_cast
from tests.rest import rule_of

pytestmark = pytest.mark.django_db
REASON = "Bevidstløs borger, akut vurdering"


@pytest.fixture
def cast() -> Cast:
    """The cast, with a goal of the hospital that the citizen has blocked for everybody."""
    made = make_cast()
    factories.block_of_origin(citizen=made.citizen.person, origin=made.units.hospital)
    factories.overall_goal(citizen=made.citizen.person, origin=made.units.ward)
    return made


def client_of(member: Member) -> Client:
    """A client with the member's token."""
    token, _seconds = tokens.issue(member.actor)
    return Client(HTTP_AUTHORIZATION=f"Bearer {token}")


def declare(member: Member, cast: Cast, **values: Any) -> Any:
    """Declare an override through the operation."""
    given = {"reason-code": "unreachable_or_incapacitated", "reason": REASON} | values
    parts = [
        {"name": name, "valueInteger" if isinstance(value, int) else "valueString": value}
        for name, value in given.items()
    ]
    body = {"resourceType": "Parameters", "parameter": parts}
    address = f"/fhir/Patient/{cast.citizen.person.pk}/$override"
    return client_of(member).post(address, orjson.dumps(body), content_type="application/fhir+json")


def goals(member: Member, cast: Cast, **headers: Any) -> list[Any]:
    """The goals that the member sees."""
    response = client_of(member).get(f"/fhir/Goal?patient={cast.citizen.person.pk}", headers=headers)
    found = orjson.loads(response.content).get("entry", [])
    return [one for one in found if one["search"]["mode"] == "match"]


def test_a_search_that_finds_nothing_hints_at_blocks_to_who_may_override_whatever_there_is(cast: Cast) -> None:
    def told(member: Member, kind: str, **headers: Any) -> list[Any]:
        address = f"/fhir/{kind}?patient=Patient/{cast.citizen.person.pk}"
        return list(orjson.loads(client_of(member).get(address, headers=headers).content).get("entry", []))

    override = orjson.loads(declare(cast.doctor, cast).content)["parameter"][0]["valueId"]
    blocked, missing = told(cast.doctor, "Goal"), told(cast.doctor, "Procedure")

    assert blocked == missing  # a goal is hidden, and no procedure is there
    assert [one["search"]["mode"] for one in blocked] == ["outcome"]
    issue = blocked[0]["resource"]["issue"][0]
    assert (issue["severity"], issue["code"]) == ("information", "suppressed")
    assert issue["details"]["text"].startswith(
        "Der kan være oplysninger, som ikke vises (spærring eller manglende samtykke)."
    )
    assert [one["search"]["mode"] for one in told(cast.doctor, "Goal", **{"X-Override": override})] == ["match"]
    for member, kind in ((cast.home_helper, "Condition"), (cast.citizen, "Procedure"), (cast.clerk, "Goal")):
        assert told(member, kind) == [], member
    assert told(cast.doctor, "AuditEvent")[0]["search"]["mode"] == "match"


@pytest.mark.law("important-considerations")
def test_golden_9_the_doctor_overrides_the_block_and_it_is_flagged_told_and_reviewed(cast: Cast) -> None:
    told: list[Event] = []
    listen(told.append)
    assert goals(cast.doctor, cast) == []

    answer = declare(cast.doctor, cast)
    override = orjson.loads(answer.content)["parameter"][0]["valueId"]

    assert answer.status_code == 201
    line = orjson.loads(client_of(cast.citizen).get(f"/fhir/AuditEvent?patient={cast.citizen.person.pk}").content)
    declared = line["entry"][0]["resource"]
    assert [part["coding"][0]["code"] for part in declared["purposeOfEvent"]] == ["BTG", "TREAT"]
    assert declared["outcomeDesc"].startswith("Din spærring blev brudt.")
    assert len(goals(cast.doctor, cast, **{"X-Override": override})) == 1
    assert Entry.objects.filter(override_id=override, interaction="search", outcome="permit").exists()
    assert [(event.topic, event.payload) for event in told] == [("block-overridden", {"override": override})]
    assert [
        str(found.pk) for found in awaiting_review(cast.doctor.actor.moment.max.replace(tzinfo=cast.moment.tzinfo))
    ] == [override]


def test_without_naming_the_override_nothing_more_is_seen(cast: Cast) -> None:
    declare(cast.doctor, cast)

    assert goals(cast.doctor, cast) == []


def test_an_override_opens_nothing_for_a_colleague(cast: Cast) -> None:
    override = orjson.loads(declare(cast.doctor, cast).content)["parameter"][0]["valueId"]

    assert goals(cast.hospital_nurse, cast, **{"X-Override": override}) == []


@pytest.mark.parametrize("name", ["stranger", "home_helper", "caseworker", "clerk", "student", "citizen", "daughter"])
def test_who_may_not_override(cast: Cast, name: str) -> None:
    answer = declare(getattr(cast, name), cast)

    assert answer.status_code == 403
    assert not Override.objects.exists()
    assert Entry.objects.filter(interaction="override", outcome="refuse").exists()


def test_an_assistant_alone_may_not_but_on_behalf_of_the_responsible_may(cast: Cast) -> None:
    alone = replace(cast.delegated_home_helper.actor, responsible_id=None)

    with pytest.raises(FhirError, match="forbidden"):
        declare_override(
            by=alone, citizen_id=cast.citizen.person.pk, reason_code="statutory_consideration", reason=REASON
        )
    made = declare_override(
        by=cast.delegated_home_helper.actor,
        citizen_id=cast.citizen.person.pk,
        reason_code="statutory_consideration",
        reason=REASON,
    )
    assert made.responsible_id == cast.municipal_nurse.person.pk


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reason-code": "curiosity"}, ["override-reason", "override-legal-reason"]),
        ({"reason": "   "}, ["override-reason", "override-in-words"]),
        ({"reason": "akut"}, ["override-reason", "override-in-words"]),
        ({"hours": 25}, ["override-too-long"]),
        ({"hours": 0}, ["override-too-long"]),
    ],
)
def test_bad_reasons_and_times_are_refused_with_their_own_code(cast: Cast, values: Any, code: list[str]) -> None:
    answer = declare(cast.doctor, cast, **values)

    assert answer.status_code == 422
    codes = [coding["code"] for coding in orjson.loads(answer.content)["issue"][0]["details"]["coding"]]
    assert codes == code
    assert not Override.objects.exists()


def test_the_database_refuses_a_longer_override_and_an_empty_reason_too(cast: Cast) -> None:
    for change in ({"hours": 30}, {"reason": " "}):
        start = cast.moment
        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.create(
                citizen=cast.citizen.person,
                professional=cast.doctor.person,
                unit=cast.units.ward,
                reason_code="statutory_consideration",
                reason=change.get("reason", REASON),
                start=start,
                end=start + timedelta(hours=change.get("hours", 1)),
            )


def test_nobody_reviews_her_own_override_and_a_review_is_made_once(cast: Cast) -> None:
    made = declare_override(
        by=cast.doctor.actor, citizen_id=cast.citizen.person.pk, reason_code="statutory_consideration", reason=REASON
    )
    reviewer = cast.gp.person

    with pytest.raises(FhirError) as own:
        review_override(by=cast.doctor.actor, key=made.pk, outcome="ok", reviewer=cast.doctor.person)
    review_override(by=cast.gp.actor, key=made.pk, outcome="ok", reviewer=reviewer)
    with pytest.raises(FhirError) as again:
        review_override(by=cast.gp.actor, key=made.pk, outcome="breach", reviewer=reviewer)

    codes = [rule_of(outcome_of(error.value)) for error in (own, again)]
    assert codes == ["override-own-review", "override-reviewed"]
    assert cast.gp.actor.acting_as == ActingAs.HP
    assert Override.objects.get().review_outcome == "ok"
