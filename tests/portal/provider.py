"""A real log-in service on this machine, and ways to have it err: it answers over HTTP, as another's would.

Between it and us stands a filter that can sign anew what it says (with a key that it publishes, or a foreign one),
and that holds the app to PKCE.
"""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import httpx
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response


class Service:
    """The service. `sign_with` signs id tokens anew, `published` stand among its keys, `claims` are told besides."""

    def __init__(self) -> None:
        self.inner = Client(oidc_provider_mock.app(), Response)
        self.sign_with: RSAKey | None = None
        self.published: list[RSAKey] = []
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, list[str]] = {}
        self.verified: list[bool] = []
        self.keys_read = 0
        self.issuer = ""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Pass a request on, and change what was asked to be changed."""
        request = Request(environ)
        body = request.get_data()
        answer = self.inner.open(
            request.full_path,
            method=request.method,
            headers={name: value for name, value in request.headers if name not in ("Host", "Content-Length")},
            data=body,
            base_url=self.issuer,
        )
        if request.path == "/oauth2/authorize" and request.method == "POST":
            self.asked = {name: request.args.getlist(name) for name in request.args}
        if request.path == "/oauth2/token":
            self._check_verifier(parse_qs(body.decode()))
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

    def _changed(self, path: str, answer: Response) -> dict[str, Any] | None:
        if path == "/jwks" and self.published:
            return dict(KeySet(self.published).as_dict(private=False))
        if path == "/oauth2/token" and (self.claims or self.sign_with is not None):
            told: dict[str, Any] = json.loads(answer.get_data())
            key = self.sign_with or self.published[0]
            payload = told["id_token"].split(".")[1]
            claims = {**json.loads(_unpacked(payload)), **self.claims}
            told["id_token"] = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
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
