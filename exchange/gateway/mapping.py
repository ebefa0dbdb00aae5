"""From the resources of a delivery report to the rows they become; pure functions, no database but the code table."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from access.vocabulary import AuthorKind, Law
from careplans.models import CarePlan, CompletedIntervention, Condition, Contact, FollowUp, Intervention
from exchange.errors import Refused
from exchange.gateway import codes, shapes, statuses
from exchange.gateway.around import Mapped, Reading, sor_of
from exchange.items import Grant, Piece, Role, Span
from exchange.models import Delivered
from exchange.values import day, end_exclusive, instant, period
from goals.models import Goal
from terminology import branches, lookup
from terminology.systems import CARE_SOCIAL, FSIII

_CONDITIONS = frozenset({"Condition"})
_FOLLOW_UP = "klgateway-care-follow-up-encounter-extension"
_BASED_ON = frozenset({"BasedOnInterventionExtension", "BasedOnCarePlanExtension"})
_ORDER = "BasedOnServiceRequestExtension"
_AREAS = {
    branches.NURSING_INTERVENTION: "490ab7be-ddb1-4a54-baf1-009fe6e8a83b",
    branches.HOME_CARE_INTERVENTION: "ad865929-7363-4b2d-a271-01993181fbaf",
    branches.PREVENTION_INTERVENTION: "a71921ea-fe83-441d-933b-cc21d0b3c8c3",
    branches.REHAB_INTERVENTION: "7fc66c15-0cb3-4c89-9e18-f3a01e6a6592",
}
_GRANTS = {
    branches.NURSING_INTERVENTION: Delivered.Grant.NURSING,
    branches.REHAB_INTERVENTION: Delivered.Grant.REHABILITATION,
}
_SOCIAL = {Law.SERVICE: Delivered.Grant.SERVICE, Law.ELDERLY: Delivered.Grant.ELDERLY}


def _condition(resource: shapes.Condition, around: Reading) -> Mapped:
    verification = statuses.coded(resource.verificationStatus, statuses.VERIFICATION)
    clinical = statuses.coded(resource.clinicalStatus, statuses.CLINICAL)
    is_error = verification == statuses.ERROR
    if not clinical and not is_error:
        raise Refused("unknown-status")
    level = codes.severity(resource.severity)
    is_diagnosis = codes.is_diagnosis(resource.code)
    if is_diagnosis:
        coded = codes.diagnosis(resource.code)
    else:
        has_severity = level is not None
        coded = codes.fsiii(resource.code, around.profile, branches.CONDITIONS, has_severity=has_severity)
        if coded.branch == branches.HOME_CARE_CONDITION and level is None and clinical == "active" and not is_error:
            raise Refused("severity-required")
    if level is not None and coded.branch != branches.HOME_CARE_CONDITION:
        raise Refused("severity-forbidden")
    recorded = resource.recordedDate
    start = instant(recorded) if recorded else around.since
    is_over = is_error or clinical in ("inactive", "resolved", "remission")
    values: dict[str, Any] = {
        "clinical_status": "" if is_error else clinical,
        "verification": verification,
        "code_system": coded.system,
        "code": coded.code,
        "display": coded.display,
        "severity": level,
        "recorded_on": day(recorded) if recorded else around.since.date(),
        "use": "problem-list-item",
    }
    span = Span(start, max(start, around.since) if is_over else None)
    law = coded.law or ("" if coded.branch == branches.HOME_CARE_CONDITION else around.default_law)
    piece = Piece(Condition, "cond", values, span, law=law, is_diagnosis=is_diagnosis, is_social=not law)
    refs = around.pointed(Role.FOLLOW_UP, resource, frozenset({_FOLLOW_UP}), "Encounter")
    return Mapped((piece,), refs)


def _goal(resource: shapes.Goal, around: Reading) -> Mapped:
    status = statuses.checked(resource.lifecycleStatus, statuses.LIFECYCLE)
    if len(resource.category) != 1 or len(resource.addresses) != 1:
        raise Refused("goal-condition" if len(resource.category) == 1 else "unknown-code")
    codes.exactly(resource.category[0], CARE_SOCIAL, branches.GOAL_CATEGORY)
    kind = codes.exactly(resource.description, FSIII, branches.GOAL_KIND)
    measure = codes.exactly(resource.target[0].measure, CARE_SOCIAL, branches.GOAL_MEASURE)
    start = instant(resource.startDate)
    is_over = status in ("completed", "cancelled", "rejected", statuses.ERROR)
    values: dict[str, Any] = {
        "kind": Goal.Kind.FUNCTIONAL.value,
        "status": status,
        "words": kind.display,
        "code_system": kind.system,
        "code": kind.code,
        "measure_system": measure.system,
        "measure_code": measure.code,
        "severity_expected": codes.severity(resource.target[0].detailCodeableConcept),
        "start_on": day(resource.startDate),
    }
    span = Span(start, max(start, around.since) if is_over else None)
    refs = around.refs(Role.ADDRESSES, resource.addresses, *_CONDITIONS)
    return Mapped((Piece(Goal, "goal", values, span, is_social=True),), refs)


def _plan(resource: shapes.CarePlan, around: Reading) -> Mapped:
    """A planned intervention, or (without a code of its own) a course."""
    return (_planned if resource.activity[0].detail.code is not None else _course)(resource, around)


def _planned(resource: shapes.CarePlan, around: Reading) -> Mapped:
    detail = resource.activity[0].detail
    if resource.intent != "plan" or detail.code is None or not resource.period.start:
        raise Refused("wrong-shape", detail="CarePlan")
    coded = codes.intervention(detail.code, around.profile)
    status = statuses.of_intervention(resource.status, detail.status)
    start, end = period(resource.period.start, resource.period.end)
    assert start is not None  # noqa: S101 - the period has a start
    law = coded.law or around.default_law
    values = _intervention_values(coded, status, start, end, _AREAS.get(coded.branch, ""))
    order = around.pointed(Role.BASED_ON, resource, frozenset({_ORDER}), "ServiceRequest")
    refs = (
        *around.refs(Role.REASON, detail.reasonReference, *_CONDITIONS),
        *around.refs(Role.PART_OF, resource.basedOn, "CarePlan"),
        *around.pointed(Role.FOLLOW_UP, resource, frozenset({_FOLLOW_UP}), "Encounter"),
        *order,
    )
    keys = {"based_on": order[0]} if order else {}
    piece = Piece(Intervention, "int", values, Span(start, end), law=law, is_social=not law, keys=keys)
    return Mapped((piece,), refs, _grant(coded, law, status, start, end, around.since))


def _grant(
    coded: codes.Coded, law: str, status: str, start: datetime, end: datetime | None, since: datetime
) -> Grant | None:
    """What a planned intervention is evidence of; prevention (§ 119) is of nothing.

    One that has ended without an end is taken to have ended when the sender first said so.
    """
    kind = _GRANTS.get(coded.branch)
    if kind is None and coded.branch == branches.HOME_CARE_INTERVENTION:
        kind = _SOCIAL.get(Law(law)) if law else None
    if kind is None or status not in statuses.GRANTED:
        return None
    until = end_exclusive(end) if end else max(start, since) if status in statuses.ENDED else None
    return Grant(kind, start, until, status in statuses.ENDED)


def _intervention_values(
    coded: codes.Coded, status: str, start: datetime | None, end: datetime | None, area: str
) -> dict[str, Any]:
    return {
        "status": status,
        "intent": "plan",
        "code_system": coded.system,
        "code": coded.code,
        "local_code": coded.local,
        "display": coded.display,
        "paragraph": coded.paragraph,
        "area": area,
        "start": start,
        "end": end,
    }


def _course(resource: shapes.CarePlan, around: Reading) -> Mapped:
    if resource.intent != "plan" or not resource.period.start or len(resource.category) != 1:
        raise Refused("wrong-shape", detail="CarePlan")
    category = codes.plan_category(resource.category[0], around.profile)
    is_rehabilitation = category.paragraph == "SUL § 140"
    start, end = period(resource.period.start, resource.period.end)
    assert start is not None  # noqa: S101 - the period has a start
    kind = CarePlan.Kind.REHABILITATION if is_rehabilitation else CarePlan.Kind.MUNICIPAL
    values: dict[str, Any] = {
        "kind": kind.value,
        "status": statuses.of_intervention(resource.status, resource.activity[0].detail.status),
        "title": category.display[:200],
        "start": start,
        "end": end,
    }
    law = category.law or around.default_law
    refs = around.pointed(Role.BASED_ON, resource, frozenset({_ORDER}), "ServiceRequest")
    return Mapped((Piece(CarePlan, "plan", values, Span(start, end), law=law, is_social=not law),), refs)


def _order(resource: shapes.ServiceRequest, around: Reading) -> Mapped:
    area = codes.area(resource.code)
    when = resource.occurrencePeriod or shapes.Period()
    start, end = period(when.start, when.end)
    authored = instant(resource.authoredOn) if resource.authoredOn else None
    begins = authored or start or around.since
    status = statuses.checked(resource.status, statuses.REQUEST)
    values = {
        **_intervention_values(area, status, start, end, area.code),
        "intent": statuses.checked(resource.intent, frozenset({"proposal", "plan", "order", "directive"})),
        "authored_at": authored,
        "requester": sor_of((resource.requester.identifier,))
        if resource.requester and resource.requester.identifier
        else None,
    }
    law = area.law or around.default_law
    refs = around.refs(Role.REASON, resource.reasonReference, *_CONDITIONS)
    return Mapped((Piece(Intervention, "int", values, Span(begins, end), law=law, is_social=not law),), refs)


def _completed(resource: shapes.Procedure, around: Reading) -> Mapped:
    coded = codes.intervention(resource.code, around.profile)
    performed = instant(resource.performedDateTime)
    values = {
        "status": statuses.checked(resource.status, statuses.EVENT),
        "code_system": coded.system,
        "code": coded.code,
        "display": coded.display,
        "performed_at": performed,
    }
    law = coded.law or around.default_law
    refs = around.refs(Role.REASON, resource.reasonReference, *_CONDITIONS)
    return Mapped(
        (Piece(CompletedIntervention, "int", values, Span(performed, performed), law=law, is_social=not law),), refs
    )


def _contact(resource: shapes.Encounter, around: Reading) -> Mapped:
    start, end = period(resource.period.start, resource.period.end)
    if start is None or len(resource.type) > 1:
        raise Refused("wrong-shape", detail="Encounter")
    class_system, class_code = codes.contact_class(resource.class_)
    type_system, type_code = codes.contact_type(resource.type[0]) if resource.type else ("", "")
    values = {
        "status": statuses.checked(resource.status, statuses.ENCOUNTER),
        "class_system": class_system,
        "class_code": class_code,
        "type_system": type_system,
        "type_code": type_code,
        "start": start,
        "end": end,
    }
    refs = (
        *around.refs(Role.REASON, resource.reasonReference, *_CONDITIONS),
        *around.pointed(Role.DELIVERS, resource, _BASED_ON, "CarePlan"),
    )
    piece = Piece(Contact, "int", values, Span(start, start), follows=refs, default_law=around.default_law)
    return Mapped((piece,), refs)


def _observation(resource: shapes.Observation, around: Reading) -> Mapped:
    """One row for each thing that was followed up, since each has its own law."""
    coded = codes.observed(resource.code)
    value = None
    if resource.valueCodeableConcept is not None:
        value = codes.only(resource.valueCodeableConcept, FSIII)
        if (row := lookup.find(FSIII, value.code)) is None:
            raise Refused("unknown-code", detail=value.code)
    effective = instant(resource.effectiveDateTime)
    values = {
        "status": statuses.checked(resource.status, statuses.OBSERVATION),
        "code_system": coded.system,
        "code": coded.code,
        "value_system": value.system if value else "",
        "value_code": row.code if value and row else "",
    }
    is_own = coded.branch in (branches.PERFORMANCE, branches.EXPERIENCED_LIMITATION)
    values["author_kind"] = (AuthorKind.CITIZEN if is_own else AuthorKind.SYSTEM).value
    refs = around.refs(Role.FOCUS, resource.focus, "Condition", "CarePlan", "Observation")
    if coded.branch == branches.OBSERVATION and (not refs or value is None):
        raise Refused("wrong-shape", detail="Observation")
    span = Span(effective, effective)
    if not refs:
        law = coded.law or around.default_law
        return Mapped((Piece(FollowUp, "cond", values, span, law=law, is_social=not law),))
    pieces = []
    for ref in refs:
        name = {"Condition": "condition", "CarePlan": "intervention"}.get(ref.key[0])
        keys = {name: ref} if name else {}
        suffix = "" if ref.rank == 1 else ref.key[1]
        pieces.append(
            Piece(
                FollowUp, "cond", values, span, follows=(ref,), suffix=suffix, keys=keys, default_law=around.default_law
            )
        )
    return Mapped(tuple(pieces), refs)


_R = TypeVar("_R", bound=shapes.Resource)
_READERS: dict[type[shapes.Resource], Callable[[Any, Reading], Mapped]] = {
    shapes.Condition: _condition,
    shapes.Goal: _goal,
    shapes.CarePlan: _plan,
    shapes.ServiceRequest: _order,
    shapes.Procedure: _completed,
    shapes.Encounter: _contact,
    shapes.Observation: _observation,
}


def mapped(resource: _R, around: Reading) -> Mapped:
    """Read a resource. Raises Refused."""
    return _READERS[type(resource)](resource, around)
