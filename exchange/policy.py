"""Who may see and change a subscription: the system that asked for it, and the unit's staff through that system.

It holds no health data, but may name a citizen; what is told of her is decided anew at each delivery.
"""

from django.db.models import Q

from access.actors import Actor
from access.conditions import NEVER, Target, condition, constant
from access.grounds import OWN_SET_UP
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import HEALTH_SIDE, SOCIAL_SIDE, ActingAs, Action, Reason
from exchange.models import Subscription

ALL = frozenset({Action.READ, Action.CREATE, Action.UPDATE})


@condition
def of_own_system(actor: Actor, target: Target) -> Q:
    """The subscription is the asking system's own."""
    if target.citizen:
        return NEVER  # asked of a citizen as such
    return Q(client_id=actor.client_id)


@condition
def for_own_unit(actor: Actor, target: Target) -> Q:
    """Staff see those of the unit that they act for; the system by itself sees all of its own."""
    if actor.acting_as == ActingAs.SYSTEM:
        return constant(True)
    if actor.acting_as not in HEALTH_SIDE | SOCIAL_SIDE or actor.professional_id is None or actor.unit_id is None:
        return NEVER
    return Q(unit_id=actor.unit_id)


SUBSCRIPTION = register(
    Policy(
        Subscription,
        Target(citizen="", category=None, origin=None, occurred_at=None),
        (
            Rule(
                "own-subscription",
                OWN_SET_UP,
                ALL,
                (
                    Gate("sector", for_own_unit, Reason.LAW_GATE),
                    Gate("law", of_own_system, Reason.LAW_GATE),
                ),
                unblockable=OWN_SET_UP,
            ),
        ),
    )
)
