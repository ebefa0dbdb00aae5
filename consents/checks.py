"""What the law asks of a consent and of a block before it is written (law study 3.5, 3.7, 3.9), each with its text."""

from collections.abc import Iterable

from access.actors import Actor
from access.open_questions import ORAL_SOCIAL_CONSENT
from access.vocabulary import CITIZEN_SIDE, HEALTH_SIDE, SOCIAL_LAWS, SOCIAL_SIDE, Category, Purpose
from consents.conditions import HEALTH_CATEGORIES, SOCIAL_CATEGORIES
from consents.inputs import BlockInput, ConsentInput
from consents.models import LONGEST_DISCLOSURE, Consent
from fhir.outcomes import broken

Kind = Consent.Kind
# Kinds of disclosure: in writing, and lapsing within a year of being given (SUL § 44; for FVL § 28 held as strictly).
DISCLOSURES = frozenset({Kind.SUL43, Kind.FVL28})
NEVER_SHARED = frozenset({Category.WILL_CONTENT, Category.ODR_CONTENT, Category.LOG})
FAMILIES = dict.fromkeys((Kind.SUL41, Kind.SUL42A3, Kind.SUL43), HEALTH_CATEGORIES - NEVER_SHARED) | {
    Kind.FVL28: SOCIAL_CATEGORIES,
    Kind.CITIZEN_SHARE: frozenset(Category) - NEVER_SHARED,
}
PURPOSES = frozenset({Purpose.TREATMENT, Purpose.CARE, Purpose.CASE})

Broken = tuple[bool, str, str, str]


def first_broken(rules: Iterable[Broken]) -> None:
    """Raise FhirError (422) with the code and the text of the first rule that is broken."""
    for is_broken, code, da, en in rules:
        if is_broken:
            raise broken(code, da, en)


def check_consent(by: Actor, consent: ConsentInput) -> None:
    """Hold a consent against the law. Raises FhirError (422)."""
    first_broken(_who_and_what(consent))
    first_broken(_when(by, consent))
    first_broken(_how(by, consent))


def _who_and_what(consent: ConsentInput) -> Iterable[Broken]:
    """To whom, for what, and which data."""
    yield (
        consent.recipient_unit is None and consent.recipient_professional is None,
        "consent-recipient",
        "Et samtykke skal nævne, hvem det gælder for.",
        "A consent must name its recipient.",
    )
    yield (
        consent.purpose is None,
        "consent-purpose",
        "Et samtykke skal nævne sit formål.",
        "A consent must name its purpose.",
    )
    yield (
        consent.purpose not in PURPOSES,
        "consent-purpose-other",
        "Et samtykke gælder behandling, pleje eller sagsbehandling.",
        "A consent is for treatment, care or casework.",
    )
    yield (
        bool(consent.recipient_acting_as) and consent.recipient_acting_as not in HEALTH_SIDE | SOCIAL_SIDE,
        "consent-recipient-capacity",
        "Modtageren skal handle som fagperson.",
        "The recipient must act as a professional.",
    )
    yield (
        not set(consent.families) <= FAMILIES[consent.kind],
        "consent-families",
        "Samtykkets slags passer ikke til de oplysninger, det nævner.",
        "The kind of consent does not fit the data that it names.",
    )
    yield (
        bool(consent.laws) and consent.kind != Kind.CITIZEN_SHARE and not set(consent.laws) <= _laws(consent.kind),
        "consent-law",
        "Samtykkets slags passer ikke til den lov, det nævner.",
        "The kind of consent does not fit the act that it names.",
    )


def _laws(kind: Consent.Kind) -> frozenset[str]:
    """The acts that a consent of this kind may be narrowed to; one of health law is not narrowed."""
    return frozenset(SOCIAL_LAWS) if kind == Kind.FVL28 else frozenset()


def _when(by: Actor, consent: ConsentInput) -> Iterable[Broken]:
    """From when until when."""
    given = consent.given_at or by.moment
    yield given > by.moment, "consent-future", "Samtykket er givet i fremtiden.", "The consent was given in the future."
    yield consent.end is None, "consent-end", "Et samtykke skal have en slutdato.", "A consent must have an end."
    assert consent.end is not None  # noqa: S101  the line above
    yield (
        consent.start is not None and consent.end <= consent.start,
        "consent-period-order",
        "Samtykkets periode slutter, før den begynder.",
        "The period of the consent ends before it begins.",
    )
    yield consent.end <= by.moment, "consent-over", "Samtykkets periode er forbi.", "The period of the consent is over."
    yield (
        consent.kind in DISCLOSURES and consent.end > min(given, consent.start or given) + LONGEST_DISCLOSURE,
        "consent-too-long",
        "Et samtykke til videregivelse gælder højst et år.",
        "A consent to disclosure lasts at most one year.",
    )


def _in_writing(by: Actor) -> frozenset[Kind]:
    """The kinds that cannot be oral; for social data an open question decides (law study 9.17)."""
    return DISCLOSURES - {Kind.FVL28} if by.holds(ORAL_SOCIAL_CONSENT) else DISCLOSURES


def _how(by: Actor, consent: ConsentInput) -> Iterable[Broken]:
    """In which form, and by whom it is noted."""
    by_herself = by.acting_as in CITIZEN_SIDE
    yield (
        consent.form == Consent.Form.ORAL and consent.kind in _in_writing(by),
        "consent-in-writing",
        "Et samtykke til videregivelse skal være skriftligt.",
        "A consent to disclosure must be in writing.",
    )
    yield (
        by_herself and (consent.form not in (None, Consent.Form.DIGITAL) or bool(consent.journal_reference)),
        "consent-own-form",
        "Borgeren giver selv sit samtykke digitalt; andre former noteres af den, der tager imod.",
        "The citizen consents digitally herself; other forms are noted by who receives them.",
    )
    yield (
        not by_herself and consent.form not in (Consent.Form.ORAL, Consent.Form.WRITTEN),
        "consent-form",
        "Angiv om borgeren gav samtykket mundtligt eller skriftligt.",
        "State whether the citizen consented orally or in writing.",
    )
    yield (
        not by_herself and not consent.journal_reference.strip(),
        "consent-record",
        "Et samtykke, som personalet noterer, skal henvise til journalen.",
        "A consent that staff note must refer to the record.",
    )
    yield (
        not by_herself and consent.kind == Kind.CITIZEN_SHARE,
        "consent-own-choice",
        "Borgeren vælger selv, hvem hun deler med.",
        "The citizen herself chooses with whom she shares.",
    )


def check_block(by: Actor, block: BlockInput) -> None:
    """Hold a block against what one can block. Raises FhirError (422)."""
    who = [block.is_everyone, block.unit is not None, block.professional is not None]
    scoped = block.period_start is not None or block.period_end is not None or block.origin is not None
    what = [block.is_everything, scoped, block.item is not None]
    first_broken(
        [
            (sum(who) == 0, "block-who", "Spærringen nævner ingen, den gælder for.", "The block names nobody."),
            (
                sum(who) > 1,
                "block-who-one",
                "En spærring gælder for alle, én enhed eller én fagperson.",
                "A block is for everybody, one unit or one professional.",
            ),
            (sum(what) == 0, "block-what", "Spærringen nævner intet, der er spærret.", "The block blocks nothing."),
            (
                sum(what) > 1,
                "block-what-one",
                "En spærring gælder alt, en periode eller afsender, eller én oplysning.",
                "A block is of everything, of a period or origin, or of one item.",
            ),
            (
                (block.period_start is None) != (block.period_end is None),
                "block-period",
                "Perioden for de spærrede oplysninger skal have start og slut.",
                "The period of the blocked data needs a start and an end.",
            ),
            (
                block.period_start is not None
                and block.period_end is not None
                and block.period_end <= block.period_start,
                "block-period-order",
                "Perioden for de spærrede oplysninger slutter, før den begynder.",
                "The period of the blocked data ends before it begins.",
            ),
            (
                block.end is not None and block.start is not None and block.end <= block.start,
                "block-order",
                "Spærringen slutter, før den begynder.",
                "The block ends before it begins.",
            ),
            (
                block.end is not None and block.end <= by.moment,
                "block-over",
                "Spærringens periode er forbi.",
                "The period of the block is over.",
            ),
        ]
    )
