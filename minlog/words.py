"""The log in plain words: what was done, by whom, for which unit and why it was lawful, or why it was refused.

MinLog is a projection of the rows of the log and holds nothing of its own. Danish first, English second.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from access.explanations import REASON_TEXTS
from access.grounds import IMPORTANT_CONSIDERATIONS, Ground
from access.policies import all_policies
from access.shielding import in_words, shield_of
from access.statements import Row
from access.vocabulary import CITIZEN_SIDE, ActingAs, Profession, Reason

Texts = tuple[str, str]

ACTIVITIES: dict[str, Texts] = {
    "read": ("Så", "Looked at"),
    "vread": ("Så en tidligere udgave af", "Looked at an earlier version of"),
    "history": ("Så historikken for", "Looked at the history of"),
    "search": ("Søgte i", "Searched"),
    "create": ("Skrev nyt i", "Added to"),
    "update": ("Ændrede i", "Changed"),
    "delete": ("Slettede i", "Deleted from"),
    "overview": ("Åbnede overblikket over", "Opened the overview of"),
    "everything": ("Hentede overblikket over", "Fetched the overview of"),
    "history-type": ("Så historikken for", "Looked at the history of"),
    "explain": ("Spurgte, om der er adgang til", "Asked for the access to"),
    "access-matrix": ("Spurgte, hvad der er adgang til af", "Asked what may be seen of"),
    "dry-run": ("Prøvede en ændring af", "Tried a change of"),
    "override": ("Brød", "Overrode"),
    "unconfirmed": ("Kunne ikke bekræfte", "Could not confirm"),
    "shield": ("Besluttede om", "Decided on"),
    "launch": ("Gjorde klar til at åbne", "Made ready to open"),
    "consent-window": ("Oplyste, hvorfor der skulle åbnes for", "Stated why to open"),
    "notify": ("Fik besked om", "Was told of"),
    "token": ("Bad om adgang til", "Asked for a way in to"),
    "download": ("Hentede en kopi af", "Downloaded a copy of"),
    "login": ("Loggede ind i", "Logged in to"),
    "logout": ("Loggede ud af", "Logged out of"),
}
# In what capacity somebody acted, and of what profession she is.
CAPACITIES: dict[ActingAs, Texts] = {
    ActingAs.HP: ("sundhedsperson", "health professional"),
    ActingAs.HP_ASSIST: (
        "medhjælp under en sundhedspersons ansvar",
        "assistant on the responsibility of a health professional",
    ),
    ActingAs.HP_PERMIT: ("medarbejder med ledelsens tilladelse", "member of staff with the management's permission"),
    ActingAs.HP_STUDENT: ("studerende i behandlingen", "student in treatment"),
    ActingAs.CARE: ("medarbejder i hjemmeplejen", "member of staff of home care"),
    ActingAs.CASE: ("sagsbehandler", "caseworker"),
    ActingAs.SOC_PSY: ("medarbejder i socialpsykiatrien", "member of staff of social psychiatry"),
    ActingAs.CITIZEN: ("borgeren selv", "the citizen herself"),
    ActingAs.PROXY: ("pårørende med fuldmagt", "relative with a power of attorney"),
    ActingAs.PARENT: ("forælder", "parent"),
    ActingAs.GUARDIAN: ("værge", "guardian"),
    ActingAs.AUDIT: ("kontrollant af opslag", "auditor of look-ups"),
    ActingAs.SUPERVISION: ("tilsynsmyndighed", "supervising authority"),
    ActingAs.QUALITY: ("kvalitetsarbejde", "quality work"),
    ActingAs.ADMIN: ("systemadministrator", "system administrator"),
    ActingAs.SYSTEM: ("afsendersystem", "sending system"),
}
PROFESSIONS: dict[Profession, Texts] = {
    Profession.DOCTOR: ("læge", "doctor"),
    Profession.NURSE: ("sygeplejerske", "nurse"),
    Profession.CARE_ASSISTANT: ("social- og sundhedsassistent", "social and health care assistant"),
    Profession.OCCUPATIONAL_THERAPIST: ("ergoterapeut", "occupational therapist"),
    Profession.PHYSIOTHERAPIST: ("fysioterapeut", "physiotherapist"),
    Profession.DENTIST: ("tandlæge", "dentist"),
    Profession.MIDWIFE: ("jordemoder", "midwife"),
    Profession.CARE_HELPER: ("social- og sundhedshjælper", "social and health care helper"),
    Profession.CASEWORKER: ("sagsbehandler", "caseworker"),
    Profession.SOCIAL_WORKER: ("pædagogisk medarbejder", "social worker"),
    Profession.SECRETARY: ("sekretær", "secretary"),
    Profession.STUDENT: ("studerende", "student"),
    Profession.OTHER: ("anden medarbejder", "other member of staff"),
}
CONSENT_WINDOW = "consent-window"
# What a professional stated before opening the overview by the button.
GROUNDS: dict[str, Texts] = {
    "agrees": ("De skrev, at du har sagt ja.", "They stated that you have said yes."),
    "treatment": (
        "De skrev, at de skal bruge det for at behandle dig.",
        "They stated that they need it to treat you.",
    ),
}
OTHER_ACTIVITY: Texts = ("Brugte", "Used")
THINGS: dict[str, Texts] = {
    "Patient": ("dine oplysninger", "your data"),
    "StamkortEntry": ("dit stamkort", "your basic data"),
    "RelatedPerson": ("dine pårørende", "your relatives"),
    "CareTeam": ("teamet om dig", "the team around you"),
    "EpisodeOfCare": ("dine behandlingsforløb", "your courses of treatment"),
    "Condition": ("dine diagnoser og tilstande", "your diagnoses and conditions"),
    "CarePlan": ("dine planer", "your plans"),
    "Goal": ("dine mål", "your goals"),
    "Subscription": ("besked, når der sker noget nyt", "being told when something new happens"),
    "ServiceRequest": ("dine planlagte indsatser", "your planned interventions"),
    "Binary": ("indholdet af et dokument om dig", "the content of a document about you"),
    "DocumentReference": ("dokumenter om dig", "documents about you"),
    "Procedure": ("dine udførte indsatser", "your completed interventions"),
    "Encounter": ("dine kontakter", "your contacts"),
    "Observation": ("dine opfølgninger", "your follow-ups"),
    "Appointment": ("dine aftaler", "your appointments"),
    "CalendarFeed": ("adresser til din kalender", "addresses of your calendar"),
    "Consent": ("dine samtykker og spærringer", "your consents and blocks"),
    "Provenance": ("hvem der har skrevet om dig", "who has written about you"),
    "AuditEvent": ("loggen over opslag", "the log of look-ups"),
    "Communication": ("dine spørgsmål om loggen", "your questions about the log"),
    "Override": ("dine spærringer", "your blocks"),
    "Shield": ("sløring af navne", "names that are kept"),
    "Token": ("systemet", "the system"),
    "PowerOfAttorney": ("dine fuldmagter", "your powers of attorney"),
    "Session": ("dine sider", "your pages"),
}
OTHER_THING: Texts = ("andre oplysninger", "other data")
NOTHING_SHOWN: Texts = ("Der blev ikke vist noget.", "Nothing was shown.")
FAILED: Texts = ("Der skete en fejl hos os. Der blev ikke vist noget.", "A fault of ours. Nothing was shown.")
# Of what a sender wrote by itself no rule is told: it does not look, and answers for what it sends.
SENT: Texts = ("Det er sendt af et sted, der hjælper dig.", "It was sent by a place that helps you.")
WRITES = frozenset({"create", "update", "delete"})
REFUSED: Texts = ("Opslaget blev afvist.", "The look-up was refused.")
# Why a refused attempt was refused, told to the citizen.
REFUSALS: dict[Reason, Texts] = {
    Reason.AUTH: ("De var ikke logget rigtigt ind.", "They were not properly logged in."),
    Reason.SECTOR: ("De var der ikke for at behandle dig.", "They were not there to treat you."),
    Reason.PURPOSE: ("Formålet giver ikke adgang.", "The purpose gives no access."),
    Reason.NOT_TO_OVERRIDE: ("De må ikke bryde en spærring.", "They may not override a block."),
    Reason.LOG_ONLY: ("De må kun kontrollere loggen.", "They may check the log only."),
    Reason.SENT_BY_SOURCE: (
        "Et tilsyn kan ikke selv slå op.",
        "A supervising authority cannot look by itself.",
    ),
    Reason.NO_RELATION: (
        "Du er ikke i behandling eller pleje der, og de handler ikke på dine vegne.",
        "You are not treated or cared for there, and they do not act for you.",
    ),
    Reason.LAW_GATE: (
        "Loven giver dem ikke adgang til den slags oplysninger.",
        "The law gives them no access to this kind of data.",
    ),
    Reason.NEEDS_CONSENT: ("Det kræver dit samtykke.", "It takes your consent."),
    Reason.CONSENT_EXPIRED: ("Dit samtykke gælder ikke mere.", "Your consent has run out."),
    Reason.BLOCKED: ("Du har spærret for det.", "You blocked it."),
    Reason.AGE: ("Alderen giver ikke denne adgang.", "Age does not give this access."),
    Reason.REGIME_SWITCH_OFF: ("Reglen er ikke slået til.", "The rule is not switched on."),
}


@dataclass(frozen=True)
class MinLogEntry:
    """One entry as the citizen reads it. `at` is an aware UTC instant; `correlation` joins entries of one request."""

    at: datetime
    activity: str
    reason: str
    organisation: str
    person: str
    role: str
    on_behalf_of: str
    is_override: bool
    is_refused: bool
    correlation: str


# How the citizen is spoken to, and what stands there instead where somebody else reads about her.
_SPOKEN_TO = {
    False: ((r"du|dig", "{who}"), (r"din|dit|dine", "{whose}")),
    True: (
        (r"you have", "{who} has"),
        (r"you are", "{who} is"),
        (r"you were", "{who} was"),
        (r"you|yourself", "{who}"),
        (r"your", "{whose}"),
    ),
}


def told_of(who: str, text: str, *, english: bool = False) -> str:
    """A text that speaks to the citizen, as it is told to somebody else: of her, by the name `who`."""
    ending = "'s" if english else "'" if who[-1:].lower() in ("s", "x", "z") else "s"
    for spoken, named in _SPOKEN_TO[english]:
        told = named.format(who=who, whose=who + ending).replace("\\", "")  # no group of the pattern is meant
        text = re.sub(rf"\b(?:{spoken})\b", told, text, flags=re.IGNORECASE)
    return text


def entry_of(row: Row, *, english: bool = False, about: str = "") -> MinLogEntry:
    """Make the entry of a row of the log; `about` is the name of the citizen where somebody else reads it."""
    activity, reason = activity_of(row, english=english), reason_of(row, english=english)
    if about:
        activity, reason = (told_of(about, text, english=english) for text in (activity, reason))
    return MinLogEntry(
        at=row["updated_at"],
        activity=activity,
        reason=reason,
        organisation=row["unit_name"] or "",
        person=person_of(row),
        role=role_of(row, english=english),
        on_behalf_of=on_behalf_of(row),
        is_override=is_override(row),
        is_refused=is_refused(row),
        correlation=row["request_id"],
    )


def is_refused(row: Row) -> bool:
    """Whether the look-up was refused."""
    return bool(row["outcome"] == "refuse")


def is_override(row: Row) -> bool:
    """Whether a block was overridden: an override of this citizen's blocks by this professional was named, and held."""
    return bool(row["outcome"] == "permit" and row["is_override"])


def activity_of(row: Row, *, english: bool = False) -> str:
    """What was done."""
    interaction = "search" if row["interaction"] == "search-type" else row["interaction"]
    verb = ACTIVITIES.get(interaction, OTHER_ACTIVITY)[english]
    return f"{verb} {THINGS.get(row['resource_type'], OTHER_THING)[english]}"


def reason_of(row: Row, *, english: bool = False) -> str:
    """Why it was lawful, or why it was refused, told to the citizen."""
    if is_refused(row):
        why = REFUSALS[Reason(row["reason"])][english] if row["reason"] in Reason else ""
        return f"{REFUSED[english]} {why}".strip()
    if row["outcome"] == "fault":
        return FAILED[english]
    if row["interaction"] == CONSENT_WINDOW:
        return stated(row, english=english)
    grounds = grounds_of(row)
    if not grounds:
        return (SENT if row["interaction"] in WRITES else NOTHING_SHOWN)[english]
    return " ".join(dict.fromkeys(ground.citizen_en if english else ground.citizen_da for ground in grounds))


def stated(row: Row, *, english: bool = False) -> str:
    """What a professional stated in the consent window: the choice, and the reason as it was written."""
    choice, _colon, reason = row["query"].partition(": ")
    return f"{GROUNDS.get(choice, NOTHING_SHOWN)[english]} {reason}".strip()


def professional_reason_of(row: Row) -> str:
    """The same, told to a professional."""
    if row["outcome"] == "fault":
        return FAILED[0]
    if row["interaction"] == CONSENT_WINDOW:
        return stated(row)
    if is_refused(row):
        return REASON_TEXTS[Reason(row["reason"])][0] if row["reason"] in Reason else REFUSED[0]
    return " ".join(dict.fromkeys(ground.professional_da for ground in grounds_of(row))) or NOTHING_SHOWN[0]


def grounds_of(row: Row) -> list[Ground]:
    """What a permitted look-up rested on; an overridden block comes first."""
    known = _grounds()
    found = [known[code] for code in row["held"] if code in known]
    return [IMPORTANT_CONSIDERATIONS, *found] if is_override(row) else found


@lru_cache(maxsize=1)
def _grounds() -> dict[str, Ground]:
    """The ground of every rule of every policy."""
    return {rule.code: rule.ground for policy in all_policies().values() for rule in policy.rules}


def person_of(row: Row) -> str:
    """Who it was, as shown: the name, or its code where it is kept; empty for a system and for a name that is gone."""
    if kept := shield_of(row, "professional_id"):
        return kept[1]
    if row["professional_id"] is not None:
        return name_of(row, "")
    return name_of(row, "actor_") if row["actor_citizen_id"] is not None else ""


def profession_of(code: str, *, english: bool = False) -> str:
    """A profession by its code, in words; empty for one that is not known."""
    return PROFESSIONS[Profession(code)][english] if code in Profession else ""


def role_of(row: Row, *, english: bool = False) -> str:
    """As what: the profession, and the capacity where it is not the usual one; for others the capacity."""
    acting_as = row["acting_as"]
    capacity = CAPACITIES[ActingAs(acting_as)][english] if acting_as in ActingAs else acting_as
    profession = profession_of(row["profession"], english=english)
    if not profession or row["acting_as"] == ActingAs.HP:
        return profession or capacity
    return f"{profession} ({capacity})"


def on_behalf_of(row: Row) -> str:
    """On whose behalf: the responsible professional of an assistant, or the citizen of a proxy, parent or guardian."""
    if kept := shield_of(row, "responsible_id"):
        return in_words(*kept)
    if row["responsible_id"] is not None:
        return name_of(row, "responsible_")
    if row["acting_as"] in CITIZEN_SIDE - {ActingAs.CITIZEN}:
        return name_of(row, "citizen_")
    return ""


def name_of(row: Row, prefix: str) -> str:
    """A name from its two columns."""
    return f"{row[prefix + 'given_name'] or ''} {row[prefix + 'family_name'] or ''}".strip()
