"""From the bundle of one citizen to a parcel of items: what can be wrong with a bundle alone is found here."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from citizens.identifiers import CPR_SYSTEM, is_cpr
from exchange.errors import Refused
from exchange.gateway import shapes
from exchange.gateway.around import Reading, sor_of
from exchange.gateway.mapping import mapped
from exchange.items import Item, Parcel, Role
from exchange.values import Key, identity, instant, key_of, masked

_EVERY = frozenset(shapes.SHAPES)
_UNKEPT = frozenset({"Patient", "Organization"})


def read(bundle: dict[str, Any]) -> Parcel:
    """Read the delivery report of one citizen. Raises Refused."""
    sent_at = _sent_at(bundle)
    entries = _entries(bundle)
    full_urls = {url: key for url, _profile, key, _resource in entries if url}
    patient, patient_url = _only_patient(entries)
    units = _units(entries)
    family = _profile_of(bundle)
    items: dict[Key, Item] = {}
    for url, profile, key, resource in entries:
        if key[0] in _UNKEPT:
            continue
        try:
            item = _item(url, profile or family, key, resource, sent_at, full_urls, units, patient)
        except Refused as error:
            raise Refused(error.code, error.at or url, error.detail) from error
        if key in items and items[key].digest != item.digest:
            raise Refused("duplicate-id", url)
        items[key] = item
    found = Parcel(
        bundle_id=str(bundle.get("id") or ""),
        kind=family.rsplit("/", 1)[-1][:40] or "delivery-report",
        sent_at=sent_at,
        cpr=_cpr(patient, patient_url),
        sor=_sor(patient, patient_url),
        unit_name="",
        items=list(items.values()),
        full_urls=[url for url, *_rest in entries],
        is_alive=None if patient.deceasedBoolean is None else not patient.deceasedBoolean,
        patient_url=patient_url,
    )
    if patient.deceasedDateTime:
        found.died_at = instant(patient.deceasedDateTime)
        found.is_alive = False
    _check_goals(found)
    return found


def again(item: Item, since: datetime) -> Item:
    """Read the kept content of an item once more, as first sent at `since`."""
    resource = msgspec.convert(item.content, shapes.SHAPES[item.key[0]])
    _fill(item, resource, since)
    return item


def _sent_at(bundle: dict[str, Any]) -> datetime:
    timestamp = bundle.get("timestamp")
    if not isinstance(timestamp, str):
        raise Refused("bad-date", detail="Bundle.timestamp")
    return instant(timestamp)


def _profile_of(resource: dict[str, Any]) -> str:
    """The first profile that a resource claims."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    first = profiles[0] if isinstance(profiles, list) and profiles else ""
    return first if isinstance(first, str) else ""


def _entries(bundle: dict[str, Any]) -> list[tuple[str, str, Key, shapes.Resource]]:
    """Every entry: its fullUrl, its profile, its key, and the resource by its shape."""
    found = []
    for number, entry in enumerate(bundle.get("entry") or ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise Refused("wrong-shape", detail=f"entry[{number}]")
        kind = resource.get("resourceType")
        url = entry.get("fullUrl") or f"{kind}/{resource.get('id')}"
        if not isinstance(kind, str) or not isinstance(url, str) or len(url) > 400:
            raise Refused("wrong-shape", detail=f"entry[{number}]")
        shape = shapes.SHAPES.get(kind)
        if shape is None:
            raise Refused("unknown-type", url, kind[:40])
        try:
            read = msgspec.convert(resource, shape)
            found.append((url, _profile_of(resource), (kind, identity(read.id)), read))
        except msgspec.ValidationError as error:
            raise Refused("wrong-shape", url, masked(str(error))) from error
        except Refused as error:
            raise Refused(error.code, url, error.detail) from error
    return found


def _only_patient(entries: list[tuple[str, str, Key, shapes.Resource]]) -> tuple[shapes.Patient, str]:
    """The one citizen of the bundle; the same one twice is one."""
    found = {
        tuple(identifier.value for identifier in resource.identifier): (resource, url)
        for url, _profile, _key, resource in entries
        if isinstance(resource, shapes.Patient)
    }
    if not found:
        raise Refused("no-citizen")
    ids = {key for _url, _profile, key, _resource in entries if key[0] == "Patient"}
    if len(found) > 1 or len(ids) > 1:
        raise Refused("two-citizens", next(url for _resource, url in list(found.values())[-1:]))
    return next(iter(found.values()))


def _cpr(patient: shapes.Patient, url: str) -> str:
    values = [item.value for item in patient.identifier if item.system == CPR_SYSTEM]
    if len(values) != 1 or len(patient.identifier) != 1 or not is_cpr(values[0]):
        raise Refused("only-cpr", url)
    return values[0]


def _sor(patient: shapes.Patient, url: str) -> str:
    unit = patient.managingOrganization
    sor = sor_of((unit.identifier,)) if unit is not None and unit.identifier is not None else None
    if sor is None or not is_sor(sor):
        raise Refused("no-organisation", url)
    return sor


def is_sor(value: str) -> bool:
    """Whether this has the form of a SOR code."""
    return value.isascii() and value.isdigit() and 11 <= len(value) <= 18


def _units(entries: list[tuple[str, str, Key, shapes.Resource]]) -> dict[Key, str]:
    """The SOR codes of the units in the bundle; blank for one that is known by another register only."""
    found = {}
    for url, _profile, key, resource in entries:
        if isinstance(resource, shapes.Organization):
            sor = sor_of(resource.identifier) or ""
            if sor and not is_sor(sor):
                raise Refused("no-organisation", url)
            found[key] = sor
    return found


def _item(
    url: str,
    profile: str,
    key: Key,
    resource: shapes.Resource,
    sent_at: datetime,
    full_urls: dict[str, Key],
    units: dict[Key, str],
    patient: shapes.Patient,
) -> Item:
    """Read one resource into an item."""
    content = msgspec.to_builtins(resource)
    content["meta"] = {"profile": [profile]}
    if (requester := content.get("requester")) is not None and requester.get("reference"):
        unit = key_of(requester["reference"], full_urls, frozenset({"Organization"}))
        if unit not in units:
            raise Refused("bad-reference")
        content["requester"] = {"identifier": {"system": "urn:oid:1.2.208.176.1.1", "value": units[unit]}}
    content = _canonical(content, full_urls)
    if content["subject"].get("reference") != f"Patient/{patient.id}":
        raise Refused("foreign-citizen")
    digest = hashlib.sha256(msgspec.json.encode({**content, "subject": key[0]}, order="deterministic")).hexdigest()
    item = Item(key, url, content, digest, sent_at)
    _fill(item, msgspec.convert(content, type(resource)), sent_at)
    return item


def _canonical(value: Any, full_urls: dict[str, Key]) -> Any:
    """Write every literal reference as type/id, whatever address it had in the bundle."""
    if isinstance(value, dict):
        if isinstance(reference := value.get("reference"), str):
            return {**value, "reference": "/".join(key_of(reference, full_urls, _EVERY))}
        return {name: _canonical(part, full_urls) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(part, full_urls) for part in value]
    return value


def _fill(item: Item, resource: shapes.Resource, since: datetime) -> None:
    read = mapped(resource, Reading(resource.meta.profile[0], since))
    item.pieces, item.refs, item.grant = read.pieces, read.refs, read.grant


def _check_goals(parcel: Parcel) -> None:
    """A goal in the bundle of its condition addresses a home-care condition."""
    social = {item.key: item.pieces[0].is_social for item in parcel.items if item.key[0] == "Condition"}
    for item in parcel.items:
        for ref in item.refs:
            if ref.role == Role.ADDRESSES and not social.get(ref.key, True):
                raise Refused("goal-condition", item.full_url)
