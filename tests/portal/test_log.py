"""The log as pages: occasions, reasons, the filter, further pages, the file; and questions about a look."""

import re
from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from minlog import services
from minlog.models import Question
from portal.log_files import as_csv
from tests import factories
from tests.cast import Cast, Member
from tests.portal.kit import Visit, version_in

LOG = "/portal/log/"
WHY = "Hvorfor så I mine data den dag?"


@pytest.fixture
def visit(cast: Cast) -> Visit:
    return Visit(cast.citizen.person)


def looked(cast: Cast, member: Member, **more: Any) -> Entry:
    """A look of one of the cast at the citizen's data, yesterday unless said otherwise."""
    assert member.unit is not None
    fields = {
        "citizen_id": cast.citizen.person.pk,
        "professional_id": member.person.pk,
        "profession": member.person.profession,
        "unit_id": member.unit.pk,
        "recorded_at": factories.ago(days=1),
    }
    return factories.log_entry(**{**fields, **more})


def occasions(text: str) -> list[str]:
    """What each occasion of a page says, tags left out."""
    parts = re.findall(r'<li class="occasion.*?</details>', text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part)) for part in parts]


def test_looks_of_one_person_on_one_day_are_one_occasion_that_says_why(cast: Cast, visit: Visit) -> None:
    nurse, day = cast.municipal_nurse, factories.ago(days=3)
    for minutes in (0, 5, 9):
        looked(cast, nurse, recorded_at=day + timedelta(minutes=minutes))
    looked(cast, nurse, recorded_at=factories.ago(days=9))
    looked(cast, cast.doctor, recorded_at=day + timedelta(minutes=12), families=["cond-sul"])

    found = occasions(visit.get(LOG).text)

    assert [re.search(r"\d+ gange?", one)[0] for one in found] == ["1 gang", "3 gange", "1 gang"]  # type: ignore[index]
    whole = found[1]
    name = str(nurse.person)
    for told in (name, "sygeplejerske", cast.units.nursing.name, "Hvorfor måtte de?", "Du er i behandling", "sygdomme"):
        assert told in whole
    assert whole.count("Søgte i dine diagnoser") == 3


def test_override_and_refusal_are_marked(cast: Cast, visit: Visit) -> None:
    override = factories.override(citizen=cast.citizen.person, professional=cast.doctor.person, unit=cast.units.ward)
    looked(cast, cast.doctor, override_id=override.pk)
    looked(cast, cast.stranger, outcome="refuse", reason="no_relation", rules=[], families=[])

    shown = {sort: visit.get(f"{LOG}?whose={sort}").text for sort in ("all", "overrides", "refused")}

    assert "Brød din spærring" in shown["all"]
    assert "Din spærring blev brudt." in shown["overrides"]
    assert "Opslaget blev afvist." in shown["refused"]
    assert cast.stranger.person.family_name not in shown["overrides"]
    assert cast.doctor.person.family_name not in shown["refused"]


def test_own_looks_and_those_of_relatives_stand_apart(cast: Cast, visit: Visit) -> None:
    looked(cast, cast.doctor)
    mine = {"citizen_id": cast.citizen.person.pk, "acting_as": "citizen", "purpose": "own", "rules": ["own-record"]}
    factories.log_entry(actor_citizen_id=cast.citizen.person.pk, **mine)
    lise = cast.daughter.person
    factories.log_entry(**{**mine, "acting_as": "proxy", "rules": ["power-of-attorney"]}, actor_citizen_id=lise.pk)

    who = {
        sort: " ".join(occasions(visit.get(f"{LOG}?whose={sort}").text)) for sort in ("", "others", "own", "relatives")
    }

    assert who[""] == who["others"]
    assert cast.doctor.person.family_name in who["others"]
    assert lise.family_name in who["relatives"]
    assert f"{cast.citizen.person.family_name} , borgeren selv" in who["own"]
    for sort, person in (("others", cast.doctor.person), ("relatives", lise)):
        assert {other for other, text in who.items() if person.family_name in text} - {""} == {sort}
    assert "borgeren selv" not in who["others"] + who["relatives"]


def test_part_of_the_log_is_found_by_time_place_and_kind(cast: Cast, visit: Visit) -> None:
    looked(cast, cast.doctor, recorded_at=factories.ago(days=20), families=["diag"])
    looked(cast, cast.municipal_nurse, families=["cond-sul", "appt-sul"])
    looked(cast, cast.home_helper, families=["int-soc"])
    since = (factories.now() - timedelta(days=5)).date().isoformat()

    def names(query: str) -> set[str]:
        text = " ".join(occasions(visit.get(f"{LOG}?{query}").text))
        members = {"doctor": cast.doctor, "nurse": cast.municipal_nurse, "helper": cast.home_helper}
        return {name for name, member in members.items() if member.person.family_name in text}

    assert names("") == {"doctor", "nurse", "helper"}
    assert names(f"since={since}") == {"nurse", "helper"}
    assert names(f"until={since}") == {"doctor"}
    assert names(f"unit={cast.units.municipality.pk}") == {"nurse", "helper"}
    assert names(f"unit={cast.units.nursing.pk}&kind=visits") == {"nurse"}
    assert names("kind=illness") == {"doctor", "nurse"}
    wrong = visit.get(f"{LOG}?since=igaar")
    assert (wrong.status_code, "Skriv datoen" in wrong.text, 'value="igaar"' in wrong.text) == (422, True, True)
    assert visit.get(f"{LOG}?unit=nonsense").status_code == 422
    assert visit.get(f"{LOG}?after=nonsense").status_code == 400


def test_further_pages_leave_nothing_out_and_repeat_nothing(cast: Cast, visit: Visit) -> None:
    """Days enough for three pages; one of them, with more looks than a page holds, is cut and goes on."""
    for day in range(1, 71):
        looked(cast, cast.doctor, recorded_at=factories.ago(days=day))
    for minute in range(125):
        looked(cast, cast.gp, recorded_at=factories.ago(days=30) + timedelta(seconds=minute))
    address, counted = LOG, 0
    for _page in range(12):
        page = visit.get(address).text
        counted += sum(int(re.search(r"(\d+) gang", one)[1]) for one in occasions(page))  # type: ignore[index]
        older = re.search(r'href="(\?[^"]*after=[^"]*)"', page)
        if older is None:
            break
        address = LOG + older[1]

    assert older is None
    assert counted == 195


def test_file_holds_what_was_chosen_and_tells_nothing_by_its_name(cast: Cast, visit: Visit) -> None:
    stated = "treatment: =HYPERLINK(1)"
    looked(cast, cast.doctor, interaction="consent-window", resource_type="Patient", rules=[], query=stated)
    looked(cast, cast.home_helper, families=["int-soc"])

    csv = visit.get(f"{LOG}file/?as=csv&whose=others")
    text = visit.get(f"{LOG}file/?as=text&kind=help")
    cut = visit.get(f"{LOG}file/?as=csv&since=igaar")

    assert csv["Content-Type"].startswith("text/csv")
    assert re.fullmatch(r'attachment; filename="log-\d{4}-\d\d-\d\d\.csv"', csv["Content-Disposition"])
    assert csv.text.splitlines()[0] == ("\ufeffTid;Hvem;Rolle;Sted;På vegne af;Hvad;Om;Hvorfor;Brød spærring;Afvist")
    assert cast.doctor.person.family_name in csv.text
    assert str(cast.citizen.person.cpr) not in csv.text + text.text
    assert cast.home_helper.person.family_name in text.text
    assert cast.doctor.person.family_name not in text.text
    assert (cut.status_code, "Content-Disposition" in cut) == (422, False)


def test_cell_that_a_spreadsheet_would_run_is_made_harmless() -> None:

    assert as_csv([["=1+1", "-x", "ok"]], ["a", "b", "c"], end="").splitlines()[1] == "'=1+1;'-x;ok"


def test_shielded_name_stands_nowhere(cast: Cast, visit: Visit) -> None:
    factories.unit_shield(unit=cast.units.nursing, code="VEST-7")
    nurse = cast.municipal_nurse
    entry = looked(cast, nurse)
    unit = f"/portal/access/unit/{cast.units.nursing.pk}/"
    ways = [LOG, unit, f"{LOG}file/?as=csv", f"{LOG}file/?as=text", f"{LOG}ask/{entry.id}/"]

    for path in ways:
        text = visit.get(path).text
        assert "VEST-7" in text, path
        for kept in (nurse.person.family_name, str(nurse.person.pk), nurse.person.authorisation_id):
            assert kept not in text, path


@pytest.mark.parametrize("families", [["log"], ["diag"]])
def test_proxy_reads_the_log_where_the_power_names_it(families: list[str], cast: Cast) -> None:
    looked(cast, cast.doctor)
    other = factories.aged(40)
    factories.power_of_attorney(principal=cast.citizen.person, attorney=other, families=[*families, "diag"])

    answer = Visit(other, acting_for=cast.citizen.person).get(LOG)

    may = "log" in families
    assert (answer.status_code, cast.doctor.person.family_name in answer.text) == ((200, True) if may else (403, False))


def test_question_is_sent_answered_and_closed(cast: Cast, visit: Visit) -> None:
    entry = looked(cast, cast.municipal_nurse)
    ask = f"{LOG}ask/{entry.id}/"
    assert f'href="{ask}"' in visit.get(LOG).text

    short = visit.post(ask, text="Nå?")
    assert (short.status_code, "Skriv det med ord." in short.text, ">\nNå?</textarea>" in short.text) == (
        422,
        True,
        True,
    )
    assert not Question.objects.exists()
    sent = visit.post(ask, text=WHY)
    page = visit.follow(sent)
    again = visit.post(ask, text=WHY)
    old = version_in(page)
    case = Question.objects.get()
    by, answer = cast.municipal_nurse.actor, "Jeg besøgte dig den dag."
    services.answer_question(by=by, key=case.pk, text=answer, if_match=1)
    stale = visit.post(sent["Location"], version=old)
    closed = visit.post(sent["Location"], version=version_in(stale))

    assert "Du venter på svar." in page.text
    assert (again.status_code, "Du har allerede spurgt" in again.text, WHY in again.text) == (422, True, True)
    assert (stale.status_code, answer in stale.text, "Der er kommet nyt" in stale.text) == (412, True, True)
    assert closed.status_code == 303
    assert "Sagen er lukket." in visit.get(LOG).text
    assert Question.objects.get().closed_at is not None


def test_proxy_who_may_only_read_is_told_that_she_may_not_ask(cast: Cast) -> None:
    entry, other = looked(cast, cast.doctor), factories.aged(40)
    factories.power_of_attorney(
        principal=cast.citizen.person, attorney=other, families=["log", "diag"], may_write=False
    )

    answer = Visit(other, acting_for=cast.citizen.person).post(f"{LOG}ask/{entry.id}/", text=WHY)

    assert answer.status_code == 403
    assert not Question.objects.exists()


def test_who_reads_for_another_is_told_whom_it_is_about(cast: Cast) -> None:
    looked(cast, cast.doctor)
    refused = factories.log_entry(citizen_id=cast.citizen.person.pk, outcome="refuse", reason="blocked", rules=[])
    about = cast.citizen.person.given_name
    page = Visit(cast.daughter.person, acting_for=cast.citizen.person).get("/portal/log/").text
    own = Visit(cast.citizen.person).get("/portal/log/").text

    assert refused.pk
    assert f"{about} har spærret for det." in page
    assert "Du har spærret for det." not in page
    assert "Du har spærret for det." in own
    assert re.search(rf"{about}s (oplysninger|diagnoser)", page)
    assert not re.search(r"\b(dine|dit) (oplysninger|diagnoser|stamkort|samtykke)", page)
