"""Patient over REST: who may see a citizen, what is withheld, and how she is looked up by her number."""

from typing import Any

import pytest

from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry as LogEntry
from citizens.identifiers import CPR_SYSTEM, D_ECPR_REGIONS, X_ECPR_SYSTEM
from demo.numbers import cpr
from stamkort.fhir.patient import to_fhir
from stamkort.models import Entry
from tests import factories
from tests.asking import Asking, logged, statements
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
SEEING = ["doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper", "clerk", "student", "dentist"]
# A block is not offered for the register part of the stamkort.
SEEING_ALL = [*SEEING, "blocked_doctor", "citizen", "daughter"]
NOT_SEEING = {
    "stranger": "no_relation",
    "home_helper": "needs_consent",
    "caseworker": "needs_consent",
    "social_psychiatry_worker": "needs_consent",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def path(cast: Cast) -> str:
    return f"Patient/{cast.citizen.person.pk}"


@pytest.mark.law("stamkort-sharing")
@pytest.mark.parametrize("name", SEEING_ALL)
def test_those_who_treat_her_and_her_side_see_her(cast: Cast, name: str) -> None:
    ask = Asking(getattr(cast, name).actor)

    with statements(2):  # she has blocked somebody
        found = ask.get(path(cast))

    assert found.status == 200
    assert found.body["identifier"][0] == {
        "use": "official",
        "system": CPR_SYSTEM,
        "value": cast.citizen.person.cpr,
    }
    assert [row.families for row in logged(interaction="read", outcome="permit")] == [["sk-reg"]]


@pytest.mark.parametrize(("name", "reason"), NOT_SEEING.items())
def test_others_do_not_and_it_is_logged(cast: Cast, name: str, reason: str) -> None:
    found = Asking(getattr(cast, name).actor).get(path(cast))

    assert found.status == 403
    assert reason in found.reasons
    assert cast.citizen.person.family_name not in found.text
    assert [row.reason for row in logged(citizen_id=cast.citizen.person.pk)] == [reason]


def test_another_citizen_does_not_see_her(cast: Cast) -> None:
    other = cast.citizen.asking(citizen_id=factories.citizen().pk)

    assert Asking(other).get(path(cast)).status == 403


@pytest.mark.law("consented-disclosure")
def test_a_home_helper_with_her_consent_sees_her(cast: Cast) -> None:
    factories.disclosure_consent(citizen=cast.citizen.person, recipient_unit=cast.units.home_care)

    assert Asking(cast.home_helper.actor).get(path(cast)).status == 200


def test_the_register_part_as_a_patient(cast: Cast) -> None:
    body = Asking(cast.doctor.actor).get(path(cast)).body
    tove = cast.citizen.person

    assert body["meta"]["profile"] == ["http://hl7.dk/fhir/core/StructureDefinition/dk-core-patient"]
    assert [label["code"] for label in body["meta"]["security"]] == ["N"]
    assert body["name"] == [{"use": "official", "family": tove.family_name, "given": ["Tove", "Test"]}]
    assert body["gender"] == "female"
    assert body["birthDate"] == tove.birth_date.isoformat()
    assert body["address"] == [
        {
            "extension": [
                {
                    "url": "http://hl7.dk/fhir/core/StructureDefinition/dk-core-municipalityCodes",
                    "valueCodeableConcept": {
                        "coding": [
                            {
                                "system": "http://hl7.dk/fhir/core/CodeSystem/dk-core-municipality-codes",
                                "code": "0813",
                            }
                        ]
                    },
                }
            ],
            "use": "home",
            "line": ["Testvej 1"],
            "postalCode": "9900",
            "city": "Frederikshavn",
            "country": "DK",
        }
    ]
    practice = body["generalPractitioner"][0]
    assert practice["reference"] == f"Organization/{cast.units.practice.pk}"
    assert practice["identifier"]["value"] == cast.units.practice.sor
    assert "deceasedDateTime" not in body


@pytest.mark.parametrize(
    ("make", "system"),
    [(factories.x_ecpr_citizen, X_ECPR_SYSTEM), (factories.d_ecpr_citizen, D_ECPR_REGIONS[1])],
)
def test_a_replacement_number_is_temporary(cast: Cast, make: Any, system: str) -> None:
    tourist = make()
    factories.treatment_relation(citizen=tourist, origin=cast.units.ward)

    body = Asking(cast.doctor.actor).get(f"Patient/{tourist.pk}").body

    assert body["identifier"] == [{"use": "temp", "system": system, "value": tourist.identifiers.get().value}]
    assert "profile" in body["meta"]


def test_without_number_or_family_name_nothing_is_claimed(cast: Cast) -> None:
    unknown = factories.citizen(cpr=None, family_name="", given_name="Ukendt")
    factories.treatment_relation(citizen=unknown, origin=cast.units.ward)

    body = Asking(cast.doctor.actor).get(f"Patient/{unknown.pk}").body

    assert "identifier" not in body
    assert "profile" not in body["meta"]
    assert body["name"] == [{"use": "usual", "given": ["Ukendt"]}]


def protect(cast: Cast) -> None:
    """Tove has a protected address and lives elsewhere for a while."""
    cast.citizen.person.is_address_protected = True
    cast.citizen.person.save()
    factories.entry(
        citizen=cast.citizen.person,
        kind=Entry.Kind.TEMPORARY_ADDRESS,
        value={"lines": ["Skjulestedet 7"], "postal_code": "9990", "city": "Skagen", "start": "2026-01-02"},
    )


@pytest.mark.parametrize("name", [*SEEING, "blocked_doctor", "daughter"])
def test_a_protected_address_is_withheld(cast: Cast, name: str) -> None:
    protect(cast)

    found = Asking(getattr(cast, name).actor).get(path(cast))

    assert found.body["address"] == [{"use": "home", "line": ["Adressebeskyttelse"]}]
    assert [label["code"] for label in found.body["meta"]["security"]] == ["R", "LOCIS"]
    for told in ("Testvej", '"9900"', "Frederikshavn", "0813", "Skjulestedet", "Skagen"):
        assert told not in found.text


def test_a_protected_address_is_shown_to_herself(cast: Cast) -> None:
    protect(cast)

    body = Asking(cast.citizen.actor).get(path(cast)).body

    assert [place["line"] for place in body["address"]] == [["Testvej 1"], ["Skjulestedet 7"]]
    assert [label["code"] for label in body["meta"]["security"]] == ["R", "LOCIS"]


def test_a_dead_citizen_tells_when(cast: Cast) -> None:
    dead = factories.dead_citizen()
    row = {
        **{name: getattr(dead, name) for name in ("id", "cpr", "given_name", "family_name", "gender", "birth_date")},
        **{name: getattr(dead, name) for name in ("street", "postal_code", "city", "municipality_code", "died_at")},
        **{name: getattr(dead, name) for name in ("is_address_protected", "insurance_group", "version", "updated_at")},
        **dict.fromkeys(("practice_id", "practice_name", "practice_sor", "replaced_by", "replaces")),
        "numbers": [],
        "entries": [],
        "rules": ["stamkort-look-up"],
    }

    body = to_fhir(row, cast.doctor.actor)

    assert body["deceasedDateTime"].startswith(dead.died_at.date().isoformat())
    assert "generalPractitioner" not in body
    assert "link" not in body


class TestReplaced:
    """A changed number is two rows; a link leads to the other for those who may see it too."""

    @pytest.fixture
    def old(self, cast: Cast) -> Any:
        return factories.citizen(replaced_by=cast.citizen.person)

    def test_both_links_for_who_treats_under_both_numbers(self, cast: Cast, old: Any) -> None:
        factories.treatment_relation(citizen=old, origin=cast.units.ward)
        ask = Asking(cast.doctor.actor)

        assert ask.get(path(cast)).body["link"] == [{"other": {"reference": f"Patient/{old.pk}"}, "type": "replaces"}]
        assert ask.get(f"Patient/{old.pk}").body["link"] == [
            {"other": {"reference": path(cast)}, "type": "replaced-by"}
        ]

    @pytest.mark.parametrize("has_decided", [True, False])
    def test_no_link_for_who_does_not(self, cast: Cast, old: Any, has_decided: bool) -> None:
        if not has_decided:
            cast.block.delete()

        found = Asking(cast.doctor.actor).get(path(cast))

        assert found.status == 200
        assert "link" not in found.body
        assert str(old.pk) not in found.text


class TestTyped:
    """Typed entries stand in the Patient for those who may see them."""

    @pytest.fixture(autouse=True)
    def entries(self, cast: Cast, codes: None) -> None:
        tove = cast.citizen.person
        told = {
            Entry.Kind.LANGUAGE: {"language": "ar", "interpreter": True},
            Entry.Kind.CONTACT: {"home": "66 00 00 10", "mobile": "20 00 00 10", "email": "tove@example.dk"},
            Entry.Kind.COMMENT: {"text": "Tal langsomt."},
            Entry.Kind.TEMPORARY_ADDRESS: {
                "lines": ["Midlertidige Pladser (test)", "Åhavevej 905"],
                "postal_code": "5000",
                "city": "Odense C",
                "start": "2026-11-01",
            },
            Entry.Kind.DENTIST: {
                "name": "Tandklinikken Torvet (test)",
                "person": "Tanja Test",
                "provider_number": "123456",
                "street": "Torvet 902",
                "phone": "65 00 00 13",
            },
        }
        for kind, value in told.items():
            by = {"author_kind": "relative"} if kind == Entry.Kind.CONTACT else {}
            factories.entry(citizen=tove, kind=kind, value=value, **by)
        factories.entry(
            citizen=tove, kind=Entry.Kind.LANGUAGE, value={"language": "da"}, is_current=False, author_kind="citizen"
        )

    @pytest.mark.parametrize("name", [*SEEING, "citizen", "daughter"])
    def test_all_of_it_in_one_statement(self, cast: Cast, name: str) -> None:
        cast.block.delete()
        with statements(1):
            body = Asking(getattr(cast, name).actor).get(path(cast)).body

        spoken = body["communication"][0]
        assert spoken["language"]["coding"][0] == {"system": "urn:ietf:bcp:47", "code": "ar", "display": "Arabisk"}
        assert spoken["preferred"] is True
        assert [(point["system"], point.get("use"), point["value"]) for point in body["telecom"]] == [
            ("phone", "home", "66 00 00 10"),
            ("phone", "mobile", "20 00 00 10"),
            ("email", None, "tove@example.dk"),
        ]
        stay = body["address"][1]
        assert (stay["use"], stay["period"]) == ("temp", {"start": "2026-11-01"})
        assert stay["line"] == ["Midlertidige Pladser (test)", "Åhavevej 905"]
        dentist = body["generalPractitioner"][1]
        assert dentist["display"] == "Tanja Test, Tandklinikken Torvet (test)"
        assert dentist["identifier"] == {"system": "urn:oid:1.2.208.176.1.4", "value": "123456"}
        told = {item["url"].rpartition("/")[2]: item for item in body["extension"]}
        assert told["patient-interpreterRequired"]["valueBoolean"] is True
        assert told["stamkort-comment"]["extension"][0]["valueString"] == "Tal langsomt."

    def test_each_tells_who_typed_it(self, cast: Cast) -> None:
        body = Asking(cast.doctor.actor).get(path(cast)).body

        assert _author(body["communication"][0]) == "EnteredCitizen"
        assert _author(body["telecom"][0]) == "EnteredCitizenRelative"

    def test_a_block_hides_them_and_not_the_register_part(self, cast: Cast) -> None:
        body = Asking(cast.blocked_doctor.actor).get(path(cast)).body

        assert body["identifier"][0]["value"] == cast.citizen.person.cpr
        for part in ("communication", "telecom"):
            assert part not in body
        assert len(body["address"]) == 1
        assert len(body["generalPractitioner"]) == 1
        assert [item["url"].rpartition("/")[2] for item in body["extension"]] == ["stamkort-coverage-group"]

    def test_a_proxy_sees_only_the_families_of_her_power_of_attorney(self, cast: Cast) -> None:
        son = factories.aged(40)
        factories.power_of_attorney(principal=cast.citizen.person, attorney=son, families=[Category.SK_REG])
        actor = cast.daughter.asking(citizen_id=son.pk)

        body = Asking(actor).get(path(cast)).body

        assert body["name"]
        assert "telecom" not in body


def _author(part: dict[str, Any]) -> str:
    return str(part["extension"][0]["extension"][0]["valueCode"])


class TestLookUp:
    """By number only in a POST; by name only with the day of birth; always no more than one may see."""

    def test_by_number(self, cast: Cast) -> None:
        number = cast.citizen.person.cpr
        ask = Asking(cast.doctor.actor)

        for value in (f"{CPR_SYSTEM}|{number}", number, f"|{number}"):
            with statements(1):
                found = ask.find("Patient", identifier=value)
            assert found.ids == [str(cast.citizen.person.pk)]
            assert number not in str(found.body["link"])
        assert number not in "".join(row.query for row in logged())

    def test_by_replacement_number(self, cast: Cast) -> None:
        tourist = factories.x_ecpr_citizen()
        factories.treatment_relation(citizen=tourist, origin=cast.units.ward)
        value = tourist.identifiers.get().value
        ask = Asking(cast.doctor.actor)

        assert ask.find("Patient", identifier=f"{X_ECPR_SYSTEM}|{value}").ids == [str(tourist.pk)]
        assert ask.find("Patient", identifier=value).ids == [str(tourist.pk)]
        assert ask.find("Patient", identifier=f"{CPR_SYSTEM}|{value}").status == 400

    @pytest.mark.parametrize("name", ["identifier", "identifier:exact"])
    def test_a_number_in_an_address_is_refused_and_not_repeated(self, cast: Cast, name: str) -> None:
        number = cast.citizen.person.cpr
        ask = Asking(cast.doctor.actor)

        found = ask.get("Patient", **{name: f"{CPR_SYSTEM}|{number}"})
        posted = ask.find("Patient", f"{name}={number}")

        for answer in (found, posted):
            assert (answer.status, answer.code) == (400, "cpr-in-url")
            assert number not in answer.text
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize(
        "value",
        ["0101011234,0201011234", "3213011234", "urn:oid:1.2.3|0101011234", "010101-1234", f"{X_ECPR_SYSTEM}|1"],
    )
    def test_what_is_no_number_is_refused_and_not_repeated(self, cast: Cast, value: str) -> None:
        found = Asking(cast.doctor.actor).find("Patient", identifier=value)

        assert (found.status, found.code) == (400, "bad-parameter")
        assert value not in found.text

    def test_a_number_as_id_or_as_parameter_is_not_repeated(self, cast: Cast) -> None:
        number = cast.citizen.person.cpr
        ask = Asking(cast.doctor.actor)

        for found in (
            ask.get(f"Patient/{number}"),
            ask.get("Patient", **{number: "1"}),
            ask.get("Patient", _id=number),
        ):
            assert found.status in (400, 404)
            assert number not in found.text

    @pytest.mark.parametrize("name", ["stranger", "home_helper"])
    def test_a_number_of_somebody_not_treated_and_one_that_nobody_has(self, cast: Cast, name: str) -> None:
        tove = cast.citizen.person
        ask = Asking(getattr(cast, name).actor)
        unused = cpr(tove.birth_date, is_male=True, number=77)

        known = ask.find("Patient", identifier=tove.cpr)
        unknown = ask.find("Patient", identifier=unused)

        assert unknown.status == 403
        if name == "stranger":
            assert (known.status, known.body) == (403, unknown.body)
        else:  # she knows the citizen, and may not see this kind of data
            assert (known.status, known.ids) == (200, [])
        assert [(row.citizen_id, row.outcome) for row in logged(interaction="search")] == [
            (tove.pk, "refuse" if name == "stranger" else "permit"),
            (None, "refuse"),
        ]

    def test_a_wrong_purpose_does_not_tell_whether_somebody_is_known(self, cast: Cast) -> None:
        tove = cast.citizen.person
        ask = Asking(cast.doctor.asking(purpose=Purpose.SUPPORT))
        unused = cpr(tove.birth_date, is_male=True, number=77)

        known, unknown = ask.find("Patient", identifier=tove.cpr), ask.find("Patient", identifier=unused)

        assert known.status == 403
        assert known.body == unknown.body
        assert [row.reason for row in logged(citizen_id=tove.pk)] == ["purpose"]

    def test_by_id(self, cast: Cast) -> None:
        key = str(cast.citizen.person.pk)

        assert Asking(cast.doctor.actor).get("Patient", _id=key).ids == [key]
        refused = Asking(cast.stranger.actor).get("Patient", _id=key)
        assert (refused.status, refused.reasons[1]) == (403, "no_relation")
        assert [row.outcome for row in logged(citizen_id=cast.citizen.person.pk)] == ["permit", "refuse"]

    def test_by_name_and_day_of_birth(self, cast: Cast) -> None:
        tove = cast.citizen.person
        born = tove.birth_date.isoformat()
        factories.citizen(family_name=tove.family_name, birth_date=tove.birth_date)
        ask = Asking(cast.doctor.actor)

        for query in ({"family": tove.family_name}, {"given": "tove"}, {"name": "Tove", "family": "Testesen"}):
            with statements(1):
                assert ask.get("Patient", birthdate=born, **query).ids == [str(tove.pk)]
        assert ask.get("Patient", birthdate="1901-01-01", name="Tove").ids == []
        assert Asking(cast.stranger.actor).get("Patient", birthdate=born, family=tove.family_name).ids == []

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"name": "Tove"},
            {"family": "Testesen"},
            {"given": "Tove"},
            {"birthdate": "1950-01-02"},
            {"family": "Testesen", "given": "Tove"},
            {"_lastUpdated": "gt2020"},
        ],
    )
    def test_broad_searches_are_refused(self, cast: Cast, query: dict[str, str]) -> None:
        found = Asking(cast.doctor.actor).get("Patient", **query)

        assert (found.status, found.code) == (400, "search-too-broad")

    def test_what_is_not_offered_is_refused(self, cast: Cast) -> None:
        ask = Asking(cast.doctor.actor)
        key = str(cast.citizen.person.pk)

        assert ask.get("Patient", _id=key, address="Testvej").status == 400
        assert ask.put(f"Patient/{key}", {"resourceType": "Patient", "id": key}).status == 405
        assert ask.post("Patient", {"resourceType": "Patient"}).status == 405


def test_a_parent_sees_a_child_until_fifteen(cast: Cast) -> None:
    for child, status in ((factories.child(), 200), (factories.sixteen_year_old(), 403)):
        mother = factories.custody(child=child).parent
        actor = cast.citizen.asking(acting_as=ActingAs.PARENT, citizen_id=mother.pk, on_behalf_of=child.pk)

        assert Asking(actor).get(f"Patient/{child.pk}").status == status


def test_the_patient_stands_in_the_overview(cast: Cast) -> None:
    found = Asking(cast.doctor.actor).get(f"{path(cast)}/$overview")

    assert [item["resourceType"] for item in found.resources].count("Patient") == 1
