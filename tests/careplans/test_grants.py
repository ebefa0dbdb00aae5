"""A grant of django-guardian opens nothing: who follows a plan by name sees it as the law has it, or not (ADR 12)."""

import pytest
from django.contrib.auth.models import Permission

from access.decisions import decide
from access.policies import policy_of
from access.vocabulary import Action, Reason
from careplans.models import CarePlan, CarePlanGrant
from identity.models import User
from tests import factories
from tests.cast import Cast, Member, make_cast

pytestmark = pytest.mark.django_db


def follows(cast: Cast, member: Member) -> Reason | None:
    """Why a named colleague may not see a plan that is granted to her, once it is; nothing where she may."""
    plan = factories.active_care_plan(citizen=cast.citizen.person, origin=cast.units.ward)
    user = User.objects.create(username=str(member.person.pk), professional=member.person)
    permission = Permission.objects.get(codename="follow_plan", content_type__app_label="careplans")
    CarePlanGrant.objects.create(user=user, permission=permission, content_object=plan)
    found = decide(policy_of(CarePlan), member.actor, Action.READ, plan.pk)
    assert found is not None
    return found.reason


@pytest.mark.law("treatment-lookup")
def test_a_grant_takes_the_place_of_no_relation_no_consent_and_no_block() -> None:
    cast = make_cast()

    assert follows(cast, cast.stranger) == Reason.NO_RELATION
    assert follows(cast, cast.caseworker) == Reason.NEEDS_CONSENT
    assert follows(cast, cast.blocked_doctor) == Reason.BLOCKED
    assert follows(cast, cast.doctor) is None
