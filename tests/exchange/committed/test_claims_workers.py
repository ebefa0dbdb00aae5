"""The follow-up of claims with several workers at once."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from audit.models import Version
from careplans import tasks
from exchange.models import OutboxMessage
from organisations.models import TreatmentRelation
from tests import factories


def test_workers_share_the_claims_between_them() -> None:
    unit = factories.ward()
    nurse = factories.nurse()
    due = [factories.overdue_claim(origin=unit, professional=nurse).pk for _number in range(12)]

    def work(_number: int) -> int:
        try:
            return tasks.follow_up_claims()["unconfirmed"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) >= len(due)

    assert set(TreatmentRelation.objects.filter(pk__in=due).values_list("version", "follow_up_result")) == {
        (2, "unconfirmed")
    }
    assert Version.objects.filter(resource_id__in=due).count() == len(due)
    told = OutboxMessage.objects.filter(topic="claim-unconfirmed", payload__unit=str(unit.pk))
    assert sorted(told.values_list("payload__relation", flat=True)) == sorted(map(str, due))
