"""Launching an app from a record system (SMART EHR launch): the whole way, and every way that is wrong."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from audit.models import Entry
from identity import tickets, tokens
from identity.models import Ticket
from tests import factories
from tests.cast import Cast
from tests.http import kit
from tests.http.launching import REDIRECT, SCOPE, App, Ehr, public_app
from tests.http.test_tokens import refused


@pytest.fixture
def ehr(service: kit.Service, cast: Cast) -> Ehr:
    return Ehr(service, cast)


@pytest.fixture
def app(service: kit.Service) -> App:
    return App(service, public_app())


def launch_of(ehr: Ehr, app: App, **form: str) -> str:
    """The launch that the app is opened with."""
    answer = ehr.launch(app=app.system.client_id, **form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["launch"])


def test_app_is_launched_and_reads_the_citizen_in_context_alone(ehr: Ehr, app: App) -> None:
    citizen, other = ehr.cast.citizen.person, factories.citizen()
    factories.treatment_relation(citizen=other, origin=ehr.cast.units.ward)
    goals = [factories.overall_goal(citizen=each, origin=ehr.cast.units.ward) for each in (citizen, other)]

    back = app.sent_back(launch_of(ehr, app))
    told = app.token(back["code"]).json()

    assert back["state"] == app.state
    assert set(told["scope"].split()) == set(SCOPE.split())
    assert (told["patient"], told["need_patient_banner"]) == (str(citizen.pk), True)
    assert told["fhirContext"][0]["identifier"]["value"] == ehr.cast.units.ward.sor
    assert told["tenant"] == ehr.cast.units.region.sor
    with ehr.service.with_token(told["access_token"]) as client:
        assert client.get(f"/Patient/{citizen.pk}").status_code == 200
        assert client.get(f"/{told['fhirContext'][0]['reference']}").status_code == 200
        assert [client.get(f"/Goal/{goal.pk}").status_code for goal in goals] == [200, 404]
        assert kit.codes_of(client.get(f"/Condition?patient={citizen.pk}").json()) == {"insufficient-scope"}
    row = kit.last_entry(citizen, interaction="launch")
    assert (row.outcome, row.professional_id) == ("permit", ehr.cast.doctor.person.pk)


def test_id_token_says_who_is_logged_in_and_is_signed_by_the_published_key(ehr: Ehr, app: App) -> None:
    told = app.token(app.sent_back(launch_of(ehr, app), nonce="n-1")["code"]).json()
    keys = httpx.get(f"{ehr.service.base}/oauth/keys").json()

    read = jwt.decode(told["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])

    doctor = ehr.cast.doctor.person
    assert read.claims["fhirUser"] == f"{ehr.service.fhir}/Practitioner/{doctor.pk}"
    assert (read.claims["aud"], read.claims["nonce"]) == (app.system.client_id, "n-1")
    assert read.claims["iss"] == ehr.service.base
    without = app.token(app.sent_back(launch_of(ehr, app), scope="launch patient/Goal.r")["code"]).json()
    assert "id_token" not in without


def test_app_with_a_key_has_to_use_it(ehr: Ehr) -> None:
    keys = kit.signing_system(ehr.cast.units.region, redirect_uris=[REDIRECT], may_assert=False)
    app = App(ehr.service, keys.system)
    signed = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": keys.assertion(keys.system.client_id, audience=ehr.service.token_address),
    }

    refused(app.token(app.sent_back(launch_of(ehr, app))["code"]), "invalid_client", 401)
    assert app.token(app.sent_back(launch_of(ehr, app))["code"], **signed).status_code == 200


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no PKCE": ({"code_challenge_method": None, "code_challenge": None}, "invalid_request"),
    "no state": ({"state": None}, "invalid_request"),
    "another server": ({"aud": "https://elsewhere.example/fhir"}, "invalid_request"),
    "an implicit flow": ({"response_type": "token"}, "unsupported_response_type"),
    "no launch scope": ({"scope": "patient/Goal.rs"}, "invalid_scope"),
    "a scope limited by a search": ({"scope": "launch patient/Goal.rs?category=x"}, "invalid_scope"),
    "a scope of systems": ({"scope": "launch system/Goal.rs"}, "invalid_scope"),
    "a launch that nobody made": ({"launch": "x" * 43}, "invalid_request"),
    "no launch": ({"launch": None}, "invalid_request"),
}


def test_wrong_ways_are_sent_back_with_an_error_and_logged(ehr: Ehr, app: App) -> None:
    launch = launch_of(ehr, app)
    for name, (changes, code) in WRONG.items():
        back = app.sent_back(launch, **changes)

        assert (back["error"], "code" in back) == (code, False), name
        row = Entry.objects.filter(resource_type="Token").latest("recorded_at", "id")
        assert (row.interaction, row.outcome, row.query) == ("authorize", "refuse", back["error_description"]), name
    assert "code" in app.sent_back(launch)  # none of them used the launch up
    assert app.sent_back(launch)["error"] == "invalid_request"  # its use did


@pytest.mark.parametrize("back", [f"{REDIRECT}/", f"{REDIRECT}?x=1", "https://evil.example/", ""])
def test_browser_is_never_sent_to_an_address_that_is_not_registered(ehr: Ehr, app: App, back: str) -> None:
    answer = app.authorize(launch_of(ehr, app), redirect_uri=back)

    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_launch_is_for_the_app_it_was_made_for(ehr: Ehr, app: App) -> None:
    other = App(ehr.service, public_app())
    launch = launch_of(ehr, app)

    assert "error" in other.sent_back(launch)
    code = app.sent_back(launch)["code"]
    refused(other.token(code), "invalid_grant")


def test_code_that_comes_again_calls_its_token_back(ehr: Ehr, app: App) -> None:
    code = app.sent_back(launch_of(ehr, app))["code"]
    told = app.token(code).json()

    refused(app.token(code), "invalid_grant")

    with ehr.service.with_token(told["access_token"]) as client:
        assert client.get(f"/Patient/{told['patient']}").status_code == 401


def test_code_needs_the_secret_behind_it_and_its_own_address(ehr: Ehr, app: App) -> None:
    for changes in ({"code_verifier": "y" * 43}, {"redirect_uri": f"{REDIRECT}/"}, {"code": "x" * 43}):
        code = app.sent_back(launch_of(ehr, app))["code"]
        refused(app.token(**{"code": code, **changes}), "invalid_grant")


def test_secrets_are_short_lived_and_not_kept(ehr: Ehr, app: App) -> None:
    launch = launch_of(ehr, app)
    held = Ticket.objects.get(digest=tickets.digest_of(launch))

    assert len(launch) >= 43
    assert launch not in str(held.__dict__)
    assert held.expires_at - factories.now() <= timedelta(seconds=60)
    Ticket.objects.filter(pk=held.pk).update(expires_at=factories.ago(seconds=1))
    assert app.sent_back(launch)["error"] == "invalid_request"


def test_citizen_is_named_by_number_and_never_in_an_address(ehr: Ehr, app: App) -> None:
    number = ehr.cast.citizen.person.cpr
    told = app.token(app.sent_back(launch_of(ehr, app, cpr=number))["code"]).json()

    assert told["patient"] == str(ehr.cast.citizen.person.pk)
    assert number not in str(tokens.claims_of(told["access_token"]))
    assert not Ticket.objects.filter(facts__icontains=number).exists()
    form = {"assertion": ehr.assertion(), "app": app.system.client_id}
    answer = httpx.post(f"{ehr.service.base}/oauth/launch", params={"cpr": number}, data=form)
    refused(answer, "invalid_request")


def test_who_has_nothing_to_do_with_the_citizen_is_refused_like_for_one_who_is_not_there(ehr: Ehr, app: App) -> None:
    stranger, nobody = ehr.cast.stranger, factories.citizen()
    number = nobody.cpr
    nobody.delete()

    known = ehr.launch(stranger, app=app.system.client_id)
    unknown = ehr.launch(stranger, app=app.system.client_id, cpr=number)
    treats = ehr.launch(app=app.system.client_id, cpr=number)

    for answer in (known, unknown, treats):
        refused(answer, "access_denied")
        assert answer.json() == known.json()
    row = kit.last_entry(ehr.cast.citizen.person, interaction="launch")
    assert (row.outcome, row.reason, row.professional_id) == ("refuse", "no_relation", stranger.person.pk)
    assert not Entry.objects.filter(query__contains=number).exists()


def test_launch_asks_for_one_citizen_and_an_app_that_there_is(ehr: Ehr, app: App) -> None:
    citizen = ehr.cast.citizen.person
    refused(ehr.launch(app=app.system.client_id, patient=str(citizen.pk), cpr=citizen.cpr), "invalid_request")
    refused(ehr.launch(app=app.system.client_id, patient="", cpr=""), "invalid_request")
    refused(ehr.launch(app="nobody"), "invalid_request")
    refused(ehr.launch(app=kit.signing_system(ehr.cast.units.region).system.client_id), "invalid_request")
