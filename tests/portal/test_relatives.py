"""Powers of attorney: who may give, answer, change and stop them, and that nothing tells whether a person is there."""

import re
from datetime import timedelta
from typing import Any

import pytest

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from audit.models import Entry, Past
from citizens import services
from citizens.models import AttorneyOffer, PowerOfAttorney
from citizens.services import LONGEST, PowerInput
from fhir.outcomes import FhirError
from tests import factories
from tests.cast import Cast
from tests.portal.kit import Visit, version_in

FORM = {"called": "Mette", "kinds": ["appointments", "stamkort"], "lasts": "365"}


@pytest.fixture
def mette(cast: Cast) -> Any:
    return factories.aged(50, given_name="Mette Test")


def as_herself(citizen: Any, **more: Any) -> Actor:
    return Actor(ActingAs.CITIZEN, Purpose.OWN, factories.now(), citizen_id=citizen.pk, client_id="test", **more)


def offered(cast: Cast, to: Any, **more: Any) -> Any:
    """Tove offers it on the page."""
    return Visit(cast.citizen.person).post("/portal/relatives/give/", {**FORM, "cpr": to.cpr, **more})


@pytest.mark.law("self-determination")
def test_offer_is_nothing_until_she_says_yes_and_holds_from_then_on(cast: Cast, mette: Any) -> None:
    tove = Visit(cast.citizen.person)
    answer = tove.post("/portal/relatives/give/", {**FORM, "cpr": f"{mette.cpr[:6]}-{mette.cpr[6:]}"})
    waits = tove.follow(answer).text
    her = Visit(mette)
    before = her.post("/portal/acting/", citizen=cast.citizen.person.pk)
    page = her.get("/portal/relatives/").text
    offer = AttorneyOffer.objects.get()
    taken = her.follow(her.post("/portal/relatives/", do="take", key=str(offer.pk)))
    again = her.post("/portal/relatives/", do="take", key=str(offer.pk))
    after = her.post("/portal/acting/", citizen=cast.citizen.person.pk)

    assert "Bed den anden om at logge ind her" in waits
    assert "Mette" in waits
    assert (before.status_code, after.status_code) == (422, 303)
    assert f"Fra {cast.citizen.person.given_name}" in page
    assert "Nu har du fuldmagten" in taken.text
    made = PowerOfAttorney.objects.get(attorney=mette)
    assert (made.may_write, set(made.families) >= {"appt-sul", "sk-typed"}, "diag" in made.families) == (
        False,
        True,
        False,
    )
    assert again.status_code == 404


def test_answer_is_the_same_whether_there_is_such_a_person_or_not(cast: Cast, mette: Any) -> None:
    gone = factories.aged(51)
    number = gone.cpr
    gone.delete()
    pages = []
    for cpr in (mette.cpr, number):
        visit = Visit(cast.citizen.person)
        answer = visit.post("/portal/relatives/give/", {**FORM, "cpr": cpr})
        pages.append((answer.status_code, answer["Location"], "Mette Test" in visit.follow(answer).text))

    assert pages[0] == pages[1] == (303, "/portal/relatives/", False)


def test_number_is_kept_nowhere_and_shown_nowhere(cast: Cast, mette: Any) -> None:
    wrong = offered(cast, mette, lasts="")
    offered(cast, mette)
    page = Visit(cast.citizen.person).get("/portal/relatives/").text

    assert (wrong.status_code, mette.cpr in wrong.text) == (422, False)
    assert mette.cpr not in page + str(list(AttorneyOffer.objects.values())) + str(list(Entry.objects.values()))
    assert mette.cpr not in str(list(Past.objects.filter(table="citizens_attorneyoffer").values()))


WRONG = {
    "no number": ({"cpr": "1234"}, "Skriv et CPR-nummer med 10 tal"),
    "nobody named": ({"called": ""}, "Skriv noget her"),
    "nothing to see": ({"kinds": []}, "Vælg en af mulighederne"),
    "too long": ({"lasts": "731"}, "Vælg en af mulighederne"),
    "a will": ({"kinds": ["will-content"]}, "Vælg en af mulighederne"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_saved(name: str, cast: Cast, mette: Any) -> None:
    given, told = WRONG[name]
    answer = offered(cast, mette, **given)

    assert (answer.status_code, told in answer.text) == (422, True)
    assert not AttorneyOffer.objects.exists()


def test_nobody_younger_than_18_is_given_one_and_nobody_gives_it_to_herself(cast: Cast) -> None:
    young = offered(cast, factories.aged(17))
    own = offered(cast, cast.citizen.person)

    assert "Man skal være 18 år" in young.text
    assert "dit eget nummer" in own.text
    assert not AttorneyOffer.objects.exists()


def may_give(by: Actor, to: Any) -> bool:
    power = PowerInput(["appt-sul"], False, by.moment + timedelta(days=30))
    try:
        services.offer_power(by=by, cpr=to.cpr, called="Mette", power=power)
    except FhirError as error:
        assert error.code == "forbidden"
        return False
    return True


@pytest.mark.law("self-determination")
def test_only_the_citizen_herself_gives_from_15_on_and_without_a_guardian(cast: Cast, mette: Any) -> None:
    boy, girl, ward = factories.aged(14), factories.aged(15), factories.citizen()
    parent, guardian = factories.aged(40), factories.aged(60)
    factories.custody(child=boy, parent=parent)
    factories.guardianship(ward=ward, guardian=guardian)

    def acting(who: Any, acting_as: ActingAs, whom: Any) -> Actor:
        return Actor(acting_as, Purpose.OWN, factories.now(), citizen_id=who.pk, on_behalf_of=whom.pk, client_id="test")

    assert may_give(as_herself(cast.citizen.person), mette)
    assert may_give(as_herself(girl), mette)
    assert not may_give(as_herself(boy), mette)
    assert not may_give(as_herself(ward), mette)
    assert not may_give(cast.daughter.actor, mette)
    assert not may_give(acting(parent, ActingAs.PARENT, boy), mette)
    assert not may_give(acting(guardian, ActingAs.GUARDIAN, ward), mette)
    refusals = Entry.objects.filter(outcome="refuse", resource_type="PowerOfAttorney")
    assert sorted(refusals.values_list("reason", flat=True)) == ["age", "law_gate", *["no_relation"] * 3]


def test_who_acts_for_another_is_told_kindly_that_these_are_not_hers_to_see(cast: Cast) -> None:
    visit = Visit(cast.daughter.person, acting_for=cast.citizen.person)
    for path in ("/portal/relatives/", "/portal/relatives/give/"):
        answer = visit.get(path)
        assert (answer.status_code, "Kun borgeren selv" in answer.text) == (403, True)


def test_offer_is_answered_by_whom_it_is_for_alone_and_in_time(cast: Cast, mette: Any) -> None:
    offered(cast, mette)
    offer = AttorneyOffer.objects.get()
    stranger, proxy = factories.aged(44), cast.daughter.actor

    for by in (as_herself(stranger), as_herself(cast.citizen.person)):
        with pytest.raises(FhirError, match="not-found"):
            services.take_offer(by=by, key=offer.pk)
    with pytest.raises(FhirError, match="forbidden"):
        services.take_offer(by=proxy, key=offer.pk)
    AttorneyOffer.objects.update(expires_at=factories.ago(seconds=1))
    with pytest.raises(FhirError, match="not-found"):
        services.take_offer(by=as_herself(mette), key=offer.pk)


def test_offer_is_taken_back_or_declined_and_is_gone(cast: Cast, mette: Any) -> None:
    for visit, do in ((Visit(cast.citizen.person), "withdraw"), (Visit(mette), "decline")):
        offered(cast, mette)
        key = str(AttorneyOffer.objects.get(outcome="").pk)
        answer = visit.post("/portal/relatives/", do=do, key=key)
        assert answer.status_code == 303
        with pytest.raises(FhirError, match="not-found"):
            services.take_offer(by=as_herself(mette), key=AttorneyOffer.objects.get(pk=key).pk)
    assert not PowerOfAttorney.objects.filter(attorney=mette).exists()


def test_power_is_limited_and_extended_and_the_way_it_was_is_kept(cast: Cast) -> None:
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    path = f"/portal/relatives/{power.pk}/"
    tove = Visit(cast.citizen.person)
    version = version_in(tove.get(path))
    answer = tove.post(path, {"kinds": ["appointments", "log"], "lasts": "30", "version": version})
    power.refresh_from_db()

    assert "Fuldmagten er rettet" in tove.follow(answer).text
    assert sorted(power.families) == ["appt-ael", "appt-sel-w", "appt-sel-x", "appt-sul", "log"]
    assert (power.may_write, power.version, power.end < factories.ahead(days=31)) == (False, 2, True)
    before = Past.objects.filter(table="citizens_powerofattorney", key=str(power.pk)).latest("until")
    assert before.row["may_write"] is True


def test_kind_that_was_given_in_part_is_not_widened_by_saving(cast: Cast) -> None:
    power = factories.power_of_attorney(principal=cast.citizen.person, families=["diag"], may_write=False)
    tove, path = Visit(cast.citizen.person), f"/portal/relatives/{power.pk}/"
    tove.post(path, {"kinds": ["health"], "lasts": "same", "version": "1"})
    end = power.end
    power.refresh_from_db()

    assert (power.families, power.end) == (["diag"], end)


def test_second_of_two_changes_is_shown_both_and_loses_nothing(cast: Cast) -> None:
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    path = f"/portal/relatives/{power.pk}/"
    tove = Visit(cast.citizen.person)
    tove.post(path, {"kinds": ["appointments"], "lasts": "same", "version": "1"})
    second = tove.post(path, {"kinds": ["goals"], "lasts": "30", "version": "1"})
    power.refresh_from_db()

    assert second.status_code == 412
    assert "rettet et andet sted" in second.text
    assert "<li>Aftaler</li></ul>" in second.text
    assert re.search(r'value="goals"[^>]* checked', second.text), "what she chose is kept"
    assert (version_in(second), power.version) == ("2", 2)
    assert tove.post(path, {"kinds": ["goals"], "lasts": "30", "version": "2"}).status_code == 303


def test_who_has_got_a_guardian_may_still_narrow_and_stop_but_not_widen(cast: Cast) -> None:
    factories.guardianship(ward=cast.citizen.person)
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    by = as_herself(cast.citizen.person)
    narrow = PowerInput(["appt-sul"], False, power.end)

    services.change_power(by=by, key=power.pk, version=1, power=narrow)
    for wider in (
        PowerInput(["appt-sul", "diag"], False, power.end),
        PowerInput(["appt-sul"], True, power.end),
        PowerInput(["appt-sul"], False, power.end + timedelta(days=1)),
    ):
        with pytest.raises(FhirError, match="forbidden"):
            services.change_power(by=by, key=power.pk, version=2, power=wider)
    services.revoke_power(by=by, key=power.pk)


def test_power_reaches_no_further_than_the_law_and_two_years(cast: Cast) -> None:
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    by = as_herself(cast.citizen.person)
    for wrong in (
        PowerInput(["will-content"], False, power.end),
        PowerInput([], False, power.end),
        PowerInput(["appt-sul"], False, by.moment),
        PowerInput(["appt-sul"], False, by.moment + LONGEST + timedelta(seconds=1)),
    ):
        with pytest.raises(FhirError) as refused:
            services.change_power(by=by, key=power.pk, version=1, power=wrong)
        assert refused.value.kind.status == 422
    power.refresh_from_db()
    assert power.version == 1


def test_power_is_stopped_at_once_by_either_and_by_nobody_else(cast: Cast) -> None:
    tove, lise = cast.citizen.person, cast.daughter.person
    first = PowerOfAttorney.objects.get(principal=tove)
    second = factories.power_of_attorney(principal=tove, attorney=lise)
    for who in (factories.citizen(), factories.aged(30)):
        tried = Visit(who).post("/portal/relatives/", do="stop", key=str(first.pk), page="/portal/relatives/give/")
        assert tried.status_code == 404
    acting = Visit(lise, acting_for=tove)
    tried = acting.post("/portal/relatives/", do="stop", key=str(first.pk), page="/portal/acting/")

    assert tried.status_code == 403, "as herself she may give it up, as proxy she may not"
    for visit, power in ((Visit(tove), first), (Visit(lise), second)):
        assert visit.post("/portal/relatives/", do="stop", key=str(power.pk)).status_code == 303
    assert "Du ser dine egne oplysninger" in acting.get("/portal/").text
    assert "Stoppet" in Visit(tove).get("/portal/relatives/").text
