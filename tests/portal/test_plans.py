"""Plans and goals: what was agreed, her own words and who shares them, her answer to others, and how far it is."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from access.vocabulary import Category
from goals.models import Goal
from portal.pictures import curve_of, scale_of
from tests import factories
from tests.asking import Asking
from tests.cast import Cast, make_cast
from tests.portal.kit import Visit, version_in

pytestmark = pytest.mark.django_db
PLANS, NEW = "/portal/plans/", "/portal/plans/goals/new/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def visit(cast: Cast) -> Visit:
    return Visit(cast.citizen.person)


def hers(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"citizen": cast.citizen.person, "origin": cast.units.ward, **more}


def admitted(cast: Cast, days: int, until: int, **more: Any) -> None:
    stay = {
        "start": factories.ago(days=days),
        "end": factories.ago(days=until),
        "basis": "admission",
        "status": "ended",
    }
    factories.treatment_relation(**hers(cast, **stay, **more))


def test_agreements_of_the_last_admission_stand_first_and_none_of_another(cast: Cast, visit: Visit) -> None:
    admitted(cast, 60, 50)
    admitted(cast, 20, 10)
    plan = {"description": "Tag ilt om natten.\n- Ring ved feber.", "title": "Udskrivelsen"}
    last = factories.care_plan(**hers(cast, start=factories.ago(days=10), status="active", **plan))
    factories.care_plan(**hers(cast, start=factories.ago(days=52), description="Gammel aftale"))
    factories.care_plan(
        **hers(cast, origin=cast.units.practice, start=factories.ago(days=12), description="Lægens plan")
    )

    page = visit.get(PLANS).text
    section = page.partition("da du sidst var indlagt")[2].partition("</section>")[0]

    assert "<li>Tag ilt om natten.</li><li>Ring ved feber.</li>" in section
    assert ("Gammel aftale" in section, "Lægens plan" in section) == (False, False)
    assert f"/portal/plans/{last.pk}/" in section


def test_admission_without_a_word_is_said_to_be_so(cast: Cast, visit: Visit) -> None:
    assert "sidst var indlagt" not in Visit(factories.citizen()).get(PLANS).text
    admitted(cast, 20, 10)

    assert f"Spørg {cast.units.ward.name}" in visit.get(PLANS).text


def test_plan_says_who_answers_what_is_done_and_what_for(cast: Cast, visit: Visit) -> None:
    aim = factories.disease_goal(**hers(cast, words="Mere luft"))
    act = factories.intervention(**hers(cast, purpose_goal=aim, display="Iltbehandling"))
    other = factories.intervention(**hers(cast, display="Vejledning"))
    ill = factories.diagnosis(**hers(cast, display="KOL"))
    factories.intervention_condition(intervention=other, condition=ill)
    meeting = factories.appointment(**hers(cast, description="Kontrol om en uge"))
    plan = factories.active_care_plan(**hers(cast, author=cast.doctor.person))
    for thing in (aim, act, other, ill, meeting):
        factories.plan_element(plan, thing)

    page = visit.get(f"{PLANS}{plan.pk}/").text

    assert "Det skal hjælpe til: Mere luft." in page.partition("Iltbehandling")[2]
    assert "Fordi: KOL" in page.partition("Vejledning")[2]
    assert (cast.doctor.person.family_name in page, "Kontrol om en uge" in page) == (True, True)
    assert Visit(factories.citizen()).get(f"{PLANS}{plan.pk}/").status_code == 404


def test_nobody_has_asked_is_said_only_while_it_is_true(cast: Cast, visit: Visit) -> None:
    factories.no_dialogue_yet(**hers(cast))
    before = visit.get(PLANS).text
    factories.dialogue(**hers(cast, participants="Tove og sygeplejersken"))
    after = visit.get(PLANS).text

    assert ["Ingen har spurgt til dine mål endnu" in page for page in (before, after)] == [True, False]
    assert "Tove og sygeplejersken" in after


@pytest.mark.law("citizens-choice")
def test_life_goal_is_written_shared_otherwise_and_ended(cast: Cast, visit: Visit) -> None:
    ward, practice = str(cast.units.ward.pk), str(cast.units.practice.pk)

    def seen() -> list[bool]:
        key = Goal.objects.get().pk
        return [Asking(who.actor).get(f"Goal/{key}").status == 200 for who in (cast.doctor, cast.gp, cast.home_helper)]

    made = visit.post(NEW, words="Jeg vil i haven <igen>", sharing="all")
    goal = Goal.objects.get()
    change = f"/portal/plans/goals/{goal.pk}/change/"
    for_all = seen()
    page = visit.get(change)
    named = visit.post(change, words="Jeg vil i haven", sharing="named", units=[ward], version=version_in(page))
    only_ward = seen()
    assert f'value="{practice}"' in visit.get(change).text
    ended = visit.post(change, end="completed", version=2)

    assert (made.status_code, named.status_code, ended.status_code) == (303, 303, 303)
    assert (for_all, only_ward) == ([True, True, True], [True, False, False])
    goal.refresh_from_db()
    assert (goal.words, goal.status, goal.version, goal.author_kind) == ("Jeg vil i haven", "completed", 3, "citizen")
    assert "Mål, der er slut" in visit.get(PLANS).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"words": "", "sharing": "all"}, "Skriv noget her."),
        ({"words": "Mit mål", "sharing": "named"}, "Vælg mindst ét sted."),
        ({"words": "Mit mål"}, "Vælg en af mulighederne."),
        ({"words": "Mit mål", "sharing": "hele verden"}, "Vælg en af mulighederne."),
    ],
)
def test_wrong_form_keeps_what_was_typed_says_what_is_wrong_and_saves_nothing(
    visit: Visit, typed: dict[str, str], told: str
) -> None:
    answer = visit.post(NEW, typed)

    assert (answer.status_code, told in answer.text, typed["words"] in answer.text) == (422, True, True)
    assert not Goal.objects.exists()


def test_second_of_two_is_shown_both_versions_and_chooses(cast: Cast, visit: Visit) -> None:
    goal = factories.life_goal(citizen=cast.citizen.person, words="Først")
    change = f"/portal/plans/goals/{goal.pk}/change/"
    stale = version_in(visit.get(change))
    visit.post(change, words="Fra tabletten", sharing="all", version=stale)

    second = visit.post(change, words="Fra telefonen", sharing="health", version=stale)
    goal.refresh_from_db()
    assert (second.status_code, goal.words, goal.version) == (412, "Fra tabletten", 2)
    assert ("Fra tabletten" in second.text, "Fra telefonen" in second.text) == (True, True)

    saved = visit.post(change, words="Fra telefonen", sharing="health", version=version_in(second))
    goal.refresh_from_db()
    assert (saved.status_code, goal.words, goal.sharing) == (303, "Fra telefonen", "health")


@pytest.mark.parametrize(("answer", "other"), [("accepted", "rejected"), ("rejected", "accepted")])
def test_proposed_goal_is_answered_once_with_a_comment(cast: Cast, visit: Visit, answer: str, other: str) -> None:
    goal = factories.overall_goal(**hers(cast, status="proposed", is_agreed=None, words="Gå en tur hver dag"))
    path = f"/portal/plans/goals/{goal.pk}/"

    asked = visit.get(PLANS).text
    sent = visit.post(path, answer=answer, comment="Kun i godt vejr", version=1)
    again = visit.post(path, answer=other, comment="", version=2)
    goal.refresh_from_db()

    assert "Svar på et forslag" in asked
    assert (sent.status_code, again.status_code) == (303, 422)
    assert (goal.status, goal.is_agreed, goal.version) == (answer, answer == "accepted", 2)
    assert goal.citizen_comment == "Kun i godt vejr"
    assert visit.post(path, answer="", comment="Også i regn", version=1).status_code == 412


def test_daughter_sees_what_is_shared_with_all_and_answers_and_writes_nothing(cast: Cast) -> None:
    mine = {"citizen": cast.citizen.person}
    factories.life_goal(**mine, words="Delt med alle")
    factories.health_only_life_goal(**mine, words="Kun for lægen")
    goal = factories.overall_goal(**hers(cast, status="proposed", is_agreed=None))
    visit = Visit(cast.daughter.person, acting_for=cast.citizen.person)

    page = visit.get(PLANS).text
    answers = [
        visit.post(f"/portal/plans/goals/{goal.pk}/", page="/portal/acting/", answer="accepted", version=1),
        visit.post(NEW, page="/portal/acting/", words="Mors mål", sharing="all"),
    ]

    assert [text in page for text in ("Delt med alle", "Kun for lægen", NEW)] == [True, False, False]
    assert [answer.status_code for answer in answers] == [403, 422]
    goal.refresh_from_db()
    assert (goal.status, Goal.objects.count()) == ("proposed", 3)


def test_how_far_is_a_picture_and_the_same_in_words(cast: Cast, visit: Visit) -> None:
    goal = factories.disease_goal(**hers(cast))
    code = {"code_system": goal.measure_system, "code": goal.measure_code, "value_unit": "mmol/mol"}
    for days, value in ((30, "61"), (10, "55.5")):
        at = factories.ago(days=days)
        factories.follow_up(**hers(cast, **code, value_quantity=Decimal(value), occurred_at=at, category=Category.DIAG))
    factories.evaluation(goal=goal, citizen=goal.citizen, origin=cast.units.ward)
    factories.functional_goal(citizen=cast.citizen.person, origin=cast.units.home_care)

    page = visit.get(PLANS).text

    assert "Målt 2 gange. Først 61 mmol/mol" in page
    assert ("Sidst 55,5 mmol/mol" in page, "Målet er under 53 mmol/mol." in page) == (True, True)
    assert ("Nu: en del besvær." in page, "Det går fremad." in page, page.count("<svg")) == (True, True, 2)
    assert ' style="' not in page


def test_pictures_stay_in_their_frame_and_tell_nothing_that_was_not_measured() -> None:
    moment = factories.now()
    goal = {"target_value": Decimal(88), "target_comparator": ">=", "target_unit": "%", "kind": "disease",
            "severity_expected": None}  # fmt: skip

    def rows(*values: int) -> list[dict[str, Any]]:
        return [
            {"value_quantity": Decimal(v), "occurred_at": moment + timedelta(days=day)} for day, v in enumerate(values)
        ]

    curve, one = curve_of(goal, rows(82, 90, 87)), curve_of(goal, rows(88))

    assert (curve_of(goal, []), scale_of(goal)) == (None, None)
    assert curve is not None and one is not None
    assert all(0 <= dot.x <= 320 and 0 <= dot.y <= 150 for dot in (*curve.dots, *one.dots))
    assert (curve.is_reached, one.is_reached) == (False, True)
    assert curve.dots[1].y < curve.target_y < curve.dots[0].y
