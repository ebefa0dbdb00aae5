"""What the worker does for this app."""

from uuid import UUID

from config.celery import app
from consents import population
from consents.models import DryRun


# Bound to our application, not shared: a command sends it too, in a process that otherwise knows no broker.
@app.task(name="consents.dry_run")
def dry_run(run_id: str) -> int:
    """Carry on a dry run until nothing is left; safe to run twice, also at once. Returns how many chunks it did."""
    run = DryRun.objects.get(pk=UUID(run_id))
    done = 0
    while population.carry_on(run):
        done += 1
    return done
