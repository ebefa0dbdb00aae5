"""The FHIR face of the stamkort: Patient, RelatedPerson, and Consents that tell of registrations and of wills."""

from stamkort.fhir import patient, registrations, related, wills

__all__ = ["patient", "registrations", "related", "wills"]
