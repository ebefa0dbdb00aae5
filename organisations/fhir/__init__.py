"""Units, places, professionals and employments as FHIR: public registers, read by everybody who is known here."""

from organisations.fhir import professionals, units

__all__ = ["professionals", "units"]
