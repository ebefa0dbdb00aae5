"""What tests need to speak with the running service as other systems do: over HTTP, with real tokens.

The server is started as in production, against this pytest worker's own database, and a test's rows are committed for
real. They are never taken away again, since the log refuses it: so each test makes citizens of its own and asks about
those, and no test here counts all rows of a table. They run after the tests that roll back (see conftest.py), so nobody
else meets their rows either.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection
from joserfc.jwk import ECKey, OKPKey

from access.vocabulary import ActingAs
from audit.models import Entry
from config import embedded, web
from identity import assertions, tokens
from identity.models import System
from identity.views import JWT_BEARER
from organisations.models import Organisation, Professional
from tests import factories
from tests.cast import Member
from tests.conformance import checked_answer

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


def worker_database_url() -> str:
    """The address of this pytest worker's test database, with the application's role."""
    given = connection.settings_dict
    password = quote(given["PASSWORD"], safe="")
    return f"postgresql://{given['USER']}:{password}@{given['HOST']}:{given['PORT']}/{quote(given['NAME'])}"


def check(response: httpx.Response) -> None:
    """Hold an answer against FHIR (an event hook of every client)."""
    body = response.read()
    checked_answer(response.request.url.path, response.headers.get("Content-Type", ""), response.status_code, body)


@dataclass(frozen=True)
class Keys:
    """A registered system and the private key that it signs with."""

    system: System
    key: Any

    def assertion(self, subject: str, *, audience: str, **claims: Any) -> str:
        """Sign an assertion about a professional."""
        return assertions.make(self.key, issuer=self.system.client_id, subject=subject, aud=audience, **claims)


def subject_of(person: Professional) -> str:
    """How a system names a professional: by authorisation, or by our id who has none."""
    return person.authorisation_id or str(person.pk)


def signing_system(owner: Organisation, *, kind: str = "Ed25519", **given: Any) -> Keys:
    """Register a system of this authority with a new pair of keys, of the kind Ed25519 or P-256."""
    made = OKPKey.generate_key("Ed25519") if kind == "Ed25519" else ECKey.generate_key("P-256")
    made.ensure_kid()
    system = factories.system(owner=owner, keys={"keys": [made.as_dict(private=False)]}, **given)
    return Keys(system, made)


class Client(httpx.Client):
    """A client whose every answer is held against FHIR."""

    def explain(self, path: str) -> dict[str, Any]:
        """Ask `$explain-access`; return the parameters by name, those that are lists of parts as dictionaries."""
        answer = self.get(f"{path}/$explain-access")
        assert answer.status_code == 200, answer.text
        return _named(answer.json()["parameter"])


def _named(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Parts by name; one that comes twice is a list."""
    found: dict[str, Any] = {}
    for part in parts:
        value = _named(part["part"]) if "part" in part else next(v for k, v in part.items() if k.startswith("value"))
        name = part["name"]
        found[name] = (
            [*found[name], value] if isinstance(found.get(name), list) else [value] if name == "rule" else value
        )
    return found


@dataclass
class Service:
    """The running service."""

    base: str
    process: "subprocess.Popen[bytes]"
    systems: dict[Any, Keys] = field(default_factory=dict)

    @property
    def fhir(self) -> str:
        """Where FHIR is served."""
        return f"{self.base}/fhir"

    @property
    def token_address(self) -> str:
        """The audience of assertions."""
        return f"{self.base}/oauth/token"

    def keys_of(self, unit: Organisation) -> Keys:
        """The system of the authority that the unit belongs to, registered at first use."""
        if unit.authority_id not in self.systems:
            kind = "P-256" if len(self.systems) % 2 else "Ed25519"
            self.systems[unit.authority_id] = signing_system(unit.authority, kind=kind)
        return self.systems[unit.authority_id]

    def exchange(self, assertion: str) -> httpx.Response:
        """Hand an assertion in at the token address."""
        return httpx.post(self.token_address, data={"grant_type": JWT_BEARER, "assertion": assertion}, timeout=30)

    def token_of(self, member: Member, **claims: Any) -> str:
        """Log a member of the cast in: the system of her unit signs, and the service gives a token."""
        assert member.unit is not None
        actor = member.actor
        about = {"acting_as": str(actor.acting_as), "sor": member.unit.sor, "purpose_of_use": str(actor.purpose)}
        if actor.responsible_id is not None:
            about["responsible"] = subject_of(Professional.objects.get(pk=actor.responsible_id))
        signed = self.keys_of(member.unit).assertion(
            subject_of(member.person), audience=self.token_address, **{**about, **claims}
        )
        answer = self.exchange(signed)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    @contextmanager
    def as_(self, member: Member, **claims: Any) -> Iterator[Client]:
        """Speak as a member of the cast.

        A citizen's token is signed by us, since her log-in (MitID) is no part of the token address; a professional's is
        exchanged for an assertion.
        """
        if member.actor.acting_as in (ActingAs.CITIZEN, ActingAs.PROXY, ActingAs.PARENT, ActingAs.GUARDIAN):
            token, _seconds = tokens.issue(member.asking(moment=factories.now()))
        else:
            token = self.token_of(member, **claims)
        with self.with_token(token) as client:
            yield client

    @contextmanager
    def with_token(self, token: str) -> Iterator[Client]:
        """Speak with this token."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}
        with Client(base_url=self.fhir, headers=headers, event_hooks={"response": [check]}, timeout=30) as client:
            yield client


def environment(port: int) -> Mapping[str, str]:
    """What the server is told: this worker's database and secret, a port, and a small size."""
    return os.environ | {
        "DATABASE_URL": worker_database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMO_MODE": "0",
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        **dict.fromkeys(("RATE_PER_SYSTEM", "RATE_PER_USER", "RATE_PER_ADDRESS"), "0/0"),
    }


def start(folder: Path) -> Service:
    """Start the server as in production on a free port, and wait until it answers."""
    port = embedded.free_port()
    with (folder / "server.log").open("wb") as output:
        process = subprocess.Popen(
            web.command(port), cwd=ROOT, env=environment(port), stdout=output, stderr=output, start_new_session=True
        )
    service = Service(f"http://127.0.0.1:{port}", process)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{service.fhir}/metadata", timeout=10).status_code == 200:
                return service
        time.sleep(0.1)
    stop(service)
    raise AssertionError((folder / "server.log").read_text())


def stop(service: Service) -> None:
    """Stop the server that `start` started."""
    service.process.terminate()
    try:
        service.process.wait(20)
    except subprocess.TimeoutExpired:
        service.process.kill()
        service.process.wait()


def codes_of(outcome: dict[str, Any]) -> set[str]:
    """The codes that an OperationOutcome tells: its kind of error, the gate and the reason."""
    return {coding["code"] for issue in outcome["issue"] for coding in issue["details"].get("coding", ())}


def hint_of(outcome: dict[str, Any]) -> str:
    """The nearest lawful way that a refusal tells."""
    told = outcome["issue"][0]["extension"][0]["extension"]
    return next(str(part["valueCode"]) for part in told if part["url"] == "way")


def last_entry(citizen: Any, **where: Any) -> Entry:
    """The newest log row about a citizen."""
    return Entry.objects.filter(citizen_id=citizen.pk, **where).latest("recorded_at", "id")
