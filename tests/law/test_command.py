"""`manage.py switches`: what it lists, what it decides, and what it says when it cannot."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from access.actors import danish_day
from access.open_questions import SWITCHES
from law.models import SwitchPosition
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = danish_day(factories.now())
TOMORROW = TODAY + timedelta(days=1)


def run(*words: str) -> str:
    """What the command prints, its tables as wide as they want to be."""
    out = StringIO()
    call_command("switches", *words, stdout=out)
    return out.getvalue()


def test_it_lists_every_switch_with_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    factories.switch_position("elderly-team", start=TODAY - timedelta(days=9))
    factories.switch_position("elderly-team", is_on=False, start=TODAY + timedelta(days=9))

    lines = run().splitlines()

    for switch in SWITCHES:
        assert sum(line.strip().startswith(switch.code) for line in lines) == 1
    told = next(line for line in lines if "elderly-team" in line)
    assert "ON" in told
    assert str(TODAY - timedelta(days=9)) in told
    assert f"off from {TODAY + timedelta(days=9)}" in told
    assert " off " in next(line for line in lines if "times-overridable" in line)


def test_it_decides_and_says_from_when_it_counts() -> None:
    told = run("set", "elderly-team", "on", "--from", str(TOMORROW), "--by", "Test Jurist", "--reason", "Afklaret")

    made = SwitchPosition.objects.get()
    assert (made.code, made.is_on, made.start, made.end) == ("elderly-team", True, TOMORROW, None)
    assert (made.decided_by, made.reason) == ("Test Jurist", "Afklaret")
    assert f"elderly-team on from {TOMORROW}, decided by Test Jurist" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("elderly-team", "on", "--from", str(TODAY)), "tomorrow or later"),
        (("no-such", "on", "--from", str(TOMORROW)), "There are: elderly-appointments"),
        (("elderly-team", "on", "--from", "tomorrow"), "invalid day value"),
        (("elderly-team", "maybe", "--from", str(TOMORROW)), "invalid choice"),
    ],
)
def test_it_says_what_is_wrong_and_decides_nothing(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run("set", *words, "--by", "Test Jurist", "--reason", "Afklaret")

    assert not SwitchPosition.objects.exists()
