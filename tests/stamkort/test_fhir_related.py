"""RelatedPerson over REST: relatives on the stamkort, read, searched, written and made inactive."""

from typing import Any

import pytest

from access.vocabulary import ActingAs
from audit.models import Version
from citizens.models import Relative
from fhir.outcomes import FhirError
from stamkort.fhir.related import parse
from tests import factories
from tests.asking import Asking, logged, nothing_written, statements
from tests.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

TREATING = ["doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper", "clerk", "student", "dentist"]
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
DANISH = "http://hl7.dk/fhir/core/CodeSystem/dk-relatedperson-relationshipcodes"
STAMKORT = "urn:oid:1.2.208.184.100.2"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def body(cast: Cast, **changes: Any) -> dict[str, Any]:
    """A RelatedPerson of Tove's."""
    return {
        "resourceType": "RelatedPerson",
        "patient": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "name": [{"given": ["Aksel", "Test"], "family": "Nabo"}],
        "relationship": [{"coding": [{"system": ROLE, "code": "NBOR"}]}],
        "telecom": [
            {"system": "phone", "use": "mobile", "value": "20 00 00 12"},
            {"system": "email", "value": "aksel@example.dk"},
        ],
        **changes,
    }


class TestReading:
    """Who sees a relative."""

    @pytest.mark.parametrize("name", [*TREATING, "citizen", "daughter"])
    def test_those_who_treat_her_and_her_side_do(self, cast: Cast, name: str) -> None:
        aksel = factories.relative(citizen=cast.citizen.person)

        with statements(2):
            found = Asking(getattr(cast, name).actor).get(f"RelatedPerson/{aksel.pk}")

        assert found.status == 200
        assert found.body["patient"]["reference"] == f"Patient/{cast.citizen.person.pk}"
        assert [row.families for row in logged(outcome="permit")] == [["sk-typed"]]

    @pytest.mark.parametrize(
        ("name", "status"), [("stranger", 403), ("home_helper", 403), ("caseworker", 403), ("blocked_doctor", 404)]
    )
    def test_others_do_not(self, cast: Cast, name: str, status: int) -> None:
        aksel = factories.relative(citizen=cast.citizen.person)

        found = Asking(getattr(cast, name).actor).get(f"RelatedPerson/{aksel.pk}")

        assert found.status == status
        assert "Lise" not in found.text

    def test_who_typed_it_is_told(self, cast: Cast) -> None:
        aksel = factories.relative(citizen=cast.citizen.person, author_kind="relative", note="Har nøgle.", rank=2)

        told = Asking(cast.doctor.actor).get(f"RelatedPerson/{aksel.pk}").body

        by_name = {item["url"].rpartition("/")[2]: item for item in told["extension"]}
        assert by_name["stamkort-typed"]["extension"][0]["valueCode"] == "EnteredCitizenRelative"
        assert by_name["related-person-note"]["valueString"] == "Har nøgle."
        assert by_name["related-person-rank"]["valuePositiveInt"] == 2
        assert told["relationship"][0]["coding"][0] == {"system": ROLE, "code": "CHILD", "display": "Barn"}
        assert told["meta"]["profile"] == ["http://hl7.dk/fhir/core/StructureDefinition/dk-core-related-person"]

    def test_no_profile_is_claimed_for_a_citizen_without_cpr(self, cast: Cast) -> None:
        tourist = factories.x_ecpr_citizen()
        factories.treatment_relation(citizen=tourist, origin=cast.units.ward)
        relative = factories.relative(citizen=tourist)

        assert "profile" not in Asking(cast.doctor.actor).get(f"RelatedPerson/{relative.pk}").body["meta"]

    def test_searches(self, cast: Cast) -> None:
        tove = cast.citizen.person
        lise = factories.relative(citizen=tove)
        aksel = factories.relative(citizen=tove, name="Aksel Test Nabo", relationship="NBOR", is_active=False, rank=2)
        factories.relative()
        ask, whose = Asking(cast.doctor.actor), f"Patient/{tove.pk}"

        with statements(2):
            assert set(ask.get("RelatedPerson", patient=whose).ids) == {str(lise.pk), str(aksel.pk)}
        assert ask.get("RelatedPerson", patient=whose, name="aksel").ids == [str(aksel.pk)]
        assert ask.get("RelatedPerson", patient=whose, active="true").ids == [str(lise.pk)]
        assert ask.get("RelatedPerson", patient=whose, active="false").ids == [str(aksel.pk)]
        assert ask.get("RelatedPerson", patient=whose, relationship=f"{ROLE}|NBOR").ids == [str(aksel.pk)]
        assert ask.get("RelatedPerson", patient=whose, _sort="-rank").ids == [str(aksel.pk), str(lise.pk)]
        assert ask.get("RelatedPerson", _id=str(lise.pk)).ids == [str(lise.pk)]
        assert ask.get("RelatedPerson", patient=whose, gender="male").status == 400
        assert ask.find("RelatedPerson", patient=whose, name="aksel").ids == [str(aksel.pk)]

    def test_pages(self, cast: Cast) -> None:
        for rank in range(1, 6):
            factories.relative(citizen=cast.citizen.person, rank=rank)
        ask = Asking(cast.doctor.actor)

        page = ask.get("RelatedPerson", patient=f"Patient/{cast.citizen.person.pk}", _sort="rank", _count="2")
        ids = page.ids
        while page.next():
            page = ask.get(page.next() or "")
            ids += page.ids

        assert ids == [str(key) for key in Relative.objects.order_by("rank").values_list("pk", flat=True)]

    @pytest.mark.parametrize("name", ["stranger", "home_helper"])
    def test_a_search_by_others_gives_nothing(self, cast: Cast, name: str) -> None:
        factories.relative(citizen=cast.citizen.person)

        found = Asking(getattr(cast, name).actor).get("RelatedPerson", patient=f"Patient/{cast.citizen.person.pk}")

        assert found.status == 403 if name == "stranger" else found.ids == []


class TestCreating:
    """Who may write a relative, and what."""

    @pytest.mark.law("stamkort-sharing")
    @pytest.mark.parametrize(
        ("name", "kind", "law"),
        [
            ("citizen", "citizen", "citizen"),
            ("daughter", "relative", "citizen"),
            ("doctor", "professional", "health-act"),
            ("municipal_nurse", "professional", "health-act"),
        ],
    )
    def test_these_may_and_it_is_kept_who_typed(self, cast: Cast, name: str, kind: str, law: str) -> None:
        member = getattr(cast, name)

        with statements(3):
            made = Asking(member.actor).post("RelatedPerson", body(cast))

        assert made.status == 201
        relative = Relative.objects.get()
        assert made.headers["Location"].endswith(f"/fhir/RelatedPerson/{relative.pk}/_history/1")
        assert (relative.author_kind, relative.recorded_under) == (kind, law)
        assert (relative.name, relative.relationship) == ("Aksel Test Nabo", "NBOR")
        assert (relative.mobile_phone, relative.email) == ("20 00 00 12", "aksel@example.dk")
        assert relative.origin == member.unit
        assert Version.objects.get().resource_type == "RelatedPerson"
        assert [(row.interaction, row.citizen_id) for row in logged()] == [("create", cast.citizen.person.pk)]

    @pytest.mark.parametrize("name", ["stranger", "home_helper", "caseworker", "social_psychiatry_worker"])
    def test_these_may_not_and_it_is_logged(self, cast: Cast, name: str) -> None:
        with nothing_written(Relative):
            refused = Asking(getattr(cast, name).actor).post("RelatedPerson", body(cast))

        assert refused.status == 403
        assert [(row.interaction, row.outcome) for row in logged()] == [("create", "refuse")]

    @pytest.mark.law("power-of-attorney")
    def test_a_proxy_whose_power_of_attorney_is_for_reading_may_not(self, cast: Cast) -> None:
        son = factories.aged(40)
        factories.power_of_attorney(principal=cast.citizen.person, attorney=son, may_write=False)

        with nothing_written(Relative):
            refused = Asking(cast.daughter.asking(citizen_id=son.pk)).post("RelatedPerson", body(cast))

        assert refused.status == 403

    def test_another_citizen_may_not(self, cast: Cast) -> None:
        other = cast.citizen.asking(citizen_id=factories.citizen().pk)

        assert Asking(other).post("RelatedPerson", body(cast)).status == 403

    @pytest.mark.law("custody")
    @pytest.mark.parametrize(("years", "status"), [(9, 201), (16, 403)])
    def test_a_parent_may_for_a_child_under_fifteen(self, cast: Cast, years: int, status: int) -> None:
        child = factories.aged(years)
        mother = factories.custody(child=child).parent
        actor = cast.citizen.asking(acting_as=ActingAs.PARENT, citizen_id=mother.pk, on_behalf_of=child.pk)

        made = Asking(actor).post("RelatedPerson", body(cast, patient={"reference": f"Patient/{child.pk}"}))

        assert made.status == status

    def test_a_child_may_not_herself(self, cast: Cast) -> None:
        child = factories.child()
        ask = Asking(cast.citizen.asking(citizen_id=child.pk))

        refused = ask.post("RelatedPerson", body(cast, patient={"reference": f"Patient/{child.pk}"}))

        assert (refused.status, refused.reasons[1]) == (403, "age")

    @pytest.mark.law("guardianship")
    @pytest.mark.parametrize(("scope", "status"), [("personal", 201), ("economic", 403)])
    def test_a_guardian_in_personal_matters_may(self, cast: Cast, scope: str, status: int) -> None:
        ward = cast.citizen.person
        guardian = factories.guardianship(ward=ward, scope=scope).guardian
        actor = cast.citizen.asking(acting_as=ActingAs.GUARDIAN, citizen_id=guardian.pk, on_behalf_of=ward.pk)

        assert Asking(actor).post("RelatedPerson", body(cast)).status == status

    @pytest.mark.parametrize(
        ("system", "code", "stored"),
        [
            (ROLE, "SPS", "SPS"),
            (ROLE, "DAU", "DAU"),
            (DANISH, "PRICARE", "PRICARE"),
            (STAMKORT, "mor", "MTH"),
            (STAMKORT, "uspec_paaroerende", "FAMMEMB"),
        ],
    )
    def test_relations_are_told_in_fhirs_codes(self, cast: Cast, system: str, code: str, stored: str) -> None:
        relation = [{"coding": [{"system": system, "code": code}]}]

        made = Asking(cast.citizen.actor).post("RelatedPerson", body(cast, relationship=relation))

        told = made.body["relationship"][0]["coding"][0]
        assert told["code"] == stored
        assert told["system"] == (DANISH if system == DANISH else ROLE)

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"relationship": []}, 422, "unknown-code"),
            ({"relationship": [{"coding": [{"system": ROLE, "code": "not a role"}]}]}, 422, "unknown-code"),
            ({"relationship": [{"coding": [{"system": DANISH, "code": "NONE"}]}]}, 422, "unknown-code"),
            ({"relationship": [{"coding": [{"system": STAMKORT, "code": "hund"}]}]}, 422, "unknown-code"),
            ({"name": []}, 422, "rule-broken"),
            ({"name": [{"text": "  "}]}, 422, "rule-broken"),
            ({"telecom": [{"system": "fax", "value": "1"}]}, 422, "rule-broken"),
            ({"telecom": [{"system": "phone", "use": "home", "value": "1"}] * 2}, 422, "rule-broken"),
            ({"patient": {"reference": "Organization/1"}}, 422, "dangling-reference"),
            ({"gender": "male"}, 400, "wrong-shape"),
            ({"active": "yes"}, 400, "wrong-shape"),
            ({"extension": [{"url": "https://patientoverblik.dk/fhir/StructureDefinition/related-person-rank",
                             "valuePositiveInt": "2"}]}, 400, "wrong-shape"),
            ({"resourceType": "Patient"}, 400, "wrong-type"),
        ],
    )  # fmt: skip
    def test_what_is_not_right_is_refused_and_nothing_written(
        self, cast: Cast, changes: dict[str, Any], status: int, code: str
    ) -> None:
        with nothing_written(Relative):
            refused = Asking(cast.citizen.actor).post("RelatedPerson", body(cast, **changes))

        assert (refused.status, refused.code) == (status, code)

    def test_a_citizen_that_nobody_knows(self, cast: Cast) -> None:
        nobody = {"reference": f"Patient/{cast.units.ward.pk}"}

        with nothing_written(Relative):
            assert Asking(cast.doctor.actor).post("RelatedPerson", body(cast, patient=nobody)).status == 403


class TestChanging:
    """The last writer wins; earlier words stand in the versions."""

    def test_the_last_writer_is_told(self, cast: Cast) -> None:
        made = Asking(cast.citizen.actor).post("RelatedPerson", body(cast)).body
        path = f"RelatedPerson/{made['id']}"
        made["telecom"][0]["value"] = "20 00 00 99"

        with statements(6):  # two of them to answer with what the writer may see; the citizen has blocked somebody
            changed = Asking(cast.municipal_nurse.actor).put(path, made, 1)

        assert (changed.status, changed.headers["ETag"]) == (200, 'W/"2"')
        assert changed.body["telecom"][0]["value"] == "20 00 00 99"
        relative = Relative.objects.get()
        assert (relative.author_kind, relative.recorded_under) == ("professional", "health-act")
        history = Asking(cast.citizen.actor).get(f"{path}/_history")
        typed = [item["extension"][0]["extension"][0]["valueCode"] for item in map(_without_law, history.resources)]
        assert typed == ["EnteredHealthcareprofessional", "EnteredCitizen"]
        assert Asking(cast.doctor.actor).get(f"{path}/_history/1").body["telecom"][0]["value"] == "20 00 00 12"

    def test_one_no_longer_wanted_is_inactive(self, cast: Cast) -> None:
        ask = Asking(cast.citizen.actor)
        made = ask.post("RelatedPerson", body(cast)).body

        gone = ask.put(f"RelatedPerson/{made['id']}", {**made, "active": False})

        assert (gone.status, gone.body["active"]) == (200, False)

    def test_versions(self, cast: Cast) -> None:
        ask = Asking(cast.citizen.actor)
        made = ask.post("RelatedPerson", body(cast)).body
        path = f"RelatedPerson/{made['id']}"
        bare = {name: value for name, value in made.items() if name != "meta"}

        with nothing_written(Relative):
            assert ask.put(path, bare).code == "missing-if-match"
            assert ask.put(path, bare, 7).status == 412
            assert ask.put(path, {**bare, "id": str(cast.units.ward.pk)}, 1).code == "wrong-id"

    def test_the_citizen_of_a_relative_never_changes(self, cast: Cast) -> None:
        other = factories.citizen()
        factories.treatment_relation(citizen=other, origin=cast.units.ward)
        made = Asking(cast.citizen.actor).post("RelatedPerson", body(cast)).body

        with nothing_written(Relative):
            moved = {**made, "patient": {"reference": f"Patient/{other.pk}"}}
            refused = Asking(cast.doctor.actor).put(f"RelatedPerson/{made['id']}", moved)

        assert refused.status == 422

    @pytest.mark.parametrize(("name", "status"), [("stranger", 403), ("home_helper", 403)])
    def test_others_may_not(self, cast: Cast, name: str, status: int) -> None:
        made = Asking(cast.citizen.actor).post("RelatedPerson", body(cast)).body

        with nothing_written(Relative):
            refused = Asking(getattr(cast, name).actor).put(f"RelatedPerson/{made['id']}", made)

        assert refused.status == status

    def test_one_that_does_not_exist(self, cast: Cast) -> None:
        key = str(cast.units.ward.pk)

        assert Asking(cast.doctor.actor).put(f"RelatedPerson/{key}", body(cast, id=key), 1).status == 404


def _without_law(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource without its legal basis, so that who typed it stands first."""
    return {**resource, "extension": [item for item in resource["extension"] if "legalBasis" not in item["url"]]}


def test_a_body_that_goes_back_is_read_as_it_was(cast: Cast) -> None:
    relative = factories.relative(
        citizen=cast.citizen.person, note="Ring om aftenen.", rank=3, home_phone="66 00 00 11"
    )

    told = Asking(cast.citizen.actor).get(f"RelatedPerson/{relative.pk}").body
    read = parse(told)

    assert {name: getattr(read, name) for name in ("name", "relationship", "note", "rank", "home_phone")} == {
        "name": relative.name,
        "relationship": "CHILD",
        "note": "Ring om aftenen.",
        "rank": 3,
        "home_phone": "66 00 00 11",
    }
    with pytest.raises(FhirError):
        parse({**told, "relationship": [{"text": "nabo"}]})
