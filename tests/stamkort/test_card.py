"""The stamkort as one page shows it: who sees which part, how it once stood, and the order of relatives."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.vocabulary import ActingAs, Category
from audit.models import Version
from citizens.models import Relative
from fhir.outcomes import FhirError
from stamkort import card, services
from stamkort.models import Entry
from tests import factories
from tests.asking import logged, nothing_written
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def read(cast: Cast, by: Any = None) -> card.Card:
    return card.read_card(by=by or cast.citizen.actor, citizen_id=cast.citizen.person.pk)


def three(cast: Cast) -> list[Relative]:
    return [factories.relative(citizen=cast.citizen.person, name=f"{name} Test") for name in ("Anna", "Bent", "Carl")]


def test_whole_stamkort_is_one_look_in_the_log(cast: Cast) -> None:
    child = factories.child()
    factories.custody(child=child, parent=cast.citizen.person)
    factories.custody(child=factories.citizen(given_name="Voksen Test"), parent=cast.citizen.person)
    factories.ended_custody(parent=cast.citizen.person)
    factories.relative(citizen=cast.citizen.person)
    factories.entry(citizen=cast.citizen.person, author=cast.doctor.person, origin=cast.units.ward)
    factories.entry(citizen=cast.citizen.person, kind=Entry.Kind.COMMENT, value={"text": "Væk"}, is_current=False)
    factories.registration(citizen=cast.citizen.person)

    found = read(cast)

    assert found.register is not None
    assert found.register["practice_name"] == cast.units.practice.name
    assert [each["given_name"] for each in found.register["children"]] == [child.given_name]
    assert set(found.entries) == {"language"}
    assert found.entries["language"]["value"]["language"] == "da"
    assert found.authors.people[cast.doctor.person.pk] == cast.doctor.person
    assert (len(found.relatives), set(found.registrations)) == (1, {"treatment-will"})
    assert [(row.interaction, row.outcome, row.families) for row in logged()] == [
        ("overview", "permit", ["sk-flag", "sk-typed"])
    ]


def test_who_may_not_see_gets_nothing_and_it_is_logged_as_refused(cast: Cast) -> None:
    stranger = factories.citizen()
    asks = cast.citizen.asking(acting_as=ActingAs.PROXY, citizen_id=stranger.pk, on_behalf_of=cast.citizen.person.pk)
    factories.relative(citizen=cast.citizen.person)

    assert read(cast, asks).is_empty
    assert not card.may_type(by=asks, citizen_id=cast.citizen.person.pk)
    assert [row.outcome for row in logged()] == ["refuse"]


def test_proxy_sees_the_parts_that_her_power_names_and_writes_where_it_says_so(cast: Cast) -> None:
    attorney = factories.citizen()
    power = factories.power_of_attorney(
        principal=cast.citizen.person, attorney=attorney, families=[Category.SK_TYPED], may_write=False
    )
    asks = cast.citizen.asking(acting_as=ActingAs.PROXY, citizen_id=attorney.pk, on_behalf_of=power.principal_id)
    factories.relative(citizen=cast.citizen.person)
    parts = (Category.SK_REG, Category.SK_TYPED, Category.SK_FLAG)

    found = read(cast, asks)

    assert (found.register, len(found.relatives)) == (None, 1)
    unseen = card.unseen_parts(by=asks, citizen_id=power.principal_id, parts=parts)
    assert unseen == {Category.SK_REG, Category.SK_FLAG}
    assert not card.may_type(by=asks, citizen_id=power.principal_id)
    power.may_write = True
    power.save()
    assert card.may_type(by=asks, citizen_id=power.principal_id)


def test_what_a_registration_says_is_told_to_herself_alone_and_is_a_look_of_its_own(cast: Cast) -> None:
    content = factories.will_content(citizen=cast.citizen.person)
    flag = content.registration

    found = card.content_of(by=cast.citizen.actor, registration_id=flag.pk)

    assert found is not None
    assert found["statements"]["noLifeProlongingIfDying"] is True
    with pytest.raises(FhirError) as refused:
        card.content_of(by=cast.daughter.actor, registration_id=flag.pk)
    assert refused.value.code == "forbidden"
    assert [row.families for row in logged(outcome="permit")] == [["will-content"]]
    assert [row.actor_citizen_id for row in logged(outcome="refuse")] == [cast.daughter.actor.citizen_id]
    alone = factories.registration(citizen=cast.citizen.person, kind="organ-donor")
    assert card.content_of(by=cast.citizen.actor, registration_id=alone.pk) is None


def test_earlier_versions_are_told_newest_first_page_by_page_and_the_look_is_logged(cast: Cast) -> None:
    citizen_id = cast.citizen.person.pk
    for minute, text in enumerate(("Et.", "To.", "Tre.")):
        by = replace(cast.citizen.actor, moment=cast.moment + timedelta(minutes=minute))
        services.write_entry(by=by, citizen_id=citizen_id, kind=Entry.Kind.COMMENT, value={"text": text})

    def told(before: int) -> list[str]:
        found = card.history_of_entry(
            by=cast.citizen.actor, citizen_id=citizen_id, kind=Entry.Kind.COMMENT, before=before, limit=2
        )
        return [one.row["value"]["text"] for one in found]

    assert (told(9), told(2)) == (["Tre.", "To."], ["Et."])
    assert [row.outcome for row in logged(interaction="history")] == ["permit", "permit"]


def test_relative_moves_one_place_and_who_typed_her_stands(cast: Cast) -> None:
    anna, _bent, carl = three(cast)
    typed_at = carl.occurred_at
    source, by, citizen_id = card.RELATIVES_SOURCE, cast.citizen.actor, cast.citizen.person.pk

    services.move_relative(by=by, source=source, citizen_id=citizen_id, key=carl.pk, up=True)

    assert [row["name"] for row in read(cast).relatives] == ["Anna Test", "Carl Test", "Bent Test"]
    services.move_relative(by=by, source=source, citizen_id=citizen_id, key=carl.pk, up=True)
    services.move_relative(by=by, source=source, citizen_id=citizen_id, key=anna.pk, up=False)
    assert [row["name"] for row in read(cast).relatives] == ["Carl Test", "Bent Test", "Anna Test"]
    assert services.move_relative(by=by, source=source, citizen_id=citizen_id, key=carl.pk, up=True) == []
    carl.refresh_from_db()
    assert (carl.rank, carl.occurred_at) == (1, typed_at)
    assert Version.objects.filter(resource_id=carl.pk, change="update").exists()


@pytest.mark.parametrize("name", ["stranger", "home_helper"])
def test_these_do_not_move_relatives(cast: Cast, name: str) -> None:
    anna, _bent, _carl = three(cast)

    with nothing_written(Relative), pytest.raises(FhirError):
        services.move_relative(
            by=getattr(cast, name).actor,
            source=card.RELATIVES_SOURCE,
            citizen_id=cast.citizen.person.pk,
            key=anna.pk,
            up=False,
        )
