"""Blocks, private markings and positive registrations over REST: the citizen's alone, at once, and hidden."""

from datetime import UTC, datetime
from typing import Any

import pytest

from access.vocabulary import ActingAs
from consents.models import Block
from tests import factories
from tests.asking import Asking, logged, nothing_written, statements
from tests.cast import Cast, make_cast
from tests.consents.bodies import AUTHORISATION, EVERYTHING, actor, day, deny, marking, sor, sub_units, unit

pytestmark = pytest.mark.django_db
STAFF = ["doctor", "hospital_nurse", "gp", "municipal_nurse", "home_helper", "caseworker", "stranger", "blocked_doctor"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ask(cast: Cast) -> Asking:
    return Asking(cast.citizen.actor)


def made(ask: Asking, body: dict[str, Any]) -> Block:
    """The block that a body makes."""
    answer = ask.post("Consent", body)
    assert answer.status == 201, answer.body
    return Block.objects.get(pk=answer.body["id"])


class TestSetting:
    """Who is stopped from what."""

    @pytest.mark.law("self-determination")
    def test_a_unit_from_what_another_wrote_in_a_period(self, cast: Cast, ask: Asking) -> None:
        with statements(6):
            assert ask.post("Consent", deny(cast)).status == 201

        block = Block.objects.exclude(pk=cast.block.pk).get()
        assert (block.effect, block.unit, block.origin) == ("deny", cast.units.ward, cast.units.nursing)
        assert (block.unit_sub_units, block.origin_sub_units, block.channel) == (True, True, "web")
        assert (block.given_by, block.received_by) == (cast.citizen.person, None)
        assert block.period_start == datetime(2019, 12, 31, 23, tzinfo=UTC)
        assert block.period_end == datetime(2023, 12, 31, 23, tzinfo=UTC)

    def test_what_comes_back_is_the_sketch(self, cast: Cast, ask: Asking) -> None:
        body = ask.post("Consent", deny(cast)).body

        assert body["category"][0]["coding"][0]["code"] == "IDSCL"
        rule = body["provision"]
        assert rule["type"] == "deny"
        assert rule["dataPeriod"] == {"start": "2020-01-01", "end": "2023-12-31"}
        assert rule["period"]["end"] == day(cast, 700)
        assert rule["actor"][0]["reference"]["identifier"]["value"] == cast.units.ward.sor
        assert rule["actor"][0]["extension"] == sub_units(True)
        assert rule["data"][0]["meaning"] == "authoredby"
        assert rule["data"][0]["reference"]["identifier"]["value"] == cast.units.nursing.sor
        assert rule["provision"][0]["purpose"][0]["code"] == "BTG"

    def test_a_professional_from_everything(self, cast: Cast, ask: Asking) -> None:
        person = cast.gp.person
        who = {"identifier": {"system": AUTHORISATION, "value": person.authorisation_id}}

        block = made(ask, deny(cast, {"actor": [actor(who)], "data": None, "dataPeriod": None}))

        assert (block.professional, block.unit, block.is_everything) == (person, None, True)

    def test_a_unit_without_those_below_it(self, cast: Cast, ask: Asking) -> None:
        who = actor(unit(cast.units.hospital.pk), extension=sub_units(False))

        block = made(ask, deny(cast, {"actor": [who], "data": None, "dataPeriod": None}))

        assert (block.unit, block.unit_sub_units) == (cast.units.hospital, False)

    def test_everybody_from_one_origin(self, cast: Cast, ask: Asking) -> None:
        block = made(ask, deny(cast, {"actor": None, "dataPeriod": None}))

        assert (block.is_everyone, block.is_everything, block.origin) == (True, False, cast.units.nursing)

    def test_everybody_from_everything_only_when_it_is_said(self, cast: Cast, ask: Asking) -> None:
        rule = {"actor": None, "data": None, "dataPeriod": None, "period": None}

        silent = ask.post("Consent", deny(cast, rule))
        block = made(ask, deny(cast, {**rule, "extension": [{"url": EVERYTHING, "valueBoolean": True}]}))

        assert (silent.status, silent.said) == (422, "Spærringen nævner ingen, den gælder for.")
        assert (block.is_everyone, block.is_everything, block.end) == (True, True, None)
        assert ask.get(f"Consent/{block.pk}").body["provision"]["extension"] == [
            {"url": EVERYTHING, "valueBoolean": True}
        ]

    def test_a_positive_registration(self, cast: Cast, ask: Asking) -> None:
        rule = {"type": "permit", "data": None, "dataPeriod": None, "provision": None}

        block = made(ask, deny(cast, rule))

        assert block.effect == "permit"
        assert "provision" not in ask.get(f"Consent/{block.pk}").body["provision"]

    def test_one_goal_marked_private_disappears_at_once_and_comes_back(self, cast: Cast, ask: Asking) -> None:
        goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
        gp = Asking(cast.gp.actor)
        assert gp.get(f"Goal/{goal.pk}").status == 200

        sent = ask.post("Consent", marking(cast, f"Goal/{goal.pk}"))

        assert sent.body["provision"]["data"] == [
            {"meaning": "instance", "reference": {"reference": f"Goal/{goal.pk}"}}
        ]
        assert sent.body["policy"][0]["uri"].endswith("/privatmarkering")
        assert gp.get(f"Goal/{goal.pk}").status == 404
        assert ask.get(f"Goal/{goal.pk}").status == 200
        lifted = ask.put(f"Consent/{sent.body['id']}", {**sent.body, "status": "inactive"})
        assert (lifted.status, lifted.body["status"]) == (200, "inactive")
        assert gp.get(f"Goal/{goal.pk}").status == 200

    def test_a_marking_stored_by_the_name_of_its_model_is_told_by_its_type(self, cast: Cast, ask: Asking) -> None:
        goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
        block = factories.private_marking(goal)

        told = ask.get(f"Consent/{block.pk}").body["provision"]["data"][0]

        assert told["reference"]["reference"] == f"Goal/{goal.pk}"


class TestRefused:
    """What is no block, each with its own code and text, and nothing written."""

    def said(self, cast: Cast, body: dict[str, Any], by: Any = None) -> str:
        with nothing_written(Block):
            refused = Asking(by or cast.citizen.actor).post("Consent", body)
        assert (refused.status, refused.code) == (422, "rule-broken"), refused.body
        return f"{refused.rule}: {refused.said}"

    def test_a_unit_and_a_professional(self, cast: Cast) -> None:
        both = [actor(unit(cast.units.ward.pk)), actor({"reference": f"Practitioner/{cast.gp.person.pk}"})]

        assert self.said(cast, deny(cast, {"actor": both})).startswith("block-who-one: ")

    def test_an_item_and_a_period(self, cast: Cast) -> None:
        goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
        data = [{"meaning": "instance", "reference": {"reference": f"Goal/{goal.pk}"}}]

        assert self.said(cast, deny(cast, {"data": data})).startswith("block-what-one: ")

    def test_a_period_of_data_without_an_end(self, cast: Cast) -> None:
        told = self.said(cast, deny(cast, {"dataPeriod": {"start": "2020-01-01"}}))

        assert told.startswith("block-period: ")

    def test_periods_that_are_reversed_or_over(self, cast: Cast) -> None:
        data = {"dataPeriod": {"start": "2023-01-01", "end": "2020-01-01"}}
        reversed_ = {"period": {"start": day(cast, 20), "end": day(cast, 10)}}
        over = {"period": {"end": day(cast, -10)}}

        assert self.said(cast, deny(cast, data)).startswith("block-period-order: ")
        assert self.said(cast, deny(cast, reversed_)) == "block-order: Spærringen slutter, før den begynder."
        assert self.said(cast, deny(cast, over)) == "block-over: Spærringens periode er forbi."

    def test_a_purpose_or_kind_of_data(self, cast: Cast) -> None:
        assert self.said(cast, deny(cast, {"purpose": [{"code": "TREAT"}]})).startswith("block-narrowed: ")

    def test_several_origins(self, cast: Cast) -> None:
        data = [
            {"meaning": "authoredby", "reference": sor(str(item.sor))} for item in (cast.units.ward, cast.units.nursing)
        ]

        assert self.said(cast, deny(cast, {"data": data})).startswith("block-one-origin: ")

    @pytest.mark.parametrize(
        ("acting_as", "told"),
        [
            (ActingAs.PROXY, "block-by-proxy: En fuldmagt giver ikke ret til at spærre."),
            (ActingAs.PARENT, "block-by-parent: Forældre kan ikke spærre for et barn."),
            (ActingAs.GUARDIAN, "block-by-guardian: En værge kan ikke spærre."),
        ],
    )
    def test_by_somebody_who_acts_for_her(self, cast: Cast, acting_as: ActingAs, told: str) -> None:
        by = cast.daughter.asking(acting_as=acting_as)

        assert self.said(cast, deny(cast), by) == told
        assert [row.outcome for row in logged()] == ["refuse"]

    def test_by_a_child(self, cast: Cast) -> None:
        child = factories.child()
        body = deny(cast, patient={"reference": f"Patient/{child.pk}"})

        told = self.said(cast, body, cast.citizen.asking(citizen_id=child.pk))

        assert told.startswith("decision-too-young: ")

    def test_a_young_person_blocks_herself_and_her_parent_cannot_lift_it(self, cast: Cast) -> None:
        young = factories.sixteen_year_old()
        mother = factories.custody(child=young).parent
        parent = cast.citizen.asking(acting_as=ActingAs.PARENT, citizen_id=mother.pk, on_behalf_of=young.pk)
        body = deny(cast, patient={"reference": f"Patient/{young.pk}"})

        sent = Asking(cast.citizen.asking(citizen_id=young.pk)).post("Consent", body)

        assert sent.status == 201
        with nothing_written(Block):
            lifted = Asking(parent).put(f"Consent/{sent.body['id']}", {**sent.body, "status": "inactive"})
        assert lifted.status == 403

    @pytest.mark.parametrize(
        ("item", "code"),
        [
            ("Goal/00000000-0000-7000-8000-000000000000", "dangling-reference"),
            ("Patient/00000000-0000-7000-8000-000000000000", "dangling-reference"),
            ("Goal/x", "dangling-reference"),
        ],
    )
    def test_an_item_that_is_not_there(self, cast: Cast, ask: Asking, item: str, code: str) -> None:
        with nothing_written(Block):
            refused = ask.post("Consent", marking(cast, item))

        assert (refused.status, refused.code) == (422, code)

    def test_an_item_of_somebody_else(self, cast: Cast, ask: Asking) -> None:
        with nothing_written(Block):
            refused = ask.post("Consent", marking(cast, f"Goal/{factories.disease_goal().pk}"))

        assert (refused.status, refused.code) == (422, "dangling-reference")

    @pytest.mark.parametrize("name", STAFF)
    def test_staff_set_no_blocks(self, cast: Cast, name: str) -> None:
        with nothing_written(Block):
            assert Asking(getattr(cast, name).actor).post("Consent", deny(cast)).status == 403

    def test_an_unknown_meaning(self, cast: Cast, ask: Asking) -> None:
        data = [{"meaning": "dependents", "reference": sor(str(cast.units.ward.sor))}]

        assert ask.post("Consent", deny(cast, {"data": data})).code == "unknown-code"


class TestSeeing:
    """That there is a block is itself hidden."""

    def test_she_sees_it(self, cast: Cast, ask: Asking) -> None:
        body = ask.get(f"Consent/{cast.block.pk}").body

        assert body["provision"]["actor"][0]["reference"]["display"] == "Spærret afdeling (test)"

    @pytest.mark.parametrize("name", [*STAFF, "daughter"])
    def test_nobody_else_does(self, cast: Cast, name: str) -> None:
        someone = Asking(getattr(cast, name).actor)

        found = someone.get(f"Consent/{cast.block.pk}")
        listed = someone.get("Consent", patient=f"Patient/{cast.citizen.person.pk}", category="IDSCL")

        assert found.status in (403, 404)
        assert "Spærret" not in found.text
        assert listed.status == 403 or listed.ids == []

    def test_searches(self, cast: Cast, ask: Asking) -> None:
        goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
        private = factories.private_marking(goal)
        lifted = factories.withdrawn_block(citizen=cast.citizen.person)
        whose = f"Patient/{cast.citizen.person.pk}"

        def ids(**query: str) -> set[str]:
            return set(ask.get("Consent", patient=whose, category="IDSCL", **query).ids)

        assert ids() == {str(cast.block.pk), str(private.pk), str(lifted.pk)}
        assert ids(status="inactive") == {str(lifted.pk)}
        assert ids(actor=f"Organization/{cast.units.blocked.pk}") == {str(cast.block.pk)}
        assert ids(data=f"Goal/{goal.pk}") == {str(private.pk)}

    def test_lifting_it_changes_nothing_else(self, cast: Cast, ask: Asking) -> None:
        body = ask.get(f"Consent/{cast.block.pk}").body
        wider = {**body["provision"], "actor": [actor(unit(cast.units.hospital.pk))]}

        with nothing_written(Block):
            refused = ask.put(f"Consent/{cast.block.pk}", {**body, "status": "inactive", "provision": wider})

        assert refused.status == 422
