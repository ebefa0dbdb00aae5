"""Plans with their conditions, interventions, contacts, follow-ups, teams and parties."""

from typing import Any

from access.vocabulary import Category, Law
from careplans.models import (
    CarePlan,
    CareTeam,
    CompletedIntervention,
    Condition,
    Contact,
    FollowUp,
    Intervention,
    InterventionCondition,
    PlanElement,
    PlanParty,
    RelationElement,
    TeamMember,
)
from terminology.systems import CARE_SOCIAL, ENCOUNTER_CLASS, FSIII, ICPC2, SNOMED
from tests.factories.base import ago, ahead, element, now
from tests.factories.organisations import home_care, social_psychiatry, treatment_relation, ward

COPD = {"code_system": ICPC2, "code": "R95", "display": "KOL"}
BREATHING = {
    "code_system": FSIII,
    "code": "dae40f60-8dab-4bd3-ab72-b07d0f278692",
    "display": "Respirationsproblemer",
}
WASHING = {"code_system": FSIII, "code": "4d46bd94-9518-431c-82e8-ebb91bca307a", "display": "Vaske sig"}
MEASURING = {
    "code_system": FSIII,
    "code": "34b8b9a0-41bf-4dce-88f6-409de21fb175",
    "display": "Undersøgelser og måling af værdier",
    "paragraph": "SUL § 138",
}
HYGIENE = {
    "code_system": FSIII,
    "code": "17312894-b23f-43d9-9723-b725ac25d872",
    "display": "Personlig hygiejne",
    "paragraph": "SEL § 83, stk. 1, nr. 1",
}
ELDERLY_CARE = {
    "code_system": FSIII,
    "code": "8dc5f564-b8c6-4aa1-ba34-682d62d15f31",
    "display": "Personlig hjælp og pleje",
    "paragraph": "ÆL § 10",
}
CONTINUES = {"value_system": FSIII, "value_code": "9c90b0e5-9c0a-4b72-a18c-76cd6d6c6213"}
FOLLOW_UP_RESULT = {"code_system": SNOMED, "code": "712744002"}
FOLLOW_UP_CONTACT = {"type_system": CARE_SOCIAL, "type_code": "9f03dfbb-7a97-45a5-94db-d4c3501714a9"}


def diagnosis(**given: Any) -> Condition:
    """A diagnosis of COPD, ICPC-2."""
    given.setdefault("category", Category.DIAG)
    return _condition({**COPD, **given})


def nursing_condition(**given: Any) -> Condition:
    """A health condition of municipal nursing (helbredstilstand); it has no severity."""
    given.setdefault("category", Category.COND_SUL)
    return _condition({**BREATHING, **given})


def home_care_condition(**given: Any) -> Condition:
    """A function state of home care (funktionsevnetilstand) with its severity, under the service act unless given."""
    if "origin" not in given:
        given["origin"] = home_care()
    given.setdefault("recorded_under", Law.SERVICE)
    return _condition({**WASHING, "severity": 2, **given})


def resolved_condition(**given: Any) -> Condition:
    """A diagnosis that is over."""
    today = now().date()
    return diagnosis(**{"clinical_status": "resolved", "abated_on": today, **given})


def erroneous_condition(**given: Any) -> Condition:
    """A diagnosis entered in error."""
    return diagnosis(**{"clinical_status": "", "verification": "entered-in-error", **given})


def _condition(given: dict[str, Any]) -> Condition:
    fields = {"recorded_on": ago(days=60).date(), "onset_on": ago(days=900).date()}
    made = element(given, Category.DIAG, Category.COND_SOC)
    return Condition.objects.create(**{**made, **fields, **_given(given)})


def _given(given: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, less what `element` has settled."""
    return {name: value for name, value in given.items() if name not in ("category", "recorded_under")}


def care_team(**given: Any) -> CareTeam:
    """A team around a citizen."""
    made = element(given, Category.PLAN_SUL, Category.PLAN_SOC, Category.PLAN_PSY)
    return CareTeam.objects.create(**{"name": "Teamet om borgeren", "start": ago(days=60), **made})


def team_member(**given: Any) -> TeamMember:
    """A unit in a team, unless a professional or relative is given."""
    if "team" not in given:
        given["team"] = care_team()
    if not {"professional", "unit", "relative"} & given.keys():
        given["unit"] = ward()
    return TeamMember.objects.create(**given)


Kind = CarePlan.Kind


def care_plan(**given: Any) -> CarePlan:
    """A draft of a course plan for COPD."""
    fields = {
        "kind": Kind.COURSE,
        "status": CarePlan.Status.DRAFT,
        "title": "Forløbsplan for KOL",
        "description": "Plan for det kommende år.",
        "start": ago(days=60),
    }
    made = element(given, Category.PLAN_SUL, Category.PLAN_SOC, Category.PLAN_PSY)
    return CarePlan.objects.create(**{**fields, **made})


def active_care_plan(**given: Any) -> CarePlan:
    """An active course plan."""
    return care_plan(**{"status": CarePlan.Status.ACTIVE, **given})


def completed_care_plan(**given: Any) -> CarePlan:
    """A course plan that was completed yesterday."""
    return care_plan(**{"status": CarePlan.Status.COMPLETED, "end": ago(days=1), **given})


def rehabilitation_plan(**given: Any) -> CarePlan:
    """An active rehabilitation plan after a stay in hospital."""
    return active_care_plan(**{"kind": Kind.REHABILITATION, "title": "Genoptræningsplan", **given})


def municipal_plan(**given: Any) -> CarePlan:
    """An active plan of home care under the service act, or the elderly act if given."""
    if "origin" not in given:
        given["origin"] = home_care()
    given.setdefault("recorded_under", Law.SERVICE)
    return active_care_plan(**{"kind": Kind.MUNICIPAL, "title": "Plan for hjælp i hjemmet", **given})


def discharge_agreement(*parties: Any, **given: Any) -> CarePlan:
    """An active discharge agreement of psychiatry with these units as parties; a social psychiatry unless given."""
    given.setdefault("category", Category.PLAN_PSY)
    made = active_care_plan(**{"kind": Kind.DISCHARGE_AGREEMENT, "title": "Udskrivningsaftale", **given})
    for unit in parties or [social_psychiatry()]:
        plan_party(plan=made, unit=unit)
    return made


def coordination_plan(*parties: Any, **given: Any) -> CarePlan:
    """An active coordination plan of psychiatry."""
    return discharge_agreement(*parties, **{"kind": Kind.COORDINATION, "title": "Koordinationsplan", **given})


def plan_party(**given: Any) -> PlanParty:
    """A named party of an agreement."""
    if "plan" not in given:
        given["plan"] = discharge_agreement()
    if "unit" not in given:
        given["unit"] = social_psychiatry()
    return PlanParty.objects.create(**given)


def plan_element(plan: CarePlan, thing: Any, **given: Any) -> PlanElement:
    """That a condition, goal, intervention or appointment stands in the plan."""
    return PlanElement.objects.create(**{"plan": plan, type(thing).__name__.lower(): thing, **given})


def relation_element(**given: Any) -> RelationElement:
    """That a diagnosis, unless a condition or a team is given, is what a treatment relation is about."""
    if not {"team", "condition"} & given.keys():
        given["condition"] = diagnosis(**({"citizen": given["relation"].citizen} if "relation" in given else {}))
    if "relation" not in given:
        given["relation"] = treatment_relation(citizen=(given.get("condition") or given["team"]).citizen)
    return RelationElement.objects.create(**given)


def mixed_plan(**given: Any) -> CarePlan:
    """A municipal plan with a nursing intervention and one of home care under the elderly act, for one citizen."""
    plan = municipal_plan(**given)
    about = {"citizen": plan.citizen}
    plan_element(plan, intervention(**about))
    plan_element(plan, elderly_care_intervention(origin=plan.origin, **about))
    return plan


def intervention(**given: Any) -> Intervention:
    """A planned intervention of municipal nursing."""
    fields = {**MEASURING, "start": ago(days=30), "authored_at": ago(days=31)}
    return Intervention.objects.create(**{**fields, **element(given, Category.INT_SUL, Category.INT_SOC)})


def home_care_intervention(**given: Any) -> Intervention:
    """A planned intervention of home care under the service act, § 83."""
    if "origin" not in given:
        given["origin"] = home_care()
    return intervention(**{**HYGIENE, "recorded_under": Law.SERVICE, **given})


def elderly_care_intervention(**given: Any) -> Intervention:
    """A planned intervention of home care under the elderly act."""
    return home_care_intervention(**{**ELDERLY_CARE, "recorded_under": Law.ELDERLY, **given})


def ended_intervention(**given: Any) -> Intervention:
    """A planned intervention that came to its end yesterday."""
    return intervention(**{"status": Intervention.Status.COMPLETED, "end": ago(days=1), **given})


def completed_intervention(**given: Any) -> CompletedIntervention:
    """A nursing intervention that was carried out yesterday."""
    code = {name: MEASURING[name] for name in ("code_system", "code", "display")}
    made = element(given, Category.INT_SUL, Category.INT_SOC)
    return CompletedIntervention.objects.create(**{**code, "performed_at": ago(days=1), **made})


def contact(**given: Any) -> Contact:
    """A home visit of municipal nursing that is planned for tomorrow."""
    fields = {"class_system": ENCOUNTER_CLASS, "class_code": "HH", **FOLLOW_UP_CONTACT, "start": ahead(days=1)}
    return Contact.objects.create(**{**fields, **element(given, Category.INT_SUL, Category.INT_SOC)})


def finished_contact(**given: Any) -> Contact:
    """A home visit that was made yesterday."""
    return contact(**{"status": "finished", "start": ago(days=1), "end": ago(hours=23), **given})


def follow_up(**given: Any) -> FollowUp:
    """A follow-up of a nursing condition: it continues."""
    if not {"condition", "intervention"} & given.keys():
        own = {"citizen": given["citizen"]} if "citizen" in given else {}
        given["condition"] = nursing_condition(**own)
    about = given.get("condition") or given["intervention"]
    given.setdefault("citizen", about.citizen)
    if "recorded_under" not in given and "category" not in given:
        given.update(category=about.category, recorded_under=about.recorded_under)
    given.setdefault("origin", about.origin)
    return FollowUp.objects.create(**{**FOLLOW_UP_RESULT, **CONTINUES, **element(given, Category.COND_SUL)})


def intervention_condition(**given: Any) -> InterventionCondition:
    """The condition that is the reason of an intervention."""
    if "condition" not in given:
        given["condition"] = nursing_condition()
    if not {"intervention", "completed", "contact"} & given.keys():
        given["intervention"] = intervention(citizen=given["condition"].citizen)
    return InterventionCondition.objects.create(**given)
