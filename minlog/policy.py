"""Who may see the log and who may see where a version comes from.

The log is the citizen's (law study 2.10, 3.4); a health professional sees her own look-ups and those made on her
responsibility (medhjælpslog), an auditor those of the staff of her own authority (3.6), and nobody else sees any. A
version's origin is seen by whoever sees its target.
"""

from django.db.models import F, OuterRef, Q

from access import versions
from access.actors import Actor
from access.conditions import ALWAYS, NEVER, Target, actor_is, condition, conj, disj, exists
from access.grounds import (
    CUSTODY,
    GUARDIANSHIP,
    LOG_ACCESS,
    LOOK_UP_AUDIT,
    ORIGIN_OF_DATA,
    PLAN_OF_PARTS,
    POWER_OF_ATTORNEY,
)
from access.policies import Gate, Policy, Rule, policy_of, register
from access.sql import IsIn
from access.vocabulary import ActingAs, Action, Category, Reason
from audit.models import Version
from citizens.conditions import alive, attorney, in_proxys_scope
from citizens.models import Citizen
from consents.gates import (
    ATTORNEY,
    GUARDIAN,
    HERSELF,
    OF_AGE,
    PARENT_OF_CHILD,
    PROFESSIONAL,
    WRITING_ATTORNEY,
)
from consents.gates import PURPOSE as TASK
from consents.purposes import an_auditor, auditing
from fhir.registry import all_resources
from minlog.models import LookUp, Question
from organisations.conditions import for_the_task, of_own_authority, of_own_unit

READ = frozenset({Action.READ})
# What a professional was not told: that a thing is not there, or that a block hides it. Both are left out of her own
# log alike, or it would tell the two apart.
UNTOLD = ("", Reason.BLOCKED.value)

as_health_professional = actor_is("as_health_professional", lambda actor: actor.acting_as == ActingAs.HP)


@condition
def in_the_attorneys_scope(actor: Actor, target: Target) -> Q:
    """A power of attorney in force names the log, and every kind of data that the entry tells of."""
    names_the_log = Q(IsIn(target.category_ref, F("families")))
    tells = {} if target.occurred_at is None else {"families__contains": OuterRef("families")}
    return attorney(actor, target, names_the_log, **tells)


def _told() -> Q:
    """The entry is of something that the professional was told."""
    return Q(outcome="permit") | ~Q(reason__in=UNTOLD)


def _of_nobody_dead(actor: Actor, target: Target) -> Q:
    """The entry is about a citizen who lives, or about none."""
    lives = exists(Citizen, alive(actor), pk=OuterRef(target.citizen))
    return lives if target.occurred_at is None else Q(**{f"{target.citizen}__isnull": True}) | lives


def _told_of_the_living(actor: Actor, who: Q, target: Target) -> Q:
    """Entries by `who` that told her something, about somebody who lives; an entry may be about no citizen."""
    if actor.professional_id is None or target.occurred_at is None:
        return NEVER
    return conj([who, _told(), _of_nobody_dead(actor, target)])


@condition
def looked_up_herself(actor: Actor, target: Target) -> Q:
    """The look-up was the actor's own."""
    return _told_of_the_living(actor, Q(professional_id=actor.professional_id), target)


@condition
def on_her_responsibility(actor: Actor, target: Target) -> Q:
    """The look-up was made on the actor's responsibility."""
    return _told_of_the_living(actor, Q(responsible_id=actor.professional_id), target)


@condition
def about_nobody_dead(actor: Actor, target: Target) -> Q:
    """Whoever the entry is about lives."""
    return _of_nobody_dead(actor, target)


@condition
def by_own_staff(actor: Actor, target: Target) -> Q:
    """Somebody of the auditor's own authority looked, and was told something; a system that acts alone is not staff."""
    own = of_own_authority.q(actor, target)
    if target.occurred_at is None:
        return own
    return conj([own, Q(professional_id__isnull=False), _told()])


SECTOR = Gate("sector", as_health_professional, Reason.LAW_GATE)
PURPOSE = Gate("purpose", for_the_task, Reason.PURPOSE)

LOOK_UP = register(
    Policy(
        LookUp,
        Target(category=None, fixed=Category.LOG, origin="unit_id", occurred_at="recorded_at"),
        (
            Rule(
                "own-log",
                LOG_ACCESS,
                READ,
                (HERSELF, OF_AGE),
                unblockable=LOG_ACCESS,
            ),
            Rule(
                "log-by-attorney",
                POWER_OF_ATTORNEY,
                READ,
                (
                    ATTORNEY,
                    Gate("law", in_the_attorneys_scope, Reason.LAW_GATE),
                ),
                unblockable=POWER_OF_ATTORNEY,
            ),
            Rule(
                "log-by-custody",
                CUSTODY,
                READ,
                PARENT_OF_CHILD,
                unblockable=CUSTODY,
            ),
            Rule(
                "log-by-guardianship",
                GUARDIANSHIP,
                READ,
                (GUARDIAN,),
                unblockable=GUARDIANSHIP,
            ),
            Rule(
                "own-look-ups",
                LOG_ACCESS,
                READ,
                (SECTOR, PURPOSE, Gate("law", looked_up_herself, Reason.LAW_GATE)),
                unblockable=LOG_ACCESS,
            ),
            Rule(
                "assistants-look-ups",
                LOG_ACCESS,
                READ,
                (SECTOR, PURPOSE, Gate("law", on_her_responsibility, Reason.LAW_GATE)),
                unblockable=LOG_ACCESS,
            ),
            Rule(
                "look-up-audit",
                LOOK_UP_AUDIT,
                READ,
                (
                    Gate("sector", an_auditor, Reason.LAW_GATE),
                    Gate("purpose", auditing, Reason.PURPOSE),
                    Gate("relation", about_nobody_dead, Reason.NO_RELATION),
                    Gate("law", by_own_staff, Reason.LAW_GATE),
                ),
                unblockable=LOOK_UP_AUDIT,
            ),
        ),
    )
)


@condition
def target_seen(actor: Actor, target: Target) -> Q:
    """Some rule lets the target through as it is now, and would have let it through as it then was.

    A plan that is seen only in part does not tell where it comes from.
    """
    if target.category is None:
        return NEVER  # asked of a citizen as such: there is no version to ask
    seen: dict[tuple[Rule, Target | None], list[Q]] = {}
    for policy, name in _versioned():
        for rule in policy.rules_for(Action.READ):
            now = rule.q(actor, policy.target) if rule.ground != PLAN_OF_PARTS else NEVER
            if now is not NEVER:
                part = conj([Q(resource_type=name), exists(policy.model, now, pk=OuterRef("resource_id"))])
                seen.setdefault((rule, versions.then_of(policy)), []).append(part)
    return disj(
        conj([ALWAYS if then is None else rule.q(actor, then), disj(parts)]) for (rule, then), parts in seen.items()
    )


def _versioned() -> list[tuple[Policy, str]]:
    """The policy of every table of whose rows versions are kept, and the name its versions go by."""
    entries = (entry for entry in all_resources() if "vread" in entry.interactions)
    return [(policy_of(entry.source.model), entry.source.name) for entry in entries]


ASKING = frozenset({Action.READ, Action.CREATE, Action.UPDATE})

# Who reads the log asks about it; a power of attorney only where it lets her write. The unit that was asked answers: no
# relation is needed any longer, for it is about its own look.
LOG_QUESTION = register(
    Policy(
        Question,
        Target(category=None, fixed=Category.LOG, origin="unit_id", occurred_at="asked_at"),
        (
            Rule("own-question", LOG_ACCESS, ASKING, (HERSELF, OF_AGE), unblockable=LOG_ACCESS),
            Rule(
                "question-seen-by-attorney",
                POWER_OF_ATTORNEY,
                READ,
                (ATTORNEY, Gate("law", in_proxys_scope, Reason.LAW_GATE)),
                unblockable=POWER_OF_ATTORNEY,
            ),
            Rule(
                "question-by-attorney",
                POWER_OF_ATTORNEY,
                frozenset({Action.CREATE, Action.UPDATE}),
                (WRITING_ATTORNEY,),
                unblockable=POWER_OF_ATTORNEY,
            ),
            Rule("question-by-parent", CUSTODY, ASKING, PARENT_OF_CHILD, unblockable=CUSTODY),
            Rule("question-by-guardian", GUARDIANSHIP, ASKING, (GUARDIAN,), unblockable=GUARDIANSHIP),
            Rule(
                "asked-unit",
                LOG_ACCESS,
                frozenset({Action.READ, Action.UPDATE}),
                (PROFESSIONAL, TASK, Gate("owner", of_own_unit, Reason.LAW_GATE)),
                unblockable=LOG_ACCESS,
            ),
        ),
    )
)


# The rules of the target hold every gate, the block among them.
ORIGIN_OF_VERSION = register(
    Policy(
        Version,
        Target(occurred_at="recorded_at", item="resource_id"),
        (
            Rule(
                "as-its-target",
                ORIGIN_OF_DATA,
                READ,
                # Refused like what is not there: the target may be hidden by a block.
                (Gate("law", target_seen, Reason.BLOCKED),),
                unblockable=ORIGIN_OF_DATA,
            ),
        ),
    )
)
