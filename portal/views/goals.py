"""The citizen's goals: her own, to write, share and end; and those that others wrote, to accept, reject and comment."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse

from access.statements import Row
from fhir.outcomes import FhirError
from goals import services
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from goals.services import GoalAnswer, GoalInput
from organisations.models import Organisation, TreatmentRelation
from portal import plans
from portal.forms import PageForm
from portal.pictures import picture_of
from portal.plans import Told
from portal.views.plans import PlansPage

Sharing, Status = Goal.Sharing, Goal.Status
LONGEST = 2000


class GoalForm(PageForm):
    """A life goal in her own words, and whom she shares it with."""

    places = {"description": "words", "shared_with": "units", "extension": "sharing"}
    words = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))
    sharing = forms.ChoiceField(widget=forms.RadioSelect)
    units = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-checkbox"})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: list[tuple[str, str]], texts: dict[str, str], **more: Any) -> None:
        super().__init__(*args, texts=texts, **more)
        self.missing = texts["units_missing"]
        self.fields["sharing"].choices = [(each.value, texts[f"sharing_{each}"]) for each in Sharing]  # type: ignore[attr-defined]
        self.fields["units"].choices = units  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Some units are chosen where she shares with some."""
        given = super().clean() or self.cleaned_data
        if given.get("sharing") == Sharing.NAMED and not given.get("units") and "units" not in self.errors:
            self.add_error("units", self.missing)
        return given


class AnswerForm(PageForm):
    """What she says of a goal that others wrote."""

    places = {"note": "comment", "lifecycleStatus": "answer"}
    comment = forms.CharField(max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput)


class GoalsPage(PlansPage):
    """What the pages of goals share."""

    def goal_form(self, found: Told, data: Any = None, goal: Row | None = None) -> GoalForm:
        """The form, as typed or as the goal stands."""
        initial: dict[str, Any] = {"sharing": Sharing.ALL}
        if goal is not None:
            initial = {name: goal[name] for name in ("words", "sharing", "version")}
            initial["units"] = [str(key) for key in goal["shared_with"]]
        texts = self.t["plans"]
        units = self._units(found, goal)
        return GoalForm(data, initial=initial, units=units, texts=texts, common=self.t["common"], english=self.english)

    def _units(self, found: Told, goal: Row | None) -> list[tuple[str, str]]:
        """The units that treat or care for her now, and those the goal is shared with already."""
        over = (TreatmentRelation.Status.ENDED, TreatmentRelation.Status.REFUTED)
        near = {row["origin_id"]: row["origin_name"] for row in found.episodes if row["status"] not in over}
        further = set(goal["shared_with"] if goal else ()) - near.keys()
        if further:
            near |= dict(Organisation.objects.filter(pk__in=further).values_list("pk", "name"))
        return sorted(((str(key), name) for key, name in near.items() if key and name), key=lambda each: each[1])


class GoalNewView(GoalsPage):
    """Write a new life goal."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self.shown("goal-form", form=self.goal_form(self.told()), may_write=self.may_write())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Write it."""
        form = self.goal_form(self.told(), request.POST)
        if form.is_valid():
            try:
                services.create_goal(by=self.visitor.actor, source=GOAL_SOURCE, goal=self._goal(form.cleaned_data))
            except FhirError as error:
                form.refuse(error)
            else:
                return self.done("portal-plans", self.t["plans"]["goal_saved"])
        return self.shown("goal-form", status=422, form=form, may_write=self.may_write())

    def _goal(self, given: dict[str, Any]) -> GoalInput:
        return GoalInput(
            self.visitor.citizen_id,
            Goal.Kind.LIFE,
            words=given["words"],
            sharing=given["sharing"],
            shared_with=chosen(given),
            start_on=self.visitor.actor.moment.date(),
        )


class GoalChangeView(GoalsPage):
    """Change a life goal, share it otherwise, or end it. Who comes second is shown both versions."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show the form."""
        found = self.told()
        goal = self._life_goal(found, key)
        return self._page(self.goal_form(found, goal=goal), goal)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Save it."""
        found = self.told()
        goal = self._life_goal(found, key)
        if request.POST.get("end") in (Status.COMPLETED, Status.CANCELLED):
            return self._ended(found, goal, request.POST)
        form = self.goal_form(found, request.POST, goal)
        if form.is_valid():
            given = form.cleaned_data
            changes = {"words": given["words"], "sharing": given["sharing"], "shared_with": chosen(given)}
            return self._saved(form, goal, given["version"], "goal_saved", changes)
        return self._page(form, goal, status=422)

    def _ended(self, found: Told, goal: Row, data: Any) -> HttpResponse:
        """End it, as reached or as no longer wanted."""
        version = data.get("version", "")
        status = Status(data["end"])
        number = int(version) if version.isdigit() else None
        return self._saved(self.goal_form(found, goal=goal), goal, number, "goal_ended", {"status": status})

    def _saved(
        self, form: GoalForm, goal: Row, version: int | None, told: str, changes: dict[str, Any]
    ) -> HttpResponse:
        """Write the change; another version than she had is shown beside hers, and nothing is lost."""
        wanted = input_of(goal, **changes)
        try:
            services.update_goal(
                by=self.visitor.actor, source=GOAL_SOURCE, key=goal["id"], goal=wanted, if_match=version
            )
        except FhirError as error:
            if error.code == "version-conflict":
                return self._page(form, goal, status=412, now=goal)
            if not form.is_bound:
                raise
            form.refuse(error)
            return self._page(form, goal, status=error.kind.status)
        return self.done("portal-plans", self.t["plans"][told])

    def _page(self, form: GoalForm, goal: Row, *, status: int = 200, now: Row | None = None) -> HttpResponse:
        """The form; `now` is what stands there where that is not what she started from."""
        named = self.sharing([now])[now["id"]] if now else ""
        told = {"form": form, "goal": goal, "now": now, "named": named, "may_write": self.may_write()}
        return self.shown("goal-form", status=status, **told)

    def _life_goal(self, found: Told, key: UUID) -> Row:
        goal = plans.goal_in(found, key)
        if goal["kind"] != Goal.Kind.LIFE:
            raise FhirError("not-found")
        return goal


class GoalView(GoalsPage):
    """A goal that others wrote, and how far it is; she accepts, rejects or comments it."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        found = self.told()
        goal = plans.goal_in(found, key)
        return self._page(found, goal, self._form(goal))

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Take her answer."""
        found = self.told()
        goal = plans.goal_in(found, key)
        form = self._form(goal, request.POST)
        if not form.is_valid():
            return self._page(found, goal, form, status=422)
        given, asked = form.cleaned_data, request.POST.get("answer", "")
        answer = GoalAnswer(asked if asked in services.ANSWERS else goal["status"], given["comment"])
        try:
            services.answer_goal(
                by=self.visitor.actor, source=GOAL_SOURCE, key=key, answer=answer, if_match=given["version"]
            )
        except FhirError as error:
            if error.code == "version-conflict":
                return self._page(found, goal, form, status=412, now=goal)
            form.refuse(error)
            return self._page(found, goal, form, status=error.kind.status)
        return self.done("portal-plans-goal", self.t["plans"]["answer_saved"], key)

    def _form(self, goal: Row, data: Any = None) -> AnswerForm:
        initial = {"comment": goal["citizen_comment"], "version": goal["version"]}
        return AnswerForm(data, initial=initial, texts=self.t["plans"], common=self.t["common"], english=self.english)

    def _page(
        self, found: Told, goal: Row, form: AnswerForm, *, status: int = 200, now: Row | None = None
    ) -> HttpResponse:
        evaluations = found.evaluations_of(goal)
        told = {
            "aim": {"row": goal, **picture_of(goal, found.measured(goal), evaluations)},
            "evaluations": evaluations,
            "serves": found.by_id.get(goal["serves"]),
            "addresses": found.found(goal["addresses"]),
            "conflicts": found.found(goal["conflicts"]),
            "acts": found.serving(goal),
        }
        return self.shown("goal", status=status, goal=goal, form=form, now=now, is_hers=self.is_hers, **told)


def chosen(given: dict[str, Any]) -> list[UUID]:
    """The units that she chose, where she shares with some."""
    return [UUID(key) for key in given["units"]] if given["sharing"] == Sharing.NAMED else []


def input_of(goal: Row, **changes: Any) -> GoalInput:
    """A life goal as it stands, with changes."""
    same = ("citizen_id", "achievement", "words", "code_system", "code", "start_on", "due_on", "sharing", "shared_with")
    held = {name: goal[name] for name in same} | {"kind": Goal.Kind.LIFE, "status": Status(goal["status"])}
    return GoalInput(**{**held, "conditions": goal["addresses"], **changes})
