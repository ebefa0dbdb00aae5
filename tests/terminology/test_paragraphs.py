"""The RSL § 13 list, row by row, and the citations that reach it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminology import files
from terminology.paragraphs import is_rsl13, paragraph_of, paragraphs, parse

FIRST = date(2022, 1, 1)
LISTED = ["SEL § 79 a", "SEL § 83", "SEL § 83, stk. 1", "SEL § 83, stk. 1, nr. 1", "SEL § 83, stk. 1, nr. 2",
          "SEL § 83, stk. 1, nr. 3", "SEL § 83 a", "SEL § 84", "SEL § 84, stk. 1", "SEL § 84, stk. 2", "SEL § 86",
          "SEL § 86, stk. 1", "SEL § 86, stk. 2"]  # fmt: skip
OTHER_SECTIONS = (79, 82, 85, 87, *range(95, 100), *range(101, 106), 107, 108, *range(112, 117), 140, 141)
NOT_LISTED = [f"SEL § {number}" for number in OTHER_SECTIONS]
OTHER_ACTS = ["ÆL § 10", "ÆL § 16", "ÆL § 18", "ÆL § 21", "ÆL § 83", "SUL § 83", "SUL § 138", "RSL § 13", "PSL § 84"]
NO_CITATIONS = ["", "83", "SEL", "SEL 83", "SEL §", "SEL §§ 83-84", "SEL §§ 112-116", "SEL § 83 b", "SEL § 8",
                "SEL § 833", "SEL § 83, nr. 1", "SEL § 83 og § 107", "Personlig pleje", "XX § 83"]  # fmt: skip


@pytest.mark.parametrize("citation", LISTED)
def test_time_of_a_listed_service_may_be_shared(citation: str) -> None:
    assert is_rsl13(citation, FIRST)
    assert is_rsl13(citation)


@pytest.mark.parametrize("citation", LISTED)
def test_nothing_could_be_shared_before_the_list_began(citation: str) -> None:
    assert not is_rsl13(citation, FIRST - timedelta(days=1))


@pytest.mark.parametrize("citation", [*NOT_LISTED, *OTHER_ACTS, *NO_CITATIONS])
def test_time_of_any_other_service_may_not(citation: str) -> None:
    assert not is_rsl13(citation, FIRST)
    assert not is_rsl13(citation)


@pytest.mark.parametrize(
    ("citation", "same"),
    [
        ("§ 83 stk. 1, nr. 1", "SEL § 83, stk. 1, nr. 1"),
        ("§ 83a", "SEL § 83 a"),
        ("SEL §83 a", "SEL § 83 a"),
        (" SEL § 84 stk.2 ", "SEL § 84, stk. 2"),
    ],
)
def test_citations_are_read_however_they_are_spaced(citation: str, same: str) -> None:
    assert parse(citation) == parse(same) is not None


def test_more_exact_citation_falls_back_on_its_section() -> None:
    found = paragraph_of("SEL § 85, stk. 1")

    assert found is not None
    assert (found.paragraph, found.service_da) == ("SEL § 85", "Socialpædagogisk støtte")


def test_every_paragraph_of_the_files_is_tried_here() -> None:
    known = {row.paragraph for row in paragraphs().values()}

    assert known <= {*LISTED, *NOT_LISTED, *OTHER_ACTS}
    assert {row.paragraph for row in paragraphs().values() if row.rsl13_from} <= set(LISTED)


def test_paragraphs_know_their_act() -> None:
    acts = {(row.paragraph.split()[0], row.law) for row in paragraphs().values()}

    assert acts == {("SEL", "service-act"), ("ÆL", "elderly-act")}


def test_every_paragraph_that_a_code_cites_can_be_read() -> None:
    cited = {row.paragraph for rows in files.read_all().values() for row in rows if row.paragraph and not row.is_group}

    assert {citation for citation in cited if parse(citation) is None} == set()


@given(st.text(max_size=30), st.dates())
def test_no_text_opens_the_list_by_accident(text: str, day: date) -> None:
    if is_rsl13(text, day):
        place = parse(text)
        assert place is not None
        assert place[0] == "SEL"
        assert place[1] in {"79a", "83", "83a", "84", "86"}
        assert day >= FIRST
