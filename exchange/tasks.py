"""What the worker does for this app."""

from celery import shared_task

from exchange import outbox


@shared_task(name="exchange.dispatch_outbox")
def dispatch_outbox() -> int:
    """Carry out the messages that are due; safe to run at any time, beside itself too."""
    return outbox.dispatch()
