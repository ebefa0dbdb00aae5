"""Sealing beside a transaction that another connection holds open."""
