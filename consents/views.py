"""What a decision would change, and what a professional declares about a block."""

from django.http import HttpResponse
from rest_framework.request import Request

from access.rest import FhirView, answer, as_key, body_of, check_body, resource
from consents import overrides
from consents.fhir.preview import as_parameters, preview
from fhir.datatypes import instant
from fhir.outcomes import FhirError


class DryRunView(FhirView):
    """`Consent/$dry-run`: what a consent or block would change, before it is made."""

    asks_as = ("Consent", "create")

    def post(self, request: Request) -> HttpResponse:
        """Take the Consent that would be created; answer with what each unit and role would gain or lose."""
        body = body_of(request._request)
        check_body(resource("Consent", "create"), body)
        return answer(as_parameters(preview(by=self.actor, body=body)))


class OverrideView(FhirView):
    """`Patient/[id]/$override`: declare an override; later requests name it in the header `X-Override`."""

    asks_as = ("Consent", "create")

    def post(self, request: Request, key: str) -> HttpResponse:
        """Take Parameters with `reason-code`, `reason` and, if need be, `hours` and `social-reason`; answer with it."""
        given = parameters(body_of(request._request))
        hours = given.get("hours", 1)
        if not isinstance(hours, int) or isinstance(hours, bool):
            raise FhirError("wrong-shape", "hours", expression="Parameters.parameter")
        made = overrides.declare_override(
            by=self.actor,
            citizen_id=as_key(key),
            reason_code=str(given.get("reason-code", "")),
            reason=str(given.get("reason", "")),
            hours=hours,
            social_reason=str(given.get("social-reason", "")),
        )
        return answer(
            {
                "resourceType": "Parameters",
                "parameter": [
                    {"name": "override", "valueId": str(made.pk)},
                    {"name": "until", "valueInstant": instant(made.end)},
                ],
            },
            201,
        )


def parameters(body: dict[str, object]) -> dict[str, object]:
    """Read FHIR Parameters with simple values. Raises FhirError (400)."""
    listed = body.get("parameter")
    if body.get("resourceType") != "Parameters" or not isinstance(listed, list):
        raise FhirError("wrong-type", expression="resourceType")
    found: dict[str, object] = {}
    for part in listed:
        if not isinstance(part, dict) or not isinstance(part.get("name"), str):
            raise FhirError("wrong-shape", "parameter", expression="Parameters.parameter")
        value = next((value for name, value in part.items() if name.startswith("value")), None)
        found[part["name"]] = value
    return found
