"""Who has looked at Lars's data lately, and what he asked about it; rows of the log as the engine writes them."""

from dataclasses import dataclass
from uuid import UUID

from access.vocabulary import SOCIAL_LAWS, ActingAs, Category, Law, Purpose, laws_of
from audit.models import Entry
from consents.models import Override
from demo.book import key
from demo.places import STAFF, World
from minlog.models import TIME_TO_ANSWER, Question

HEALTH = (Category.DIAG, Category.COND_SUL, Category.INT_SUL, Category.PLAN_SUL, Category.GOAL_SUL)
SOCIAL = (Category.COND_SOC, Category.INT_SOC, Category.PLAN_SOC, Category.GOAL_SOC)
BASIC = (Category.SK_REG, Category.SK_TYPED)


@dataclass(frozen=True)
class Look:
    """One look: who, how many days ago and when, at what, and by which rules; a refused one has its reason."""

    who: str
    days: int
    clock: str
    thing: str
    families: tuple[Category, ...]
    rules: tuple[str, ...] = ("treatment-look-up",)
    acting_as: ActingAs = ActingAs.HP
    purpose: Purpose = Purpose.TREATMENT
    refused: str = ""
    interaction: str = "search"


CARE = {"acting_as": ActingAs.CARE, "purpose": Purpose.CARE, "rules": ("own-service",)}
CASE = {"acting_as": ActingAs.CASE, "purpose": Purpose.CASE, "rules": ("own-service",)}
LOOKS = (
    Look("doctor", -20, "15:10", "Patient", (*HEALTH, *BASIC), interaction="overview"),
    Look("doctor", -19, "08:05", "Condition", (Category.DIAG, Category.COND_SUL)),
    Look("student", -19, "08:20", "Condition", (Category.DIAG,), acting_as=ActingAs.HP_STUDENT),
    Look("doctor", -13, "10:40", "CarePlan", (Category.PLAN_SUL,)),
    Look("municipal-nurse", -12, "14:15", "Patient", (*HEALTH, *BASIC), interaction="overview"),
    Look("lung-nurse", -9, "08:30", "Goal", (Category.GOAL_LIFE,), ("citizens-choice",)),
    Look("lung-nurse", -9, "08:31", "Condition", (Category.DIAG, Category.COND_SUL)),
    Look("municipal-nurse", -9, "08:50", "Condition", (Category.DIAG, Category.COND_SUL)),
    Look("municipal-nurse", -9, "08:52", "ServiceRequest", (Category.INT_SUL,)),
    Look(
        "gp",
        -8,
        "10:15",
        "CarePlan",
        (Category.PLAN_SUL, Category.PLAN_SOC),
        ("treatment-look-up", "social-disclosure"),
    ),
    Look("caseworker", -6, "11:00", "CarePlan", (Category.PLAN_SOC,), **CASE),  # type: ignore[arg-type]
    Look("caseworker", -6, "11:02", "Condition", (), refused="consent_expired", **CASE),  # type: ignore[arg-type]
    Look("stranger", -4, "22:40", "Patient", (), refused="no_relation", interaction="overview"),
    Look("home-helper", -2, "07:20", "ServiceRequest", (Category.INT_SOC,), **CARE),  # type: ignore[arg-type]
    Look("municipal-nurse", -2, "08:45", "Condition", (Category.DIAG, Category.COND_SUL)),
    Look("municipal-nurse", -2, "08:46", "Appointment", (Category.APPT_SUL, Category.APPT_SEL_W)),
    Look("dentist", -1, "09:30", "Patient", BASIC, ("stamkort-look-up", "treatment-look-up"), interaction="read"),
)


def tell(world: World) -> None:
    """The looks, one that overrode his private marking, and a question with its answer."""
    lars = world.citizens["lars"]
    for number, look in enumerate(LOOKS):
        _add(world, lars.pk, look, number)
    _overridden(world, lars.pk)
    nurse = world.staff["municipal-nurse"]
    asked = world.book.at(-8, "16:00")
    world.book.add(
        Question(
            id=key("question of lars"),
            citizen=lars,
            asked_by=lars,
            entry_id=_key(8),
            entry_at=world.book.at(-9, "08:52"),
            unit=world.units["nursing"],
            text="Hvorfor så hjemmesygeplejersken mine sygdomme fra sygehuset?",
            asked_at=asked,
            answer_by=asked + TIME_TO_ANSWER,
            answered_at=world.book.at(-5, "12:00"),
            answered_by=nurse,
            answer="Jeg skulle hjem til dig samme dag og måle din ilt. Derfor så jeg, hvad lægen havde skrevet.",
            version=2,
            updated_at=world.book.at(-5, "12:00"),
        )
    )


def _key(number: int) -> UUID:
    return key(f"look of lars {number}")


def _add(world: World, citizen_id: UUID, look: Look, number: int, override: Override | None = None) -> None:
    person = world.staff[look.who]
    acts: set[Law] = {law for family in look.families for law in laws_of(family)}
    is_helper = look.acting_as in (ActingAs.CARE, ActingAs.CASE)
    kept = acts if not is_helper else acts & SOCIAL_LAWS
    world.book.add(
        Entry(
            id=_key(number),
            recorded_at=world.book.at(look.days, look.clock),
            citizen_id=citizen_id,
            acting_as=look.acting_as,
            professional_id=person.pk,
            profession=person.profession,
            unit_id=world.units[STAFF[look.who][4][0]].pk,
            responsible_id=world.staff["doctor"].pk if look.acting_as == ActingAs.HP_STUDENT else None,
            client_id="epj-demo",
            purpose=look.purpose,
            interaction=look.interaction,
            resource_type=look.thing,
            families=sorted(map(str, look.families)),
            laws=sorted(map(str, kept)),
            outcome=Entry.Outcome.REFUSE if look.refused else Entry.Outcome.PERMIT,
            reason=look.refused,
            rules=[] if look.refused else sorted(look.rules),
            override_id=override.pk if override else None,
        )
    )


def _overridden(world: World, citizen_id: UUID) -> None:
    """A doctor overrode what Lars keeps to himself; it has been looked into."""
    book = world.book
    override = Override(
        id=key("override of lars"),
        citizen_id=citizen_id,
        professional=world.staff["doctor"],
        unit=world.units["lung-ward"],
        reason_code=Override.ReasonCode.UNREACHABLE_OR_INCAPACITATED,
        reason="Pludseligt forvirret ved kontrol i telefonen (test).",
        start=book.at(-7, "20:00"),
        end=book.at(-7, "22:00"),
        reviewed_by=world.staff["psychiatrist"],
        reviewed_at=book.at(-5, "09:00"),
        review_outcome="ok",
        citizen_informed_at=book.at(-7, "20:01"),
    )
    book.add(override)
    look = Look("doctor", -7, "20:05", "Condition", (Category.DIAG,))
    _add(world, citizen_id, look, len(LOOKS), override)
