"""The log-in, at a real service over HTTP: who is let in, and every way in which nobody is."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as live
from django.core.exceptions import ImproperlyConfigured
from joserfc import jwt
from joserfc.jwk import OctKey

from audit.models import Entry
from demo import population
from identity import broker
from identity.provider import Provider, provider_from
from tests import factories
from tests.portal.kit import Visit
from tests.portal.provider import Service, key, service

# The service of others warns of its own libraries.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
HIGH = "https://data.gov.dk/concept/core/nsis/loa/High"
LOW = "https://data.gov.dk/concept/core/nsis/loa/Low"


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as made:
        made.published = [key("first")]
        yield made


@pytest.fixture
def provider(running: Service, settings: Any) -> Service:
    """The service, as it is when nothing is wrong with it, and set up as ours."""
    running.published, running.sign_with, running.claims = running.published[:1], running.published[0], {}
    running.told, running.id_token, running.app_key = {}, None, None
    settings.OIDC = Provider(running.issuer, "portal-test", "secret", person_claim="cpr")
    broker._made.cache_clear()
    return running


@pytest.fixture
def tove(db: None) -> Any:
    return factories.citizen(given_name="Tove Test")


def go(visit: Visit, provider: Service, who: Any, page: str = "", **more: str) -> str:
    """Go to the service, log in as somebody and come back: the address to come back to."""
    led = visit.get(f"/portal/login/start/{page}")
    assert led["Location"].startswith(f"{provider.issuer}/oauth2/authorize?"), led
    subject = f"subject-{who.pk}"
    provider.knows(subject, cpr=str(who.cpr), **more)
    back = urlsplit(provider.log_in(led["Location"], subject))
    assert f"{back.scheme}://{back.netloc}" == live.PUBLIC_URL
    return f"{back.path}?{back.query}"


def logged() -> list[tuple[str, str, str]]:
    """What the log says of log-ins."""
    found = Entry.objects.filter(resource_type="Session").order_by("recorded_at")
    return [(row.interaction, row.outcome, row.query) for row in found]


def test_citizen_logs_in_with_proof_of_key_and_comes_to_the_page_she_asked_for(provider: Service, tove: Any) -> None:
    visit = Visit()
    page = visit.get("/portal/acting/")
    ways = visit.follow(page)
    answer = visit.get(go(visit, provider, tove, "?next=/portal/acting/"))

    assert "/portal/login/start/?next=/portal/acting/" in ways.text
    assert (answer.status_code, answer["Location"]) == (303, "/portal/acting/")
    assert provider.verified[-1], "the verifier fits what was challenged, by S256"
    assert {"state", "nonce"} <= set(provider.asked)
    assert "Tove Test" in visit.follow(answer).text
    assert logged() == [("login", "permit", "")]


def test_neither_log_nor_session_nor_address_holds_a_number_or_a_token(provider: Service, tove: Any) -> None:
    visit = Visit()
    back = go(visit, provider, tove)
    visit.get(back)

    rows = str(list(Entry.objects.values()))
    kept = str(dict(visit.client.session.items()))
    assert str(tove.cpr) not in rows + kept + back
    assert "id_token" not in kept
    assert "code_verifier" not in kept


def test_key_of_the_session_is_new_after_the_log_in(provider: Service, tove: Any) -> None:
    visit = Visit()
    back = go(visit, provider, tove)
    before = visit.client.cookies[live.SESSION_COOKIE_NAME].value
    visit.get(back)
    cookie = visit.client.cookies[live.SESSION_COOKIE_NAME]

    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "asked", ["https://evil.test/", "//evil.test/", "/\\evil.test", "/desk/", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_place_after_the_log_in(asked: str, provider: Service, tove: Any) -> None:
    visit = Visit()

    assert visit.get(go(visit, provider, tove, f"?next={asked}"))["Location"] == "/portal/"


def refused(visit: Visit, back: str, why: str, told: str = "Det gik ikke denne gang") -> None:
    """Nobody is logged in by this address, and the log says why; the page does not."""
    answer = visit.get(back)
    assert (answer.status_code, visit.get("/portal/").status_code) == (403, 303)
    assert told in answer.text
    assert logged()[-1] == ("login", "refuse", why)


def test_state_of_another_browser_is_refused(provider: Service, tove: Any) -> None:
    refused(Visit(), go(Visit(), provider, tove), "oauth mismatching_state")


def test_code_that_comes_again_is_refused(provider: Service, tove: Any) -> None:
    visit, other = Visit(), Visit()
    back = go(visit, provider, tove)
    code = parse_qs(urlsplit(back).query)["code"][0]
    visit.get(back)
    visit.post("/portal/logout/", page="/portal/")
    refused(visit, back, "oauth mismatching_state")

    state = parse_qs(urlsplit(go(other, provider, tove)).query)["state"][0]
    refused(other, f"/portal/login/back/?code={code}&state={state}", "oauth invalid_grant")


WRONG = {
    "another log-in's nonce": ({"nonce": "another"}, "id-token invalid_claim"),
    "no nonce at all": ({"nonce": None}, "id-token missing_claim"),
    "another app's": ({"aud": "another-app"}, "id-token invalid_claim"),
    "of several apps, and does not say whose": (
        {"aud": ["portal-test", "another-app"], "azp": None},
        "id-token missing_claim",
    ),
    "of several apps, and made for another": (
        {"aud": ["portal-test", "another-app"], "azp": "another-app"},
        "id-token invalid_claim",
    ),
    "another service's": ({"iss": "https://another.test"}, "id-token invalid_claim"),
    "too old": ({"exp": 1_600_000_000}, "id-token expired_token"),
    "of no known time": ({"auth_time": None}, "no-auth-time"),
    "of a time that is none": ({"auth_time": "today"}, "id-token invalid_claim"),
    "from the future": ({"auth_time": 32_503_680_000}, "auth-time"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_id_token_is_refused(wrong: str, provider: Service, tove: Any) -> None:
    provider.claims, why = WRONG[wrong]
    visit = Visit()

    refused(visit, go(visit, provider, tove), why)


def test_foreign_signature_is_refused_also_under_a_known_name(provider: Service, tove: Any) -> None:
    for name, why in (("first", "id-token bad_signature"), ("foreign", "id-token invalid_key_id")):
        provider.sign_with = key(name)
        visit = Visit()
        refused(visit, go(visit, provider, tove), why)


def unsigned(claims: dict[str, Any]) -> str:
    return (
        ".".join(
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
        )
        + "."
    )


FORGED = {
    "signed by nobody": (unsigned, "id-token unsupported_algorithm"),
    "signed with the secret that we share": (
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("secret" * 6)),
        "id-token unsupported_algorithm",
    ),
    "no token": (lambda _claims: "a.b", "id-token decode_error"),
}


@pytest.mark.parametrize("forged", FORGED)
def test_id_token_that_no_key_of_the_service_signed_is_refused(forged: str, provider: Service, tove: Any) -> None:
    provider.id_token, why = FORGED[forged]
    visit = Visit()

    refused(visit, go(visit, provider, tove), why)


def test_answer_of_another_service_is_refused_before_the_code_is_sent_anywhere(provider: Service, tove: Any) -> None:
    visit, silent, right = Visit(), Visit(), Visit()
    asked = len(provider.verified)
    refused(visit, f"{go(visit, provider, tove)}&iss=https://another.test", "another-issuer")
    broker._made.cache_clear()
    provider.told = {"authorization_response_iss_parameter_supported": True}
    refused(silent, go(silent, provider, tove), "another-issuer")

    assert len(provider.verified) == asked
    assert right.get(f"{go(right, provider, tove)}&iss={provider.issuer}").status_code == 303


def test_we_prove_who_we_are_with_a_key_of_ours_where_no_secret_is_shared(
    provider: Service, tove: Any, settings: Any
) -> None:
    ours, foreign = key("ours"), key("foreign")
    for signed_with in (ours, foreign):
        broker._made.cache_clear()
        pem = signed_with.as_pem(private=True).decode()
        settings.OIDC = Provider(provider.issuer, "portal-test", key=pem, person_claim="cpr")
        visits, provider.app_key, provider.assertions = (Visit(), Visit()), ours, []
        if signed_with is ours:
            assert [visit.get(go(visit, provider, tove)).status_code for visit in visits] == [303, 303]
            assert len({each["jti"] for each in provider.assertions}) == 2
        else:
            refused(visits[0], go(visits[0], provider, tove), "oauth invalid_client")


def test_what_was_proved_at_the_service_longer_ago_than_a_log_in_lasts_is_not_enough(
    provider: Service, tove: Any
) -> None:
    late, early = Visit(), Visit()
    provider.claims = {"auth_time": int(factories.ago(hours=8, minutes=1).timestamp())}
    refused(late, go(late, provider, tove), "proved-long-ago", "Det er for længe siden")
    provider.claims = {"auth_time": int(factories.ago(hours=7).timestamp())}

    assert early.get(go(early, provider, tove)).status_code == 303
    assert provider.asked["max_age"] == ["28800"]
    assert "prompt" not in provider.asked


def test_important_act_asks_for_a_new_proof_and_takes_no_old_one(provider: Service, tove: Any) -> None:
    visit = Visit()
    provider.claims = {"auth_time": int(factories.ago(minutes=11).timestamp())}
    visit.get(go(visit, provider, tove))
    led = visit.get("/portal/relatives/give/")
    page = visit.follow(led)
    start = re.search(r'href="/portal/login/start/([^"]+)"', page.text)
    assert start is not None
    old = visit.get(go(visit, provider, tove, start[1]))
    still = visit.get("/portal/relatives/give/")
    provider.claims = {}
    new = visit.get(go(visit, provider, tove, start[1]))

    assert (led["Location"], still["Location"]) == ("/portal/login/?again=1&next=%2Fportal%2Frelatives%2Fgive%2F",) * 2
    assert "Vis igen, hvem du er" in page.text
    assert (provider.asked["max_age"], provider.asked["prompt"]) == (["0"], ["login"])
    assert (old.status_code, "Det er for længe siden" in old.text) == (403, True)
    assert new["Location"] == "/portal/relatives/give/"
    assert visit.follow(new).status_code == 200


@pytest.mark.parametrize(
    ("site", "where"), [("cross-site", "/portal/login/"), ("same-site", "/portal/login/"), ("same-origin", "")]
)
def test_no_other_place_sets_a_log_in_going(site: str, where: str, provider: Service, tove: Any) -> None:
    led = Visit().get("/portal/login/start/", sec_fetch_site=site)["Location"]

    assert led == where if where else led.startswith(provider.issuer)


def test_new_key_of_the_service_is_fetched_when_it_is_first_seen(provider: Service, tove: Any) -> None:
    visit = Visit()
    visit.get(go(visit, provider, tove))
    read = provider.keys_read
    provider.published = [*provider.published, key("second")]
    provider.sign_with = provider.published[1]

    assert visit.get(go(visit, provider, tove)).status_code == 303
    assert visit.get(go(visit, provider, tove)).status_code == 303
    assert provider.keys_read == read + 1


def test_level_that_is_asked_for_must_be_reached(provider: Service, tove: Any, settings: Any) -> None:
    settings.OIDC = Provider(provider.issuer, "portal-test", "secret", levels=(HIGH,))
    low, high = Visit(), Visit()

    provider.claims = {"acr": LOW}
    refused(low, go(low, provider, tove), "level")
    provider.claims = {"acr": HIGH}
    assert high.get(go(high, provider, tove)).status_code == 303
    assert provider.asked["acr_values"] == [HIGH]


@pytest.mark.parametrize("who", ["nobody", "dead"])
def test_person_whom_we_do_not_know_is_told_so_kindly_and_nothing_else(who: str, provider: Service, db: None) -> None:
    person = factories.dead_citizen() if who == "dead" else factories.citizen()
    visit = Visit()
    back = go(visit, provider, person)
    if who == "nobody":
        person.delete()
    answer = visit.get(back)

    assert answer.status_code == 403
    assert "Vi kan ikke vise dig noget her" in answer.text
    assert person.given_name not in answer.text
    assert logged() == [("login", "refuse", "unknown-person")]
    assert visit.get("/portal/").status_code == 303


def test_person_may_be_told_by_the_name_of_a_user(provider: Service, tove: Any, settings: Any) -> None:
    settings.OIDC = Provider(provider.issuer, "portal-test", "secret", person_claim="sub", person_is="user")
    user = factories.user(username=f"subject-{tove.pk}", citizen=tove)
    visit, after = Visit(), Visit()

    assert visit.get(go(visit, provider, tove)).status_code == 303
    user.is_active = False
    user.save()
    assert after.get(go(after, provider, tove)).status_code == 403


def test_who_says_no_at_the_service_or_whose_service_is_down_is_not_logged_in(
    provider: Service, tove: Any, settings: Any
) -> None:
    visit = Visit()
    state = parse_qs(urlsplit(go(visit, provider, tove)).query)["state"][0]
    denied = f"/portal/login/back/?error=access_denied&error_description=<b>hej</b>&state={state}"
    refused(visit, denied, "oauth access_denied", "Du stoppede, før du var færdig")
    state = parse_qs(urlsplit(go(visit, provider, tove)).query)["state"][0]
    refused(visit, f"/portal/login/back/?error=server_error&state={state}", "oauth server_error")

    settings.OIDC = Provider("http://localhost:9", "portal-test", "secret")
    refused(visit, "/portal/login/start/", "unreachable", "Vi kan ikke få fat i MitID lige nu")


def test_logging_out_ends_the_session_here_and_at_the_service(provider: Service, tove: Any) -> None:
    visit = Visit()
    visit.get(go(visit, provider, tove))
    held = visit.client.cookies[live.SESSION_COOKIE_NAME].value
    answer = visit.post("/portal/logout/", page="/portal/")

    assert answer["Location"].startswith(f"{provider.issuer}/oauth2/end_session?client_id=portal-test&")
    assert provider.issuer in answer["Content-Security-Policy"]
    assert "Du er logget ud" in visit.get("/portal/logout/").text
    visit.client.cookies[live.SESSION_COOKIE_NAME] = held
    assert visit.get("/portal/").status_code == 303
    assert logged()[-1] == ("logout", "permit", "")


def test_demo_persons_are_let_in_in_demo_mode_and_refused_otherwise(db: None, settings: Any) -> None:
    settings.DEMO_MODE = True
    population.load(factories.now())
    visit, outside = Visit(), Visit()
    chosen = visit.post("/portal/login/", persona="lars-daughter")

    assert "Du handler for Lars Test med fuldmagt" in visit.follow(chosen).text
    assert visit.post("/portal/login/", persona="doctor", page="/portal/login/").status_code == 200

    settings.DEMO_MODE = False
    outside.get("/portal/acting/")
    page = outside.get("/portal/login/")
    assert "Log-ind er ikke sat op" in page.text
    assert "lars" not in page.text.lower()
    sent = outside.post("/portal/login/", persona="lars", page="/portal/")
    assert sent.status_code == 403
    assert outside.get("/portal/").status_code == 303


def test_without_a_service_nobody_is_led_anywhere(db: None, settings: Any) -> None:
    settings.OIDC = None
    visit = Visit()

    assert visit.get("/portal/login/start/").status_code == 403
    assert visit.get("/portal/login/back/?code=x&state=y").status_code == 403


SET_UP = {"OIDC_ISSUER": "https://login.test/", "OIDC_CLIENT_ID": "us", "OIDC_CLIENT_SECRET": "secret"}


def test_settings_come_from_the_environment_and_nothing_is_set_up_by_half(tmp_path: Any) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(key("ours").as_pem(private=True))
    with_key = {**SET_UP, "OIDC_CLIENT_SECRET": "", "OIDC_CLIENT_KEY": str(pem), "OIDC_LEVELS": f"{HIGH} {LOW}"}

    assert provider_from({}) is None
    assert provider_from(SET_UP) == Provider("https://login.test", "us", "secret")
    found = provider_from(with_key)
    assert found is not None
    assert (found.key, found.levels) == (pem.read_text(), (HIGH, LOW))
    for wrong in (
        {**SET_UP, "OIDC_ISSUER": "http://login.test"},
        {**SET_UP, "OIDC_CLIENT_ID": ""},
        {**SET_UP, "OIDC_CLIENT_SECRET": ""},
        {**with_key, "OIDC_CLIENT_SECRET": "secret"},
        {**SET_UP, "OIDC_PERSON_IS": "name"},
    ):
        with pytest.raises(ImproperlyConfigured):
            provider_from(wrong)
