"""Owns the typed part of the stamkort and the registrations, flag and content apart."""
