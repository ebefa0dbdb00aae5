"""Owns documents as they were written: discharge summaries (epikriser) and notes, as text or PDF, never taken apart."""
