"""The FHIR face of the stamkort: Patient, RelatedPerson, and a Consent that tells of each registration."""

from stamkort.fhir import patient, registrations, related

__all__ = ["patient", "registrations", "related"]
