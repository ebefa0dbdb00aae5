"""The population: whole, of test persons only, loaded once, and in the order of the law."""

import stat
import time
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from access.actors import Actor
from access.elements import Element
from access.vocabulary import ActingAs, Category, Law, Purpose
from appointments.models import Appointment
from audit.models import Version
from careplans.models import CarePlan, Condition, Intervention, PlanElement
from citizens.identifiers import birth_date_of, is_d_ecpr, is_x_ecpr, passes_modulus_11
from citizens.models import Citizen, Custody, Identifier
from consents.models import Block, Consent
from demo import population
from demo.book import key
from demo.course import codes
from fhir.registry import all_resources
from goals.models import Dialogue, Goal, GoalLink
from identity.models import System
from organisations.models import Organisation, Professional, TreatmentRelation
from stamkort.models import Registration
from tests.asking import Asking

DOMAIN = ["appointments", "careplans", "citizens", "consents", "documents", "goals", "organisations", "stamkort"]
NOT_TOLD = {"AttorneyOffer", "DryRun", "DryRunChunk"}


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, no_color=True)
    return out.getvalue()


def rows_of_every_table() -> Counter[str]:
    return Counter({model.__name__: model._default_manager.count() for model in apps.get_models()})


def test_every_table_of_the_domain_is_populated(demo: dict[str, int]) -> None:
    models = [model for app in DOMAIN for model in apps.get_app_config(app).get_models()]

    empty = {model.__name__ for model in models if not model._default_manager.exists()}

    assert empty == NOT_TOLD


@pytest.mark.django_db
def test_loading_again_changes_nothing(demo_mode: None) -> None:
    first = load()
    before = rows_of_every_table()

    second = load()

    assert "test persons" in first
    assert "loaded already" in second
    assert rows_of_every_table() == before


@pytest.mark.django_db
def test_demo_is_refused_outside_demo_mode(settings: Any) -> None:
    settings.DEMO_MODE = False

    with pytest.raises(CommandError, match="demo mode only"):
        load()

    assert not Citizen.objects.exists()


@pytest.mark.django_db
def test_loading_takes_seconds(demo_mode: None) -> None:
    began = time.monotonic()

    load()

    assert time.monotonic() - began < 15


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-29", "2026-10-25", "2027-01-01", "2028-02-29"])
@pytest.mark.django_db
def test_population_can_be_loaded_on_any_day(demo_mode: None, day: str) -> None:
    population.load(datetime.fromisoformat(f"{day}T11:00:00").replace(tzinfo=UTC))

    assert Citizen.objects.count() > 20


def test_citizens_are_test_persons(demo: dict[str, int]) -> None:
    for citizen in Citizen.objects.exclude(cpr=None):
        assert birth_date_of(citizen.cpr) == citizen.birth_date
        assert not passes_modulus_11(citizen.cpr)
        assert (citizen.birth_date.month, citizen.birth_date.day) != (1, 1)
    names = [*Citizen.objects.values_list("given_name", flat=True)]
    names += Professional.objects.values_list("given_name", flat=True)
    assert all("Test" in name for name in names)
    assert all("(test)" in name for name in Organisation.objects.values_list("name", flat=True))


def test_those_without_cpr_have_a_replacement_number(demo: dict[str, int]) -> None:
    numbers = list(Identifier.objects.filter(citizen__cpr=None).values_list("value", flat=True))

    assert Citizen.objects.filter(cpr=None).count() == len(numbers) == 2
    assert any(is_x_ecpr(number) for number in numbers)
    assert any(is_d_ecpr(number) for number in numbers)


def test_registers_know_the_dead_the_protected_and_the_replaced(demo: dict[str, int]) -> None:
    assert Citizen.objects.filter(died_at__isnull=False).count() == 1
    assert Citizen.objects.filter(is_address_protected=True).count() == 1
    assert Citizen.objects.filter(replaced_by__isnull=False).count() == 1


def test_parents_have_custody_of_a_child_and_of_one_who_decides_herself(demo: dict[str, int]) -> None:
    today = datetime.now(UTC).date()
    ages = {(today - custody.child.birth_date).days // 365 for custody in Custody.objects.select_related("child")}

    assert min(ages) < 15 <= max(ages) < 18


def test_elements_stand_under_every_law_and_in_every_category_that_is_stored(demo: dict[str, int]) -> None:
    stored = {model for model in apps.get_models() if issubclass(model, Element)}
    found = {pair for model in stored for pair in model.objects.values_list("category", "recorded_under").distinct()}

    assert {category for category, _law in found} == set(Category.values) - {Category.SK_REG, Category.LOG}
    assert {law for _category, law in found} == set(Law.values)


def test_every_code_of_an_element_is_one_that_we_know(demo: dict[str, int]) -> None:
    used = set(Condition.objects.values_list("code_system", "code"))
    used |= set(Intervention.objects.values_list("code_system", "code"))
    used |= set(Goal.objects.exclude(measure_code="").values_list("measure_system", "measure_code"))

    assert used <= codes().keys()


def test_goals_are_of_every_kind_and_shared_in_every_way(demo: dict[str, int]) -> None:
    assert set(Goal.objects.values_list("kind", flat=True)) == set(Goal.Kind.values)
    shared = Goal.objects.filter(category=Category.GOAL_LIFE).values_list("sharing", flat=True)
    assert set(shared) == set(Goal.Sharing.values)
    assert GoalLink.objects.filter(kind=GoalLink.Kind.CONFLICTS).count() >= 3
    assert Dialogue.objects.filter(is_held=False).exists()


def test_plans_are_of_several_kinds_and_one_mixes_the_laws(demo: dict[str, int]) -> None:
    kinds = set(CarePlan.objects.values_list("kind", flat=True))
    assert {"course-plan", "rehabilitation-plan", "municipal-plan", "discharge-agreement"} <= kinds

    lars = CarePlan.objects.get(citizen__given_name="Lars Test", kind=CarePlan.Kind.MUNICIPAL)
    parts = PlanElement.objects.filter(plan=lars, intervention__isnull=False)
    laws = set(parts.values_list("intervention__recorded_under", flat=True))
    assert laws == {Law.HEALTH, Law.SERVICE, Law.ELDERLY}


def test_elements_of_a_plan_and_links_between_goals_are_of_one_citizen(demo: dict[str, int]) -> None:
    for element in PlanElement.objects.select_related("plan", "condition", "goal", "intervention", "appointment"):
        thing = element.condition or element.goal or element.intervention or element.appointment
        assert thing is not None
        assert thing.citizen_id == element.plan.citizen_id
    for link in GoalLink.objects.select_related("source", "target"):
        assert link.source.citizen_id == link.target.citizen_id
    for goal in Goal.objects.exclude(parent=None).select_related("parent"):
        assert goal.citizen_id == goal.parent.citizen_id


def test_appointments_lie_behind_and_ahead_in_every_sector_and_under_every_law(demo: dict[str, int]) -> None:
    now = datetime.now(UTC)
    for sector in Appointment.Sector.values:
        assert Appointment.objects.filter(sector=sector, start__lt=now).exists()
        assert Appointment.objects.filter(sector=sector, start__gt=now, status="booked").exists()
    kinds = set(Appointment.objects.values_list("category", flat=True))
    assert kinds == {Category.APPT_SUL, Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL}
    assert Appointment.objects.filter(series__isnull=False, is_approximate=True).exists()


def test_nothing_was_recorded_in_the_future(demo: dict[str, int]) -> None:
    now = datetime.now(UTC)
    for model in apps.get_models():
        if issubclass(model, Element):
            assert not model.objects.filter(updated_at__gt=now).exists(), model


def test_decisions_hold_have_run_out_and_are_of_every_shape(demo: dict[str, int]) -> None:
    now = datetime.now(UTC)
    assert Consent.objects.filter(end__gt=now, withdrawn_at=None).exists()
    assert Consent.objects.filter(end__lt=now).exists()
    assert Consent.objects.filter(withdrawn_at__lt=now).exists()
    assert Block.objects.filter(origin__isnull=False).exists()
    assert Block.objects.filter(item_id__isnull=False).exists()
    assert Block.objects.filter(unit__isnull=False).exists()


def test_a_refusal_of_resuscitation_waits_its_seven_days(demo: dict[str, int]) -> None:
    waiting = Registration.objects.get(kind=Registration.Kind.RESUSCITATION_REFUSAL)

    assert (waiting.effective_at - waiting.registered_at).days == 7
    assert waiting.effective_at > datetime.now(UTC)


def test_relations_are_on_every_basis_but_a_claim(demo: dict[str, int]) -> None:
    found = set(TreatmentRelation.objects.values_list("basis", flat=True))

    assert found == set(TreatmentRelation.Basis.values) - {TreatmentRelation.Basis.SELF_CLAIMED}


def test_everything_that_is_served_has_its_first_version(demo: dict[str, int]) -> None:
    for entry in all_resources():
        if issubclass(entry.source.model, Element):
            versions = Version.objects.filter(resource_type=entry.source.name)
            ids = set(entry.source.model.objects.values_list("pk", flat=True))
            assert ids <= set(versions.values_list("resource_id", flat=True)), entry.type


def test_private_keys_stay_in_files_of_their_owner(demo: dict[str, int], tmp_path: Path) -> None:
    files = list((tmp_path / "demo-keys").iterdir())

    assert len(files) == System.objects.count() == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    for system in System.objects.all():
        assert all("d" not in public for public in system.keys["keys"])


def test_shield_of_the_demo_keeps_the_doctors_name_from_poul_and_not_from_lars(demo: dict[str, int]) -> None:
    doctor = Professional.objects.get(pk=key("staff doctor"))

    def told(name: str) -> str:
        now = datetime.now(UTC)
        who = Actor(ActingAs.CITIZEN, Purpose.OWN, now, citizen_id=key(f"citizen {name}"), client_id="test")
        asker = Asking(who)
        mine = asker.get("CarePlan", patient=f"Patient/{who.citizen_id}").text
        return mine + asker.get(f"Practitioner/{doctor.pk}").text

    assert ("LUNGE-21 (læge)" in told("poul"), doctor.family_name in told("poul")) == (True, False)
    assert ("LUNGE-21" in told("lars"), doctor.family_name in told("lars")) == (False, True)
