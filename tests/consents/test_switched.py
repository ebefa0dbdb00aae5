"""What switches change of who writes: consents, blocks and life goals by who acts for the citizen; and the forms."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from access.open_questions import EMERGENCY_SOCIAL_ACCESS, ORAL_SOCIAL_CONSENT
from access.vocabulary import ActingAs, Category
from consents.models import Block, Consent, Override
from goals.fhir import LIFE_GOAL
from goals.models import Goal
from tests import factories
from tests.asking import Answer, Asking, nothing_written
from tests.cast import Cast, Member, make_cast
from tests.consents import bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@dataclass
class Family:
    """A proxy with and without the right to write, a parent of a child, one of a young person, and a guardian."""

    proxy: Any
    reading_proxy: Any
    parent: Any
    parent_of_16: Any
    guardian: Any
    child: Any
    young: Any


@pytest.fixture
def family(cast: Cast) -> Family:
    """Those who act for others; the proxies and the guardian for the citizen of the cast."""
    tove = cast.citizen.person
    adults = [factories.aged(45) for _ in range(4)]
    child, young = factories.aged(10), factories.aged(16)
    factories.power_of_attorney(principal=tove, attorney=adults[0], may_write=True)
    factories.power_of_attorney(principal=tove, attorney=adults[1], may_write=False)
    for one in (child, young):
        factories.custody(child=one, parent=adults[2])
    factories.guardianship(ward=tove, guardian=adults[3])

    def acting(who: Any, acting_as: ActingAs, whom: Any) -> Any:
        return cast.citizen.asking(acting_as=acting_as, citizen_id=who.pk, on_behalf_of=whom.pk)

    return Family(
        acting(adults[0], ActingAs.PROXY, tove),
        acting(adults[1], ActingAs.PROXY, tove),
        acting(adults[2], ActingAs.PARENT, child),
        acting(adults[2], ActingAs.PARENT, young),
        acting(adults[3], ActingAs.GUARDIAN, tove),
        child,
        young,
    )


def about(body: dict[str, Any], asker: Any) -> dict[str, Any]:
    """The body, about the one for whom the asker acts."""
    key = "subject" if body["resourceType"] == "Goal" else "patient"
    return body | {key: {"reference": f"Patient/{asker.on_behalf_of}"}}


def life_goal() -> dict[str, Any]:
    """A life goal in somebody's words."""
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"code": LIFE_GOAL}]}],
        "description": {"text": "Gå tur ved havet (test)"},
    }


def sent(kind: str, asker: Any, body: dict[str, Any]) -> Answer:
    """Try to make it."""
    return Asking(asker).post(kind, about(body, asker))


CASES = [
    ("proxies-block", "proxy", "deny", ("reading_proxy",)),
    ("parents-block", "parent", "deny", ("parent_of_16",)),
    ("guardians-block", "guardian", "deny", ()),
    ("proxies-consent", "proxy", "permit", ("reading_proxy",)),
    ("proxies-write-goals", "proxy", "goal", ("reading_proxy",)),
    ("parents-write-goals", "parent", "goal", ("parent_of_16",)),
]


@pytest.mark.parametrize(("code", "who", "what", "others"), CASES, ids=[row[0] for row in CASES])
@pytest.mark.law("power-of-attorney", "custody", "guardianship")
def test_who_acts_for_the_citizen_decides_and_writes_only_by_the_switch(
    cast: Cast, family: Family, code: str, who: str, what: str, others: tuple[str, ...]
) -> None:
    kind = "Goal" if what == "goal" else "Consent"

    def body() -> dict[str, Any]:
        return life_goal() if what == "goal" else getattr(bodies, what)(cast)

    asker = getattr(family, who)
    with nothing_written(Block, Consent, Goal):
        assert sent(kind, asker, body()).status in (403, 422)

    factories.switch_position(code)

    for other in others:
        with nothing_written(Block, Consent, Goal):
            assert sent(kind, getattr(family, other), body()).status in (403, 422)
    with nothing_written(Block, Consent, Goal):
        assert sent(kind, cast.doctor.asking(on_behalf_of=asker.on_behalf_of), body() | {"policy": []}).status >= 400
    made = sent(kind, asker, body())
    assert made.status == 201, made.body
    if kind == "Goal":
        goal = Goal.objects.get(pk=made.body["id"])
        assert (goal.author_kind, goal.category) == ("relative", Category.GOAL_LIFE)
    else:
        row = (Block if what == "deny" else Consent).objects.get(pk=made.body["id"])
        assert (row.given_by_id, row.citizen_id) == (asker.citizen_id, asker.on_behalf_of)


def test_one_switch_opens_no_other_decision(cast: Cast, family: Family) -> None:
    factories.switch_position("proxies-block")

    with nothing_written(Block, Consent, Goal):
        assert sent("Consent", family.proxy, bodies.permit(cast)).status == 422
        assert sent("Goal", family.proxy, life_goal()).status == 403
        assert sent("Consent", family.guardian, bodies.deny(cast)).status == 422


@pytest.mark.law("guardianship")
def test_a_guardian_writes_life_goals_as_the_law_lets_her(cast: Cast, family: Family) -> None:
    assert sent("Goal", family.guardian, life_goal()).status == 201


def note(cast: Cast, form: str = "oral") -> Answer:
    """The nurse of the municipality notes a consent to share what home care wrote."""
    helper: Member = cast.home_helper
    return Asking(helper.actor).post("Consent", bodies.noted(cast, form, "fvl28"))


@pytest.mark.law("noted-consent", "social-disclosure")
def test_a_consent_to_share_social_data_is_oral_only_by_the_switch(cast: Cast) -> None:
    with nothing_written(Consent):
        assert note(cast).rule == "consent-in-writing"

    factories.switch_position(ORAL_SOCIAL_CONSENT)

    made = note(cast)
    assert made.status == 201, made.body
    assert Consent.objects.get(pk=made.body["id"]).form == "oral"
    with nothing_written(Consent):
        assert (
            Asking(cast.doctor.actor).post("Consent", bodies.noted(cast, "oral", "sul43")).rule == "consent-in-writing"
        )


def oral(cast: Cast, **changes: Any) -> Consent:
    """One straight to the table."""
    return factories.consent(citizen=cast.citizen.person, form="oral", created_at=cast.moment, **changes)


def test_the_database_asks_the_switch_too(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        oral(cast)
    factories.switch_position(ORAL_SOCIAL_CONSENT)
    oral(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        oral(cast, kind="sul43", purpose="care")


def declare(who: Any, **more: str) -> Answer:
    """Declare an override, with a reason for the social data where one is given."""
    given = {"reason-code": "unreachable_or_incapacitated", "reason": "Bevidstløs ved ankomst (test)", **more}
    parameters = [
        {"name": name, "valueCode" if name == "reason-code" else "valueString": value} for name, value in given.items()
    ]
    body = {"resourceType": "Parameters", "parameter": parameters}
    return Asking(who.actor).post(f"Patient/{who.patient}/$override", body)


@pytest.mark.law("emergency")
def test_social_data_in_an_emergency_are_asked_for_by_the_switch_with_a_reason_of_their_own(cast: Cast) -> None:
    @dataclass
    class Asker:
        actor: Any
        patient: Any = cast.citizen.person.pk

    doctor, assistant = Asker(cast.doctor.actor), Asker(cast.delegated_home_helper.actor)
    reason = "Vi kender ikke hjælpen i hjemmet (test)"
    with nothing_written(Override):
        assert declare(doctor, **{"social-reason": reason}).rule == "override-social-closed"

    factories.switch_position(EMERGENCY_SOCIAL_ACCESS)

    with nothing_written(Override):
        assert declare(assistant, **{"social-reason": reason}).rule == "override-social-closed"
        assert declare(doctor, **{"social-reason": "nød"}).rule == "override-social-reason"
        consenting = {"social-reason": reason, "reason-code": "patient_consents_now"}
        assert declare(doctor, **consenting).rule == "override-social-consent"
    assert declare(doctor, **{"social-reason": reason}).status == 201
    assert Override.objects.get().social_reason == reason
