"""Owns plans across sectors, their conditions, interventions, contacts, follow-up, teams and parties."""
