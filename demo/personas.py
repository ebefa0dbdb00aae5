"""The personas of the demo: who asks, as what, from where, and how each gets a real token.

A professional's token comes by a signed assertion of the demo system of his or her place of work, exchanged as at
/oauth/token; a citizen's as after a login, which the demo does without.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from demo.book import key
from demo.places import STAFF, UNITS
from demo.systems import private_key
from identity import assertions, grants, tokens
from organisations.models import Organisation, Professional

SYSTEM_OF = {
    "region": "epj-demo",
    "municipality": "eoj-demo",
    "practice": "lps-demo",
    "dental-clinic": "dental-demo",
}


@dataclass(frozen=True)
class Persona:
    """One asker. `who` is a member of staff, a citizen or a system; `for_whom` the citizen a relative acts for."""

    name: str
    what: str
    acting_as: ActingAs
    who: str
    unit: str = ""
    responsible: str = ""
    for_whom: str = ""
    purpose: Purpose | None = None

    @property
    def place(self) -> str:
        """Where the persona asks from, in the demo's own words."""
        if self.unit:
            return UNITS[self.unit][1]
        return "at home" if self.acting_as != ActingAs.SYSTEM else "a server"

    def token(self) -> tuple[str, int]:
        """Return a real access token and its lifetime in seconds. Raises AssertionRefused."""
        if self.acting_as == ActingAs.SYSTEM:
            claim = assertions.make(private_key(self.who), issuer=self.who, subject=self.who)
            return grants.of_system(claim)[:2]
        if self.unit:
            return grants.of_professional(self._assertion())[:2]
        on_behalf_of = key(f"citizen {self.for_whom}") if self.for_whom else None
        asker = Actor(
            self.acting_as,
            Purpose.OWN,
            datetime.now(UTC),
            citizen_id=key(f"citizen {self.who}"),
            on_behalf_of=on_behalf_of,
            client_id="demo-login",
        )
        return tokens.issue(asker)

    def _assertion(self) -> str:
        """Sign what the system at the place of work says about the professional."""
        root = self.unit
        while UNITS[root][2]:
            root = UNITS[root][2]
        system = SYSTEM_OF[root]
        unit = Organisation.objects.get(pk=key(f"unit {self.unit}"))
        claims: dict[str, Any] = {"acting_as": str(self.acting_as), "sor": unit.sor}
        if self.purpose is not None:
            claims["purpose_of_use"] = str(self.purpose)
        if self.responsible:
            claims["responsible"] = _subject(self.responsible)
        return assertions.make(private_key(system), issuer=system, subject=_subject(self.who), **claims)


def _subject(name: str) -> str:
    """The authorisation id of a professional, or our id of one without."""
    professional = Professional.objects.get(pk=key(f"staff {name}"))
    return professional.authorisation_id or str(professional.pk)


def _at_work(name: str, what: str, acting_as: ActingAs = ActingAs.HP, **more: str) -> Persona:
    """Somebody at work, at the first place of work unless another is told."""
    who = more.pop("who", name)
    return Persona(name, what, acting_as, who, more.pop("unit", STAFF[who][4][0]), **more)  # type: ignore[arg-type]


_ALL = (
    _at_work("doctor", "hospital doctor who treats Lars and Poul"),
    _at_work("hospital-nurse", "nurse of the same ward"),
    _at_work("gp", "general practitioner of Lars, Poul and Hans"),
    _at_work("municipal-nurse", "municipal nurse (SUL § 138)"),
    _at_work("home-helper", "home helper (SEL § 83, elderly act)", ActingAs.CARE),
    _at_work(
        "home-helper-delegated",
        "home helper on a task of the municipal nurse",
        ActingAs.HP_ASSIST,
        who="home-helper",
        unit="nursing",
        responsible="municipal-nurse",
    ),
    _at_work("caseworker", "caseworker who decides on help", ActingAs.CASE),
    _at_work("physiotherapist", "municipal physiotherapist (SUL § 140)"),
    _at_work("dentist", "dentist of Lars and Kirsten"),
    _at_work("social-psychiatry", "social psychiatry, party of Thomas's agreement", ActingAs.SOC_PSY),
    _at_work("emergency-doctor", "doctor of the emergency ward"),
    _at_work("clerk", "secretary with the management's permit", ActingAs.HP_PERMIT),
    _at_work("student", "medical student under the doctor", ActingAs.HP_STUDENT, responsible="doctor"),
    _at_work("auditor", "the municipality's auditor of look-ups", ActingAs.AUDIT),
    _at_work("stranger", "nurse of another ward who treats none of them"),
    Persona("lars", "Lars, citizen with COPD", ActingAs.CITIZEN, "lars"),
    Persona(
        "lars-daughter", "Mette, his daughter, with power of attorney", ActingAs.PROXY, "lars-daughter", for_whom="lars"
    ),
    Persona("poul", "Poul, citizen with emphysema", ActingAs.CITIZEN, "poul"),
    Persona("hans", "Hans, citizen with several chronic diseases", ActingAs.CITIZEN, "hans"),
    Persona("emma", "Emma, sixteen", ActingAs.CITIZEN, "emma"),
    Persona("sofie-mother", "Maria, mother of Sofie who is nine", ActingAs.PARENT, "maria", for_whom="sofie"),
    Persona("ingrid-guardian", "Bo, guardian of Ingrid", ActingAs.GUARDIAN, "bo", for_whom="ingrid"),
    Persona("gateway", "gateway of the municipalities, delivers bundles", ActingAs.SYSTEM, "gateway-demo"),
)
PERSONAS = {persona.name: persona for persona in _ALL}
