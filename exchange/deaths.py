"""What a delivery says of life and death: recorded when nothing better is known, and taken back."""

from datetime import datetime
from typing import Any

from citizens.models import Citizen
from exchange.items import Item, Parcel
from exchange.merging import Merge
from exchange.models import Delivered
from exchange.storing import update
from exchange.values import Key
from exchange.versions import Change


def key_of(citizen: Citizen) -> Key:
    """Where the last word of a sender on a citizen's life is kept."""
    return "Patient", str(citizen.pk)


def said(parcel: Parcel, citizen: Citizen) -> Item | None:
    """What the parcel says, as an item without rows."""
    if parcel.is_alive is None:
        return None
    died = parcel.died_at.isoformat() if parcel.died_at else None
    content: dict[str, Any] = {"alive": parcel.is_alive, "died": died}
    digest = f"{'alive' if parcel.is_alive else 'dead'} {died or ''}"
    return Item(key_of(citizen), parcel.patient_url, content, digest, parcel.sent_at)


def instant_of(state: Delivered | None) -> datetime | None:
    """When the citizen died by this state; a sender who only says that she is dead said so first at that instant."""
    if state is None or state.content.get("alive", True):
        return None
    died = state.content.get("died")
    return datetime.fromisoformat(died) if died else state.first_sent_at


def record_death(merge: Merge, citizen: Citizen, before: datetime | None, moment: datetime) -> list[Change]:
    """Record what the sender says now, if nobody else has told of a death. `before` is what the sender said before."""
    after = instant_of(merge.states.get(key_of(citizen)))
    if after == before or citizen.died_at not in (None, before):
        return []
    citizen.died_at = after
    citizen.version += 1
    citizen.updated_at = moment
    update(Citizen, [citizen])
    return [Change(Citizen, "update", [citizen.pk])]
