"""The one way in which elements are written: decided inside the transaction, checked, saved, versioned and logged.

The services of the subjects say what is written and which rules of the subject hold; how it is written stands here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from access import service
from access.actors import Actor
from access.elements import Element
from access.policies import Policy, policy_of
from access.search import key_search
from access.statements import Row, Source, fetch
from access.vocabulary import SOCIAL_LAWS, SOCIAL_SIDE, ActingAs, Action, AuthorKind, Category, Law
from access.writing import create, record
from fhir.identifiers import NO_KEY, BusinessKey, sender_of
from fhir.outcomes import FhirError, broken

# Danish and English text of what may be wrong with the act of an element.
MIXED = (
    "act-mixed",
    "Ét element står under én lov; del det i et efter sundhedsloven og et efter service- eller ældreloven.",
    "An element stands under one act; split it into one of the health act and one of the social acts.",
)
OTHER_ACT = (
    "act-other",
    "Den angivne lov passer ikke til koden, paragraffen eller det, elementet handler om.",
    "The stated act does not fit the code, the paragraph or what the element is about.",
)
WHICH_ACT = (
    "act-missing",
    "Angiv om elementet er efter serviceloven eller ældreloven; det kan ikke udledes.",
    "State whether the element is of the service act or the elderly act; it cannot be derived.",
)


@dataclass(eq=False)
class KeyTaken(FhirError):
    """There is an element with this business identifier already, whoever's it is; `citizen_id` was to have another."""

    citizen_id: UUID | None = None


After = Callable[[Any], None]
Values = Mapping[str, Any]


def author_kind(by: Actor) -> AuthorKind:
    """Who writes, as the stamkort document tells it."""
    if by.acting_as == ActingAs.SYSTEM:
        return AuthorKind.SYSTEM
    if by.acting_as == ActingAs.CITIZEN:
        return AuthorKind.CITIZEN
    return AuthorKind.PROFESSIONAL if by.professional_id is not None else AuthorKind.RELATIVE


def check_version(current: int, if_match: int | None) -> None:
    """The caller has the current version. Raises FhirError: 400 when it does not say, 412 when it has another.

    A deployment may let it not say (`REQUIRE_IF_MATCH`); then the last writer wins.
    """
    if if_match is None and settings.REQUIRE_IF_MATCH:
        raise FhirError("missing-if-match")
    if if_match not in (None, current):
        raise FhirError("version-conflict")


def create_element(
    *,
    by: Actor,
    source: Source,
    citizen_id: UUID,
    category: Category,
    law: Law,
    values: Values | Callable[[], Values],
    identifier: BusinessKey = NO_KEY,
    occurred_at: datetime | None = None,
    after: After | None = None,
) -> Row:
    """Create one element of `source`'s table and return its row.

    `values` are its own columns, or what looks them up, once the right to record is certain or with nothing of it told
    before; `after` writes what hangs on it (links). Raises FhirError: 403 without a right to record this category about
    this citizen, 409 for a key that exists. One statement and those of `values`; with `after` three and its own.
    """
    given = {
        "citizen_id": citizen_id,
        "category": category,
        "recorded_under": law,
        "origin_id": by.unit_id,
        "author_id": by.professional_id,
        "author_kind": author_kind(by),
        "source": identifier.source,
        "source_id": identifier.value,
        "occurred_at": occurred_at or by.moment,
        "created_at": by.moment,
        "updated_at": by.moment,
    }
    row = _at_once(by, source, identifier, given, values) if after is None else None
    if row is not None:
        return row
    with service.writing():
        rules = service.permit_create(source, by, citizen_id, category)
        check_sender(by, identifier)
        made: Any = source.model(**(values() if callable(values) else values), **given)
        save(made, force_insert=True)
        if after is not None:
            after(made)
        return record(by, source, [made.pk], "create", citizen_id=citizen_id, rules=rules)[0]


def _at_once(
    by: Actor, source: Source, identifier: BusinessKey, given: Values, values: Values | Callable[[], Values]
) -> Row | None:
    """Create it with one statement; None where that wrote nothing.

    What is refused goes the long way then, which tells why: the right to record first, then what else is wrong.
    """
    try:
        check_sender(by, identifier)
        named = {**(values() if callable(values) else values), **given}
    except FhirError:
        return None
    fields = source.model._meta.concrete_fields
    defaults = {field.attname: field.get_default() for field in fields if field.attname not in named}
    if len(defaults) + len(named) != len(fields):
        raise TypeError(f"{source.name} has no such column: {named.keys() - {field.attname for field in fields}}")
    with transaction.atomic() if connection.in_atomic_block else nullcontext(), _refusals_told(given["citizen_id"]):
        return create(by, source, defaults | named)


def change_element(
    *,
    by: Actor,
    source: Source,
    key: UUID,
    if_match: int | None,
    change: Callable[[Any], Mapping[str, Any]],
    identifier: BusinessKey = NO_KEY,
    after: After | None = None,
    policy: Policy | None = None,
) -> Row:
    """Change one element, the caller having its current version, and return its row.

    `policy` is that of a narrower change with rules of its own, else the table's.

    `change` gets the locked row and returns the new column values (it raises FhirError for what may not change);
    `after` writes its links anew. Raises FhirError: 404, 403, 400 or 412 for the version. Five statements, one more
    where it has links, and those of `change` and `after`.
    """
    with service.writing():
        rules = service.permit_update(source, by, key, policy=policy)
        current: Any = source.model._default_manager.select_for_update().get(pk=key)
        check_version(current.version, if_match)
        for name, value in {**change(current), **_named(by, current, identifier)}.items():
            setattr(current, name, value)
        current.version += 1
        current.updated_at = by.moment
        save(current)
        if after is not None:
            after(current)
        row = record(by, source, [key], "update", citizen_id=current.citizen_id, rules=rules)[0]
        return as_shown(by, source, row)


def delete_element(*, by: Actor, source: Source, key: UUID, if_match: int | None) -> Row:
    """Mark one element as deleted, which keeps it and its versions, and return its row; deleting again does nothing.

    Raises FhirError: 404, 403, 412 for another version than the current. Four statements.
    """
    with service.writing():
        rules = service.permit_update(source, by, key, "delete")
        current: Any = source.model._default_manager.select_for_update().get(pk=key)
        if if_match not in (None, current.version):
            raise FhirError("version-conflict")
        if getattr(current, source.deleted) is not None:
            return {"id": key, "version": current.version, "updated_at": current.updated_at}
        setattr(current, source.deleted, by.moment)
        current.version += 1
        current.updated_at = by.moment
        save(current)
        return record(by, source, [key], "delete", citizen_id=current.citizen_id, rules=rules)[0]


def check_sender(by: Actor, identifier: BusinessKey) -> None:
    """A sender gives keys of its own, or of a system that stands for itself. Raises FhirError (422)."""
    if sender_of(identifier) not in ("", by.client_id):
        raise FhirError("identifier-of-other", expression="identifier")


def _named(by: Actor, current: Any, given: BusinessKey) -> Values:
    """The key of an element that has none yet. Raises FhirError (422) for another than it has; silence keeps it."""
    if given == NO_KEY:
        return {}
    held = BusinessKey(current.source, current.source_id)
    if given == held:
        return {}
    if held.value:
        raise FhirError("identifier-fixed", expression="identifier")
    check_sender(by, given)
    return {"source": given.source, "source_id": given.value}


def as_shown(by: Actor, source: Source, row: Row) -> Row:
    """The row with only those links that the writer may see: what she may not see is not in her answer either.

    One statement where the row has links, else none.
    """
    decided = [name for name, column in source.columns.items() if not isinstance(column, str)]
    if not any(row[name] for name in decided):
        return row
    found = fetch(source, by, key_search(row["id"]), interaction="update", logged=False)
    if found:
        return row | {name: found[0][name] for name in decided}
    links = [name for name in decided if isinstance(row[name], list | UUID)]
    return row | {name: [] if isinstance(row[name], list) else None for name in links}


def save(element: Any, *, force_insert: bool = False) -> None:
    """Save, and say in our words what the database refused. Raises FhirError (409 or 422)."""
    with _refusals_told(element.citizen_id):
        element.save(force_insert=force_insert)


@contextmanager
def _refusals_told(citizen_id: UUID) -> Iterator[None]:
    """Say in our words what the database refuses of what is written about a citizen. Raises FhirError (409 or 422)."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name.endswith("_source_key"):
            raise KeyTaken("already-exists", citizen_id=citizen_id) from error
        if "unique" in str(error.__cause__).lower():
            raise FhirError("already-exists") from error
        raise broken("constraint", f"Reglen {name} er brudt.", f"The rule {name} is broken.") from error


def same(current: Any, **expected: Any) -> None:
    """What may never change has not changed. Raises FhirError (422)."""
    for name, value in expected.items():
        if getattr(current, name) != value:
            raise broken("fixed", f"{name} kan ikke ændres.", f"{name} cannot be changed.")


def own(model: type[Element], keys: list[UUID], citizen_id: UUID, expression: str) -> list[UUID]:
    """The keys without repeats, all of them elements of this citizen. Raises FhirError (422). One statement."""
    wanted = list(dict.fromkeys(keys))
    if wanted and model._default_manager.filter(pk__in=wanted, citizen_id=citizen_id).count() != len(wanted):
        raise FhirError("dangling-reference", expression, expression=expression)
    return wanted


def seen(by: Actor, model: type[Element], keys: Sequence[UUID], citizen_id: UUID) -> dict[UUID, Any]:
    """Those of these elements that are the citizen's and that the writer may see, by their keys. One statement.

    Nobody points to what she may not see: it is answered like what does not exist.
    """
    if not keys:
        return {}
    permitted = policy_of(model).permitted(by, Action.READ)
    return model._default_manager.filter(permitted, citizen_id=citizen_id).in_bulk(list(keys))


def missing(kind: str, expression: str) -> FhirError:
    """The error for a reference to what does not exist, is another citizen's, or may not be seen by the writer."""
    return FhirError("dangling-reference", kind, expression=expression)


def act_of(by: Actor, implied: Collection[Law], stated: str) -> Law:
    """The act that an element is recorded under: what its code or what it is about implies, else what is stated.

    A writer of the health side needs to state nothing; one of the social side must, where nothing implies an act, for
    there are two. Raises FhirError (422) where several acts of both sides meet, or what is stated is another.
    """
    acts = set(implied)
    if len(acts) > 1 and not acts <= SOCIAL_LAWS:
        raise broken(*MIXED)
    if stated and acts and stated not in acts:
        raise broken(*OTHER_ACT)
    if len(acts) == 1:
        return acts.pop()
    if stated:
        return Law(stated)
    if acts or by.acting_as in SOCIAL_SIDE:
        raise broken(*WHICH_ACT)
    return Law.HEALTH
