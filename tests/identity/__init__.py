"""Tests of identity: tokens, scopes, launches and registrations."""
