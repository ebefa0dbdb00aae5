"""What the pages and the REST edge ask of the engine: read one, search, explain; each look and each refusal logged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from access import decisions, log_rows, scopes
from access.actors import Actor
from access.conditions import Target
from access.decisions import Decision
from access.explanations import explain, facts_of, refusal
from access.policies import Policy, policy_of
from access.refusals import error_of, forbidden, no_relation
from access.search import citizen_search, key_search
from access.sql import compile_queryset, numbered
from access.statements import (
    Row,
    Search,
    Source,
    Statement,
    as_rows,
    compiled,
    count_permitted,
    cursor,
    fetch,
    with_links,
)
from access.vocabulary import CITIZEN_SIDE, Action, Category, Reason
from fhir.ids import new_key
from fhir.outcomes import FhirError

_LOG_SQL, _LOG_SLOTS = log_rows.alone()
_KEPT: ContextVar[list[Mapping[str, Any]] | None] = ContextVar("refusals_kept", default=None)


def log(
    actor: Actor,
    interaction: str,
    resource_type: str,
    *,
    citizen_id: UUID | None,
    outcome: str,
    reason: str = "",
    query: str = "",
    **lists: Sequence[Any],
) -> None:
    """Write one log row in the transaction that is open, or in one of its own. One statement.

    A refusal within `refusals_kept` is written when that is over.
    """
    values = {
        **log_rows.log_values(actor, interaction, resource_type, query),
        "id": new_key(),
        "recorded_at": actor.moment,
        "citizen_id": citizen_id,
        "outcome": outcome,
        "reason": reason,
        **{name: list(lists.get(name, ())) for name in ("resource_ids", "families", "laws", "rules", "facts")},
    }
    kept = _KEPT.get()
    if kept is not None and outcome == "refuse":
        kept.append(values)
    else:
        _write(values)


def _write(values: Mapping[str, Any]) -> None:
    """Write this log row."""
    with cursor() as cur:
        cur.execute(_LOG_SQL, [values[name] for name in _LOG_SLOTS], prepare=True)


@contextmanager
def refusals_kept() -> Iterator[None]:
    """Hold back the log rows of refusals until what is done within has been committed or undone, then write them.

    Around a transaction of several requests: what was refused is in the log though everything else was undone.
    """
    kept: list[Mapping[str, Any]] = []
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
        for values in kept:
            _write(values)


def read(source: Source, actor: Actor, key: UUID, *, interaction: str = "read") -> Row:
    """Return one row that the actor may see, logged in the same statement. Raises FhirError: 403 with the reason, or
    404 alike for what does not exist and what a block hides. One statement; three when refused."""
    rows = fetch(source, actor, key_search(key), interaction=interaction)
    if rows:
        return rows[0]
    raise refused(source, actor, key, interaction)


def refused(source: Source, actor: Actor, key: UUID, interaction: str, action: Action = Action.READ) -> FhirError:
    """Log a refused act on one row and return the error that answers it."""
    policy = policy_of(source.model)
    decision = decisions.decide(policy, actor, action, key)
    citizen_id = None if decision is None else citizen_of(source, key)
    reason = "" if decision is None else str(decision.reason or "")
    log(actor, interaction, source.name, citizen_id=citizen_id, outcome="refuse", reason=reason, resource_ids=[key])
    return error_of(decision, facts_of(policy, actor, key, decision))


def citizen_of(source: Source, key: UUID) -> UUID | None:
    """Whose row it is; None for what is about no citizen. One statement."""
    column = policy_of(source.model).target.citizen
    if not column:
        return None
    found: UUID | None = source.model._default_manager.filter(pk=key).values_list(column, flat=True).first()
    return found


def search(source: Source, actor: Actor, wanted: Search, *, query: str) -> list[Row]:
    """Return the rows of a search that the actor may see, logged in the same statement.

    A search for one citizen that finds nothing is decided once more for the citizen as such, so that someone without a
    relation is told so, whatever there is. Raises FhirError (403). One statement; three when nothing was found.
    A number that nobody has and one of somebody without a relation give the same answer.
    """
    rows = fetch(source, actor, wanted, interaction="search", query=query)
    if not rows:
        found_nothing(source, actor, wanted, query=query)
    return rows


def count(sources: Sequence[tuple[Source, Search]], actor: Actor, *, query: str) -> int:
    """Return how many rows of these searches for one citizen the actor may see, and log that she was told.

    Raises FhirError (403) as `search` does. One statement for each source and one for the log; three when there are
    none.
    """
    total = sum(count_permitted(source, actor, wanted) for source, wanted in sources if wanted.limit)
    source, wanted = sources[0]
    if not total:
        found_nothing(source, actor, wanted, query=query)
    elif source.logged:
        citizen_id = wanted.citizen_id or _named(source, actor, wanted)
        log(actor, "search", source.name, citizen_id=citizen_id, outcome="permit", query=query)
    return total


def found_nothing(
    source: Source, actor: Actor, wanted: Search, *, query: str = "", interaction: str = "search"
) -> None:
    """Log a search that gave nothing, having decided for the citizen as such. Raises FhirError (403)."""
    if wanted.names_one and wanted.citizen_id is None:
        wanted = replace(wanted, citizen_id=_named(source, actor, wanted))
        if wanted.citizen_id is None:
            reason = str(Reason.NO_RELATION)
            log(actor, interaction, source.name, citizen_id=None, outcome="refuse", reason=reason, query=query)
            raise forbidden(no_relation(actor))
    if wanted.citizen_id is None or not source.logged:
        return
    decision = decide_for_citizen(source, actor, wanted.citizen_id)
    if decision is None:
        reason = "" if actor.acting_as in CITIZEN_SIDE else str(Reason.NO_RELATION)
    else:
        reason = "" if decision.permitted or decision.reason in _OF_SOME_DATA else str(decision.reason)
    outcome = "refuse" if reason else "permit"
    log(actor, interaction, source.name, citizen_id=wanted.citizen_id, outcome=outcome, reason=reason, query=query)
    if decision is None:
        raise forbidden(no_relation(actor))
    if reason:
        same = wanted.names_one or decision.reason == Reason.NO_RELATION
        raise forbidden(no_relation(actor) if same else explain(decision))


# Reasons why some data of a citizen are not told, by which who may ask about her gets an empty list.
_OF_SOME_DATA = (Reason.BLOCKED, Reason.NEEDS_CONSENT, Reason.CONSENT_EXPIRED, Reason.LAW_GATE)


def _named(source: Source, actor: Actor, wanted: Search) -> UUID | None:
    """Whose number a search names, for the log of a search that gave nothing. One statement."""
    column = policy_of(source.model).target.citizen
    named = source.model._default_manager.filter(wanted.where).order_by().values_list(column)
    rows = Statement(*numbered(compile_queryset(named)), (column,), ()).run({**actor.bindings, **wanted.values})
    return rows[0][0] if rows else None


def decide_for_citizen(source: Source, actor: Actor, citizen_id: UUID) -> Decision | None:
    """Decide whether this kind of thing of this citizen may be seen at all, whatever rows there are. One statement."""
    policy = policy_of(source.model)
    fixed = policy.target.fixed or Category.PLAN_SUL
    target = Target(citizen="id", category=None, fixed=fixed, origin=None, occurred_at=None)
    return decisions.decide(Policy(citizens(), target, policy.rules), actor, Action.READ, citizen_id)


def decide_category(actor: Actor, citizen_id: UUID, category: Category) -> Decision | None:
    """Decide whether things of this category of this citizen may be seen at all, whatever there is. One statement."""
    target = Target(citizen="id", category=None, fixed=category, origin=None, occurred_at=None)
    rules = policy_of(citizens()).rules
    return decisions.decide(Policy(citizens(), target, rules), actor, Action.READ, citizen_id)


def refused_as(actor: Actor, interaction: str, resource_type: str, citizen_id: UUID, reason: Reason) -> "Refused":
    """The refusal of a write for this reason, logged by `writing`."""
    error = forbidden(refusal(reason, None, for_citizen=actor.acting_as in CITIZEN_SIDE))
    return _refused_write(error, actor, interaction, resource_type, citizen_id, str(reason), None)


def decide_create(policy: Policy, actor: Actor, citizen_id: UUID, category: Category) -> Decision | None:
    """Decide whether the actor may record something of this category about this citizen. One statement.

    Creating is an act on the citizen, since there is no row yet to ask.
    """
    return decisions.decide(of_the_citizen(policy, category), actor, Action.CREATE, citizen_id)


def of_the_citizen(policy: Policy, category: Category) -> Policy:
    """The rules of a table asked of a citizen, for what stands in no row yet."""
    target = Target(citizen="id", category=None, fixed=category, origin=None, occurred_at=None)
    return Policy(citizens(), target, policy.rules)


def permit_create(source: Source, actor: Actor, citizen_id: UUID, category: Category) -> list[str]:
    """Return the codes of the rules that permit recording this. Raises FhirError (403), which `writing` logs."""
    scopes.demand_written(actor, source.name, "create", citizen_id)
    policy = policy_of(source.model)
    decision = decide_create(policy, actor, citizen_id, category)
    if decision is not None and decision.permitted:
        return [rule.code for rule in decision.held]
    reason = Reason.NO_RELATION if decision is None else decision.reason
    facts = facts_of(of_the_citizen(policy, category), actor, citizen_id, decision)
    error = forbidden(no_relation(actor) if decision is None else explain(decision) | {"facts": facts})
    raise _refused_write(error, actor, "create", source.name, citizen_id, str(reason), None)


def permit_update(
    source: Source, actor: Actor, key: UUID, interaction: str = "update", *, policy: Policy | None = None
) -> list[str]:
    """Return the codes of the rules that permit changing this row, or deleting it, which law does not tell apart.

    `policy` is that of a narrower change with rules of its own. Raises FhirError (403, 404); `writing` logs it.
    """
    if scopes.is_bound(actor, source.name, interaction):
        scopes.demand(actor, source.name, interaction, citizen_of(source, key))
    policy = policy or policy_of(source.model)
    decision = decisions.decide(policy, actor, Action.UPDATE, key)
    if decision is not None and decision.permitted:
        return [rule.code for rule in decision.held]
    seen = decisions.decide(policy_of(source.model), actor, Action.READ, key)
    citizen_id = None if decision is None else citizen_of(source, key)
    answered = decision if seen is not None and seen.permitted else seen
    reason = "" if answered is None else str(answered.reason)
    facts = facts_of(policy_of(source.model) if answered is seen else policy, actor, key, answered)
    error = error_of(seen, facts) if answered is seen else forbidden(explain(answered) | {"facts": facts})
    raise _refused_write(error, actor, interaction, source.name, citizen_id, reason, key)


@dataclass(eq=False)
class Refused(FhirError):
    """A write that was refused; `note` writes its log row, once the transaction of the write has been undone."""

    note: Callable[[], None] = field(default=lambda: None)


@contextmanager
def writing() -> Iterator[None]:
    """The transaction of a write: all or nothing, and a refusal is logged although nothing else was written."""
    try:
        with transaction.atomic():
            yield
    except Refused as refusal_of_write:
        refusal_of_write.note()
        raise


def _refused_write(
    error: FhirError,
    actor: Actor,
    interaction: str,
    resource_type: str,
    citizen_id: UUID | None,
    reason: str,
    key: UUID | None,
) -> Refused:
    """Make the refusal of a write of its answer."""

    def note() -> None:
        ids = [] if key is None else [key]
        log(actor, interaction, resource_type, citizen_id=citizen_id, outcome="refuse", reason=reason, resource_ids=ids)

    return Refused(
        error.code, error.detail_da, error.detail_en, extra=error.extra, extensions=error.extensions, note=note
    )


def citizens() -> Any:
    """The table of citizens."""
    return apps.get_model("citizens", "Citizen")


def overview(sources: Sequence[tuple[Source, str]], actor: Actor, citizen_id: UUID, limit: int) -> list[list[Row]]:
    """Return all that the actor may see of one citizen, source by source, with one log row for the whole.

    `glance` over everything of hers that has not been deleted; a source stands with its column of the citizen.
    """
    searches = [
        (source, citizen_search(source, citizen_id, column, limit, is_there=True)) for source, column in sources
    ]
    return glance(searches, actor, citizen_id)


def glance(
    searches: Sequence[tuple[Source, Search]],
    actor: Actor,
    citizen_id: UUID,
    *,
    nothing: str = str(Reason.NO_RELATION),
) -> list[list[Row]]:
    """Return what several searches about one citizen find, search by search, with one log row for the whole.

    Each search has to name her. `nothing` is the reason of the refusal that is logged where there is nothing; blank
    where the asker is known to have a right to look, whatever there is. Of types that the token does not name there is
    nothing. Raises OutOfScope for another citizen than the one it names. One statement for each search (two about a
    citizen who has consented or blocked) and one for the log, sent together and committed together; one more for each
    column of rare links that there is any in (`access.later`).
    """
    scopes.demand(actor, "Patient", "read", citizen_id)
    named = [scopes.may(actor, source.name, "overview") for source, _wanted in searches]
    connection.ensure_connection()
    results: list[list[Row]] = []
    with connection.connection.transaction(), connection.connection.pipeline():
        for is_lean in (True, False) if actor.professional_id is not None else (False,):
            cursors = []
            for (source, wanted), is_named in zip(searches, named, strict=True):
                statement = compiled(source, actor, wanted, logged=False, is_lean=is_lean)
                cur = cursor() if statement.sql and is_named else None
                if cur is not None:
                    values = {**actor.bindings, **wanted.values, "log_citizen": citizen_id, "limit": wanted.limit}
                    statement.send(cur, values)
                cursors.append((statement, cur))
            results = [as_rows(statement, cur.fetchall() if cur else []) for statement, cur in cursors]
            if any(results):
                break
        found = [row for rows in results for row in rows]
        log(
            actor,
            "overview",
            "Patient",
            citizen_id=citizen_id,
            outcome="permit" if found or not nothing else "refuse",
            reason="" if found else nothing,
            resource_ids=[row["id"] for row in found],
            families=sorted({row["category"] for row in found if row.get("category")}),
            laws=sorted({row["recorded_under"] for row in found if row.get("recorded_under")}),
            rules=sorted({rule for row in found for rule in row["rules"]}),
        )
    return [with_links(source, actor, rows) for (source, _wanted), rows in zip(searches, results, strict=True)]
