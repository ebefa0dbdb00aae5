"""The relatives of the stamkort: added, changed, moved, removed, and how they once stood."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from access import service
from access.statements import Row
from fhir.outcomes import FhirError
from portal.stamkort_forms import RelativeForm, StamkortForm
from portal.views.stamkort_edit import LARGEST, PAGE, EditPage, number
from stamkort import card as cards
from stamkort import services
from stamkort.card import RELATIVES_SOURCE, Authors
from stamkort.services import RelativeInput

FIELDS = ("name", "relationship", "mobile_phone", "home_phone", "work_phone", "email", "note")


class RelativePage(EditPage):
    """A page of one relative."""

    def standing(self, key: UUID, interaction: str = "read") -> Row:
        """The relative as she stands. Raises FhirError: 404 for none of this citizen's or one removed, 403."""
        try:
            row = service.read(RELATIVES_SOURCE, self.visitor.actor, key, interaction=interaction)
        except FhirError as error:
            if service.citizen_of(RELATIVES_SOURCE, key) != self.visitor.citizen_id:
                raise FhirError("not-found") from error
            raise
        if row["deleted_at"] is not None:
            raise FhirError("deleted")
        return row

    def input_of(self, form: StamkortForm, row: Row | None) -> RelativeInput:
        """What a relative is to be: the fields of the form, and of the rest what stands."""
        typed = {name: form.cleaned_data[name] for name in FIELDS}
        rest = (
            {"rank": row["rank"], "is_active": row["is_active"]}
            if row
            else {"rank": cards.last_place(self.visitor.citizen_id) + 1}
        )
        return RelativeInput(citizen_id=self.visitor.citizen_id, **typed, **rest)

    def wrote(self, form: StamkortForm, error: FhirError) -> None:
        """Tell at its field what the service did not take. Raises the error where it is of another kind."""
        if error.kind.status != 422:
            raise error
        form.refuse(error)


class NewRelativeView(RelativePage):
    """Add a relative, the last of the list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        self.demand_leave()
        return self._shown(self.form_of(RelativeForm))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save her."""
        form = self.form_of(RelativeForm, request.POST)
        if form.is_valid():
            try:
                services.create_relative(
                    by=self.visitor.actor, source=RELATIVES_SOURCE, relative=self.input_of(form, None)
                )
                return self.done("portal-stamkort", self.t["common"]["saved"])
            except FhirError as error:
                self.wrote(form, error)
        return self._shown(form)

    def _shown(self, form: StamkortForm) -> HttpResponse:
        return self.edited(form, title=self.words["relative_new"], lead=self.words["relatives_lead"], version=0)


class RelativeView(RelativePage):
    """Change a relative."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show her to be changed."""
        row = self.standing(key)
        self.demand_leave()
        return self._shown(self.form_of(RelativeForm, initial=row), row["name"], row["version"])

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Save it; where somebody wrote meanwhile show both, and where somebody removed her, offer her anew."""
        form = self.form_of(RelativeForm, request.POST)
        seen = number(request.POST.get("version"))
        try:
            row = self.standing(key)
        except FhirError as error:
            if error.code != "deleted":
                raise
            return self._gone(form)
        if form.is_valid():
            try:
                services.update_relative(
                    by=self.visitor.actor,
                    source=RELATIVES_SOURCE,
                    key=key,
                    relative=self.input_of(form, row),
                    if_match=seen,
                )
                return self.done("portal-stamkort", self.t["common"]["saved"])
            except FhirError as error:
                if error.code == "deleted":
                    return self._gone(form)
                if error.code == "version-conflict":
                    return self._conflict(form, self.standing(key))
                self.wrote(form, error)
        return self._shown(form, row["name"], seen)

    def _shown(self, form: StamkortForm, name: str, version: int, **more: Any) -> HttpResponse:
        key = self.kwargs["key"]
        return self.edited(
            form, title=self.words["relative_change"].format(who=name), version=version, relative=key, **more
        )

    def _conflict(self, form: StamkortForm, row: Row) -> HttpResponse:
        """Both versions."""
        lines = self.teller.relative(row)
        standing = {"name": row["name"], "lines": lines, "typed": self.teller.typed(row, Authors.of([row]))}
        return self._shown(form, row["name"], row["version"], standing=standing)

    def _gone(self, form: StamkortForm) -> HttpResponse:
        """What was typed, to be saved as a new relative."""
        who = str(form.data.get("name", ""))
        return self.edited(
            form,
            title=self.words["relative_new"],
            version=0,
            standing={"lines": [], "typed": "", "gone": self.words["relative_gone"].format(who=who)},
            anew=True,
        )


class MoveRelativeView(RelativePage):
    """Move a relative one place."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Move her up, or else down; one of another citizen's does not exist here."""
        if service.citizen_of(RELATIVES_SOURCE, key) != self.visitor.citizen_id:
            raise FhirError("not-found")
        services.move_relative(
            by=self.visitor.actor,
            source=RELATIVES_SOURCE,
            citizen_id=self.visitor.citizen_id,
            key=key,
            up="up" in request.POST,
        )
        return self.done("portal-stamkort", self.words["moved"])


class RemoveRelativeView(RelativePage):
    """Take a relative off, after a question."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Ask."""
        row = self.standing(key)
        self.demand_leave()
        return self._asked(row)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Take her off; where somebody changed her meanwhile, ask again with what stands now."""
        row = self.standing(key)
        seen = number(request.POST.get("version"))
        try:
            services.delete_relative(by=self.visitor.actor, source=RELATIVES_SOURCE, key=key, if_match=seen)
        except FhirError as error:
            if error.code != "version-conflict":
                raise
            return self._asked(row, status=409)
        return self.done("portal-stamkort", self.words["relative_removed"].format(who=row["name"]))

    def _asked(self, row: Row, status: int = 200) -> HttpResponse:
        lines = self.teller.relative(row)
        typed = self.teller.typed(row, Authors.of([row]))
        return self.shown("stamkort-remove", status=status, row=row, lines=lines, typed=typed, conflict=status != 200)


class RelativeHistoryView(RelativePage):
    """How a relative once stood."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show a page of it, the newest first."""
        if service.citizen_of(RELATIVES_SOURCE, key) != self.visitor.citizen_id:
            raise FhirError("not-found")
        told = cards.history(
            by=self.visitor.actor,
            source=RELATIVES_SOURCE,
            key=key,
            before=number(request.GET.get("before"), LARGEST),
            limit=PAGE + 1,
        )
        found = self.versions(told, self.teller.relative)
        return self.shown(
            "stamkort-history",
            what=told[0].row["name"] if told else self.words["relatives"],
            versions=found[:PAGE],
            is_newest="before" not in request.GET,
            more=found[PAGE - 1]["version"] if len(found) > PAGE else None,
        )
