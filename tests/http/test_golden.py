"""The golden cases of the law study (3.8), by number, through real HTTP with real tokens.

Each asks for the thing itself, for `$explain-access`, and then looks at the row that was written to the log.
"""

from typing import Any

import pytest

from access.vocabulary import Category
from citizens.identifiers import CPR_SYSTEM, passes_modulus_11
from organisations.models import TreatmentRelation
from tests import factories
from tests.cast import Cast
from tests.http import kit
from tests.http.asker import hers


@pytest.mark.law("treatment-lookup")
def test_case_01_hospital_nurse_reads_the_gps_diagnosis_of_an_admitted_patient(cast: Cast, as_member: Any) -> None:
    diagnosis = factories.diagnosis(**hers(cast, origin=cast.units.practice))

    read = as_member("hospital_nurse").reads("Condition", diagnosis, rule="treatment-look-up")

    assert read["code"]["coding"][0]["code"] == "R95"


@pytest.mark.law("treatment-lookup")
def test_case_02_the_same_nurse_has_no_relation_after_the_discharge(cast: Cast, as_member: Any) -> None:
    diagnosis = factories.diagnosis(**hers(cast, origin=cast.units.practice))
    nurse = as_member("hospital_nurse")
    nurse.reads("Condition", diagnosis, rule="treatment-look-up")
    TreatmentRelation.objects.filter(citizen=cast.citizen.person, origin=cast.units.ward).update(
        status="ended", end=factories.ago(days=1)
    )

    nurse.is_refused("Condition", diagnosis, gate="no_relation", reason="no_relation", hint="establish-relation")


@pytest.mark.law("treatment-lookup")
def test_case_03_municipal_nurse_reads_the_hospitals_plan(cast: Cast, as_member: Any) -> None:
    plan = factories.active_care_plan(**hers(cast, origin=cast.units.ward))

    read = as_member("municipal_nurse").reads("CarePlan", plan, rule="treatment-look-up")

    assert read["title"] == "Forløbsplan for KOL"


@pytest.mark.law("consented-disclosure")
def test_case_04_home_helper_stops_at_the_law_gate_with_the_hint_consent(cast: Cast, as_member: Any) -> None:
    plan = factories.active_care_plan(**hers(cast, origin=cast.units.ward))
    helper = as_member("home_helper")

    helper.is_refused("CarePlan", plan, gate="law_gate", reason="needs_consent", hint="consent")

    factories.disclosure_consent(**hers(cast, recipient_unit=cast.units.home_care))
    helper.reads("CarePlan", plan, rule="consented-disclosure")


def test_case_05_the_same_home_helper_reads_on_a_delegated_nursing_task(cast: Cast, as_member: Any) -> None:
    plan = factories.active_care_plan(**hers(cast, origin=cast.units.ward))
    assert cast.home_helper.person == cast.delegated_home_helper.person

    as_member("delegated_home_helper").reads("CarePlan", plan, rule="treatment-look-up")

    row = kit.last_entry(cast.citizen.person, resource_type="CarePlan", interaction="read")
    assert (row.acting_as, row.responsible_id) == ("hp-assist", cast.municipal_nurse.person.pk)


@pytest.mark.law("appointment-times")
def test_case_06_doctor_reads_the_time_of_home_care_and_not_what_it_is_about(cast: Cast, as_member: Any) -> None:
    visit = factories.home_care_visit(
        **hers(cast, origin=cast.units.home_care, description="Hjælp til bad", reason_text="Kan ikke selv")
    )
    state = factories.home_care_condition(**hers(cast, origin=cast.units.home_care))
    doctor = as_member("doctor")

    read = doctor.reads("Appointment", visit, rule="appointment-times")

    assert read["start"].startswith(f"{visit.start:%Y-%m-%dT%H:%M}")
    assert "Hjælp til bad" not in str(read)
    assert "Kan ikke selv" not in str(read)
    doctor.is_refused("Condition", state, gate="law_gate", reason="needs_consent", hint="consent")


def test_case_07_doctor_does_not_read_the_time_of_support_by_section_85(cast: Cast, as_member: Any) -> None:
    visit = factories.support_visit(**hers(cast, origin=cast.units.home_care))

    as_member("doctor").is_refused("Appointment", visit, gate="law_gate", reason="needs_consent", hint="consent")


@pytest.mark.law("decline")
def test_case_08_what_comes_from_a_blocked_municipality_is_not_there_and_the_regions_is(
    cast: Cast, as_member: Any
) -> None:
    theirs = factories.nursing_condition(**hers(cast, origin=cast.units.nursing))
    regions = factories.diagnosis(**hers(cast, origin=cast.units.ward))
    doctor = as_member("doctor")
    doctor.reads("Condition", theirs, rule="treatment-look-up")

    factories.block_of_origin(**hers(cast, origin=cast.units.municipality))

    doctor.reads("Condition", regions, rule="treatment-look-up")
    doctor.finds_nothing("Condition", theirs)


@pytest.mark.law("social-disclosure")
def test_case_14_consent_of_366_days_ago_has_expired(cast: Cast, as_member: Any) -> None:
    state = factories.home_care_condition(**hers(cast, origin=cast.units.home_care))
    factories.expired_consent(**hers(cast, recipient_unit=cast.units.ward))
    doctor = as_member("doctor")

    doctor.is_refused("Condition", state, gate="law_gate", reason="consent_expired", hint="consent")

    factories.consent(
        **hers(cast, recipient_unit=cast.units.ward, start=factories.ago(days=360), end=factories.ahead(days=1))
    )
    doctor.reads("Condition", state, rule="social-disclosure")


@pytest.mark.law("consented-disclosure")
def test_case_16_caseworker_needs_consent_for_the_hospitals_data(cast: Cast, as_member: Any) -> None:
    diagnosis = factories.diagnosis(**hers(cast, origin=cast.units.ward))
    caseworker = as_member("caseworker")

    caseworker.is_refused("Condition", diagnosis, gate="law_gate", reason="needs_consent", hint="consent")

    factories.disclosure_consent(
        **hers(cast, recipient_unit=cast.units.casework, purpose="case", families=[Category.DIAG])
    )
    caseworker.reads("Condition", diagnosis, rule="consented-disclosure")


@pytest.mark.law("plan-of-parts")
def test_case_17_mixed_plan_shows_what_stands_under_health_law_and_no_trace_of_the_rest(
    cast: Cast, as_member: Any
) -> None:
    plan = factories.mixed_plan(**hers(cast, origin=cast.units.home_care, title="Hjælp i hjemmet", description="Bad"))
    nursing, elderly = (part.intervention for part in plan.elements.order_by("pk"))

    read = as_member("doctor").reads("CarePlan", plan, rule="plan-of-parts")

    activities = [part["reference"]["reference"] for part in read["activity"]]
    assert activities == [f"ServiceRequest/{nursing.pk}"]
    assert str(elderly.pk) not in str(read)
    assert not {"title", "description"} & set(read)
    as_member("doctor").reads("ServiceRequest", nursing, rule="treatment-look-up")
    as_member("doctor").is_refused("ServiceRequest", elderly, gate="law_gate", reason="needs_consent", hint="consent")


def test_case_18_appointment_under_the_elderly_act_waits_for_its_switch(cast: Cast, as_member: Any) -> None:
    visit = factories.elderly_care_visit(**hers(cast, origin=cast.units.home_care))

    as_member("doctor").is_refused("Appointment", visit, gate="law_gate", reason="regime_switch_off", hint="consent")


def test_case_20_number_of_the_first_of_january_that_fails_modulus_11_is_a_number(
    service: kit.Service, cast: Cast
) -> None:
    number = "0101900018"
    assert not passes_modulus_11(number)
    citizen = factories.aged(36, cpr=number)
    factories.treatment_relation(citizen=citizen, origin=cast.units.ward)

    with service.as_(cast.doctor) as client:
        found = client.post("/Patient/_search", data={"identifier": f"{CPR_SYSTEM}|{number}"})
        refused = client.get("/Patient", params={"identifier": f"{CPR_SYSTEM}|{number}"})

    assert found.status_code == 200
    assert [entry["resource"]["id"] for entry in found.json()["entry"]] == [str(citizen.pk)]
    row = kit.last_entry(citizen, resource_type="Patient", interaction="search")
    assert number not in f"{row.query}{found.json()['link']}"
    assert refused.status_code == 400
