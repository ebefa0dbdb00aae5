"""What happens to the log behind the writers."""

from datetime import UTC, datetime

from celery import shared_task
from django.db import connection

from audit import sealing


@shared_task
def seal_log() -> int:
    """Seal the rows written since the last time; safe to run twice at once."""
    return sealing.seal_pending()


@shared_task
def make_partitions() -> int:
    """Make the monthly partitions of the coming year."""
    with connection.cursor() as cur:
        cur.execute("SELECT audit_make_partitions(%s, 13)", [datetime.now(UTC).date()])
        made: int = cur.fetchone()[0]
        return made
