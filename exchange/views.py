"""The HTTP edge of deliveries: `POST /fhir/Bundle/$deliver` with a system's token."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from access.rest import LARGEST_BODY, FhirView, answer
from exchange import services
from exchange.errors import NotASystem
from exchange.models import Delivery
from exchange.reports import CitizenReport, DeliveryReport, Entry
from fhir.outcomes import ERROR_SYSTEM, FhirError, issue, outcome

_MALFORMED = frozenset({"not-json", "not-a-bundle", "empty-bundle", "unsupported-bundle", "wrong-shape", "bad-text"})
_STATUS = {"created": "201 Created", "updated": "200 OK", "unchanged": "200 OK", "outdated": "200 OK"}


class DeliverView(FhirView):
    """Take a delivery and report on each entry."""

    asks_as = ("Bundle", "create")

    def post(self, request: Request) -> HttpResponse:
        """Answer with a batch-response, or with an OperationOutcome when nothing could be taken (400 or 422)."""
        body = _body(request)
        try:
            report = services.take(by=self.actor, bundle=body, source=self.actor.client_id)
        except NotASystem as error:
            raise FhirError(
                "forbidden", "Kun et registreret system kan levere.", "Only a registered system can deliver."
            ) from error
        refused = [item for item in report.citizens if item.outcome == Delivery.Outcome.QUARANTINED]
        if len(refused) == len(report.citizens):
            is_malformed = all(item.reason in _MALFORMED for item in refused)
            return answer(outcome(*(_issue(entry) for entry in _refused(refused))), 400 if is_malformed else 422)
        return answer(as_bundle(report))


def _body(request: Request) -> bytes:
    """The bytes of the body. Raises FhirError (413 or 415)."""
    raw = request._request
    if raw.content_type not in ("application/fhir+json", "application/json", ""):
        raise FhirError("wrong-media-type")
    data = raw.read(LARGEST_BODY + 1)
    if len(data) > LARGEST_BODY:
        raise FhirError("too-large")
    return bytes(data)


def _refused(reports: list[CitizenReport]) -> list[Entry]:
    """The entries at fault, without those that only followed."""
    return [entry for item in reports for entry in item.entries if entry.code == item.reason]


def _issue(entry: Entry) -> dict[str, Any]:
    """Write one entry as an issue."""
    da, en = entry.texts()
    severity = {"refused": "error", "outdated": "warning"}.get(entry.action, "information")
    kind = "invalid" if entry.action == "refused" else "informational"
    coding = {"system": ERROR_SYSTEM, "code": entry.code}
    return issue(severity, kind, da, en, coding, expression=entry.as_json()["fullUrl"])


def as_bundle(report: DeliveryReport) -> dict[str, Any]:
    """Write a report as a batch-response: an entry for each entry, in the order of the delivery."""
    entries = [
        {
            "fullUrl": entry.as_json()["fullUrl"],
            "response": {
                "status": _STATUS.get(entry.action, "422 Unprocessable Entity"),
                "outcome": outcome(_issue(entry)),
            },
        }
        for item in report.citizens
        for entry in item.entries
    ]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
