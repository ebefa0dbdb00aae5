"""Creating with one statement: it decides as the decision that explains itself does, and leaves as much behind."""

from typing import Any
from uuid import UUID

import pytest

from access.actors import Actor
from access.authoring import author_kind
from access.policies import policy_of
from access.service import decide_create
from access.vocabulary import Category
from access.writing import create
from audit.models import Entry, Version
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from goals.services import place_of
from tests.cast import Cast, Member, make_cast

pytestmark = pytest.mark.django_db


def columns(by: Actor, citizen_id: UUID) -> dict[str, Any]:
    """All columns of a new goal as this writer would write it."""
    category, law = place_of(by, [])
    made = Goal(
        citizen_id=citizen_id,
        category=category,
        recorded_under=law,
        origin_id=by.unit_id,
        author_id=by.professional_id,
        author_kind=author_kind(by),
        kind=Goal.Kind.LIFE if category == Category.GOAL_LIFE else Goal.Kind.OVERALL,
        words="Gå en tur hver dag",
        sharing=Goal.Sharing.PRIVATE if category == Category.GOAL_LIFE else "",
        occurred_at=by.moment,
        created_at=by.moment,
        updated_at=by.moment,
    )
    return {field.attname: getattr(made, field.attname) for field in Goal._meta.concrete_fields}


def counted() -> list[int]:
    return [Goal.objects.count(), Version.objects.count(), Entry.objects.count()]


def test_who_may_and_by_which_rules_is_as_it_is_explained_and_the_others_write_nothing() -> None:
    cast: Cast = make_cast()
    tove = cast.citizen.person
    permitted: set[str] = set()
    refused: set[str] = set()
    for name, member in vars(cast).items():
        if not isinstance(member, Member):
            continue
        by, new, before = member.actor, columns(member.actor, tove.pk), counted()
        decision = decide_create(policy_of(Goal), by, tove.pk, new["category"])
        held = [] if decision is None else [rule.code for rule in decision.held]

        row = create(by, GOAL_SOURCE, new)

        assert (row is not None) == bool(held), name
        assert counted() == [number + (row is not None) for number in before], name
        (refused if row is None else permitted).add(name)
        if row is not None:
            entry = Entry.objects.get(resource_ids=[new["id"]])
            assert row["rules"] == entry.rules == held
            assert (entry.outcome, entry.citizen_id, entry.interaction) == ("permit", tove.pk, "create")
            assert Version.objects.get(resource_id=new["id"]).row["words"] == row["words"] == new["words"]
    assert {"doctor", "gp", "caseworker", "citizen"} <= permitted
    assert {"stranger", "clerk", "daughter"} <= refused
