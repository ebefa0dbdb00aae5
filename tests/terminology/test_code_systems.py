"""An official release of FSIII: the law of what it adds comes from above, never from a title."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from terminology import lookup
from terminology.systems import FSIII, MUNICIPAL_TERMS

pytestmark = pytest.mark.django_db
NURSING_138 = "993d8f7b-fbed-4a78-90d9-6efbfa835114"
MEALS_83 = "6cacf7a2-97ef-4981-a16a-338d571fc115"
ELDERLY = "2a668eb0-25f1-4101-863c-11e81c4bf210"
HOME_CARE = "d49d6b0c-c067-4469-b92d-3842822c4971"
REHAB = "94db6c71-0000-4000-8000-000000000000"
PREVENTION = "102ea764-0000-4000-8000-000000000000"
AIDS = "9faf9d59-0000-4000-8000-000000000000"


def made_up(number: int) -> str:
    return f"7e57ed00-0000-4000-8000-{number:012}"


def concept(code: str, display: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "display": display} | ({"concept": list(below)} if below else {})


RELEASE = {
    "resourceType": "CodeSystem",
    "url": FSIII,
    "concept": [
        concept(NURSING_138, "SUL § 138", concept(made_up(1), "Personlig pleje")),
        concept(MEALS_83, "Madservice", concept(made_up(2), "Personlig pleje")),
        concept(ELDERLY, "Ældrelovsindsats", concept(made_up(3), "Personlig pleje")),
        concept(HOME_CARE, "Tilstande", concept(made_up(4), "Et område", concept(made_up(5), "Personlig pleje"))),
        concept(REHAB, "Genoptræning", concept(made_up(6), "Personlig  pleje")),
        concept(PREVENTION, "Forebyggelse", concept(made_up(7), "Personlig pleje")),
        concept(AIDS, "Hjælpemidler", concept(made_up(8), "Personlig pleje")),
        concept(made_up(9), "Noget nyt", concept(made_up(10), "Personlig pleje")),
        concept("J", "Gammelt", concept("J1.1", "Vaske sig")),
    ],
}


def release(folder: Path, content: object = RELEASE) -> Path:
    path = folder / "CodeSystem-FSIII.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def released(tmp_path: Path) -> Path:
    path = release(tmp_path)
    call_command("load_codes", code_system=path, verbosity=0)
    lookup.refresh()
    return path


@pytest.mark.parametrize(
    ("number", "branch", "law", "paragraph"),
    [
        (1, "nursing-intervention", "health-act", "SUL § 138"),
        (2, "home-care-intervention", "service-act", "SEL § 83, stk. 1, nr. 3"),
        (3, "home-care-intervention", "elderly-act", ""),
        (5, "home-care-condition", None, ""),
        (6, "rehab-condition", "health-act", "SUL § 140"),
        (7, "prevention-intervention", "health-act", "SUL § 119"),
        (8, "aids-condition", None, ""),
    ],
)
def test_same_title_gets_the_law_of_what_stands_above(
    released: Path, number: int, branch: str, law: str | None, paragraph: str
) -> None:
    row = lookup.find(FSIII, made_up(number))

    assert row is not None
    assert (row.display_da, row.branch, lookup.law_of(row), row.paragraph) == (
        "Personlig pleje",
        branch,
        law,
        paragraph,
    )


def test_area_and_parent_are_those_of_the_release(released: Path) -> None:
    area, leaf = lookup.find(FSIII, made_up(4)), lookup.find(FSIII, made_up(5))

    assert area is not None
    assert leaf is not None
    assert (area.is_group, leaf.is_group) == (True, False)
    assert (leaf.area, leaf.parent_code) == ("Et område", made_up(4))


@pytest.mark.parametrize("code", [made_up(9), made_up(10), "J"])
def test_what_no_known_concept_stands_above_is_left_out(released: Path, code: str) -> None:
    assert lookup.find(FSIII, code) is None


def test_what_our_files_say_stands(released: Path) -> None:
    row = lookup.find(FSIII, "J1.1")

    assert row is not None
    assert row.code == "4d46bd94-9518-431c-82e8-ebb91bca307a"


def test_own_stand_ins_are_retired_where_the_release_has_the_branch(released: Path) -> None:
    prevention = lookup.find(MUNICIPAL_TERMS, "prevention-intervention-tobaksafvaenning")
    rehab = lookup.find(MUNICIPAL_TERMS, "rehab-intervention-adl-traening")

    assert prevention is not None
    assert rehab is not None
    assert not prevention.is_active
    assert rehab.is_active


def test_check_counts_the_release_in(released: Path) -> None:
    call_command("load_codes", code_system=released, check=True)

    with pytest.raises(CommandError, match="beyond the files"):
        call_command("load_codes", check=True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"resourceType": "CodeSystem", "url": "urn:other", "concept": []}, id="another-system"),
        pytest.param({"resourceType": "ValueSet", "url": FSIII}, id="no-code-system"),
        pytest.param({}, id="empty"),
        pytest.param([], id="list"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(CommandError, match="CodeSystem-FSIII"):
        call_command("load_codes", code_system=release(tmp_path, content))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a FHIR CodeSystem"):
        call_command("load_codes", code_system=tmp_path / "nothing.json")
