"""A world of the oracle as rows of our tables, and an ask as an actor."""

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Model

from access.actors import Actor, danish_day
from access.open_questions import ALL, REGIMES
from access.vocabulary import ActingAs, Category, Profession, Purpose
from citizens.models import Citizen, Custody, Guardianship, PowerOfAttorney
from consents.models import Block, Consent, Override
from organisations.models import Organisation, Permit, Professional, TreatmentRelation
from tests.access.rows import LAWS, rows_of
from tests.oracle.world import UNDER_RESPONSIBILITY, Ask, Registration, Switches, World
from tests.oracle.world import Override as DeclaredOverride

LONG_AGO, FAR_AHEAD = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
CHARACTERS = "0123456789BCDFGHJKLMNPQRSTVWXYZ"
PROFESSIONS = {None: Profession.OTHER} | {
    one.name.lower(): one for one in (Profession.DOCTOR, Profession.NURSE, Profession.DENTIST)
}
PROFESSIONS["physiotherapist"] = Profession.PHYSIOTHERAPIST
PURPOSES = {None: Purpose.OWN} | {one.value: one for one in Purpose}
KINDS = {kind.value.replace("-", "_"): kind.value for kind in Consent.Kind}
# What a switch is called by the engine and in the oracle, whose strict side is the position that it ships.
NAMES = {
    "elderly-appointments": "ael_appointments",
    "social-data-to-health": "social_data_to_health",
    "stamkort-unblockable": "not stamkort_blocks_honoured",
    "emergency-social-access": "emergency_soc_override",
    "parties-unblockable": "not psl13_party_blocks_honoured",
    "parties-read-beside-plan": "psl13_party_reads_beside_plan",
    "rehabilitation-and-meals": "rsl13_spans_83a_and_meals",
    "elderly-team": "elderly_team",
    "assistants-read-flags": "assistants_read_flags",
    "register-data-to-social-side": "register_data_to_social_side",
    "providers-of-a-grant": "other_provider_of_grant",
    "case-across-departments": "not other_department_needs_consent",
    "children-read": "children_read",
    "proxies-write-goals": "proxies_write_goals",
    "parents-write-goals": "parents_write_goals",
    "proxies-block": "proxies_block",
    "parents-block": "parents_block",
    "guardians-block": "guardians_block",
    "proxies-consent": "proxies_consent",
    "times-overridable": "override_rsl13_appointments",
}
BASES = {basis.value.replace("-", "_"): basis.value for basis in TreatmentRelation.Basis}


def write(world: World, variant: int = 0) -> dict[type[Model], list[UUID]]:
    """Put the world into the database; return the ids of its elements by table.

    `variant` chooses among tables that hold the same categories.
    """
    by_table: dict[type[Model], list[Model]] = defaultdict(list)
    for model, row in _everything(world):
        by_table[model].append(row)
    elements: dict[type[Model], list[UUID]] = defaultdict(list)
    for element in world.elements:
        for model, row in rows_of(element, variant):
            by_table[type(row)].append(row)
            if element.id in (row.pk, getattr(row, "id", None)):
                elements[model].append(element.id)
    if any(element.category == "SK_REG" for element in world.elements):
        elements[Citizen] = [citizen.id for citizen in world.citizens]
    for model, rows in by_table.items():
        model._default_manager.bulk_create(rows)
    return dict(elements)


def facts_of(world: World, model: type[Model]) -> list[Model]:
    """The rows of one table that the facts of a world make."""
    return [row for table, row in _everything(world) if table is model]


def actor_of(world: World, ask: Ask, override: DeclaredOverride | None = None) -> Actor | None:
    """The actor that the login would make of the ask; None where it would refuse."""
    if ask.professional is not None and not _is_let_in(world, ask):
        return None
    return Actor(
        acting_as=ActingAs[ask.acting_as],
        purpose=PURPOSES.get(ask.purpose, Purpose.SUPPORT),
        moment=ask.moment,
        professional_id=ask.professional,
        profession=PROFESSIONS[ask.profession].value if ask.professional else "",
        unit_id=ask.unit,
        responsible_id=ask.responsible,
        citizen_id=ask.citizen,
        on_behalf_of=ask.on_behalf_of,
        override_id=override.id if override and ask.wants_override else None,
        will_reason="livstruende" if ask.confirms_will else "",
        regime=regime_of(world.switches, ask.moment),
    )


def _is_let_in(world: World, ask: Ask) -> bool:
    """What the token exchange looks up: authorisations, and that nobody answers to herself."""
    asker = world.professional[ask.professional]
    if ask.profession != asker.profession or (ask.acting_as == "HP" and asker.profession is None):
        return False
    if ask.acting_as not in UNDER_RESPONSIBILITY or ask.responsible is None:
        return True
    responsible = world.professional.get(ask.responsible)
    return responsible is not None and responsible.profession is not None and responsible.id != asker.id


def regime_of(switches: Switches, moment: datetime) -> frozenset[str]:
    """The codes that hold: the law by its date, and the switches that are on once their day has come."""
    day = danish_day(moment)
    law = {regime.code for regime in REGIMES}
    opened = {code for code, name in NAMES.items() if getattr(switches, name.removeprefix("not ")) != ("not " in name)}
    started = {code for code, one in ALL.items() if one.valid_from is None or one.valid_from <= day}
    return frozenset((law | opened) & started)


def _everything(world: World):
    """All rows but those of the elements, parents before children."""
    then = LONG_AGO
    times = {"created_at": then, "updated_at": then}
    for unit in sorted(world.units, key=lambda one: len(world.line[one.id])):
        authority = world.line[unit.id][-1]
        yield (
            Organisation,
            Organisation(
                id=unit.id, name=str(unit.id)[:8], parent_id=unit.parent_id, authority_id=authority, updated_at=then
            ),
        )
    for number, one in enumerate(world.professionals):
        yield (
            Professional,
            Professional(
                id=one.id,
                authorisation_id=None if one.profession is None else _authorisation(number),
                given_name="N",
                family_name="N",
                profession=PROFESSIONS[one.profession],
                updated_at=then,
            ),
        )
    for one in world.citizens:
        yield Citizen, Citizen(id=one.id, birth_date=one.birth_date, died_at=one.deceased_at, **times)
    for one in world.custodies:
        yield Custody, Custody(child_id=one.child, parent_id=one.parent, start=one.start, end=one.end)
    for one in world.guardianships:
        scope = Guardianship.Scope.PERSONAL if one.is_personal else Guardianship.Scope.ECONOMIC
        yield (
            Guardianship,
            Guardianship(ward_id=one.ward, guardian_id=one.guardian, scope=scope, start=one.start, end=one.end),
        )
    for one in world.powers:
        yield (
            PowerOfAttorney,
            PowerOfAttorney(
                id=one.id,
                principal_id=one.principal,
                attorney_id=one.attorney,
                families=_families(one.families),
                may_write=one.may_write,
                start=one.start,
                end=one.end,
                revoked_at=one.revoked_at,
            ),
        )
    for one in world.permits:
        yield (
            Permit,
            Permit(
                id=one.id,
                professional_id=one.professional,
                unit_id=one.unit,
                given_by_id=one.professional,
                kind=one.kind,
                start=one.start,
                end=one.end,
            ),
        )
    for one in world.relations:
        social = one.basis == "care_grant"
        yield (
            TreatmentRelation,
            TreatmentRelation(
                id=one.id,
                citizen_id=one.citizen,
                category=Category.PLAN_SOC if social else Category.PLAN_SUL,
                recorded_under="service-act" if social else "health-act",
                origin_id=one.unit,
                occurred_at=one.start,
                professional_id=one.professional,
                basis=BASES[one.basis],
                status=one.status,
                start=one.start,
                end=one.end,
                follow_up_by=one.followup_deadline,
                **times,
            ),
        )
    for one in world.consents:
        yield (
            Consent,
            Consent(
                id=one.id,
                citizen_id=one.citizen,
                given_by_id=one.citizen,
                kind=KINDS[one.kind.lower()],
                families=_families(one.families or ()),
                laws=sorted(LAWS[law].value for law in one.laws or () if law in LAWS),
                source_unit_id=one.source,
                source_sub_units=one.source_sub_units,
                recipient_unit_id=one.recipient_unit,
                recipient_sub_units=one.recipient_sub_units,
                recipient_professional_id=one.recipient_professional,
                recipient_acting_as=ActingAs[one.recipient_acting_as] if one.recipient_acting_as else "",
                purpose=PURPOSES.get(one.purpose, Purpose.SUPPORT),
                start=one.start,
                end=one.expires,
                withdrawn_at=one.withdrawn_at,
                **times,
            ),
        )
    for effect, registrations in (("deny", world.blocks), ("permit", world.positives)):
        for one in registrations:
            yield Block, _registration(one, effect)
    for one in world.overrides:
        yield (
            Override,
            Override(
                id=one.id,
                citizen_id=one.citizen,
                professional_id=one.professional,
                responsible_id=one.responsible,
                unit_id=one.unit,
                reason_code=one.reason,
                reason="Patienten er bevidstløs.",
                social_reason="Hjælp i hjemmet er ukendt." if one.gives_social_reason else "",
                start=one.start,
                end=one.end,
            ),
        )


def _registration(one: Registration, effect: str) -> Block:
    """A block or positive registration; one that is not active was withdrawn when it began."""
    in_period = one.what in ("period", "both")
    return Block(
        id=one.id,
        citizen_id=one.citizen,
        given_by_id=one.citizen,
        effect=effect,
        is_everyone=one.who == "everyone",
        unit_id=one.who_unit,
        unit_sub_units=one.who_sub_units,
        professional_id=one.who_professional,
        is_everything=one.what == "all",
        period_start=(one.period_start or LONG_AGO) if in_period else None,
        period_end=(one.period_end or FAR_AHEAD) if in_period else None,
        origin_id=one.origin,
        origin_sub_units=one.origin_sub_units,
        item_id=one.element,
        start=one.start,
        end=one.end,
        withdrawn_at=None if one.is_active else one.start,
        created_at=one.start,
        updated_at=one.start,
    )


def _families(names) -> list[str]:
    return sorted(Category[name].value for name in names)


def _authorisation(number: int) -> str:
    text = ""
    for _ in range(5):
        number, digit = divmod(number, len(CHARACTERS))
        text += CHARACTERS[digit]
    return text
