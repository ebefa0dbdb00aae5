"""The factories: each makes a row that the database accepts, and no table is without one."""

import inspect
import typing
from types import ModuleType

import pytest
from django.apps import apps
from django.db.models import Model

from access.elements import Element
from access.vocabulary import Category, Law
from citizens.identifiers import birth_date_of, is_d_ecpr, is_x_ecpr, passes_modulus_11
from tests import factories

OURS = (
    "appointments",
    "careplans",
    "citizens",
    "consents",
    "documents",
    "exchange",
    "goals",
    "identity",
    "organisations",
    "stamkort",
)
MADE_OTHERWISE = {"Delivered", "UnitLink", "CarePlanGrant", "UsedAssertion", "RevokedToken", "Ticket"} | {
    "DryRun",
    "DryRunChunk",
}
NOT_A_ROW = {"ago", "ahead", "now", "aged", "unit_under", "plan_element", "private_marking"}
STATES = sorted(set(factories.__all__) - NOT_A_ROW)


@pytest.mark.django_db
@pytest.mark.parametrize("name", STATES)
def test_factory_makes_a_valid_row_from_nothing(name: str) -> None:
    assert getattr(factories, name)()


@pytest.mark.django_db
def test_one_item_is_marked_private_and_one_stands_in_a_plan() -> None:
    plan = factories.active_care_plan()
    item = factories.diagnosis(citizen=plan.citizen)

    assert factories.private_marking(item).item_id == item.pk
    assert factories.plan_element(plan, item).condition == item


def test_every_table_of_the_domain_has_a_factory() -> None:
    models = {model.__name__ for app in OURS for model in apps.get_app_config(app).get_models()}

    made = {typing.get_type_hints(getattr(factories, name)).get("return") for name in factories.__all__}

    assert models - MADE_OTHERWISE <= {model.__name__ for model in made if inspect.isclass(model)}


def test_every_public_function_of_the_modules_is_offered() -> None:
    modules = [item for item in vars(factories).values() if isinstance(item, ModuleType) and item.__name__ != "base"]

    public = {
        name
        for module in modules
        if module.__name__.startswith("tests.factories.") and not module.__name__.endswith(".base")
        for name, item in vars(module).items()
        if inspect.isfunction(item) and item.__module__ == module.__name__ and not name.startswith("_")
    }

    assert public == set(factories.__all__) - {"ago", "ahead", "now"}


@pytest.mark.django_db
@pytest.mark.parametrize("law", [Law.HEALTH, Law.SERVICE, Law.ELDERLY])
def test_a_law_alone_finds_its_category(law: Law) -> None:
    made = factories.intervention(recorded_under=law)

    assert made.category == (Category.INT_SUL if law == Law.HEALTH else Category.INT_SOC)


@pytest.mark.django_db
def test_elements_of_a_mixed_plan_are_of_one_citizen_under_two_laws() -> None:
    plan = factories.mixed_plan()

    parts = [element.intervention for element in plan.elements.all()]

    assert {part.citizen for part in parts} == {plan.citizen}
    assert {part.recorded_under for part in parts} == {Law.HEALTH, Law.ELDERLY}


@pytest.mark.django_db
def test_citizens_are_test_persons() -> None:
    made = [factories.citizen() for _ in range(50)] + [factories.aged(years) for years in range(1, 100)]

    for citizen in made:
        assert birth_date_of(citizen.cpr) == citizen.birth_date
        assert not passes_modulus_11(citizen.cpr)
        assert (citizen.birth_date.month, citizen.birth_date.day) != (1, 1)
        assert "Test" in citizen.given_name
    assert is_x_ecpr(factories.x_ecpr_citizen().identifiers.get().value)
    assert is_d_ecpr(factories.d_ecpr_citizen().identifiers.get().value)


@pytest.mark.django_db
def test_elements_carry_what_was_asked_for() -> None:
    tove, ward = factories.citizen(), factories.ward()

    made: Model = factories.diagnosis(citizen=tove, origin=ward, code="T90")

    assert isinstance(made, Element)
    assert (made.citizen, made.origin, made.code) == (tove, ward, "T90")
