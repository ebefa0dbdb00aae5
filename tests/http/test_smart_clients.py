"""SMART clients that others wrote are launched from a record system, and read what the launch was for."""

from pathlib import Path

import orjson
import pytest
from fhirclient import client as smart
from fhirclient.models.goal import Goal as GoalResource
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRUnauthorizedException

from config import embedded
from goals.models import Goal
from tests import factories, node
from tests.cast import Cast
from tests.http import kit
from tests.http.launching import REDIRECT, App, Ehr, public_app

SCRIPT = Path(__file__).with_name("smart_app.mjs")
SCOPE = "openid fhirUser patient/Patient.r patient/Goal.rs"


@pytest.fixture
def ehr(service: kit.Service, cast: Cast) -> Ehr:
    return Ehr(service, cast)


@pytest.fixture
def goals(cast: Cast) -> list[Goal]:
    """Three goals of the citizen, and one of somebody whom the doctor treats too."""
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    whose = [cast.citizen.person] * 3 + [other]
    return [factories.overall_goal(citizen=citizen, origin=cast.units.ward) for citizen in whose]


def test_fhirclient_for_python_is_launched_and_reads(ehr: Ehr, goals: list[Goal]) -> None:
    system = public_app()
    settings = {
        "app_id": system.client_id,
        "api_base": ehr.service.fhir,
        "redirect_uri": REDIRECT,
        "scope": SCOPE,
        "launch_token": ehr.launch(app=system.client_id).json()["launch"],
    }
    app = smart.FHIRClient(settings=settings)

    assert not app.ready and not app.prepare()
    back = App(ehr.service, system).follow(app.authorize_url)
    app.handle_callback(back)

    assert app.ready
    patient = app.patient
    assert isinstance(patient, Patient)
    assert patient.id == str(ehr.cast.citizen.person.pk) == app.patient_id
    assert app.launch_context["need_patient_banner"] is True
    search = GoalResource.where({"patient": patient.id, "_count": "2"})
    assert {goal.id for goal in search.perform_resources(app.server)} == {str(goal.pk) for goal in goals[:3]}
    assert GoalResource.read(str(goals[0].pk), app.server).description.text == goals[0].words
    with pytest.raises(Exception, match="404") as hidden:
        GoalResource.read(str(goals[3].pk), app.server)
    assert not isinstance(hidden.value, FHIRUnauthorizedException)


def test_fhirclient_for_javascript_is_launched_and_reads(ehr: Ehr, goals: list[Goal]) -> None:
    port = embedded.free_port()
    system = public_app(redirect_uris=[f"http://127.0.0.1:{port}/back"])
    launch = ehr.launch(app=system.client_id).json()

    try:
        given = (system.client_id, f"launch {SCOPE}", str(port), launch["iss"], launch["launch"])
        told = orjson.loads(node.run(SCRIPT, *given))
    except node.NoNode as missing:
        pytest.skip(str(missing))

    assert set(told.pop("goals")) == {str(goal.pk) for goal in goals[:3]}
    assert told.pop("beyond")["status"] == 403
    assert told == {
        "patient": str(ehr.cast.citizen.person.pk),
        "banner": True,
        "unit": ehr.cast.units.ward.sor,
        "user": f"Practitioner/{ehr.cast.doctor.person.pk}",
    }
