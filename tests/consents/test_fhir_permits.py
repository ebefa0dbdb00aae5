"""A citizen's consents over REST: who may give, see and withdraw them, and what the law refuses."""

from datetime import timedelta
from typing import Any

import pytest

from access.vocabulary import ActingAs, Law, Purpose
from audit.models import Version
from consents.models import Consent
from tests import factories
from tests.asking import Asking, logged, nothing_written, statements
from tests.cast import Cast, make_cast
from tests.consents.bodies import (
    ACT_REASON,
    ACTING_AS,
    AUTHORISATION,
    BASE,
    DATA_CATEGORY,
    JURISDICTION,
    actor,
    day,
    noted,
    permit,
    sor,
    sub_units,
    unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


class TestGiving:
    """The citizen, the parents of a child, a guardian; and staff note what they were told."""

    @pytest.mark.law("self-determination")
    def test_a_citizen_gives_one_in_four_statements_and_those_that_find_units(self, cast: Cast) -> None:
        with statements(6):
            made = Asking(cast.citizen.actor).post("Consent", permit(cast))

        assert made.status == 201
        consent = Consent.objects.get()
        assert made.headers["Location"].endswith(f"/fhir/Consent/{consent.pk}/_history/1")
        assert (consent.kind, consent.form, consent.purpose) == ("fvl28", "digital", "treatment")
        assert (consent.given_by, consent.received_by) == (cast.citizen.person, None)
        assert (consent.recipient_unit, consent.source_unit) == (cast.units.ward, cast.units.home_care)
        assert consent.laws == [Law.SERVICE]
        assert not consent.recipient_sub_units
        assert Version.objects.get().resource_type == "Consent"
        assert [(row.interaction, row.rules) for row in logged()] == [("create", ["own-decision"])]

    def test_what_comes_back_is_the_sketch(self, cast: Cast) -> None:
        body = Asking(cast.citizen.actor).post("Consent", permit(cast)).body

        assert body["status"] == "active"
        assert body["scope"]["coding"][0]["code"] == "patient-privacy"
        assert body["category"][0]["coding"][0]["code"] == "INFA"
        assert body["performer"] == [body["patient"]]
        assert body["organization"][0]["identifier"]["value"] == cast.units.home_care.sor
        assert "http://ehealth.sundhed.dk/policy/dk/serviceloven" in [policy["uri"] for policy in body["policy"]]
        rule = body["provision"]
        assert rule["type"] == "permit"
        assert rule["period"]["end"] == day(cast, 362)
        assert rule["purpose"] == [{"system": ACT_REASON, "code": "TREAT"}]
        assert rule["securityLabel"] == [{"system": JURISDICTION, "code": "service-act"}]
        assert rule["actor"][0]["reference"]["identifier"]["value"] == cast.units.ward.sor
        assert rule["actor"][0]["extension"] == sub_units(False)

    def test_all_that_a_consent_can_say(self, cast: Cast) -> None:
        person = cast.doctor.person
        rule = {
            "securityLabel": None,
            "class": [{"system": DATA_CATEGORY, "code": code} for code in ("goal-soc", "diag")],
            "actor": [
                actor(unit(cast.units.hospital.pk), extension=sub_units(True)),
                actor(
                    {"identifier": {"system": AUTHORISATION, "value": person.authorisation_id}},
                    extension=[{"url": ACTING_AS, "valueCode": "hp"}],
                ),
            ],
        }
        body = permit(cast, rule, policy=[{"uri": f"{BASE}/policy/citizen-share"}], organization=None)

        made = Asking(cast.citizen.actor).post("Consent", body)

        consent = Consent.objects.get()
        assert made.status == 201
        assert (consent.kind, consent.families) == ("citizen-share", ["diag", "goal-soc"])
        assert (consent.recipient_unit, consent.recipient_sub_units) == (cast.units.hospital, True)
        assert (consent.recipient_professional, consent.recipient_acting_as) == (person, "hp")
        assert [item["code"] for item in made.body["provision"]["class"]] == ["diag", "goal-soc"]

    @pytest.mark.parametrize(
        ("labels", "policy", "laws", "kind"),
        [
            (["service-act"], "serviceloven", ["service-act"], "fvl28"),
            (["elderly-act"], "aeldreloven", ["elderly-act"], "fvl28"),
            (["service-act", "elderly-act"], "serviceloven", [], "fvl28"),
            ([], "aeldreloven", [], "fvl28"),
            (["healthcare-act"], "sundhedsloven", [], "sul43"),
        ],
    )
    def test_the_act_follows_policy_and_labels(
        self, cast: Cast, labels: list[str], policy: str, laws: list[str], kind: str
    ) -> None:
        rule = {"securityLabel": [{"system": JURISDICTION, "code": code} for code in labels]}
        body = permit(cast, rule, policy=[{"uri": f"http://ehealth.sundhed.dk/policy/dk/{policy}"}])

        made = Asking(cast.citizen.actor).post("Consent", body)

        consent = Consent.objects.get()
        assert (consent.laws, consent.kind) == (laws, kind)
        told = {item["code"] for item in made.body["provision"]["securityLabel"]}
        assert told == (set(labels) or {"service-act", "elderly-act"})

    def test_a_day_of_start_that_has_begun_means_from_now(self, cast: Cast) -> None:
        Asking(cast.citizen.actor).post(
            "Consent", permit(cast, {"period": {"start": day(cast, -3), "end": day(cast, 9)}})
        )

        consent = Consent.objects.get()
        assert consent.start == consent.created_at

    def test_it_may_begin_later(self, cast: Cast) -> None:
        Asking(cast.citizen.actor).post(
            "Consent", permit(cast, {"period": {"start": day(cast, 3), "end": day(cast, 9)}})
        )

        assert Consent.objects.get().start > cast.moment + timedelta(days=1)

    @pytest.mark.law("noted-consent")
    @pytest.mark.parametrize(
        ("name", "form", "kind"),
        [
            ("doctor", "oral", "sul42a3"),
            ("municipal_nurse", "oral", "sul41"),
            ("gp", "written", "sul43"),
            ("caseworker", "written", "fvl28"),
            ("home_helper", "written", "fvl28"),
        ],
    )
    def test_staff_in_a_relation_note_what_they_were_told(self, cast: Cast, name: str, form: str, kind: str) -> None:
        member = getattr(cast, name)

        with statements(6):
            made = Asking(member.actor).post("Consent", noted(cast, form, kind))

        assert made.status == 201, made.said
        consent = Consent.objects.get()
        assert (consent.form, consent.kind, consent.received_by) == (form, kind, member.person)
        assert consent.given_by == cast.citizen.person
        assert made.body["sourceReference"]["identifier"]["value"] == consent.journal_reference != ""

    @pytest.mark.parametrize("name", ["stranger", "blocked"])
    def test_staff_without_a_relation_may_not(self, cast: Cast, name: str) -> None:
        by = cast.stranger.actor if name == "stranger" else cast.doctor.asking(purpose=Purpose.QUALITY)

        with nothing_written(Consent):
            refused = Asking(by).post("Consent", noted(cast, "oral", "sul42a3"))

        assert refused.status == 403
        assert [row.outcome for row in logged()] == ["refuse"]

    def test_a_stranger_cannot_give_a_citizens_consent(self, cast: Cast) -> None:
        other = cast.citizen.asking(citizen_id=factories.citizen().pk)

        with nothing_written(Consent):
            assert Asking(other).post("Consent", permit(cast)).status == 403

    @pytest.mark.parametrize(("years", "status"), [(9, 201), (16, 422)])
    def test_parents_consent_for_a_child_under_fifteen(self, cast: Cast, years: int, status: int) -> None:
        child = factories.aged(years)
        mother = factories.custody(child=child).parent
        by = cast.citizen.asking(acting_as=ActingAs.PARENT, citizen_id=mother.pk, on_behalf_of=child.pk)

        made = Asking(by).post("Consent", permit(cast, patient={"reference": f"Patient/{child.pk}"}))

        assert made.status == status
        if status == 201:
            assert Consent.objects.get().given_by == mother
            assert str(mother.pk) not in made.text
        else:
            assert (made.rule, made.said) == ("decision-of-age", "Fra 15 år bestemmer den unge selv.")

    def test_a_guardian_consents(self, cast: Cast) -> None:
        guardian = factories.guardianship(ward=cast.citizen.person).guardian
        by = cast.citizen.asking(
            acting_as=ActingAs.GUARDIAN, citizen_id=guardian.pk, on_behalf_of=cast.citizen.person.pk
        )

        assert Asking(by).post("Consent", permit(cast)).status == 201


class TestRefused:
    """What the law does not know, each with its own code and text, and nothing written."""

    def said(self, cast: Cast, body: dict[str, Any], by: Any = None) -> str:
        with nothing_written(Consent):
            refused = Asking(by or cast.citizen.actor).post("Consent", body)
        assert (refused.status, refused.code) == (422, "rule-broken"), refused.body
        return f"{refused.rule}: {refused.said}"

    def test_without_recipient(self, cast: Cast) -> None:
        told = self.said(cast, permit(cast, {"actor": None}))

        assert told == "consent-recipient: Et samtykke skal nævne, hvem det gælder for."

    def test_without_purpose(self, cast: Cast) -> None:
        told = self.said(cast, permit(cast, {"purpose": None}))

        assert told == "consent-purpose: Et samtykke skal nævne sit formål."

    def test_without_end(self, cast: Cast) -> None:
        body = permit(cast, {"period": {"start": day(cast, 0)}})

        assert self.said(cast, body) == "consent-end: Et samtykke skal have en slutdato."

    @pytest.mark.law("consented-disclosure")
    @pytest.mark.parametrize("policy", ["serviceloven", "sundhedsloven"])
    def test_longer_than_a_year(self, cast: Cast, policy: str) -> None:
        body = permit(
            cast,
            {"period": {"start": day(cast, 0), "end": day(cast, 366)}, "securityLabel": None},
            policy=[{"uri": f"http://ehealth.sundhed.dk/policy/dk/{policy}"}],
        )

        assert self.said(cast, body) == "consent-too-long: Et samtykke til videregivelse gælder højst et år."

    def test_a_year_counts_from_the_day_it_was_given(self, cast: Cast) -> None:
        given = (cast.moment - timedelta(days=30)).isoformat()
        late = noted(cast, "written", "fvl28", {"period": {"end": day(cast, 350)}}, dateTime=given)
        in_time = noted(cast, "written", "fvl28", {"period": {"end": day(cast, 330)}}, dateTime=given)

        assert self.said(cast, late, cast.doctor.actor).startswith("consent-too-long: ")
        assert Asking(cast.doctor.actor).post("Consent", in_time).status == 201

    def test_a_share_of_her_own_may_last_longer(self, cast: Cast) -> None:
        rule = {"period": {"end": day(cast, 800)}, "securityLabel": None}
        body = permit(cast, rule, policy=[{"uri": f"{BASE}/policy/citizen-share"}])

        assert Asking(cast.citizen.actor).post("Consent", body).status == 201

    @pytest.mark.parametrize("kind", ["sul43", "fvl28"])
    def test_oral_where_writing_is_asked_for(self, cast: Cast, kind: str) -> None:
        body = noted(cast, "oral", kind)

        assert self.said(cast, body, cast.doctor.actor).startswith("consent-in-writing: ")

    def test_noted_without_the_record(self, cast: Cast) -> None:
        body = noted(cast, "oral", "sul41", sourceReference=None)

        assert self.said(cast, body, cast.doctor.actor).startswith("consent-record: ")

    @pytest.mark.parametrize(
        "extension", [None, [{"url": f"{BASE}/StructureDefinition/consent-form", "valueCode": "digital"}]]
    )
    def test_noted_without_its_form(self, cast: Cast, extension: Any) -> None:
        body = noted(cast, "oral", "sul41", extension=extension)

        assert self.said(cast, body, cast.doctor.actor).startswith("consent-form: ")

    def test_the_citizens_own_share_noted_by_staff(self, cast: Cast) -> None:
        body = noted(cast, "written", "citizen-share")

        assert self.said(cast, body, cast.doctor.actor).startswith("consent-own-choice: ")

    def test_another_form_by_the_citizen_herself(self, cast: Cast) -> None:
        assert self.said(cast, noted(cast, "written", "sul43")).startswith("consent-own-form: ")

    def test_by_a_child(self, cast: Cast) -> None:
        child = factories.child()
        body = permit(cast, patient={"reference": f"Patient/{child.pk}"})

        told = self.said(cast, body, cast.citizen.asking(citizen_id=child.pk))

        assert told == "decision-too-young: Man skal være fyldt 15 år for selv at bestemme det."
        assert [(row.outcome, row.reason) for row in logged()] == [("refuse", "age")]

    def test_of_a_child_noted_by_staff(self, cast: Cast) -> None:
        child = factories.child()
        factories.treatment_relation(citizen=child, origin=cast.units.ward)
        body = noted(cast, "oral", "sul41", patient={"reference": f"Patient/{child.pk}"})

        assert self.said(cast, body, cast.doctor.actor).startswith("decision-too-young: ")

    def test_by_a_proxy(self, cast: Cast) -> None:
        told = self.said(cast, permit(cast), cast.daughter.actor)

        assert told == "consent-by-proxy: En fuldmagt giver ikke ret til at give samtykke."
        assert [row.outcome for row in logged()] == ["refuse"]

    def test_a_period_that_is_reversed_or_over(self, cast: Cast) -> None:
        reversed_ = permit(cast, {"period": {"start": day(cast, 20), "end": day(cast, 10)}})
        over = permit(cast, {"period": {"start": day(cast, -20), "end": day(cast, -10)}})

        assert self.said(cast, reversed_) == "consent-period-order: Samtykkets periode slutter, før den begynder."
        assert self.said(cast, over) == "consent-over: Samtykkets periode er forbi."

    def test_given_in_the_future(self, cast: Cast) -> None:
        body = permit(cast, dateTime=(cast.moment + timedelta(days=1)).isoformat())

        assert self.said(cast, body) == "consent-future: Samtykket er givet i fremtiden."

    @pytest.mark.parametrize(
        ("policy", "code"),
        [
            ("serviceloven", "diag"),
            ("sundhedsloven", "int-soc"),
            ("sundhedsloven", "will-content"),
            ("sundhedsloven", "log"),
        ],
    )
    def test_families_of_another_act_or_that_are_never_shared(self, cast: Cast, policy: str, code: str) -> None:
        rule = {"class": [{"system": DATA_CATEGORY, "code": code}], "securityLabel": None}
        body = permit(cast, rule, policy=[{"uri": f"http://ehealth.sundhed.dk/policy/dk/{policy}"}])

        assert self.said(cast, body).startswith("consent-families: ")

    def test_a_label_of_another_act(self, cast: Cast) -> None:
        body = permit(cast, {"securityLabel": [{"system": JURISDICTION, "code": "healthcare-act"}]})

        assert self.said(cast, body).startswith("consent-law: ")

    def test_several_recipients_at_once(self, cast: Cast) -> None:
        body = permit(cast, {"actor": [actor(unit(cast.units.ward.pk)), actor(unit(cast.units.practice.pk))]})

        assert self.said(cast, body).startswith("decision-one-recipient: ")

    def test_several_origins_at_once(self, cast: Cast) -> None:
        body = permit(cast, organization=[unit(cast.units.ward.pk), unit(cast.units.practice.pk)])

        assert self.said(cast, body).startswith("consent-one-origin: ")

    def test_a_recipient_who_is_no_professional(self, cast: Cast) -> None:
        herself = actor(unit(cast.units.ward.pk), extension=[{"url": ACTING_AS, "valueCode": str(ActingAs.CITIZEN)}])

        assert self.said(cast, permit(cast, {"actor": [herself]})).startswith("consent-recipient-capacity: ")

    def test_one_that_says_nothing(self, cast: Cast) -> None:
        assert self.said(cast, permit(cast, provision=None)).startswith("decision-provision: ")

    def test_somebody_elses_name_as_performer(self, cast: Cast) -> None:
        relative = factories.relative(citizen=cast.citizen.person)
        others = [f"Patient/{cast.daughter.person.pk}", f"RelatedPerson/{relative.pk}", f"Practitioner/{relative.pk}"]

        for other in others:
            body = permit(cast, performer=[{"reference": other}])
            assert self.said(cast, body).startswith("decision-performer: "), other

    def test_exceptions_within_and_denials(self, cast: Cast) -> None:
        assert self.said(cast, permit(cast, {"provision": [{"type": "deny"}]})).startswith("decision-exceptions: ")
        assert self.said(cast, permit(cast, {"type": "deny"})).startswith("consent-permits: ")

    def test_a_will_is_not_written_here(self, cast: Cast) -> None:
        body = permit(cast, scope={"coding": [{"code": "adr"}]})

        assert self.said(cast, body).startswith("decision-register: ")

    def test_one_that_is_not_active(self, cast: Cast) -> None:
        assert self.said(cast, permit(cast, status="inactive")).startswith("decision-active: ")


@pytest.mark.parametrize(
    ("changes", "rule", "status", "code"),
    [
        ({"policy": [{"uri": "https://example.org/policy"}]}, {}, 422, "unknown-code"),
        ({"policy": []}, {}, 422, "unknown-code"),
        ({"category": [{"coding": [{"code": "RESEARCH"}]}]}, {}, 422, "unknown-code"),
        ({"scope": {"coding": [{"code": "treatment"}]}}, {}, 422, "unknown-code"),
        ({"status": "rejected"}, {}, 422, "unknown-code"),
        ({}, {"purpose": [{"system": ACT_REASON, "code": "HMARKT"}]}, 422, "unknown-code"),
        ({}, {"purpose": [{"system": ACT_REASON, "code": "TREAT"}] * 2}, 422, "unknown-code"),
        ({}, {"class": [{"system": DATA_CATEGORY, "code": "everything"}]}, 422, "unknown-code"),
        ({}, {"securityLabel": [{"system": JURISDICTION, "code": "roman-law"}]}, 422, "unknown-code"),
        ({}, {"actor": [actor(sor("99999999999"))]}, 422, "dangling-reference"),
        ({}, {"actor": [actor(unit("00000000-0000-7000-8000-000000000000"))]}, 422, "dangling-reference"),
        ({}, {"actor": [actor({"reference": "Practitioner/00000000-0000-7000-8000-000000000000"})]}, 422,
         "dangling-reference"),
        ({}, {"actor": [actor({"identifier": {"system": AUTHORISATION, "value": "ZZZZZ"}})]}, 422,
         "dangling-reference"),
        ({"organization": [unit("00000000-0000-7000-8000-000000000000")]}, {}, 422, "dangling-reference"),
        ({"patient": {"reference": "Patient/nobody"}}, {}, 422, "dangling-reference"),
        ({}, {"period": {"end": "soon"}}, 400, "wrong-shape"),
        ({}, {"action": []}, 400, "wrong-shape"),
        ({"dateTime": "yesterday"}, {}, 400, "wrong-shape"),
        ({"verification": []}, {}, 400, "wrong-shape"),
        ({}, {"actor": [actor(sor("99999999999"), extension=[{"url": ACTING_AS, "valueCode": "king"}])]}, 422, None),
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_and_nothing_written(
    cast: Cast, changes: dict[str, Any], rule: dict[str, Any], status: int, code: str | None
) -> None:
    with nothing_written(Consent):
        refused = Asking(cast.citizen.actor).post("Consent", permit(cast, rule, **changes))

    assert refused.status == status
    assert code in (None, refused.code)
