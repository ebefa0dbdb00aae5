"""A transaction that is held open may commit late, and cannot go behind its own beginning."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from access.actors import Actor
from access.service import log
from access.vocabulary import ActingAs, Purpose
from audit import sealing
from audit.models import Entry

COPY = """
INSERT INTO audit_entry
SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'recorded_at', %s::text))).*
FROM audit_entry AS e WHERE id = %s RETURNING id
"""


def test_a_transaction_held_open_cannot_go_behind_its_beginning(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    began = datetime.now(UTC)
    log(
        Actor(ActingAs.HP, Purpose.TREATMENT, began, request_id="held-open"),
        "read",
        "Goal",
        citizen_id=None,
        outcome="permit",
    )
    model = Entry.objects.get(request_id="held-open")
    sealing.seal_pending(began)
    with psycopg.connect(**connection.get_connection_params()) as other:

        def written(at: datetime) -> str:
            found = other.execute(COPY, [at.isoformat(), model.id]).fetchone()
            assert found is not None
            return str(found[0])

        honest = written(began + timedelta(seconds=1))
        sealing.seal_pending(began + timedelta(minutes=5))
        late = written(began - timedelta(seconds=50))
        behind = written(began - timedelta(seconds=70))

    assert sealing.seal_pending(began + timedelta(minutes=6)) == 2
    told = {fault.what.split()[1]: fault.kind for fault in sealing.verify(now=began + timedelta(minutes=6))}
    assert told.get(behind) == "back-dated"
    assert not {honest, late} & set(told)
