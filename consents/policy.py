"""Who may see, make and undo the citizen's decisions: her side, and for a consent those whom it names.

A block or private marking is seen by nobody but the citizen's side: that there is one is itself hidden.
"""

from django.db.models import Q

from access.actors import Actor
from access.conditions import NEVER, Target, condition
from access.grounds import CUSTODY, GUARDIANSHIP, NOTED_CONSENT, PARTY_TO_CONSENT, SELF_DETERMINATION
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import Action, Category, Reason
from consents.conditions import persons, units
from consents.gates import GUARDIAN, HERSELF, OF_AGE, PARENT_OF_CHILD, PROFESSIONAL, PURPOSE, RELATION
from consents.models import Block, Consent
from consents.rules import ELEMENT_RULES, READ
from consents.switched import BLOCKS_BY_OTHERS, CONSENTS_BY_OTHERS

DECIDING = frozenset({Action.CREATE, Action.UPDATE})
# To the law a decision is what the log is: it belongs to no family of data, and is the citizen's own.
KIND = Category.LOG


def parties(actor: Actor, target: Target) -> Q:
    """The actor is named by the consent, she herself or her unit, or took it."""
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    named = units(actor, "recipient_unit_id", "recipient_sub_units") | persons(actor, "recipient_professional_id")
    capacity = Q(recipient_acting_as="") | Q(recipient_acting_as=actor.acting_as)
    return (named & capacity) | Q(received_by_id=actor.professional_id)


@condition
def party_to_it(actor: Actor, target: Target) -> Q:
    """The actor is a party of the consent; of a citizen as such nobody is."""
    return NEVER if target.parties is None else target.parties(actor, target)


# She herself, the parents of a child under 15, and her guardian. A power of attorney covers data, not decisions.
HER_SIDE_READS = tuple(rule for rule in ELEMENT_RULES if rule.code in ("own-record", "custody", "guardianship"))
PARTY = Gate("law", party_to_it, Reason.LAW_GATE)

OWN_DECISION = Rule(
    "own-decision",
    SELF_DETERMINATION,
    DECIDING,
    (HERSELF, OF_AGE),
    unblockable=SELF_DETERMINATION,
)
CONSENT_RULES: tuple[Rule, ...] = (
    *HER_SIDE_READS,
    OWN_DECISION,
    Rule(
        "parents-decision",
        CUSTODY,
        DECIDING,
        PARENT_OF_CHILD,
        unblockable=CUSTODY,
    ),
    Rule(
        "guardians-decision",
        GUARDIANSHIP,
        DECIDING,
        (GUARDIAN,),
        unblockable=GUARDIANSHIP,
    ),
    Rule(
        "party-to-consent",
        PARTY_TO_CONSENT,
        READ,
        (PROFESSIONAL, PURPOSE, RELATION, PARTY),
        unblockable=PARTY_TO_CONSENT,
    ),
    Rule(
        "noted-consent",
        NOTED_CONSENT,
        frozenset({Action.CREATE}),
        (PROFESSIONAL, PURPOSE, RELATION),
        unblockable=NOTED_CONSENT,
    ),
    Rule(
        "noted-withdrawal",
        NOTED_CONSENT,
        frozenset({Action.UPDATE}),
        (PROFESSIONAL, PURPOSE, RELATION, PARTY),
        unblockable=NOTED_CONSENT,
    ),
    *CONSENTS_BY_OTHERS,
)

CONSENT = register(
    Policy(
        Consent,
        Target(category=None, holds=frozenset({KIND}), origin=None, occurred_at=None, parties=parties),
        CONSENT_RULES,
    )
)
BLOCK = register(
    Policy(
        Block,
        Target(category=None, holds=frozenset({KIND}), origin=None, occurred_at=None),
        (*HER_SIDE_READS, OWN_DECISION, *BLOCKS_BY_OTHERS),
    )
)
