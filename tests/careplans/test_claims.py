"""Claimed relations and their follow-up: by a colleague, by what the registers come to show, and by the deadline."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from access.actors import Actor
from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry, Version
from careplans import tasks
from careplans.fhir.episode import CONFIRMED, EPISODE_SOURCE, SHOWN_BY
from careplans.services import claims
from config import settings
from exchange import outbox
from exchange.models import OutboxMessage
from organisations.models import TreatmentRelation
from tests import factories
from tests.careplans.asking import Asker, written
from tests.careplans.test_fhir_episode import body, extension
from tests.cast import Cast

Basis = TreatmentRelation.Basis


@pytest.fixture
def colleague(cast: Cast) -> Asker:
    """A nurse of the ward where the stranger works; neither treats the citizen."""
    nurse = factories.nurse()
    factories.employment(professional=nurse, unit=cast.units.other_ward)
    return Asker(cast.stranger.asking(professional_id=nurse.pk))


def claimed(cast: Cast, **given: Any) -> TreatmentRelation:
    """The stranger's claim, by factory."""
    made = {"citizen": cast.citizen.person, "origin": cast.units.other_ward, "professional": cast.stranger.person}
    return factories.claimed_relation(**{**made, **given})


def overdue(cast: Cast, **given: Any) -> TreatmentRelation:
    """The stranger's claim, two days after its deadline."""
    return claimed(cast, **{"start": factories.ago(days=9), "follow_up_by": factories.ago(days=2), **given})


def verified(told: dict[str, Any], evidence: str = "Henvisning 2026-11-20") -> dict[str, Any]:
    """The claim as a colleague sends it back, confirmed."""
    kept = [item for item in told["extension"] if item["url"] != CONFIRMED]
    shown = [{"url": SHOWN_BY, "valueString": evidence}] if evidence else []
    return {**told, "extension": [*kept, {"url": CONFIRMED, "valueCode": "verified"}, *shown]}


def follow_up() -> dict[str, int]:
    by = Actor(ActingAs.SYSTEM, Purpose.DELIVERY, factories.now(), client_id="follow-up")
    return claims.follow_up_claims(by=by, source=EPISODE_SOURCE)


def test_colleague_confirms_a_claim_by_what_shows_it(cast: Cast, ask: Any, colleague: Asker) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body

    answer = colleague.put(verified(told))

    row = TreatmentRelation.objects.get(pk=told["id"])
    assert answer.status == 200
    assert answer.statements <= 6  # one for what is linked, which is nothing
    assert (row.status, row.evidence, row.follow_up_result) == ("verified", "Henvisning 2026-11-20", "confirmed")
    assert row.followed_up_at is not None
    assert extension(ask.citizen.get(f"EpisodeOfCare/{row.pk}").body, "relation-follow-up-result") == "confirmed"
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 200


def test_colleague_refutes_a_claim_and_it_lets_in_no_more(cast: Cast, ask: Any, colleague: Asker) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body

    answer = colleague.put({**told, "status": "cancelled"})

    row = TreatmentRelation.objects.get(pk=told["id"])
    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    assert (row.status, row.follow_up_result) == ("refuted", "refuted")
    assert row.end is not None
    assert row.end >= row.start
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 403


def test_looking_into_a_claim_shows_nothing_else_of_the_citizen(cast: Cast, ask: Any, colleague: Asker) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body
    colleague.put(verified(told))

    assert colleague.get(f"Condition/{copd.pk}").status == 403
    assert colleague.get(f"EpisodeOfCare/{told['id']}").status == 403


def test_each_step_is_in_the_citizens_log(cast: Cast, ask: Any, colleague: Asker) -> None:
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body
    colleague.put(verified(told))

    rows = Entry.objects.filter(citizen_id=cast.citizen.person.pk, resource_ids=[UUID(told["id"])], outcome="permit")
    assert sorted(rows.values_list("interaction", flat=True)) == ["create", "update"]


REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "who made it confirms": ("stranger", {}, 422, "relation-follow-up"),
    "who made it refutes": ("stranger", {"status": "cancelled"}, 422, "relation-follow-up"),
    "nothing shows it": ("colleague", {"extension": [{"url": CONFIRMED, "valueCode": "verified"}]}, 422, "evidence"),
    "another citizen": ("colleague", {"patient": {"reference": f"Patient/{uuid4()}"}}, 422, "rule-broken"),
    "another start": ("colleague", {"period": {"start": "2020-01-01"}}, 422, "rule-broken"),
    "another unit": ("doctor", {}, 403, "forbidden"),
    "home helper": ("home_helper", {}, 403, "forbidden"),
    "citizen": ("citizen", {"status": "cancelled"}, 403, "forbidden"),
    "evidence of 201 letters": ("colleague", {"extension": [{"url": SHOWN_BY, "valueString": "x" * 201}]}, 400, ""),
}


@pytest.mark.parametrize(("who", "changes", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_claim_is_settled_by_nobody_else_and_by_nothing_less(
    cast: Cast, ask: Any, colleague: Asker, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body
    before = written()

    asker = colleague if who == "colleague" else getattr(ask, who)
    answer = asker.put({**verified(told), **changes})

    assert (answer.status, code in answer.code) == (status, True)
    assert written() == before
    row = TreatmentRelation.objects.get(pk=told["id"])
    assert (row.status, row.follow_up_result, row.version) == ("claimed", "", 1)


def test_assistant_of_who_made_it_does_not_confirm_for_her(cast: Cast, ask: Any) -> None:
    told = ask.stranger.post("EpisodeOfCare", body(cast)).body
    assistant = factories.helper()
    by = cast.stranger.asking(
        acting_as=ActingAs.HP_ASSIST, professional_id=assistant.pk, responsible_id=cast.stranger.person.pk
    )

    assert Asker(by).put(verified(told)).status in (403, 422)
    assert TreatmentRelation.objects.get(pk=told["id"]).status == "claimed"


def test_only_a_claim_is_followed_up(cast: Cast, ask: Any) -> None:
    row = TreatmentRelation.objects.get(citizen=cast.citizen.person, origin=cast.units.ward)
    told = ask.doctor.get(f"EpisodeOfCare/{row.pk}").body

    for sent in (verified(told), {**told, "status": "cancelled"}):
        answer = ask.doctor.put(sent)
        assert (answer.status, answer.code) == (422, "rule-broken")


def test_relation_that_ends_before_it_begins_has_its_own_code_and_the_database_refuses_it(cast: Cast, ask: Any) -> None:
    before = (*written(), TreatmentRelation.objects.count())

    answer = ask.stranger.post("EpisodeOfCare", body(cast, period={"start": "2026-02-01", "end": "2026-01-01"}))

    assert (answer.status, answer.code) == (422, "relation-period")
    assert "slutter ikke, før den begynder" in str(answer.body)
    assert (*written(), TreatmentRelation.objects.count()) == before
    with pytest.raises(IntegrityError, match="relation_period"), transaction.atomic():
        claimed(cast, start=factories.now(), end=factories.ago(seconds=1))


@pytest.mark.parametrize("given", [{"follow_up_result": "confirmed"}, {"followed_up_at": factories.now()}])
def test_result_and_when_it_was_found_go_together(cast: Cast, given: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="relation_followed_up"), transaction.atomic():
        claimed(cast, **given)


def test_claim_that_nothing_confirmed_is_told_to_unit_and_citizen(cast: Cast, ask: Any) -> None:
    row = overdue(cast)

    assert follow_up() == {"confirmed": 0, "unconfirmed": 1}

    row.refresh_from_db()
    assert (row.status, row.follow_up_result, row.version) == ("claimed", "unconfirmed", 2)
    message = OutboxMessage.objects.get(topic="claim-unconfirmed")
    assert message.citizen_id == cast.citizen.person.pk
    assert message.payload == {"relation": str(row.pk), "unit": str(cast.units.other_ward.pk)}
    assert outbox.dispatch() == 1
    events = ask.citizen.get(f"AuditEvent?patient=Patient/{cast.citizen.person.pk}").resources
    assert "Kunne ikke bekræfte dine behandlingsforløb" in str(events)
    assert cast.units.other_ward.name in str(events)
    told = ask.citizen.get(f"EpisodeOfCare/{row.pk}").body
    assert extension(told, "relation-follow-up-result") == "unconfirmed"


def test_following_up_again_changes_nothing(cast: Cast) -> None:
    overdue(cast)
    follow_up()
    before = (written(), Version.objects.count(), OutboxMessage.objects.count())

    assert follow_up() == {"confirmed": 0, "unconfirmed": 0}
    assert (written(), Version.objects.count(), OutboxMessage.objects.count()) == before


def test_colleague_settles_a_claim_after_its_deadline_too(cast: Cast, ask: Any, colleague: Asker) -> None:
    row = overdue(cast)
    follow_up()
    told = ask.citizen.get(f"EpisodeOfCare/{row.pk}").body

    answer = colleague.put(verified(told), version=2)

    row.refresh_from_db()
    assert (answer.status, row.status, row.follow_up_result) == (200, "verified", "confirmed")


def test_what_the_registers_show_confirms_a_claim_and_gives_access_in_its_place(cast: Cast, ask: Any) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    row = claimed(cast)
    admission = factories.treatment_relation(
        citizen=cast.citizen.person, origin=cast.units.other_ward, start=factories.ago(hours=3)
    )

    assert follow_up() == {"confirmed": 1, "unconfirmed": 0}

    row.refresh_from_db()
    assert (row.status, row.follow_up_result) == ("verified", "confirmed")
    assert row.evidence == f"EpisodeOfCare/{admission.pk}"
    assert row.end is not None
    assert row.end <= factories.now()
    assert not OutboxMessage.objects.exists()
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 200
    TreatmentRelation.objects.filter(pk=admission.pk).update(status="ended", end=factories.now())
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 403


NOT_EVIDENCE: dict[str, dict[str, Any]] = {
    "over before the claim": {"start": factories.ago(days=40), "end": factories.ago(days=20), "status": "ended"},
    "not begun": {"start": factories.ahead(days=1)},
    "a claim": {"status": "claimed", "basis": "self-claimed", "follow_up_by": factories.ahead(days=1)},
    "confirmed by hand": {"basis": "self-claimed"},
    "refuted": {"status": "refuted"},
    "social": {"basis": "care-grant"},
    "of another citizen": {"citizen": None},
    "of another unit": {"origin": None},
    "of another professional": {"professional": None},
}


@pytest.mark.parametrize("given", NOT_EVIDENCE.values(), ids=NOT_EVIDENCE)
def test_what_does_not_show_a_claim_confirms_nothing(cast: Cast, given: dict[str, Any]) -> None:
    row = overdue(cast)
    others = {"citizen": factories.citizen, "origin": factories.ward, "professional": factories.nurse}
    given = {name: others[name]() if name in others else value for name, value in given.items()}
    shown = {"citizen": cast.citizen.person, "origin": cast.units.other_ward, "start": factories.ago(days=10)}
    if given.get("basis") == "care-grant":
        given = {**given, "category": Category.PLAN_SOC, "recorded_under": "service-act"}
    factories.treatment_relation(**{**shown, **given})

    follow_up()

    row.refresh_from_db()
    assert (row.status, row.follow_up_result) == ("claimed", "unconfirmed")


def test_relation_of_the_hospital_confirms_a_claim_at_its_ward(cast: Cast) -> None:
    row = overdue(cast)
    hospital = cast.units.other_ward.parent
    factories.treatment_relation(
        citizen=cast.citizen.person, origin=hospital, start=factories.ago(days=9, hours=1), basis="admission"
    )

    assert follow_up() == {"confirmed": 1, "unconfirmed": 0}
    row.refresh_from_db()
    assert row.status == "verified"


def test_claim_within_its_deadline_is_left_alone(cast: Cast) -> None:
    row = claimed(cast, start=factories.ago(days=6), follow_up_by=factories.now() + timedelta(minutes=1))

    assert follow_up() == {"confirmed": 0, "unconfirmed": 0}
    row.refresh_from_db()
    assert (row.version, row.follow_up_result) == (1, "")


def test_clock_sends_the_task(cast: Cast) -> None:
    overdue(cast)

    assert tasks.follow_up_claims.name in {item["task"] for item in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.follow_up_claims() == {"confirmed": 0, "unconfirmed": 1}
