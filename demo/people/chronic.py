"""Citizens with a long illness: diabetes, heart, stroke, hip, Parkinson, tobacco."""

from access.vocabulary import Category, Law, Purpose
from careplans.models import CarePlan
from consents.models import Consent
from demo.course import Course, Sharing
from demo.places import World
from demo.record import Basis, person
from stamkort.models import Entry, Registration

MOBILITY = "dd41df82-3c13-4523-b9c5-e83676425299"
TRAINING = "2abe20c7-c0b4-41c1-b397-52acf36499ef"


def tell(world: World) -> None:
    """Six of them."""
    _kirsten(world)
    _erik(world)
    _ruth(world)
    _gunnar(world)
    _villy(world)
    _jens(world)


def _kirsten(world: World) -> None:
    """Diabetes, and a foot that does not want the walks that the blood sugar asks for."""
    kirsten = Course.of(person(world, "kirsten", "Kirsten", "Bak", "female", world.book.born(68, 6, 6)))
    kirsten.treated_at("nursing", Basis.NURSING_GRANT, -40)
    kirsten.treated_at("dental-clinic", Basis.REFERRAL, -100)
    diabetes, fat = kirsten.diagnosis("T90", "gp", -3600), kirsten.diagnosis("T93", "gp", -3000)
    hospital = kirsten.diagnosis("DE11", "emergency-doctor", -60)
    wound = kirsten.nursing_condition("I4.2", "municipal-nurse", -40)
    dance = kirsten.life_goal("Jeg vil danse til mit barnebarns bryllup.", Sharing.ALL, priority=1)
    feet = kirsten.overall_goal("To raske fødder og et roligt blodsukker", "gp", -80, dance)
    sugar = kirsten.disease_goal("Langtidsblodsukker", "NPU27300", "< 53 mmol/mol", "gp", -80, feet)
    weight = kirsten.disease_goal("Vægttab med daglige gåture", "NPU03804", "<= 78 kg", "gp", -80, feet)
    heal = kirsten.overall_goal("Såret aflastes til det er lukket", "municipal-nurse", -38, feet)
    kirsten.conflict(weight, heal)
    kirsten.addresses(sugar, diabetes, hospital)
    kirsten.addresses(weight, fat)
    kirsten.addresses(heal, wound)
    kirsten.evaluate(sugar, "gp", -10, "improving", "57 mmol/mol mod 64 i foråret.")
    kirsten.evaluate(dance, "citizen", -10, "in-progress", rating=4)
    plan = kirsten.plan(
        CarePlan.Kind.COURSE, "Forløbsplan for type 2-diabetes", "Kontrol hver tredje måned.", "gp", -80
    )
    dress = kirsten.intervention("G1.39", "municipal-nurse", -38, wound, purpose_goal=heal)
    food = kirsten.intervention("c9a99304-1788-43b7-b7be-e187b092ae9c", "health-guide", -30)
    kirsten.contains(plan, diabetes, fat, feet, sugar, weight, heal, dress, food)
    kirsten.done(dress, "municipal-nurse", -10, -7, -3)
    kirsten.visits("municipal-nurse", [-10, -7, -3, 0, 4, 7, 11], "11:00", "Sårpleje", "SUL § 138")
    kirsten.appointment("health-guide", 5, "16:00", "Diabetesskole", "SUL § 119", minutes=120, service_type="group")
    kirsten.appointment("gp", 17, "09:20", "Diabeteskontrol", appointment_type="CHECKUP")
    kirsten.appointment("dentist", 21, "10:00", "Kontrol af tænder og mundhule", minutes=45)
    kirsten.dialogue("gp", -80, "Kirsten og egen læge", "Brylluppet er i september. Det er dét, hun går efter.")
    kirsten.entry(Entry.Kind.DENTIST, {"name": "Tandklinikken Torvet (test)", "phone": "65 00 00 13"})


def _erik(world: World) -> None:
    """Heart failure; what he hopes for is nobody's business."""
    erik = Course.of(person(world, "erik", "Erik", "Dahl", "male", world.book.born(71, 11, 11)))
    erik.treated_at("heart-clinic", Basis.OUTPATIENT, -400)
    failing, flutter = erik.diagnosis("DI509", "heart-doctor", -400), erik.diagnosis("K78", "gp", -900)
    erik.diagnosis("K75", "gp", -2600, clinical_status="inactive")
    erik.life_goal("Jeg vil se nordlyset, mens jeg kan.", Sharing.PRIVATE, priority=1)
    stairs = erik.overall_goal("Gå op til anden sal uden pause", "heart-doctor", -100)
    weight = erik.disease_goal("Daglig vægt inden for to kilo", "NPU03804", "<= 88 kg", "heart-doctor", -100, stairs)
    erik.addresses(weight, failing)
    erik.addresses(stairs, failing, flutter)
    plan = erik.plan(CarePlan.Kind.COURSE, "Forløbsplan for hjertesvigt", "Ring ved to kilo op.", "heart-doctor", -100)
    erik.contains(plan, failing, flutter, stairs, weight)
    erik.appointment("heart-doctor", -15, "10:00", "Ekkokardiografi", minutes=45)
    erik.appointment("heart-doctor", 13, "10:30", "Hjertesvigtsklinik", service_type="video")
    erik.appointment("gp", 2, "08:00", "Blodprøve")
    erik.no_dialogue("heart-doctor", -100)
    erik.registration(Registration.Kind.ORGAN_DONOR, -500, {"permission": "DONT_KNOW"})


def _ruth(world: World) -> None:
    """After a stroke; four days ago she registered that she does not want to be resuscitated."""
    ruth = Course.of(person(world, "ruth", "Ruth", "Nørgaard", "female", world.book.born(77, 10, 15)))
    ruth.treated_at("rehabilitation", Basis.REHABILITATION_PLAN, -90)
    ruth.treated_at("home-care", Basis.CARE_GRANT, -90, law=Law.ELDERLY)
    stroke, hospital = ruth.diagnosis("K90", "gp", -95), ruth.diagnosis("DI639", "emergency-doctor", -110)
    arm = ruth.nursing_condition(MOBILITY, "occupational-therapist", -88)
    dress = ruth.function("J1.3", 2, "home-care", -88, Law.ELDERLY)
    hand = ruth.life_goal("Jeg vil strikke igen.", Sharing.ALL, priority=1)
    grip = ruth.overall_goal("Bruge højre hånd til at holde", "occupational-therapist", -85, hand)
    ruth.functional_goal(dress, 1, "home-care", -85, parent=grip)
    ruth.addresses(grip, arm)
    ruth.evaluate(grip, "occupational-therapist", -12, "improving", "Holder nu et glas.")
    plan = ruth.plan(
        CarePlan.Kind.REHABILITATION, "Specialiseret genoptræningsplan", "Arm og hånd.", "emergency-doctor", -100
    )
    train = ruth.intervention("58293f63-00d7-4730-8dbc-c784d40f9e23", "occupational-therapist", -85, arm)
    care = ruth.intervention("8dc5f564-b8c6-4aa1-ba34-682d62d15f31", "home-care", -85, dress, paragraph="ÆL § 10")
    ruth.contains(plan, stroke, hospital, arm, grip, train, care)
    ruth.done(train, "occupational-therapist", -12, -5)
    ruth.visits("occupational-therapist", [-12, -5, 2, 9], "14:00", "Genoptræning", "SUL § 140", minutes=45)
    ruth.visits("home-helper", [-1, 0, 1, 2], "08:30", "Helhedspleje", "ÆL § 10")
    ruth.registration(Registration.Kind.RESUSCITATION_REFUSAL, -4, delay=7)
    ruth.relative("Svend Test Nørgaard", "SPS", "20 00 00 71")


def _gunnar(world: World) -> None:
    """A broken hip, home again with a plan; he is no longer the ward's patient."""
    gunnar = Course.of(person(world, "gunnar", "Gunnar", "Krog", "male", world.book.born(79, 12, 28)))
    gunnar.treated_at("orthopaedic-ward", Basis.ADMISSION, -38, until=-30)
    gunnar.treated_at("rehabilitation", Basis.REHABILITATION_PLAN, -30)
    hip = gunnar.diagnosis("DS721", "orthopaedic-doctor", -38)
    walk = gunnar.nursing_condition(MOBILITY, "physiotherapist", -28)
    dog = gunnar.life_goal("Jeg vil gå tur med hunden selv.", Sharing.HEALTH)
    stick = gunnar.overall_goal("Gå 400 meter med stok", "physiotherapist", -28, dog)
    gunnar.addresses(stick, walk, hip)
    plan = gunnar.plan(
        CarePlan.Kind.REHABILITATION, "Almen genoptræningsplan", "Må støtte fuldt.", "orthopaedic-doctor", -30
    )
    train = gunnar.intervention(TRAINING, "physiotherapist", -28, walk, purpose_goal=stick)
    gunnar.contains(plan, hip, walk, stick, train)
    gunnar.done(train, "physiotherapist", -20, -13, -6)
    gunnar.visits("physiotherapist", [-20, -13, -6, 1, 8], "10:00", "Genoptræning", "SUL § 140", minutes=60)
    gunnar.appointment("orthopaedic-doctor", -31, "09:00", "Udskrivningssamtale")
    gunnar.dialogue("physiotherapist", -28, "Gunnar og fysioterapeuten", "Hunden hedder Trofast og trækker.")


def _villy(world: World) -> None:
    """Parkinson, and a wife who needs a free afternoon."""
    villy = Course.of(
        person(world, "villy", "Villy", "Sand", "male", world.book.born(81, 1, 30), practice="practice-2")
    )
    villy.treated_at("home-care", Basis.CARE_GRANT, -500)
    villy.treated_at("casework", Basis.CARE_GRANT, -500)
    villy.diagnosis("N87", "gp-2", -2200)
    shift = villy.function("J3.5", 3, "home-care", -300)
    villy.intervention("H3.2", "casework", -200, shift)
    villy.visits("home-care", [-9, -2, 5, 12], "13:00", "Afløsning i hjemmet", "SEL § 84, stk. 1", minutes=240)
    villy.appointment("gp-2", 11, "10:50", "Medicingennemgang")
    villy.life_goal("Jeg vil spise aftensmad ved bordet med Else.", Sharing.NAMED, named=["home-care"])
    villy.relative("Else Test Sand", "SPS", "20 00 00 81", note="Har fri torsdag eftermiddag.")
    villy.consent(Consent.Kind.FVL28, "practice-2", Purpose.TREATMENT, [Category.COND_SOC], -100)


def _jens(world: World) -> None:
    """Wants to stop smoking; the municipality visits and teaches."""
    jens = Course.of(person(world, "jens", "Jens", "Overgaard", "male", world.book.born(66, 4, 19)))
    jens.treated_at("health-centre", Basis.REFERRAL, -50)
    jens.diagnosis("K86", "gp", -1000)
    smokes = jens.nursing_condition("prevention-condition-tobak-og-nikotin", "health-guide", -50)
    stop = jens.life_goal("Jeg vil kunne lege med børnebørnene uden pause.", Sharing.ALL)
    free = jens.overall_goal("Røgfri til jul", "health-guide", -50, stop)
    jens.addresses(free, smokes)
    course = jens.intervention(
        "prevention-intervention-tobaksafvaenning", "health-guide", -48, smokes, purpose_goal=free
    )
    jens.done(course, "health-guide", -21, -7)
    jens.visits(
        "health-guide", [-21, -7, 7, 21], "17:00", "Rygestopkursus", "SUL § 119", minutes=90, service_type="group"
    )
    jens.appointment("health-centre", 25, "10:00", "Forebyggende hjemmebesøg", "SEL § 79 a", minutes=60)
