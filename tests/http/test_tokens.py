"""The token address and what a token is worth: every bad proof is refused, logged, and tells nothing."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from joserfc.jwk import ECKey, OKPKey

from access.vocabulary import Profession
from audit.models import Entry
from identity import grants, tokens
from identity.assertions import AssertionRefused
from identity.models import System
from identity.oauth import JWT_BEARER
from tests import factories
from tests.cast import Cast
from tests.http import kit

Claims = dict[str, Any]


@dataclass
class Proof:
    """What a system sends about the doctor of the cast, right in every way until a test changes it."""

    service: kit.Service
    cast: Cast

    def __post_init__(self) -> None:
        assert self.cast.doctor.unit is not None
        self.keys = self.service.keys_of(self.cast.doctor.unit)
        self.subject = kit.subject_of(self.cast.doctor.person)
        self.claims: Claims = {"acting_as": "hp", "sor": self.cast.units.ward.sor, "purpose_of_use": "treatment"}

    def sign(self, subject: str | None = None, keys: kit.Keys | None = None, **changes: Any) -> str:
        """The assertion with changes; a claim that is None is left out."""
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        audience = claims.pop("aud", self.service.token_address)
        return (keys or self.keys).assertion(subject or self.subject, audience=audience, **claims)


@pytest.fixture
def proof(service: kit.Service, cast: Cast) -> Proof:
    return Proof(service, cast)


def refusals() -> int:
    return Entry.objects.filter(resource_type="Token", outcome="refuse", reason="auth").count()


def refused(answer: httpx.Response, code: str, status: int = 400) -> None:
    """An OAuth error that reveals nothing of persons or of the inside."""
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert "access_token" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def at(**ago: float) -> int:
    return int((datetime.now(UTC) - timedelta(**ago)).timestamp())


def part(content: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def test_assertion_gives_a_token_that_works(service: kit.Service, proof: Proof) -> None:
    answer = service.exchange(proof.sign())

    assert answer.status_code == 200
    assert (answer.json()["token_type"], answer.headers["Cache-Control"]) == ("Bearer", "no-store")
    with service.with_token(answer.json()["access_token"]) as client:
        assert client.get(f"/Goal?patient=Patient/{proof.cast.citizen.person.pk}").status_code == 200


@pytest.mark.parametrize("kind", ["Ed25519", "P-256"])
def test_both_kinds_of_keys_sign(service: kit.Service, proof: Proof, kind: str) -> None:
    keys = kit.signing_system(proof.cast.units.region, kind=kind)

    assert service.exchange(proof.sign(keys=keys)).status_code == 200


WRONG: dict[str, Callable[[Proof], Claims]] = {
    "expired": lambda _proof: {"iat": at(minutes=10), "exp": at(minutes=8)},
    "from the future": lambda _proof: {"iat": at(minutes=-5), "exp": at(minutes=-7)},
    "valid for an hour": lambda _proof: {"exp": at(minutes=-60)},
    "times that are no numbers": lambda _proof: {"exp": "soon"},
    "a supervising authority, which looks nothing up": lambda _proof: {"acting_as": "supervision"},
    "wrong audience": lambda _proof: {"aud": "https://elsewhere.example/oauth/token"},
    "no acting_as": lambda _proof: {"acting_as": None},
    "unknown acting_as": lambda _proof: {"acting_as": "king"},
    "acting as a citizen": lambda _proof: {"acting_as": "citizen"},
    "acting as an administrator": lambda _proof: {"acting_as": "admin", "purpose_of_use": "support"},
    "unknown purpose": lambda _proof: {"purpose_of_use": "curiosity"},
    "unknown unit": lambda _proof: {"sor": "99999999999"},
    "unit of another authority": lambda proof: {"sor": proof.cast.units.other_ward.sor},
    "not employed at the unit": lambda proof: {"sor": proof.cast.units.psychiatric_ward.sor},
    "unknown professional": lambda _proof: {"subject": "ZZZZZ"},
    "professional with no register's id": lambda _proof: {"subject": "somebody"},
    "assistant without responsible": lambda _proof: {"acting_as": "hp-assist"},
    "assistant with an unknown responsible": lambda _proof: {"acting_as": "hp-assist", "responsible": "ZZZZZ"},
    "assistant of herself": lambda proof: {"acting_as": "hp-assist", "responsible": proof.subject},
    "assistant of a stranger": lambda proof: {
        "acting_as": "hp-assist",
        "responsible": kit.subject_of(proof.cast.stranger.person),
    },
    "no jti": lambda _proof: {"jti": 7},
    "not to be used before a time to come": lambda _proof: {"nbf": at(minutes=-3)},
    "nbf that is no time": lambda _proof: {"nbf": "tomorrow"},
    "several audiences and none of them ours": lambda _proof: {"aud": ["https://a.example", "https://b.example"]},
    "a jti with a character that is none": lambda _proof: {"jti": "12345678\x00"},
    "longer than an assertion is": lambda _proof: {"more": "x" * 9000},
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_assertion_is_refused_and_logged(service: kit.Service, proof: Proof, name: str) -> None:
    before = refusals()

    answer = service.exchange(proof.sign(**WRONG[name](proof)))

    refused(answer, "invalid_grant")
    assert refusals() == before + 1
    assert proof.cast.doctor.person.family_name not in answer.text
    row = Entry.objects.filter(resource_type="Token").latest("recorded_at", "id")
    assert (row.citizen_id, row.interaction, row.query) == (None, "token", answer.json()["error_description"])


def test_clocks_may_differ_by_a_minute_and_ours_may_be_one_of_several_audiences(
    service: kit.Service, proof: Proof
) -> None:
    ahead = {"iat": at(seconds=-40), "nbf": at(seconds=-40), "exp": at(minutes=-2)}
    behind = {"iat": at(minutes=3), "exp": at(seconds=40)}
    audiences = {"aud": ["https://elsewhere.example", service.token_address]}

    for claims in (ahead, behind, audiences):
        assert service.exchange(proof.sign(**claims)).status_code == 200


def test_key_is_the_one_that_the_kid_names_and_of_its_kind(service: kit.Service, proof: Proof) -> None:
    system = kit.signing_system(proof.cast.units.region).system
    pairs = [OKPKey.generate_key("Ed25519", {"kid": "one"}), ECKey.generate_key("P-256", {"kid": "two"})]
    system.keys = {"keys": [pair.as_dict(private=False) for pair in pairs]}
    system.save()
    one, two = (kit.Keys(system, pair) for pair in pairs)
    stranger = kit.Keys(system, OKPKey.generate_key("Ed25519", {"kid": "three"}))
    confused = kit.Keys(system, OKPKey.import_key(pairs[0].as_dict(private=True) | {"kid": "two"}))
    nameless = kit.Keys(system, OKPKey.import_key({**pairs[0].as_dict(private=True), "kid": ""}))

    assert [service.exchange(proof.sign(keys=keys)).status_code for keys in (one, two)] == [200, 200]
    for keys in (stranger, confused, nameless):
        refused(service.exchange(proof.sign(keys=keys)), "invalid_grant")


def test_assertion_that_one_process_took_no_other_takes(service: kit.Service, proof: Proof, settings: Any) -> None:
    """The note of its use lies in the database: it holds for every worker, and after a restart."""
    settings.PUBLIC_URL = service.base  # this process is another worker of the service
    assertion = proof.sign()
    assert service.exchange(assertion).status_code == 200

    with pytest.raises(AssertionRefused, match="used before"):
        grants.vouched(assertion)


@pytest.mark.parametrize("form", [{"assertion": "a\x00.b.c"}, {"scope": "user/\x00"}, {"grant_type": "\x00"}])
def test_form_with_a_character_that_is_none_is_refused(service: kit.Service, form: dict[str, str]) -> None:
    refused(httpx.post(service.token_address, data={"grant_type": JWT_BEARER} | form), "invalid_request")
    client = {"client_id": "\x00", "token": "x"}
    refused(httpx.post(f"{service.base}/oauth/revoke", data=client), "invalid_request")
    asked = httpx.get(f"{service.base}/oauth/authorize", params={"client_id": "\x00"})
    refused(asked, "invalid_request")
    claims = f"{part({'alg': 'ES256'})}.{part({'iss': chr(0)})}.x"
    refused(service.exchange(claims), "invalid_grant")


def test_employment_that_ended_is_none(service: kit.Service, proof: Proof) -> None:
    person = factories.doctor()
    factories.ended_employment(professional=person, unit=proof.cast.units.ward)

    refused(service.exchange(proof.sign(subject=kit.subject_of(person))), "invalid_grant")


def test_no_health_professional_without_authorisation(service: kit.Service, proof: Proof) -> None:
    person = factories.professional(profession=Profession.NURSE, authorisation_id=None)
    factories.employment(professional=person, unit=proof.cast.units.ward)

    refused(service.exchange(proof.sign(subject=str(person.pk))), "invalid_grant")
    assert service.exchange(
        proof.sign(subject=str(person.pk), acting_as="hp-assist", responsible=proof.subject)
    ).is_success


def test_assertion_is_used_once(service: kit.Service, proof: Proof) -> None:
    assertion = proof.sign()

    assert service.exchange(assertion).status_code == 200
    refused(service.exchange(assertion), "invalid_grant")


def test_signature_of_another_key_is_refused(service: kit.Service, proof: Proof) -> None:
    thief = kit.signing_system(proof.cast.units.region)
    forged = kit.Keys(proof.keys.system, thief.key)

    refused(service.exchange(proof.sign(keys=forged)), "invalid_grant")


def test_altered_assertion_is_refused(service: kit.Service, proof: Proof) -> None:
    head, body, signature = proof.sign().split(".")
    other = proof.sign(subject=kit.subject_of(proof.cast.gp.person)).split(".")[1]

    assert body != other
    refused(service.exchange(f"{head}.{other}.{signature}"), "invalid_grant")


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256"])
def test_unsigned_assertion_and_one_signed_with_the_public_key_are_refused(
    service: kit.Service, proof: Proof, algorithm: str
) -> None:
    _head, body, signature = proof.sign().split(".")
    head = part({"alg": algorithm, "kid": proof.keys.key.kid})

    for forged in (f"{head}.{body}.", f"{head}.{body}.{signature}"):
        refused(service.exchange(forged), "invalid_grant")


def test_unknown_and_inactive_systems_are_no_clients(service: kit.Service, proof: Proof) -> None:
    unknown = kit.Keys(System(client_id="nobody"), proof.keys.key)
    inactive = kit.signing_system(proof.cast.units.region, is_active=False)

    for keys in (unknown, inactive):
        refused(service.exchange(proof.sign(keys=keys)), "invalid_client", 401)


def test_system_that_only_delivers_may_not_vouch(service: kit.Service, proof: Proof) -> None:
    gateway = kit.signing_system(proof.cast.units.region, may_assert=False, may_deliver=True)

    refused(service.exchange(proof.sign(keys=gateway)), "unauthorized_client")


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", f"{part({})}.{part([1])}.x", "ø" * 50, "e30.e30."])
def test_what_is_no_assertion_is_refused(service: kit.Service, assertion: str) -> None:
    answer = service.exchange(assertion)

    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_grant", "invalid_client")


def test_other_grants_and_methods_are_not_offered(service: kit.Service) -> None:
    refused(httpx.post(service.token_address, data={"grant_type": "password"}), "unsupported_grant_type")
    refused(httpx.get(service.token_address), "invalid_request", 405)
    refused(httpx.post(service.token_address, data={f"field{number}": "" for number in range(1001)}), "invalid_request")


def unauthorised(service: kit.Service, headers: dict[str, str]) -> None:
    """Every door answers 401 with an outcome that tells nothing."""
    key = factories.disease_goal().pk
    for path in ("Goal", f"Goal/{key}", f"Goal/{key}/_history", f"Patient/{key}/$overview", "AuditEvent"):
        with kit.Client(base_url=service.fhir, headers=headers, event_hooks={"response": [kit.check]}) as client:
            answer = client.get(f"/{path}")

            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert kit.codes_of(answer.json()) == {"bad-token"}


def test_no_token_and_no_bearer_token(service: kit.Service) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dTpw"},
        {"Authorization": "Bearer x.y.z"},
    ):
        unauthorised(service, headers)


def test_altered_token_is_refused(service: kit.Service, proof: Proof) -> None:
    head, _body, signature = service.token_of(proof.cast.doctor).split(".")
    other = service.token_of(proof.cast.gp).split(".")[1]

    unauthorised(service, {"Authorization": f"Bearer {head}.{other}.{signature}"})


def test_expired_token_is_refused(service: kit.Service, proof: Proof) -> None:
    past = proof.cast.doctor.asking(moment=factories.ago(hours=1))
    token, _seconds = tokens.issue(past)

    unauthorised(service, {"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512"])
def test_unsigned_token_is_refused(service: kit.Service, proof: Proof, algorithm: str) -> None:
    _head, body, _signature = service.token_of(proof.cast.doctor).split(".")

    unauthorised(service, {"Authorization": f"Bearer {part({'alg': algorithm})}.{body}."})


def test_assertion_itself_is_no_token(service: kit.Service, proof: Proof) -> None:
    unauthorised(service, {"Authorization": f"Bearer {proof.sign()}"})
