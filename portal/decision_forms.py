"""The forms of a block and of a consent, and what each makes of what was chosen."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms

from access.actors import DENMARK, danish_day
from access.vocabulary import Purpose
from consents.inputs import BlockInput, ConsentInput
from consents.models import Block, Consent
from portal.forms import PageForm
from portal.kinds import HEALTH_OF, SOCIAL_OF

Kind = Consent.Kind
EVERYONE = "everyone"
# What can be shared by a consent; for a life goal the citizen says it on the goal, and wills stand in registers.
SHARED = ("illness", "treatment", "visits", "times", "help", "basic")
LONGEST_DAYS = 364


def day_field(*, required: bool) -> forms.DateField:
    """A day, as a browser or a person writes it."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-input input-width-s"})
    return forms.DateField(required=required, widget=widget, input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"])


def after_day(day: date) -> datetime:
    """The first instant after a day in Denmark."""
    return datetime.combine(day + timedelta(days=1), time(), DENMARK)


class DecisionForm(PageForm):
    """What both have: for whom, and until when. `whom` are the choices of it: a value and its text."""

    who = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, whom: list[tuple[str, str]], moment: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.wrong_texts: dict[str, str] = more["texts"]
        self.moment = moment
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = more["common"]["invalid_choice"]
            elif isinstance(field, forms.DateField):
                field.error_messages["required"] = more["common"]["invalid_date"]
        self._choose("who", whom)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Set the choices of a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  the fields below
        field.choices = choices

    def named(self) -> tuple[str, UUID | None]:
        """What was chosen: "unit" or "person" with its id, or everyone."""
        sort, _colon, key = self.cleaned_data["who"].partition(":")
        return sort, UUID(key) if key else None

    def complain(self, field: str, text: str) -> None:
        """Say what is wrong at a field."""
        self.add_error(field, self.wrong_texts[text])

    def clean_until(self) -> date | None:
        """The last day is not over."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < danish_day(self.moment):
            raise forms.ValidationError(self.wrong_texts["wrong_past"])
        return until


class BlockForm(DecisionForm):
    """A block, or what beats one (`effect`)."""

    effect = forms.ChoiceField(widget=forms.HiddenInput, choices=[(each.value, "") for each in Block.Effect])
    what = forms.ChoiceField(widget=forms.RadioSelect)
    origin = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    period_start = day_field(required=False)
    period_end = day_field(required=False)
    until = day_field(required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        texts = more["texts"]
        self._choose("what", [(name, texts[f"what_{name}"]) for name in ("everything", "origin", "period")])
        self._choose("origin", [("", texts["choose"]), *units])

    def clean(self) -> dict[str, Any]:
        """What was chosen is said in full."""
        found = super().clean() or {}
        start, end = found.get("period_start"), found.get("period_end")
        if found.get("what") == "origin" and not found.get("origin") and "origin" not in self.errors:
            self.complain("origin", "wrong_origin")
        if found.get("what") == "period" and not {"period_start", "period_end"} & self.errors.keys():
            if start is None or end is None:
                self.complain("period_start" if start is None else "period_end", "wrong_period")
            elif end < start:
                self.complain("period_end", "wrong_order")
        return found

    def decision(self, citizen_id: UUID) -> BlockInput:
        """The block that was chosen."""
        chosen, (sort, key) = self.cleaned_data, self.named()
        is_period, until = chosen["what"] == "period", chosen["until"]
        return BlockInput(
            citizen_id=citizen_id,
            effect=Block.Effect(chosen["effect"]),
            is_everyone=sort == EVERYONE,
            unit=key if sort == "unit" else None,
            professional=key if sort == "person" else None,
            is_everything=chosen["what"] == "everything",
            origin=UUID(chosen["origin"]) if chosen["what"] == "origin" else None,
            period_start=datetime.combine(chosen["period_start"], time(), DENMARK) if is_period else None,
            period_end=after_day(chosen["period_end"]) if is_period else None,
            end=after_day(until) if until else None,
        )


class ConsentForm(DecisionForm):
    """A consent: what, to whom, for what and until when."""

    sub_units = forms.BooleanField(required=False)
    kinds = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    purpose = forms.ChoiceField(widget=forms.RadioSelect)
    until = day_field(required=True)

    def __init__(self, *args: Any, names: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        texts = more["texts"]
        self.fields["until"].help_text = texts["hint_until_consent"]
        self.fields["kinds"].error_messages["required"] = texts["wrong_kinds"]
        self._choose("kinds", [(kind, names[kind]) for kind in SHARED])
        purposes = (Purpose.TREATMENT, Purpose.CARE, Purpose.CASE)
        self._choose("purpose", [(str(each), texts[f"purpose_{each}"]) for each in purposes])

    def clean_until(self) -> date | None:
        """Not over, and a year at most (SUL § 44; held for every consent alike)."""
        until = super().clean_until()
        if until is not None and until > danish_day(self.moment) + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(self.wrong_texts["wrong_year"])
        return until

    def decisions(self, citizen_id: UUID) -> list[ConsentInput]:
        """The consents that were chosen: one of health law, one to what the municipality wrote, or both."""
        chosen = self.cleaned_data
        purpose = Purpose(chosen["purpose"])
        of_health = Kind.SUL42A3 if purpose == Purpose.TREATMENT else Kind.SUL43
        found = []
        for kind, families_of in ((of_health, HEALTH_OF), (Kind.FVL28, SOCIAL_OF)):
            families = tuple(family for name in chosen["kinds"] for family in families_of[name])
            if families:
                found.append(
                    ConsentInput(
                        citizen_id=citizen_id,
                        kind=kind,
                        purpose=purpose,
                        families=families,
                        recipient_unit=self.named()[1],
                        recipient_sub_units=chosen["sub_units"],
                        end=after_day(chosen["until"]),
                    )
                )
        return found
