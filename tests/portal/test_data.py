"""My data: everything as one file and as a document, as `$everything` decides it, and logged as a download."""

import json
import re
import zlib
from typing import Any

import pytest

from access import everything
from audit.models import Entry
from fhir.lines import SECTIONS, sections_of
from fhir.registry import all_resources
from tests import factories
from tests.asking import Asking
from tests.cast import Cast, make_cast
from tests.conformance import checked_answer
from tests.portal.kit import Visit

FILE, DOCUMENT = "/portal/data/file/", "/portal/data/document/"


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    tove = made.citizen.person
    factories.diagnosis(citizen=tove, origin=made.units.ward)
    factories.private_life_goal(citizen=tove, words="Jeg vil gå ned til søen.")
    factories.appointment(citizen=tove, origin=made.units.ward)
    return made


def bundle(visit: Visit, **headers: str) -> dict[str, Any]:
    answer = visit.get(FILE, **headers)
    assert answer.status_code == 200, answer
    found: dict[str, Any] = json.loads(b"".join(answer.streaming_content))
    return found


def ids(bundle: dict[str, Any]) -> list[str]:
    return sorted(f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in bundle["entry"])


def test_file_holds_what_everything_tells_and_conforms(cast: Cast) -> None:
    tove = cast.citizen.person
    asked = Asking(cast.citizen.actor).get(f"Patient/{tove.pk}/$everything", _count="200").body
    got = bundle(Visit(tove))

    assert ids(got) == ids(asked)
    assert {each["fullUrl"] for each in got["entry"]} >= {f"http://localhost:8000/fhir/Patient/{tove.pk}"}
    checked_answer("/fhir/", "application/fhir+json", 200, json.dumps(got).encode())


def test_file_of_many_pages_is_whole_and_each_page_is_logged(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bundle(Visit(cast.citizen.person))
    monkeypatch.setattr(everything, "PAGE", 2)
    before = Entry.objects.filter(interaction="everything").count()
    in_parts = bundle(Visit(cast.citizen.person))
    pages = -(-len(whole["entry"]) // 2)

    assert ids(in_parts) == ids(whole)
    assert Entry.objects.filter(interaction="everything").count() - before == pages


def test_download_is_logged_as_one_and_named_without_a_number(cast: Cast) -> None:
    tove = cast.citizen.person
    for path, ending in ((FILE, "json"), (DOCUMENT, "pdf")):
        answer = Visit(tove).get(path)
        assert re.fullmatch(
            rf'attachment; filename="mine-data-\d{{4}}-\d\d-\d\d\.{ending}"', answer["Content-Disposition"]
        )
        assert answer["Cache-Control"] == "no-store"
    rows = Entry.objects.filter(interaction="download", citizen_id=tove.pk, outcome="permit")
    assert sorted(rows.values_list("query", flat=True)) == ["document", "file"]


def test_who_acts_for_her_gets_what_she_may_see_and_a_stranger_nothing(cast: Cast) -> None:
    tove = cast.citizen.person
    tove.attorneys.update(families=["appt-sul", "sk-reg"])
    daughters = bundle(Visit(cast.daughter.person, acting_for=tove))
    types = {each["resource"]["resourceType"] for each in daughters["entry"]}

    assert types == {"Patient", "Appointment"}
    strangers = bundle(Visit(factories.citizen()))
    assert str(tove.pk) not in str(strangers)
    assert [Visit().get(path).status_code for path in (FILE, DOCUMENT)] == [303, 303]


def test_child_is_refused_with_a_page_and_not_with_half_a_file(db: None) -> None:
    child = factories.child()
    for path in (FILE, DOCUMENT):
        answer = Visit(child).get(path)
        assert (answer.status_code, answer.streaming) == (403, False)
    assert not Entry.objects.filter(interaction="download").exists()


def test_document_tells_its_language_its_pages_and_all_in_plain_words(cast: Cast, settings: Any) -> None:
    settings.STATICFILES_DIRS = []  # where the design system is not installed the letters are the reader's own
    answer = Visit(cast.citizen.person).get(DOCUMENT, language="da")
    raw = answer.content
    streams = [zlib.decompress(found) for found in re.findall(rb"stream\n(.*?)\nendstream", raw, re.DOTALL)]
    text = b" ".join(streams).decode("latin-1")

    assert raw.startswith(b"%PDF-")
    assert b"/Lang (da)" in raw
    for told in (
        "Om Tove Test",
        "Det er ikke med",
        "Aftaler",
        "Diagnoser og tilstande",
        "Mål",
        "søen",
        "Side 1 af",
    ):
        assert told in text, told
    assert str(cast.citizen.person.cpr) not in text
    assert b"Tove" not in raw[raw.rindex(b"/Title") :][:120]


def test_document_has_the_letters_of_the_pages_where_they_are_installed(cast: Cast) -> None:
    raw = Visit(cast.citizen.person, language="en").get(DOCUMENT).content

    assert raw.startswith(b"%PDF-")
    assert b"/Lang (en)" in raw


def test_everything_that_is_told_of_a_citizen_has_a_heading_in_the_document() -> None:
    told = {each.type for each in all_resources() if each.citizen_parameter and each.in_overview}
    assert told - {"Patient"} <= set(SECTIONS)


def test_consent_and_block_are_named_in_the_document_as_what_they_are(cast: Cast) -> None:
    tove = cast.citizen.person
    factories.consent(citizen=tove, recipient_unit=cast.units.ward)
    factories.block(citizen=tove, unit=cast.units.ward)

    told = [each["resource"] for each in bundle(Visit(tove))["entry"] if each["resource"]["resourceType"] == "Consent"]
    named = {line.title for section in sections_of(told, english=False) for line in section.lines}

    assert {"Samtykke", "Spærring"} <= named
    assert "Registrering" not in named
