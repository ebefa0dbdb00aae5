"""What can be wrong with a delivery, each with a stable code and a text in both languages."""

from dataclasses import dataclass

REFUSALS: dict[str, tuple[str, str]] = {
    "not-json": ("Indholdet er ikke gyldig JSON.", "The body is not valid JSON."),
    "too-large": ("Indholdet er større end tilladt.", "The body is larger than allowed."),
    "not-a-bundle": ("Indholdet er ikke en Bundle.", "The body is not a Bundle."),
    "unsupported-bundle": ("Denne slags Bundle tages ikke imod.", "This kind of Bundle is not taken."),
    "empty-bundle": ("Bundlen er tom.", "The Bundle is empty."),
    "wrong-shape": ("Indholdet har ikke den rette form.", "The content has the wrong shape."),
    "bad-text": ("En tekst indeholder tegn, som ikke kan gemmes.", "A text holds characters that cannot be kept."),
    "bad-date": ("En dato eller et tidspunkt er ugyldigt.", "A date or time is not valid."),
    "bad-period": ("En periode slutter, før den begynder.", "A period ends before it begins."),
    "bad-reference": ("En henvisning er ugyldig.", "A reference is not valid."),
    "no-citizen": ("Leverancen nævner ingen borger.", "The delivery names no citizen."),
    "two-citizens": ("Leverancen nævner flere borgere.", "The delivery names several citizens."),
    "only-cpr": (
        "Borgeren skal have et CPR-nummer; erstatningsnumre tages ikke imod.",
        "The citizen must have a CPR number; replacement numbers are not taken.",
    ),
    "no-organisation": ("Den ansvarlige enheds SOR-kode mangler.", "The responsible unit's SOR code is missing."),
    "foreign-citizen": ("Et element vedrører en anden borger.", "An element is about another citizen."),
    "foreign-owner": (
        "Et element er tidligere leveret af en anden enhed.",
        "An element was delivered earlier by another unit.",
    ),
    "wrong-sender": (
        "Afsenderen må ikke levere for denne enhed.",
        "The sender may not deliver for this unit.",
    ),
    "unknown-type": ("Ressourcetypen tages ikke imod her.", "The resource type is not taken here."),
    "unknown-code": ("En kode er ukendt.", "A code is unknown."),
    "unknown-status": ("En status er ukendt.", "A status is unknown."),
    "severity-required": ("Tilstanden mangler sværhedsgrad.", "The condition lacks its severity."),
    "severity-forbidden": ("Tilstanden må ikke have sværhedsgrad.", "The condition may not have a severity."),
    "goal-condition": (
        "Målet skal vedrøre netop én funktionsevnetilstand.",
        "The goal must address exactly one home-care condition.",
    ),
    "duplicate-id": (
        "Samme id står flere gange med forskelligt indhold.",
        "The same id stands several times with different content.",
    ),
    "unknown-activity": ("Advisets hændelse er ukendt.", "The activity of the notification is unknown."),
    "no-identifier": ("Aftalen mangler sin forretningsnøgle.", "The appointment lacks its business identifier."),
    "no-sector": ("Det er ikke angivet, hvis slags aftale det er.", "Whose kind of appointment it is, is not stated."),
    "two-owners": ("Aftalerne har ikke én ansvarlig enhed.", "The appointments do not have one responsible unit."),
    "no-law": (
        "Loven bag aftalen er ikke angivet, eller passer ikke til sektoren.",
        "The act behind the appointment is not stated, or does not fit the sector.",
    ),
    "law-change": ("En aftales lov og paragraf ændres ikke.", "The act and paragraph of an appointment do not change."),
    "status-change": ("Status kan ikke følge efter den, der er.", "The status cannot follow the one that stands."),
    "conflict": ("Indholdet strider mod noget, der allerede er gemt.", "The content conflicts with what is kept."),
    "bundle-refused": (
        "Ikke gemt, fordi en anden del af leverancen blev afvist.",
        "Not kept, because another part of the delivery was refused.",
    ),
    "internal": ("Der skete en fejl hos os. Den er skrevet ned.", "Something went wrong here. It was noted."),
}

NOTES: dict[str, tuple[str, str]] = {
    "created": ("Oprettet.", "Created."),
    "updated": ("Opdateret.", "Updated."),
    "unchanged": ("Uændret.", "Unchanged."),
    "outdated": ("En nyere udgave er allerede modtaget.", "A newer edition was received already."),
    "waiting": (
        "Gemt; en henvisning venter på, at det, den peger på, bliver leveret.",
        "Kept; a reference waits for its target to be delivered.",
    ),
    "citizen-created": ("Borgeren var ukendt og er oprettet.", "The citizen was unknown and was created."),
    "citizen-deceased": ("Borgeren er død.", "The citizen is deceased."),
    "organisation-created": (
        "Enheden var ukendt og er oprettet med sin SOR-kode.",
        "The unit was unknown and was created with its SOR code.",
    ),
}


@dataclass(eq=False)
class Refused(Exception):
    """A delivery cannot be taken. `at` is the fullUrl or place of the entry; no detail ever holds a CPR number."""

    code: str
    at: str = ""
    detail: str = ""

    def __str__(self) -> str:
        return self.code


class NotASystem(Exception):
    """Only a system, for the purpose of delivery, may deliver."""
