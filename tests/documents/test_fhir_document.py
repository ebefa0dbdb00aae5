"""DocumentReference and Binary: documents as they were written, through real HTTP with real tokens."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from audit.models import Entry
from documents.models import LARGEST, Document
from tests import factories
from tests.cast import Cast, make_cast
from tests.consents.bodies import marking
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

LOINC, CLASSES = "http://loinc.org", "urn:oid:1.2.208.184.100.9"
TEXT = "Udskrevet i bedring. Ilt ved anstrengelse."
ELDERLY = {
    "url": "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis",
    "valueCodeableConcept": {
        "coding": [{"system": "http://ehealth.sundhed.dk/cs/jurisdiction", "code": "elderly-act"}]
    },
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def attached(content: bytes = TEXT.encode(), kind: str = "text/plain", **more: Any) -> list[dict[str, Any]]:
    return [{"attachment": {"contentType": kind, "data": b64encode(content).decode(), **more}}]


def summary(cast: Cast, **more: Any) -> dict[str, Any]:
    """A discharge summary as a client would send it."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "preliminary",
        "type": {"coding": [{"system": LOINC, "code": "18842-5", "display": "Epikrise"}]},
        "category": [{"coding": [{"system": CLASSES, "code": "001"}]}],
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "description": "Efter indlæggelse",
        "content": attached(title="Epikrise", creation="2026-03-02T10:00:00+01:00", language="da"),
        "context": {"period": {"start": "2026-02-20", "end": "2026-03-02"}},
        **more,
    }


def test_a_document_is_told_and_its_content_fetched_where_the_attachment_says(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("DocumentReference", summary(cast))
    assert made.status == 201, made.body

    seen = Rest(cast.gp).get(f"DocumentReference/{made.body['id']}").body
    attachment = seen["content"][0]["attachment"]
    content = Rest(cast.gp).get(attachment["url"])

    assert seen == made.body
    assert (attachment["size"], attachment["title"], "data" in attachment) == (len(TEXT.encode()), "Epikrise", False)
    assert (content.status, b64decode(content.body["data"]).decode()) == (200, TEXT)
    assert content.body["securityContext"] == {"reference": f"DocumentReference/{made.body['id']}"}
    assert seen["custodian"] == {"reference": f"Organization/{cast.units.ward.pk}"}
    stored = Document.objects.get()
    assert (stored.category, stored.recorded_under, stored.occurred_at) == (Category.DOC_SUL, Law.HEALTH, stored.start)
    assert Entry.objects.filter(resource_type="Binary", outcome="permit").count() == 1


def test_who_may_read_it_may_read_its_content_and_nobody_else(cast: Cast) -> None:
    health = factories.document(citizen=cast.citizen.person, origin=cast.units.ward)
    social = factories.home_care_note(citizen=cast.citizen.person, origin=cast.units.home_care)
    marked = factories.document(citizen=cast.citizen.person, origin=cast.units.ward)
    factories.private_marking(marked)
    names = (
        *("doctor", "gp", "municipal_nurse", "citizen", "daughter"),
        *("home_helper", "caseworker", "stranger", "blocked_doctor", "social_psychiatry_worker"),
    )

    def readers(kind: str, thing: Document) -> set[str]:
        return {name for name in names if Rest(getattr(cast, name)).get(f"{kind}/{thing.pk}").status == 200}

    for thing, expected in (
        (health, {"doctor", "gp", "municipal_nurse", "citizen", "daughter"}),
        (social, {"home_helper", "citizen", "daughter"}),
        (marked, {"citizen", "daughter"}),
    ):
        assert readers("DocumentReference", thing) == readers("Binary", thing) == expected, thing.title
    unknown = Rest(cast.blocked_doctor).get("Binary/5f0c9d0e-0000-7000-8000-000000000001")
    assert Rest(cast.blocked_doctor).get(f"Binary/{health.pk}").body == unknown.body


def test_the_citizen_marks_a_document_private_and_takes_it_back_by_a_patch(cast: Cast) -> None:
    cast.block.delete()
    health = factories.document(citizen=cast.citizen.person, origin=cast.units.ward)
    tove, doctor = Rest(cast.citizen), Rest(cast.doctor)

    made = tove.post("Consent", marking(cast, f"DocumentReference/{health.pk}"))
    hidden = [doctor.get(f"{kind}/{health.pk}").status for kind in ("DocumentReference", "Binary")]
    ended = tove.patch(
        f"Consent/{made.body['id']}", [{"op": "replace", "path": "/status", "value": "inactive"}], If_Match='W/"1"'
    )

    assert made.status == 201, made.body
    assert hidden == [404, 404]
    assert (ended.status, ended.body["status"]) == (200, "inactive"), ended.body
    assert doctor.get(f"Binary/{health.pk}").status == 200


def test_who_may_write_and_under_which_act(cast: Cast) -> None:
    by = {name: Rest(getattr(cast, name)) for name in ("doctor", "home_helper", "citizen", "stranger", "clerk")}

    answers = {name: asker.post("DocumentReference", summary(cast)) for name, asker in by.items()}
    stated = by["home_helper"].post("DocumentReference", summary(cast, extension=[ELDERLY]))

    assert {name: answer.status for name, answer in answers.items()} == {
        "doctor": 201, "home_helper": 422, "citizen": 403, "stranger": 403, "clerk": 403,
    }  # fmt: skip
    assert stated.status == 201, stated.body
    kept = Document.objects.get(pk=stated.body["id"])
    assert (kept.category, kept.recorded_under) == (Category.DOC_SOC, Law.ELDERLY)


def test_a_consent_covers_documents_only_where_it_names_them_or_everything(cast: Cast) -> None:
    note = factories.home_care_note(citizen=cast.citizen.person, origin=cast.units.home_care)
    given = {"citizen": cast.citizen.person, "recipient_unit": cast.units.ward}

    before = Rest(cast.doctor).get(f"DocumentReference/{note.pk}").status
    factories.consent(**given, families=[Category.PLAN_SOC, Category.INT_SOC])
    of_others = Rest(cast.doctor).get(f"Binary/{note.pk}").status
    factories.consent(**given, families=[Category.DOC_SOC])

    assert (before, of_others, Rest(cast.doctor).get(f"Binary/{note.pk}").status) == (403, 403, 200)


def test_it_stands_under_the_act_of_the_contact_it_was_written_at(cast: Cast) -> None:
    about = {"citizen": cast.citizen.person}
    visit = factories.finished_contact(**about, origin=cast.units.home_care, recorded_under=Law.SERVICE)
    hidden = factories.finished_contact(**about, origin=cast.units.ward)
    foreign = factories.finished_contact()

    def sent(contact: Any) -> Any:
        context = {"encounter": [{"reference": f"Encounter/{contact.pk}"}]}
        return Rest(cast.home_helper).post("DocumentReference", summary(cast, context=context, extension=extension))

    extension: list[Any] = []
    made = sent(visit)
    extension = [ELDERLY]
    others = [sent(contact) for contact in (visit, hidden, foreign)]

    assert made.status == 201, made.body
    assert made.body["context"]["encounter"] == [{"reference": f"Encounter/{visit.pk}"}]
    assert Document.objects.get().recorded_under == Law.SERVICE
    assert [answer.error for answer in others] == ["rule-broken", "dangling-reference", "dangling-reference"]
    found = Rest(cast.home_helper).get("DocumentReference", patient=about["citizen"].pk, encounter=visit.pk)
    assert found.ids == [made.body["id"]]
    assert "context" not in Rest(cast.home_helper).get("DocumentReference", _elements="type", _id=found.ids[0]).rows[0]


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"content": []}, 400, "wrong-shape"),
    ({"content": [*attached(), *attached()]}, 422, "rule-broken"),
    ({"content": [{"attachment": {"contentType": "text/plain"}}]}, 422, "rule-broken"),
    ({"content": [{"attachment": {"contentType": "text/plain", "data": "æøå"}}]}, 400, "wrong-shape"),
    ({"content": [{"attachment": {"contentType": "text/plain", "url": "https://example.dk/x"}}]}, 422, "rule-broken"),
    ({"content": attached(kind="text/html")}, 422, "unknown-code"),
    ({"content": attached(kind="application/pdf")}, 422, "rule-broken"),
    ({"content": attached(b"%PDF-1.7 \xff\x00", "text/plain")}, 422, "rule-broken"),
    ({"content": attached(hash="AAAAAAAAAAAAAAAAAAAAAAAAAAA=")}, 422, "rule-broken"),
    ({"content": attached(b"x" * (LARGEST + 1))}, 413, "too-large"),
    ({"content": attached(title="x" * 201)}, 422, "rule-broken"),
    ({"content": attached(language="dansk")}, 422, "unknown-code"),
    ({"type": {"coding": [{"system": LOINC, "code": "epikrise"}]}}, 422, "unknown-code"),
    ({"type": {"coding": [{"system": "urn:oid:1.2.208.176.2.31", "code": "R95"}]}}, 422, "unknown-code"),
    ({"category": [{"coding": [{"system": CLASSES, "code": "1"}]}]}, 422, "unknown-code"),
    ({"status": "superseded"}, 422, "rule-broken"),
    ({"status": "active"}, 422, "unknown-code"),
    ({"docStatus": "done"}, 422, "unknown-code"),
    ({"context": {"period": {"start": "2026-03-02", "end": "2026-03-01"}}}, 422, "rule-broken"),
    ({"relatesTo": []}, 400, "wrong-shape"),
    ({"custodian": {"reference": "Organization/5f0c9d0e-0000-7000-8000-000000000001"}}, 422, "rule-broken"),
]


def test_what_is_wrong_is_refused_and_nothing_written(cast: Cast) -> None:
    doctor, before = Rest(cast.doctor), written()

    for change, status, code in WRONG:
        answer = doctor.post("DocumentReference", summary(cast) | change)
        assert (answer.status, answer.error) == (status, code), (change.keys(), answer.body)

    assert written() == before
    assert not Document.objects.exists()


def test_only_how_it_stands_is_changed_and_an_error_stays_one(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("DocumentReference", summary(cast)).body
    kept = Document.objects.get()

    final = doctor.put(made | {"docStatus": "final"})
    for change in (
        {"description": "Andet"},
        {"content": attached(b"Noget andet", title="Epikrise", creation="2026-03-02T10:00:00+01:00", language="da")},
        {"subject": {"reference": f"Patient/{factories.citizen().pk}"}},
    ):
        assert doctor.put(made | change, version=2).status == 422, change
    ended = doctor.patch(
        f"DocumentReference/{made['id']}",
        [{"op": "replace", "path": "/status", "value": "entered-in-error"}],
        If_Match='W/"2"',
    )
    again = doctor.put(made, version=3)

    assert (final.status, final.body["docStatus"]) == (200, "final")
    assert (ended.status, ended.body["status"]) == (200, "entered-in-error")
    assert (again.status, again.error) == (422, "rule-broken")
    assert Rest(cast.hospital_nurse).put(made, version=3).status == 422
    assert Rest(cast.gp).put(made, version=3).status == 403
    assert Document.objects.get().content == kept.content
    history = Rest(cast.gp).get(f"DocumentReference/{made['id']}/_history").rows
    assert [row.get("docStatus") for row in history] == ["final", "final", "preliminary"]


def test_search_parameters_and_pages(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.ward}
    old = factories.superseded_document(
        **about,
        start=instant(2025, 5, 1),
        end=instant(2025, 5, 9),
        created_at=instant(2025, 5, 9),
        source="epj",
        source_id="d-1",
    )
    new = factories.document(
        **about,
        type_code="11506-3",
        class_code="002",
        start=instant(2026, 5, 1),
        end=instant(2026, 5, 9),
        created_at=instant(2026, 5, 9),
    )
    doctor = Rest(cast.doctor)
    asked: list[tuple[dict[str, str], list[Any]]] = [
        ({"_sort": "-date"}, [new, old]),
        ({"_sort": "date", "_count": "1"}, [old]),
        ({"_id": str(old.pk)}, [old]),
        ({"category": f"{CLASSES}|001"}, [old]),
        ({"category": f"{CLASSES}|001", "date": "2025"}, [old]),
        ({"type": f"{LOINC}|11506-3"}, [new]),
        ({"type": "18842-5"}, [old]),
        ({"status": "current"}, [new]),
        ({"period": "ge2026-01-01"}, [new]),
        ({"custodian": f"Organization/{cast.units.ward.pk}", "_sort": "date"}, [old, new]),
        ({"identifier": "d-1"}, [old]),
    ]

    for parameters, expected in asked:
        answer = doctor.get("DocumentReference", patient=tove.pk, **parameters)
        assert answer.ids == [str(item.pk) for item in expected], parameters
    assert doctor.get("DocumentReference", patient=tove.pk, format="x").error == "unknown-parameter"
    assert doctor.get("Binary", _id=str(old.pk)).status == 405
    bundle = doctor.get("DocumentReference", patient=tove.pk, _include="DocumentReference:custodian")
    assert {row["resourceType"] for row in bundle.rows} == {"DocumentReference", "Organization"}


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    tove, doctor = cast.citizen.person, Rest(cast.doctor)
    made = doctor.post("DocumentReference", summary(cast)).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    assert statements(lambda: doctor.get(f"DocumentReference/{made['id']}")) == 1
    assert statements(lambda: doctor.get(f"Binary/{made['id']}")) == 1
    assert statements(lambda: doctor.get("DocumentReference", patient=tove.pk)) == 1
    assert statements(lambda: doctor.post("DocumentReference", summary(cast))) == 1
