"""What each typed field group of the stamkort holds: strict structures, one for each kind of entry.

The fields are those of the national stamkort document: language, temporary address with up to four lines and a period,
dentist, and the citizen's own numbers; need of an interpreter and a comment are ours.
"""

import re
from datetime import date
from typing import Any

import msgspec

from fhir.outcomes import FhirError, broken
from stamkort.models import Entry

MOST_LINES = 4
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z", re.ASCII)
_PROVIDER_NUMBER = re.compile(r"\d{6}\Z", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


class Value(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every field group."""

    def is_fit(self) -> bool:
        """Whether the fields fit together."""
        return True


class Language(Value):
    """The spoken language (BCP 47, or ISO 639-1 as the document has it), and whether an interpreter is needed."""

    language: str
    interpreter: bool = False

    def is_fit(self) -> bool:
        """The code has the form of a language."""
        return bool(_LANGUAGE.match(self.language))


class TemporaryAddress(Value):
    """Where the citizen lives for a while; days in Denmark, the last one included, unknown when not given."""

    lines: list[str]
    postal_code: str = ""
    city: str = ""
    start: date | None = None
    end: date | None = None

    def is_fit(self) -> bool:
        """There is an address, of no more lines than the document has, and its period is not reversed."""
        reversed_ = self.start is not None and self.end is not None and self.end < self.start
        return 1 <= len(self.lines) <= MOST_LINES and all(line.strip() for line in self.lines) and not reversed_


class Dentist(Value):
    """The citizen's dentist: the clinic, the person or both."""

    name: str = ""
    person: str = ""
    provider_number: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""

    def is_fit(self) -> bool:
        """Somebody is named, and a provider number has six digits."""
        number = not self.provider_number or bool(_PROVIDER_NUMBER.match(self.provider_number))
        return bool(self.name.strip() or self.person.strip()) and number


class Contact(Value):
    """The citizen's own numbers and e-mail."""

    home: str = ""
    mobile: str = ""
    work: str = ""
    email: str = ""

    def is_fit(self) -> bool:
        """There is one, and an e-mail looks like one."""
        return any((self.home, self.mobile, self.work, self.email)) and (
            not self.email or bool(_EMAIL.match(self.email))
        )


class Comment(Value):
    """What the citizen wants those who treat her to know."""

    text: str

    def is_fit(self) -> bool:
        """There is a text, of a length that is read."""
        return 0 < len(self.text.strip()) <= 2000


KINDS: dict[Entry.Kind, type[Value]] = {
    Entry.Kind.LANGUAGE: Language,
    Entry.Kind.TEMPORARY_ADDRESS: TemporaryAddress,
    Entry.Kind.DENTIST: Dentist,
    Entry.Kind.CONTACT: Contact,
    Entry.Kind.COMMENT: Comment,
}


def checked(kind: Entry.Kind, fields: Any) -> dict[str, Any]:
    """Return the fields of an entry as they are stored. Raises FhirError: 400 for their shape, 422 for their sense."""
    try:
        value = msgspec.convert(msgspec.to_builtins(fields), KINDS[kind])
    except msgspec.ValidationError as error:
        raise FhirError("wrong-shape", str(error).partition(" - at")[0], expression=str(kind)) from error
    if not value.is_fit():
        raise broken(
            "entry-shape", "Der er noget galt med det, du skrev.", "The entry is not filled in right.", str(kind)
        )
    stored: dict[str, Any] = msgspec.to_builtins(value)
    return stored
