"""The front page: what is next, what is asked of her, what is new since last time, who has looked, and her goals."""

from access import service
from access.vocabulary import Category
from goals.models import Goal
from identity.models import LoginSession
from stamkort.fhir.related import RELATIVE_SOURCE
from stamkort.services import RelativeInput, create_relative
from tests import factories
from tests.asking import logged
from tests.cast import Cast
from tests.factories import ago, ahead
from tests.portal.kit import Visit

FRONT = "/portal/"


def was_here(cast: Cast, **before: int) -> None:
    """She was logged in before."""
    moment = ago(**before)
    LoginSession.objects.create(citizen=cast.citizen.person, began_at=moment, seen_at=moment)


def test_next_appointment_stands_first_and_neither_past_nor_cancelled_ones(cast: Cast, hers: Visit) -> None:
    me, unit = cast.citizen.person, cast.units.ward
    soon, later = ahead(days=3), ahead(days=9)
    factories.appointment(citizen=me, origin=unit, start=later, end=None, description="Den anden")
    factories.appointment(citizen=me, origin=unit, start=soon, end=None, description="Den første")
    factories.past_appointment(citizen=me, origin=unit, description="Den gamle")
    factories.cancelled_appointment(citizen=me, origin=unit, start=ahead(days=1), end=None, description="Den aflyste")

    page = hers.get(FRONT).text

    assert page.index("Den første") < page.index("Den anden")
    for gone in ("Den gamle", "Den aflyste", "ingen aftaler lige nu"):
        assert gone not in page


def test_page_with_nothing_says_so_kindly_and_is_no_refusal_in_the_log(hers: Visit) -> None:
    page = hers.get(FRONT).text

    for told in (
        *("Du har ingen aftaler lige nu.", "Der er ikke noget, du skal svare på nu.", "Der er ikke sket noget nyt."),
        *("Hvad betyder mest for dig?", "Ingen andre har kigget for nylig."),
    ):
        assert told in page, told
    assert [row.outcome for row in logged(interaction="overview")] == ["permit"]


def test_she_is_asked_for_an_answer_to_what_was_proposed_and_told_of_a_consent_that_ends(
    cast: Cast, hers: Visit
) -> None:
    me = cast.citizen.person
    proposed = Goal.Status.PROPOSED
    factories.overall_goal(citizen=me, origin=cast.units.practice, status=proposed, words="Gå en tur hver dag")
    factories.overall_goal(citizen=me, origin=cast.units.practice, words="Er aftalt")
    factories.disclosure_consent(citizen=me, recipient_unit=cast.units.casework, start=ago(days=350), end=ahead(days=9))
    factories.disclosure_consent(citizen=me, recipient_unit=cast.units.nursing, start=ago(days=9), end=ahead(days=200))

    factories.log_question(
        citizen=me,
        unit=cast.units.ward,
        answered_at=ago(days=1),
        answered_by=cast.doctor.person,
        answer="Fordi du var indlagt her.",
    )
    factories.log_question(citizen=me, unit=cast.units.practice)

    page = hers.get(FRONT).text

    assert f"{cast.units.ward.name} har svaret på dit spørgsmål" in page
    assert f"{cast.units.practice.name} har svaret" not in page
    assert "Et mål er foreslået til dig: Gå en tur hver dag" in page
    assert f"Din tilladelse til {cast.units.casework.name} slutter" in page
    for other in ("Er aftalt", f"Din tilladelse til {cast.units.nursing.name}"):
        assert other not in page


def test_own_life_goals_stand_in_her_words_and_one_that_is_hers_alone_is_not_for_who_acts_for_her(
    cast: Cast, hers: Visit, daughters: Visit
) -> None:
    me = cast.citizen.person
    factories.life_goal(citizen=me, words="Jeg vil sidde i haven.", sharing="all")
    factories.life_goal(citizen=me, words="Jeg vil køre bil.", sharing="private")

    mine, theirs = hers.get(FRONT).text, daughters.get(FRONT).text

    assert "Jeg vil sidde i haven." in mine
    assert "Jeg vil køre bil." in mine
    assert "Jeg vil sidde i haven." in theirs
    assert "Jeg vil køre bil." not in theirs


def test_new_is_what_others_wrote_since_she_was_last_here(cast: Cast, hers: Visit) -> None:
    def written(by: str, name: str, **before: int) -> None:
        who = getattr(cast, by)
        create_relative(
            by=who.asking(moment=ago(**before)),
            source=RELATIVE_SOURCE,
            relative=RelativeInput(cast.citizen.person.pk, name=name, relationship="CHILD"),
        )

    written("doctor", "Før Test", days=5)
    was_here(cast, days=2)
    written("citizen", "Hendes egen Test", hours=3)
    nothing = hers.get(FRONT).text
    written("doctor", "Efter Test", hours=1)
    page = hers.get(FRONT).text

    assert "Der er ikke sket noget nyt." in nothing
    assert "Nyt i dit stamkort" in page
    assert "1 ting er ny eller rettet." in page
    assert f"Senest fra {cast.units.ward.name}" in page


def test_without_an_earlier_visit_the_last_month_is_told(cast: Cast, hers: Visit) -> None:
    assert "Nyt den sidste måned" in hers.get(FRONT).text
    was_here(cast, days=3)
    assert "Nyt siden sidst" in hers.get(FRONT).text


def test_who_has_looked_is_told_once_a_day_with_why_and_her_own_looks_are_not(
    cast: Cast, hers: Visit, daughters: Visit
) -> None:
    relative = factories.relative(citizen=cast.citizen.person)
    for _time in range(3):
        service.read(RELATIVE_SOURCE, cast.doctor.actor, relative.pk)
    daughters.get("/portal/stamkort/")
    hers.get("/portal/stamkort/")

    page = hers.get(FRONT).text
    looks = page[page.index('id="looks"') :]

    assert looks.count(cast.doctor.person.family_name) == 1
    assert "3 gange" in looks
    assert "læge" in looks
    assert cast.units.ward.name in looks
    assert looks.count('class="tile"') == 2  # the doctor's and the daughter's
    factories.unit_shield(unit=cast.units.ward, code="LUNGE-7")
    kept = hers.get(FRONT).text
    assert cast.doctor.person.family_name not in kept
    assert "LUNGE-7" in kept


def test_proxy_sees_here_only_what_her_power_names(cast: Cast) -> None:
    me, attorney = cast.citizen.person, factories.citizen(given_name="Ven Test")
    factories.power_of_attorney(principal=me, attorney=attorney, families=[Category.APPT_SUL])
    factories.appointment(citizen=me, origin=cast.units.ward, start=ahead(days=3), end=None, description="Kontrol")
    factories.life_goal(citizen=me, words="Jeg vil sidde i haven.", sharing="all")
    service.read(RELATIVE_SOURCE, cast.doctor.actor, factories.relative(citizen=me).pk)

    page = Visit(attorney, acting_for=me).get(FRONT).text

    assert "Kontrol" in page
    for hidden in ("haven", cast.doctor.person.family_name, "Hvad betyder mest for dig?"):
        assert hidden not in page


def test_child_is_told_when_the_pages_are_hers(cast: Cast) -> None:
    page = Visit(factories.child()).get(FRONT)

    assert page.status_code == 200
    assert "når du fylder 15 år" in page.text


def test_ways_lead_where_most_want_to_go(hers: Visit) -> None:
    page = hers.get(FRONT).text

    assert 'class="way" href="/portal/stamkort/"' in page
