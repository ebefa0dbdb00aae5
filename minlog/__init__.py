"""Owns what citizens ask about their log; all else is the face of the audit log (MinLog, AuditEvent, Provenance)."""
