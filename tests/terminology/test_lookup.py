"""Finding a code and what follows from it: by its code alone, never by its text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminology import files, lookup
from terminology.lookup import Branch, find
from terminology.models import Code
from terminology.rows import CodeRow
from terminology.systems import CARE_SOCIAL, FSIII, ICPC2, LOCAL_INTERVENTIONS, PROFESSIONS, SKS_DIAGNOSES

pytestmark = pytest.mark.usefixtures("codes")
ALL = [row for rows in files.read_all().values() for row in rows]
DELIVERIES = Path(__file__).resolve().parents[3] / "shared" / "data"

HC, HI = "home-care-condition", "home-care-intervention"
NC, NI = "nursing-condition", "nursing-intervention"
SERVICE = "service-act"
NURSING = ("health-act", "SUL § 138")
SPOT_CHECKS = [
    ("4d46bd94-9518-431c-82e8-ebb91bca307a", "J1.1", "Vaske sig", HC, None, ""),
    ("589d1a12-9be3-4d4c-bb72-3de133731e2f", "J5.1", "Have lønnet beskæftigelse", HC, None, ""),
    ("bb0ea5fa-3462-40de-9047-a16fc4815a47", "I4.4", "Problemer med tryksår", NC, *NURSING),
    ("76878386-b3d2-4320-828a-a700e8a66234", "G1.39", "Sårbehandling", NI, *NURSING),
    ("17312894-b23f-43d9-9723-b725ac25d872", "H1.1", "Personlig hygiejne", HI, SERVICE, "SEL § 83, stk. 1, nr. 1"),
    ("9aad7654-b9f9-40a3-84d9-2ae1dec4228a", "H1.11", "Madservice", HI, SERVICE, "SEL § 83, stk. 1, nr. 3"),
    ("a6199582-15a7-4c3d-bbdf-21f5059031c6", "H2.10", "RH Udskillelser", HI, SERVICE, "SEL § 83 a"),
    ("c7d79b23-a53d-4ad5-a536-24d7c7fe8e18", "H6.1", "Vedligehold af færdigheder", HI, SERVICE, "SEL § 86, stk. 2"),
    ("4e5198d5-7d1b-44bc-9ab0-98ca8964a521", "H7.1", "Generel 0-ydelse", HI, SERVICE, ""),
    ("ccbed25e-da29-4c4e-9f6c-0b3132125336", "G2.4", "Generel 0-ydelse", NI, *NURSING),
    ("61b9a5c2-2ea7-45ad-82b8-53cbb513290e", "E4", "Revisitation", "follow-up-result", None, ""),
]  # fmt: skip

SAME_TEXT_OTHER_LAW = {
    "Personlig pleje": {
        "fdf43795-6499-4a5b-a1d9-d045975682b2": "health-act",
        "feb38b55-c2d7-4d57-99c2-93622eaa0025": None,
    },
    "Madservice": {
        "9aad7654-b9f9-40a3-84d9-2ae1dec4228a": "service-act",
        "5aa18d37-d924-4613-b6b5-1538f471db15": "elderly-act",
    },
    "Indkøb": {
        "293bd85b-d9b4-4e2c-83d9-d3df32ce9d82": None,
        "bc0306e2-5090-4bc8-b878-9814cafea403": "service-act",
    },
    "Mobilitet og bevægelse": {
        "d8aa5f09-cd9c-4996-a853-1c95ee98f25c": None,
        "dd41df82-3c13-4523-b9c5-e83676425299": "health-act",
    },
}


@pytest.mark.parametrize(("code", "legacy", "title", "branch", "law", "paragraph"), SPOT_CHECKS)
def test_code_and_legacy_code_give_the_same_row(
    code: str, legacy: str, title: str, branch: str, law: str | None, paragraph: str
) -> None:
    row = find(FSIII, code)

    assert row is not None
    assert row is find(FSIII, legacy)
    assert (row.display_da, row.branch, lookup.law_of(row), row.paragraph) == (title, branch, law, paragraph)


@pytest.mark.parametrize(("system", "code", "title"), [
    (CARE_SOCIAL, "ca552020-6ed1-4cdc-b0d4-32697f1f27ad", "FSIII tilstandsmål"),
    (ICPC2, "T90", "Diabetes type 2"),
    (SKS_DIAGNOSES, "DE11", "Type 2-diabetes"),
    (PROFESSIONS, "5166", "Sygeplejerske"),
])  # fmt: skip
def test_codes_of_other_systems_are_found(system: str, code: str, title: str) -> None:
    row = find(system, code)

    assert row is not None
    assert row.display_da == title


@pytest.mark.parametrize(("title", "laws"), SAME_TEXT_OTHER_LAW.items(), ids=SAME_TEXT_OTHER_LAW)
def test_one_title_has_several_laws(title: str, laws: dict[str, str | None]) -> None:
    rows = {code: find(FSIII, code) for code in laws}

    assert {row.display_da for row in rows.values() if row} == {title}
    assert {code: lookup.law_of(row) for code, row in rows.items() if row} == laws
    assert find(FSIII, title) is None


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(FSIII, "00000000-0000-4000-8000-000000000000", id="unknown-uuid"),
        pytest.param(FSIII, "J1.99", id="unknown-legacy"),
        pytest.param(FSIII, "", id="empty"),
        pytest.param(FSIII, "j1.1", id="other-case"),
        pytest.param(FSIII, "0fa991ef-", id="beginning-of-a-code"),
        pytest.param(FSIII, "T90", id="code-of-another-system"),
        pytest.param(ICPC2, "J1.1", id="legacy-code-in-another-system"),
        pytest.param("", "J1.1", id="no-system"),
        pytest.param(LOCAL_INTERVENTIONS, "H1.1.1", id="local-code"),
    ],
)
def test_unknown_code_gives_none(system: str, code: str) -> None:
    assert find(system, code) is None


@given(st.sampled_from(ALL))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_code_is_found_whole_by_each_of_its_names(row: CodeRow) -> None:
    assert find(row.system, row.code) == row
    if row.legacy_code:
        assert find(row.system, row.legacy_code) == row


@given(st.sampled_from(sorted({row.system for row in ALL})), st.text(max_size=40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_is_found_that_does_not_carry_the_name(system: str, code: str) -> None:
    row = find(system, code)

    assert row is None or (row.system == system and code in {row.code, row.legacy_code})


def test_look_up_costs_one_statement_per_process(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for row in ALL:
            assert find(row.system, row.code) is not None
        assert find(FSIII, "unknown") is None


def test_table_cannot_be_changed_by_callers() -> None:
    with pytest.raises(TypeError):
        lookup.table()[FSIII, "x"] = ALL[0]  # type: ignore[index]


def test_refresh_reads_the_table_again() -> None:
    assert find(FSIII, "J1.1") is not None
    Code.objects.filter(legacy_code="J1.1").update(is_active=False)
    assert find(FSIII, "J1.1").is_active  # type: ignore[union-attr]

    lookup.refresh()

    assert not find(FSIII, "J1.1").is_active  # type: ignore[union-attr]


def test_empty_table_is_asked_again() -> None:
    Code.objects.all().delete()
    assert find(FSIII, "J1.1") is None
    Code.objects.create(system=FSIII, code="x", legacy_code="J1.1", display_da="Ny", branch="home-care-condition")

    assert find(FSIII, "J1.1") is not None


def test_choices_leave_out_groups_and_retired_codes() -> None:
    Code.objects.filter(legacy_code="J1.1").update(is_active=False)

    choices = lookup.choices_of("home-care-condition")

    assert len(choices) == 36
    assert not any(row.is_group for row in choices)
    assert [row.area for row in choices] == sorted(row.area for row in choices)


@pytest.mark.parametrize(
    ("code", "level"),
    [("B1", 0), ("B2", 1), ("B3", 2), ("B4", 3), ("B5", 4), ("B6", lookup.NOT_RELEVANT),
     ("d984ad21-48fe-4619-845e-2aa0303048e7", 2), ("C1", None), ("J1.1", None), ("E2", None)],
)  # fmt: skip
def test_severity_level(code: str, level: int | None) -> None:
    row = find(FSIII, code)

    assert row is not None
    assert lookup.severity_level(row) == level


@pytest.mark.parametrize(
    ("code", "branch"),
    [
        ("I13.1", Branch("nursing-condition", *NURSING)),
        ("I4", Branch("nursing-condition", *NURSING)),
        ("J1.99", Branch("home-care-condition")),
        ("G1.99", Branch("nursing-intervention", *NURSING)),
        ("H1.1", Branch("home-care-intervention", "service-act", "SEL § 83, stk. 1, nr. 1")),
        ("H1.1.1", Branch("home-care-intervention", "service-act", "SEL § 83, stk. 1, nr. 1")),
        ("H1.8.2", Branch("home-care-intervention", "service-act", "SEL § 83, stk. 1, nr. 2")),
        ("H1.99", Branch("home-care-intervention", "service-act", "SEL § 83, stk. 1")),
        ("H2.99", Branch("home-care-intervention", "service-act", "SEL § 83 a")),
        ("H3.99", Branch("home-care-intervention", "service-act", "SEL § 84, stk. 1")),
        ("H4.99", Branch("home-care-intervention", "service-act", "SEL § 84, stk. 2")),
        ("H5.99", Branch("home-care-intervention", "service-act", "SEL § 86, stk. 1")),
        ("H6.99", Branch("home-care-intervention", "service-act", "SEL § 86, stk. 2")),
        ("H7.99", Branch("home-care-intervention", "service-act")),
        ("H99.1", Branch("home-care-intervention", "service-act")),
        ("B7", Branch("scale")),
        ("C9", Branch("performance")),
        ("D9", Branch("experienced-limitation")),
        ("E9", Branch("follow-up-result")),
        ("F3", Branch("general-information")),
    ],
)
def test_legacy_code_tells_its_branch(code: str, branch: Branch) -> None:
    assert lookup.branch_of_legacy(code) == branch


@pytest.mark.parametrize("code", ["", "X1.1", "1.1", "j1.1", "J1.1 ", "J.1", "J1.", "J1.1a", "J１.1", "Vaske sig",
                                  "4d46bd94-9518-431c-82e8-ebb91bca307a", "B" * 40, "A1"])  # fmt: skip
def test_what_is_no_legacy_code_has_no_branch(code: str) -> None:
    assert lookup.branch_of_legacy(code) is None


def test_letter_and_table_agree_on_every_known_legacy_code() -> None:
    for row in ALL:
        if row.system == FSIII and row.legacy_code:
            told = lookup.branch_of_letter(row.legacy_code)
            assert told is not None
            assert (told.slug, told.law) == (row.branch, row.law)
            assert row.paragraph.startswith(told.paragraph)


CARE = "http://fhir.kl.dk/gateway/StructureDefinition/klgateway-care-condition"
REHAB = "http://fhir.kl.dk/rehab/StructureDefinition/klgateway-140-"
PREVENTION = "http://fhir.kl.dk/prevention/StructureDefinition/klgateway-119-"


@pytest.mark.parametrize(
    ("profile", "has_severity", "branch"),
    [
        (REHAB + "condition", None, Branch("rehab-condition", "health-act", "SUL § 140")),
        (REHAB + "planned-intervention", None, Branch("rehab-intervention", "health-act", "SUL § 140")),
        (PREVENTION + "condition|2.1.0", None, Branch("prevention-condition", "health-act", "SUL § 119")),
        (PREVENTION + "planned-intervention", None, Branch("prevention-intervention", "health-act", "SUL § 119")),
        (CARE, True, Branch("home-care-condition")),
        (CARE, False, Branch("nursing-condition", "health-act", "SUL § 138")),
        (CARE, None, None),
        ("http://fhir.kl.dk/gateway/StructureDefinition/klgateway-care-planned-intervention", None, None),
        ("", None, None),
    ],
)
def test_profile_tells_the_branch_of_an_unknown_code(
    profile: str, has_severity: bool | None, branch: Branch | None
) -> None:
    assert lookup.branch_of_profile(profile, has_severity=has_severity) == branch


@pytest.mark.parametrize(
    ("profile", "law"),
    [(REHAB + "encounter", "health-act"), (PREVENTION + "care-plan", "health-act"), (CARE, None), ("", None)],
)
def test_profile_family_tells_the_law(profile: str, law: str | None) -> None:
    assert lookup.law_of_profile(profile) == law


def codings(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if "system" in value and "code" in value:
            yield value["system"], value["code"]
        for part in value.values():
            yield from codings(part)
    elif isinstance(value, list):
        for part in value:
            yield from codings(part)


@pytest.mark.parametrize("folder", ["kl-gateway-care", "kl-gateway-rehab", "kl-gateway-prevention"])
def test_every_municipal_code_of_a_real_delivery_is_known(folder: str) -> None:
    paths = sorted((DELIVERIES / folder).glob("*.json"))
    if not paths:
        pytest.skip(f"no sample deliveries at {DELIVERIES / folder}")

    seen = {coding for path in paths for coding in codings(json.loads(path.read_text(encoding="utf-8")))}

    ours = {(system, code) for system, code in seen if system in {FSIII, CARE_SOCIAL, SKS_DIAGNOSES}}
    assert ours
    assert [coding for coding in sorted(ours) if find(*coding) is None] == []
