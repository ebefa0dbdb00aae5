"""Who typed a part of the stamkort, told on the part itself in the codes of the national document."""

from datetime import datetime
from typing import Any

from access.vocabulary import AuthorKind
from fhir.datatypes import BASE, instant

TYPED = f"{BASE}/StructureDefinition/stamkort-typed"
# The codes of the national stamkort document (template 20.30); a register and a system type nothing.
ENTERED = {
    AuthorKind.CITIZEN: "EnteredCitizen",
    AuthorKind.RELATIVE: "EnteredCitizenRelative",
    AuthorKind.PROFESSIONAL: "EnteredHealthcareprofessional",
}


def typed(kind: str, at: datetime | str | None) -> list[dict[str, Any]]:
    """Build the extension that tells who typed it and when, as a list with one or none."""
    code = ENTERED.get(AuthorKind(kind))
    if code is None:
        return []
    when = instant(datetime.fromisoformat(at) if isinstance(at, str) else at)
    parts: list[dict[str, Any]] = [{"url": "by", "valueCode": code}]
    if when:
        parts.append({"url": "at", "valueDateTime": when})
    return [{"url": TYPED, "extension": parts}]
