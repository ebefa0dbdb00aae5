"""Who may see what: what each place is said to see, what a decision is said to change, and who may decide."""

import re
from datetime import timedelta
from typing import Any

import pytest

from access.vocabulary import ActingAs, Category, Purpose
from citizens.services import FAMILIES
from consents.askers import Asker
from consents.dryrun import seen
from consents.models import Block, Consent
from portal.kinds import KIND_OF
from portal.views.relatives import KINDS as GRANTED
from tests import factories
from tests.cast import Cast, make_cast
from tests.portal.kit import Visit, version_in

BLOCK, CONSENT = "/portal/access/block/", "/portal/access/consent/"


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast, with something of health law and of the municipality's about the citizen."""
    made = make_cast()
    tove, units = made.citizen.person, made.units
    for _time in range(3):
        factories.diagnosis(citizen=tove, origin=units.practice)
    factories.home_care_condition(citizen=tove, origin=units.home_care)
    return made


@pytest.fixture
def visit(cast: Cast) -> Visit:
    return Visit(cast.citizen.person)


def count(cast: Cast, unit: Any, acting_as: ActingAs = ActingAs.HP, purpose: Purpose = Purpose.TREATMENT) -> int:
    """How many things anybody in this capacity at the unit sees now."""
    return seen([cast.citizen.person.pk], [Asker(unit.pk, acting_as, purpose)], factories.now()).total()


def said_of(text: str, unit: Any, verb: str) -> int:
    """The number that a page says a unit loses or gains."""
    found = re.search(rf"{re.escape(unit.name)}[^.]*? {verb} (\d+) oplysning", text)
    assert found, text
    return int(found[1])


def block_of(unit: Any, **more: Any) -> dict[str, Any]:
    return {"who": f"unit:{unit.pk}", "what": "everything", "effect": "deny", **more}


def confirmed(visit: Visit, path: str, form: dict[str, Any]) -> Any:
    """Read what it would do, and say yes."""
    tried = visit.post(path, form)
    assert tried.status_code == 200, tried.text
    return visit.post(path, {**form, "confirm": "1", "seen": version_in(tried, "seen")})


def test_each_place_is_shown_with_what_it_sees_and_why(cast: Cast, visit: Visit) -> None:
    page = visit.get("/portal/access/").text
    ward = visit.get(f"/portal/access/unit/{cast.units.ward.pk}/").text
    blocked = visit.get(f"/portal/access/unit/{cast.units.blocked.pk}/").text
    care = visit.get(f"/portal/access/unit/{cast.units.home_care.pk}/").text
    hospital = visit.get(f"/portal/access/unit/{cast.units.hospital.pk}/").text

    for unit in (cast.units.ward, cast.units.home_care, cast.units.blocked, cast.units.hospital):
        assert unit.name in page
    assert "Læge på en skadestue" in page
    assert "Du er i behandling eller pleje der" in ward
    assert "Du har spærret for det." in blocked
    assert "De må kun se det, hvis du siger ja." in care
    assert "kommunens egne oplysninger" in care
    assert cast.units.ward.name in hospital
    assert visit.get(f"/portal/access/unit/{cast.units.other_ward.pk}/").status_code == 404


def test_a_place_of_before_is_told_apart(cast: Cast, visit: Visit) -> None:
    old = factories.ward(name="Afdeling fra før (test)")
    factories.treatment_relation(
        citizen=cast.citizen.person,
        origin=old,
        status="ended",
        start=factories.ago(days=90),
        end=factories.ago(days=60),
    )

    page = visit.get("/portal/access/").text

    assert old.name in page[page.index("Steder, der har hjulpet dig før") :]
    assert "Du er ikke i gang med noget hos dem nu." in visit.get(f"/portal/access/unit/{old.pk}/").text


@pytest.mark.parametrize("path", ["/portal/access/", BLOCK, CONSENT])
def test_proxy_is_told_kindly_that_it_is_not_hers(path: str, cast: Cast) -> None:
    answer = Visit(cast.daughter.person, acting_for=cast.citizen.person).get(path)

    assert answer.status_code == 403
    assert f"Det kan kun {cast.citizen.person.given_name} selv se" in answer.text
    assert cast.units.blocked.name not in answer.text


def test_proxy_changes_nothing_by_sending_the_form_all_the_same(cast: Cast) -> None:
    visit = Visit(cast.daughter.person, acting_for=cast.citizen.person)
    before = (Block.objects.count(), Consent.objects.count())

    answers = [visit.post(BLOCK, {**block_of(cast.units.ward), "confirm": "1"}, page="/portal/acting/")]
    answers.append(visit.post(f"/portal/access/end/{cast.block.pk}/", {"version": "1"}, page="/portal/acting/"))

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert (Block.objects.count(), Consent.objects.count()) == before
    assert Block.objects.get(pk=cast.block.pk).withdrawn_at is None


def test_parent_sees_for_a_child_and_cannot_block_for_it(db: None) -> None:
    custody = factories.custody()
    unit = factories.treatment_relation(citizen=custody.child).origin
    parent, child = Visit(custody.parent, acting_for=custody.child), Visit(custody.child)
    form = block_of(unit)

    assert unit.name in parent.get("/portal/access/").text
    refused = parent.post(BLOCK, form)
    assert refused.status_code == 403
    assert "Forældre kan ikke spærre" in refused.text
    assert "fyldt 15 år" in child.get("/portal/access/").text
    assert not Block.objects.exists()


def test_hospital_is_blocked_in_five_steps_and_what_was_said_is_then_true(cast: Cast, visit: Visit) -> None:
    """From the front page: who may see, the hospital, block, see what happens, yes. Each page leads to the next."""
    hospital, ward, tove = cast.units.hospital, cast.units.ward, cast.citizen.person
    before, other = count(cast, ward), count(cast, cast.units.practice)
    assert 'href="/portal/access/"' in visit.get("/portal/").text
    unit_page = f"/portal/access/unit/{hospital.pk}/"
    assert f'href="{unit_page}"' in visit.get("/portal/access/").text
    form_page = f"{BLOCK}?unit={hospital.pk}"
    assert f'href="{form_page}"' in visit.get(unit_page).text
    shown = visit.get(form_page).text
    assert re.search(rf'value="unit:{hospital.pk}"[^>]* checked', shown)
    assert re.search(r'value="everything"[^>]* checked', shown)

    tried = visit.post(form_page, block_of(hospital))
    assert not Block.objects.filter(unit=hospital).exists()
    assert count(cast, ward) == before
    done = visit.post(form_page, {**block_of(hospital), "confirm": "1", "seen": version_in(tried, "seen")})

    assert done.status_code == 303
    assert "Du har spærret" in visit.follow(done).text
    assert Block.objects.get(unit=hospital, citizen=tove).is_everything
    assert said_of(tried.text, ward, "mister synet af") == before - count(cast, ward) > 0
    assert "En læge på en skadestue kan stadig se det om sygdomme" in tried.text
    assert cast.units.practice.name not in tried.text
    assert count(cast, cast.units.practice) == other


def test_what_changed_meanwhile_is_read_again_before_it_is_made(cast: Cast, visit: Visit) -> None:
    form = block_of(cast.units.practice)
    old = version_in(visit.post(BLOCK, form), "seen")
    factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)

    again = visit.post(BLOCK, {**form, "confirm": "1", "seen": old})

    assert "Der er sket noget nyt" in again.text
    assert not Block.objects.filter(unit=cast.units.practice).exists()
    assert visit.post(BLOCK, {**form, "confirm": "1", "seen": version_in(again, "seen")}).status_code == 303
    twice = visit.post(BLOCK, form)
    assert (twice.status_code, "Det har du allerede valgt." in twice.text) == (422, True)
    assert Block.objects.filter(unit=cast.units.practice).count() == 1


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"what": "origin"}, "Vælg det sted, der har skrevet det."),
        ({"what": "period", "period_start": "2026-01-01"}, "Skriv den første og den sidste dag."),
        ({"what": "period", "period_start": "2026-02-01", "period_end": "2026-01-01"}, "Den sidste dag er før"),
        ({"until": "2020-01-01"}, "Vælg en dag, der kommer."),
        ({"until": "i morgen"}, "Skriv datoen som dag-måned-år."),
        ({"who": ""}, "Vælg en af mulighederne."),
        ({"who": "unit:nonsense"}, "Vælg en af mulighederne."),
    ],
)
def test_what_is_wrong_with_a_block_is_said_at_the_field(more: Any, wrong: str, cast: Cast, visit: Visit) -> None:
    answer = visit.post(BLOCK, block_of(cast.units.practice, **more))

    assert answer.status_code == 422
    assert wrong in answer.text
    assert all(value in answer.text for name, value in more.items() if name in ("period_start", "until"))
    assert not Block.objects.filter(unit=cast.units.practice).exists()


def test_one_person_everybody_an_origin_a_period_and_a_permit_can_be_chosen(cast: Cast, visit: Visit) -> None:
    doctor, units = cast.doctor.person, cast.units
    chosen = [
        {"who": f"person:{doctor.pk}", "what": "everything", "effect": "deny"},
        {"who": "everyone", "what": "origin", "origin": str(units.ward.pk), "effect": "deny"},
        block_of(units.practice, what="period", period_start="2026-01-01", period_end="2026-01-31", until="2040-06-01"),
        block_of(units.blocked, effect="permit"),
    ]

    for form in chosen:
        assert confirmed(visit, BLOCK, form).status_code == 303, form

    made = Block.objects.exclude(pk=cast.block.pk)
    assert made.get(professional=doctor).is_everything
    assert made.get(is_everyone=True).origin == units.ward
    period = made.get(unit=units.practice)
    assert period.period_end - period.period_start == timedelta(days=31)
    assert made.get(effect="permit").unit == units.blocked
    assert count(cast, units.blocked) > 0


def test_name_that_is_kept_cannot_be_found_by_an_address(cast: Cast, visit: Visit) -> None:
    factories.unit_shield(unit=cast.units.ward)

    answer = visit.get(f"{BLOCK}?professional={cast.doctor.person.pk}")

    assert answer.status_code == 404
    assert cast.doctor.person.given_name not in answer.text


def test_other_place_is_found_by_name(cast: Cast, visit: Visit) -> None:
    other = cast.units.other_ward

    found = visit.get(f"{BLOCK}?q=anden+region").text

    assert f"?unit={other.pk}" in found
    assert other.name in visit.get(f"{BLOCK}?unit={other.pk}").text
    assert "ikke noget sted" in visit.get(f"{BLOCK}?q=findes+ikke").text


def consent_to(unit: Any, **more: Any) -> dict[str, Any]:
    until = (factories.now() + timedelta(days=30)).date().isoformat()
    return {"who": f"unit:{unit.pk}", "kinds": ["illness"], "purpose": "care", "until": until, **more}


def test_consent_gives_what_it_says_and_one_of_both_laws_is_two(cast: Cast, visit: Visit) -> None:
    care, ward = cast.units.home_care, cast.units.ward
    before = count(cast, care, ActingAs.CARE, Purpose.CARE)
    assert re.search(r'value="care"[^>]* checked', visit.get(f"{CONSENT}?unit={care.pk}").text)

    tried = visit.post(CONSENT, consent_to(care))
    assert not Consent.objects.exists()
    assert confirmed(visit, CONSENT, consent_to(care)).status_code == 303
    gained = count(cast, care, ActingAs.CARE, Purpose.CARE) - before
    both = consent_to(ward, kinds=["illness", "help"], purpose="treatment")
    assert confirmed(visit, CONSENT, both).status_code == 303

    assert said_of(tried.text, care, "kan se") == gained == 3
    assert {str(one.kind) for one in Consent.objects.filter(recipient_unit=care)} == {"sul43"}
    assert {str(one.kind) for one in Consent.objects.filter(recipient_unit=ward)} == {"sul42a3", "fvl28"}
    assert not Consent.objects.filter(recipient_sub_units=True).exists()


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"kinds": []}, "Vælg mindst én ting"),
        ({"until": "2040-01-01"}, "højst give lov et år frem"),
        ({"until": ""}, "Skriv datoen som dag-måned-år."),
        ({"purpose": "quality"}, "Vælg en af mulighederne."),
        ({"who": "everyone"}, "Vælg en af mulighederne."),
    ],
)
def test_what_is_wrong_with_a_consent_is_said_at_the_field(more: Any, wrong: str, cast: Cast, visit: Visit) -> None:
    answer = visit.post(CONSENT, consent_to(cast.units.home_care, sub_units="on", **more))

    assert (answer.status_code, wrong in answer.text) == (422, True), answer.text
    assert re.search(r'name="sub_units"[^>]* checked', answer.text)
    assert not Consent.objects.exists()


def test_ending_is_shown_first_and_a_second_tab_is_told_how_it_stands(cast: Cast, visit: Visit) -> None:
    path = f"/portal/access/end/{cast.block.pk}/"
    before, first = count(cast, cast.units.blocked), visit.get(path)
    form = {"version": version_in(first), "seen": version_in(first, "seen")}

    assert Block.objects.get(pk=cast.block.pk).withdrawn_at is None
    stale = visit.post(path, {**form, "version": "7"})
    done = visit.post(path, form)
    second_tab = visit.post(path, form)

    assert (stale.status_code, done.status_code, second_tab.status_code) == (412, 303, 409)
    assert "Sådan står det nu" in stale.text
    assert "Det er allerede stoppet." in second_tab.text
    assert said_of(first.text, cast.units.blocked, "kan se") == count(cast, cast.units.blocked) - before > 0
    assert Block.objects.get(pk=cast.block.pk).version == 2


def test_every_kind_of_data_has_its_place_on_the_pages_and_can_be_given_to_a_relative() -> None:
    assert set(KIND_OF) == set(Category) - {Category.LOG}
    assert frozenset().union(*GRANTED.values()) == set(FAMILIES)
