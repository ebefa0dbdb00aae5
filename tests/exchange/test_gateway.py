"""What a delivery report becomes: law, links, relations, errors taken back, death."""

from datetime import date
from typing import Any

import pytest

from audit.models import Version
from careplans.models import CompletedIntervention, Condition, Contact, FollowUp, Intervention, InterventionCondition
from citizens.models import Citizen
from exchange.models import Delivered
from goals.models import Goal, GoalCondition
from organisations.models import Organisation, TreatmentRelation
from terminology.models import Code
from tests.exchange.builders import (
    ELSE,
    MUNICIPALITY,
    SKS,
    completed,
    concept,
    condition,
    contact,
    follow_up,
    goal,
    named_follow_up,
    patient,
    planned,
    report,
)
from tests.exchange.conftest import Deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def elderly(codes: None) -> str:
    """A code of an intervention under the act of the elderly."""
    return str(
        Code.objects.filter(law="elderly-act", is_group=False).order_by("code").values_list("code", flat=True)[0]
    )


def law_of(model: Any, key: str) -> tuple[str, str]:
    row = model.objects.get(source_id=key)
    return row.category, row.recorded_under


def relations() -> dict[str, TreatmentRelation]:
    return {row.basis: row for row in TreatmentRelation.objects.all()}


def test_unknown_citizen_is_created_with_the_birth_date_of_her_number(deliver: Deliver) -> None:
    found = deliver(report(condition("a")))

    citizen = Citizen.objects.get(cpr=ELSE)
    assert citizen.birth_date == date(1935, 3, 14)
    assert (citizen.given_name, citizen.family_name, citizen.street) == ("", "", "")
    assert found.citizens[0].notes == ["citizen-created", "organisation-created"]


def test_known_name_is_never_overwritten(deliver: Deliver) -> None:
    deliver(report(condition("a")))
    Citizen.objects.update(given_name="Else Test")

    deliver(report(condition("a", status="inactive"), at="2025-03-11T02:00:00Z"))

    assert Citizen.objects.get().given_name == "Else Test"


def test_unknown_municipality_is_created_by_its_sor_code(deliver: Deliver) -> None:
    deliver(report(condition("a")))

    unit = Organisation.objects.get(sor=MUNICIPALITY)
    assert (unit.kind, unit.authority_id, unit.name) == ("municipality", unit.pk, f"SOR {MUNICIPALITY}")
    assert Condition.objects.get().origin == unit


def test_nursing_condition_is_health_and_home_care_condition_is_social(deliver: Deliver) -> None:
    deliver(report(condition("nursing", "I2.1"), condition("home", "J1.3", "B4")))

    assert law_of(Condition, "nursing") == ("cond-sul", "health-act")
    assert law_of(Condition, "home") == ("cond-soc", "service-act")
    assert Condition.objects.get(source_id="home").severity == 3


def test_legacy_code_is_kept_by_its_exact_name(deliver: Deliver) -> None:
    deliver(report(condition("home", "J3.8", "B2")))

    kept = Condition.objects.get()
    assert len(kept.code) == 36
    assert kept.display


def test_same_text_under_three_laws_is_decided_by_code(deliver: Deliver) -> None:
    """ "Personlig pleje" is a home-care condition, a nursing intervention and a service."""
    home = condition("home", "feb38b55-c2d7-4d57-99c2-93622eaa0025", "B2")
    nursing = planned("nursing", "fdf43795-6499-4a5b-a1d9-d045975682b2")

    deliver(report(home, nursing))

    assert law_of(Condition, "home") == ("cond-soc", "service-act")
    assert law_of(Intervention, "nursing") == ("int-sul", "health-act")


def test_grant_of_the_elderly_act_in_the_delivery_decides_home_care(deliver: Deliver, elderly: str) -> None:
    deliver(
        report(
            condition("home", "J1.3", "B4"),
            goal("goal", "home"),
            condition("n"),
            planned("grant", elderly),
            contact("c", ("home",)),
        )
    )

    assert law_of(Condition, "home") == ("cond-soc", "elderly-act")
    assert law_of(Goal, "goal") == ("goal-soc", "elderly-act")
    assert law_of(Contact, "c") == ("int-soc", "elderly-act")
    assert law_of(Intervention, "grant") == ("int-soc", "elderly-act")
    assert law_of(Condition, "n") == ("cond-sul", "health-act")
    assert relations()["care-grant"].recorded_under == "elderly-act"


def test_grant_that_is_stored_already_decides_home_care(deliver: Deliver, elderly: str) -> None:
    deliver(report(planned("grant", elderly)))

    deliver(report(condition("home", "J1.3", "B4"), at="2025-03-12T02:00:00Z"))

    assert law_of(Condition, "home") == ("cond-soc", "elderly-act")


def test_grant_that_comes_later_corrects_home_care_in_a_new_version(deliver: Deliver, elderly: str) -> None:
    deliver(report(condition("home", "J1.3", "B4"), goal("goal", "home"), follow_up("f", "Condition/home")))

    deliver(report(planned("grant", elderly, "2025-03-01"), at="2025-03-12T02:00:00Z"))

    assert law_of(Condition, "home") == ("cond-soc", "elderly-act")
    assert law_of(Goal, "goal") == ("goal-soc", "elderly-act")
    assert law_of(FollowUp, "f") == ("cond-soc", "elderly-act")
    assert Condition.objects.get().version == 2


def test_grant_entered_in_error_decides_nothing(deliver: Deliver, elderly: str) -> None:
    deliver(report(condition("home", "J1.3", "B4"), planned("grant", elderly)))

    deliver(report(planned("grant", elderly, status="entered-in-error"), at="2025-03-12T02:00:00Z"))

    assert law_of(Condition, "home") == ("cond-soc", "service-act")
    assert relations()["care-grant"].status == "refuted"


def test_grant_at_another_municipality_decides_nothing(deliver: Deliver, elderly: str) -> None:
    deliver(report(planned("grant", elderly), who=patient(unit="777000016003")))

    deliver(report(condition("home", "J1.3", "B4"), at="2025-03-12T02:00:00Z"))

    assert law_of(Condition, "home") == ("cond-soc", "service-act")


def test_goal_keeps_severity_and_condition(deliver: Deliver) -> None:
    deliver(report(condition("home", "J1.3", "B4"), goal("goal", "home", "B2")))

    found = Goal.objects.get()
    assert (found.kind, found.severity_expected, found.start_on) == ("functional", 1, date(2025, 3, 2))
    assert GoalCondition.objects.get().condition.source_id == "home"


def test_planned_intervention_keeps_paragraph_local_code_period_and_reasons(deliver: Deliver) -> None:
    made = planned("h", "H1.1", "2025-03-02", "2025-06-30", reasons=("home",))
    local = {"system": "http://fhir.kl.dk/gateway/CodeSystem/LocallyDefinedInterventions", "code": "H1.1.7"}
    made["activity"][0]["detail"]["code"]["coding"].append(local | {"display": "Lokal ydelse"})

    deliver(report(condition("home", "J1.3", "B4"), made))

    found = Intervention.objects.get()
    assert (found.local_code, found.paragraph) == ("H1.1.7", "SEL § 83, stk. 1, nr. 1")
    assert found.start.isoformat() == "2025-03-01T23:00:00+00:00"
    assert found.reasons.get().condition.source_id == "home"


def test_completed_intervention_and_contact_keep_their_reasons(deliver: Deliver) -> None:
    deliver(report(condition("n"), completed("p", reasons=("n",)), contact("c", ("n",))))

    assert law_of(CompletedIntervention, "p") == ("int-sul", "health-act")
    assert law_of(Contact, "c") == ("int-sul", "health-act")
    assert InterventionCondition.objects.count() == 2


def test_contact_about_both_laws_is_taken_as_home_care(deliver: Deliver) -> None:
    deliver(report(condition("n"), condition("home", "J1.3", "B4"), contact("c", ("n", "home"))))

    assert law_of(Contact, "c") == ("int-soc", "service-act")


def test_contact_that_delivers_a_nursing_intervention_is_health(deliver: Deliver) -> None:
    deliver(report(planned("g"), contact("c", delivers=("g",), status="finished")))

    assert law_of(Contact, "c") == ("int-sul", "health-act")


def test_contact_takes_its_law_from_the_condition_that_names_it(deliver: Deliver) -> None:
    deliver(report(condition("n", extension=named_follow_up("c")), contact("c")))

    assert law_of(Contact, "c") == ("int-sul", "health-act")
    assert InterventionCondition.objects.get().condition.source_id == "n"


def test_follow_up_takes_the_law_of_each_focus(deliver: Deliver) -> None:
    focus = ("Condition/n", "Condition/home", "CarePlan/g")
    deliver(report(condition("n"), condition("home", "J1.3", "B4"), planned("g"), follow_up("f", *focus)))

    assert law_of(FollowUp, "f") == ("cond-sul", "health-act")
    assert law_of(FollowUp, "f/home") == ("cond-soc", "service-act")
    assert law_of(FollowUp, "f/g") == ("int-sul", "health-act")
    assert FollowUp.objects.get(source_id="f/g").intervention.source_id == "g"


def test_focus_that_is_dropped_is_entered_in_error(deliver: Deliver) -> None:
    deliver(report(condition("n"), condition("m"), follow_up("f", "Condition/n", "Condition/m")))

    deliver(report(follow_up("f", "Condition/n"), at="2025-03-12T02:00:00Z"))

    assert FollowUp.objects.get(source_id="f/m").status == "entered-in-error"
    assert FollowUp.objects.get(source_id="f").status == "final"


def test_citizens_own_view_is_the_citizens(deliver: Deliver) -> None:
    own = follow_up("o", "Condition/home", value="C1", code=concept("C"))

    deliver(report(condition("home", "J1.3", "B4"), own))

    assert FollowUp.objects.get().author_kind == "citizen"
    assert law_of(FollowUp, "o") == ("cond-soc", "service-act")


def test_area_of_interest_is_kept_without_focus(deliver: Deliver) -> None:
    deliver(report(follow_up("area", value="", code=concept("J1"))))

    assert law_of(FollowUp, "area") == ("cond-soc", "service-act")


def test_diagnosis_is_kept_by_its_register(deliver: Deliver) -> None:
    focus = condition("d")
    focus["code"] = concept("DJ449", SKS)
    del focus["recordedDate"]

    deliver(report(focus))

    assert law_of(Condition, "d") == ("diag", "health-act")
    assert Condition.objects.get().recorded_on == date(2025, 3, 10)


def test_entered_in_error_invalidates(deliver: Deliver) -> None:
    deliver(report(condition("n"), planned("g"), follow_up("f", "Condition/n")))
    error = concept("entered-in-error", "http://terminology.hl7.org/CodeSystem/condition-ver-status")
    wrong = condition("n", verificationStatus=error)
    del wrong["clinicalStatus"]

    deliver(report(wrong, planned("g", status="entered-in-error"), at="2025-03-12T02:00:00Z"))

    assert Condition.objects.get().verification == "entered-in-error"
    assert Intervention.objects.get().status == "entered-in-error"
    assert relations()["sul138-grant"].status == "refuted"


def test_grants_open_a_verified_relation_for_each_basis(deliver: Deliver) -> None:
    deliver(report(planned("g", "G1.10", "2025-03-02"), planned("h", "H1.1", "2025-02-01")))

    found = relations()
    assert {name: (row.status, row.end, row.evidence_source) for name, row in found.items()} == {
        "sul138-grant": ("verified", None, "eoj"),
        "care-grant": ("verified", None, "eoj"),
    }
    assert found["care-grant"].start.isoformat() == "2025-01-31T23:00:00+00:00"


def test_relation_ends_when_every_grant_of_its_basis_has(deliver: Deliver) -> None:
    deliver(report(planned("g", "G1.10", "2025-03-02"), planned("k", "G1.39", "2025-03-05")))
    ended = planned("g", "G1.10", "2025-03-02", "2025-03-10", status="completed")

    deliver(report(ended, at="2025-03-11T02:00:00Z"))
    still = relations()["sul138-grant"]
    assert (still.status, still.end) == ("verified", None)

    other = planned("k", "G1.39", "2025-03-05", "2025-03-12", status="revoked")
    deliver(report(other, at="2025-03-13T02:00:00Z"))

    relation = relations()["sul138-grant"]
    assert relation.status == "ended"
    assert relation.end.isoformat() == "2025-03-12T23:00:00+00:00"


def test_grant_that_ended_without_an_end_ended_when_that_was_first_said(deliver: Deliver) -> None:
    deliver(report(planned("g", "G1.10", "2025-03-02")))

    for at in ("2025-03-11T02:00:00Z", "2025-03-15T02:00:00Z"):
        deliver(report(planned("g", "G1.10", "2025-03-02", status="completed"), at=at))

    assert relations()["sul138-grant"].end.isoformat() == "2025-03-11T02:00:00+00:00"


def test_activity_that_is_completed_ends_a_plan_that_says_active(deliver: Deliver) -> None:
    deliver(report(planned("g", end="2025-03-04", activity="completed")))

    assert Intervention.objects.get().status == "completed"
    assert relations()["sul138-grant"].status == "ended"


def test_prevention_opens_no_relation(deliver: Deliver) -> None:
    profile = "klgateway-119-planned-intervention"

    deliver(report(planned("v", "c9a99304-1788-43b7-b7be-e187b092ae9c", profile=profile)))

    assert law_of(Intervention, "v") == ("int-sul", "health-act")
    assert relations() == {}


def test_unknown_code_of_prevention_counts_by_its_profile(deliver: Deliver) -> None:
    profile = "klgateway-119-planned-intervention"

    deliver(report(planned("v", "11111111-2222-4333-8444-555555555555", profile=profile)))

    assert Intervention.objects.get().paragraph == "SUL § 119"


def test_death_is_recorded_and_ends_relations(deliver: Deliver) -> None:
    deliver(report(planned("g")))

    found = deliver(report(condition("n"), at="2025-03-12T02:00:00Z", who=patient(deceasedBoolean=True)))

    assert "citizen-deceased" in found.citizens[0].notes
    assert Citizen.objects.get().died_at.isoformat() == "2025-03-12T02:00:00+00:00"
    relation = relations()["sul138-grant"]
    assert (relation.status, relation.end) == ("ended", Citizen.objects.get().died_at)


def test_death_said_in_error_is_taken_back(deliver: Deliver) -> None:
    deliver(report(planned("g"), who=patient(deceasedDateTime="2025-03-09")))

    deliver(report(planned("g"), at="2025-03-12T02:00:00Z", who=patient(deceasedBoolean=False)))

    assert Citizen.objects.get().died_at is None
    assert relations()["sul138-grant"].status == "verified"


def test_death_that_others_told_of_stands(deliver: Deliver) -> None:
    deliver(report(planned("g")))
    Citizen.objects.update(died_at="2025-03-01T00:00:00Z")

    deliver(report(planned("g"), at="2025-03-12T02:00:00Z", who=patient(deceasedBoolean=False)))

    assert Citizen.objects.get().died_at is not None


def test_changed_reasons_replace_the_old_ones(deliver: Deliver) -> None:
    deliver(report(condition("n"), condition("m"), planned("g", reasons=("n",))))

    deliver(report(planned("g", reasons=("m",)), at="2025-03-12T02:00:00Z"))

    assert [row.condition.source_id for row in InterventionCondition.objects.all()] == ["m"]
    assert Intervention.objects.get().version == 2


def test_update_makes_one_version_and_an_older_bundle_none(deliver: Deliver) -> None:
    deliver(report(goal("goal", "home"), condition("home", "J1.3", "B4")))
    deliver(report(goal("goal", "home", lifecycleStatus="completed"), at="2025-03-12T02:00:00Z"))

    late = deliver(report(goal("goal", "home", "B3"), at="2025-03-11T02:00:00Z"))

    found = Goal.objects.get()
    assert (found.version, found.status, found.severity_expected) == (2, "completed", 0)
    assert late.citizens[0].outcome == "outdated"
    assert Version.objects.filter(resource_id=found.pk).count() == 2


def test_text_that_no_one_asked_for_is_not_kept(deliver: Deliver) -> None:
    secret = "Datteren ringer hver dag"
    told = condition("n", note=[{"text": secret}])
    told["text"] = {"status": "generated", "div": f"<div>{secret}</div>"}

    deliver(report(told))

    assert secret not in repr(list(Delivered.objects.values()))
    assert secret not in repr(list(Version.objects.values()))
