"""What the worker does for this app."""

from celery import shared_task
from django.utils import timezone

from exchange import notices, outbox
from exchange.subscriptions import delivering, fanout


@shared_task(name="exchange.dispatch_outbox")
def dispatch_outbox() -> int:
    """Carry out the messages that are due; safe to run at any time, beside itself too."""
    return outbox.dispatch()


@shared_task(name="exchange.tell_subscribers", time_limit=240)
def tell_subscribers() -> int:
    """Make notifications of what happened and send what is due; safe to run at any time, beside itself too."""
    while fanout.fan_out():
        pass
    return delivering.tell_all()


@shared_task(name="exchange.forget_notifications")
def forget_notifications() -> int:
    """Let go of notifications that can be replayed no more."""
    return delivering.forget()


@shared_task(name="exchange.tell_what_ends")
def tell_what_ends() -> int:
    """Tell citizens of consents and powers of attorney that end soon; safe to run at any time."""
    return notices.tell_what_ends(timezone.now())
