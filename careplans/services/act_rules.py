"""What holds for every write of an intervention, contact or follow-up: its act, its period, its links."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from access.actors import Actor
from access.authoring import act_of, missing, seen
from access.policies import policy_of
from access.vocabulary import SOCIAL_LAWS, Action, Category, Law
from careplans.models import CompletedIntervention, Condition, Contact, Intervention, InterventionCondition
from fhir.outcomes import broken
from goals.models import Goal

ERROR = "entered-in-error"


def category_of(law: Law) -> Category:
    """The category of an intervention or contact under this act."""
    return Category.INT_SOC if law in SOCIAL_LAWS else Category.INT_SUL


def write_reasons(
    by: Actor,
    name: str,
    element: Intervention | CompletedIntervention | Contact,
    wanted: Collection[UUID],
    found: Mapping[UUID, Condition] | None = None,
) -> None:
    """Write which conditions are the reason of an element, instead of those that the writer sees there now.

    `name` is the element's column in the links; `found` the wanted conditions, when they have been asked for. Raises
    FhirError (422). Three statements at most.
    """
    if found is None:
        found = seen(by, Condition, list(wanted), element.citizen_id)
    if len(found) != len(set(wanted)):
        raise missing("Condition", "reasonReference")
    if element.version > 1:
        visible = Condition.objects.filter(policy_of(Condition).permitted(by, Action.READ))
        InterventionCondition.objects.filter(**{name: element}, condition__in=visible).delete()
    if wanted:
        InterventionCondition.objects.bulk_create(
            InterventionCondition(**{name: element}, condition_id=key) for key in dict.fromkeys(wanted)
        )


def in_order(start: datetime | None, end: datetime | None, expression: str) -> None:
    """A period does not end before it starts. Raises FhirError (422)."""
    if start is not None and end is not None and end < start:
        raise broken(
            "period-order",
            "Perioden slutter før den begynder.",
            "The period ends before it starts.",
            expression=expression,
        )


def keep_error(current: str, wanted: str) -> None:
    """What was entered in error stays so. Raises FhirError (422)."""
    if current == ERROR and wanted != ERROR:
        raise broken(
            "error-stays",
            "Det, der er registreret ved en fejl, kan ikke tages i brug igen.",
            "What was entered in error cannot be used again.",
        )


def keep_act(by: Actor, current: Law, implied: Collection[Law], stated: str) -> None:
    """The act that an element was recorded under never changes. Raises FhirError (422)."""
    if act_of(by, implied, stated or ("" if len(set(implied)) == 1 else current)) != current:
        raise broken(
            "act-fixed",
            "Loven, et element er registreret efter, kan ikke ændres.",
            "The act that an element was recorded under cannot be changed.",
        )


def link_as_wanted(
    by: Actor,
    model: type[Goal] | type[Intervention],
    citizen_id: UUID,
    wanted: UUID | None,
    held: UUID | None,
    expression: str,
) -> UUID | None:
    """The link as the writer wants it; one that is hidden from her and that she does not name stays.

    Raises FhirError (422) for what does not exist for her.
    """
    found = seen(by, model, [key for key in {wanted, held} if key is not None], citizen_id)
    if wanted is not None and wanted not in found:
        raise missing(model.__name__, expression)
    return wanted if wanted is not None or held in found else held
