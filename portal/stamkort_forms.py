"""The forms of the stamkort: a field group each, and a relative. What they hold fits the structures of the subject."""

import re
from datetime import date
from typing import Any

from django import forms

from portal.forms import PageForm
from stamkort.models import Entry
from stamkort.values import MOST_LINES
from terminology import lookup
from terminology.rows import CodeRow

Kind = Entry.Kind
DATES = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d"]
_NUMBER = re.compile(r"\+?[\d\s()./-]+\Z", re.ASCII)
_PROVIDER_NUMBER = re.compile(r"\d{6}\Z", re.ASCII)
# Languages that most need come first.
FIRST = ("da", "en", "de", "fo", "kl")


def text(longest: int = 200, *, required: bool = False, aid: str = "", rows: int = 0) -> forms.CharField:
    """A field of text; `aid` is what the browser may fill in."""
    attributes = {"autocomplete": aid or "off", **({"rows": rows} if rows else {})}
    widget = forms.Textarea(attributes) if rows else forms.TextInput(attributes)
    return forms.CharField(max_length=longest, required=required, widget=widget)


def phone() -> forms.CharField:
    """A field of a telephone number."""
    return forms.CharField(
        max_length=30, required=False, widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"})
    )


def email() -> forms.EmailField:
    """A field of an e-mail."""
    return forms.EmailField(
        max_length=254, required=False, widget=forms.TextInput({"inputmode": "email", "autocomplete": "off"})
    )


def day() -> forms.DateField:
    """A field of a day."""
    return forms.DateField(
        required=False, input_formats=DATES, widget=forms.DateInput({"autocomplete": "off"}, "%d-%m-%Y")
    )


class StamkortForm(PageForm):
    """What the forms of the stamkort have in common. `phones` are the fields that hold a number."""

    phones: tuple[str, ...] = ()
    # Of these, one is needed; what is said when there is none.
    one_of: tuple[str, ...] = ()
    one_of_text = ""

    def __init__(self, *args: Any, texts: dict[str, str], **more: Any) -> None:
        super().__init__(*args, texts=texts, **more)
        self.texts = texts
        for field in self.fields.values():
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = texts["wrong_email"]

    def clean(self) -> dict[str, Any]:
        """Hold the fields against each other."""
        found = super().clean() or {}
        for name in self.phones:
            number = found.get(name, "")
            if number and not (_NUMBER.match(number) and sum(each.isdigit() for each in number) >= 4):
                self.add_error(name, self.texts["wrong_phone"])
        if self.one_of and not self.errors and not any(found.get(name) for name in self.one_of):
            self.add_error(self.one_of[0], self.texts[self.one_of_text])
        return found

    def value(self) -> dict[str, Any]:
        """What was typed, as the subject takes it: without what is empty."""
        return {name: given for name, given in self.cleaned_data.items() if given not in ("", None, False)}

    @classmethod
    def typed(cls, value: dict[str, Any]) -> dict[str, Any]:
        """What stands, as the fields show it."""
        return value


class ContactForm(StamkortForm):
    """Telephone and e-mail."""

    phones = ("mobile", "home", "work")
    one_of = ("mobile", "home", "work", "email")
    one_of_text = "one_of_contact"
    mobile = phone()
    home = phone()
    work = phone()
    email = email()


class LanguageForm(StamkortForm):
    """Language and interpreter."""

    language = forms.ChoiceField()
    interpreter = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = [(row.code, named(row, english=self.english)) for row in lookup.choices_of("language")]
        stands = str(self.initial.get("language", ""))
        others = [] if stands in {"", *(code for code, _name in known)} else [(stands, stands)]
        ordered = sorted(known, key=lambda item: (FIRST.index(item[0]) if item[0] in FIRST else len(FIRST), item[1]))
        _choose(self.fields["language"], [("", self.texts["choose"]), *ordered, *others])


class TemporaryAddressForm(StamkortForm):
    """Where she lives for a while."""

    lines = text(600, required=True, rows=3)
    postal_code = text(10)
    city = text(100)
    start = day()
    end = day()

    def clean_lines(self) -> list[str]:
        """The lines that there are."""
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(self.texts["wrong_lines"])
        return lines

    def clean(self) -> dict[str, Any]:
        """The period is not reversed."""
        found = super().clean()
        if found.get("start") and found.get("end") and found["end"] < found["start"]:
            self.add_error("end", self.texts["wrong_end"])
        return found

    @classmethod
    def typed(cls, value: dict[str, Any]) -> dict[str, Any]:
        """The lines as one text, the days as days."""
        days = {name: date.fromisoformat(value[name]) for name in ("start", "end") if value.get(name)}
        return {**value, "lines": "\n".join(value.get("lines", ())), **days}


class DentistForm(StamkortForm):
    """The dentist. The clinic's name is stored as `name`."""

    phones = ("phone",)
    one_of = ("clinic", "person")
    one_of_text = "one_of_dentist"
    clinic = text()
    person = text()
    street = text()
    postal_code = text(10)
    city = text(100)
    phone = phone()
    provider_number = text(6)

    def clean_provider_number(self) -> str:
        """Six figures, or nothing."""
        number = str(self.cleaned_data["provider_number"])
        if number and not _PROVIDER_NUMBER.match(number):
            raise forms.ValidationError(self.texts["wrong_provider_number"])
        return number

    def value(self) -> dict[str, Any]:
        """The clinic under its stored name."""
        found = super().value()
        clinic = found.pop("clinic", "")
        return {**found, **({"name": clinic} if clinic else {})}

    @classmethod
    def typed(cls, value: dict[str, Any]) -> dict[str, Any]:
        """The clinic under its name in the form."""
        return {**value, "clinic": value.get("name", "")}


class CommentForm(StamkortForm):
    """What she wants those who help her to know."""

    text = text(2000, required=True, rows=6)


class RelativeForm(StamkortForm):
    """A relative: who, and how to reach her."""

    phones = ("mobile_phone", "home_phone", "work_phone")
    name = text(required=True)
    relationship = forms.ChoiceField()
    mobile_phone = phone()
    home_phone = phone()
    work_phone = phone()
    email = email()
    note = text(500, rows=3)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        known = {row.code: named(row, english=self.english) for row in lookup.choices_of("relation")}
        known = {code: name for code, name in known.items() if code.isupper()}  # others are read, not written
        stands = str(self.initial.get("relationship", ""))
        if stands:
            known.setdefault(stands, stands)
        _choose(self.fields["relationship"], [("", self.texts["choose"]), *known.items()])


FORMS: dict[Kind, type[StamkortForm]] = {
    Kind.CONTACT: ContactForm,
    Kind.LANGUAGE: LanguageForm,
    Kind.TEMPORARY_ADDRESS: TemporaryAddressForm,
    Kind.DENTIST: DentistForm,
    Kind.COMMENT: CommentForm,
}


def named(row: CodeRow, *, english: bool) -> str:
    """A code in the reader's language."""
    return (row.display_en if english else row.display_da) or row.display_da


def _choose(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    """Let the field be one of these."""
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  it was declared so
    field.choices = choices
