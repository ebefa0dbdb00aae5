"""Ways in besides the professional's assertion, and ways out: systems, scopes, keys that change, tokens called back."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import KeySet, OKPKey, RSAKey

from audit.models import Entry
from fhir.ids import new_key
from identity import assertions, keys, revocation, tasks, tokens
from identity.models import RevokedToken, Ticket, UsedAssertion
from identity.oauth import CLIENT_ASSERTION, JWT_BEARER
from tests import factories
from tests.cast import Cast
from tests.http import kit
from tests.http.test_tokens import Proof, refused


def credentials(service: kit.Service, keys: kit.Keys, scope: str = "", **claims: Any) -> httpx.Response:
    """A system asks for a token of its own (SMART backend services)."""
    about = claims.pop("subject", keys.system.client_id)
    signed = keys.assertion(about, audience=service.token_address, **claims)
    form = {"grant_type": "client_credentials", "client_assertion_type": CLIENT_ASSERTION, "client_assertion": signed}
    return httpx.post(service.token_address, data=form | ({"scope": scope} if scope else {}), timeout=30)


def professional(service: kit.Service, proof: Proof, scope: str, keys: kit.Keys | None = None) -> httpx.Response:
    """The doctor's system asks for a token for her with these scopes."""
    form = {"grant_type": JWT_BEARER, "assertion": proof.sign(keys=keys), "scope": scope}
    return httpx.post(service.token_address, data=form, timeout=30)


def revoke(service: kit.Service, keys: kit.Keys, token: str) -> httpx.Response:
    """A system calls a token back."""
    signed = keys.assertion(keys.system.client_id, audience=service.token_address)
    form = {"token": token, "client_assertion_type": CLIENT_ASSERTION, "client_assertion": signed}
    return httpx.post(f"{service.base}/oauth/revoke", data=form, timeout=30)


@pytest.fixture
def proof(service: kit.Service, cast: Cast) -> Proof:
    return Proof(service, cast)


@pytest.fixture
def gateway(cast: Cast) -> kit.Keys:
    """A system of the municipality that delivers."""
    return kit.signing_system(cast.units.municipality, may_assert=False, may_deliver=True)


def test_system_gets_a_short_token_that_delivers_and_looks_nothing_up(
    service: kit.Service, cast: Cast, gateway: kit.Keys
) -> None:
    told = credentials(service, gateway).json()

    assert (told["scope"], told["expires_in"] <= 300) == ("system/*.cruds", True)
    empty = {"resourceType": "Bundle", "type": "collection", "entry": []}
    with service.with_token(told["access_token"]) as client:
        assert client.post("/Bundle/$deliver", json=empty).status_code == 400
        assert client.get(f"/Goal?patient=Patient/{cast.citizen.person.pk}").status_code == 403


def test_system_is_held_to_its_scopes(service: kit.Service, gateway: kit.Keys) -> None:
    told = credentials(service, gateway, "system/Goal.cu").json()

    with service.with_token(told["access_token"]) as client:
        answer = client.post("/Bundle/$deliver", json={"resourceType": "Bundle", "type": "collection", "entry": []})
        assert kit.codes_of(answer.json()) == {"insufficient-scope"}


def test_who_does_not_deliver_and_who_speaks_of_another_get_no_token(
    service: kit.Service, proof: Proof, gateway: kit.Keys
) -> None:
    refused(credentials(service, proof.keys), "unauthorized_client")
    refused(credentials(service, gateway, subject="somebody-else"), "invalid_client", 401)


def test_token_of_a_professional_says_how_far_it_reaches(service: kit.Service, proof: Proof) -> None:
    assert professional(service, proof, "").json()["scope"] == "user/*.cruds"
    told = professional(service, proof, "user/Goal.read user/Patient.r offline_access").json()
    assert told["scope"] == "user/Goal.read user/Patient.r"

    patient = f"Patient/{proof.cast.citizen.person.pk}"
    with service.with_token(told["access_token"]) as client:
        assert client.get(f"/Goal?patient={patient}").status_code == 200
        assert kit.codes_of(client.get(f"/Condition?patient={patient}").json()) == {"insufficient-scope"}
        assert kit.codes_of(client.get("/Patient?_id=x").json()) == {"insufficient-scope"}


@pytest.mark.parametrize(
    "scope",
    ["system/*.rs", "patient/*.rs", "user/Goal.rs?category=overall", "user/Goal", "user/Goal.rs admin", "launch"],
)
def test_scope_that_is_unknown_or_of_another_kind_is_refused_and_logged(
    service: kit.Service, proof: Proof, scope: str
) -> None:
    refused(professional(service, proof, scope), "invalid_scope")

    row = Entry.objects.filter(resource_type="Token").latest("recorded_at", "id")
    assert (row.outcome, row.reason, row.client_id) == ("refuse", "auth", proof.keys.system.client_id)


def test_system_gives_no_wider_scope_than_it_was_registered_with(service: kit.Service, proof: Proof) -> None:
    narrow = kit.signing_system(proof.cast.units.region, scopes="user/Goal.rs user/Patient.r")

    refused(professional(service, proof, "user/Goal.cruds", narrow), "invalid_scope")
    refused(professional(service, proof, "user/*.rs", narrow), "invalid_scope")
    assert professional(service, proof, "user/Goal.s", narrow).json()["scope"] == "user/Goal.s"
    assert professional(service, proof, "", narrow).json()["scope"] == "user/Goal.rs user/Patient.r"


def test_old_and_new_key_sign_until_the_old_is_taken_away(service: kit.Service, proof: Proof) -> None:
    system = proof.keys.system
    new = OKPKey.generate_key("Ed25519", {"kid": "next"})
    system.keys["keys"].append(new.as_dict(private=False))
    system.save()
    later = kit.Keys(system, new)

    assert [service.exchange(proof.sign(keys=each)).status_code for each in (proof.keys, later)] == [200, 200]

    service.systems.pop(system.owner_id)  # the tests after this one register another
    system.keys["keys"] = system.keys["keys"][-1:]
    system.save()
    assert service.exchange(proof.sign(keys=later)).status_code == 200
    refused(service.exchange(proof.sign(keys=proof.keys)), "invalid_grant")


def test_keys_that_a_system_publishes_are_fetched_and_a_new_one_is_found(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DEMO_MODE = True
    first, second = (OKPKey.generate_key("Ed25519", {"kid": kid}) for kid in ("first", "second"))
    with _published({"keys": [first.as_dict(private=False)]}) as server:
        address = f"http://127.0.0.1:{server.server_address[1]}/keys"
        system = factories.system(owner=cast.units.region, jwks_uri=address)

        assert [key.kid for key in keys.keys_of(system, "first").keys] == ["first"]
        server.document = {"keys": [each.as_dict(private=False) for each in (first, second)]}
        assert [key.kid for key in keys.keys_of(system, "second").keys] == ["first"]  # asked a moment ago
        monkeypatch.setattr(keys, "AGAIN_SECONDS", 0.0)
        assert [key.kid for key in keys.keys_of(system, "second").keys] == ["first", "second"]
        server.document = {"keys": [second.as_dict(private=True)]}  # a private key is not taken from anywhere
        assert [key.kid for key in keys.keys_of(system, "third").keys] == ["first", "second"]

    settings.DEMO_MODE = False
    system.jwks_uri = address.replace("127.0.0.1", "localhost")
    with pytest.raises(ValueError, match="no keys"):  # outside the demo only https
        keys.keys_of(system, "first")


class _published:  # noqa: N801  reads as what it does
    """A server on this machine that publishes a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        from http.server import BaseHTTPRequestHandler, HTTPServer

        import orjson

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = orjson.dumps(self.server.document)  # type: ignore[attr-defined]
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server: Any = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.document = document

    def __enter__(self) -> Any:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self.server

    def __exit__(self, *_error: Any) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def other_process() -> Iterator[revocation.Watch]:
    """What another process of the service hears."""
    watch = revocation.Watch()
    thread = watch.start()
    with watch.changed:
        assert watch.changed.wait_for(lambda: watch.is_listening, 10)
    yield watch
    watch.stop()
    RevokedToken.objects.create(token_id=new_key().hex, expires_at=datetime.now(UTC))
    thread.join(10)


def test_revoked_token_is_refused_at_once_in_every_process(
    service: kit.Service, proof: Proof, other_process: revocation.Watch
) -> None:
    token = service.exchange(proof.sign()).json()["access_token"]
    token_id = tokens.claims_of(token)["jti"]
    thief = kit.signing_system(proof.cast.units.region)
    address = f"/Patient/{proof.cast.citizen.person.pk}"

    with service.with_token(token) as client:
        assert revoke(service, thief, token).status_code == 200
        assert client.get(address).status_code == 200

        assert revoke(service, proof.keys, token).status_code == 200
        with other_process.changed:
            assert other_process.changed.wait_for(lambda: token_id in other_process.tokens, 10)
        answer = client.get(address)

    assert other_process.is_revoked(token_id, "")
    assert (answer.status_code, kit.codes_of(answer.json())) == (401, {"bad-token"})
    row = Entry.objects.filter(token_id=token_id, outcome="refuse").latest("recorded_at", "id")
    assert (row.interaction, row.reason, row.query) == ("token", "auth", "the token was revoked")
    with pytest.raises(tokens.TokenInvalid, match="revoked"):  # a process that does not listen asks
        tokens.read(token)


def test_system_that_is_put_out_of_use_takes_its_tokens_with_it(
    service: kit.Service, proof: Proof, other_process: revocation.Watch
) -> None:
    keys = kit.signing_system(proof.cast.units.region)
    token = service.exchange(proof.sign(keys=keys)).json()["access_token"]
    keys.system.is_active = False
    keys.system.save()

    with other_process.changed:
        assert other_process.changed.wait_for(lambda: keys.system.client_id in other_process.systems, 10)
    with pytest.raises(tokens.TokenInvalid, match="revoked"):
        tokens.read(token)


def test_form_that_is_too_large_is_not_read(service: kit.Service) -> None:
    answer = httpx.post(service.token_address, data={"grant_type": JWT_BEARER, "assertion": "x" * 70_000})

    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


def test_revoking_nonsense_changes_nothing_and_strangers_may_not(service: kit.Service, proof: Proof) -> None:
    assert revoke(service, proof.keys, "x.y.z").status_code == 200
    nobody = httpx.post(f"{service.base}/oauth/revoke", data={"token": "x", "client_id": proof.keys.system.client_id})
    refused(nobody, "invalid_client", 401)


def test_secret_before_this_one_is_read_and_no_other(cast: Cast, settings: Any) -> None:
    token, _seconds = tokens.issue(cast.doctor.asking(moment=datetime.now(UTC)))
    settings.SECRET_KEY, former = "the next secret", settings.SECRET_KEY

    with pytest.raises(tokens.TokenInvalid):
        tokens.read(token)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert tokens.read(token).professional_id == cast.doctor.person.pk


def test_what_has_expired_is_forgotten_and_the_rest_is_kept() -> None:
    now = datetime.now(UTC)
    for ago in (timedelta(hours=1), timedelta(hours=-1)):
        UsedAssertion.objects.create(client_id="tidy", assertion_id=f"tidy {ago}", expires_at=now - ago)
        RevokedToken.objects.create(token_id=f"tidy {ago}", expires_at=now - ago)
        Ticket.objects.create(digest=f"tidy {ago}", kind="page", client_id="tidy", facts={}, expires_at=now - ago)

    tasks.forget_expired()

    kept = timedelta(hours=-1)
    assert [row.assertion_id for row in UsedAssertion.objects.filter(client_id="tidy")] == [f"tidy {kept}"]
    assert [row.token_id for row in RevokedToken.objects.filter(token_id__startswith="tidy")] == [f"tidy {kept}"]
    assert [row.digest for row in Ticket.objects.filter(client_id="tidy")] == [f"tidy {kept}"]


def test_well_known_documents_are_true(service: kit.Service, gateway: kit.Keys) -> None:
    told = httpx.get(f"{service.fhir}/.well-known/smart-configuration").json()
    openid = httpx.get(f"{service.base}/.well-known/openid-configuration").json()

    assert told == httpx.get(f"{service.base}/.well-known/smart-configuration").json()
    assert openid == httpx.get(f"{service.fhir}/.well-known/openid-configuration").json()
    assert told["token_endpoint"] == openid["token_endpoint"] == service.token_address
    assert told["issuer"] == openid["issuer"] == service.base
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
        assert httpx.get(told[name]).status_code in (400, 405), name
    published = httpx.get(told["jwks_uri"]).json()["keys"]
    assert published and all(key["kty"] == "RSA" and not {"d", "p", "q"} & set(key) for key in published)
    assert set(told["grant_types_supported"]) == {"authorization_code", "client_credentials", JWT_BEARER}
    for algorithm, key in (("RS384", RSAKey.generate_key(2048)), ("ES256", None)):
        keys = gateway if key is None else _registered(gateway, key)
        assert algorithm in told["token_endpoint_auth_signing_alg_values_supported"]
        assert credentials(service, keys).status_code == 200


def _registered(gateway: kit.Keys, key: Any) -> kit.Keys:
    """The system with one more key."""
    key.ensure_kid()
    system = gateway.system
    system.keys = KeySet([*KeySet.import_key_set(system.keys).keys, key]).as_dict(private=False)
    system.save()
    return kit.Keys(system, key)


def test_assertion_without_iat_is_new_when_it_comes(service: kit.Service, gateway: kit.Keys) -> None:
    later = int((datetime.now(UTC) + timedelta(minutes=3)).timestamp())

    assert timedelta(minutes=5) == assertions.LONGEST
    assert credentials(service, gateway, exp=later).status_code == 200
    refused(credentials(service, gateway, exp=later + 3600), "invalid_grant")
