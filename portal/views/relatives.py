"""Powers of attorney: those given and those received, and the ways to give, change, answer and stop them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse

from citizens import services
from citizens.models import AttorneyOffer, PowerOfAttorney
from citizens.services import FAMILIES, PowerInput
from fhir.outcomes import FhirError
from portal.forms import PageForm
from portal.pages import VisitorPage
from portal.templatetags.portal import day

_ENDINGS = {
    "appointments": ("appt-",),
    "stamkort": ("sk-",),
    "health": ("diag", "cond-sul", "int-sul", "plan-sul", "plan-psy", "goal-sul", "doc-sul"),
    "help": ("cond-soc", "int-soc", "plan-soc", "goal-soc", "doc-soc"),
    "goals": ("goal-life",),
    "log": ("log",),
}
# What is offered to be seen, by the kinds that a citizen thinks in.
KINDS: dict[str, frozenset[str]] = {
    kind: frozenset(str(family) for family in FAMILIES if family.value.startswith(signs))
    for kind, signs in _ENDINGS.items()
}
LASTS = (30, 180, 365, 730)


class HiddenAgain(forms.TextInput):
    """A field whose content is never sent back: a number of a person does not stand in a page."""

    def format_value(self, value: Any) -> str | None:
        """Nothing."""
        return None


class PowerForm(PageForm):
    """What somebody may see, and for how long."""

    places = {"families": "kinds", "end": "lasts"}
    kinds = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    may_write = forms.BooleanField(required=False)
    lasts = forms.ChoiceField(widget=forms.RadioSelect)
    field_order = ["called", "cpr", "kinds", "may_write", "lasts"]

    def __init__(self, *args: Any, texts: dict[str, str], power: PowerOfAttorney | None = None, **more: Any) -> None:
        self.power = power
        super().__init__(*args, texts=texts, **more)
        lasts = [(str(days), texts[f"lasts_{days}"]) for days in LASTS]
        if power is not None:
            lasts.insert(0, ("same", texts["lasts_same"].format(day=day(power.end))))
        for name, choices in (
            ("kinds", [(kind, texts[f"kind_{kind}"]) for kind in KINDS]),
            ("lasts", lasts),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def given(self, moment: datetime) -> PowerInput:
        """What was chosen. Of a kind that was given in part, that part is kept."""
        held = frozenset(self.power.families) if self.power else frozenset()
        families = {family for kind in self.cleaned_data["kinds"] for family in ((KINDS[kind] & held) or KINDS[kind])}
        lasts = self.cleaned_data["lasts"]
        end = self.power.end if self.power and lasts == "same" else moment + timedelta(days=int(lasts))
        return PowerInput(sorted(families), self.cleaned_data["may_write"], end)


class GiveForm(PowerForm):
    """The same, and to whom."""

    called = forms.CharField(max_length=80)
    cpr = forms.CharField(max_length=11, widget=HiddenAgain(attrs={"inputmode": "numeric", "autocomplete": "off"}))


def kinds_of(families: Iterable[str]) -> list[str]:
    """The kinds that these families belong to."""
    held = frozenset(families)
    return [kind for kind, parts in KINDS.items() if parts & held]


class _PowersPage(VisitorPage):
    """What the pages share."""

    place = "relatives"

    def form(self, cls: type[PowerForm], *args: Any, **more: Any) -> PowerForm:
        """A form in the reader's language."""
        return cls(*args, texts=self.t["relatives"], common=self.t["common"], english=self.english, **more)

    def told(self, power: PowerOfAttorney | AttorneyOffer) -> dict[str, Any]:
        """One power or offer, for the template."""
        texts = self.t["relatives"]
        return {"power": power, "kinds": [texts[f"kind_{kind}"] for kind in kinds_of(power.families)]}


class RelativesView(_PowersPage):
    """All of them, and the answers to them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        moment = self.visitor.actor.moment
        found = services.powers_of(by=self.visitor.actor)

        def split(powers: list[PowerOfAttorney]) -> tuple[list[Any], list[Any]]:
            held = [each for each in powers if each.revoked_at is None and each.end > moment]
            return [self.told(each) for each in held], [self.told(each) for each in powers if each not in held]

        given, given_over = split(found.given)
        received, _over = split(found.received)
        return self.shown(
            "relatives",
            given=given,
            over=given_over,
            received=received,
            offers=[self.told(each) for each in found.offers],
            to_answer=[self.told(each) for each in found.to_answer],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer, take back or stop one of them."""
        acts: dict[str, tuple[Callable[..., Any], str]] = {
            "take": (services.take_offer, "taken"),
            "decline": (services.decline_offer, "declined"),
            "withdraw": (services.withdraw_offer, "withdrawn"),
            "stop": (services.revoke_power, "stopped"),
        }
        act, text = acts.get(request.POST.get("do", ""), (None, ""))
        try:
            key = UUID(request.POST.get("key", ""))
        except ValueError as error:
            raise FhirError("not-found") from error
        if act is None:
            raise FhirError("not-found")
        act(by=self.visitor.actor, key=key)
        return self.done("portal-relatives", self.t["relatives"][text])


class GiveView(_PowersPage):
    """To give one, by who has proved lately who she is."""

    proved_for = ("GET", "HEAD", "POST")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show an empty form, with a year and no kind chosen. Raises FhirError (403) for who may not give one."""
        services.may_give_power(by=self.visitor.actor)
        return self.shown("relatives-form", form=self.form(GiveForm, initial={"lasts": "365"}), is_new=True)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Offer it."""
        form = self.form(GiveForm, request.POST)
        if form.is_valid():
            try:
                services.offer_power(
                    by=self.visitor.actor,
                    cpr=form.cleaned_data["cpr"],
                    called=form.cleaned_data["called"],
                    power=form.given(self.visitor.actor.moment),
                )
                return self.done("portal-relatives", self.t["relatives"]["offered"])
            except FhirError as error:
                if error.kind.status != 422:
                    raise
                form.refuse(error)
        return self.shown("relatives-form", status=422, form=form, is_new=True)


class ChangeView(_PowersPage):
    """To limit or extend one, by who has proved lately who she is. To stop one she need not."""

    proved_for = ("GET", "HEAD", "POST")

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it as it stands."""
        return self._form(self._found(key))

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Change it. Where it was changed meanwhile, both are shown, and she chooses."""
        found = self._found(key)
        form = self.form(PowerForm, request.POST, power=found)
        if form.is_valid():
            version = request.POST.get("version", "")
            try:
                services.change_power(
                    by=self.visitor.actor,
                    key=key,
                    version=int(version) if version.isdecimal() else 0,
                    power=form.given(self.visitor.actor.moment),
                )
                return self.done("portal-relatives", self.t["relatives"]["changed"])
            except FhirError as error:
                if error.kind.status not in (412, 422):
                    raise
                if error.kind.status == 412:
                    return self._form(found, form, status=412)
                form.refuse(error)
        return self._form(found, form, status=422)

    def _found(self, key: UUID) -> PowerOfAttorney:
        """One of hers that is in force. Raises FhirError (403, 404)."""
        powers = services.powers_of(by=self.visitor.actor).given
        moment = self.visitor.actor.moment
        held = (each for each in powers if each.pk == key and each.revoked_at is None and each.end > moment)
        found = next(held, None)
        if found is None:
            raise FhirError("not-found")
        return found

    def _form(self, found: PowerOfAttorney, form: PowerForm | None = None, status: int = 200) -> HttpResponse:
        if form is None:
            initial = {"kinds": kinds_of(found.families), "may_write": found.may_write, "lasts": "same"}
            form = self.form(PowerForm, power=found, initial=initial)
        return self.shown("relatives-form", status=status, form=form, found=self.told(found), is_both=status == 412)
