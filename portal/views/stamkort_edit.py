"""A typed field group of the stamkort: changed, removed, and how it once stood."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from access.statements import Row
from access.versions import Told
from fhir.outcomes import FhirError
from portal.stamkort import Line
from portal.stamkort_forms import FORMS, StamkortForm
from portal.views.stamkort import StamkortPage
from portal.words import catalogue
from stamkort import card as cards
from stamkort import services
from stamkort.card import Authors
from stamkort.models import Entry

# What is told of how a thing once stood, on one page.
PAGE = 20
LARGEST = 2**31 - 1


def number(given: str | None, otherwise: int = 0) -> int:
    """A whole number of a form or an address; another where it is none."""
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 10 else otherwise


class EditPage(StamkortPage):
    """What the pages that change the stamkort have in common."""

    def demand_leave(self) -> None:
        """Raises FhirError (403) for who may see the typed part and not write it."""
        if not self.may_type:
            raise self.forbidden("may_not_change", who=self.visitor.subject.given_name)

    def forbidden(self, name: str, **places: str) -> FhirError:
        """A refusal in the words of these pages."""
        da, en = catalogue("stamkort")[name]
        return FhirError("forbidden", da.format(**places), en.format(**places))

    def form_of(self, form: type[StamkortForm], *given: Any, **more: Any) -> StamkortForm:
        """A form in the reader's language."""
        return form(*given, texts=self.words, common=self.t["common"], english=self.english, **more)

    def edited(
        self, form: StamkortForm, *, title: str, version: int, standing: dict[str, Any] | None = None, **more: Any
    ) -> HttpResponse:
        """The page of a form. `standing` is what stands now, where somebody wrote it meanwhile."""
        status = HTTPStatus.OK
        if standing is not None:
            status = HTTPStatus.CONFLICT
        elif form.is_bound and form.errors:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        told = {"form": form, "title": title, "version": version, "standing": standing, **more}
        return self.shown("stamkort-edit", status=status, **told)

    def versions(self, told: list[Told], lines: Any) -> list[dict[str, Any]]:
        """Versions in words, each with who typed it."""
        authors = Authors.of([one.row for one in told])
        return [
            {
                "version": one.row["version"],
                "lines": [] if _is_removed(one) else lines(one.row),
                "is_removed": _is_removed(one),
                "typed": self.teller.typed(one.row, authors),
            }
            for one in told
        ]


def _is_removed(one: Told) -> bool:
    return one.change == "delete" or one.row.get("is_current") is False


class GroupPage(EditPage):
    """A page of one field group."""

    @property
    def kind(self) -> Entry.Kind:
        """Which one. Raises FhirError: 404 for none such, 403 for an address that is kept back."""
        name = self.kwargs["kind"]
        if name not in Entry.Kind.values:
            raise FhirError("not-found")
        if (
            name == Entry.Kind.TEMPORARY_ADDRESS
            and self.visitor.is_acting
            and self.visitor.subject.is_address_protected
        ):
            raise self.forbidden("address_withheld")
        return Entry.Kind(name)

    def standing(self) -> Row | None:
        """What stands, if she may see it."""
        return cards.entry_of(by=self.visitor.actor, citizen_id=self.visitor.citizen_id, kind=self.kind)


class GroupView(GroupPage):
    """Change a field group, or take it off."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show it to be changed."""
        form, row = FORMS[self.kind], self.standing()
        self.demand_leave()
        shown = form.typed(row["value"]) if row and row["is_current"] else {}
        return self._shown(self.form_of(form, initial=shown), row)

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Save it, or say what is wrong; where somebody wrote meanwhile, show both."""
        seen = number(request.POST.get("version"))
        wants: dict[str, Any] = {
            "by": self.visitor.actor,
            "citizen_id": self.visitor.citizen_id,
            "kind": self.kind,
            "if_match": seen,
        }
        form = self.form_of(FORMS[self.kind], request.POST)
        clears = "clear" in request.POST
        if not clears and not form.is_valid():
            return self._shown(form, self.standing(), version=seen)
        try:
            if clears:
                services.clear_entry(**wants)
            else:
                services.write_entry(**wants, value=form.value())
        except FhirError as error:
            if error.code == "version-conflict":
                return self._conflict(form, clears=clears)
            if error.kind.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            form.refuse(error)
            return self._shown(form, self.standing(), version=seen)
        return self.done("portal-stamkort", self.words["cleared"] if clears else self.t["common"]["saved"])

    def _shown(self, form: StamkortForm, row: Row | None, *, version: int | None = None, **more: Any) -> HttpResponse:
        stands = row is not None and row["is_current"]
        now = 0 if row is None else row["version"]
        return self.edited(
            form,
            title=self.words[self.kind],
            lead=self.words[f"lead_{self.kind}"],
            version=now if version is None else version,
            may_clear=stands,
            **more,
        )

    def _conflict(self, form: StamkortForm, *, clears: bool) -> HttpResponse:
        """Both versions: what stands now, by whom and when, and what was typed."""
        row = self.standing()
        standing: dict[str, Any] = {"lines": [], "typed": ""}
        if row is not None:
            typed = self.teller.typed(row, Authors.of([row]))
            standing = {"lines": self.lines(row) if row["is_current"] else [], "typed": typed}
        if clears:
            value = row["value"] if row is not None else {}
            form = self.form_of(FORMS[self.kind], initial=FORMS[self.kind].typed(value))
        return self._shown(form, row, standing=standing, cleared=clears)

    def lines(self, row: Row) -> list[Line]:
        """It in words."""
        return self.teller.fields(row["kind"], row["value"])


class GroupHistoryView(GroupPage):
    """How a field group once stood."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show a page of it, the newest first."""
        told = cards.history_of_entry(
            by=self.visitor.actor,
            citizen_id=self.visitor.citizen_id,
            kind=self.kind,
            before=number(request.GET.get("before"), LARGEST),
            limit=PAGE + 1,
        )
        found = self.versions(told, lambda row: self.teller.fields(row["kind"], row["value"]))
        return self.shown(
            "stamkort-history",
            what=self.words[self.kind],
            versions=found[:PAGE],
            is_newest="before" not in request.GET,
            more=found[PAGE - 1]["version"] if len(found) > PAGE else None,
        )
