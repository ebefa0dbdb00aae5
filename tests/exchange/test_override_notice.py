"""An override is told to the citizen through the outbox, and listed until somebody else has reviewed it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from consents.models import Override
from consents.overrides import declare_override
from exchange import outbox
from exchange.models import OutboxMessage
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def override(cast: Cast) -> Override:
    return declare_override(
        by=cast.doctor.actor,
        citizen_id=cast.citizen.person.pk,
        reason_code="unreachable_or_incapacitated",
        reason="Bevidstløs ved ankomst (test).",
    )


def listed() -> str:
    out = StringIO()
    call_command("overrides", stdout=out)
    return out.getvalue()


@pytest.mark.law("important-considerations")
def test_the_citizen_is_told_once(override: Override) -> None:
    assert override.citizen_informed_at is None
    assert outbox.dispatch() == 1
    override.refresh_from_db()
    first = override.citizen_informed_at
    OutboxMessage.objects.update(done_at=None)
    outbox.dispatch()
    override.refresh_from_db()

    assert first is not None
    assert override.citizen_informed_at == first


def test_it_is_listed_until_another_has_reviewed_it(cast: Cast, override: Override) -> None:
    assert str(override.pk) in listed()
    with pytest.raises(CommandError, match="own look"):
        call_command("overrides", "review", str(override.pk), "ok", "--by", str(cast.doctor.person.pk))
    assert str(override.pk) in listed()

    call_command("overrides", "review", str(override.pk), "ok", "--by", str(factories.nurse().pk), stdout=StringIO())

    assert "Nothing awaits review" in listed()
    with pytest.raises(CommandError, match="been reviewed"):
        call_command("overrides", "review", str(override.pk), "ok", "--by", str(factories.nurse().pk))


def test_a_review_that_says_too_little_changes_nothing(override: Override) -> None:
    with pytest.raises(CommandError, match="names the override"):
        call_command("overrides", "review", str(override.pk), "ok")

    assert str(override.pk) in listed()
