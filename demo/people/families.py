"""Those who need somebody to act for them, and those who are known in a way of their own."""

from access.vocabulary import Category, Law, Purpose
from careplans.models import CarePlan
from citizens.identifiers import D_ECPR_REGIONS, X_ECPR_SYSTEM, IdentifierKind
from citizens.models import Citizen, Guardianship, Identifier
from demo.course import Course, Sharing
from demo.numbers import cpr
from demo.places import World
from demo.record import Basis, person
from stamkort.models import Entry, Registration


def tell(world: World) -> None:
    """A family with two children, a ward and her guardian, and six citizens whom the registers know differently."""
    _children(world)
    _ward(world)
    _protected(world)
    _dead(world)
    _replaced(world)
    _without_cpr(world)


def _children(world: World) -> None:
    """Sofie is nine and her parents act for her; Emma is sixteen and decides herself."""
    book = world.book
    person(world, "maria", "Maria", "Lindholm", "female", book.born(39, 11, 30), practice="practice-2")
    person(world, "jonas", "Jonas", "Lindholm", "male", book.born(41, 4, 2), practice="practice-2")
    sofie = Course.of(person(world, "sofie", "Sofie", "Lindholm", "female", book.born(9, 6, 17), practice="practice-2"))
    sofie.in_custody_of("maria", "jonas")
    asthma = sofie.diagnosis("R96", "gp-2", -800)
    play = sofie.life_goal(
        "Jeg vil spille håndbold uden at hoste.",
        Sharing.HEALTH,
        by="relative",
        informer="166d2437-4e47-4a52-bd94-cdbe91086ca6",
    )
    puff = sofie.overall_goal("Kan selv tage sin medicin før træning", "gp-2", -60, play)
    sofie.addresses(puff, asthma)
    sofie.appointment("gp-2", 14, "15:10", "Astmakontrol", appointment_type="CHECKUP")
    sofie.relative("Maria Test Lindholm", "MTH", "20 00 00 41")
    emma = Course.of(person(world, "emma", "Emma", "Lindholm", "female", book.born(16, 9, 5), practice="practice-2"))
    emma.in_custody_of("maria", "jonas")
    emma.treated_at("psychiatric-ward", Basis.OUTPATIENT, -120)
    low = emma.diagnosis("DF329", "psychiatrist", -110)
    emma.diagnosis("P76", "gp-2", -130)
    school = emma.life_goal("Jeg vil tilbage i min klasse efter ferien.", Sharing.NAMED, named=["psychiatric-ward"])
    sleep = emma.overall_goal("Sove igennem fem nætter om ugen", "psychiatrist", -90, school)
    emma.addresses(sleep, low)
    emma.evaluate(sleep, "psychiatrist", -13, "improving")
    emma.dialogue("psychiatrist", -100, "Emma og psykiateren", "Emma taler helst uden sine forældre.")
    emma.visits("psychiatrist", [-27, -13, 1, 15], "15:00", "Samtale", minutes=50)
    # Her own doctor shall not read what the ward writes: sixteen, and her own to decide.
    emma.block(-80, unit=emma.unit("practice-2"), origin=emma.unit("psychiatric-ward"))


def _ward(world: World) -> None:
    """Ingrid forgets; her son Bo is guardian in personal matters, her nephew only of her money."""
    book = world.book
    person(world, "bo", "Bo", "Thorsen", "male", book.born(57, 1, 22))
    person(world, "kaj", "Kaj", "Thorsen", "male", book.born(49, 12, 9))
    ingrid = Course.of(person(world, "ingrid", "Ingrid", "Thorsen", "female", book.born(84, 7, 3)))
    ingrid.guarded_by("bo")
    ingrid.guarded_by("kaj", Guardianship.Scope.ECONOMIC)
    ingrid.treated_at("nursing-home", Basis.NURSING_GRANT, -300)
    ingrid.treated_at("nursing-home", Basis.CARE_GRANT, -300, law=Law.ELDERLY)
    dementia = ingrid.diagnosis("P70", "gp", -1300)
    ingrid.diagnosis("L95", "gp", -2000)
    forgets = ingrid.nursing_condition("I11.1", "care-assistant", -290)
    eats = ingrid.nursing_condition("I3.2", "care-assistant", -90)
    finds = ingrid.function("J4.3", 4, "nursing-home", -290, Law.ELDERLY)
    song = ingrid.life_goal(
        "Hun vil høre de gamle sange.", Sharing.ALL, by="relative", informer="166d2437-4e47-4a52-bd94-cdbe91086ca6"
    )
    calm = ingrid.overall_goal("Rolige aftener", "nursing-home", -200, song, law=Law.ELDERLY)
    ingrid.functional_goal(finds, 4, "nursing-home", -200, parent=calm, words="Orienteringsevne: uændret")
    food = ingrid.disease_goal("Vægten holdes", "NPU03804", ">= 52 kg", "care-assistant", -90)
    ingrid.addresses(food, eats)
    meals = ingrid.intervention("G1.12", "care-assistant", -90, eats, purpose_goal=food)
    care = ingrid.intervention("8dc5f564-b8c6-4aa1-ba34-682d62d15f31", "nursing-home", -290, finds, paragraph="ÆL § 10")
    plan = ingrid.plan(
        CarePlan.Kind.MUNICIPAL, "Døgnrytmeplan", "Musik efter aftensmaden.", "nursing-home", -200, law=Law.ELDERLY
    )
    ingrid.contains(plan, forgets, finds, calm, food, meals, care)
    ingrid.contains(ingrid.plan(CarePlan.Kind.COURSE, "Forløbsplan", "Årlig kontrol.", "gp", -100), dementia)
    ingrid.done(meals, "care-assistant", -2, -1)
    ingrid.contact("nursing-home", -14, Law.ELDERLY, finds)
    ingrid.visits("nursing-home", range(-3, 5), "19:00", "Helhedspleje", "ÆL § 10")
    ingrid.appointment("gp", 10, "12:30", "Besøg på plejehjemmet")
    ingrid.relative("Bo Test Thorsen", "CHILD", "20 00 00 51")
    ingrid.registration(Registration.Kind.LIVING_WILL, -4500, {"dying": True, "severelyDegraded": True})


def _protected(world: World) -> None:
    """Nadia's address is withheld."""
    nadia = Course.of(
        person(world, "nadia", "Nadia", "Haddad", "female", world.book.born(31, 2, 11), is_address_protected=True)
    )
    nadia.entry(Entry.Kind.LANGUAGE, {"language": "ar", "interpreter": True})
    nadia.entry(Entry.Kind.CONTACT, {"mobile": "20 00 00 61"})
    nadia.diagnosis("P76", "gp", -200)
    nadia.appointment("gp", 3, "13:10", "Samtale", service_type="video")
    nadia.block(-150, is_everything=True, unit=nadia.unit("casework"))
    nadia.no_dialogue("gp", -200)


def _dead(world: World) -> None:
    """Birthe died three weeks ago; her relations opened nothing from then on."""
    book = world.book
    birthe = Course.of(
        person(world, "birthe", "Birthe", "Holst", "female", book.born(92, 8, 8), died_at=book.at(-21, "04:10"))
    )
    birthe.treated_at("nursing", Basis.NURSING_GRANT, -900)
    birthe.treated_at("practice", Basis.ASSIGNED_GP, -3000)
    birthe.diagnosis("K77", "gp", -1500)
    birthe.nursing_condition("I7.2", "municipal-nurse", -900)
    birthe.registration(Registration.Kind.LIVING_WILL, -6000, {"dying": True, "severelyDegraded": False})
    birthe.visits("municipal-nurse", [-30, -27, -24], "11:00", "Sygeplejebesøg", "SUL § 138")


def _replaced(world: World) -> None:
    """Alex got a new CPR number; the old row stays and names the new one."""
    book = world.book
    alex = Course.of(person(world, "alex", "Alex", "Bruun", "male", book.born(27, 5, 12)))
    alex.diagnosis("R96", "gp", -3000)
    alex.appointment("gp", 18, "08:20", "Astmakontrol", appointment_type="CHECKUP")
    alex.life_goal("Jeg vil løbe et halvmaraton.", Sharing.ALL)
    born = alex.citizen.birth_date
    person(
        world, "alex-before", "Alex", "Bruun", "female", born,
        cpr=cpr(born, is_male=False), replaced_by=alex.citizen, practice=None, updated_at=book.at(-400),
    )  # fmt: skip


def _without_cpr(world: World) -> None:
    """Piotr works here without a CPR number, Annalena fell ill on a journey."""
    book = world.book
    piotr = Course.of(person(world, "piotr", "Piotr", "Nowak", "male", book.born(36, 3, 29), cpr=None, practice=None))
    _number(piotr.citizen, IdentifierKind.X_ECPR, X_ECPR_SYSTEM, "7PN3", world)
    piotr.treated_at("emergency-ward", Basis.ADMISSION, -2)
    piotr.diagnosis("DS721", "emergency-doctor", -2)
    piotr.entry(Entry.Kind.LANGUAGE, {"language": "pl", "interpreter": True}, by="emergency-doctor", days=-2)
    piotr.appointment("emergency-ward", -2, "21:30", "Akut modtagelse", at_weekends=True, appointment_type="EMERGENCY")
    nowhere = {"street": "", "postal_code": "", "city": "", "municipality_code": "", "cpr": None, "practice": None}
    tourist = Course.of(person(world, "annalena", "Annalena", "Schmidt", "female", book.born(63, 9, 21), **nowhere))
    _number(tourist.citizen, IdentifierKind.D_ECPR, D_ECPR_REGIONS[3], "5AS2", world)
    tourist.treated_at("emergency-ward", Basis.ADMISSION, -1)
    tourist.diagnosis("K78", "emergency-doctor", -1)
    tourist.entry(Entry.Kind.LANGUAGE, {"language": "de"}, by="emergency-doctor", days=-1)
    tourist.consent(
        "sul42a3", "heart-clinic", Purpose.TREATMENT, [Category.DIAG], -1, form="oral", received_by="emergency-doctor"
    )


def _number(citizen: Citizen, kind: IdentifierKind, system: str, rest: str, world: World) -> None:
    """Give a citizen a replacement number."""
    value = f"{citizen.birth_date:%d%m%y}{rest}"
    world.book.add(Identifier(citizen=citizen, kind=kind, system=system, value=value))
