"""What the worker does for this app."""

from datetime import UTC, datetime

from celery import shared_task
from django.contrib.sessions.models import Session

from identity.models import LoginSession, RevokedToken, Ticket, UsedAssertion
from identity.sessions import KEPT
from identity.tickets import KEPT_AFTER


@shared_task(name="identity.forget_expired")
def forget_expired() -> int:
    """Take away what can no longer be used: it would be refused for its age; safe to run at any time."""
    now = datetime.now(UTC)
    found = [
        UsedAssertion.objects.filter(expires_at__lt=now),
        RevokedToken.objects.filter(expires_at__lt=now),
        Session.objects.filter(expire_date__lt=now),
        LoginSession.objects.filter(seen_at__lt=now - KEPT),
        Ticket.objects.filter(expires_at__lt=now - KEPT_AFTER),
    ]
    return sum(rows.delete()[0] for rows in found)
