"""Launches: a system says that its professional opens one citizen, here or in an app, and gets a secret for it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from access import service
from access.actors import Actor
from access.refusals import no_relation
from access.vocabulary import Reason
from citizens.models import Citizen, Identifier
from fhir.datatypes import SOR
from fhir.ids import new_key
from fhir.registry import resource_of
from identity import grants, tickets, tokens
from identity.assertions import AssertionRefused
from identity.models import System, Ticket
from identity.oauth import OAuthView, answer
from organisations.models import Organisation

ACTING_UNIT = "https://patientoverblik.dk/role/acting-unit"
# A citizen of whom the asker may see no more than this is opened all the same: the page says why, and what would help.
_STILL_OPENED = frozenset({Reason.BLOCKED, Reason.NEEDS_CONSENT, Reason.CONSENT_EXPIRED, Reason.LAW_GATE})


class LaunchView(OAuthView):
    """Exchanges an assertion (clinician and citizen) for an address that opens the page, or for an app's `launch`."""

    interaction = "launch"

    def answered(self, request: HttpRequest) -> HttpResponse:
        """Answer with what opens it, once and within a minute. Raises AssertionRefused.

        The form holds `assertion`, and `patient` (our id) or `cpr`; `app` is the client id of an app to be launched.
        """
        if request.GET:
            raise AssertionRefused("invalid_request", "nothing may stand in the address")
        system, actor = grants.vouched(request.POST.get("assertion", ""))
        app = app_of(request.POST["app"]) if "app" in request.POST else None
        actor = opened(actor, request.POST.get("patient", ""), request.POST.get("cpr", ""))
        seconds = int(tickets.SHORT.total_seconds())
        if app is None:
            secret = tickets.make(Ticket.Kind.PAGE, system.client_id, tokens.facts_of(actor))
            address = f"{settings.PUBLIC_URL}{reverse('desk-open', args=[secret])}"
            return answer({"launch_url": address, "expires_in": seconds})
        secret = tickets.make(Ticket.Kind.APP, app.client_id, tokens.facts_of(actor))
        return answer({"launch": secret, "iss": f"{settings.PUBLIC_URL}/fhir", "expires_in": seconds})


def app_of(client_id: str) -> System:
    """The app of this name that can be launched. Raises AssertionRefused."""
    found = System.objects.filter(client_id=client_id[:100], is_active=True).first()
    if found is None or not found.redirect_uris:
        raise AssertionRefused("invalid_request", "there is no such app")
    return found


def opened(actor: Actor, patient: str, number: str) -> Actor:
    """The actor with the citizen in context. Raises AssertionRefused, for a number that nobody has as for a citizen
    who is not in treatment or care here. Some four statements, one of them the log."""
    citizen_id = _citizen(patient, number)
    actor = replace(actor, request_id=new_key().hex)
    patients = resource_of("Patient")
    assert patients is not None  # noqa: S101  it is registered
    decision = None if citizen_id is None else service.decide_for_citizen(patients.source, actor, citizen_id)
    reason = Reason.NO_RELATION if decision is None else decision.reason
    is_open = decision is not None and (decision.permitted or reason in _STILL_OPENED)
    service.log(
        actor,
        "launch",
        "Patient",
        citizen_id=citizen_id,
        outcome="permit" if is_open else "refuse",
        reason="" if is_open else str(reason),
        rules=[rule.code for rule in decision.held] if decision is not None else [],
    )
    if not is_open:
        why = no_relation(actor)["text"]["en"]
        raise AssertionRefused("access_denied", why, actor.client_id, is_noted=True)
    return replace(actor, in_context=citizen_id)


def _citizen(patient: str, number: str) -> UUID | None:
    """Whose id or number it is. Raises AssertionRefused where not just one of them is given."""
    if bool(patient) == bool(number):
        raise AssertionRefused("invalid_request", "give patient or cpr")
    if number:
        plain = number.replace("-", "").strip()
        found = Citizen.objects.filter(cpr=plain).values_list("pk", flat=True).first()
        found = found or Identifier.objects.filter(value=plain).values_list("citizen_id", flat=True).first()
        return UUID(str(found)) if found else None
    try:
        return UUID(patient.removeprefix("Patient/"))
    except ValueError:
        return None


def context_of(unit: Organisation) -> dict[str, Any]:
    """The acting unit and the authority that answers for it, as an app is told."""
    authority = unit.authority
    told: dict[str, Any] = {"reference": f"Organization/{unit.pk}", "type": "Organization", "role": ACTING_UNIT}
    if unit.sor:
        told["identifier"] = {"system": SOR, "value": unit.sor}
    return {"fhirContext": [told], "tenant": authority.municipality_code or authority.sor or str(authority.pk)}


def code_for(app: System, ticket: Ticket, *, scopes: frozenset[str], **shown: str) -> str:
    """Return the code that an app gets for its launch; `shown` is what it has to show with the code."""
    actor = tokens.actor_of(ticket.facts, datetime.now(UTC))
    actor = replace(actor, client_id=app.client_id, scopes=scopes)
    unit = Organisation.objects.select_related("authority").get(pk=ticket.facts["unit"])
    facts = tokens.facts_of(actor) | {"context": context_of(unit), **shown}
    return tickets.make(Ticket.Kind.CODE, app.client_id, facts)
