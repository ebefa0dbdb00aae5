"""What the worker does for this app."""

from celery import shared_task

from exchange import outbox
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
