"""Limits: a system, a person and an address each have their own; who has used hers up is told when to come again."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.db import connection
from django.test import Client

from citizens.identifiers import CPR_SYSTEM
from config import logs
from identity import buckets, limits, tokens
from tests import factories
from tests.asking import JSON, Asking, logged
from tests.cast import Cast, make_cast
from tests.http import kit


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def own_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "buckets", buckets.Buckets())


def test_person_who_asks_too_much_waits_and_others_do_not(cast: Cast, settings: Any) -> None:
    settings.RATE_PER_USER = (0.0001, 3)
    doctor, nurse = Asking(cast.doctor.actor), Asking(cast.hospital_nurse.actor)
    address = f"Patient/{cast.citizen.person.pk}"

    answers = [doctor.get(address) for _ in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].code == "too-many"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10_000
    assert nurse.get(address).status == 200


def test_system_that_asks_too_much_waits_whoever_asks_through_it(cast: Cast, settings: Any) -> None:
    settings.RATE_PER_SYSTEM = (0.0001, 1)
    address = f"Patient/{cast.citizen.person.pk}"

    assert Asking(cast.doctor.actor).get(address).status == 200
    assert Asking(cast.hospital_nurse.actor).get(address).status == 429
    assert Asking(replace(cast.gp.actor, client_id="another")).get(address).status == 200


@pytest.mark.parametrize("method", ["get", "find"])
def test_more_parameters_than_are_read_are_refused_as_all_else_is(cast: Cast, method: str) -> None:
    many = {f"parameter{number}": "" for number in range(1001)}

    answer = getattr(Asking(cast.doctor.actor), method)("Goal", **many)

    assert (answer.status, answer.code) == (400, "bad-parameter")


def test_a_fault_of_the_service_is_in_the_log_of_whom_it_was_about(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_given: Any, **_named: Any) -> Any:
        raise ArithmeticError

    citizen = cast.citizen.person
    goal = factories.disease_goal(citizen=citizen, origin=cast.units.ward)
    doctor, herself = Asking(cast.doctor.actor), Asking(cast.citizen.actor)
    doctor.client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr("access.search_views.represent", breaks)
        answer = doctor.get("Goal", patient=f"Patient/{citizen.pk}")

    assert (answer.status, answer.code) == (500, "internal")
    told = herself.get("AuditEvent", patient=f"Patient/{citizen.pk}", outcome="8").resources
    assert [(one["outcome"], one["outcomeDesc"]) for one in told] == [
        ("8", "Der skete en fejl hos os. Der blev ikke vist noget.")
    ]
    assert str(goal.pk) not in str(told)


class Slow(io.BytesIO):
    """A body that comes slowly: notes when it was read."""

    read_at: datetime | None = None

    def read(self, size: int | None = -1) -> bytes:
        """Read on."""
        self.read_at = datetime.now(UTC)
        return super().read(size)


def test_what_comes_slowly_is_logged_as_of_when_it_had_come(cast: Cast) -> None:
    """Else whoever sends slowly could have a row of the log look as if it were back-dated."""
    parameters = [
        {"name": "reason-code", "valueCode": "unreachable_or_incapacitated"},
        {"name": "reason", "valueString": "Bevidstløs ved ankomst"},
    ]
    body = Slow(orjson.dumps({"resourceType": "Parameters", "parameter": parameters}))
    given: Any = {"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue())), "CONTENT_TYPE": JSON}
    path = f"/fhir/Patient/{cast.citizen.person.pk}/$override"

    assert Asking(cast.stranger.actor).client.generic("POST", path, **given).status_code == 403

    assert body.read_at is not None
    assert logged()[-1].recorded_at >= body.read_at


def test_bad_token_is_refused_before_it_is_counted(cast: Cast, settings: Any) -> None:
    settings.RATE_PER_USER = (0.0001, 1)
    token, _seconds = tokens.issue(cast.doctor.actor)

    for _ in range(3):
        assert Client(headers={"authorization": f"Bearer {token}x"}).get("/fhir/Goal").status_code == 401
    assert Asking(cast.doctor.actor).get(f"Patient/{cast.citizen.person.pk}").status == 200


def test_token_address_counts_where_requests_come_from(db: None, settings: Any) -> None:
    settings.RATE_PER_ADDRESS = (0.0001, 2)

    answers = [Client().post("/oauth/token", {"grant_type": "password"}) for _ in range(3)]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7").post("/oauth/token", {"grant_type": "password"})

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert int(answers[-1]["Retry-After"]) >= 1
    assert elsewhere.status_code == 400
    assert Client().get("/desk/open/anything").status_code == 429


def test_bucket_fills_again_and_the_one_used_longest_ago_makes_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = [100.0]
    monkeypatch.setattr(buckets.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(buckets, "ROWS", 1)
    held = buckets.Buckets(tmp_path / "limits")

    assert [held.take("a", 2, 2) for _ in range(3)] == [0, 0, 0.5]
    clock[0] += 0.5
    assert [held.take("a", 2, 2) for _ in range(2)] == [0, 0.5]
    for key in "bcdefgh":
        clock[0] += 0.001
        assert [held.take(key, 0.1, 1) > 0 for _ in range(2)] == [False, True]
    assert held.take("b", 0.1, 1) > 0
    assert held.take("i", 0.1, 1) == 0  # in the place of a
    assert held.take("b", 0.1, 1) > 0
    assert held.take("a", 0, 0) == 0
    clock[0] = 1.0  # the machine began anew
    assert buckets.Buckets(tmp_path / "limits").take("b", 0.1, 1) == 0


def test_processes_of_the_web_server_share_what_is_left(tmp_path: Path) -> None:
    """Two at once take all they can; together they get what there is, and not one more."""
    takes = (
        "import sys, pathlib; from identity.buckets import Buckets; held = Buckets(pathlib.Path(sys.argv[1]));"
        "print(sum(not held.take('system', 0.001, 3000) for _ in range(2000)))"
    )
    words = [sys.executable, "-c", takes, str(tmp_path / "limits")]
    both = [subprocess.Popen(words, cwd=kit.ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    got = [int(one.communicate(timeout=60)[0]) for one in both]

    assert sum(got) == 3000
    assert "RATE_FILE" in (kit.ROOT / "config/wsgi.py").read_text()


def test_statement_that_takes_too_long_is_given_up_and_says_busy(cast: Cast) -> None:
    """Another holds the table; what waits for it is given up after the time that the web server sets."""
    with psycopg.connect(kit.worker_database_url()) as other:
        other.execute("LOCK TABLE goals_goal IN ACCESS EXCLUSIVE MODE")
        connection.cursor().execute("SET LOCAL statement_timeout = '50ms'")

        answer = Asking(cast.doctor.actor).get("Goal", patient=f"Patient/{cast.citizen.person.pk}")

    assert (answer.status, answer.code) == (503, "busy")


def test_failure_is_logged_without_what_was_asked_for(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(cast.citizen.person.cpr)
    with psycopg.connect(kit.worker_database_url()) as other:
        other.execute("LOCK TABLE consents_consent IN ACCESS EXCLUSIVE MODE")
        connection.cursor().execute("SET LOCAL statement_timeout = '50ms'")

        answer = Asking(cast.doctor.actor).find("Patient", identifier=f"{CPR_SYSTEM}|{number}")

    told = capsys.readouterr().err
    assert answer.status == 503
    assert "QueryCanceled" in told
    assert number not in told
    assert "01018" not in logs.without_numbers(None, "", {"event": f"Key (cpr)=({number}) and 010180-0001"})["event"]


def test_web_server_sets_the_time_and_work_behind_it_does_not() -> None:
    asked = "import config.{}; from django.db import connections as c; print(c['default'].settings_dict['OPTIONS'])"
    given = {name: value for name, value in os.environ.items() if name != "STATEMENT_SECONDS"}
    told = [
        subprocess.run(
            [sys.executable, "-c", asked.format(module)], cwd=kit.ROOT, env=given, capture_output=True, text=True
        ).stdout
        for module in ("wsgi", "celery")
    ]

    assert ["statement_timeout=20s" in text for text in told] == [True, False]
    assert all("force_generic_plan" in text for text in told)
