"""Messages: what happened that a citizen should know, and whether she is told by e-mail that there is one."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from citizens.services import has_offers
from exchange import notices
from exchange.models import Notice
from fhir.outcomes import FhirError
from portal.forms import PageForm
from portal.pages import MENU, VisitorPage

# Which entry of the menu leads to more about it.
WHERE = {
    "block-overridden": "log",
    "consent-ends": "access",
    "log-question-answered": "log",
    "power-taken": "relatives",
    "power-changed": "relatives",
    "power-ended": "relatives",
    "power-ends": "relatives",
}


class EmailForm(PageForm):
    """Whether, and where."""

    wants_email = forms.BooleanField(required=False)
    email = forms.EmailField(required=False, max_length=254)


class MessagesView(VisitorPage):
    """The messages, newest first."""

    place = "messages"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        return self._page(None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what she said about e-mail."""
        form = self._form(request.POST)
        if form.is_valid():
            try:
                notices.set_notice_address(by=self.visitor.actor, **form.cleaned_data)
                return self.done("portal-messages", self.t["common"]["saved"])
            except FhirError as error:
                if error.kind.status != 422:
                    raise
                form.refuse(error)
        return self._page(form)

    def _page(self, form: EmailForm | None) -> HttpResponse:
        try:
            asked = self.request.GET.get("before", "")
            before = UUID(asked) if asked else None
        except ValueError as error:
            raise FhirError("not-found") from error
        found = notices.read_notices(by=self.visitor.actor, before=before)
        page = found[: notices.PAGE]
        is_own = not self.visitor.is_acting
        return self.shown(
            "messages",
            status=422 if form else 200,
            found=[self._told(each) for each in page],
            older=page[-1].pk if len(found) > notices.PAGE else None,
            form=(form or self._form(initial=notices.chosen(self.visitor.me.pk))) if is_own else None,
            has_offers=is_own and has_offers(by=self.visitor.actor),
        )

    def _form(self, *args: Any, **more: Any) -> EmailForm:
        return EmailForm(*args, texts=self.t["messages"], common=self.t["common"], english=self.english, **more)

    def _told(self, notice: Notice) -> dict[str, Any]:
        address = MENU.get(WHERE.get(notice.kind, ""))
        return {
            "notice": notice,
            "text": self.t["messages"][f"kind_{notice.kind}"],
            "more": reverse(address) if address else "",
        }
