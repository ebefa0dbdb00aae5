"""A decision in words: verdict, ground, reason and the nearest lawful way, as data and as text in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Model, Q, UUIDField

from access import facts
from access.actors import Actor
from access.conditions import Condition, Target
from access.decisions import Decision, ShapeOf
from access.grounds import CUSTODY, GUARDIANSHIP, POWER_OF_ATTORNEY
from access.policies import Gate, Policy, Rule
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Statement
from access.vocabulary import Reason


@dataclass(frozen=True)
class Way:
    """What would make the act lawful."""

    code: str
    da: str
    en: str


WAYS = {
    Reason.SECTOR: Way(
        "act-under-health-law",
        "Udfør opgaven efter sundhedsloven, med en ansvarlig sundhedsperson.",
        "Do the task under health law, with a responsible health professional.",
    ),
    Reason.PURPOSE: Way("state-purpose", "Angiv det formål, som opgaven har.", "State the purpose of the task."),
    Reason.NOT_TO_OVERRIDE: Way(
        "ask-authorised",
        "Spørg en autoriseret sundhedsperson, der behandler borgeren.",
        "Ask an authorised health professional who treats the citizen.",
    ),
    Reason.LOG_ONLY: Way(
        "read-log",
        "Se opslagene i loggen (AuditEvent).",
        "Read the look-ups in the log (AuditEvent).",
    ),
    Reason.SENT_BY_SOURCE: Way(
        "ask-source",
        "Bed den, der har oplysningerne, om at videregive dem.",
        "Ask who holds the data to pass them on.",
    ),
    Reason.NO_RELATION: Way(
        "establish-relation",
        "Der skal være en aktuel behandling eller bevilling hos din enhed.",
        "There must be a current treatment or grant at your unit.",
    ),
    Reason.LAW_GATE: Way("none", "Loven giver ingen vej til det.", "The law gives no way to this."),
    Reason.NEEDS_CONSENT: Way(
        "consent", "Spørg borgeren om samtykke til netop dette.", "Ask the citizen for consent to just this."
    ),
    Reason.CONSENT_EXPIRED: Way(
        "consent", "Samtykket er udløbet; spørg borgeren igen.", "The consent has run out; ask the citizen again."
    ),
    Reason.BLOCKED: Way(
        "override",
        "Der kan være spærret; spærring kan brydes med en begrundelse, når loven tillader det.",
        "Data may be restricted; a block may be overridden with a reason where the law allows it.",
    ),
    Reason.AGE: Way("none", "Borgeren bestemmer selv på grund af sin alder.", "By age, the citizen decides alone."),
    Reason.AUTH: Way("log-in", "Log ind igen.", "Log in again."),
    Reason.REGIME_SWITCH_OFF: Way("none", "Reglen er ikke slået til.", "The rule is not switched on."),
}

REASON_TEXTS = {
    Reason.SECTOR: (
        "Du handler ikke efter sundhedsloven i denne opgave.",
        "You do not act under health law in this task.",
    ),
    Reason.PURPOSE: ("Formålet giver ikke adgang.", "The purpose gives no access."),
    Reason.NOT_TO_OVERRIDE: (
        "Kun autoriserede sundhedspersoner, og medhjælp på deres ansvar, kan bryde en spærring.",
        "Only authorised health professionals, and assistants on their responsibility, can override a block.",
    ),
    Reason.LOG_ONLY: (
        "Kontrol af opslag giver adgang til loggen over egne medarbejderes opslag, ikke til oplysningerne selv.",
        "A look-up audit gives access to the log of own staff's look-ups, not to the data themselves.",
    ),
    Reason.SENT_BY_SOURCE: (
        "Tilsyn giver ingen opslag; den, der har oplysningerne, videregiver dem selv.",
        "Supervision gives no look-up; who holds the data passes them on.",
    ),
    Reason.NO_RELATION: (
        "Borgeren er ikke i behandling eller pleje hos din enhed.",
        "The citizen is not treated or cared for at your unit.",
    ),
    Reason.LAW_GATE: (
        "Loven giver ikke adgang til denne slags oplysninger.",
        "The law gives no access to this kind of data.",
    ),
    Reason.NEEDS_CONSENT: (
        "Loven kræver borgerens samtykke til at dele dette med dig.",
        "The law asks for the citizen's consent to share this with you.",
    ),
    Reason.CONSENT_EXPIRED: ("Borgerens samtykke er udløbet.", "The citizen's consent has run out."),
    Reason.BLOCKED: ("Findes ikke, eller kan ikke vises.", "Does not exist, or cannot be shown."),
    Reason.AGE: ("Borgerens alder giver ikke denne adgang.", "The citizen's age does not give this access."),
    Reason.AUTH: ("Adgangsbeviset gælder ikke.", "The access token is not valid."),
    Reason.REGIME_SWITCH_OFF: ("Reglen er ikke slået til.", "The rule is not switched on."),
}

# To a citizen, and to who acts for one: the same reasons, as far as they differ for them.
CITIZEN_SIDE_TEXTS = {
    Reason.NO_RELATION: (
        "Du kan kun se dine egne oplysninger, og dem du har ret til at se på en andens vegne.",
        "You can see your own data only, and what you may see on another's behalf.",
    ),
    Reason.LAW_GATE: (
        "Du har ret til at se noget for en anden, men ikke det her.",
        "You may see something for another, but not this.",
    ),
    Reason.AGE: REASON_TEXTS[Reason.AGE],
    Reason.BLOCKED: REASON_TEXTS[Reason.BLOCKED],
    Reason.AUTH: ("Dit log-ind gælder ikke mere.", "Your log-in is no longer valid."),
}
CITIZEN_SIDE_WAYS = {
    Reason.NO_RELATION: Way(
        "power-of-attorney",
        "Du kan bede om en fuldmagt.",
        "You can ask for a power of attorney.",
    ),
    Reason.LAW_GATE: Way(
        "power-of-attorney",
        "Borgeren kan selv se det, og kan udvide en fuldmagt.",
        "The citizen can see it herself, and can extend a power of attorney.",
    ),
    Reason.AGE: WAYS[Reason.AGE],
    Reason.BLOCKED: Way("none", "Borgeren kan selv se det.", "The citizen can see it herself."),
    Reason.AUTH: WAYS[Reason.AUTH],
}

# A cell that says "only with consent" is the law's gate; golden case 4 names it so and hints at the consent.
GATE_OF = {
    Reason.SECTOR: "sector",
    Reason.PURPOSE: "purpose",
    Reason.NOT_TO_OVERRIDE: "sector",
    Reason.LOG_ONLY: "purpose",
    Reason.SENT_BY_SOURCE: "purpose",
    Reason.NO_RELATION: "no_relation",
    Reason.LAW_GATE: "law_gate",
    Reason.NEEDS_CONSENT: "law_gate",
    Reason.CONSENT_EXPIRED: "law_gate",
    Reason.BLOCKED: "blocked",
    Reason.AGE: "age",
    Reason.REGIME_SWITCH_OFF: "law_gate",
}


# Grounds of those who act for a citizen; what they tell the citizen is not true of who reads it here.
OF_ANOTHER = (POWER_OF_ATTORNEY, CUSTODY, GUARDIANSHIP)


def explain(decision: Decision | None, *, for_citizen: bool = False, may_override: bool = False) -> dict[str, Any]:
    """Return a decision as plain data; no row and a row hidden by a block give the same answer.

    `for_citizen` says that a citizen asks, or one who acts for her; `may_override` that who asks is one of those to
    whom the law gives a way past a block, and who therefore is told that there is one, whatever is there (3.2).
    """
    for_citizen = for_citizen or (decision is not None and decision.on_citizen_side)
    if decision is not None and decision.permitted:
        return {
            "verdict": "permit",
            "rules": [ground_of(rule, for_citizen=for_citizen) for rule in decision.held],
        }
    if decision is None or decision.is_hidden:
        hidden = refusal(Reason.BLOCKED, None, for_citizen=for_citizen) | {"reason": "not-shown", "gate": "not-shown"}
        if not for_citizen and not may_override:
            none = WAYS[Reason.LAW_GATE]
            hidden["nearest"] = {"way": none.code, "da": none.da, "en": none.en}
        return hidden
    assert decision.reason is not None  # noqa: S101  a refusal has a reason
    return refusal(
        decision.reason,
        decision.nearest.rule if decision.nearest else None,
        consent_would_do=decision.consent_would_do,
        for_citizen=for_citizen,
    )


def refusal(
    reason: Reason, rule: Rule | None, *, consent_would_do: bool = False, for_citizen: bool = False
) -> dict[str, Any]:
    """Return a refusal as plain data, with the nearest lawful way; what waits for a switch a consent may open."""
    if for_citizen and reason in CITIZEN_SIDE_TEXTS:
        (da, en), way = CITIZEN_SIDE_TEXTS[reason], CITIZEN_SIDE_WAYS[reason]
    else:
        da, en = REASON_TEXTS[reason]
        way = WAYS[Reason.NEEDS_CONSENT if reason == Reason.REGIME_SWITCH_OFF and consent_would_do else reason]
    answer: dict[str, Any] = {
        "verdict": "deny",
        "reason": str(reason),
        "gate": GATE_OF.get(reason, str(reason)),
        "text": {"da": da, "en": en},
        "nearest": {"way": way.code, "da": way.da, "en": way.en},
    }
    if rule is not None and reason != Reason.BLOCKED:
        answer["nearest"] |= {"rule": rule.code, "ground": rule.ground.citation, **_validity(rule)}
    return answer


def _validity(rule: Rule) -> dict[str, Any]:
    """From when and until when the ground of a rule holds, as far as it is bounded."""
    dates = {"valid_from": rule.ground.valid_from, "valid_to": rule.ground.valid_to}
    return {name: day for name, day in dates.items() if day}


def ground_of(rule: Rule, *, for_citizen: bool = False) -> dict[str, Any]:
    """Return the ground of a rule with its plain sentence for this kind of reader."""
    ground = rule.ground
    for_citizen = for_citizen and ground not in OF_ANOTHER
    return {
        "rule": rule.code,
        "ground": ground.citation,
        "certainty": ground.certainty,
        **_validity(rule),
        "da": ground.citizen_da if for_citizen else ground.professional_da,
        "en": ground.citizen_en if for_citizen else ground.professional_en,
    }


def facts_of(policy: Policy, actor: Actor, key: UUID, decision: Decision | None) -> list[dict[str, Any]]:
    """Return each fact that the decision rests on, with its kind, id and fields.

    Of a permit, what opened the gates of the rules that held; of a refusal, what opened those of its nearest rule; of a
    hidden one nothing. One statement; none where no gate asks for a fact.
    """
    if decision is None or decision.is_hidden:
        return []
    conditions = tuple(dict.fromkeys(gate.condition for gate in _open_gates(decision)))
    statement, models = _looking_for_facts(policy.model, policy.target, conditions, ShapeOf(actor))
    found: dict[UUID, dict[str, Any]] = {}
    for row in statement.run({**actor.bindings, "keys": [key]}) if models else ():
        for model, rows in zip(models, row, strict=True):
            told = (facts.told(model, each) for each in rows or ())
            found |= {fact["id"]: fact for fact in sorted(told, key=itemgetter("id"))}
    return list(found.values())


@lru_cache(maxsize=1024)
def _looking_for_facts(
    model: type[Model], target: Target, conditions: tuple[Condition, ...], key: ShapeOf
) -> tuple[Statement, tuple[type[Model], ...]]:
    """Compile: what is told of the rows behind these conditions, and the tables that they are of."""
    asked = [rows for item in conditions for rows in facts.rows_behind(item.q(key.actor.symbolic, target))]
    if not asked:
        return Statement("", (), (), ()), ()
    columns = {f"fact_{index}": ArraySubquery(facts.as_told(rows)) for index, rows in enumerate(asked)}
    wanted = Q(IsIn(F("pk"), Param("keys", ArrayField(UUIDField()))))
    found = model._default_manager.filter(wanted).annotate(**dict(target.assumed)).annotate(**columns).order_by()
    sql = compile_queryset(found.values_list(*columns))
    return Statement(*numbered(sql), tuple(columns), ()), tuple(rows.model for rows in asked)


def _open_gates(decision: Decision) -> Iterator[Gate]:
    """The gates that were open: of every rule that held, or of the nearest rule up to the shut one."""
    if decision.permitted:
        for rule in decision.held:
            yield from rule.gates
    elif (nearest := decision.nearest) is not None:
        for gate in nearest.rule.gates:
            if gate is nearest.gate:
                return
            yield gate
