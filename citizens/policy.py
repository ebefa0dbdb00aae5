"""Who may give, see, limit, end and take a power of attorney (fuldmagt): law study 2.9, 3.4 and SUL § 17.

What a holder may do with it stands in the rules of each kind of data. Where the law study is silent the strict side
stands (docs/adr/0028): giving is the citizen's alone from 15 years, and nobody gives who has a guardian in personal
matters; ending is always hers.
"""

from django.db.models import OuterRef, Q

from access.actors import Actor
from access.conditions import NEVER, Target, condition, conj, exists
from access.grounds import POWER_OF_ATTORNEY, SELF_DETERMINATION
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import ActingAs, Action, Category, Reason
from citizens.conditions import alive, of_age, of_eighteen, own, without_guardian
from citizens.models import AttorneyOffer, Citizen, PowerOfAttorney


def _asks_as_herself(actor: Actor, target: Target) -> bool:
    """Whether a citizen asks for herself, about a row: of a citizen as such nobody holds or is offered anything."""
    return actor.acting_as == ActingAs.CITIZEN and actor.citizen_id is not None and target.citizen != "id"


@condition
def held_by_her(actor: Actor, target: Target) -> Q:
    """The power was given to the actor, who asks as herself; death of who gave it ends it."""
    if not _asks_as_herself(actor, target):
        return NEVER
    lives = exists(Citizen, alive(actor), pk=OuterRef(target.citizen))
    return conj([Q(attorney_id=actor.citizen_id), lives, exists(Citizen, alive(actor), pk=actor.citizen_id)])


@condition
def offered_by_another(actor: Actor, target: Target) -> Q:
    """The actor asks as herself, and somebody else who lives offers; to whom is told by a number, not by a row."""
    if not _asks_as_herself(actor, target):
        return NEVER
    lives = exists(Citizen, alive(actor), pk=OuterRef(target.citizen))
    another = ~Q(**{target.citizen: actor.citizen_id})
    return conj([another, lives, exists(Citizen, alive(actor), pk=actor.citizen_id)])


HERSELF = Gate("own", own, Reason.NO_RELATION)
OF_AGE = Gate("age", of_age, Reason.AGE)

# To give, to widen and to extend: hers alone, and not where somebody is guardian of her in personal matters.
GIVEN = Rule(
    "power-given",
    SELF_DETERMINATION,
    frozenset({Action.CREATE}),
    (HERSELF, OF_AGE, Gate("law", without_guardian, Reason.LAW_GATE)),
    unblockable=SELF_DETERMINATION,
)
SEEN = Rule(
    "power-seen",
    SELF_DETERMINATION,
    frozenset({Action.READ}),
    (HERSELF, OF_AGE),
    unblockable=SELF_DETERMINATION,
)
# To limit and to end protects her: neither age nor a guardian is in the way.
LIMITED = Rule(
    "power-limited",
    SELF_DETERMINATION,
    frozenset({Action.UPDATE}),
    (HERSELF,),
    unblockable=SELF_DETERMINATION,
)
# Whoever holds one sees it, and can give it up.
HELD = Rule(
    "power-held",
    POWER_OF_ATTORNEY,
    frozenset({Action.READ, Action.UPDATE}),
    (Gate("own", held_by_her, Reason.NO_RELATION),),
    unblockable=POWER_OF_ATTORNEY,
)
# Nobody becomes another's attorney without saying yes herself, as an adult.
TAKEN = Rule(
    "power-taken",
    POWER_OF_ATTORNEY,
    frozenset({Action.READ, Action.UPDATE}),
    (Gate("own", offered_by_another, Reason.NO_RELATION), Gate("age", of_eighteen, Reason.AGE)),
    unblockable=POWER_OF_ATTORNEY,
)
# To the law it is what a decision is: it belongs to no family of data.
_TARGET = Target(citizen="principal_id", category=None, holds=frozenset({Category.LOG}), origin=None, occurred_at=None)
POWER = register(Policy(PowerOfAttorney, _TARGET, (GIVEN, SEEN, LIMITED, HELD)))
OFFER = register(Policy(AttorneyOffer, _TARGET, (GIVEN, SEEN, LIMITED, TAKEN)))
