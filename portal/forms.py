"""Forms of the pages: errors in the reader's language, at the field and summed up, and what was typed is kept."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from fhir.outcomes import FhirError

_GENERAL = {
    "required": "required",
    "invalid": "invalid",
    "invalid_choice": "invalid_choice",
    "invalid_list": "invalid_choice",
    "max_length": "too_long",
}


# The class of the design system for each kind of widget.
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-checkbox"),
    (forms.CheckboxSelectMultiple, "form-checkbox"),
    (forms.RadioSelect, "form-radio"),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-input"),
    (forms.TextInput, "form-input"),
    (forms.EmailInput, "form-input"),
)


class PageForm(forms.Form):
    """A form. `texts` are those of its page, by name: `label_NAME` and `hint_NAME` of each field; `common` of all.

    `places` leads from the end of a FHIRPath to a field, so that what a service refuses is told at its field.
    """

    required_css_class = ""
    # What is missing is told by the page, in the reader's language, not by the browser.
    use_required_attribute = False
    places: dict[str, str] = {}

    def __init__(self, *args: Any, texts: dict[str, str], common: dict[str, str], english: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.english = english
        for name, field in self.fields.items():
            field.label = texts.get(f"label_{name}", field.label)
            field.help_text = texts.get(f"hint_{name}", "")
            for kind, text in _GENERAL.items():
                if kind in field.error_messages:
                    field.error_messages[kind] = common[text]
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = common["invalid_choice"]
            if isinstance(field, forms.DateField):
                field.error_messages["invalid"] = common["invalid_date"]
            looks = next((name for kind, name in _CLASSES if isinstance(field.widget, kind)), "")
            if looks:
                field.widget.attrs.setdefault("class", looks)

    def refuse(self, error: FhirError) -> None:
        """Tell what a service refused, at the field that it is about, or of the whole form."""
        told = error.detail_en if self.english else error.detail_da
        end = error.expression.rpartition(".")[2]
        name = self.places.get(end, end)
        self.add_error(name if name in self.fields else None, told)

    @property
    def wrong(self) -> ErrorDict:
        """What is wrong, by field."""
        return self.errors
