"""Poul with emphysema, Hans with several chronic diseases, and Svend of 74, home after forty days in hospital."""

from access.vocabulary import Category, Law, Purpose
from careplans.models import CarePlan
from consents.models import Consent
from demo.course import Course, Sharing
from demo.places import World
from demo.record import Basis, person
from stamkort.models import Entry, Registration

MOBILITY = "dd41df82-3c13-4523-b9c5-e83676425299"


def tell(world: World) -> None:
    """All three."""
    _poul(world)
    _hans(world)
    _svend(world)


def _poul(world: World) -> None:
    """The valves no longer help him, and he cannot keep his work; two hospitals and a COPD nurse look for a way."""
    poul = Course.of(person(world, "poul", "Poul", "Andersen", "male", world.book.born(59, 10, 7)))
    poul.treated_at("lung-ward", Basis.OUTPATIENT, -500)
    poul.treated_at("vejle-lung", Basis.OUTPATIENT, -70)
    poul.treated_at("nursing", Basis.NURSING_GRANT, -25)
    poul.shielded_from("doctor", "LUNGE-21", "Truende opringninger efter samtalen", "hospital-nurse", -10)
    poul.entry(Entry.Kind.CONTACT, {"mobile": "20 00 00 21", "email": "poul@example.dk"})
    poul.relative("Hanne Test Andersen", "SPS", "20 00 00 22")
    emphysema = poul.diagnosis("DJ439", "doctor", -900)
    poul.diagnosis("R95", "gp", -1500)
    breathing = poul.nursing_condition("I7.1", "lung-nurse", -25)
    work = poul.life_goal(
        "Jeg vil passe mit arbejde på værkstedet, også når der skal løftes.",
        Sharing.NAMED,
        named=["lung-ward", "vejle-lung", "nursing", "practice"],
        priority=1,
    )
    poul.life_goal("Jeg vil på fisketur med min bror til sommer.", Sharing.HEALTH, priority=2)
    air = poul.overall_goal("Luft nok til et arbejde på nedsat tid", "lung-nurse", -24, work)
    measure = poul.disease_goal("Iltmætning ved gang", "NPU03011", ">= 90 %", "doctor", -24, air, due=60)
    poul.addresses(measure, emphysema)
    poul.evaluate(measure, "lung-nurse", -7, "worsening", "Falder til 84 % på trappen.")
    poul.dialogue(
        "lung-nurse", -24, "Poul og KOL-sygeplejersken", "Poul vil hellere prøve en ny behandling nu end vente."
    )
    plan = poul.plan(
        CarePlan.Kind.COURSE,
        "Forløbsplan for KOL",
        "Medicinen er ændret. Natlig måling i hjemmet i to uger, derefter fælles konference mellem Odense og Vejle.",
        "doctor",
        -20,
        team=poul.team("Lungeteamet om Poul", "doctor", -20, ["doctor", "vejle-doctor", "lung-nurse", "gp"]),
    )
    night = poul.intervention("G1.41", "lung-nurse", -14, breathing, purpose_goal=measure)
    poul.done(night, "lung-nurse", -7, -6, -5)
    poul.contains(plan, emphysema, air, measure, night)
    poul.appointment("vejle-doctor", -30, "10:30", "Lungefunktion og diffusionskapacitet", minutes=90)
    poul.appointment("doctor", -20, "13:00", "Svar på undersøgelser", service_type="video")
    poul.appointment("vejle-doctor", 16, "09:30", "CT-scanning af lungerne", minutes=60)
    poul.appointment("gp", 6, "08:40", "Årskontrol for KOL", appointment_type="CHECKUP")
    poul.visits("lung-nurse", [-7, 7], "18:30", "Natlig måling sættes op", "SUL § 138")
    families = [Category.DIAG, Category.PLAN_SUL, Category.APPT_SUL, Category.COND_SUL]
    poul.consent(Consent.Kind.SUL42A3, "nursing", Purpose.TREATMENT, families, -25, received_by="lung-nurse")
    poul.block(-300, unit=poul.unit("psychiatric-ward"), is_everything=True)


def _hans(world: World) -> None:
    """Born with spina bifida, now on dialysis; what one speciality asks for, another forbids."""
    hans = Course.of(person(world, "hans", "Hans", "Eriksen", "male", world.book.born(54, 8, 19)))
    hans.treated_at("kidney-clinic", Basis.OUTPATIENT, -900)
    hans.treated_at("orthopaedic-ward", Basis.OUTPATIENT, -2000, until=-300)
    hans.treated_at("nursing", Basis.NURSING_GRANT, -700)
    hans.treated_at("home-care", Basis.CARE_GRANT, -700)
    hans.treated_at("casework", Basis.CARE_GRANT, -700)
    hans.entry(Entry.Kind.COMMENT, {"text": "Spørg mig én ting ad gangen. Jeg har fortalt det hele mange gange."})
    hans.entry(Entry.Kind.LANGUAGE, {"language": "da"})
    spine, kidney = hans.diagnosis("DQ059", "gp", -6000), hans.diagnosis("DN189", "kidney-doctor", -1500)
    hans.diagnosis("K86", "gp", -2500)
    bladder = hans.nursing_condition("I12.2", "municipal-nurse", -700)
    moving = hans.nursing_condition("I2.1", "municipal-nurse", -700)
    skin = hans.nursing_condition("I4.4", "municipal-nurse", -40)
    transfer = hans.function("J3.5", 3, "home-care", -700)
    shopping = hans.function("J2.4", 3, "home-care", -700)
    one = hans.life_goal("Jeg vil have ét sted, hvor alle kan se det samme om mig.", Sharing.ALL, priority=1)
    choir = hans.life_goal("Jeg vil synge i koret hver torsdag.", Sharing.ALL, priority=2)
    whole = hans.overall_goal("Behandlingen skal passe ind mellem koret og dialysen", "gp", -90, choir)
    dry = hans.disease_goal("Vægt mellem dialyser", "NPU03804", "<= 82 kg", "kidney-doctor", -60, whole)
    drink = hans.overall_goal("Drikke to liter om dagen mod blærebetændelse", "municipal-nurse", -50, whole)
    sit = hans.functional_goal(transfer, 2, "home-care", -120, parent=whole)
    hans.conflict(dry, drink)
    hans.addresses(dry, kidney)
    hans.addresses(drink, bladder, spine)
    hans.serves(sit, one)
    hans.evaluate(dry, "kidney-doctor", -14, "not-achieved", "To kilo over ved de sidste tre dialyser.")
    hans.evaluate(choir, "citizen", -3, "achieved", "Nåede det i går.", rating=5)
    hans.dialogue("gp", -90, "Hans og egen læge", "Hans siger, at han aldrig kommer af med mere end ti procent.")
    plan = hans.plan(CarePlan.Kind.COURSE, "Samlet forløbsplan", "Nyrer, ryg og blære set under ét.", "gp", -90)
    wound = hans.intervention("G1.39", "municipal-nurse", -40, skin)
    catheter = hans.intervention("G1.5", "municipal-nurse", -700, bladder)
    lifting = hans.intervention("H1.4", "home-care", -700, transfer, purpose_goal=sit)
    errands = hans.intervention("H1.7", "home-care", -700, shopping)
    hans.contains(plan, spine, kidney, whole, dry, drink, wound, catheter)
    home = hans.plan(
        CarePlan.Kind.MUNICIPAL, "Hjælp i hjemmet", "Forflytning og indkøb.", "casework", -700, law=Law.SERVICE
    )
    hans.contains(home, transfer, shopping, sit, lifting, errands, wound)
    hans.done(wound, "municipal-nurse", -8, -6, -4, -1)
    visit = hans.contact("municipal-nurse", -6, Law.HEALTH, skin, moving)
    hans.follow_up(skin, "municipal-nurse", -6, "changed", visit)
    hans.visits("kidney-doctor", [-12, -7, -5, 2, 9], "07:45", "Dialyse", minutes=270)
    hans.visits("municipal-nurse", [-8, -6, -4, -1, 1, 3, 6, 8], "10:30", "Sygeplejebesøg", "SUL § 138")
    hans.visits("home-helper", [-2, -1, 0, 1, 2, 3], "08:00", "Personlig hjælp og pleje", "SEL § 83, stk. 1, nr. 1")
    hans.appointment("gp", 12, "14:20", "Medicingennemgang")
    hans.registration(Registration.Kind.ORGAN_DONOR, -1000, {"permission": "FULL", "requiresRelativeAcceptance": False})


def _svend(world: World) -> None:
    """Discharged to a temporary stay of the municipality after forty days; a week later he is ready to go home."""
    svend = Course.of(
        person(world, "svend", "Svend", "Nørgaard", "male", world.book.born(74, 2, 26), practice="practice-2")
    )
    svend.treated_at("emergency-ward", Basis.ADMISSION, -48, until=-47)
    svend.treated_at("lung-ward", Basis.ADMISSION, -47, until=-7)
    svend.treated_at("temporary-stay", Basis.NURSING_GRANT, -7)
    svend.treated_at("temporary-stay", Basis.CARE_GRANT, -7)
    svend.treated_at("rehabilitation", Basis.REHABILITATION_PLAN, -7)
    svend.treated_at("casework", Basis.CARE_GRANT, -9)
    stay = {"lines": ["Midlertidige Pladser, Åhaven (test)", "Åhavevej 905"], "postal_code": "5000", "city": "Odense C"}
    start = world.book.day(-7).isoformat()
    svend.entry(Entry.Kind.TEMPORARY_ADDRESS, {**stay, "start": start}, by="stay-nurse", days=-7)
    svend.relative("Ruth Test Nørgaard", "SPS", "20 00 00 31")
    virus = svend.diagnosis("DB342", "emergency-doctor", -48)
    weak = svend.nursing_condition(MOBILITY, "physiotherapist", -6)
    svend.nursing_condition("I3.2", "stay-nurse", -6)
    walking = svend.function("J3.8", 3, "temporary-stay", -6)
    home = svend.life_goal("Jeg vil hjem til Ruth og sove i min egen seng.", Sharing.ALL, days=-6, priority=1)
    strong = svend.overall_goal("Gå til indkørslen og tilbage uden hjælp", "physiotherapist", -6, home)
    svend.functional_goal(walking, 1, "temporary-stay", -6, parent=strong)
    plan = svend.plan(
        CarePlan.Kind.REHABILITATION,
        "Almen genoptræningsplan",
        "Genoptræning af gang og kondition efter fyrre dages indlæggelse.",
        "doctor",
        -7,
    )
    train = svend.intervention("2abe20c7-c0b4-41c1-b397-52acf36499ef", "physiotherapist", -6, weak, purpose_goal=strong)
    respite = svend.intervention("H4.1", "casework", -7, walking)
    svend.contains(plan, virus, weak, strong, train)
    stay_plan = svend.plan(
        CarePlan.Kind.MUNICIPAL,
        "Midlertidigt ophold",
        "Ophold til han er klar til eget hjem.",
        "casework",
        -7,
        law=Law.SERVICE,
    )
    svend.contains(stay_plan, walking, respite, train)
    svend.done(train, "physiotherapist", -5, -4, -1)
    svend.appointment("lung-ward", -47, "16:00", "Indlæggelse", minutes=57600, at_weekends=True)
    svend.visits("physiotherapist", [-5, -4, -1, 1, 2, 4], "13:00", "Genoptræning", "SUL § 140", minutes=45)
    svend.visits("temporary-stay", [-7, 3], "11:00", "Midlertidigt ophold", "SEL § 84, stk. 2", minutes=1440)
    svend.appointment("gp-2", 9, "09:40", "Opfølgende hjemmebesøg")
    svend.dialogue("physiotherapist", -6, "Svend, Ruth og fysioterapeuten", "Svend vil hjem hurtigst muligt.")
    svend.consent(
        Consent.Kind.SUL43, "casework", Purpose.CASE, [Category.PLAN_SUL, Category.INT_SUL], -9, form="written"
    )
