"""What tests of launches share: an app that is registered, and an EHR that launches it for the doctor of the cast."""

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from identity.models import System
from tests import factories
from tests.cast import Cast, Member
from tests.http import kit

REDIRECT = "http://127.0.0.1:4567/callback"
SCOPE = "launch openid fhirUser patient/Goal.rs patient/Patient.r user/Organization.rs"


def public_app(**given: Any) -> System:
    """An app without keys."""
    return factories.system(**{"name": "App (test)", "may_assert": False, "redirect_uris": [REDIRECT], **given})


@dataclass
class Ehr:
    """The doctor's system, which opens the citizen of the cast here or in an app."""

    service: kit.Service
    cast: Cast

    def assertion(self, member: Member | None = None, **claims: Any) -> str:
        """What the system says about her; by default the doctor at her ward."""
        member = member or self.cast.doctor
        assert member.unit is not None
        about = {"acting_as": str(member.actor.acting_as), "sor": member.unit.sor}
        return self.service.keys_of(member.unit).assertion(
            kit.subject_of(member.person), audience=self.service.token_address, **{**about, **claims}
        )

    def launch(self, member: Member | None = None, **form: str) -> httpx.Response:
        """Ask for a launch; of the citizen of the cast unless another is told."""
        if not {"patient", "cpr"} & set(form):
            form["patient"] = str(self.cast.citizen.person.pk)
        form = {"assertion": self.assertion(member), **form}
        return httpx.post(f"{self.service.base}/oauth/launch", data=form, timeout=30)


class App:
    """An app in somebody's browser, with the secret that only it knows."""

    def __init__(self, service: kit.Service, system: System) -> None:
        self.service, self.system = service, system
        self.verifier, self.state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)

    def asking(self, launch: str, /, **changes: str | None) -> dict[str, str]:
        """What it asks at the authorize address; a value that is None is left out."""
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.system.client_id,
            "redirect_uri": REDIRECT,
            "launch": launch,
            "scope": SCOPE,
            "state": self.state,
            "aud": self.service.fhir,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def authorize(self, launch: str, /, **changes: str | None) -> httpx.Response:
        """Open the authorize address."""
        return httpx.get(f"{self.service.base}/oauth/authorize", params=self.asking(launch, **changes), timeout=30)

    def sent_back(self, launch: str, /, **changes: str | None) -> dict[str, str]:
        """What it is sent back with."""
        answer = self.authorize(launch, **changes)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Location"].startswith(f"{REDIRECT}?")
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def follow(self, address: str) -> str:
        """Open an authorize address that a client made; return where the browser is sent."""
        answer = httpx.get(address, timeout=30)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def token(self, code: str, **changes: str) -> httpx.Response:
        """Exchange the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "client_id": self.system.client_id,
            "code_verifier": self.verifier,
            **changes,
        }
        return httpx.post(self.service.token_address, data=form, timeout=30)
