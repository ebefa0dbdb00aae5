"""The citizen's plans: all of them with her goals, and each in plain words."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from access import service
from access.policies import policy_of
from access.statements import Row
from access.vocabulary import ActingAs, Category
from goals.models import Goal
from organisations.models import Organisation
from portal import plans
from portal.pages import VisitorPage
from portal.pictures import picture_of
from portal.plans import Told


class PlansPage(VisitorPage):
    """What the pages of plans and goals share."""

    place = "plans"

    @property
    def is_hers(self) -> bool:
        """Whether she looks at her own."""
        return self.visitor.actor.acting_as == ActingAs.CITIZEN

    def told(self) -> Told:
        """All that the page shows, in one look."""
        return plans.told(self.visitor.actor, self.visitor.citizen_id)

    def may_write(self) -> bool:
        """Whether the rules let the visitor write life goals here. One statement."""
        actor, citizen_id = self.visitor.actor, self.visitor.citizen_id
        decision = service.decide_create(policy_of(Goal), actor, citizen_id, Category.GOAL_LIFE)
        return decision is not None and decision.permitted

    def activities(self, found: Told, plan: Row) -> list[dict[str, Any]]:
        """What is done in a plan, and what each is for."""
        return [
            {"row": row, "purpose": found.by_id.get(row["purpose_goal"]), "reasons": found.found(row["reasons"])}
            for row in found.found(plan["intervention"])
        ]

    def aims(self, found: Told, goals: list[Row]) -> list[dict[str, Any]]:
        """Goals with how far they are."""
        return [{"row": row, **picture_of(row, found.measured(row), found.evaluations_of(row))} for row in goals]

    def sharing(self, goals: list[Row]) -> dict[UUID, str]:
        """The names of the units that goals are shared with, by the goal. One statement if there are any."""
        keys = {key for goal in goals for key in goal["shared_with"]}
        names = dict(Organisation.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
        return {goal["id"]: ", ".join(names[key] for key in goal["shared_with"] if key in names) for goal in goals}


class PlansView(PlansPage):
    """What was agreed at the last admission, her goals, and her plans."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        found = self.told()
        mine = found.life_goals
        named = self.sharing(mine) if self.is_hers else {}
        return self.shown(
            "plans",
            found=found,
            stay=found.admission,
            agreed=[{"plan": plan, "lines": plans.agreements(plan)} for plan in found.of_admission],
            life=[{**aim, "named": named.get(aim["row"]["id"], "")} for aim in self.aims(found, mine)],
            aims=self.aims(found, found.agreed),
            may_write=self.may_write(),
            is_hers=self.is_hers,
        )


class PlanView(PlansPage):
    """One plan."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        found = self.told()
        plan = plans.plan_in(found, key)
        home = self.visitor.subject.postal_code
        return self.shown(
            "plan",
            plan=plan,
            lines=plans.agreements(plan),
            conditions=found.found(plan["condition"]),
            activities=self.activities(found, plan),
            aims=self.aims(found, found.found(plan["goal"])),
            meetings=plans.meetings(self.visitor.actor, self.visitor.citizen_id, plan["appointment"], home),
        )
