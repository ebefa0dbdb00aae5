"""Subscriptions: who may ask, what is told to whom, in which order and under which number, and what never is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from access.authoring import create_element
from access.vocabulary import Category, Law
from audit.models import Entry, Version
from exchange.models import Happening, Notification, Subscription
from exchange.subscriptions import delivering, fanout
from exchange.subscriptions.sending import NotAllowed, check_endpoint, resolved
from exchange.subscriptions.topics import topics
from fhir.outcomes import FhirError
from goals.fhir import GOAL_SOURCE
from organisations.models import Employment, TreatmentRelation
from tests import factories
from tests.cast import Cast, Member, make_cast
from tests.conformance import assert_valid
from tests.exchange.receiver import Receiver, events_of, is_signed, kind_of, receiving
from tests.rest import Rest

pytestmark = pytest.mark.django_db
IG = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
CONTENT = f"{IG}/backport-payload-content"
SECRET = "https://patientoverblik.dk/fhir/StructureDefinition/signing-secret"


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    factories.system(client_id="test", owner=made.units.region)
    return made


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.DEMO_MODE = True
    with receiving() as found:
        yield found


def wish(topic: str = "new-goal", address: str = "https://epj.example.org/besked", **given: Any) -> dict[str, Any]:
    """A subscription as a vendor sends it; `asked` is the filter."""
    asked = given.pop("asked", None)
    channel = {
        "type": "rest-hook",
        "endpoint": address,
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": CONTENT, "valueCode": "id-only"}]},
    } | given.pop("channel", {})
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Besked om nye mål",
        "criteria": topics()[topic].url,
        "channel": channel,
        **(
            {"_criteria": {"extension": [{"url": f"{IG}/backport-filter-criteria", "valueString": asked}]}}
            if asked
            else {}
        ),
        **given,
    }


def subscribed(who: Member, receiver: Receiver, topic: str = "new-goal", **given: Any) -> str:
    """Subscribe, be greeted, and forget the greeting; the subscription's id."""
    made = Rest(who).post("Subscription", wish(topic, receiver.address, **given))
    assert made.status == 201, made.body
    told()
    receiver.forget()
    return str(made.body["id"])


def told() -> None:
    """What the worker does at each tick, at once: what was put off is due."""
    Subscription.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    while fanout.fan_out():
        pass
    delivering.tell_all()


def write_goal(cast: Cast, who: Member | None = None, citizen: Any = None) -> str:
    """Write a goal of the citizen's; what a subscriber is to be pointed at."""
    asking = (who or cast.doctor).asking(moment=timezone.now())
    row = create_element(
        by=asking,
        source=GOAL_SOURCE,
        citizen_id=(citizen or cast.citizen.person).pk,
        category=Category.GOAL_SUL,
        law=Law.HEALTH,
        values={"kind": "overall", "words": "Bedre vejrtrækning"},
    )
    return f"Goal/{row['id']}"


def test_subscriber_is_greeted_and_then_told_of_what_is_new(cast: Cast, receiver: Receiver) -> None:
    made = Rest(cast.doctor).post("Subscription", wish(address=receiver.address))
    secret = next(item["valueString"] for item in made.body["extension"] if item["url"] == SECRET)
    told()
    first, second = write_goal(cast), write_goal(cast)
    told()

    assert [kind_of(bundle) for bundle in receiver.bundles] == ["handshake", "event-notification"]
    assert receiver.events == [(1, first), (2, second)]
    assert all(is_signed(secret, headers, body) for headers, body in receiver.got)
    assert not is_signed(secret, receiver.got[0][0], receiver.got[1][1])
    assert b"vejr" not in receiver.got[1][1]
    assert Rest(cast.doctor).get(f"Subscription/{made.body['id']}").body["status"] == "active"


def test_secret_is_told_once_and_kept_nowhere(cast: Cast, receiver: Receiver) -> None:
    made = Rest(cast.doctor).post("Subscription", wish(address=receiver.address)).body
    secret = made["extension"][0]["valueString"]

    for answer in (
        Rest(cast.doctor).get(f"Subscription/{made['id']}"),
        Rest(cast.doctor).get("Subscription"),
        Rest(cast.doctor).get(f"Subscription/{made['id']}/$status"),
        Rest(cast.doctor).put({**wish(address=receiver.address), "id": made["id"]}, 1),
    ):
        assert answer.status == 200
        assert SECRET.encode() not in orjson.dumps(answer.body)
        assert secret.encode() not in orjson.dumps(answer.body)
    assert not Version.objects.filter(row__icontains=secret).exists()


def test_each_look_that_is_told_stands_in_the_citizens_log(cast: Cast, receiver: Receiver) -> None:
    subscribed(cast.doctor, receiver)
    goal = write_goal(cast)
    told()

    looks = Entry.objects.filter(citizen_id=cast.citizen.person.pk, interaction="notify")
    look = looks.get()
    assert (look.outcome, look.professional_id, look.unit_id, look.client_id) == (
        "permit",
        cast.doctor.person.pk,
        cast.units.ward.pk,
        "test",
    )
    assert [str(key) for key in look.resource_ids] == [goal.partition("/")[2]]


def end_of_relation(cast: Cast) -> None:
    TreatmentRelation.objects.filter(origin=cast.units.ward).update(status="ended", end=timezone.now())


def block(cast: Cast) -> None:
    factories.block(citizen=cast.citizen.person, unit=cast.units.ward)


def end_of_employment(cast: Cast) -> None:
    Employment.objects.filter(professional=cast.doctor.person).update(end=timezone.now())


@pytest.mark.parametrize("lost", [end_of_relation, block, end_of_employment])
def test_what_may_no_longer_be_seen_is_not_told_and_leaves_no_gap(cast: Cast, receiver: Receiver, lost: Any) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.nursing)
    key = subscribed(cast.doctor, receiver)
    write_goal(cast)
    fanout.fan_out()
    lost(cast)
    told()

    assert receiver.events == []
    assert Subscription.objects.get(pk=key).last_number == 0
    assert not Notification.objects.filter(subscription=key).exists()
    assert not Entry.objects.filter(interaction="notify", outcome="permit").exists()


def test_others_are_told_on_without_a_gap(cast: Cast, receiver: Receiver) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    subscribed(cast.doctor, receiver)
    first = write_goal(cast)
    told()
    write_goal(cast)
    fanout.fan_out()
    factories.block(citizen=cast.citizen.person, unit=cast.units.ward)
    last = write_goal(cast, citizen=other)
    told()

    assert receiver.events == [(1, first), (2, last)]


def test_who_has_nothing_to_do_with_the_citizen_is_not_told(cast: Cast, receiver: Receiver) -> None:
    factories.system(client_id="other", owner=cast.units.other_ward.authority)
    stranger = Member(cast.stranger.person, cast.stranger.asking(client_id="other"), cast.stranger.unit)
    key = subscribed(stranger, receiver)
    write_goal(cast)
    told()

    assert receiver.events == []
    assert not Notification.objects.filter(subscription=key).exists()
    assert not Entry.objects.filter(citizen_id=cast.citizen.person.pk, unit_id=cast.units.other_ward.pk).exists()


def test_filter_by_citizen_tells_of_her_alone(cast: Cast, receiver: Receiver) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    subscribed(cast.doctor, receiver, asked=f"Goal?patient=Patient/{cast.citizen.person.pk}")
    write_goal(cast, citizen=other)
    hers = write_goal(cast)
    told()

    assert receiver.events == [(1, hers)]


def test_receiver_that_is_down_loses_nothing_and_hears_in_order(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    receiver.status = 503
    first = write_goal(cast)
    told()
    waiting = Subscription.objects.get(pk=key)
    second = write_goal(cast)
    told()
    receiver.forget()
    receiver.status = 200
    told()

    assert (waiting.status, waiting.error, waiting.attempts) == ("error", "http-503", 1)
    assert waiting.next_attempt_at > timezone.now()
    assert receiver.events == [(1, first), (2, second)]
    assert Subscription.objects.get(pk=key).status == "active"
    assert Entry.objects.filter(interaction="notify", outcome="permit").count() == 2


def test_what_was_refused_by_a_receiver_and_then_by_the_law_leaves_no_gap(cast: Cast, receiver: Receiver) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    subscribed(cast.doctor, receiver)
    receiver.status = 503
    write_goal(cast)
    told()
    factories.block(citizen=cast.citizen.person, unit=cast.units.ward)
    receiver.status = 200
    receiver.forget()
    last = write_goal(cast, citizen=other)
    told()

    assert receiver.events == [(1, last)]


def test_number_that_may_have_arrived_stays_and_says_nothing_more(cast: Cast, receiver: Receiver) -> None:
    subscribed(cast.doctor, receiver, channel={"extension": [{"url": f"{IG}/backport-timeout", "valueUnsignedInt": 1}]})
    receiver.hold.set()
    first = write_goal(cast)
    told()
    receiver.hold.clear()
    factories.block(citizen=cast.citizen.person, unit=cast.units.ward)
    told()

    assert receiver.events == [(1, first), (1, None)]


def test_worker_that_died_after_sending_sends_the_same_number_again(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    first = write_goal(cast)
    fanout.fan_out()
    taken = delivering._claimed()
    assert taken is not None
    delivering._decided(taken, timezone.now())  # and here it dies
    told()
    meanwhile = list(receiver.events)
    Subscription.objects.update(leased_until=timezone.now())
    second = write_goal(cast)
    told()

    assert meanwhile == []
    assert receiver.events == [(1, first), (2, second)]
    assert Subscription.objects.get(pk=key).last_number == 2


def test_events_are_replayed_by_number_under_the_right_of_today(cast: Cast, receiver: Receiver) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    key = subscribed(cast.doctor, receiver)
    write_goal(cast)
    second, third = write_goal(cast, citizen=other), write_goal(cast)
    told()
    ask = Rest(cast.doctor)

    again = ask.get(f"Subscription/{key}/$events?eventsSinceNumber=2&eventsUntilNumber=3")
    factories.block(citizen=cast.citizen.person, unit=cast.units.ward)
    blocked = ask.get(f"Subscription/{key}/$events?eventsSinceNumber=2")

    assert events_of(again.body) == [(2, second), (3, third)]
    assert events_of(blocked.body) == [(2, second), (3, None)]
    assert third.partition("/")[2].encode() not in orjson.dumps(blocked.body)
    assert ask.get(f"Subscription/{key}/$events?eventsSinceNumber=x").error == "bad-parameter"


def test_status_tells_how_many_and_how_it_stands(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    write_goal(cast)
    told()

    answer = Rest(cast.doctor).get(f"Subscription/{key}/$status")

    named = {item["name"]: item for item in answer.rows[0]["parameter"]}
    assert named["events-since-subscription-start"]["valueString"] == "1"
    assert (named["status"]["valueCode"], named["type"]["valueCode"]) == ("active", "query-status")


def test_quiet_subscriber_hears_a_sign_of_life(cast: Cast, receiver: Receiver) -> None:
    period = {"url": f"{IG}/backport-heartbeat-period", "valueUnsignedInt": 30}
    subscribed(cast.doctor, receiver, channel={"extension": [period]})
    told()
    early = list(receiver.bundles)
    Subscription.objects.update(last_sent_at=timezone.now() - timedelta(seconds=31))
    told()

    assert early == []
    assert [kind_of(bundle) for bundle in receiver.bundles] == ["heartbeat"]
    assert receiver.events == []


def test_turned_off_is_told_no_more_and_on_again_is_greeted_anew(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    ask = Rest(cast.doctor)
    body = {**wish(address=receiver.address), "id": key, "status": "off"}
    version = int(ask.get(f"Subscription/{key}").body["meta"]["versionId"])
    assert ask.put(body, version).body["status"] == "off"
    write_goal(cast)
    told()
    silent = list(receiver.got)
    assert ask.put(body | {"status": "requested"}, version + 1).status == 200
    told()

    assert silent == []
    assert [kind_of(bundle) for bundle in receiver.bundles] == ["handshake"]


def test_taken_away_is_gone(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    stranger, ask = Rest(cast.gp), Rest(cast.hospital_nurse)

    assert Client().delete(f"/fhir/Subscription/{key}", headers=stranger.headers).status_code == 403
    assert Client().delete(f"/fhir/Subscription/{key}", headers=ask.headers).status_code == 204
    assert ask.get(f"Subscription/{key}").status == 404
    assert not Subscription.objects.exists()


@pytest.mark.law("own-set-up")
@pytest.mark.parametrize("member", ["gp", "municipal_nurse", "stranger", "citizen", "daughter"])
def test_others_neither_see_nor_change_it(cast: Cast, receiver: Receiver, member: str) -> None:
    key = subscribed(cast.doctor, receiver)
    ask = Rest(getattr(cast, member))

    assert ask.get(f"Subscription/{key}").status == 403
    assert ask.get("Subscription").ids == []
    assert ask.get(f"Subscription/{key}/$status").status == 403
    assert ask.get(f"Subscription/{key}/$events").status == 403
    assert ask.put({**wish(), "id": key}, 1).status == 403


def test_citizen_alone_or_system_alone_cannot_subscribe(cast: Cast) -> None:
    for who in (cast.citizen.actor, cast.doctor.asking(client_id="unregistered")):
        assert Rest(who).post("Subscription", wish()).status == 403
    assert not Subscription.objects.exists()


def test_nobody_subscribes_to_a_citizen_whom_she_may_not_see(cast: Cast) -> None:
    asked = f"patient=Patient/{cast.citizen.person.pk}"

    assert Rest(cast.stranger).post("Subscription", wish(asked=asked)).status == 403
    assert not Subscription.objects.exists()


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "http": ({"channel": {"endpoint": "http://epj.example.org/x"}}, "endpoint-not-https"),
    "inside": ({"channel": {"endpoint": "https://10.0.0.7/x"}}, "endpoint-internal-address"),
    "machine itself": ({"channel": {"endpoint": "https://[::1]/x"}}, "endpoint-internal-address"),
    "metadata of a cloud": ({"channel": {"endpoint": "https://169.254.169.254/x"}}, "endpoint-internal-address"),
    "mapped": ({"channel": {"endpoint": "https://[::ffff:10.0.0.7]/x"}}, "endpoint-internal-address"),
    "password in it": ({"channel": {"endpoint": "https://user:secret@epj.example.org/x"}}, "endpoint-malformed"),
    "full content": (
        {
            "channel": {
                "_payload": {"extension": [{"url": f"{IG}/backport-payload-content", "valueCode": "full-resource"}]}
            }
        },
        "subscription-content",
    ),
    "own header": ({"channel": {"header": ["Authorization: Bearer x"]}}, "subscription-header"),
    "mail": ({"channel": {"type": "email"}}, "subscription-channel"),
    "xml": ({"channel": {"payload": "application/fhir+xml"}}, "subscription-json"),
    "unknown topic": ({"criteria": "https://example.org/topic"}, "unknown-code"),
    "foreign unit": ({"asked": f"organization=Organization/{UUID(int=7)}"}, "subscription-unit"),
    "two filters": ({"asked": "patient=Patient/1&organization=Organization/2"}, "subscription-filter"),
    "a filter twice": (
        {"_criteria": {"extension": [{"url": f"{IG}/backport-filter-criteria", "valueString": "patient=1"}] * 2}},
        "subscription-one-filter",
    ),
    "heartbeat too short": (
        {"channel": {"extension": [{"url": f"{IG}/backport-heartbeat-period", "valueUnsignedInt": 1}]}},
        "bad-parameter",
    ),
    "unknown field": ({"criterion": "x"}, "wrong-shape"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_offered_is_refused_with_its_reason(cast: Cast, name: str) -> None:
    given, code = BAD[name]

    answer = Rest(cast.doctor).post("Subscription", wish(**given))

    assert (answer.rule or answer.error) == code, answer.body
    assert answer.status == (400 if code in ("bad-parameter", "wrong-shape") else 422)
    assert not Subscription.objects.exists()


def test_name_that_points_inward_is_not_called(cast: Cast) -> None:
    check_endpoint("https://localhost/besked")  # a name is looked up when it is called

    with pytest.raises(NotAllowed, match="internal-address"):
        resolved("localhost", 443)


def test_plain_http_to_the_machine_itself_is_for_the_demo_only(settings: Any) -> None:
    settings.DEMO_MODE = True
    check_endpoint("http://127.0.0.1:9000/besked")
    settings.DEMO_MODE = False
    with pytest.raises(FhirError):
        check_endpoint("http://127.0.0.1:9000/besked")


def test_redirect_is_not_followed(cast: Cast, receiver: Receiver) -> None:
    key = subscribed(cast.doctor, receiver)
    receiver.status = 302
    write_goal(cast)
    told()

    assert len(receiver.got) == 1
    assert Subscription.objects.get(pk=key).error == "http-302"


def test_capability_statement_lists_the_topics() -> None:
    told = Client().get("/fhir/metadata").json()["rest"][0]["resource"]

    found = next(entry for entry in told if entry["type"] == "Subscription")
    assert {item["valueCanonical"] for item in found["extension"]} == {topic.url for topic in topics().values()}


def test_every_topic_follows_its_rows(cast: Cast, receiver: Receiver) -> None:
    """One subscription for each topic; something of each is written, and each hears of its own."""
    asked = {topic: subscribed(cast.doctor, receiver, topic) for topic in topics()}
    tove, ward = cast.citizen.person, cast.units.ward
    made = {
        "new-appointment": factories.appointment(citizen=tove, origin=ward),
        "new-plan": factories.active_care_plan(citizen=tove, origin=ward),
        "new-goal": factories.overall_goal(citizen=tove, origin=ward, category=Category.GOAL_SUL),
        "new-intervention": factories.intervention(citizen=tove, origin=ward),
        "stamkort-changed": factories.relative(citizen=tove),
        "relation-changed": factories.treatment_relation(citizen=tove, origin=ward),
    }
    for row in made.values():
        factories.happening(model=row._meta.label, citizen_id=tove.pk, resource_ids=[row.pk])
    told()

    assert {topic: _told_to(receiver, key) for topic, key in asked.items()} == {
        topic: [str(row.pk)] for topic, row in made.items()
    }
    assert not Happening.objects.exists()


def _told_to(receiver: Receiver, key: str) -> list[str]:
    return [
        entry["fullUrl"].rpartition("/")[2]
        for bundle in receiver.bundles
        if key in bundle["entry"][0]["request"]["url"]
        for entry in bundle["entry"][1:]
    ]


def test_updates_are_told_where_the_topic_says_so(cast: Cast, receiver: Receiver) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    relations = subscribed(cast.doctor, receiver, "relation-changed")
    plans = subscribed(cast.doctor, receiver, "new-plan")
    stands, over = (
        factories.treatment_relation(citizen=tove, origin=ward),
        factories.ended_relation(citizen=tove, origin=ward),
    )
    plan = factories.active_care_plan(citizen=tove, origin=ward)
    for row in (stands, over, plan):
        factories.happening(model=row._meta.label, change="update", citizen_id=tove.pk, resource_ids=[row.pk])
    told()

    assert _told_to(receiver, relations) == [str(over.pk)]
    assert _told_to(receiver, plans) == []


def test_what_is_told_is_valid_fhir(cast: Cast, receiver: Receiver) -> None:
    subscribed(cast.doctor, receiver)
    write_goal(cast)
    told()

    for bundle in receiver.bundles:
        assert_valid(bundle)
