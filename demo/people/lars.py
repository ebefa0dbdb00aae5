"""Lars, severely ill with COPD and beginning to forget; his daughter Mette acts for him.

He was delirious when he was in hospital, is ashamed of it, and has marked that diagnosis private.
"""

from access.vocabulary import Category, Law, Purpose
from appointments.models import Appointment
from careplans.models import CarePlan, Condition
from consents.models import Consent
from demo.course import Course, Sharing
from demo.places import World
from demo.record import Basis, person
from goals.models import Goal
from organisations.models import TreatmentRelation
from stamkort.models import Entry, Registration

HEALTH_FAMILIES = [Category.DIAG, Category.COND_SUL, Category.INT_SUL, Category.PLAN_SUL, Category.APPT_SUL]
SOCIAL_FAMILIES = [Category.COND_SOC, Category.INT_SOC, Category.GOAL_SOC]


def tell(world: World) -> None:
    """Lars and Mette."""
    book = world.book
    person(world, "lars-daughter", "Mette", "Mikkelsen", "female", book.born(47, 5, 23), practice="practice-2")
    lars = Course.of(person(world, "lars", "Lars", "Mikkelsen", "male", book.born(76, 3, 14)))
    hospital, nursing = _relations(lars)
    _stamkort(lars)
    conditions = _conditions(lars)
    lars.about(hospital, conditions["copd-hospital"], conditions["failure"])
    lars.about(nursing, conditions["breathing"], conditions["memory"])
    goals = _goals(lars, conditions)
    _plans(lars, conditions, goals)
    _documents(lars)
    _discharge(lars, conditions, goals, _appointments(lars))
    _decisions(lars, conditions)


def _relations(lars: Course) -> tuple[TreatmentRelation, TreatmentRelation]:
    """The admission is over, the outpatient course goes on; the municipality nurses, cares and decides."""
    lars.treated_at("lung-ward", Basis.ADMISSION, -21, until=-12)
    hospital = lars.treated_at("lung-ward", Basis.OUTPATIENT, -12)
    nursing = lars.treated_at("nursing", Basis.NURSING_GRANT, -200)
    lars.treated_at("home-care", Basis.CARE_GRANT, -400)
    lars.treated_at("casework", Basis.CARE_GRANT, -420)
    lars.treated_at("dental-clinic", Basis.REFERRAL, -30)
    return hospital, nursing


def _stamkort(lars: Course) -> None:
    """What Lars and Mette typed, and what he has registered."""
    lars.attorney("lars-daughter")
    lars.relative("Mette Test Mikkelsen", "CHILD", "20 00 00 11", note="Ring gerne, også om aftenen.")
    lars.relative("Aksel Test Nabo", "NBOR", "20 00 00 12", rank=2, note="Har nøgle.")
    lars.entry(Entry.Kind.LANGUAGE, {"language": "da"})
    lars.entry(Entry.Kind.CONTACT, {"home": "66 00 00 10", "mobile": "20 00 00 10"}, by="relative", days=-60)
    lars.entry(Entry.Kind.COMMENT, {"text": "Tal langsomt. Skriv aftaler ned til mig."}, by="relative", days=-59)
    lars.entry(
        Entry.Kind.DENTIST,
        {"name": "Tandklinikken Torvet (test)", "street": "Torvet 902", "postal_code": "5000", "city": "Odense C"},
    )
    will = {
        "noLifeProlongingIfDying": True,
        "noLifeProlongingIfSeverelyDegraded": True,
        "noLifeProlongingIfSeverePain": False,
        "noForcedTreatmentIfIncapable": True,
        "acceptanceNeeded": {"noForcedTreatmentIfIncapable": "relative"},
    }
    lars.registration(Registration.Kind.TREATMENT_WILL, -800, will)
    donor = {"permission": "LIMITED", "organs": ["cornea", "skin"], "requiresRelativeAcceptance": True}
    lars.registration(Registration.Kind.ORGAN_DONOR, -3000, donor)


def _conditions(lars: Course) -> dict[str, Condition]:
    return {
        "copd": lars.diagnosis("R95", "gp", -2900),
        "pressure": lars.diagnosis("K86", "gp", -4000),
        "copd-hospital": lars.diagnosis("DJ449", "doctor", -21),
        "failure": lars.diagnosis("DJ961", "doctor", -20),
        "delirium": lars.diagnosis("DF059", "doctor", -19, clinical_status="resolved", abated_on=lars.book.day(-14)),
        "breathing": lars.nursing_condition("I7.1", "municipal-nurse", -200),
        "memory": lars.nursing_condition("I11.1", "municipal-nurse", -9),
        "worry": lars.nursing_condition("I6.2", "lung-nurse", -9),
        "washing": lars.function("J1.1", 2, "home-care", -400),
        "housework": lars.function("J2.1", 3, "home-care", -400),
        "walking": lars.function("J3.8", 2, "home-care", -120),
        "memory-at-home": lars.function("J4.2", 1, "home-care", -30),
    }


def _goals(lars: Course, at: dict[str, Condition]) -> dict[str, Goal]:
    """Four life goals with four choices; the sub-goals of the wards and the municipality below the first."""
    garden = lars.life_goal(
        "Jeg vil sidde i haven med Mette og børnebørnene uden at være bange for vejret.", priority=1
    )
    calm = lars.life_goal("Jeg vil have fred med det, der skete, da jeg var indlagt.", Sharing.HEALTH, priority=2)
    lars.life_goal("Jeg vil blive boende i mit eget hus.", Sharing.NAMED, named=["casework", "home-care"], priority=3)
    lars.life_goal("Jeg vil køre bil til Mette igen.", Sharing.PRIVATE, priority=4)
    fewer = lars.overall_goal("Færre indlæggelser og mere ro om vejrtrækningen", "gp", -35, garden)
    air = lars.disease_goal("Iltmætning i hvile", "NPU03011", ">= 88 %", "doctor", -12, fewer)
    weight = lars.disease_goal("Vægten op efter indlæggelsen", "NPU03804", ">= 64 kg", "doctor", -12, fewer, due=90)
    talk = lars.overall_goal("Gennemgå indlæggelsen med Lars, og aftal hvem han kan ringe til", "lung-nurse", -9, calm)
    wash = lars.functional_goal(at["washing"], 1, "home-care", -120, parent=garden)
    tidy = lars.functional_goal(at["housework"], 3, "home-care", -120, words="Lave husligt arbejde: uændret")
    lars.addresses(air, at["copd-hospital"], at["failure"])
    lars.addresses(weight, at["copd-hospital"])
    lars.addresses(fewer, at["copd"])
    lars.addresses(talk, at["worry"])
    lars.measured("NPU03011", "%", {-20: 82, -16: 84, -12: 86, -9: 85, -5: 87, -2: 87}, at["copd-hospital"], "doctor")
    lars.measured("NPU03804", "kg", {-20: 61.5, -12: 61.8, -2: 62.6}, at["copd-hospital"], "doctor")
    lars.serves(air, garden)
    lars.conflict(wash, weight)
    lars.evaluate(air, "doctor", -5, "improving", "Ligger på 87 % i hvile.")
    lars.evaluate(wash, "home-care", -15, "no-change", "Bliver forpustet af at stå op i badet.")
    lars.evaluate(garden, "citizen", -4, "in-progress", "Vi sad ude en halv time i søndags.", rating=3)
    lars.dialogue("lung-nurse", -9, "Lars, Mette og KOL-sygeplejersken", "Lars vil helst hjem i haven. Indlæggelsen "
                  "blev gennemgået, også det han så og sagde. Han blev lettet.")  # fmt: skip
    return {"garden": garden, "fewer": fewer, "air": air, "weight": weight, "talk": talk, "wash": wash, "tidy": tidy}


def _plans(lars: Course, at: dict[str, Condition], goals: dict[str, Goal]) -> None:
    """The GP's course plan, and the municipality's plan with nursing and home care in one."""
    team = lars.team("Teamet om Lars", "gp", -35, ["gp", "doctor", "lung-nurse", "municipal-nurse"])
    course = lars.plan(
        CarePlan.Kind.COURSE,
        "Forløbsplan for KOL",
        "Kontrol hver tredje måned. Ring til KOL-sygeplejersken ved mere slim eller feber, før du ringer 1-1-2.",
        "gp",
        -35,
        team=team,
    )
    values = lars.intervention("G1.41", "municipal-nurse", -60, at["breathing"], purpose_goal=goals["air"])
    medicine = lars.intervention("G1.21", "municipal-nurse", -60, at["memory"])
    oxygen = lars.intervention("G1.15", "municipal-nurse", -11, at["breathing"], purpose_goal=goals["air"])
    support = lars.intervention("G1.27", "lung-nurse", -9, at["worry"], purpose_goal=goals["talk"])
    hygiene = lars.intervention("H1.1", "home-care", -400, at["washing"], purpose_goal=goals["wash"])
    cleaning = lars.intervention("H1.8", "home-care", -400, at["housework"], purpose_goal=goals["tidy"])
    dialogue = lars.intervention("fd6e4caf-a844-482f-b43b-0b8a43391a11", "casework", -6, at["memory-at-home"])
    lars.contains(course, at["copd"], at["pressure"], goals["fewer"], goals["air"], values, support)
    municipal = lars.plan(
        CarePlan.Kind.MUNICIPAL,
        "Plan for hjælp i hjemmet",
        "Hjælp til bad og rengøring. Går over til et forløb efter ældreloven ved næste revisitation.",
        "casework",
        -120,
        law=Law.SERVICE,
    )
    lars.contains(
        municipal, at["washing"], at["housework"], goals["wash"], goals["tidy"], hygiene, cleaning, medicine, dialogue
    )
    lars.done(values, "municipal-nurse", -16, -9, -2)
    lars.done(medicine, "municipal-nurse", -9, -2)
    lars.done(hygiene, "home-helper", -3, -2, -1)
    lars.done(oxygen, "municipal-nurse", -2)
    visit = lars.contact("municipal-nurse", -9, Law.HEALTH, at["breathing"])
    at["memory"].contact = visit
    lars.follow_up(at["breathing"], "municipal-nurse", -9, "continues", visit)
    lars.contact("municipal-nurse", 19, Law.HEALTH, at["breathing"])
    lars.follow_up(
        at["washing"], "home-care", -15, "reassess", lars.contact("home-care", -15, Law.SERVICE, at["washing"])
    )
    lars.follow_up(hygiene, "home-care", -15, "continues")


def _documents(lars: Course) -> None:
    """The discharge summary of the admission, and what home care noted afterwards."""
    lars.document(
        "18842-5",
        "Epikrise: forværring af KOL",
        "Indlagt med forværring af KOL og skæve gastal. Behandlet med ilt, prednisolon og antibiotika; i bedring.\n"
        "Udskrives til eget hjem med ilt mindst 16 timer i døgnet. Egen læge bedes se ham inden for 14 dage.",
        "doctor",
        -12,
        start=lars.book.at(-21),
    )
    lars.document(
        "11506-3",
        "Statusnotat efter udskrivelse",
        "Lars har brug for hjælp til bad hver dag. Han spørger flere gange efter, hvornår datteren kommer.",
        "home-care",
        -10,
        law=Law.SERVICE,
    )


def _discharge(lars: Course, at: dict[str, Condition], goals: dict[str, Goal], checks: list[Appointment]) -> None:
    """What the ward agreed with Lars and Mette on the day he went home."""
    plan = lars.plan(
        CarePlan.Kind.COURSE,
        "Aftaler ved udskrivelsen",
        "Du tager ilt om natten og når du hviler, mindst 16 timer i døgnet.\n"
        "Du tager prednisolon i 5 dage. Derefter stopper du.\n"
        "Hjemmesygeplejen kommer hver uge og måler ilt og vægt.\n"
        "Du drikker to små energidrikke om dagen, til du vejer 64 kg.\n"
        "Får du feber eller mere slim, ringer du til KOL-sygeplejersken på 65 00 00 16. Ring 1-1-2, hvis du ikke kan "
        "få luft.\n"
        "Mette er med til samtalen på sygehuset om hjemmerespirator.",
        "doctor",
        -12,
        end=lars.book.at(80),
    )
    oxygen = lars.intervention("G1.15", "doctor", -12, at["failure"], purpose_goal=goals["air"])
    food = lars.intervention("G1.12", "doctor", -12, at["copd-hospital"], purpose_goal=goals["weight"])
    lars.contains(plan, at["copd-hospital"], at["failure"], goals["air"], goals["weight"], oxygen, food, *checks)


def _appointments(lars: Course) -> list[Appointment]:
    """Region, practice and municipality; of the municipality under three acts. Returns those agreed at the ward.

    One was cancelled, two lie at the same time, and two are further apart than the time between them.
    """
    lars.appointment("lung-ward", -21, "14:00", "Indlæggelse", minutes=13000, at_weekends=True)
    seen = lars.appointment("gp", -8, "10:20", "Opfølgning efter indlæggelse", requester=lars.unit("lung-ward"))
    mask = lars.appointment(
        "doctor",
        8,
        "09:00",
        "Ambulant indlæggelse: vurdering til hjemmerespirator",
        minutes=360,
        reason_system="urn:oid:1.2.208.176.2.4.12",
        reason_code="DJ961",
        reason_text="Skæve gastal. Transport er bestilt til 08:15.",
    )
    lars.appointment(
        "gp", 3, "08:40", "Blodprøve", minutes=10, status="cancelled", cancellation_reason="prov-pers",
        cancelled_at=lars.book.at(-1),
    )  # fmt: skip
    lars.appointment("dental-clinic", 4, "12:45", "Eftersyn af tænder")
    lars.appointment("vejle-lung", 12, "10:00", "Måling af lungerne", minutes=45, requester=lars.unit("lung-ward"))
    lars.calendar("Min tablet", -50)
    lars.appointment("gp", 23, "11:00", "Årskontrol for KOL", appointment_type="CHECKUP")
    lars.visits("municipal-nurse", [-16, -9, -2, 5, 12, 19], "09:00", "Sygeplejebesøg", "SUL § 138")
    lars.visits("home-helper", list(range(-7, 15)), "07:30", "Personlig hjælp og pleje", "SEL § 83, stk. 1, nr. 1")
    lars.visits("home-care", [-10, 4, 18], "12:30", "Praktisk hjælp", "SEL § 83, stk. 1, nr. 2", minutes=60)
    lars.visits("social-psychiatry", [-6, 1, 15], "13:00", "Socialpædagogisk støtte", "SEL § 85", minutes=60)
    lars.appointment("caseworker", 20, "13:30", "Samtale om forløb efter ældreloven", "ÆL § 10", minutes=60)
    return [seen, mask]


def _decisions(lars: Course, at: dict[str, Condition]) -> None:
    """What he let others see, what he has let lapse, and what he keeps to himself."""
    kinds = Consent.Kind
    treatment, case = Purpose.TREATMENT, Purpose.CASE
    lars.consent(kinds.FVL28, "practice", treatment, SOCIAL_FAMILIES, -342, received_by="gp")  # it ends soon
    lars.consent(
        kinds.SUL43, "casework", case, HEALTH_FAMILIES, -400, form="written", journal_reference="Sag 900-24 (test)"
    )
    lars.block(-10, item_id=at["delirium"].pk, item_type="Condition")
