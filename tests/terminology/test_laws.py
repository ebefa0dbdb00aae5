"""Our names of the acts and those of FHIR."""

import pytest

from terminology import laws


@pytest.mark.parametrize(
    ("law", "code"),
    [("health-act", "healthcare-act"), ("service-act", "service-act"), ("elderly-act", "elderly-act")],
)
def test_law_goes_to_fhir_and_back(law: str, code: str) -> None:
    assert laws.to_fhir(law) == code
    assert laws.from_fhir(code) == law


@pytest.mark.parametrize("law", ["psychiatry-act", "citizen", "healthcare-act", ""])
def test_law_without_a_national_code_has_none(law: str) -> None:
    assert laws.to_fhir(law) is None


@pytest.mark.parametrize("code", ["health-act", "psychiatry-act", ""])
def test_our_own_names_are_not_taken_for_fhir(code: str) -> None:
    assert laws.from_fhir(code) is None


def test_every_law_that_a_code_implies_can_be_recorded_and_sent() -> None:
    assert set(laws.CODE_LAWS) <= set(laws.RECORDING_LAWS)
    assert all(laws.to_fhir(law) for law in laws.CODE_LAWS)
    assert set(laws.SOCIAL_LAWS) < set(laws.CODE_LAWS)
