"""The personas: each has a token that the service reads as just that asker."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.vocabulary import ActingAs, Profession
from config import welcome
from demo import population
from demo.book import key
from demo.personas import PERSONAS
from identity import tokens
from identity.models import UsedAssertion
from organisations.models import Professional


def run(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("token", *words, stdout=out, no_color=True, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(PERSONAS))
def test_persona_has_a_token_that_stands_for_him(demo: dict[str, int], name: str) -> None:
    persona = PERSONAS[name]

    actor = tokens.read(run(name).strip())

    assert actor.acting_as == persona.acting_as
    if persona.unit:
        assert actor.professional_id == key(f"staff {persona.who}")
        assert actor.unit_id == key(f"unit {persona.unit}")
        assert actor.responsible_id == (key(f"staff {persona.responsible}") if persona.responsible else None)
    elif persona.acting_as != ActingAs.SYSTEM:
        assert actor.citizen_id == key(f"citizen {persona.who}")
        assert actor.on_behalf_of == (key(f"citizen {persona.for_whom}") if persona.for_whom else None)


def test_a_token_of_a_professional_comes_by_a_signed_assertion(demo: dict[str, int]) -> None:
    run("doctor")
    run("doctor")

    assert UsedAssertion.objects.filter(client_id="epj-demo").count() == 2


def test_a_token_is_alone_on_its_line(demo: dict[str, int]) -> None:
    told = run("gp")

    assert told.count("\n") == 1
    assert told.count(".") == 2


def test_list_names_every_persona_within_eighty_characters(demo_mode: None) -> None:
    told = run(list=True)

    assert all(f"{name} " in told for name in PERSONAS)
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 80
    assert "…" not in told


def test_tokens_are_refused_outside_demo_mode(demo: dict[str, int], settings: Any) -> None:
    settings.DEMO_MODE = False

    with pytest.raises(CommandError, match="demo mode only"):
        run("doctor")


def test_an_unknown_name_is_refused(demo: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="no persona"):
        run("nobody")


@pytest.mark.django_db
def test_a_token_before_the_demo_is_loaded_is_refused(demo_mode: None) -> None:
    with pytest.raises(CommandError, match="not loaded"):
        run("doctor")


def test_only_authorised_staff_act_as_health_professionals(demo: dict[str, int]) -> None:
    for persona in PERSONAS.values():
        if persona.acting_as == ActingAs.HP:
            assert Professional.objects.get(pk=key(f"staff {persona.who}")).is_authorised
    assert not Professional.objects.filter(profession=Profession.STUDENT, authorisation_id__isnull=False).exists()


def test_welcome_names_a_persona_and_a_citizen_of_the_demo(demo: dict[str, int]) -> None:
    example = welcome.example()

    assert example is not None
    assert example.persona in PERSONAS
    assert example.patient_id == str(key("citizen lars"))


@pytest.mark.django_db
def test_welcome_has_no_example_without_the_demo(demo_mode: None) -> None:
    assert not population.is_loaded()
    assert welcome.example() is None
