"""Seeing and withdrawing consents: at once, by the citizen or whom it names, and nothing else changes."""

from typing import Any

import pytest

from access.vocabulary import ActingAs, Category, Law
from consents.models import Consent
from tests import factories
from tests.asking import Asking, logged, nothing_written, statements
from tests.cast import Cast, make_cast
from tests.consents.bodies import day, noted, permit

pytestmark = pytest.mark.django_db
EVERYBODY_ELSE = [
    "daughter",
    "hospital_nurse",
    "stranger",
    "clerk",
    "gp",
    "municipal_nurse",
    "home_helper",
    "caseworker",
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def consent_to(cast: Cast, **fields: Any) -> Consent:
    """A consent of Tove's to her general practice, unless said otherwise."""
    fields = {"recipient_unit": cast.units.practice, **fields}
    return factories.consent(citizen=cast.citizen.person, **fields)


class TestSeeing:
    """The citizen's side, and those whom it names while they treat her."""

    @pytest.mark.law("party-to-consent")
    def test_she_and_the_recipient_see_it(self, cast: Cast) -> None:
        consent = consent_to(cast)

        for name in ("citizen", "gp"):
            with statements(2):
                found = Asking(getattr(cast, name).actor).get(f"Consent/{consent.pk}")
            assert found.status == 200, name

    @pytest.mark.parametrize("name", ["daughter", "doctor", "stranger", "home_helper", "caseworker", "dentist"])
    def test_others_do_not(self, cast: Cast, name: str) -> None:
        consent = consent_to(cast)

        found = Asking(getattr(cast, name).actor).get(f"Consent/{consent.pk}")

        assert found.status == 403
        assert str(cast.units.practice.pk) not in found.text

    def test_a_recipient_without_relation_does_not(self, cast: Cast) -> None:
        consent = consent_to(cast, recipient_unit=cast.units.other_ward)

        assert Asking(cast.stranger.actor).get(f"Consent/{consent.pk}").status == 403

    def test_units_below_the_recipient_do_when_they_are_meant(self, cast: Cast) -> None:
        wide = consent_to(cast, recipient_unit=cast.units.hospital, recipient_sub_units=True)
        narrow = consent_to(cast, recipient_unit=cast.units.hospital, recipient_sub_units=False)
        ask = Asking(cast.doctor.actor)

        assert ask.get(f"Consent/{wide.pk}").status == 200
        assert ask.get(f"Consent/{narrow.pk}").status == 403

    def test_a_recipient_in_another_capacity_does_not(self, cast: Cast) -> None:
        consent = consent_to(cast, recipient_unit=cast.units.nursing, recipient_acting_as=ActingAs.HP)

        assert Asking(cast.municipal_nurse.actor).get(f"Consent/{consent.pk}").status == 200
        assert (
            Asking(cast.delegated_home_helper.asking(responsible_id=cast.doctor.person.pk))
            .get(f"Consent/{consent.pk}")
            .status
            == 403
        )

    def test_the_named_professional_and_the_one_who_received_it_do(self, cast: Cast) -> None:
        named = consent_to(cast, recipient_unit=None, recipient_professional=cast.doctor.person)
        received = consent_to(cast, received_by=cast.doctor.person)

        for consent in (named, received):
            assert Asking(cast.doctor.actor).get(f"Consent/{consent.pk}").status == 200
            assert Asking(cast.hospital_nurse.actor).get(f"Consent/{consent.pk}").status == 403

    def test_a_parent_and_a_guardian_do(self, cast: Cast) -> None:
        child = factories.child()
        mother = factories.custody(child=child).parent
        for made, acting_as, consent in (
            (mother, ActingAs.PARENT, factories.consent(citizen=child, given_by=mother)),
            (
                factories.guardianship(ward=cast.citizen.person).guardian,
                ActingAs.GUARDIAN,
                consent_to(cast),
            ),
        ):
            by = cast.citizen.asking(acting_as=acting_as, citizen_id=made.pk, on_behalf_of=consent.citizen_id)
            assert Asking(by).get(f"Consent/{consent.pk}").status == 200

    def test_who_gave_it_is_not_told_by_name_unless_it_is_the_citizen(self, cast: Cast) -> None:
        guardian = factories.guardianship(ward=cast.citizen.person).guardian
        consent = consent_to(cast, given_by=guardian)

        body = Asking(cast.gp.actor).get(f"Consent/{consent.pk}").body

        assert body["performer"] == [{"type": "RelatedPerson", "display": "Forældremyndighedens indehaver eller værge"}]

    @pytest.mark.law("custody")
    def test_a_relative_is_the_performer_of_what_she_decides_for_another(self, cast: Cast) -> None:
        child = factories.child()
        mother = factories.custody(child=child).parent
        relative = factories.relative(citizen=child)
        by = cast.citizen.asking(acting_as=ActingAs.PARENT, citizen_id=mother.pk, on_behalf_of=child.pk)
        who = {"patient": {"reference": f"Patient/{child.pk}"}}

        made = Asking(by).post(
            "Consent", permit(cast, performer=[{"reference": f"RelatedPerson/{relative.pk}"}], **who)
        )

        assert made.status == 201, made.body
        assert made.body["performer"][0]["type"] == "RelatedPerson"

    def test_searches(self, cast: Cast) -> None:
        mine = consent_to(cast)
        old = factories.expired_consent(citizen=cast.citizen.person, recipient_unit=cast.units.practice)
        factories.consent()
        whose = f"Patient/{cast.citizen.person.pk}"
        ask = Asking(cast.citizen.actor)

        def ids(**query: str) -> set[str]:
            return set(ask.get("Consent", patient=whose, category="INFA", **query).ids)

        both = {str(mine.pk), str(old.pk)}
        assert ids() == both
        assert ids(status="active") == {str(mine.pk)}
        assert ids(status="inactive") == {str(old.pk)}
        assert ids(status="active,inactive") == both
        assert ids(actor=f"Organization/{cast.units.practice.pk}") == both
        assert ids(actor=f"Practitioner/{cast.doctor.person.pk}") == set()
        assert ids(period=f"ge{day(cast, 0)}") == {str(mine.pk)}
        assert ids(date=f"gt{day(cast, 1)}") == set()
        assert ids(scope="patient-privacy") == both
        assert ids(data=f"Goal/{mine.pk}") == set()
        with statements(2):
            assert Asking(cast.gp.actor).get("Consent", patient=whose, category="INFA").status == 200
        assert ask.get("Consent", patient=whose, category="nonsense").status == 422
        assert ask.get("Consent", patient=whose, purpose="TREAT").status == 400

    def test_a_search_by_somebody_who_treats_her_and_is_not_named_is_empty(self, cast: Cast) -> None:
        consent_to(cast)
        whose = f"Patient/{cast.citizen.person.pk}"

        assert Asking(cast.doctor.actor).get("Consent", patient=whose).ids == []
        assert Asking(cast.stranger.actor).get("Consent", patient=whose).status == 403
        assert [row.outcome for row in logged()] == ["permit", "refuse"]


class TestWithdrawing:
    """A consent ends by being withdrawn; nothing else of it ever changes."""

    @pytest.mark.law("self-determination")
    def test_it_acts_at_once(self, cast: Cast) -> None:
        condition = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
        ask, doctor = Asking(cast.citizen.actor), Asking(cast.doctor.actor)
        path = f"Consent/{ask.post('Consent', permit(cast)).body['id']}"
        see = decided(cast, condition)

        assert see(cast.doctor.asking(moment=Consent.objects.get().start))
        sent = ask.get(path).body
        with statements(7):
            gone = ask.put(path, {**sent, "status": "inactive"})

        assert (gone.status, gone.body["status"], gone.headers["ETag"]) == (200, "inactive", 'W/"2"')
        assert not see(cast.doctor.asking(moment=Consent.objects.get().withdrawn_at))
        assert doctor.get(path).body["status"] == "inactive"
        history = ask.get(f"{path}/_history")
        assert [item["status"] for item in history.resources] == ["inactive", "active"]
        assert ask.get(f"{path}/_history/1").body["status"] == "active"

    def test_only_the_act_that_it_names_is_opened(self, cast: Cast) -> None:
        tove, origin = cast.citizen.person, cast.units.home_care
        service = factories.home_care_condition(citizen=tove, origin=origin, recorded_under=Law.SERVICE)
        elderly = factories.home_care_condition(citizen=tove, origin=origin, recorded_under=Law.ELDERLY)
        Asking(cast.citizen.actor).post("Consent", permit(cast))
        now = cast.doctor.asking(moment=Consent.objects.get().start)

        assert decided(cast, service)(now)
        assert not decided(cast, elderly)(now)

    def test_a_withdrawn_one_cannot_be_withdrawn_or_revived(self, cast: Cast) -> None:
        ask = Asking(cast.citizen.actor)
        consent = factories.withdrawn_consent(citizen=cast.citizen.person)
        body = ask.get(f"Consent/{consent.pk}").body

        with nothing_written(Consent):
            again = ask.put(f"Consent/{consent.pk}", body)
            revived = ask.put(f"Consent/{consent.pk}", {**body, "status": "active"})

        assert (again.status, again.rule) == (422, "withdrawn-already")
        assert (revived.status, revived.rule) == (422, "decision-unchanged")

    @pytest.mark.parametrize(
        "rule",
        [
            {"period": {"end": "2030-01-01"}},
            {"purpose": [{"system": "https://patientoverblik.dk/fhir/CodeSystem/purpose", "code": "care"}]},
            {"securityLabel": []},
            {"actor": []},
        ],
    )
    @pytest.mark.parametrize("status", ["inactive", "active"])
    def test_nothing_else_may_change(self, cast: Cast, rule: dict[str, Any], status: str) -> None:
        ask = Asking(cast.citizen.actor)
        body = ask.post("Consent", permit(cast)).body
        changed = {**body, "status": status, "provision": {**body["provision"], **rule}}

        with nothing_written(Consent):
            refused = ask.put(f"Consent/{body['id']}", changed)

        assert (refused.status, refused.rule) == (422, "decision-unchanged")

    def test_a_consent_does_not_become_a_block(self, cast: Cast) -> None:
        ask = Asking(cast.citizen.actor)
        body = ask.post("Consent", permit(cast)).body
        changed = {**body, "status": "inactive", "category": [{"coding": [{"code": "IDSCL"}]}]}

        with nothing_written(Consent):
            assert ask.put(f"Consent/{body['id']}", changed).status == 422

    def test_versions(self, cast: Cast) -> None:
        ask = Asking(cast.citizen.actor)
        body = {**ask.post("Consent", permit(cast)).body, "status": "inactive"}
        path = f"Consent/{body['id']}"
        bare = {name: value for name, value in body.items() if name != "meta"}

        with nothing_written(Consent):
            assert ask.put(path, bare).code == "missing-if-match"
            assert ask.put(path, bare, 3).status == 412
            assert ask.put(f"Consent/{cast.units.ward.pk}", {**body, "id": str(cast.units.ward.pk)}).status == 404

    @pytest.mark.law("noted-consent")
    def test_the_one_who_received_it_notes_that_it_is_withdrawn(self, cast: Cast) -> None:
        ask = Asking(cast.doctor.actor)
        body = ask.post("Consent", noted(cast, "oral", "sul42a3", {"actor": None} | _to(cast))).body

        gone = ask.put(f"Consent/{body['id']}", {**body, "status": "inactive"})

        assert gone.status == 200
        assert logged()[-1].rules == ["noted-withdrawal"]

    @pytest.mark.parametrize("name", EVERYBODY_ELSE)
    def test_others_may_not(self, cast: Cast, name: str) -> None:
        body = Asking(cast.citizen.actor).post("Consent", permit(cast, _to(cast))).body

        with nothing_written(Consent):
            refused = Asking(getattr(cast, name).actor).put(f"Consent/{body['id']}", {**body, "status": "inactive"})

        assert refused.status == 403


def _to(cast: Cast) -> dict[str, Any]:
    """A rule for the doctor in person."""
    role = {"coding": [{"code": "IRCP"}]}
    return {"actor": [{"role": role, "reference": {"reference": f"Practitioner/{cast.doctor.person.pk}"}}]}


def decided(cast: Cast, condition: Any) -> Any:
    """Whether an actor sees a condition."""

    def see(actor: Any) -> bool:
        assert condition.category == Category.COND_SOC
        return bool(type(condition).objects.permitted(actor).filter(pk=condition.pk).exists())

    return see
