"""Citizens of whom the municipality knows most: under the elderly act, in social psychiatry, with a case."""

from access.vocabulary import Category, Law, Purpose
from careplans.models import CarePlan
from consents.models import Consent
from demo.course import Course, Sharing
from demo.places import World
from demo.record import Basis, person
from stamkort.models import Entry


def tell(world: World) -> None:
    """Six of them."""
    _aase(world)
    _thomas(world)
    _lone(world)
    _karl(world)
    _peter(world)
    _tove(world)


def _aase(world: World) -> None:
    """All her help is under the elderly act, and nobody has asked her what she wants."""
    aase = Course.of(person(world, "aase", "Aase", "Vestergaard", "female", world.book.born(88, 9, 9)))
    aase.treated_at("home-care", Basis.CARE_GRANT, -140, law=Law.ELDERLY)
    aase.treated_at("casework", Basis.CARE_GRANT, -150, law=Law.ELDERLY)
    aase.treated_at("nursing", Basis.NURSING_GRANT, -60)
    aase.diagnosis("L91", "gp", -4000)
    legs = aase.nursing_condition("I4.6", "municipal-nurse", -60)
    wash = aase.function("J1.1", 3, "home-care", -140, Law.ELDERLY)
    clean = aase.function("J2.1", 4, "home-care", -140, Law.ELDERLY)
    compress = aase.intervention("G1.19", "municipal-nurse", -60, legs)
    care = aase.intervention("8dc5f564-b8c6-4aa1-ba34-682d62d15f31", "home-care", -140, wash, paragraph="ÆL § 10")
    help_at_home = aase.intervention(
        "52de9a13-8605-4a80-8a40-78101a55c4a3", "home-care", -140, clean, paragraph="ÆL § 10"
    )
    plan = aase.plan(
        CarePlan.Kind.MUNICIPAL,
        "Sammenhængende forløb",
        "Morgen og aften, fast team.",
        "casework",
        -140,
        law=Law.ELDERLY,
    )
    aase.contains(plan, wash, clean, legs, care, help_at_home, compress)
    aase.done(care, "home-helper", -2, -1)
    aase.done(compress, "municipal-nurse", -3)
    aase.visits("home-helper", range(-4, 8), "08:00", "Helhedspleje", "ÆL § 10")
    aase.visits("municipal-nurse", [-3, 4, 11], "09:30", "Kompression", "SUL § 138")
    aase.follow_up(wash, "home-care", -20, "continues", aase.contact("home-care", -20, Law.ELDERLY, wash))
    aase.no_dialogue("home-care", -140, Law.ELDERLY)


def _thomas(world: World) -> None:
    """Discharged from psychiatry with an agreement; the social psychiatric team is a party of it."""
    thomas = Course.of(person(world, "thomas", "Thomas", "Iversen", "male", world.book.born(34, 7, 27)))
    thomas.treated_at("psychiatric-ward", Basis.ADMISSION, -60, until=-15)
    thomas.treated_at("psychiatric-ward", Basis.OUTPATIENT, -15)
    thomas.treated_at("social-psychiatry", Basis.CARE_GRANT, -300)
    thomas.treated_at("casework", Basis.CARE_GRANT, -310)
    illness = thomas.diagnosis("DF209", "psychiatrist", -1200)
    thomas.diagnosis("P72", "gp", -1100)
    daily = thomas.function("J2.3", 2, "social-psychiatry", -280)
    flat = thomas.life_goal("Jeg vil beholde min lejlighed og min kat.", Sharing.ALL, priority=1)
    rhythm = thomas.overall_goal("Stå op før klokken ti", "social-psychiatry", -200, flat, law=Law.SERVICE)
    thomas.functional_goal(daily, 1, "social-psychiatry", -200, parent=rhythm)
    team = thomas.team(
        "Netværket om Thomas", "psychiatrist", -16, ["psychiatrist", "social-psychiatry", "gp"], Law.PSYCHIATRY
    )
    agreement = thomas.plan(
        CarePlan.Kind.DISCHARGE_AGREEMENT,
        "Udskrivningsaftale",
        "Teamet ringer til afdelingen, hvis Thomas ikke åbner to dage i træk. Depotmedicin hver fjerde uge.",
        "psychiatrist",
        -15,
        law=Law.PSYCHIATRY,
        team=team,
    )
    thomas.parties(agreement, "psychiatric-ward", "social-psychiatry", "practice")
    thomas.contains(agreement, illness, flat)
    social = thomas.plan(
        CarePlan.Kind.MUNICIPAL,
        "Handleplan",
        "Støtte i hverdagen.",
        "casework",
        -280,
        law=Law.SERVICE,
        part_of=agreement,
    )
    thomas.contains(social, daily, rhythm)
    thomas.visits("psychiatrist", [-15, 13, 41], "11:00", "Depotmedicin")
    thomas.visits(
        "social-psychiatry", [-8, -5, -1, 2, 6, 9], "14:00", "Socialpædagogisk støtte", "SEL § 85", minutes=90
    )
    thomas.dialogue("social-psychiatry", -200, "Thomas og Niels", "Katten først.", Law.SERVICE)


def _lone(world: World) -> None:
    """Sclerosis; she employs her own helpers, and shares her goal with everybody."""
    lone = Course.of(person(world, "lone", "Lone", "Fabricius", "female", world.book.born(46, 3, 3)))
    lone.treated_at("casework", Basis.CARE_GRANT, -900)
    lone.treated_at("rehabilitation", Basis.REHABILITATION_PLAN, -120)
    sclerosis = lone.diagnosis("N86", "gp", -3300)
    power = lone.function("J4.6", 3, "casework", -900)
    lone.function("J5.1", 2, "casework", -900)
    work = lone.life_goal("Jeg vil blive ved med at undervise to dage om ugen.", Sharing.ALL, priority=1)
    rest = lone.overall_goal("Fordele kræfterne hen over ugen", "occupational-therapist", -100, work)
    lone.addresses(rest, sclerosis)
    lone.functional_goal(power, 2, "casework", -100, parent=rest)
    lone.visits("physiotherapist", [-4, 3, 10], "15:30", "Vedligeholdelsestræning", "SEL § 86, stk. 2", minutes=45)
    lone.appointment(
        "caseworker", 6, "10:00", "Opfølgning på borgerstyret personlig assistance", "SEL § 96", minutes=60
    )
    lone.consent(Consent.Kind.CITIZEN_SHARE, "practice", Purpose.TREATMENT, [Category.COND_SOC, Category.GOAL_SOC], -30)
    lone.consent(
        Consent.Kind.SUL43, "rehabilitation", Purpose.CARE, [Category.DIAG], -200, withdrawn_at=world.book.at(-20)
    )


def _karl(world: World) -> None:
    """Drinks less; his consent to the case ran out a month ago."""
    karl = Course.of(
        person(world, "karl", "Karl", "Mogensen", "male", world.book.born(62, 5, 5), practice="practice-2")
    )
    karl.treated_at("casework", Basis.CARE_GRANT, -800)
    karl.treated_at("health-centre", Basis.REFERRAL, -70)
    karl.diagnosis("P15", "gp-2", -3000)
    alcohol = karl.nursing_condition("prevention-condition-alkohol", "health-guide", -70)
    talk = karl.intervention("prevention-intervention-samtale-om-alkohol", "health-guide", -68, alcohol)
    karl.done(talk, "health-guide", -40, -10)
    karl.life_goal("Jeg vil se min datter til jul.", Sharing.HEALTH)
    karl.consent(
        Consent.Kind.SUL43, "casework", Purpose.CASE, [Category.DIAG], -395, form="written", received_by="caseworker"
    )
    karl.appointment("health-guide", 4, "11:00", "Samtale om alkohol", "SUL § 119", minutes=45)
    karl.appointment("caseworker", 12, "12:00", "Samtale om midlertidigt botilbud", "SEL § 107", minutes=60)


def _peter(world: World) -> None:
    """Has blocked all that comes from the municipality, for everyone."""
    peter = Course.of(person(world, "peter", "Peter", "Quist", "male", world.book.born(52, 2, 2)))
    peter.treated_at("nursing", Basis.NURSING_GRANT, -100)
    peter.treated_at("lung-ward", Basis.OUTPATIENT, -100)
    peter.diagnosis("R96", "gp", -2000)
    peter.diagnosis("DJ449", "doctor", -90)
    wound = peter.nursing_condition("I4.1", "municipal-nurse", -30)
    peter.done(peter.intervention("G1.39", "municipal-nurse", -30, wound), "municipal-nurse", -9, -2)
    peter.visits("municipal-nurse", [-9, -2, 5], "12:00", "Sårpleje", "SUL § 138")
    peter.appointment("doctor", 15, "11:30", "Kontrol")
    peter.block(-60, origin=peter.unit("municipality"), channel="phone")


def _tove(world: World) -> None:
    """Was a patient of the ward until last month; the relation is over."""
    tove = Course.of(person(world, "tove", "Tove", "Jepsen", "female", world.book.born(73, 8, 24)))
    tove.treated_at("lung-ward", Basis.ADMISSION, -45, until=-33)
    tove.diagnosis("L88", "gp", -2500)
    tove.diagnosis("DJ961", "doctor", -44, clinical_status="resolved", abated_on=world.book.day(-34))
    tove.entry(Entry.Kind.CONTACT, {"home": "66 00 00 91"})
    tove.life_goal("Jeg vil passe min have.", Sharing.ALL)
    tove.appointment("gp", -12, "10:00", "Opfølgning efter indlæggelse")
    tove.appointment("gp", 30, "10:00", "Gigtkontrol", appointment_type="CHECKUP")
    tove.appointment("hospital", 8, "09:00", "Aflyst scanning", status="cancelled", cancelled_at=world.book.at(-1))
