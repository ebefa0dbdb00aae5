"""The catalogue of regimes and switches: what depends on the day, as data.

A regime is the law itself and holds from its day. A switch is a reading that a jurist has to confirm: without a
decision it is off, which is the strict side, and one that is on opens what it says. Here stands what each means; who
turned it, when and why are rows of `law`, and which hold on a day is asked of `access.switches` alone.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Regime:
    """The law as it changed on a day: its code, where it stands, what it brought.

    `valid_from` is the first day in Denmark on which it holds, `valid_to` the first on which it no longer does.
    """

    code: str
    citation: str
    brings_da: str
    brings_en: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Switch:
    """An open question that changes an answer: its code, where it stands, and both positions in words.

    `question` is its place in the law study. `valid_from` is the first day in Denmark on which it can be on at all.
    """

    code: str
    citation: str
    question: str
    opens_da: str
    opens_en: str
    strict_da: str
    strict_en: str
    valid_from: date | None = None


APPOINTMENT_TIMES_ACT = "appointment-times-act"
STAMKORT_3 = "stamkort-3"

ELDERLY_APPOINTMENTS = "elderly-appointments"
SOCIAL_DATA_TO_HEALTH = "social-data-to-health"
STAMKORT_UNBLOCKABLE = "stamkort-unblockable"
EMERGENCY_SOCIAL_ACCESS = "emergency-social-access"
PARTIES_UNBLOCKABLE = "parties-unblockable"
PARTIES_READ_BESIDE_PLAN = "parties-read-beside-plan"
REHABILITATION_AND_MEALS = "rehabilitation-and-meals"
SERVICE_NAMES = "service-names"
ELDERLY_TEAM = "elderly-team"
ASSISTANTS_READ_FLAGS = "assistants-read-flags"
ORAL_SOCIAL_CONSENT = "oral-social-consent"
REGISTER_DATA_TO_SOCIAL_SIDE = "register-data-to-social-side"
PROVIDERS_OF_A_GRANT = "providers-of-a-grant"
CASE_ACROSS_DEPARTMENTS = "case-across-departments"
CHILDREN_READ = "children-read"
PROXIES_WRITE_GOALS = "proxies-write-goals"
PARENTS_WRITE_GOALS = "parents-write-goals"
PROXIES_BLOCK = "proxies-block"
PARENTS_BLOCK = "parents-block"
GUARDIANS_BLOCK = "guardians-block"
PROXIES_CONSENT = "proxies-consent"
TIMES_OVERRIDABLE = "times-overridable"

# The law by its dates (law study 2.1).
REGIMES = (
    Regime(
        APPOINTMENT_TIMES_ACT,
        "Retssikkerhedsloven § 13",
        "Sundhedsvæsenet ser, hvornår borgeren får hjælp efter serviceloven, uden samtykke.",
        "The health side sees when help under service law is given, without consent.",
        valid_from=date(2022, 1, 1),
    ),
    Regime(
        STAMKORT_3,
        "Fælles Stamkort 3.0",
        "Borgeren kan ikke længere frabede sig deling af stamkortet.",
        "Declining the sharing of the stamkort is no longer offered.",
        valid_from=date(2025, 1, 15),
    ),
)

# The open questions that change an answer (law study 9 and the cells of 3.3 to 3.5 marked with a question).
SWITCHES = (
    Switch(
        ELDERLY_APPOINTMENTS,
        "Ældreloven (paragraf ukendt)",
        "9.1",
        "Sundhedsvæsenet ser, hvornår borgeren får hjælp efter ældreloven, som retssikkerhedslovens § 13 siger om "
        "serviceloven.",
        "The health side sees when help under elderly law is given, as RSL § 13 says for service law.",
        "Tidspunkter for hjælp efter ældreloven kræver samtykke.",
        "Times of help under elderly law need consent.",
        valid_from=date(2025, 7, 1),
    ),
    Switch(
        SOCIAL_DATA_TO_HEALTH,
        "Sundhedsloven § 193 b efter lovforslag L 44 (2025-26)",
        "9.2",
        "En autoriseret sundhedsperson ser kommunens tilstande, indsatser, planer og mål efter service- og ældreloven "
        "i aktuel behandling, uden samtykke. Borgeren kan spærre.",
        "An authorised health professional sees social conditions, interventions, plans and goals in current "
        "treatment, without consent. The citizen can block.",
        "Kommunens oplysninger efter service- og ældreloven kræver samtykke.",
        "What the municipality recorded under service or elderly law needs consent.",
    ),
    Switch(
        STAMKORT_UNBLOCKABLE,
        "Sundhedsloven § 42 a, stk. 5, over for Fælles Stamkort 3.0",
        "9.3",
        "En spærring standser ikke længere det, der er tastet ind på stamkortet.",
        "A block no longer stops typed stamkort data.",
        "En spærring standser også det, der er tastet ind på stamkortet.",
        "A block stops typed stamkort data as well.",
        valid_from=date(2025, 1, 15),
    ),
    Switch(
        EMERGENCY_SOCIAL_ACCESS,
        "Forvaltningsloven § 28, stk. 2, nr. 3, og nødret",
        "9.6, 3.5",
        "En autoriseret sundhedsperson ser i en nødsituation kommunens sociale oplysninger uden samtykke, med "
        "værdispring og en særskilt begrundelse for netop dem. Det bliver altid indberettet.",
        "In an emergency an authorised health professional sees social data without consent, by an override with a "
        "separate reason for just those. It is always reported.",
        "Et værdispring åbner ikke sociale oplysninger.",
        "An override opens no social data.",
    ),
    Switch(
        PARTIES_UNBLOCKABLE,
        "Psykiatriloven § 13 c",
        "9.7",
        "En spærring standser ikke en part i en udskrivningsaftale eller koordinationsplan fra netop den plan.",
        "A block no longer stops a named party from the plan it is a party to.",
        "En spærring standser også parterne.",
        "A block stops parties as well.",
    ),
    Switch(
        PARTIES_READ_BESIDE_PLAN,
        "Psykiatriloven § 13 c",
        "9.7, 3.3",
        "Socialpsykiatrien, der er part i en plan, ser i sin indsats det øvrige, som planen kræver. Borgeren kan "
        "spærre.",
        "Social psychiatry that is a party to a plan sees, in its own task, what else the plan needs. The citizen can "
        "block.",
        "En part ser planen og intet ved siden af den.",
        "A party sees the plan and nothing beside it.",
    ),
    Switch(
        REHABILITATION_AND_MEALS,
        "Retssikkerhedsloven § 13, stk. 1 («§§ 83-84»)",
        "9.8, 2.5",
        "Sundhedsvæsenet ser også, hvornår borgeren får rehabilitering (§ 83 a) og madservice (§ 83, stk. 1, nr. 3).",
        "The health side also sees when rehabilitation (§ 83 a) and meals (§ 83, stk. 1, nr. 3) are given.",
        "Tidspunkter for rehabilitering og madservice kræver samtykke.",
        "Times of rehabilitation and meals need consent.",
        valid_from=date(2022, 1, 1),
    ),
    Switch(
        SERVICE_NAMES,
        "Retssikkerhedsloven § 13, stk. 1 («hvornår»)",
        "9.8",
        "Med tidspunktet følger ydelsens navn, for eksempel «personlig pleje».",
        "The name of the service, such as personal care, comes with its time.",
        "Kun tidspunktet følger, ikke ydelsens navn eller paragraf.",
        "Only the time is told, not the name or paragraph of the service.",
        valid_from=date(2022, 1, 1),
    ),
    Switch(
        ELDERLY_TEAM,
        "Ældreloven (helhedspleje), sundhedsloven § 138",
        "9.9",
        "Kommunens sygepleje og hjemmepleje ser hinandens oplysninger om borgeren: sundhedsoplysninger den ene vej, "
        "oplysninger efter ældreloven den anden. Borgeren kan spærre.",
        "The municipality's nurses and home carers see each other's data on the citizen: health data one way, data "
        "under elderly law the other. The citizen can block.",
        "Muren står, også inden for samme kommune.",
        "The wall stands, within one municipality as well.",
        valid_from=date(2025, 7, 1),
    ),
    Switch(
        ASSISTANTS_READ_FLAGS,
        "Sundhedsloven §§ 25 a og 26",
        "9.11, 3.3",
        "Medhjælp, studerende og medarbejdere med tilladelse ser, om der er et testamente eller et fravalg af "
        "genoplivning.",
        "Assistants, students and permitted staff see whether there is a will or a refusal of resuscitation.",
        "Kun autoriserede sundhedspersoner ser det.",
        "Only authorised health professionals see it.",
    ),
    Switch(
        ORAL_SOCIAL_CONSENT,
        "Forvaltningsloven § 28",
        "9.17",
        "Et samtykke til at dele kommunens sociale oplysninger kan være mundtligt og noteret i journalen.",
        "A consent to share social data may be oral and noted in the record.",
        "Det skal være skriftligt eller givet med MitID.",
        "It must be in writing or given with MitID.",
    ),
    Switch(
        REGISTER_DATA_TO_SOCIAL_SIDE,
        "Sundhedsloven § 193 b",
        "3.3",
        "Hjemmepleje, sagsbehandler og socialpsykiatri ser stamkortets registeroplysninger om egne borgere uden "
        "samtykke.",
        "Home care, caseworkers and social psychiatry see the register part of the stamkort of their own citizens "
        "without consent.",
        "De skal have samtykke.",
        "They need consent.",
    ),
    Switch(
        PROVIDERS_OF_A_GRANT,
        "Serviceloven og ældreloven (egen opgave)",
        "3.3",
        "Hjemmeplejen ser, hvad en anden leverandør med bevilling til samme borger har skrevet. Borgeren kan spærre.",
        "Home care sees what another provider with a grant for the same citizen recorded. The citizen can block.",
        "En anden leverandørs oplysninger kræver samtykke.",
        "What another provider recorded needs consent.",
    ),
    Switch(
        CASE_ACROSS_DEPARTMENTS,
        "Forvaltningsloven § 28",
        "3.3",
        "En sagsbehandler ser sociale oplysninger fra alle myndighedens forvaltninger som egen sag.",
        "A caseworker sees social data of every department of her authority as her own case.",
        "Egen sag er egen forvaltning; resten kræver samtykke.",
        "Her own case is that of her own department; the rest needs consent.",
    ),
    Switch(
        CHILDREN_READ,
        "Sundhedsloven §§ 36-39 b",
        "3.4",
        "Et barn under 15 år ser selv sine oplysninger.",
        "A child under 15 sees her own data herself.",
        "Et barn under 15 år ser dem gennem sine forældre.",
        "A child under 15 sees them through her parents.",
    ),
    Switch(
        PROXIES_WRITE_GOALS,
        "Fuldmagt (digital fuldmagt på sundhed.dk)",
        "3.4",
        "En pårørende med fuldmagt til at skrive kan skrive livsmål for borgeren; det fremgår, hvem der skrev.",
        "A relative with a power of attorney to write may write life goals for the citizen; it shows who wrote.",
        "Kun borgeren skriver selv sine livsmål.",
        "Only the citizen writes her own life goals.",
    ),
    Switch(
        PARENTS_WRITE_GOALS,
        "Sundhedsloven §§ 39 a-39 b",
        "3.4",
        "En forælder kan skrive livsmål for et barn under 15 år.",
        "A parent may write life goals for a child under 15.",
        "Forældre skriver ikke livsmål.",
        "Parents write no life goals.",
    ),
    Switch(
        PROXIES_BLOCK,
        "Fuldmagt; sundhedsloven § 42 a, stk. 5",
        "3.4",
        "En pårørende med fuldmagt til at skrive kan spærre for borgeren og ophæve spærringer.",
        "A relative with a power of attorney to write may set and lift blocks for the citizen.",
        "En fuldmagt giver ikke ret til at spærre.",
        "A power of attorney gives no right to block.",
    ),
    Switch(
        PARENTS_BLOCK,
        "Sundhedsloven § 42 a, stk. 5, og §§ 39 a-39 b",
        "3.4",
        "En forælder kan spærre for et barn under 15 år og ophæve spærringer.",
        "A parent may set and lift blocks for a child under 15.",
        "Forældre kan ikke spærre for et barn.",
        "Parents cannot block for a child.",
    ),
    Switch(
        GUARDIANS_BLOCK,
        "Værgemålsloven § 5; sundhedsloven § 42 a, stk. 5",
        "3.4",
        "En værge i personlige forhold kan spærre og ophæve spærringer.",
        "A guardian in personal matters may set and lift blocks.",
        "En værge kan ikke spærre.",
        "A guardian cannot block.",
    ),
    Switch(
        PROXIES_CONSENT,
        "Fuldmagt; sundhedsloven § 43",
        "3.4",
        "En pårørende med fuldmagt til at skrive kan give og trække samtykke for borgeren.",
        "A relative with a power of attorney to write may give and withdraw consent for the citizen.",
        "En fuldmagt giver ikke ret til at give samtykke.",
        "A power of attorney gives no right to consent.",
    ),
    Switch(
        TIMES_OVERRIDABLE,
        "Sundhedsloven § 42 a, stk. 2, og retssikkerhedsloven § 13, stk. 2",
        "3.5",
        "En autoriseret sundhedspersons værdispring åbner spærrede tidspunkter for hjælp.",
        "An authorised professional's override opens blocked times of help.",
        "Spærrede tidspunkter for hjælp bliver ved med at være spærret.",
        "Blocked times of help stay blocked.",
    ),
)

ALL: dict[str, Regime | Switch] = {one.code: one for one in (*REGIMES, *SWITCHES)}
SWITCH_OF = {switch.code: switch for switch in SWITCHES}
