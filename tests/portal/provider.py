"""A real log-in service on this machine, and ways to have it err: it answers over HTTP, as another's would.

Between it and us stands a filter that can sign anew what it says (with a key that it publishes, or a foreign one),
and that holds the app to PKCE and, where it has its public key, to signed assertions (private_key_jwt).
"""

import json
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import httpx
import oidc_provider_mock
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response


class Service:
    """The service. `sign_with` signs id tokens anew, `published` stand among its keys, `claims` are told besides.

    `told` changes its own description. `id_token` makes the whole token out of its claims. With `app_key` the app has
    to sign who it is: `assertions` are what it sent, and whoever sends none that holds is refused.
    """

    def __init__(self) -> None:
        self.inner = Client(oidc_provider_mock.app(), Response)
        self.sign_with: RSAKey | None = None
        self.published: list[RSAKey] = []
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.id_token: Callable[[dict[str, Any]], str] | None = None
        self.app_key: RSAKey | None = None
        self.assertions: list[dict[str, Any]] = []
        self.asked: dict[str, list[str]] = {}
        self.verified: list[bool] = []
        self.keys_read = 0
        self.issuer = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Pass a request on, and change what was asked to be changed."""
        request = Request(environ)
        body: Any = request.get_data()
        if request.path == "/oauth2/token" and self.app_key is not None:
            try:
                self._check_assertion(parse_qs(body.decode()))
            except (JoseError, AssertionError, KeyError) as error:
                return Response(json.dumps({"error": "invalid_client", "why": repr(error)}), 401)(
                    environ, start_response
                )
        headers = {name: value for name, value in request.headers if name not in ("Host", "Content-Length")}
        if request.path == "/oauth2/token" and self.app_key is not None:  # the service behind knows secrets alone
            headers["Authorization"] = "Basic " + b64encode(b"portal-test:secret").decode()
            body = urlencode([(name, value) for name, value in parse_qsl(body.decode()) if "assertion" not in name])
        answer = self.inner.open(
            request.full_path,
            method=request.method,
            headers=headers,
            data=body,
            base_url=self.issuer,
        )
        if request.path == "/oauth2/authorize" and request.method == "POST":
            self.asked = {name: request.args.getlist(name) for name in request.args}
        if request.path == "/oauth2/token":
            self._check_verifier(parse_qs(request.get_data(as_text=True)))
        if request.path == "/jwks":
            self.keys_read += 1
        told = self._changed(request.path, answer) if answer.status_code == 200 else None
        if told is not None:
            answer = Response(json.dumps(told), content_type="application/json")
        return answer(environ, start_response)

    def _check_verifier(self, form: dict[str, list[str]]) -> None:
        digest = sha256(form.get("code_verifier", [""])[0].encode()).digest()
        fits = urlsafe_b64encode(digest).decode().rstrip("=") == self.asked.get("code_challenge", [""])[0]
        self.verified.append(fits and self.asked["code_challenge_method"] == ["S256"])

    def _check_assertion(self, form: dict[str, list[str]]) -> None:
        """The app proves who it is as RFC 7523 says: of itself, to this address, for minutes, once."""
        assert self.app_key is not None
        assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
        token = jwt.decode(form["client_assertion"][0], self.app_key, algorithms=["RS256"])
        claims, now = token.claims, time.time()
        assert claims["iss"] == claims["sub"] == form.get("client_id", [claims["sub"]])[0] == "portal-test"
        assert claims["aud"] == f"{self.issuer}/oauth2/token"
        assert now - 60 < claims["iat"] <= now + 1
        assert now < claims["exp"] <= now + 3600
        assert claims["jti"] not in {each["jti"] for each in self.assertions}
        assert "client_secret" not in form
        self.assertions.append(claims)

    def _changed(self, path: str, answer: Response) -> dict[str, Any] | None:
        if path == "/jwks" and self.published:
            return dict(KeySet(self.published).as_dict(private=False))
        if path == "/.well-known/openid-configuration" and self.told:
            return {**json.loads(answer.get_data()), **self.told}
        if path == "/oauth2/token" and (self.claims or self.sign_with is not None):
            told: dict[str, Any] = json.loads(answer.get_data())
            key = self.sign_with or self.published[0]
            payload = told["id_token"].split(".")[1]
            claims = {**json.loads(_unpacked(payload)), "auth_time": int(time.time()), **self.claims}
            claims = {name: value for name, value in claims.items() if value is not None}
            make = self.id_token or (lambda all_: jwt.encode({"alg": "RS256", "kid": key.kid}, all_, key))
            told["id_token"] = make(claims)
            return told
        return None

    def log_in(self, address: str, subject: str) -> str:
        """Do at the service what a person does there; the address that it leads back to."""
        answer = httpx.post(address, data={"sub": subject}, follow_redirects=False)
        return str(answer.headers["location"])

    def knows(self, subject: str, **claims: str) -> None:
        """Have the service tell this of somebody."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()


def _unpacked(text: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key(name: str) -> RSAKey:
    """A key of this id."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}, private=True)


@contextmanager
def service() -> Iterator[Service]:
    """The service, started on a free port."""
    made = Service()
    server = make_server("127.0.0.1", 0, made, threaded=True)
    made.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
