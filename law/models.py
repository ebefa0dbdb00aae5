"""Decisions about the law's open questions: dated rows that are only ever added to."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, models
from django.db.models import F, Q

from access.switches import Position
from fhir.ids import new_key

# From when a decision counts, after it was made (migration 0001 says the same). Every process reads the table anew
# after three seconds; the rest is for a slow commit and for clocks of machines that differ a little.
LEAD = timedelta(seconds=10)


class SwitchPosition(models.Model):
    """One decision about one switch (kontakt): on or off, from which day in Denmark, by whom and why.

    `start` is the first day on which it holds, `end` the first on which it no longer does. Of several decisions that
    cover a day the latest holds; where none does the switch is off. The database writes `decided_at` and `known_from`
    itself, refuses a day that has begun (today is allowed to close a switch), and refuses every change of a row.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    code = models.CharField(max_length=40)
    is_on = models.BooleanField()
    start = models.DateField()
    end = models.DateField(null=True)
    decided_by = models.CharField(max_length=100)
    reason = models.CharField(max_length=1000)
    decided_at = models.DateTimeField(editable=False)
    known_from = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="position_period"),
            models.CheckConstraint(condition=~Q(decided_by__regex=r"^\s*$"), name="position_decided_by"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="position_reason"),
        ]
        indexes = [models.Index(fields=["known_from"], name="position_known_from")]

    def __str__(self) -> str:
        return f"{self.code} {'on' if self.is_on else 'off'} from {self.start}"

    @staticmethod
    def read_all() -> Iterator[Position]:
        """Read every position, in the order in which they count. One statement, on this thread's connection.

        It belongs to no request and comes every few seconds, so it goes past what counts a request's statements.
        """
        connection.ensure_connection()
        rows = connection.connection.execute(
            'SELECT code, is_on, start, "end", known_from FROM law_switchposition ORDER BY known_from, id'
        )
        return (Position(*row) for row in rows.fetchall())
