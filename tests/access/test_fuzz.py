"""Whatever the OpenAPI document lets one ask, at random: no answer is a fault of the server, and none is undocumented.

A short run here; `make fuzz` takes longer, and `ARGS="--fuzz 600"` as long as it says, in seconds.
"""

import json
from itertools import count
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core import NOT_SET

from fhir import openapi
from tests.access.worlds_of_reading import Everything
from tests.rest import Rest, codes

AT_ONCE = settings(
    max_examples=3,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def sent(case: Any, headers: dict[str, str]) -> Any:
    """Send what was made up; the answer is held against FHIR on its way back."""
    body, kind = b"", ""
    if case.body is not NOT_SET:
        kind = case.media_type or "application/fhir+json"
        body = urlencode(case.body).encode() if kind == openapi.FORM else json.dumps(case.body).encode()
    mine = {name: str(value) for name, value in (case.headers or {}).items() if str(value).isascii()}
    query = urlencode(case.query or {}, doseq=True)
    path = case.formatted_path
    return Client(raise_request_exception=False).generic(
        case.method, path, body, content_type=kind, headers={**mine, **headers}, QUERY_STRING=query
    )


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_no_answer_is_a_fault_and_none_is_undocumented(codes: None, request: pytest.FixtureRequest) -> None:
    made = Everything()
    schema = schemathesis.openapi.from_dict(openapi.document("http://testserver"))
    until, asked, turn = monotonic() + request.config.getoption("--fuzz"), 0, count()
    askers = [Rest(who).headers for who in (made.cast.doctor, made.cast.citizen, made.cast.blocked_doctor)]

    def ask(case: Any) -> None:
        """Ask as one of them; every other time of something that there is."""
        number = next(turn)
        kind = case.path.split("/")[2] if case.path.count("/") > 1 else ""
        if "id" in (case.path_parameters or {}) and number % 2 and kind in made.things:
            case.path_parameters["id"] = str(made.things[kind].pk)
        answer = sent(case, askers[number % len(askers)])
        told = (case.method, case.formatted_path, case.query, case.body, answer.status_code, answer.content[:400])
        assert answer.status_code < 500, told
        assert str(answer.status_code) in case.operation.definition.raw["responses"], told

    operations = [found.ok() for found in schema.get_all_operations()]
    # From another place each day, so that in time all are asked in the short run too.
    start = made.cast.moment.toordinal() * 31 % len(operations)
    while monotonic() < until:
        for operation in operations[start:] + operations[:start]:
            AT_ONCE(given(case=operation.as_strategy())(ask))()
            asked += 1
            if monotonic() > until:
                break

    assert asked >= 10


__all__ = ["codes"]
