"""What the code files hold, counted against the official lists, and what a bad file is refused for."""

from collections import Counter
from pathlib import Path

import pytest

from terminology import files, systems
from terminology.rows import CodeRow

ALL = [row for rows in files.read_all().values() for row in rows]
FSIII = [row for row in ALL if row.system == systems.FSIII]
HEADER = ",".join(CodeRow._fields)
LINE = "urn:x,a,,Titel,,,scale,,,,0,1"

CHOICES_PER_BRANCH = {
    "home-care-condition": 37,
    "nursing-condition": 52,
    "home-care-intervention": 40,
    "nursing-intervention": 52,
    "rehab-condition": 1,
    "rehab-intervention": 10,
    "prevention-condition": 25,
    "prevention-intervention": 15,
    "aids-intervention": 6,
    "general-information": 11,
    "scale": 6,
    "performance": 4,
    "experienced-limitation": 2,
    "follow-up-result": 4,
    "goal-kind": 3,
    "goal-category": 6,
    "informer": 6,
    "encounter-type": 5,
    "profession": 7,
}
NEW_IN_2024 = {
    "home-care-condition": 7,
    "nursing-condition": 9,
    "home-care-intervention": 9,
    "nursing-intervention": 9,
}
PARAGRAPHS_OF_HOME_CARE = {
    "SEL § 83, stk. 1, nr. 1": 6,
    "SEL § 83, stk. 1, nr. 2": 5,
    "SEL § 83, stk. 1, nr. 3": 1,
    "SEL § 83 a": 11,
    "SEL § 84, stk. 1": 3,
    "SEL § 84, stk. 2": 1,
    "SEL § 86, stk. 1": 1,
    "SEL § 86, stk. 2": 1,
    "ÆL § 16": 2,
    "": 9,
}
LEGACY_RUNS = {"G1": {*range(5, 13), *range(14, 33), *range(34, 43), 44, 46, 47}, "G2": set(range(1, 5)),
               "H1": set(range(1, 13)), "H2": set(range(1, 12)), "H3": {1, 2, 3}, "H4": {1}, "H5": {1}, "H6": {1},
               "H7": {1, 2}, "I1": {1, 2}, "I2": {1}, "I3": set(range(1, 6)), "I4": set(range(1, 10)), "I5": {1},
               "I6": set(range(1, 5)), "I7": {1, 2}, "I8": {1}, "I9": set(range(1, 9)), "I10": {1, 2},
               "I11": set(range(1, 5)), "I12": set(range(1, 5)), "J1": set(range(1, 9)), "J2": set(range(1, 5)),
               "J3": set(range(1, 10)), "J4": set(range(1, 9)), "J5": {1}}  # fmt: skip


def choices(branch: str) -> list[CodeRow]:
    return [row for row in ALL if row.branch == branch and not row.is_group]


@pytest.mark.parametrize(("branch", "count"), CHOICES_PER_BRANCH.items(), ids=CHOICES_PER_BRANCH)
def test_every_branch_holds_as_many_codes_as_its_official_list(branch: str, count: int) -> None:
    assert len(choices(branch)) == count


@pytest.mark.parametrize(("branch", "count"), NEW_IN_2024.items(), ids=NEW_IN_2024)
def test_codes_of_the_simplification_have_no_legacy_code(branch: str, count: int) -> None:
    assert sum(not row.legacy_code for row in choices(branch)) == count


def test_legacy_codes_run_as_in_the_official_lists() -> None:
    found: dict[str, set[int]] = {}
    for row in FSIII:
        if "." in row.legacy_code:
            group, number = row.legacy_code.split(".")
            found.setdefault(group, set()).add(int(number))

    assert found == LEGACY_RUNS


def test_home_care_interventions_are_spread_over_the_paragraphs() -> None:
    assert Counter(row.paragraph for row in choices("home-care-intervention")) == PARAGRAPHS_OF_HOME_CARE


def test_law_follows_branch_and_paragraph() -> None:
    laws = {(row.branch, row.paragraph.partition(" ")[0], row.law) for row in FSIII if row.branch.endswith("ion")}

    assert laws >= {("nursing-condition", "SUL", "health-act"), ("home-care-condition", "", "")}
    for branch, act, law in laws:
        expected = {"SUL": "health-act", "SEL": "service-act", "ÆL": "elderly-act"}
        assert law == expected.get(act, law), (branch, act, law)
        if branch.startswith(("nursing", "rehab", "prevention")):
            assert law == "health-act"
        if branch == "home-care-intervention":
            assert law != "health-act"


def test_elderly_act_has_its_nine_interventions() -> None:
    rows = [row for row in choices("home-care-intervention") if row.law == "elderly-act"]

    assert len(rows) == 9
    assert {row.parent_code for row in rows} == {"2a668eb0-25f1-4101-863c-11e81c4bf210"}


def test_only_a_legacy_code_stands_where_no_uuid_is_known() -> None:
    without = {row.code for row in FSIII if len(row.code) != 36}

    assert without == {"J1", "J2", "J3", "J4", "J5", "C", "C1", "C2", "C3", "C4", "D", "D1", "D2"}
    assert all(row.legacy_code == row.code for row in FSIII if row.code in without)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("system,code\nx,y\n", "columns", id="columns"),
        pytest.param(f"{HEADER}\n{LINE},more\n", "number of fields", id="too-many-fields"),
        pytest.param(f"{HEADER}\nurn:x,a\n", "number of fields", id="too-few-fields"),
        pytest.param(f"{HEADER}\n{LINE.replace(',0,1', ',no,1')}\n", "0 or 1", id="flag"),
        pytest.param(f"{HEADER}\n{LINE.replace('Titel', '')}\n", "empty or padded", id="no-title"),
        pytest.param(f"{HEADER}\n{LINE.replace('Titel', 'Titel ')}\n", "empty or padded", id="padded"),
        pytest.param(f"{HEADER}\n{LINE.replace('scale', 'scala')}\n", "unknown branch", id="branch"),
        pytest.param(f"{HEADER}\n{LINE.replace('scale,,', 'scale,healthcare-act,')}\n", "unknown", id="law"),
    ],
)
def test_bad_file_is_refused_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(files.BadCodeFileError, match=told):
        files.read(path)


def row(code: str, legacy_code: str = "", parent_code: str = "") -> CodeRow:
    return CodeRow("urn:x", code, legacy_code, "Titel", "", "", "scale", "", "", parent_code, False, True)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([row("a"), row("a")], id="code-twice"),
        pytest.param([row("a", "L"), row("b", "L")], id="legacy-code-twice"),
        pytest.param([row("a", "b"), row("b")], id="legacy-code-is-another-code"),
        pytest.param([row("a", parent_code="z")], id="no-such-parent"),
    ],
)
def test_files_that_contradict_each_other_are_refused(rows: list[CodeRow]) -> None:
    with pytest.raises(files.BadCodeFileError):
        files.check(rows)
