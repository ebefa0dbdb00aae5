"""Every row of law 3.7 (who may create or change what), by number, through the engine on real rows; typed from it.

And who may see, note and claim what stands beside the elements: consents, relations, one's own look-ups.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from access.decisions import decide
from access.policies import policy_of
from access.vocabulary import Action, Category
from consents.models import Consent
from minlog.models import LookUp
from organisations.models import TreatmentRelation
from stamkort.models import Entry, Registration
from tests import factories
from tests.access.adapter import actor_of, write
from tests.access.rows import table_of
from tests.access.staging import decided, staged, told
from tests.oracle.stage import DAY, MARIE, NOW, POUL, ask, block, element, relation_of, uid
from tests.oracle.world import SOC_APPOINTMENTS, SOC_CONTENT, Ask, Guardianship, PowerOfAttorney

TICK = timedelta(microseconds=1)
ACTORS = ("HP", "HP_ASSIST", "HP_PERMIT", "HP_STUDENT", "CARE", "CASE", "SOC_PSY")
# w may write, - may not; in the order of ACTORS, all of them in treatment or with a grant, writing at their own unit
ROWS = {
    "APPT_SUL": "ww-----",
    "APPT_SEL_W": "----www",
    "APPT_SEL_X": "----www",
    "APPT_AEL": "----www",
    "SK_TYPED": "wwww---",
    "SK_FLAG": "-------",
    "WILL_CONTENT": "-------",
    "ODR_CONTENT": "-------",
    "DIAG": "ww-----",
    "COND_SUL": "ww-----",
    "INT_SUL": "ww-----",
    "PLAN_SUL": "ww-----",
    "PLAN_PSY": "ww-----",
    "GOAL_SUL": "ww-----",
    "GOAL_LIFE": "-------",
    "COND_SOC": "----www",
    "INT_SOC": "----www",
    "PLAN_SOC": "----www",
    "GOAL_SOC": "----www",
    "SK_REG": "-------",
    "DOC_SUL": "ww-----",
    "DOC_SOC": "----www",
}
NUMBERED = [
    (f"W{number}.{place}", category, actor, letter == "w")
    for number, (category, letters) in enumerate(ROWS.items(), 1)
    for place, (actor, letter) in enumerate(zip(ACTORS, letters, strict=True), 1)
]


def changes(asker: Ask, thing: Any, *relations: Any, **facts: Any) -> bool:
    """Whether the asker may change this element."""
    there = staged(thing, *relations, **facts)
    actor = actor_of(there, asker)
    assert actor is not None
    with transaction.atomic():
        write(there)
        found = decide(policy_of(table_of(thing.category)), actor, Action.UPDATE, thing.id)
        transaction.set_rollback(True)
    return found is not None and found.permitted


def mistakes(category: str, actor: str, may: bool) -> list[str]:
    """Where the engine answers otherwise than the row says: creating, changing one's own, and everybody else's."""
    asker, model, kind = ask(actor), table_of(category), Category[category]
    relation = relation_of(asker)
    wrong = []
    if decided(asker, model, Action.CREATE, kind, relation).permitted is not may:
        wrong.append("creates in treatment")
    if decided(asker, model, Action.CREATE, kind).permitted:
        wrong.append("creates without relation")
    if decided(replace(asker, purpose="quality"), model, Action.CREATE, kind, relation).permitted:
        wrong.append("creates for another purpose")
    if category in ("SK_REG", "GOAL_LIFE"):
        return wrong
    own = replace(element(category), origin=asker.unit)
    if changes(asker, own, relation) is not may:
        wrong.append("changes her own")
    if changes(asker, own):
        wrong.append("changes without relation")
    others = replace(own, origin=uid("other municipality"))
    if changes(asker, others, relation) is not (may and category == "SK_TYPED"):
        wrong.append("changes another's")
    if changes(asker, own, relation, blocks=(block(),)) is not (may and category in SOC_CONTENT | SOC_APPOINTMENTS):
        wrong.append("changes what she is stopped from seeing, or not what no block keeps from her")
    return wrong


@pytest.mark.django_db
@pytest.mark.law("own-recording", "stamkort-sharing")
@pytest.mark.parametrize(
    ("category", "actor", "may"),
    [pytest.param(*case, id=f"{number}-{case[0]}-{case[1]}") for number, *case in NUMBERED],
)
def test_row(category: str, actor: str, may: bool) -> None:
    assert mistakes(category, actor, may) == []


def test_every_kind_of_data_has_a_row() -> None:
    assert set(ROWS) == {category.name for category in Category} - {"LOG"}


CITIZEN = Ask("CITIZEN", NOW, citizen=POUL.id)
PROXY = Ask("PROXY", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)
POWER = PowerOfAttorney(uid("power"), POUL.id, MARIE.id, None, NOW - DAY, NOW + DAY, may_write=True)


def own_words() -> list[str]:
    """What the citizen and her attorney write, and what not."""
    expected = {category: ("own-words" if category in ("GOAL_LIFE", "SK_TYPED") else "") for category in ROWS}
    found = {category: _rule(CITIZEN, category) for category in ROWS if category != "SK_FLAG"}
    wrong = [f"{category}: {rule}" for category, rule in found.items() if rule != expected[category]]
    narrow = replace(POWER, families=frozenset({"PLAN_SUL"}))
    for powers, may in (((POWER,), True), ((narrow,), False), ((), False), ((replace(POWER, end=NOW),), False)):
        if decided(PROXY, Entry, Action.CREATE, Category.SK_TYPED, powers=powers).permitted is not may:
            wrong.append(f"attorney {powers}")
    child = replace(POUL, birth_date=date(2012, 3, 3))
    if decided(CITIZEN, Entry, Action.CREATE, Category.SK_TYPED, citizens=(child, MARIE)).permitted:
        wrong.append("a child types")
    return wrong


def _rule(asker: Ask, category: str) -> str:
    found = decided(asker, table_of(category), Action.CREATE, Category[category])
    return told(found) if found.permitted else ""


def noted_consents() -> list[str]:
    """Staff in treatment note a consent; who is named by one, or took it, sees and withdraws it."""
    wrong = []
    for actor in ACTORS:
        asker = ask(actor)
        answers = (
            decided(asker, Consent, Action.CREATE, Category.LOG, relation_of(asker)).permitted,
            decided(asker, Consent, Action.CREATE, Category.LOG).permitted,
            decided(
                replace(asker, purpose="quality"), Consent, Action.CREATE, Category.LOG, relation_of(asker)
            ).permitted,
        )
        if answers != (True, False, False):
            wrong.append(f"{actor} notes {answers}")
    doctor, auditor = ask("HP"), ask("AUDIT", purpose="treatment")
    if decided(auditor, Consent, Action.CREATE, Category.LOG, relation_of(doctor)).permitted:
        wrong.append("an office notes")
    for fields, relations, may in (
        ({"recipient_unit_id": doctor.unit}, (relation_of(doctor),), True),
        ({"recipient_unit_id": doctor.unit}, (), False),
        ({"recipient_unit_id": uid("hospital"), "recipient_sub_units": True}, (relation_of(doctor),), True),
        ({"recipient_unit_id": uid("hospital"), "recipient_sub_units": False}, (relation_of(doctor),), False),
        ({"recipient_unit_id": uid("practice")}, (relation_of(doctor),), False),
        ({"recipient_professional_id": doctor.professional}, (relation_of(doctor),), True),
        ({"recipient_unit_id": uid("practice"), "received_by_id": doctor.professional}, (relation_of(doctor),), True),
        ({"recipient_unit_id": doctor.unit, "recipient_acting_as": "care"}, (relation_of(doctor),), False),
    ):
        for action in (Action.READ, Action.UPDATE):
            for asker in (doctor, replace(doctor, purpose="quality"), replace(doctor, acting_as="AUDIT")):
                if _of_consent(asker, action, fields, relations) is not (may and asker == doctor):
                    wrong.append(f"{asker.acting_as} {asker.purpose} {action} {fields}")
    return wrong


def _of_consent(asker: Ask, action: Action, fields: dict[str, Any], relations: tuple[Any, ...]) -> bool:
    there = staged(element("SK_REG"), *relations)
    actor = actor_of(there, asker)
    assert actor is not None
    with transaction.atomic():
        write(there)
        times = {"start": NOW - DAY, "end": NOW + DAY, "created_at": NOW - DAY, "updated_at": NOW - DAY}
        consent = Consent.objects.create(
            citizen_id=POUL.id, given_by_id=POUL.id, kind="citizen-share", purpose="treatment", **times, **fields
        )
        found = decide(policy_of(Consent), actor, action, consent.pk)
        transaction.set_rollback(True)
    return found is not None and found.permitted


def claimed_relations() -> list[str]:
    """A health professional claims a relation for treatment, of who lives; nobody else does."""
    wrong = []
    for actor in ACTORS:
        asker = ask(actor)
        found = decided(asker, TreatmentRelation, Action.CREATE, Category.PLAN_SUL)
        if found.permitted is not (actor == "HP"):
            wrong.append(f"{actor} claims")
    doctor, dead = ask("HP"), {"citizens": (replace(POUL, deceased_at=NOW), MARIE)}
    for asker, category, facts in (
        (replace(doctor, purpose="quality"), Category.PLAN_SUL, {}),
        (doctor, Category.PLAN_SOC, {}),
        (doctor, Category.PLAN_SUL, dead),
    ):
        if decided(asker, TreatmentRelation, Action.CREATE, category, **facts).permitted:
            wrong.append(f"claims {asker.purpose} {category} {facts}")
    return wrong


def own_look_ups() -> list[str]:
    """A health professional in treatment sees what she or her assistants looked up and were told, of the living."""
    doctor, nurse, helper = ask("HP"), ask("HP", who="nurse"), ask("CARE", who="doctor", where="home care")
    mine, on_mine, others = (
        {"professional_id": doctor.professional},
        {"professional_id": nurse.professional, "responsible_id": doctor.professional},
        {"professional_id": nurse.professional},
    )
    blocked = {"outcome": "refuse", "reason": "blocked"}
    wrong = []
    for asker, fields, died, may in (
        (doctor, mine, None, True),
        (doctor, on_mine, None, True),
        (doctor, others, None, False),
        (doctor, mine | {"outcome": "refuse", "reason": "no_relation"}, None, True),
        (doctor, mine | blocked, None, False),
        (doctor, on_mine | blocked, None, False),
        (doctor, mine, NOW, False),
        (doctor, on_mine, NOW, False),
        (replace(doctor, purpose="quality"), mine, None, False),
        (replace(doctor, purpose="quality"), on_mine, None, False),
        (helper, mine, None, False),
        (helper, on_mine, None, False),
    ):
        if _of_entry(asker, fields, died) is not may:
            wrong.append(f"{asker.acting_as} {asker.purpose} {fields} {died}")
    for families, may in ((None, True), (frozenset({"LOG", "PLAN_SUL"}), True), (frozenset({"LOG"}), False)):
        facts = {"powers": (replace(POWER, families=families),)}
        if _of_entry(PROXY, {"families": ["plan-sul"]}, None, **facts) is not may:
            wrong.append(f"attorney of {families}")
    return wrong


def _of_entry(asker: Ask, fields: dict[str, Any], died: Any, **facts: Any) -> bool:
    there = staged(element("SK_REG"), citizens=(replace(POUL, deceased_at=died), MARIE), **facts)
    actor = actor_of(there, asker)
    assert actor is not None
    with transaction.atomic():
        write(there)
        given = {"citizen_id": POUL.id, "responsible_id": None, "outcome": "permit", "reason": "", **fields}
        entry = factories.log_entry(**given)
        found = decide(policy_of(LookUp), actor, Action.READ, entry.id)
        transaction.set_rollback(True)
    return found is not None and found.permitted


def refusals() -> list[str]:
    """Who is sixty on the Danish day, and has no guardian in personal matters, refuses resuscitation."""
    wrong = []
    decree = Guardianship(uid("decree"), POUL.id, MARIE.id, True, NOW - DAY)
    for born, decrees, answer in (
        (date(1966, 3, 2), (), "own-refusal"),
        (date(1966, 3, 3), (), "age"),
        (date(1950, 3, 3), (decree,), "law_gate"),
        (date(1950, 3, 3), (replace(decree, is_personal=False),), "own-refusal"),
        (date(1950, 3, 3), (replace(decree, end=NOW),), "own-refusal"),
        (date(1950, 3, 3), (replace(decree, end=NOW + TICK),), "law_gate"),
        (date(1950, 3, 3), (replace(decree, start=NOW),), "law_gate"),
        (date(1950, 3, 3), (replace(decree, start=NOW + TICK),), "own-refusal"),
        (date(1950, 3, 3), (replace(decree, ward=MARIE.id, guardian=POUL.id),), "own-refusal"),
    ):
        facts = {"citizens": (replace(POUL, birth_date=born), MARIE), "guardianships": decrees}
        if told(decided(CITIZEN, Registration, Action.CREATE, Category.SK_FLAG, **facts)) != answer:
            wrong.append(f"{born} {decrees}")
    return wrong


BESIDE: dict[str, Callable[[], list[str]]] = {
    "own words": own_words,
    "noted consents": noted_consents,
    "claimed relations": claimed_relations,
    "own look-ups": own_look_ups,
    "refusals": refusals,
}


@pytest.mark.django_db
@pytest.mark.law(
    "own-access", "power-of-attorney", "noted-consent", "party-to-consent", "treatment-lookup", "log-access"
)
@pytest.mark.parametrize("what", BESIDE)
def test_who_may_beside_the_elements(what: str) -> None:
    assert BESIDE[what]() == []
