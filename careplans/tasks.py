"""What the worker does for this app."""

from datetime import UTC, datetime

from celery import shared_task

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from careplans.fhir.episode import EPISODE_SOURCE
from careplans.services import claims


@shared_task(name="careplans.follow_up_claims")
def follow_up_claims() -> dict[str, int]:
    """Follow up the claimed relations that are due; safe to run at any time, beside itself too."""
    by = Actor(ActingAs.SYSTEM, Purpose.DELIVERY, datetime.now(UTC), client_id="follow-up")
    return claims.follow_up_claims(by=by, source=EPISODE_SOURCE)
