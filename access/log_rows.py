"""What a row of the log holds, and the text that writes it: with the rows of an answer, or on its own."""

from collections.abc import Collection, Sequence
from typing import Any

from access.actors import Actor
from access.policies import Rule
from access.sql import numbered
from audit.masking import masked

LOG_TYPES = dict.fromkeys(
    ("professional_id", "unit_id", "responsible_id", "actor_citizen_id", "on_behalf_of", "override_id"), "uuid"
)
LOG_COLUMNS = [
    "acting_as",
    "professional_id",
    "profession",
    "unit_id",
    "responsible_id",
    "actor_citizen_id",
    "on_behalf_of",
    "client_id",
    "token_id",
    "request_id",
    "client_address",
    "purpose",
    "override_id",
    "will_reason",
    "interaction",
    "resource_type",
    "query",
]


def log_values(actor: Actor, interaction: str, resource_type: str, query: str = "") -> dict[str, Any]:
    """The part of a log row that is the same for every citizen of a request."""
    return {
        "acting_as": str(actor.acting_as),
        "professional_id": actor.professional_id,
        "profession": actor.profession,
        "unit_id": actor.unit_id,
        "responsible_id": actor.responsible_id,
        "actor_citizen_id": actor.citizen_id,
        "on_behalf_of": actor.on_behalf_of,
        "client_id": actor.client_id,
        "token_id": actor.token_id,
        "request_id": masked(actor.request_id),
        "client_address": actor.client_address,
        "purpose": str(actor.purpose),
        "override_id": actor.override_id,
        "will_reason": masked(actor.will_reason),
        "interaction": interaction,
        "resource_type": resource_type,
        "query": masked(query),
    }


def _facts(facts: Sequence[tuple[int, str]], *, one_citizen: bool) -> str:
    """Compile the ids of the consents and positive registrations that the rules which held rest on."""
    if not facts:
        return "'{}'"
    of_rules = " || ".join(f"CASE WHEN rule_{rule} THEN {column} END" for rule, column in facts)
    whose = "" if one_citizen else " WHERE s.log_citizen = e.log_citizen"
    return f"coalesce((SELECT array_agg(DISTINCT f) FROM e AS s, unnest({of_rules}) AS f{whose}), '{{}}')"


def of_rows(
    rules: Sequence[Rule], facts: Sequence[tuple[int, str]], columns: Collection[str], fixed: str, *, one_citizen: bool
) -> str:
    """Compile the log insert over the rows `e`: one entry per citizen, or exactly one when the citizen is named."""
    held = ", ".join(f"CASE WHEN bool_or(rule_{index}) THEN '{rule.code}' END" for index, rule in enumerate(rules))
    held = f"array_remove(ARRAY[{held}]::text[], NULL)" if rules else "'{}'::text[]"
    family = "category" if "category" in columns else None
    law = "recorded_under" if "recorded_under" in columns else None
    families = (
        f"coalesce(array_agg(DISTINCT {family}) FILTER (WHERE {family} IS NOT NULL), '{{}}')"
        if family
        else (f"ARRAY['{fixed}']" if fixed else "'{}'")
    )
    laws = f"coalesce(array_agg(DISTINCT {law}) FILTER (WHERE {law} IS NOT NULL), '{{}}')" if law else "'{}'"
    fixed_part = ", ".join(f"%(log_{name})s::{LOG_TYPES.get(name, 'text')}" for name in LOG_COLUMNS)
    if one_citizen:
        head, tail = "%(log_id)s::uuid, %(log_at)s::timestamptz, %(log_citizen)s::uuid", " HAVING count(*) > 0"
    else:
        head, tail = "gen_random_uuid(), %(log_at)s::timestamptz, log_citizen", " GROUP BY log_citizen"
    return (
        f"INSERT INTO audit_entry (id, recorded_at, citizen_id, {', '.join(LOG_COLUMNS)}, "
        "resource_ids, families, laws, outcome, reason, rules, facts) "
        f"SELECT {head}, {fixed_part}, coalesce(array_agg(id), '{{}}'), {families}, {laws}, 'permit', '', {held}, "
        f"{_facts(facts, one_citizen=one_citizen)} FROM e{tail}"
    )


def alone() -> tuple[str, tuple[str, ...]]:
    """The text that writes one log row on its own."""
    columns = (
        "id",
        "recorded_at",
        "citizen_id",
        *LOG_COLUMNS,
        "resource_ids",
        "families",
        "laws",
        "outcome",
        "reason",
        "rules",
        "facts",
    )
    types = {
        **LOG_TYPES,
        "id": "uuid",
        "recorded_at": "timestamptz",
        "citizen_id": "uuid",
        "resource_ids": "uuid[]",
        "families": "text[]",
        "laws": "text[]",
        "rules": "text[]",
        "facts": "uuid[]",
    }
    places = ", ".join(f"%({name})s::{types.get(name, 'text')}" for name in columns)
    return numbered(f"INSERT INTO audit_entry ({', '.join(columns)}) VALUES ({places})")
