"""The facts the law asks about, as frozen records without behaviour, and one small world of them.

Ids are `uuid.UUID`; instants are aware UTC datetimes; every period is half open, `start <= moment < end`, and an
end of None is open. Law 3.1 names the vocabulary, law 3.9 the shapes.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

HEALTH_SIDE = frozenset({"HP", "HP_ASSIST", "HP_PERMIT", "HP_STUDENT"})
SOCIAL_SIDE = frozenset({"CARE", "CASE", "SOC_PSY"})
OFFICES = frozenset({"AUDIT", "SUPERVISION", "QUALITY", "ADMIN", "SYSTEM"})
CITIZEN_SIDE = frozenset({"CITIZEN", "PROXY", "PARENT", "GUARDIAN"})
UNDER_RESPONSIBILITY = frozenset({"HP_ASSIST", "HP_STUDENT"})

SUL_CLINICAL = frozenset({"APPT_SUL", "DIAG", "COND_SUL", "INT_SUL", "PLAN_SUL", "GOAL_SUL", "DOC_SUL"})
SOC_CONTENT = frozenset({"COND_SOC", "INT_SOC", "PLAN_SOC", "GOAL_SOC", "DOC_SOC"})
SOC_APPOINTMENTS = frozenset({"APPT_SEL_W", "APPT_SEL_X", "APPT_AEL"})
STAMKORT = frozenset({"SK_REG", "SK_TYPED", "SK_FLAG"})
REGISTER_CONTENT = frozenset({"WILL_CONTENT", "ODR_CONTENT"})
CATEGORIES = (
    SUL_CLINICAL | SOC_CONTENT | SOC_APPOINTMENTS | STAMKORT | REGISTER_CONTENT | {"PLAN_PSY", "GOAL_LIFE", "LOG"}
)


@dataclass(frozen=True)
class Citizen:
    """A citizen; `is_capable` only decides who may register a will (law 2.8)."""

    id: UUID
    birth_date: date
    deceased_at: datetime | None = None
    is_capable: bool = True


@dataclass(frozen=True)
class Unit:
    """A unit of an organisation; its authority is the top of its tree."""

    id: UUID
    parent_id: UUID | None = None


@dataclass(frozen=True)
class Professional:
    """A member of staff; a profession of None means: no authorisation."""

    id: UUID
    profession: str | None


@dataclass(frozen=True)
class Element:
    """One thing recorded about a citizen, with the law it was recorded under (law 3.1).

    `author_kind` is citizen, relative or staff; `sharing` (all, health, named, private) belongs to life goals in the
    citizen's own words; `parties` to PLAN_PSY; `is_doubtful_time` to an APPT_SEL_W under § 83 a or for meals; `author`
    and `responsible` to LOG: who looked, and on whose behalf.
    """

    id: UUID
    citizen: UUID
    category: str
    recorded_under: str  # SUL, SEL, AEL, PSY, ESP, REGISTER, CITIZEN
    origin: UUID | None
    occurred_at: datetime
    author_kind: str = "staff"
    sharing: str | None = None
    named_units: tuple[UUID, ...] = ()
    parties: tuple[UUID, ...] = ()
    author: UUID | None = None
    responsible: UUID | None = None
    is_doubtful_time: bool = False


@dataclass(frozen=True)
class Relation:
    """What ties a citizen to a unit, or to one professional there (law 3.9)."""

    id: UUID
    citizen: UUID
    unit: UUID
    professional: UUID | None
    basis: str
    status: str  # claimed, verified, refuted, ended
    start: datetime
    end: datetime | None = None
    followup_deadline: datetime | None = None


@dataclass(frozen=True)
class Consent:
    """A citizen's positive consent; families or laws of None are all, a source of None is any."""

    id: UUID
    citizen: UUID
    kind: str  # SUL41, SUL42a3, SUL43, FVL28, citizen_share
    families: frozenset[str] | None
    start: datetime
    expires: datetime | None
    source: UUID | None = None
    source_sub_units: bool = False
    recipient_unit: UUID | None = None
    recipient_sub_units: bool = False
    recipient_professional: UUID | None = None
    recipient_acting_as: str | None = None
    purpose: str | None = None
    withdrawn_at: datetime | None = None
    laws: frozenset[str] | None = None


@dataclass(frozen=True)
class Registration:
    """Who × what × when, as MinSpærring holds it (law 3.5)."""

    id: UUID
    citizen: UUID
    who: str  # everyone, unit, professional
    what: str  # all, period, origin, both, object
    start: datetime
    end: datetime | None = None
    is_active: bool = True
    who_unit: UUID | None = None
    who_sub_units: bool = False
    who_professional: UUID | None = None
    period_start: datetime | None = None
    period_end: datetime | None = None
    origin: UUID | None = None
    origin_sub_units: bool = False
    element: UUID | None = None


class Block(Registration):
    """What the citizen has declined (spærring)."""


class PositiveRegistration(Registration):
    """What the citizen has expressly allowed; the same shape, and it beats a block."""


@dataclass(frozen=True)
class Override:
    """A professional's reasoned override of a block (værdispring), for hours."""

    id: UUID
    citizen: UUID
    professional: UUID
    unit: UUID
    reason: str
    start: datetime
    end: datetime
    responsible: UUID | None = None
    purpose: str | None = None
    gives_social_reason: bool = False


@dataclass(frozen=True)
class PowerOfAttorney:
    """A citizen's power of attorney (fuldmagt); families of None are all; `may_write` says that she may decide too."""

    id: UUID
    principal: UUID
    attorney: UUID
    families: frozenset[str] | None
    start: datetime
    end: datetime | None = None
    revoked_at: datetime | None = None
    may_write: bool = False


@dataclass(frozen=True)
class Custody:
    """Parental custody of a child, as the civil register has it."""

    id: UUID
    child: UUID
    parent: UUID
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Guardianship:
    """A guardianship; only a personal one covers health."""

    id: UUID
    ward: UUID
    guardian: UUID
    is_personal: bool
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Permit:
    """Management's permission to look up, as staff (§ 42 a) or for quality work (§ 42 d), at a unit."""

    id: UUID
    professional: UUID
    unit: UUID
    start: datetime
    end: datetime | None = None
    kind: str = "staff"


@dataclass(frozen=True)
class Ask:
    """Who asks, in which capacity, for what, and when; everything but the object."""

    acting_as: str
    moment: datetime
    purpose: str | None = None
    professional: UUID | None = None
    profession: str | None = None
    unit: UUID | None = None
    responsible: UUID | None = None
    permit: UUID | None = None
    citizen: UUID | None = None
    on_behalf_of: UUID | None = None
    wants_override: bool = False
    confirms_will: bool = False


@dataclass(frozen=True)
class Switches:
    """The open questions of law 9 that change an answer; the default is the strict side."""

    ael_appointments: bool = False  # 9.1: appointments under ÆL shared like those of RSL § 13
    stamkort_blocks_honoured: bool = True  # 9.3: typed stamkort data stay blockable after FSK 3.0
    emergency_soc_override: bool = False  # 9.6: an override opens *_SOC without consent
    override_rsl13_appointments: bool = False  # 3.5: an override opens a blocked APPT_SEL_W
    other_department_needs_consent: bool = True  # 3.3, CASE × *_SOC: "own case P; other department C?"
    assistants_read_flags: bool = False  # 9.11: HP_ASSIST and HP_PERMIT read SK_FLAG
    psl13_party_blocks_honoured: bool = True  # 9.7: law 2.7 says "not blockable for parties", with a question mark
    psl13_party_reads_beside_plan: bool = False  # 9.7 and the cells "P if needed for the plan"
    social_data_to_health: bool = False  # 9.2: L 44 lets HP look up *_SOC
    rsl13_spans_83a_and_meals: bool = False  # 9.8: what "§§ 83-84" means
    elderly_team: bool = False  # 9.9: nurses and home care of one municipality
    register_data_to_social_side: bool = False  # 3.3, SK_REG × CARE, CASE, SOC_PSY: "C?"
    other_provider_of_grant: bool = False  # 3.3, CARE × *_SOC: "other provider of same grant: P?"
    children_read: bool = False  # 3.4, CITIZEN < 15: "D (via parent) ?"
    proxies_write_goals: bool = False  # 3.4: "P? (marked entered by relative)"
    parents_write_goals: bool = False  # 3.4
    proxies_block: bool = False  # 3.4: "D? unless fuldmagt says so"
    parents_block: bool = False  # 3.4
    guardians_block: bool = False  # 3.4
    proxies_consent: bool = False  # 3.4: "D?"


@dataclass(frozen=True)
class World:
    """All facts at once, with the look-ups the rules need."""

    citizens: tuple[Citizen, ...] = ()
    units: tuple[Unit, ...] = ()
    professionals: tuple[Professional, ...] = ()
    elements: tuple[Element, ...] = ()
    relations: tuple[Relation, ...] = ()
    consents: tuple[Consent, ...] = ()
    positives: tuple[PositiveRegistration, ...] = ()
    blocks: tuple[Block, ...] = ()
    overrides: tuple[Override, ...] = ()
    powers: tuple[PowerOfAttorney, ...] = ()
    custodies: tuple[Custody, ...] = ()
    guardianships: tuple[Guardianship, ...] = ()
    permits: tuple[Permit, ...] = ()
    switches: Switches = field(default_factory=Switches)

    @cached_property
    def citizen(self) -> dict[UUID, Citizen]:
        """Citizens by id."""
        return {citizen.id: citizen for citizen in self.citizens}

    @cached_property
    def professional(self) -> dict[UUID, Professional]:
        """Professionals by id."""
        return {professional.id: professional for professional in self.professionals}

    @cached_property
    def line(self) -> dict[UUID, tuple[UUID, ...]]:
        """Each unit's line upwards: itself first, its authority last."""
        parents = {unit.id: unit.parent_id for unit in self.units}
        lines = {}
        for unit in parents:
            line, step = [], unit
            while step is not None:
                line.append(step)
                step = parents[step]
            lines[unit] = tuple(line)
        return lines

    @cached_property
    def of(self) -> dict[str, dict[UUID, list]]:
        """Relations, consents, positives, blocks and overrides by citizen."""
        index = {}
        for name in ("relations", "consents", "positives", "blocks", "overrides"):
            index[name] = defaultdict(list)
            for fact in getattr(self, name):
                index[name][fact.citizen].append(fact)
        return index


# What a permitted verdict obliges to (P† of law 3.1 and 3.6, override of law 3.2 step 9).
_DUTIES = {
    "override": frozenset({"reason", "minlog_flag", "inform_citizen", "review"}),
    "emergency-soc": frozenset({"reason", "minlog_flag", "inform_citizen", "review", "report"}),
    "will-content": frozenset({"reason"}),
    "will-dentist": frozenset({"reason"}),
    "own-evaluation": frozenset({"reason"}),
    "quality": frozenset({"reason"}),
}


@dataclass(frozen=True)
class Verdict:
    """The answer: a permitting rule, or the shut gate as `rule` and a reason of law 3.9.

    A rule opened past a block reads `look-up/positive` or `look-up/override`.
    """

    permitted: bool
    rule: str
    reason: str = ""

    @property
    def duties(self) -> frozenset[str]:
        """What must follow a `P†`."""
        return _DUTIES.get(self.rule.rpartition("/")[2], frozenset())

    @property
    def hint(self) -> str:
        """What would change the answer, where that may be said (law 3.2)."""
        return {"needs_consent": "consent", "consent_expired": "consent"}.get(self.reason, "")
