"""The stamkort's pages: what is seen and by whom, what is changed, two who write at once, how it once stood, paper."""

from typing import Any

import pytest

from access.vocabulary import Category
from citizens.models import Relative
from stamkort.models import Entry
from stamkort.services import write_entry
from tests import factories
from tests.asking import logged, nothing_written
from tests.cast import Cast
from tests.portal.kit import Visit, version_in
from tests.stamkort.conftest import codes

__all__ = ["codes"]
pytestmark = pytest.mark.usefixtures("codes")
CARD, NEW = "/portal/stamkort/", "/portal/stamkort/relatives/new/"
COMMENT, CONTACT = "/portal/stamkort/typed/comment/", "/portal/stamkort/typed/contact/"
AWAY = "/portal/stamkort/typed/temporary-address/"
WILL = "/portal/stamkort/wishes/treatment-will/"


def mette(cast: Cast, **more: Any) -> Relative:
    return factories.relative(
        citizen=cast.citizen.person, name="Mette Test", mobile_phone="20 00 00 11", author_kind="citizen", **more
    )


def address(relative: Relative, act: str = "") -> str:
    return f"/portal/stamkort/relatives/{relative.pk}/{act}"


def comment(cast: Cast, text: str, by: Any = None) -> int:
    row = write_entry(
        by=by or cast.citizen.actor, citizen_id=cast.citizen.person.pk, kind=Entry.Kind.COMMENT, value={"text": text}
    )
    return int(row["version"])


def texts() -> list[str]:
    return [entry.value["text"] for entry in Entry.objects.filter(kind="comment")]


def reader_of(cast: Cast, *families: Category, **more: Any) -> Visit:
    """Somebody with a power of attorney of these families."""
    attorney = factories.citizen(given_name="Ven Test")
    factories.power_of_attorney(principal=cast.citizen.person, attorney=attorney, families=list(families), **more)
    return Visit(attorney, acting_for=cast.citizen.person)


def test_every_part_stands_there_and_the_register_says_where_it_is_put_right(cast: Cast, hers: Visit) -> None:
    mette(cast)
    factories.custody(child=factories.child(given_name="Barn Test"), parent=cast.citizen.person)
    for kind, value in (
        (Entry.Kind.LANGUAGE, {"language": "ar", "interpreter": True}),
        (Entry.Kind.TEMPORARY_ADDRESS, {"lines": ["Åhaven 3", "Stue 4"], "city": "Odense", "end": "2030-02-01"}),
        (Entry.Kind.DENTIST, {"name": "Tandklinikken (test)", "phone": "66 00 00 01"}),
        (Entry.Kind.CONTACT, {"email": "tove@example.dk"}),
        (Entry.Kind.COMMENT, {"text": "Tal langsomt."}),
    ):
        write_entry(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk, kind=kind, value=value)

    page = hers.get(CARD).text

    for told in (
        *("Mette Test", "20 00 00 11", "Barn Test", "Arabisk", "Ja, der skal være tolk", "Åhaven 3", "Stue 4"),
        *("1. februar 2030", "Tandklinikken (test)", "tove@example.dk", "Tal langsomt.", "Skrevet af dig"),
        *("Fra CPR-registeret", "borger.dk", "folkeregisteret", "familieretshuset.dk", cast.units.practice.name),
        *("Behandlingstestamente", "Livstestamente", "Organdonor", "Nej til at få hjertet i gang igen", "sundhed.dk"),
    ):
        assert told in page, told


def test_telephone_of_a_relative_is_corrected(cast: Cast, hers: Visit) -> None:
    who = mette(cast, rank=3, note="Ring gerne.")
    page = hers.get(address(who))
    form = {"name": who.name, "relationship": "CHILD", "mobile_phone": "20 00 00 99", "note": "Ring gerne."}

    answer = hers.post(address(who), {**form, "version": version_in(page)})

    assert (answer.status_code, answer["Location"]) == (303, CARD)
    assert "20 00 00 99" in hers.follow(answer).text
    who.refresh_from_db()
    assert (who.mobile_phone, who.rank, who.is_active, who.author_kind) == ("20 00 00 99", 3, True, "citizen")


@pytest.mark.parametrize(
    ("path", "form", "field", "told"),
    [
        (NEW, {"name": "Bo Test", "relationship": "CHILD", "mobile_phone": "toogtyve"}, "mobile_phone", "med tal"),
        (NEW, {"name": "", "relationship": "CHILD", "note": "Har nøgle"}, "name", "Skriv noget her."),
        (NEW, {"name": "Bo Test", "relationship": "", "note": "Har nøgle"}, "relationship", "Vælg en"),
        (CONTACT, {"mobile": "", "email": ""}, "mobile", "mindst ét nummer"),
        (CONTACT, {"email": "tove"}, "email", "@ i midten"),
        (AWAY, {"lines": "Åhaven 3", "start": "3-12-2026", "end": "2-12-2026"}, "end", "efter den første"),
        (AWAY, {"lines": "Åhaven 3", "start": "i morgen"}, "start", "dag-måned-år"),
        (AWAY, {"lines": "1\n2\n3\n4\n5"}, "lines", "fire linjer"),
        ("/portal/stamkort/typed/dentist/", {"clinic": "T", "provider_number": "12"}, "provider_number", "seks tal"),
        ("/portal/stamkort/typed/language/", {"language": ""}, "language", "Vælg en"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_what_was_typed_stands_and_nothing_is_saved(
    hers: Visit, path: str, form: dict[str, str], field: str, told: str
) -> None:
    with nothing_written(Entry, Relative):
        answer = hers.post(path, {**form, "version": "0"})

    assert answer.status_code == 422
    place = answer.text.index(f'id="id_{field}_error"')
    assert told in answer.text[place : place + 200]
    assert f'href="#id_{field}"' in answer.text
    for typed in form.values():
        assert typed in answer.text


def test_period_of_a_temporary_address_is_kept_as_it_was_typed(cast: Cast, hers: Visit) -> None:
    form = {"lines": "Hos Mette\r\n\r\nÅhaven 3", "postal_code": "5000", "start": "3.12.2026", "version": "0"}

    assert hers.post(AWAY, form).status_code == 303

    value = Entry.objects.get().value
    assert value == {"lines": ["Hos Mette", "Åhaven 3"], "postal_code": "5000", "start": "2026-12-03"}
    page = hers.get(AWAY).text
    assert 'value="03-12-2026"' in page
    assert "Hos Mette\nÅhaven 3" in page


def test_second_of_two_sees_both_and_saves_hers_over_it_or_not(cast: Cast, hers: Visit, daughters: Visit) -> None:
    comment(cast, "Fra begyndelsen.")
    old = version_in(hers.get(COMMENT))
    daughters.post(COMMENT, text="Mettes ord.", version=old)

    with nothing_written(Entry):
        answer = hers.post(COMMENT, text="Toves ord.", version=old)

    assert answer.status_code == 409
    for told in ("Mettes ord.", "Toves ord.", "En anden har rettet det samme", "handler for"):
        assert told in answer.text
    assert texts() == ["Mettes ord."]
    hers.post(COMMENT, text="Toves ord.", version=version_in(answer))
    assert texts() == ["Toves ord."]
    then = hers.get(f"{COMMENT}history/").text
    assert then.index("Toves ord.") < then.index("Mettes ord.") < then.index("Fra begyndelsen.")


def test_who_removes_what_another_just_changed_is_asked_first(cast: Cast, hers: Visit) -> None:
    comment(cast, "Først.")
    old = version_in(hers.get(COMMENT))
    comment(cast, "Så.", cast.doctor.actor)

    answer = hers.post(COMMENT, clear="1", version=old)

    assert (answer.status_code, texts()) == (409, ["Så."])
    assert cast.doctor.person.family_name in answer.text
    hers.post(COMMENT, clear="1", version=version_in(answer))
    assert not Entry.objects.get().is_current
    assert "Her blev det fjernet." in hers.get(f"{COMMENT}history/").text


def test_two_at_one_relative_lose_nothing(cast: Cast, hers: Visit, daughters: Visit) -> None:
    who = mette(cast)
    old = version_in(hers.get(address(who)))
    form = {"name": "Mette Test", "relationship": "CHILD"}
    daughters.post(address(who), {**form, "mobile_phone": "20 00 00 22", "version": old})

    answer = hers.post(address(who), {**form, "mobile_phone": "20 00 00 33", "version": old})
    assert answer.status_code == 409
    assert "20 00 00 22" in answer.text
    assert "20 00 00 33" in answer.text

    stale = daughters.post(address(who, "remove/"), version=old)
    assert (stale.status_code, Relative.objects.get().deleted_at) == (409, None)
    daughters.post(address(who, "remove/"), version=version_in(stale))
    gone = hers.post(address(who), {**form, "mobile_phone": "20 00 00 33", "version": old}, page=CARD)
    assert gone.status_code == 409
    assert "har en anden fjernet Mette Test" in gone.text
    hers.post(NEW, {**form, "mobile_phone": "20 00 00 33", "version": "0"})
    assert Relative.objects.get(deleted_at=None).mobile_phone == "20 00 00 33"


def test_relatives_are_ordered_added_last_and_removed(cast: Cast, hers: Visit) -> None:
    anna = factories.relative(citizen=cast.citizen.person, name="Anna Test", rank=1)
    bent = factories.relative(citizen=cast.citizen.person, name="Bent Test", rank=2)
    hers.post(NEW, name="Carl Test", relationship="FRND", version="0")

    assert hers.post(address(bent, "move/"), page=CARD, up="1").status_code == 303
    page = hers.get(CARD).text
    assert page.index("<h3>Bent Test") < page.index("<h3>Anna Test") < page.index("<h3>Carl Test")
    hers.post(address(anna, "remove/"), version=version_in(hers.get(address(anna, "remove/"))))
    assert "<h3>Anna Test" not in hers.get(CARD).text
    assert hers.get(address(anna)).status_code == 404


def test_another_citizens_relative_does_not_exist_here(cast: Cast) -> None:
    who, other = mette(cast), Visit(factories.citizen())

    with nothing_written(Relative):
        for act in ("", "remove/", "history/"):
            assert other.get(address(who, act)).status_code == 404
        for act in ("", "remove/", "move/"):
            assert other.post(address(who, act), page=CARD, name="X", version="1").status_code == 404


def test_proxy_who_may_only_read_is_shown_no_way_to_change_and_can_change_nothing(cast: Cast) -> None:
    who = mette(cast)
    reader = reader_of(cast, Category.SK_TYPED, may_write=False)

    page = reader.get(CARD)

    assert "Mette Test" in page.text
    assert "Du må ikke se det her" not in page.text
    assert f'href="{address(who)}"' not in page.text
    assert "Skriv en pårørende på" not in page.text
    assert reader.get(COMMENT).status_code == reader.get(address(who)).status_code == 403
    with nothing_written(Entry, Relative):
        assert reader.post(COMMENT, page=CARD, text="Nyt", version="0").status_code == 403
        assert reader.post(address(who, "move/"), page=CARD, down="1").status_code == 403
        form = {"name": "X", "relationship": "CHILD", "version": "1"}
        assert reader.post(address(who), form, page=CARD).status_code == 403


def test_proxy_sees_only_the_parts_that_her_power_names_and_is_told_so(cast: Cast) -> None:
    mette(cast)
    factories.registration(citizen=cast.citizen.person)

    page = reader_of(cast, Category.SK_REG).get(CARD).text
    none = reader_of(cast, Category.DIAG).get(CARD)

    assert cast.units.practice.name in page
    assert page.count("Det må du ikke se.") >= 2
    for hidden in ("Mette Test", "Ja, siden"):
        assert hidden not in page
    assert (none.status_code, "men ikke det her" in none.text) == (403, True)


def test_what_a_will_says_is_behind_a_step_of_its_own_and_never_for_who_acts_for_her(
    cast: Cast, hers: Visit, daughters: Visit
) -> None:
    factories.will_content(citizen=cast.citizen.person)
    says = "Ingen behandling, der kun trækker døden ud"

    assert says not in hers.get(CARD).text + hers.get(WILL).text
    assert not logged(families__contains=["will-content"])
    assert says in hers.post(WILL).text
    assert len(logged(families__contains=["will-content"])) == 1
    page, refused = daughters.get(WILL), daughters.post(WILL)
    assert "kan se, hvad der står" in page.text
    assert refused.status_code == 403
    assert says not in page.text + refused.text
    assert hers.get("/portal/stamkort/wishes/nothing/").status_code == 404


def test_refusal_of_resuscitation_is_told_with_the_day_that_it_holds_from(cast: Cast) -> None:
    refusal = factories.pending_resuscitation_refusal()

    assert "Ja, det gælder fra" in Visit(refusal.citizen).get(CARD).text


def test_name_of_staff_that_is_kept_is_told_by_its_code_now_and_then(cast: Cast, hers: Visit) -> None:
    comment(cast, "Skriver lægen.", cast.doctor.actor)
    named = hers.get(CARD).text
    factories.unit_shield(unit=cast.units.ward, code="LUNGE-7")

    assert cast.doctor.person.family_name in named
    for path in (CARD, COMMENT, f"{COMMENT}history/"):
        assert cast.doctor.person.family_name not in hers.get(path).text
    assert "LUNGE-7" in hers.get(CARD).text
    assert "LUNGE-7" in hers.get(f"{COMMENT}history/").text


def test_protected_address_is_shown_to_herself_and_kept_from_who_acts_for_her(
    cast: Cast, hers: Visit, daughters: Visit
) -> None:
    person = cast.citizen.person
    person.street, person.is_address_protected = "Hemmelighedsvej 7", True
    person.save()
    value = {"lines": ["Skjulestedet 3"]}
    write_entry(by=cast.citizen.actor, citizen_id=person.pk, kind=Entry.Kind.TEMPORARY_ADDRESS, value=value)

    assert "Hemmelighedsvej 7" in hers.get(CARD).text
    for path in (CARD, AWAY, f"{AWAY}history/", "/portal/stamkort/print/"):
        answer = daughters.get(path).text
        assert "Hemmelighedsvej" not in answer
        assert "Skjulestedet" not in answer
    with nothing_written(Entry):
        assert daughters.post(AWAY, page=CARD, lines="Ny vej", version="1").status_code == 403


def test_child_under_fifteen_is_told_kindly_that_she_cannot_see_it_herself(cast: Cast) -> None:
    answer = Visit(factories.child()).get(CARD)

    assert answer.status_code == 403
    assert "Borgeren bestemmer selv" in answer.text or "alder" in answer.text


def test_paper_has_its_date_and_says_what_is_left_out(cast: Cast, hers: Visit) -> None:
    for number in range(5):
        factories.relative(citizen=cast.citizen.person, name=f"Nr. {number} Test", rank=number + 1)
    comment(cast, "Lang tekst. " * 60)
    cpr = str(cast.citizen.person.cpr)

    page = hers.get("/portal/stamkort/print/").text

    assert "Udskrevet" in page
    for told in ("2 pårørende til", "Resten af bemærkningen", "De fire sidste tal i personnummeret"):
        assert told in page
    assert "Nr. 2 Test" in page
    assert "Nr. 3 Test" not in page
    assert cpr[6:] not in page
