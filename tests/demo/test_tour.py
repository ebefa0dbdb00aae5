"""The tour, whole: `manage.py tour` on an empty folder starts what it needs, walks, and leaves nothing running."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres import Cluster
from demo.personas import PERSONAS
from demo.tour.client import Client, Unreachable
from demo.tour.looks import ASKERS
from demo.tour.things import Thing, by_group, thing_of
from fhir.registry import resource_of

ROOT = Path(__file__).resolve().parents[2]


def tour(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the tour with a data folder of the test's own."""
    given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PUBLIC_URL"}}
    environment = given | {"DATA_DIR": str(folder), "DEMO_MODE": "1", "PORT": "1"}
    command = [sys.executable, "manage.py", "tour", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder; nothing of it is left afterwards."""
    made = tmp_path_factory.mktemp("tour") / "data"
    yield made
    Cluster(made).remove()


@pytest.fixture(scope="module")
def at_80_columns(folder: Path) -> str:
    """The tour on a folder where nothing is, narrow."""
    walked = tour(folder, "--width", "80")
    assert walked.returncode == 0, walked.stderr
    return walked.stdout


def page_of(told: str, name: str) -> str:
    """The page of one asker."""
    begin = told.index(f"· {name} ·")
    return told[begin : told.find("\n\n", begin)]


@pytest.mark.parametrize("name", ASKERS)
def test_each_asker_has_a_page_with_what_came_and_why(at_80_columns: str, name: str) -> None:
    page = page_of(at_80_columns, name)

    assert str(PERSONAS[name].acting_as.label) in page
    assert "Hvorfor\n" in page
    assert "Mål" in page


def test_nothing_is_held_back_from_the_citizen(at_80_columns: str) -> None:
    assert "Intet er holdt tilbage." in page_of(at_80_columns, "lars")
    assert "Det er dine egne oplysninger." in page_of(at_80_columns, "lars")


def test_what_is_held_back_names_its_law_and_the_way_to_it(at_80_columns: str) -> None:
    page = " ".join(page_of(at_80_columns, "doctor").split())

    assert "Hvorfor ikke resten" in page
    assert "Forvaltningsloven § 28" in page
    assert "→ Spørg borgeren om samtykke" in page


def test_the_consent_that_lars_gave_opens_for_the_gp_what_stays_shut_for_the_doctor(at_80_columns: str) -> None:
    doctor, gp = (page_of(at_80_columns, name) for name in ("doctor", "gp"))

    assert re.search(r"^Mål +SEL +0 af 2", doctor, re.MULTILINE)
    assert re.search(r"^Mål +SEL +2 af 2", gp, re.MULTILINE)


@pytest.mark.skipif(resource_of("AuditEvent") is None, reason="AuditEvent is not served")
def test_the_log_comes_last_and_names_those_who_looked(at_80_columns: str) -> None:
    log = " ".join(at_80_columns[at_80_columns.index("Borgerens log bagefter") :].split())

    for name in ("Anders", "Gitte", "Inge", "Jette", "Karen"):
        assert f"{name} Test" in log


def test_no_line_is_wider_than_the_terminal(at_80_columns: str) -> None:
    assert max(map(len, at_80_columns.splitlines())) <= 80


def test_no_cpr_is_told(at_80_columns: str) -> None:
    assert not [word for word in at_80_columns.split() if len(word) == 10 and word.isdigit()]


def test_a_second_tour_is_in_english_and_wide_and_leaves_nothing_running(folder: Path, at_80_columns: str) -> None:
    walked = tour(folder, "--width", "120", "--english")

    assert walked.returncode == 0, walked.stderr
    assert "Why not the rest" in walked.stdout
    assert 100 < max(map(len, walked.stdout.splitlines())) <= 120
    assert not Cluster(folder).status().running


def test_an_address_where_nobody_answers_is_said(folder: Path, at_80_columns: str) -> None:
    walked = tour(folder, "--url", "http://127.0.0.1:9")

    assert walked.returncode == 1
    assert "does not answer" in walked.stderr
    assert not Cluster(folder).status().running


def test_nobody_at_an_address_is_unreachable() -> None:
    client = Client("http://127.0.0.1:9", timeout_seconds=1)

    assert not client.answers()
    with pytest.raises(Unreachable):
        client.get("metadata")


@pytest.mark.parametrize(
    ("resource", "title"),
    [
        pytest.param({"description": {"text": "Haven"}}, "Haven", id="goal"),
        pytest.param({"code": {"coding": [{"display": "KOL"}]}}, "KOL", id="condition"),
        pytest.param(
            {"name": [{"given": ["Lars", "Test"], "family": "Mikkelsen"}]}, "Lars Test Mikkelsen", id="patient"
        ),
        pytest.param({"title": "Forløbsplan"}, "Forløbsplan", id="plan"),
        pytest.param({}, "", id="untitled"),
    ],
)
def test_a_thing_is_named_by_its_shortest_text(resource: dict[str, object], title: str) -> None:
    assert thing_of({"resourceType": "Goal", "id": "1", **resource}).title == title


def test_groups_stand_in_the_order_of_a_record() -> None:
    things = [
        Thing("Zebra", "4", "", ""),
        Thing("Goal", "1", "SEL", ""),
        Thing("Goal", "2", "", ""),
        Thing("Patient", "3", "", ""),
    ]

    assert list(by_group(things)) == [("Patient", ""), ("Goal", ""), ("Goal", "SEL"), ("Zebra", "")]
