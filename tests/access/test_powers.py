"""Powers of attorney as law (law 2.9, SUL 17): every numbered field, golden cases by age, and the oracle's answer.

What the law study leaves open is typed here as the strict side has it (docs/adr/0028).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from access import service
from access.decisions import decide, decide_many
from access.lawtables import POWERS, TAKERS
from access.policies import policy_of
from access.vocabulary import Action, Category
from citizens.models import AttorneyOffer
from citizens.models import PowerOfAttorney as PowerRow
from tests.access.adapter import actor_of, write
from tests.access.staging import staged, told
from tests.oracle import powers
from tests.oracle.stage import DAY, MARIE, NOW, POUL, element, uid
from tests.oracle.world import Ask, Citizen, Custody, Guardianship, PowerOfAttorney, Verdict, World

ACTIONS = {"GIVE": Action.CREATE, "SEE": Action.READ, "LIMIT": Action.UPDATE}
HERS = ("power-given", "power-seen", "power-limited")
NOBODYS = ("no_relation",) * 3
FIELDS = {
    "CITIZEN >= 18": HERS,
    "CITIZEN 15-17": HERS,
    "CITIZEN < 15": ("age", "age", "power-limited"),
    "CITIZEN with a personal guardian": ("law_gate", "power-seen", "power-limited"),
    "CITIZEN with an economic guardian": HERS,
    "PROXY": NOBODYS,
    "PARENT of child < 15": NOBODYS,
    "PARENT of 15-17": NOBODYS,
    "GUARDIAN": NOBODYS,
    "Attorney herself": ("no_relation", "no_relation", "power-held"),
    "Relative on the stamkort": NOBODYS,
    "The deceased": NOBODYS,
}
OFFERED = {
    "Adult, herself": "power-taken",
    "17 years": "age",
    "Who acts for another": "no_relation",
    "Who offers": "no_relation",
    "Of somebody who died": "no_relation",
}
NUMBERED = [
    (f"F{number}.{place}", who, column, FIELDS[who][place - 1])
    for number, who in enumerate(FIELDS, 1)
    for place, column in enumerate(ACTIONS, 1)
] + [(f"T{number}", who, "TAKE", answer) for number, (who, answer) in enumerate(OFFERED.items(), 1)]
SINCE = NOW - DAY
GIVEN = PowerOfAttorney(uid("given power"), POUL.id, MARIE.id, frozenset({"DIAG"}), SINCE, NOW + DAY)
YEARS = {"CITIZEN 15-17": 15, "CITIZEN < 15": 14, "PARENT of child < 15": 14, "PARENT of 15-17": 15}
IN_PLACE_OF_POUL = {
    "PROXY": "PROXY",
    "PARENT of child < 15": "PARENT",
    "PARENT of 15-17": "PARENT",
    "GUARDIAN": "GUARDIAN",
}


def aged(years: int, person: Citizen = POUL, *, days: int = 0) -> Citizen:
    """Somebody so old to the day, or some days older."""
    return replace(person, birth_date=date(NOW.year - years, NOW.month, NOW.day) - timedelta(days=days))


def stage_of(who: str, column: str) -> tuple[Ask, dict[str, Any]]:
    """Who asks, and what is so: Poul gives, or offers, and Marie has got a power or is offered one."""
    poul, marie = aged(YEARS.get(who, 70)), MARIE
    facts: dict[str, Any] = {"powers": (GIVEN,)}
    if "guardian" in who.lower():
        is_personal = "economic" not in who
        facts["guardianships"] = (Guardianship(uid("decree"), POUL.id, MARIE.id, is_personal, SINCE),)
    if who.startswith("PARENT"):
        facts["custodies"] = (Custody(uid("custody"), POUL.id, MARIE.id, SINCE),)
    if who in ("The deceased", "Of somebody who died"):
        poul = replace(poul, deceased_at=NOW)
    if who == "17 years":
        marie = aged(18, MARIE, days=-1)
    ask = Ask("CITIZEN", NOW, citizen=POUL.id)
    if column == "TAKE" and who != "Who offers":
        ask = Ask("CITIZEN", NOW, citizen=MARIE.id)
    if who == "Who acts for another":
        ask = Ask("PROXY", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)
    if who in IN_PLACE_OF_POUL:
        ask = Ask(IN_PLACE_OF_POUL[who], NOW, citizen=MARIE.id, on_behalf_of=POUL.id)
    if who in ("Attorney herself", "Relative on the stamkort"):
        ask = Ask("CITIZEN", NOW, citizen=MARIE.id)
        facts["powers"] = facts["powers"] if who == "Attorney herself" else ()
    return ask, {**facts, "citizens": (poul, marie)}


# Of her own she may give up the one that she holds; of those that Poul gave to others she sees none.
HOLDERS_OWN, HOLDER_AND_OTHERS = ("Attorney herself", "LIMIT"), ("Attorney herself", "SEE")


def put(there: World) -> None:
    """The world as rows, and an offer of Poul's besides."""
    write(there)
    AttorneyOffer.objects.create(
        id=uid("offer"),
        principal_id=POUL.id,
        called="Marie",
        digest="0" * 64,
        families=["diag"],
        end=NOW + 30 * DAY,
        created_at=SINCE,
        expires_at=NOW + DAY,
    )


def differences(who: str, column: str, expected: str) -> list[str]:
    """What the engine answers where it should not: of Poul as such, and of the row itself."""
    ask, facts = stage_of(who, column)
    there = staged(element("SK_REG"), **facts)
    actor = actor_of(there, ask)
    assert actor is not None
    with transaction.atomic():
        put(there)
        if column == "TAKE":  # what she may besides with an offer of her own is no taking
            offers = policy_of(AttorneyOffer)
            taking = replace(offers, rules=tuple(rule for rule in offers.rules if rule.code == "power-taken"))
            found = [decide(taking, actor, Action.UPDATE, uid("offer"))]
        else:
            asked = service.of_the_citizen(policy_of(PowerRow), Category.LOG)
            of_row = column != "GIVE" and bool(facts["powers"])
            found = []
            if (who, column) != HOLDERS_OWN:
                found.append(decide(asked, actor, ACTIONS[column], POUL.id))
            if of_row and (who, column) != HOLDER_AND_OTHERS:
                found.append(decide(policy_of(PowerRow), actor, ACTIONS[column], GIVEN.id))
        transaction.set_rollback(True)
    return [told(one) for one in found if one is not None and told(one) != expected]


@pytest.mark.django_db
@pytest.mark.law("self-determination", "power-of-attorney")
@pytest.mark.parametrize(("who", "column", "expected"), [pytest.param(*case, id=number) for number, *case in NUMBERED])
def test_field(who: str, column: str, expected: str) -> None:
    assert differences(who, column, expected) == []


def test_the_document_has_these_fields() -> None:
    assert {who: cells for who, (cells, *_sure) in POWERS.items()} == FIELDS
    assert {who: cell for who, (cell, *_sure) in TAKERS.items()} == OFFERED


# Who asks in a world of the oracle, by age of who gives (to the day, and a day before) and what guardian there is.
AGES = (aged(14), aged(15, days=-1), aged(15), aged(16), aged(18, days=-1), aged(18), aged(80))
GUARDIANS = {
    "none": (),
    "personal": (Guardianship(uid("decree"), POUL.id, MARIE.id, True, SINCE),),
    "economic": (Guardianship(uid("decree"), POUL.id, MARIE.id, False, SINCE),),
    "over": (Guardianship(uid("decree"), POUL.id, MARIE.id, True, SINCE, NOW),),
    "to come": (Guardianship(uid("decree"), POUL.id, MARIE.id, True, NOW + DAY),),
    "another's": (Guardianship(uid("decree"), MARIE.id, POUL.id, True, SINCE),),
}
EMIL = Citizen(uid("Emil"), date(1990, 5, 5))
ASKS = (
    *(Ask("CITIZEN", NOW, citizen=one.id) for one in (POUL, MARIE, EMIL)),
    *(Ask(acting, NOW, citizen=MARIE.id, on_behalf_of=POUL.id) for acting in ("PROXY", "PARENT", "GUARDIAN")),
)


def worlds() -> Iterator[World]:
    """Every giver's age with every guardian; the taker of full age and not; each of the two dead."""
    of_poul = (
        {"citizens": (one, MARIE, EMIL), "guardianships": held} for one, held in product(AGES, GUARDIANS.values())
    )
    of_marie = (
        {"citizens": (POUL, aged(years, MARIE, days=days), EMIL)} for years, days in ((18, 0), (18, -1), (15, 0))
    )
    dead = (
        {"citizens": (replace(POUL, deceased_at=at), replace(MARIE, deceased_at=other), EMIL)} for at, other in DEATHS
    )
    custody = (Custody(uid("custody"), POUL.id, MARIE.id, SINCE),)
    for facts in (*of_poul, *of_marie, *dead):
        yield staged(element("SK_REG"), powers=(GIVEN,), custodies=custody, **facts)


DEATHS = ((NOW, None), (NOW + DAY, None), (None, NOW), (NOW - DAY, NOW - DAY))


def either(*found: Verdict) -> Verdict:
    """The first that permits, or else the reason that came furthest."""
    permits = next((one for one in found if one.permitted), None)
    return permits or next((one for one in found if one.reason != "no_relation"), found[0])


@pytest.mark.django_db
@pytest.mark.law("self-determination", "power-of-attorney")
def test_engine_and_oracle_agree_about_every_age_guardian_and_asker() -> None:
    asked = service.of_the_citizen(policy_of(PowerRow), Category.LOG)
    count, wrong = 0, []
    for there in worlds():
        with transaction.atomic():
            put(there)
            for ask in ASKS:
                actor = actor_of(there, ask)
                assert actor is not None
                held = powers.may_hold(there, ask, POUL.id, MARIE.id)
                pairs = [(asked, Action.CREATE, POUL.id, powers.may_act(there, ask, "give", POUL.id))]
                for act, action in (("see", Action.READ), ("limit", Action.UPDATE)):
                    own = powers.may_act(there, ask, act, POUL.id)
                    pairs += [(asked, action, POUL.id, own), (policy_of(PowerRow), action, GIVEN.id, either(own, held))]
                    taken = either(own, powers.may_take(there, ask, POUL.id))
                    pairs.append((policy_of(AttorneyOffer), action, uid("offer"), taken))
                for policy, action, key, verdict in pairs:
                    found = decide_many(policy, actor, action, [key])[key]
                    count += 1
                    if told(found) != (verdict.rule if verdict.permitted else verdict.reason):
                        wrong.append((ask, action, policy.model, there.citizens[0], told(found), verdict))
            transaction.set_rollback(True)

    assert wrong == []
    assert count > 1500


AGED = {
    14: (False, False),
    15: (True, False),
    16: (True, False),
    17: (True, False),
    18: (True, True),
}


@pytest.mark.law("self-determination", "power-of-attorney")
@pytest.mark.parametrize("years", AGED)
def test_golden_by_age_who_gives_and_who_takes(years: int) -> None:
    """Typed from law 2.9: from 15 she decides herself, of full age at 18; her parents do neither for her."""
    young = aged(years)
    there = staged(element("SK_REG"), citizens=(young, MARIE), custodies=(Custody(uid("c"), POUL.id, MARIE.id, SINCE),))
    herself, parent = ASKS[0], Ask("PARENT", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)

    may_give, may_take = AGED[years]
    assert powers.may_act(there, herself, "give", POUL.id).permitted is may_give
    assert powers.may_take(there, herself, MARIE.id).permitted is may_take
    assert not powers.may_act(there, parent, "give", POUL.id).permitted
    assert powers.may_act(there, herself, "limit", POUL.id).permitted
