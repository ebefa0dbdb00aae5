"""Taking a hospital notification: the treatment relation that it opens, moves, ends or takes back.

The latest notification of a stay, by when it happened, tells how the stay is; one that arrives late changes nothing.
"""

import hashlib
from typing import Any
from uuid import UUID

import msgspec

from access.actors import Actor
from access.vocabulary import Category, Law
from citizens.models import Citizen
from exchange import parties
from exchange.errors import Refused
from exchange.medcom.reading import Stay, read
from exchange.models import Delivered, Delivery
from exchange.relations import end_all
from exchange.reports import CitizenReport, Entry
from exchange.storing import update
from exchange.versions import Change, record_all
from fhir.ids import new_key
from organisations.models import Organisation, TreatmentRelation

Status = TreatmentRelation.Status
TYPE = "Episode"


def take_notification(by: Actor, source: str, bundle: dict[str, Any]) -> tuple[CitizenReport, Citizen]:
    """Bring the relation of the stay up to date. Raises Refused; nothing is kept then."""
    stay = read(bundle)
    citizen, is_new = parties.locked_citizen(stay.cpr, by.moment)
    known, created = parties.units({stay.unit: stay.unit_name}, by.moment, {stay.unit: Organisation.Kind.DEPARTMENT})
    parties.check_sender(by, known[stay.unit])
    changes = [Change(Citizen, "create", [citizen.pk])] if is_new else []
    changes += [Change(Organisation, "create", [unit.pk for unit in created])] if created else []
    action = _merged(source, stay, citizen, known[stay.unit])
    if action not in ("unchanged", "outdated"):
        is_news = stay.died_at is not None and citizen.died_at is None
        if is_news:
            changes += _died(citizen, stay, by)
        changes += _relation(source, stay, citizen, known[stay.unit], by)
        if is_news:
            changes += end_all(citizen=citizen, moment=by.moment)
    record_all(by, changes)
    notes = ["citizen-created"] if is_new else []
    notes += ["organisation-created"] if created else []
    notes += ["citizen-deceased"] if citizen.died_at is not None else []
    entries = [
        Entry(url, action, action) if url == stay.encounter_url else Entry(url, "unchanged", "unchanged")
        for url in stay.full_urls
    ]
    outcome = {"unchanged": Delivery.Outcome.UNCHANGED, "outdated": Delivery.Outcome.OUTDATED}.get(
        action, Delivery.Outcome.TAKEN
    )
    return CitizenReport(stay.bundle_id, "hospital-notification", outcome, entries, notes), citizen


def _merged(source: str, stay: Stay, citizen: Citizen, unit_id: UUID) -> str:
    """Keep what the notification says as the last word on the stay, unless a later one is known; say what it was."""
    content = {
        "basis": stay.basis.value,
        "start": stay.start.isoformat(),
        "end": stay.end.isoformat() if stay.end else None,
        "cancelled": stay.is_cancelled,
        "unit": stay.unit,
    }
    digest = hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
    state = Delivered.objects.filter(source=source, type=TYPE, source_id=stay.episode).first()
    if state is None:
        Delivered.objects.create(
            source=source,
            type=TYPE,
            source_id=stay.episode,
            citizen=citizen,
            origin_id=unit_id,
            sent_at=stay.occurred_at,
            first_sent_at=stay.occurred_at,
            digest=digest,
            content=content,
        )
        return "created"
    if state.citizen_id != citizen.pk:
        raise Refused("foreign-citizen", stay.encounter_url)
    if stay.occurred_at < state.sent_at:
        return "outdated"
    action = "unchanged" if state.digest == digest else "updated"
    if action == "updated" or stay.occurred_at > state.sent_at:
        state.sent_at = state.first_sent_at = stay.occurred_at
        state.digest, state.content, state.origin_id = digest, content, unit_id
        state.save()
    return action


def _columns(stay: Stay, citizen: Citizen, unit_id: UUID) -> dict[str, Any]:
    """What the relation says."""
    status, end = (Status.ENDED if stay.end else Status.VERIFIED), stay.end
    if stay.is_cancelled:
        status, end = Status.REFUTED, stay.start
    elif citizen.died_at is not None and (end is None or citizen.died_at < end):
        status, end = Status.ENDED, max(stay.start, citizen.died_at)
    return {
        "origin_id": unit_id,
        "basis": stay.basis.value,
        "status": status.value,
        "start": stay.start,
        "end": end,
        "occurred_at": stay.start,
    }


def _relation(source: str, stay: Stay, citizen: Citizen, unit_id: UUID, by: Actor) -> list[Change]:
    """Write the relation where it differs. Two statements."""
    columns = _columns(stay, citizen, unit_id)
    key = f"episode/{stay.episode}"
    row: TreatmentRelation | None = TreatmentRelation.objects.filter(source=source, source_id=key).first()
    if row is None:
        fresh = TreatmentRelation(
            id=new_key(),
            citizen=citizen,
            category=Category.PLAN_SUL.value,
            recorded_under=Law.HEALTH.value,
            author_kind="system",
            evidence="MedCom HospitalNotification",
            evidence_source=TreatmentRelation.Source.EPJ.value,
            source=source,
            source_id=key,
            created_at=by.moment,
            updated_at=by.moment,
            **columns,
        )
        TreatmentRelation.objects.bulk_create([fresh])
        return [Change(TreatmentRelation, "create", [fresh.pk])]
    if all(getattr(row, name) == value for name, value in columns.items()):
        return []
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = by.moment
    update(TreatmentRelation, [row])
    return [Change(TreatmentRelation, "update", [row.pk])]


def _died(citizen: Citizen, stay: Stay, by: Actor) -> list[Change]:
    """Record the death that the hospital tells of."""
    citizen.died_at = stay.died_at
    citizen.version += 1
    citizen.updated_at = by.moment
    update(Citizen, [citizen])
    return [Change(Citizen, "update", [citizen.pk])]
