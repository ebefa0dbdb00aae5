"""Deliveries from other systems: taken whole for each citizen or not at all, and only once."""

import hashlib
import traceback
from collections.abc import Callable
from typing import Any

import msgspec
import psycopg
import structlog
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection, transaction

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from citizens.models import Citizen
from exchange import outbox
from exchange.bookings import holds_appointments, take_appointments
from exchange.errors import NotASystem, Refused
from exchange.gateway.intake import take_report
from exchange.gateway.reading import read
from exchange.medcom.conditions import take_conditions
from exchange.medcom.intake import take_notification
from exchange.models import Delivery, Quarantined
from exchange.reports import CitizenReport, DeliveryReport, Entry, refusal
from exchange.values import instant, masked

DEFAULT_SOURCE = "kl-gateway"
HOSPITALS = "medcom"
ATTEMPTS = 3
log = structlog.get_logger(__name__)

Taker = Callable[[Actor, str, dict[str, Any]], tuple[CitizenReport, Citizen]]


def take(*, by: Actor, bundle: bytes, source: str = DEFAULT_SOURCE) -> DeliveryReport:
    """Take a delivery: a report of one citizen, a delivery of several such reports, or a hospital notification.

    Each citizen's bundle is one transaction with the citizen's row locked: it is taken whole, or put in quarantine with
    its reason while the others go in. Delivered again it changes nothing. `source` is the sender's name, within which
    its ids are unique. Raises NotASystem.
    """
    check_system(by)
    report = DeliveryReport(source)
    try:
        bundles = split(bundle)
    except Refused as why:
        report.citizens.append(_quarantine(by, source, bundle, {}, why))
        return report
    for body in bundles:
        report.citizens.append(take_one(by=by, body=body, raw=msgspec.json.encode(body), source=_source(body, source)))
    return report


def check_system(by: Actor) -> None:
    """Only a system, for the purpose of delivery, may deliver. Raises NotASystem."""
    if by.acting_as != ActingAs.SYSTEM or by.purpose != Purpose.DELIVERY:
        raise NotASystem


def _source(body: dict[str, Any], source: str) -> str:
    """MedCom's messages and documents are never the gateway's, whose name is what a sender without one gets."""
    return HOSPITALS if body.get("type") in ("message", "document") and source == DEFAULT_SOURCE else source


def split(bundle: bytes) -> list[dict[str, Any]]:
    """Return the bundles of one citizen each. Raises Refused."""
    if b"\\u0000" in bundle:
        raise Refused("bad-text")
    try:
        body = msgspec.json.decode(bundle)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused("not-json") from error
    if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        raise Refused("not-a-bundle")
    entries = body.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Refused("empty-bundle")
    inner = [entry.get("resource") if isinstance(entry, dict) else None for entry in entries]
    bundles = [item for item in inner if isinstance(item, dict) and item.get("resourceType") == "Bundle"]
    if not bundles:
        return [body]
    if len(bundles) != len(inner) or body.get("type") != "collection":
        raise Refused("unsupported-bundle")
    return bundles


def take_one(*, by: Actor, body: dict[str, Any], raw: bytes, source: str) -> CitizenReport:
    """Take the bundle of one citizen, or put it in quarantine."""
    digest = digest_of(body)
    seen = Delivery.objects.filter(source=source, digest=digest).exclude(outcome=Delivery.Outcome.QUARANTINED).first()
    if seen is not None:
        return _seen(body, seen)
    try:
        return _taken(by, source, body, digest)
    except Refused as why:
        return _quarantine(by, source, raw, body, why)
    except (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError) as error:
        log.warning("delivery conflicts", source=source, error=type(error).__name__)
        return _quarantine(by, source, raw, body, Refused("conflict"))
    except (DatabaseError, psycopg.Error):
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        # The text of the error may hold what was delivered; where it arose does not.
        log.error("delivery failed", source=source, error=type(error).__name__, at=f"{place.filename}:{place.lineno}")
        return _quarantine(by, source, raw, body, Refused("internal"))


def _taken(by: Actor, source: str, body: dict[str, Any], digest: str) -> CitizenReport:
    """Take the bundle in one transaction; one that lost a deadlock tries again. Raises Refused and DatabaseError."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                report, citizen = _taker(body)(by, source, body)
                delivery = _keep(by, source, body, digest, report, citizen)
                Quarantined.objects.filter(delivery=delivery, released_at__isnull=True).update(released_at=by.moment)
                if report.outcome == Delivery.Outcome.TAKEN:
                    outbox.enqueue("delivery-taken", citizen.pk, {"delivery": str(delivery.pk)})
            return report
        except (OperationalError, psycopg.OperationalError) as error:
            is_deadlock = isinstance(error.__cause__ or error, psycopg.errors.DeadlockDetected)
            if not is_deadlock or attempt == ATTEMPTS or connection.in_atomic_block:
                raise
    raise AssertionError("unreachable")


def digest_of(body: dict[str, Any]) -> str:
    """Return what tells one content from another, however it was written."""
    return hashlib.sha256(msgspec.json.encode(body, order="deterministic")).hexdigest()


def _taker(body: dict[str, Any]) -> Taker:
    """What takes this kind of bundle. Raises Refused."""
    if body.get("type") == "message":
        return take_notification
    if body.get("type") == "document":
        return take_conditions
    if body.get("type") == "collection" and holds_appointments(body):
        return take_appointments
    if body.get("type") == "collection":
        return lambda by, source, bundle: take_report(by, source, read(bundle))
    raise Refused("unsupported-bundle")


def _seen(body: dict[str, Any], delivery: Delivery) -> CitizenReport:
    """Report a bundle that was taken before: nothing is written."""
    entries = [Entry(url, "unchanged", "unchanged") for url in _urls(body)]
    return CitizenReport(delivery.bundle_id, delivery.kind, Delivery.Outcome.UNCHANGED, entries)


def _urls(body: dict[str, Any]) -> list[str]:
    """The addresses of the entries, as far as they can be read."""
    entries = body.get("entry")
    found = [entry.get("fullUrl") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [url for url in found if isinstance(url, str)]


def _keep(
    by: Actor, source: str, body: dict[str, Any], digest: str, report: CitizenReport, citizen: Citizen | None
) -> Delivery:
    """Write down the delivery; one that was in quarantine is the same delivery."""
    columns = {
        "bundle_id": masked(report.bundle_id)[:200],
        "kind": report.kind[:40],
        "sent_at": timestamp_of(body),
        "received_at": by.moment,
        "outcome": report.outcome.value,
        "citizen": citizen,
        "report": report.as_json(),
    }
    if report.outcome == Delivery.Outcome.UNCHANGED:
        known = Delivery.objects.filter(source=source, digest=digest).exclude(outcome="quarantined").first()
        if known is not None:  # the same bundle went in beside us
            return known
    delivery, _is_new = Delivery.objects.update_or_create(source=source, digest=digest, defaults=columns)
    return delivery


def timestamp_of(body: dict[str, Any]) -> Any:
    """When the sender says it was sent, if that can be read."""
    timestamp = body.get("timestamp")
    try:
        return instant(timestamp) if isinstance(timestamp, str) else None
    except Refused:
        return None


def _quarantine(by: Actor, source: str, raw: bytes, body: dict[str, Any], why: Refused) -> CitizenReport:
    """Keep a bundle that could not be taken, whole and with the reason; once, however often it comes."""
    bundle_id = body.get("id")
    kind = "message" if body.get("type") == "message" else "delivery-report"
    report = refusal(bundle_id if isinstance(bundle_id, str) else "", kind, _urls(body), why)
    digest = digest_of(body) if body else hashlib.sha256(raw).hexdigest()
    with transaction.atomic():
        delivery = _keep(by, source, body, digest, report, None)
        Quarantined.objects.update_or_create(
            delivery=delivery, defaults={"body": raw, "reason": why.code, "released_at": None}
        )
    log.info("delivery quarantined", source=source, delivery=str(delivery.pk), reason=why.code)
    return report


def release(*, by: Actor, quarantined: Quarantined) -> CitizenReport:
    """Try a bundle in quarantine again, after its reason was seen to; it stays there if it still cannot be taken."""
    delivery = quarantined.delivery
    report = take(by=by, bundle=bytes(quarantined.body), source=delivery.source)
    return report.citizens[0]
