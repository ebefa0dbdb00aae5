"""Typed entries of the stamkort: who may write them, and that the last writer wins without losing the first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.actors import Actor
from access.vocabulary import ActingAs
from audit.models import Version
from fhir.outcomes import FhirError
from stamkort import services, values
from stamkort.models import Entry
from tests import factories
from tests.asking import Asking, logged, nothing_written, statements
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
Kind = Entry.Kind


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def write(cast: Cast, by: Actor, kind: Entry.Kind = Kind.LANGUAGE, value: Any = None) -> dict[str, Any]:
    value = values.Language("da") if value is None else value
    return services.write_entry(by=by, citizen_id=cast.citizen.person.pk, kind=kind, value=value)


@pytest.mark.parametrize(
    ("name", "kind", "law"),
    [
        ("citizen", "citizen", "citizen"),
        ("daughter", "relative", "citizen"),
        ("gp", "professional", "health-act"),
        ("delegated_home_helper", "professional", "health-act"),
    ],
)
def test_these_may_write_and_it_is_kept_who_typed(cast: Cast, name: str, kind: str, law: str) -> None:
    by = getattr(cast, name).actor

    with statements(5):
        row = write(cast, by)

    entry = Entry.objects.get()
    assert (entry.author_kind, entry.recorded_under, entry.occurred_at) == (kind, law, by.moment)
    assert (entry.author_id, entry.origin_id) == (by.professional_id, by.unit_id)
    assert row["id"] == entry.pk
    assert Version.objects.get().change == "create"
    assert [(row.interaction, row.outcome) for row in logged()] == [("create", "permit")]


@pytest.mark.parametrize("name", ["stranger", "home_helper", "caseworker"])
def test_these_may_not(cast: Cast, name: str) -> None:
    with nothing_written(Entry), pytest.raises(FhirError) as refused:
        write(cast, getattr(cast, name).actor)

    assert refused.value.code == "forbidden"
    assert [row.outcome for row in logged()] == ["refuse"]


def test_who_acts_for_another_may_not(cast: Cast) -> None:
    stranger = cast.citizen.asking(
        acting_as=ActingAs.PROXY, citizen_id=factories.citizen().pk, on_behalf_of=cast.citizen.person.pk
    )

    with nothing_written(Entry), pytest.raises(FhirError):
        write(cast, stranger)


def test_the_last_writer_wins_and_the_first_stays_in_the_versions(cast: Cast) -> None:
    write(cast, cast.citizen.actor)
    later = replace(cast.doctor.actor, moment=cast.moment + timedelta(minutes=5))

    write(cast, later, value=values.Language("ar", interpreter=True))

    entry = Entry.objects.get()
    assert entry.value == {"language": "ar", "interpreter": True}
    assert (entry.version, entry.author_kind, entry.occurred_at) == (2, "professional", later.moment)
    versions = Version.objects.order_by("version")
    assert [(row.change, row.row["value"]["language"], row.recorded_under) for row in versions] == [
        ("create", "da", "citizen"),
        ("update", "ar", "health-act"),
    ]


def test_what_was_written_stands_in_the_patient_at_once_with_a_new_version(cast: Cast) -> None:
    ask, path = Asking(cast.doctor.actor), f"Patient/{cast.citizen.person.pk}"
    before = ask.get(path)

    write(cast, cast.citizen.actor, Kind.CONTACT, values.Contact(mobile="20 00 00 77"))
    after = ask.get(path)

    assert "telecom" not in before.body
    assert after.body["telecom"][0]["value"] == "20 00 00 77"
    assert int(after.body["meta"]["versionId"]) == int(before.body["meta"]["versionId"]) + 1
    assert after.headers["ETag"] != before.headers["ETag"]


def test_an_entry_is_cleared_and_written_again(cast: Cast) -> None:
    write(cast, cast.citizen.actor)

    services.clear_entry(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk, kind=Kind.LANGUAGE)

    assert not Entry.objects.get().is_current
    assert "communication" not in Asking(cast.doctor.actor).get(f"Patient/{cast.citizen.person.pk}").body
    with nothing_written(Entry), pytest.raises(FhirError) as nothing:
        services.clear_entry(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk, kind=Kind.LANGUAGE)
    assert nothing.value.code == "not-found"
    write(cast, cast.citizen.actor)
    assert (Entry.objects.get().is_current, Entry.objects.get().version) == (True, 3)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.LANGUAGE, values.Language("so", interpreter=True)),
        (Kind.TEMPORARY_ADDRESS, {"lines": ["Åhaven"], "start": "2026-01-01", "end": "2026-02-01"}),
        (Kind.DENTIST, {"name": "Tandklinikken (test)", "provider_number": "012345"}),
        (Kind.CONTACT, {"email": "tove@example.dk"}),
        (Kind.COMMENT, values.Comment("Spørg mig én ting ad gangen.")),
    ],
)
def test_each_kind_has_its_fields(kind: Entry.Kind, value: Any) -> None:
    stored = values.checked(kind, value)

    assert stored == values.checked(kind, stored)


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (Kind.LANGUAGE, {"language": "dansk!"}, "rule-broken"),
        (Kind.LANGUAGE, {"language": 7}, "wrong-shape"),
        (Kind.LANGUAGE, {"tongue": "da"}, "wrong-shape"),
        (Kind.TEMPORARY_ADDRESS, {"lines": []}, "rule-broken"),
        (Kind.TEMPORARY_ADDRESS, {"lines": ["1", "2", "3", "4", "5"]}, "rule-broken"),
        (Kind.TEMPORARY_ADDRESS, {"lines": ["1"], "start": "2026-02-01", "end": "2026-01-01"}, "rule-broken"),
        (Kind.DENTIST, {"phone": "1"}, "rule-broken"),
        (Kind.DENTIST, {"name": "T", "provider_number": "12"}, "rule-broken"),
        (Kind.CONTACT, {}, "rule-broken"),
        (Kind.CONTACT, {"email": "nobody"}, "rule-broken"),
        (Kind.COMMENT, {"text": " "}, "rule-broken"),
    ],
)
def test_what_does_not_fit_its_kind_is_refused(cast: Cast, kind: Entry.Kind, value: Any, code: str) -> None:
    with nothing_written(Entry), pytest.raises(FhirError) as refused:
        write(cast, cast.citizen.actor, kind, value)

    assert refused.value.code == code


def test_every_kind_of_entry_has_a_structure() -> None:
    assert set(values.KINDS) == set(Kind)


def test_the_second_of_two_who_saw_the_same_is_told_and_loses_nothing(cast: Cast) -> None:
    citizen_id, by = cast.citizen.person.pk, cast.citizen.actor
    seen = services.write_entry(by=by, citizen_id=citizen_id, kind=Kind.COMMENT, value={"text": "Først."}, if_match=0)
    later = services.write_entry(
        by=cast.doctor.actor, citizen_id=citizen_id, kind=Kind.COMMENT, value={"text": "Så."}, if_match=seen["version"]
    )

    for old in (0, seen["version"]):
        with nothing_written(Entry), pytest.raises(FhirError) as stale:
            services.write_entry(by=by, citizen_id=citizen_id, kind=Kind.COMMENT, value={"text": "Også."}, if_match=old)
        assert stale.value.code == "version-conflict"
    with nothing_written(Entry), pytest.raises(FhirError) as stale:
        services.clear_entry(by=by, citizen_id=citizen_id, kind=Kind.COMMENT, if_match=seen["version"])
    assert stale.value.code == "version-conflict"
    services.clear_entry(by=by, citizen_id=citizen_id, kind=Kind.COMMENT, if_match=later["version"])
    assert not Entry.objects.get().is_current
