"""Every write of the stamkort: its typed part, where the last writer wins, and the refusal of resuscitation.

Who may type: the citizen from 15 years on, who acts for her and may write, and a health professional in treatment. Who
may refuse resuscitation: the citizen herself, from 60 on. Law: grounds.STAMKORT_SHARING, OWN_ACCESS, POWER_OF_ATTORNEY,
CUSTODY, GUARDIANSHIP, RESUSCITATION_REFUSAL.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import F

from access import service
from access.actors import Actor
from access.authoring import author_kind, change_element, create_element, delete_element, same, save
from access.columns import ELEMENT
from access.statements import Row, Source
from access.vocabulary import AuthorKind, Category, Law, Reason
from access.writing import record
from citizens.models import Citizen, Relative
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken
from stamkort.models import REFUSAL_DELAY, Entry, Registration
from stamkort.values import checked

ENTRY_SOURCE = Source("StamkortEntry", Entry, {**ELEMENT, "kind": "kind", "value": "value", "is_current": "is_current"})


@dataclass(frozen=True)
class RelativeInput:
    """What a relative is to be."""

    citizen_id: UUID
    name: str
    relationship: str
    home_phone: str = ""
    mobile_phone: str = ""
    work_phone: str = ""
    email: str = ""
    note: str = ""
    rank: int = 1
    is_active: bool = True
    identifier: BusinessKey = NO_KEY


WRITTEN = (
    "name",
    "relationship",
    "home_phone",
    "mobile_phone",
    "work_phone",
    "email",
    "note",
    "rank",
    "is_active",
)


# How relatives stand in their list.
IN_ORDER = ("rank", "name", "id")


def law_of(by: Actor) -> Law:
    """The act a typed entry stands under: health law when a professional types it, else the citizen's own words."""
    return Law.CITIZEN if by.professional_id is None else Law.HEALTH


def _typed_by(by: Actor) -> dict[str, Any]:
    """Who typed the newest words, and when; earlier ones stand in the versions."""
    return {
        "author_kind": author_kind(by),
        "author_id": by.professional_id,
        "origin_id": by.unit_id,
        "occurred_at": by.moment,
        "recorded_under": law_of(by),
    }


def write_entry(*, by: Actor, citizen_id: UUID, kind: Entry.Kind, value: Any, if_match: int | None = None) -> Row:
    """Write one field group of a citizen's stamkort over what stood there, and return its row.

    `value` is a structure of stamkort.values or its fields; `if_match` the version that the writer saw, 0 where there
    was none. Who does not say writes over whatever stands, for the newest data win (law study 5.1). Two who write at
    once come one after the other. Raises FhirError: 403 without a right to, 400 or 422 for fields that do not fit the
    kind, 412 where another version stands. Five statements.
    """
    stored = checked(kind, value)
    return _entered(by, citizen_id, kind, {"value": stored, "is_current": True}, if_match)


def clear_entry(*, by: Actor, citizen_id: UUID, kind: Entry.Kind, if_match: int | None = None) -> Row:
    """Take one field group off a citizen's stamkort; its versions stay.

    Raises FhirError: 403, 404 for none there, 412 where another version stands than `if_match`.
    """
    return _entered(by, citizen_id, kind, {"is_current": False}, if_match)


def _entered(by: Actor, citizen_id: UUID, kind: Entry.Kind, values: dict[str, Any], if_match: int | None) -> Row:
    """Change the entry of a kind, or make the first one; the citizen's row, whose Patient shows it, gets a version."""
    with service.writing():
        rules = service.permit_create(ENTRY_SOURCE, by, citizen_id, Category.SK_TYPED)
        Citizen.objects.filter(pk=citizen_id).update(version=F("version") + 1, updated_at=by.moment)
        entry = Entry.objects.filter(citizen_id=citizen_id, kind=kind).order_by("-is_current", "-updated_at").first()
        if if_match not in (None, 0 if entry is None else entry.version):
            raise FhirError("version-conflict")
        if entry is None or (not values["is_current"] and not entry.is_current):
            if not values["is_current"]:
                raise FhirError("not-found")
            entry = Entry(citizen_id=citizen_id, kind=kind, category=Category.SK_TYPED, version=0, created_at=by.moment)
        for name, given in {**values, **_typed_by(by)}.items():
            setattr(entry, name, given)
        entry.version += 1
        entry.updated_at = by.moment
        save(entry)
        change = "create" if entry.version == 1 else "update"
        return record(by, ENTRY_SOURCE, [entry.pk], change, citizen_id=citizen_id, rules=rules)[0]


def create_relative(*, by: Actor, source: Source, relative: RelativeInput) -> Row:
    """Write a relative on a citizen's stamkort and return its row.

    Raises FhirError: 403 without a right to, 422 for one without a name. One statement.
    """
    check_relative(relative)
    return create_element(
        by=by,
        source=source,
        citizen_id=relative.citizen_id,
        identifier=relative.identifier,
        category=Category.SK_TYPED,
        law=law_of(by),
        values={name: getattr(relative, name) for name in WRITTEN},
    )


def update_relative(*, by: Actor, source: Source, key: UUID, relative: RelativeInput, if_match: int | None) -> Row:
    """Change a relative, the caller having its current version, and return its row; one no longer wanted is inactive.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for writing one, or for another citizen's.
    """
    check_relative(relative)

    def change(current: Any) -> dict[str, Any]:
        if current.deleted_at is not None:
            raise FhirError("deleted")
        same(current, citizen_id=relative.citizen_id)
        return {**{name: getattr(relative, name) for name in WRITTEN}, **_typed_by(by)}

    return change_element(
        by=by, source=source, key=key, identifier=relative.identifier, if_match=if_match, change=change
    )


def move_relative(*, by: Actor, source: Source, citizen_id: UUID, key: UUID, up: bool) -> list[Row]:
    """Move a relative one place up or down among those of a citizen, and return the rows whose place changed.

    Places are counted anew from 1, so that two on one place are told apart; who typed the rest is not touched. At the
    end of the list nothing happens. Raises FhirError: 403, 404. Statements: three, and two for each that moves.
    """
    with service.writing():
        rules = service.permit_update(source, by, key)
        standing = Relative.objects.select_for_update().filter(citizen_id=citizen_id, deleted_at__isnull=True)
        listed = list(standing.order_by(*IN_ORDER))
        here = next((place for place, each in enumerate(listed) if each.pk == key), None)
        if here is None:
            raise FhirError("not-found")
        there = here - 1 if up else here + 1
        if not 0 <= there < len(listed):
            return []
        listed[here], listed[there] = listed[there], listed[here]
        moved = [(place, each) for place, each in enumerate(listed, 1) if each.rank != place]
        for place, each in moved:
            if each.pk != key:
                service.permit_update(source, by, each.pk)
            each.rank, each.version, each.updated_at = place, each.version + 1, by.moment
            save(each)
        return record(by, source, [each.pk for _place, each in moved], "update", citizen_id=citizen_id, rules=rules)


def delete_relative(*, by: Actor, source: Source, key: UUID, if_match: int | None) -> Row:
    """Take a relative off a citizen's stamkort, and return its row; who it was stays in the versions.

    Raises FhirError: 404, 403, 412 for another version than the current.
    """
    return delete_element(by=by, source=source, key=key, if_match=if_match)


def check_relative(relative: RelativeInput) -> None:
    """A relative has a name. Raises FhirError (422)."""
    if not relative.name.strip():
        raise broken(
            "relative-name", "En pårørende skal have et navn.", "A relative must have a name.", "RelatedPerson.name"
        )


def refuse_resuscitation(*, by: Actor, source: Source, citizen_id: UUID) -> Row:
    """Register that a citizen does not want to be resuscitated, and return its row; it takes effect in seven days.

    Raises FhirError: 403 for anybody but herself, and for one younger than 60 or under guardianship in personal
    matters; 409 when she has refused already. Three statements.
    """
    with service.writing(), _hers_alone():
        rules = service.permit_create(source, by, citizen_id, Category.SK_FLAG)
        refusal = Registration(
            citizen_id=citizen_id,
            category=Category.SK_FLAG,
            recorded_under=Law.HEALTH,
            author_kind=AuthorKind.CITIZEN,
            kind=Registration.Kind.RESUSCITATION_REFUSAL,
            registered_at=by.moment,
            effective_at=by.moment + REFUSAL_DELAY,
            occurred_at=by.moment,
            created_at=by.moment,
            updated_at=by.moment,
        )
        save(refusal, force_insert=True)
        return record(by, source, [refusal.pk], "create", citizen_id=citizen_id, rules=rules)[0]


def revoke_refusal(*, by: Actor, source: Source, key: UUID, if_match: int | None) -> Row:
    """Take back a refusal of resuscitation, at once, and return its row.

    Raises FhirError: 403 for anybody but herself, 404, 400 or 412 for the version, 422 for a registration of another
    register, or one that is taken back already.
    """

    def change(current: Any) -> dict[str, Any]:
        if current.kind != Registration.Kind.RESUSCITATION_REFUSAL:
            raise broken(*IN_ITS_REGISTER)
        if current.revoked_at is not None:
            raise broken("withdrawn-already", "Det er slut i forvejen.", "It has been withdrawn already.")
        return {"revoked_at": by.moment}

    with _hers_alone():
        return change_element(by=by, source=source, key=key, if_match=if_match, change=change)


IN_ITS_REGISTER = (
    "register-only",
    "Testamenter og registreringer skrives i deres registre.",
    "Wills and registrations are written in their registers.",
)


@contextmanager
def _hers_alone() -> Iterator[None]:
    """Say why a refusal of resuscitation is not the asker's to make; logged as refused."""
    try:
        yield
    except service.Refused as refused:
        if refused.kind.status != HTTPStatus.FORBIDDEN:
            raise
        too_young = any(coding["code"] == Reason.AGE for coding in refused.extra)
        code = "refusal-from-sixty" if too_young else "refusal-is-personal"
        raise service.Refused(code, extra=refused.extra, note=refused.note) from refused
