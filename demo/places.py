"""The units of the demo: a region, a municipality, two practices and a dentist; and who works there."""

from dataclasses import dataclass, field

from access.vocabulary import Profession
from citizens.models import Citizen
from demo.book import Book, key
from demo.numbers import authorisation_id, provider_number, sor
from organisations.models import Employment, Location, Organisation, Permit, Professional, Shield

Kind = Organisation.Kind

# name: kind, title, the unit above
UNITS: dict[str, tuple[Kind, str, str]] = {
    "region": (Kind.REGION, "Region Syddanmark (test)", ""),
    "hospital": (Kind.HOSPITAL, "Odense Universitetshospital (test)", "region"),
    "lung-ward": (Kind.DEPARTMENT, "Lungemedicinsk Afdeling, Odense (test)", "hospital"),
    "emergency-ward": (Kind.DEPARTMENT, "Fælles Akutmodtagelse, Odense (test)", "hospital"),
    "psychiatric-ward": (Kind.DEPARTMENT, "Psykiatrisk Afdeling, Odense (test)", "hospital"),
    "orthopaedic-ward": (Kind.DEPARTMENT, "Ortopædkirurgisk Afdeling, Odense (test)", "hospital"),
    "kidney-clinic": (Kind.DEPARTMENT, "Nyremedicinsk Ambulatorium, Odense (test)", "hospital"),
    "heart-clinic": (Kind.DEPARTMENT, "Hjertemedicinsk Ambulatorium, Odense (test)", "hospital"),
    "vejle": (Kind.HOSPITAL, "Vejle Sygehus (test)", "region"),
    "vejle-lung": (Kind.DEPARTMENT, "Lungemedicinsk Afsnit, Vejle (test)", "vejle"),
    "practice": (Kind.PRACTICE, "Lægehuset Vestergade (test)", ""),
    "practice-2": (Kind.PRACTICE, "Lægerne ved Åen (test)", ""),
    "dental-clinic": (Kind.PRACTICE, "Tandklinikken Torvet (test)", ""),
    "municipality": (Kind.MUNICIPALITY, "Odense Kommune (test)", ""),
    "nursing": (Kind.NURSING, "Hjemmesygeplejen Vest (test)", "municipality"),
    "home-care": (Kind.HOME_CARE, "Hjemmeplejen Vest (test)", "municipality"),
    "casework": (Kind.CASEWORK, "Visitationen (test)", "municipality"),
    "rehabilitation": (Kind.REHABILITATION, "Træning og Rehabilitering (test)", "municipality"),
    "nursing-home": (Kind.NURSING_HOME, "Plejehjemmet Bøgelund (test)", "municipality"),
    "temporary-stay": (Kind.NURSING_HOME, "Midlertidige Pladser, Åhaven (test)", "municipality"),
    "social-psychiatry": (Kind.SOCIAL_PSYCHIATRY, "Socialpsykiatrisk Team (test)", "municipality"),
    "health-centre": (Kind.OTHER, "Sundhedscentret (test)", "municipality"),
}

# name: given name, family name, profession, title, units
STAFF: dict[str, tuple[str, str, Profession, str, tuple[str, ...]]] = {
    "doctor": ("Anders Test", "Holm", Profession.DOCTOR, "Overlæge", ("lung-ward",)),
    "hospital-nurse": ("Birgitte Test", "Lund", Profession.NURSE, "Sygeplejerske", ("lung-ward",)),
    "emergency-doctor": ("Camilla Test", "Krogh", Profession.DOCTOR, "Afdelingslæge", ("emergency-ward",)),
    "psychiatrist": ("Dorte Test", "Vang", Profession.DOCTOR, "Speciallæge", ("psychiatric-ward",)),
    "student": ("Emil Test", "Friis", Profession.STUDENT, "Lægestuderende", ("lung-ward",)),
    "clerk": ("Fie Test", "Aagaard", Profession.SECRETARY, "Lægesekretær", ("lung-ward",)),
    "gp": ("Gitte Test", "Bank", Profession.DOCTOR, "Praktiserende læge", ("practice",)),
    "gp-2": ("Henrik Test", "Dam", Profession.DOCTOR, "Praktiserende læge", ("practice-2",)),
    "municipal-nurse": ("Inge Test", "Munk", Profession.NURSE, "Hjemmesygeplejerske", ("nursing",)),
    "lung-nurse": ("Rikke Test", "Hald", Profession.NURSE, "KOL-sygeplejerske", ("nursing",)),
    "home-helper": ("Jette Test", "Riis", Profession.CARE_HELPER, "SOSU-hjælper", ("home-care", "nursing")),
    "caseworker": ("Karen Test", "Bojsen", Profession.CASEWORKER, "Visitator", ("casework",)),
    "physiotherapist": ("Lasse Test", "Toft", Profession.PHYSIOTHERAPIST, "Fysioterapeut", ("rehabilitation",)),
    "occupational-therapist": (
        "Stine Test", "Brandt", Profession.OCCUPATIONAL_THERAPIST, "Ergoterapeut", ("rehabilitation",),
    ),
    "care-assistant": ("Mona Test", "Skov", Profession.CARE_ASSISTANT, "SOSU-assistent", ("nursing-home",)),
    "stay-nurse": ("Ulla Test", "Borg", Profession.NURSE, "Sygeplejerske", ("temporary-stay",)),
    "social-psychiatry": ("Niels Test", "Kjær", Profession.SOCIAL_WORKER, "Pædagog", ("social-psychiatry",)),
    "health-guide": ("Vibeke Test", "Juhl", Profession.NURSE, "Sundhedsvejleder", ("health-centre",)),
    "dentist": ("Olga Test", "Winther", Profession.DENTIST, "Tandlæge", ("dental-clinic",)),
    "orthopaedic-doctor": ("Troels Test", "Berg", Profession.DOCTOR, "Overlæge", ("orthopaedic-ward",)),
    "stranger": ("Pia Test", "Ravn", Profession.NURSE, "Sygeplejerske", ("orthopaedic-ward",)),
    "kidney-doctor": ("Søren Test", "Leth", Profession.DOCTOR, "Overlæge", ("kidney-clinic",)),
    "heart-doctor": ("Tine Test", "Østergaard", Profession.DOCTOR, "Overlæge", ("heart-clinic",)),
    "vejle-doctor": ("William Test", "Frost", Profession.DOCTOR, "Cheflæge", ("vejle-lung",)),
    "auditor": ("Yrsa Test", "Krag", Profession.OTHER, "Kontrollant af opslag", ("municipality",)),
}  # fmt: skip

# unit: the place where its appointments are
ROOMS = {
    "lung-ward": ("Lungeambulatoriet, indgang 20", "J. B. Winsløws Vej 4"),
    "emergency-ward": ("Akutmodtagelsen, indgang 63", "J. B. Winsløws Vej 4"),
    "psychiatric-ward": ("Psykiatrisk Ambulatorium, indgang 3", "J. B. Winsløws Vej 18"),
    "orthopaedic-ward": ("Ortopædkirurgisk Ambulatorium, indgang 8", "J. B. Winsløws Vej 4"),
    "kidney-clinic": ("Dialyseafsnittet, indgang 11", "J. B. Winsløws Vej 4"),
    "heart-clinic": ("Hjerteambulatoriet, indgang 40", "J. B. Winsløws Vej 4"),
    "vejle-lung": ("Lungelaboratoriet, indgang B", "Beriderbakken 4"),
    "practice": ("Konsultation 1", "Vestergade 900"),
    "practice-2": ("Konsultation 2", "Åvej 901"),
    "dental-clinic": ("Klinik 1", "Torvet 902"),
    "rehabilitation": ("Træningssal 2", "Trænervej 903"),
    "health-centre": ("Mødelokale Syrenen", "Sundhedsvej 904"),
}


@dataclass
class World:
    """The demo while it is being told: the book, and everybody and everything by name."""

    book: Book
    units: dict[str, Organisation] = field(default_factory=dict)
    staff: dict[str, Professional] = field(default_factory=dict)
    rooms: dict[str, Location] = field(default_factory=dict)
    citizens: dict[str, Citizen] = field(default_factory=dict)

    def home_of(self, name: str) -> Organisation:
        """The unit where a member of staff works first of all."""
        return self.units[STAFF[name][4][0]]


def build(book: Book) -> World:
    """Set up units, rooms, staff, employments, the clerk's permit and the shield of the psychiatric ward."""
    world = World(book)
    for number, name in enumerate(UNITS, start=1):
        _unit(world, number, name)
    for name, (room, street) in ROOMS.items():
        unit = world.units[name]
        town = {"postal_code": unit.postal_code, "city": unit.city}
        row = Location(organisation=unit, name=room, street=street, **town)
        row.updated_at = book.at(-400)
        world.rooms[name] = book.add(row)
    for number, name in enumerate(STAFF, start=1):
        _member_of_staff(world, number, name)
    permit = Permit(professional=world.staff["clerk"], unit=world.units["lung-ward"], given_by=world.staff["doctor"])
    permit.start = book.at(-90)
    book.add(permit)
    shield = Shield(unit=world.units["psychiatric-ward"], with_sub_units=True, decided_by=world.staff["psychiatrist"])
    shield.code, shield.start, shield.reason = "PSYK-12", book.at(-300), "Gentagne trusler mod personalet"
    book.add(shield)
    return world


def _unit(world: World, number: int, name: str) -> None:
    """Add a unit; the one above it is there already."""
    kind, title, above = UNITS[name]
    parent = world.units.get(above)
    unit = Organisation(
        id=key(f"unit {name}"),
        sor=sor(number),
        name=title,
        kind=kind,
        parent=parent,
        provider_number=provider_number(number) if kind == Kind.PRACTICE else None,
        cvr=f"{99_000_000 + number}" if parent is None else "",
        municipality_code="0461" if kind == Kind.MUNICIPALITY else "",
        phone=f"65 00 00 {number:02d}",
        street=ROOMS.get(name, ("", "Testgade 1"))[1],
        postal_code="7100" if name.startswith("vejle") else "5000",
        city="Vejle" if name.startswith("vejle") else "Odense C",
        updated_at=world.book.at(-400),
    )
    unit.authority = parent.authority if parent else unit
    world.units[name] = world.book.add(unit)


def _member_of_staff(world: World, number: int, name: str) -> None:
    """Add somebody at work, with an employment at each of the units."""
    given, family, profession, title, units = STAFF[name]
    authorised = profession.value.isdigit()
    person = Professional(
        id=key(f"staff {name}"),
        authorisation_id=authorisation_id(number) if authorised else None,
        given_name=given,
        family_name=family,
        profession=profession,
        updated_at=world.book.at(-400),
    )
    world.staff[name] = world.book.add(person)
    for unit in units:
        world.book.add(
            Employment(
                id=key(f"employment {name} {unit}"),
                professional=person,
                unit=world.units[unit],
                title=title,
                start=world.book.at(-1500),
                updated_at=world.book.at(-400),
            )
        )
