"""Owns no tables: the face of the audit log, told to those it concerns (MinLog, AuditEvent, Provenance)."""
