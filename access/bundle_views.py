"""The base address: a batch, each entry for itself, or a transaction, all of it or nothing."""

from typing import Any

import orjson
from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from access import bundles, service
from access.rest import FhirView, answer, body_of, refuse
from fhir.outcomes import FhirError


class _EntryFailed(Exception):
    """An entry of a transaction was refused; everything before it is undone."""

    def __init__(self, item: bundles.Item, found: HttpResponse) -> None:
        super().__init__(item.number)
        self.item, self.found = item, found


class BaseView(FhirView):
    """Bundles of requests; each entry is asked of the scopes and the law by itself."""

    def post(self, request: Request) -> HttpResponse:
        """Carry out a batch or a transaction."""
        kind, items = bundles.read_bundle(body_of(request._request), request.build_absolute_uri("/fhir"))
        try:
            found = self._batch(items) if kind == "batch" else self._transaction(items)
        except _EntryFailed as failed:
            return _failure(failed)
        told = [bundles.told(item, found[item.number]) for item in items]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": f"{kind}-response"}
        return answer(bundle | ({"entry": told} if told else {}))

    def _batch(self, items: list[bundles.Item]) -> dict[int, HttpResponse]:
        """Each entry for itself, in the same order as a transaction; none may refer to another."""
        found = {}
        for methods in bundles.ORDER:
            for item in (item for item in items if item.method in methods):
                try:
                    bundles.check_references(item, set())
                except FhirError as error:
                    found[item.number] = refuse(error)
                else:
                    found[item.number] = bundles.asked_alone(item, self.request)
        return found

    def _transaction(self, items: list[bundles.Item]) -> dict[int, HttpResponse]:
        """All or nothing. What was refused stands in the log all the same. Raises _EntryFailed, FhirError."""

        def ask(item: bundles.Item) -> HttpResponse:
            found = bundles.asked_alone(item, self.request)
            if found.status_code >= 400:
                raise _EntryFailed(item, found)
            return found

        with service.refusals_kept(), transaction.atomic():
            return bundles.carried_out(items, ask)


def _failure(failed: _EntryFailed) -> HttpResponse:
    """Answer a transaction as the entry that failed was answered, saying which it was."""
    outcome = orjson.loads(failed.found.content)
    place = f"Bundle.entry[{failed.item.number}]"
    for issue in outcome["issue"]:
        issue["expression"] = [place, *issue.get("expression", ())]
    kept = {name: failed.found.headers[name] for name in ("Retry-After",) if name in failed.found.headers}
    return answer(outcome, failed.found.status_code, kept)
