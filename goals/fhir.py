"""Goal ↔ FHIR Goal, both ways."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, Linked, link, links
from access.shielding import practitioner
from access.statements import Row, Source
from access.vocabulary import ActingAs, AuthorKind
from careplans.models import Condition
from fhir.datatypes import (
    CARE_SOCIAL,
    FSIII,
    clean,
    coding,
    concept,
    day,
    legal_basis,
    meta,
    number,
    reference,
    references,
)
from fhir.definitions import code_system
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Annotation, Body, CodeableConcept, Part, Quantity, Reference, convert, day_of, key_of
from goals import services
from goals.citizens_words import acceptance_of, comment_in, note_of, shared_with_in, sharing_in, sharing_of
from goals.models import Goal, GoalCondition, GoalLink
from terminology import lookup

GOAL_KIND = code_system("goal-kind", "Målets niveau", {"overall": "Overordnet mål", "disease": "Sygdomsspecifikt mål"})
GOAL_RELATION = code_system(
    "goal-relation", "Sammenhæng mellem mål", {"predecessor": "Tjener et større mål", "other": "Står imod et andet mål"}
)
RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
LIFE_GOAL = "ffb9886b-d04e-46b1-9165-a400f91f822b"
FUNCTIONAL_GOAL = "ca552020-6ed1-4cdc-b0d4-32697f1f27ad"
FUNCTIONING_LEVEL = "66959f77-6e2a-4574-8423-3ff097f8b9fa"
UCUM = "http://unitsofmeasure.org"
CATEGORIES = {
    "life": coding(CARE_SOCIAL, LIFE_GOAL, "Borgers ønsker og mål"),
    "overall": coding(GOAL_KIND, "overall", "Overordnet mål"),
    "disease": coding(GOAL_KIND, "disease", "Sygdomsspecifikt mål"),
    "functional": coding(CARE_SOCIAL, FUNCTIONAL_GOAL, "FSIII tilstandsmål"),
}
KIND_OF = {value["code"]: kind for kind, value in CATEGORIES.items()}
SEVERITY = {
    0: "9c5cfb57-a498-40e5-98a7-792bf5fb205b",
    1: "fcc16cb1-41f0-4832-b834-110fba0aaabe",
    2: "d984ad21-48fe-4619-845e-2aa0303048e7",
    3: "1ceef776-0cfa-4acd-b222-c5bb2424e0c1",
    4: "f4c9f159-5806-4c06-95e9-e69b83bab1a1",
    9: "d7ff926a-4955-478f-b300-0b0ec0785013",
}

OWN_COLUMNS = (
    "kind",
    "status",
    "achievement",
    "words",
    "code_system",
    "code",
    "priority",
    "start_on",
    "due_on",
    "measure_system",
    "measure_code",
    "target_value",
    "target_comparator",
    "target_unit",
    "severity_now",
    "severity_expected",
    "sharing",
    "shared_with",
    "is_agreed",
    "citizen_comment",
)
GOAL_SOURCE = Source(
    "Goal",
    Goal,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "addresses": links(GoalCondition, "goal_id", "condition", Condition, order="rank"),
        "serves": link("parent", Goal),
        "conflicts": links(GoalLink, "source_id", "target", Goal),
    },
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Goal of a row. A life goal is in the citizen's words and carries no target."""
    related = [("predecessor", [row["serves"]] if row["serves"] else []), ("other", row["conflicts"])]
    return clean(
        {
            "resourceType": "Goal",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": [
                *legal_basis(row),
                *sharing_of(row, actor),
                *acceptance_of(row),
                *(_relationship(kind, key) for kind, keys in related for key in keys),
            ],
            "identifier": identifiers(row),
            "lifecycleStatus": row["status"],
            "achievementStatus": concept(ACHIEVEMENT, row["achievement"]),
            "category": [{"coding": [CATEGORIES[row["kind"]]]}],
            "description": concept(row["code_system"], row["code"], text=row["words"]) or {"text": "-"},
            "subject": reference("Patient", row["citizen_id"]),
            "startDate": day(row["start_on"]),
            "target": _target(row),
            "expressedBy": _expressed_by(row),
            "addresses": references("Condition", row["addresses"]),
            "note": note_of(row),
        }
    )


def _relationship(kind: str, key: UUID) -> dict[str, Any]:
    """The extension that names a goal this one serves or stands against."""
    return {
        "url": RELATIONSHIP,
        "extension": [
            {"url": "type", "valueCodeableConcept": {"coding": [coding(GOAL_RELATION, kind)]}},
            {"url": "target", "valueReference": {"reference": f"Goal/{key}"}},
        ],
    }


def _target(row: Row) -> list[dict[str, Any]]:
    """The target of a sub-goal: a value by a date, or a severity."""
    built: dict[str, Any] = {}
    if row["severity_expected"] is not None:
        built["measure"] = {"coding": [coding(CARE_SOCIAL, FUNCTIONING_LEVEL, "funktionsevneniveau")]}
        level = row["severity_expected"]
        built["detailCodeableConcept"] = {"coding": [coding(FSIII, SEVERITY[level], str(level))]}
    elif row["measure_code"]:
        built["measure"] = {"coding": [coding(row["measure_system"], row["measure_code"])]}
    if row["target_value"] is not None:
        built["detailQuantity"] = clean(
            {
                "value": number(row["target_value"]),
                "comparator": row["target_comparator"],
                "unit": row["target_unit"],
                "system": UCUM if row["target_unit"] else "",
                "code": row["target_unit"],
            }
        )
    if row["due_on"] is not None:
        built["dueDate"] = day(row["due_on"])
    return [built] if built else []


def _expressed_by(row: Row) -> dict[str, str] | None:
    """Whose words they are: the citizen's for a life goal, or a relative's who wrote it, else the professional's."""
    if row["author_kind"] == AuthorKind.RELATIVE:
        return {"type": "RelatedPerson", "display": str(AuthorKind.RELATIVE.label)}
    if row["kind"] == "life":
        return reference("Patient", row["citizen_id"])
    return practitioner(row, "author_id")


class Target(Part):
    """Goal.target as we take it."""

    measure: CodeableConcept | None = None
    detailQuantity: Quantity | None = None  # noqa: N815
    detailCodeableConcept: CodeableConcept | None = None  # noqa: N815
    dueDate: str = ""  # noqa: N815


class GoalBody(Body, kw_only=True):
    """Goal as we take it."""

    lifecycleStatus: str  # noqa: N815
    description: CodeableConcept
    subject: Reference
    achievementStatus: CodeableConcept | None = None  # noqa: N815
    category: list[CodeableConcept] = []
    priority: CodeableConcept | None = None
    startDate: str = ""  # noqa: N815
    target: list[Target] = []
    expressedBy: Reference | None = None  # noqa: N815
    addresses: list[Reference] = []
    note: list[Annotation] = []


def parse(body: dict[str, Any]) -> services.GoalInput:
    """Read a Goal. Raises FhirError: 400 for its shape, 422 for codes, references and the rules of goals."""
    goal = convert(body, GoalBody)
    kind = next((KIND_OF[c.code] for part in goal.category for c in part.coding if c.code in KIND_OF), "")
    if not kind:
        raise FhirError("unknown-code", "Goal.category", expression="Goal.category")
    if goal.lifecycleStatus not in Goal.Status.values:
        raise FhirError("unknown-code", goal.lifecycleStatus[:40], expression="Goal.lifecycleStatus")
    achievement = (
        goal.achievementStatus.coding[0].code if goal.achievementStatus and goal.achievementStatus.coding else ""
    )
    described = goal.description.coding[0] if goal.description.coding else None
    target = goal.target[0] if goal.target else Target()
    if len(goal.target) > 1:
        raise broken("goal-one-target", "Ét mål har én målsætning.", "A goal has one target.", expression="Goal.target")
    return services.GoalInput(
        citizen_id=key_of(goal.subject, "Patient", "Goal.subject"),
        kind=Goal.Kind(kind),
        status=Goal.Status(goal.lifecycleStatus),
        achievement=achievement,
        words=goal.description.text,
        code_system=described.system if described else "",
        code=described.code if described else "",
        start_on=day_of(goal.startDate, "Goal.startDate"),
        due_on=day_of(target.dueDate, "Goal.target.dueDate"),
        conditions=[key_of(item, "Condition", "Goal.addresses") for item in goal.addresses],
        sharing=sharing_in(goal),
        shared_with=shared_with_in(goal),
        comment=comment_in(goal.note),
        identifier=business_key(goal),
        **_measure(target),
    )


def _measure(target: Target) -> dict[str, Any]:
    """The measure, value or severity of a target."""
    measured = target.measure.coding[0] if target.measure and target.measure.coding else None
    found: dict[str, Any] = {}
    if target.detailCodeableConcept and target.detailCodeableConcept.coding:
        level = target.detailCodeableConcept.coding[0]
        known = lookup.find(level.system, level.code)
        severity = lookup.severity_level(known) if known else None
        if severity is None:
            raise FhirError("unknown-code", level.code[:40], expression="Goal.target.detail")
        return {"severity_expected": int(severity)}
    if measured:
        found = {"measure_system": measured.system, "measure_code": measured.code}
    if target.detailQuantity and target.detailQuantity.value is not None:
        amount = target.detailQuantity
        found |= {
            "target_value": Decimal(str(amount.value)),
            "target_comparator": amount.comparator,
            "target_unit": amount.code or amount.unit,
        }
    return found


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a goal from a Goal; returns its row."""
    return services.create_goal(by=by, source=GOAL_SOURCE, goal=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a goal by a Goal, or answer one that others wrote where nothing else is changed; returns its row."""
    goal = parse(body)
    answer = services.answer_in(goal, key) if by.acting_as == ActingAs.CITIZEN else None
    if answer is not None:
        return services.answer_goal(by=by, source=GOAL_SOURCE, key=key, answer=answer, if_match=if_match)
    return services.update_goal(by=by, source=GOAL_SOURCE, key=key, goal=goal, if_match=if_match)


GOAL = register(
    Resource(
        "Goal",
        GOAL_SOURCE,
        to_fhir,
        (
            IDENTIFIER,
            SearchParameter(
                "patient", "reference", ("citizen_id",), "Whose goal", targets=("Patient",), element="subject"
            ),
            SearchParameter(
                "subject", "reference", ("citizen_id",), "Whose goal", targets=("Patient",), element="subject"
            ),
            SearchParameter(
                "lifecycle-status",
                "token",
                ("status",),
                "How far the goal is",
                codes={value: {"status": value} for value in Goal.Status.values},
                fixed_system="http://hl7.org/fhir/goal-status",
            ),
            SearchParameter(
                "category",
                "token",
                ("kind",),
                "Life, overall, disease-specific or functional",
                codes={code: {"kind": kind} for code, kind in KIND_OF.items()},
            ),
            SearchParameter(
                "achievement-status", "token", ("achievement",), "How far it is reached", fixed_system=ACHIEVEMENT
            ),
            SearchParameter("target-date", "date", ("due_on",), "By when"),
            SearchParameter("start-date", "date", ("start_on",), "From when"),
            SearchParameter(
                "addresses",
                "reference",
                (),
                "A condition that it is for",
                targets=("Condition",),
                where=Linked(GoalCondition, "goal_id", "condition", Condition),
                element="addresses",
                is_own=True,
            ),
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts={"target-date": "due_on", "start-date": "start_on", "lifecycle-status": "status", "category": "kind"},
        description="Life goals in the citizen's words, overall goals, and disease-specific and functional sub-goals.",
    )
)
