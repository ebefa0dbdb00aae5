"""The FHIR face of appointments: how a row becomes an Appointment, how one is read, and what it is searched by."""

from appointments.fhir import resource

__all__ = ["resource"]
