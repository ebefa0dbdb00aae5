"""One type over several tables: reads find the row, searches go across them in one order, with one log row."""

from datetime import timedelta

import pytest

from access import faces
from consents.fhir import CONSENT
from fhir.registry import Resource, SearchParameter, add_face
from tests import factories
from tests.asking import Asking, logged, statements
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_consent_has_four_tables() -> None:
    assert [face.source.model.__name__ for face in CONSENT.faces] == [
        "Consent",
        "Block",
        "Registration",
        "RegistrationContent",
    ]


def test_pages_go_across_the_tables_in_one_order(cast: Cast) -> None:
    tove = cast.citizen.person
    rows = [cast.block]
    for number in range(3):
        rows += [
            factories.consent(citizen=tove),
            factories.block(citizen=tove),
        ]
        if number < 2:
            rows.append(factories.registration(citizen=tove, kind=["living-will", "organ-donor"][number]))
    for number, row in enumerate(rows):
        type(row).objects.filter(pk=row.pk).update(updated_at=cast.moment - timedelta(minutes=number % 4))
    ask = Asking(cast.citizen.actor)

    page = ask.get("Consent", patient=f"Patient/{tove.pk}", _count="2")
    ids, seen = page.ids, [page]
    while page.next():
        page = ask.get(page.next() or "")
        ids += page.ids
        seen.append(page)

    newest_first = sorted(rows, key=lambda row: (type(row).objects.get(pk=row.pk).updated_at, row.pk), reverse=True)
    assert ids == [str(row.pk) for row in newest_first]
    assert [len(item.ids) for item in seen] == [2, 2, 2, 2, 1]


def test_a_search_of_all_is_one_statement_each_and_one_log_row(cast: Cast) -> None:
    tove = cast.citizen.person
    consent, will = factories.consent(citizen=tove), factories.registration(citizen=tove)

    with statements(5):
        found = Asking(cast.citizen.actor).get("Consent", patient=f"Patient/{tove.pk}")

    assert set(found.ids) == {str(consent.pk), str(will.pk), str(cast.block.pk)}
    (row,) = logged()
    assert set(map(str, row.resource_ids)) == set(found.ids)
    assert (row.families, row.laws, row.rules) == (["sk-flag"], ["health-act"], ["own-record"])


def test_each_asker_gets_hers_across_the_tables(cast: Cast) -> None:
    tove = cast.citizen.person
    consent, will = (
        factories.consent(citizen=tove, recipient_unit=cast.units.practice),
        factories.registration(citizen=tove),
    )
    wanted = {
        "citizen": {consent.pk, will.pk, cast.block.pk},
        "gp": {consent.pk, will.pk},
        "doctor": {will.pk},
        "daughter": {will.pk},
        "dentist": {will.pk},
    }

    for name, keys in wanted.items():
        found = Asking(getattr(cast, name).actor).get("Consent", patient=f"Patient/{tove.pk}")
        assert set(found.ids) == set(map(str, keys)), name
    assert Asking(cast.stranger.actor).get("Consent", patient=f"Patient/{tove.pk}").status == 403


def test_a_search_that_no_table_can_meet_is_empty_and_still_decided(cast: Cast) -> None:
    whose = f"Patient/{cast.citizen.person.pk}"
    goal = "Goal/00000000-0000-7000-8000-000000000000"
    query = {"patient": whose, "scope": "adr", "data": goal}

    assert Asking(cast.citizen.actor).get("Consent", **query).ids == []
    assert Asking(cast.stranger.actor).get("Consent", **query).status == 403
    assert [row.outcome for row in logged()] == ["permit", "refuse"]


def test_a_code_that_one_table_knows_narrows_to_it(cast: Cast) -> None:
    whose = f"Patient/{cast.citizen.person.pk}"
    consent = factories.consent(citizen=cast.citizen.person)
    ask = Asking(cast.citizen.actor)

    assert set(ask.get("Consent", patient=whose, category="INFA,IDSCL").ids) == {str(consent.pk), str(cast.block.pk)}
    assert ask.get("Consent", patient=whose, category="INFA,acd").ids == [str(consent.pk)]
    assert ask.get("Consent", patient=whose, status="draft").ids == []
    unknown = ask.get("Consent", patient=whose, category="INFA,nothing")
    assert (unknown.status, unknown.code) == (422, "unknown-code")


def test_what_no_table_has_is_not_found_and_logged_once(cast: Cast) -> None:
    found = Asking(cast.doctor.actor).get(f"Consent/{cast.units.ward.pk}")

    assert found.status == 404
    assert len(logged()) == 1


def test_an_explanation_is_of_the_table_that_has_the_row(cast: Cast) -> None:
    will = factories.registration(citizen=cast.citizen.person)

    told = Asking(cast.doctor.actor).get(f"Consent/{will.pk}/$explain-access").body["parameter"]

    assert told[0] == {"name": "verdict", "valueCode": "permit"}
    assert told[1]["part"][0]["valueCode"] == "stamkort-look-up"
    assert faces.holder(CONSENT, will.pk).source.model.__name__ == "Registration"


def test_the_overview_has_all_the_tables(cast: Cast) -> None:
    consent = factories.consent(citizen=cast.citizen.person)

    found = Asking(cast.citizen.actor).get(f"Patient/{cast.citizen.person.pk}/$overview")

    assert {str(consent.pk), str(cast.block.pk)} <= set(found.ids)


def test_a_further_table_is_searched_and_ordered_as_the_type_is() -> None:
    other = SearchParameter("colour", "token", ("kind",), "None has it")

    with pytest.raises(ValueError, match="searched"):
        add_face(Resource("Consent", CONSENT.source, CONSENT.to_fhir, (other,)))
    assert len(CONSENT.faces) == 4
