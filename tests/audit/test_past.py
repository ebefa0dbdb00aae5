"""What rows were is kept by the database, whatever changed them, and is seen again as it stood."""

from datetime import datetime

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from audit.models import Past
from audit.past import kept, seen_as_of
from goals.models import Goal
from organisations.models import Organisation, TreatmentRelation, UnitLink
from tests import factories

pytestmark = pytest.mark.django_db

OWN_LOGS = {"audit", "minlog", "exchange", "identity", "terminology", "bench"}
OTHERS = {"admin", "auth", "contenttypes", "sessions", "guardian"}
ELSEWISE = {
    "SwitchPosition": "append-only itself, and dated by when it was known",
    "CalendarFeed": "a way in, which no decision asks; that it was made, used and ended is in the log",
    "DryRun": "a question about what would be, which no decision asks",
    "DryRunChunk": "a part of it",
}


def clock() -> datetime:
    """The instant by the database's own clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def test_every_table_that_a_decision_may_ask_keeps_its_past() -> None:
    served = {model for model in apps.get_models() if model._meta.app_label not in OWN_LOGS | OTHERS}

    assert {model.__name__ for model in served - set(kept())} == set(ELSEWISE)


def test_a_row_is_seen_as_it_stood_before_each_change() -> None:
    before_all = clock()
    relation = factories.treatment_relation(status="claimed", follow_up_by=factories.ahead(days=3))
    claimed = clock()
    TreatmentRelation.objects.filter(pk=relation.pk).update(status="verified")
    verified = clock()
    TreatmentRelation.objects.filter(pk=relation.pk).update(status="ended", end=claimed)

    seen = []
    with seen_as_of() as at:
        for moment in (before_all, claimed, verified, clock()):
            at(moment)
            seen.append([row.status for row in TreatmentRelation.objects.filter(pk=relation.pk)])

    assert seen == [[], ["claimed"], ["verified"], ["ended"]]


def test_a_row_that_was_deleted_is_seen_with_all_it_held() -> None:
    goal = factories.life_goal(sharing="named", shared_with=[factories.ward().pk])
    stood = clock()
    Goal.objects.filter(pk=goal.pk).delete()

    with seen_as_of() as at:
        at(stood)
        found = Goal.objects.get(pk=goal.pk)
    assert {f.attname: getattr(found, f.attname) for f in Goal._meta.fields} == {
        f.attname: getattr(goal, f.attname) for f in Goal._meta.fields
    }
    assert not Goal.objects.filter(pk=goal.pk).exists()


def test_a_unit_that_was_moved_stood_where_it_stood() -> None:
    ward, other = factories.ward(), factories.hospital()
    old = set(UnitLink.objects.filter(descendant=ward).values_list("ancestor_id", flat=True))
    stood = clock()
    Organisation.objects.filter(pk=ward.pk).update(parent=other)

    with seen_as_of() as at:
        at(stood)
        seen = set(UnitLink.objects.filter(descendant=ward).values_list("ancestor_id", flat=True))
    assert seen == old
    assert other.pk in set(UnitLink.objects.filter(descendant=ward).values_list("ancestor_id", flat=True))


def test_a_change_that_was_undone_leaves_no_past() -> None:
    relation = factories.treatment_relation()
    before = Past.objects.count()
    with transaction.atomic():
        TreatmentRelation.objects.filter(pk=relation.pk).update(status="refuted")
        transaction.set_rollback(True)

    assert Past.objects.count() == before


@pytest.mark.parametrize("change", ["UPDATE audit_past SET until = now()", "DELETE FROM audit_past"])
def test_the_past_is_not_changed(change: str) -> None:
    factories.treatment_relation()

    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
