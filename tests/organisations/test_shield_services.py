"""Setting, renewing and ending shields: who may decide, what is refused and how, and what the database holds."""

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from audit.models import Entry
from fhir.outcomes import FhirError
from organisations import services
from organisations.models import LONGEST_PERSONAL_SHIELD, Professional, Shield
from organisations.services import ShieldInput
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
REASON = "Truende adfærd over for personalet"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def head(cast: Cast) -> Professional:
    """Who answers for the hospital, above the ward."""
    found = factories.doctor(given_name="Hanne Test", family_name="Leder")
    factories.employment(professional=found, unit=cast.units.hospital)
    return found


def administrator() -> Actor:
    return Actor(ActingAs.ADMIN, Purpose.SUPPORT, factories.now(), client_id="test")


def of_doctor(cast: Cast, head: Professional, **changes: Any) -> ShieldInput:
    """The doctor's name, kept from the citizen."""
    given: dict[str, Any] = {"professional_id": cast.doctor.person.pk, "citizen_id": cast.citizen.person.pk, "days": 90}
    return ShieldInput(**{"code": "K-17", "reason": REASON, "decided_by": head.pk, **given, **changes})


def of_ward(cast: Cast, head: Professional, **changes: Any) -> ShieldInput:
    """The names of the ward, kept from everybody."""
    given = {"code": "LUNGE-4", "reason": REASON, "decided_by": head.pk, "unit_id": cast.units.ward.pk}
    return ShieldInput(**{**given, **changes})


def set_shield(shield: ShieldInput) -> Shield:
    return services.set_shield(by=administrator(), shield=shield)


def test_personal_shield_lasts_ninety_days_and_that_of_a_unit_for_good(cast: Cast, head: Professional) -> None:
    personal = set_shield(of_doctor(cast, head))
    from_her = set_shield(of_ward(cast, head, citizen_id=cast.citizen.person.pk, days=30))
    lasting = set_shield(of_ward(cast, head, with_sub_units=True))

    assert personal.end == personal.start + timedelta(days=90)
    assert from_her.end == from_her.start + timedelta(days=30)
    assert lasting.end is None
    assert {shield.decided_by_id for shield in Shield.objects.all()} == {head.pk}


def test_decision_is_logged_and_stands_in_no_citizens_log(cast: Cast, head: Professional) -> None:
    made = set_shield(of_doctor(cast, head))

    row = Entry.objects.get(interaction="shield")
    assert (row.resource_type, row.resource_ids, row.outcome, row.citizen_id) == ("Shield", [made.pk], "permit", None)


def test_head_of_the_ward_writes_down_her_own_decision(cast: Cast) -> None:
    nurse = cast.hospital_nurse
    shield = of_doctor(cast, nurse.person)

    made = services.set_shield(by=nurse.asking(moment=factories.now()), shield=shield)

    assert made.decided_by == nurse.person


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"professional_id": None, "citizen_id": None, "days": None}, "shield-scope"),
    "unit and professional": ({"unit_id": "ward"}, "shield-scope"),
    "professional from everybody": ({"citizen_id": None, "days": None}, "shield-scope"),
    "professional with sub-units": ({"with_sub_units": True}, "shield-scope"),
    "personal for good": ({"days": None}, "shield-period"),
    "91 days": ({"days": 91}, "shield-period"),
    "no day": ({"days": 0}, "shield-period"),
    "ends before it begins": ({"days": -1}, "shield-period"),
    "no code": ({"code": ""}, "shield-code"),
    "code without figure": ({"code": "LUNGE"}, "shield-code"),
    "code of small letters": ({"code": "holm-1"}, "shield-code"),
    "code of a family name": ({"code": "HEMMELIG-1"}, "shield-code"),
    "code of 21 characters": ({"code": "K" * 20 + "1"}, "shield-code"),
    "no reason": ({"reason": "   "}, "shield-reason"),
    "unknown citizen": ({"citizen_id": uuid4()}, "dangling-reference"),
    "unknown professional": ({"professional_id": uuid4()}, "dangling-reference"),
    "decided by herself": ({"decided_by": "doctor"}, "shield-decision"),
    "decided elsewhere": ({"decided_by": "stranger"}, "shield-decision"),
    "decided below": ({"decided_by": "gp"}, "shield-decision"),
    "decided by nobody": ({"decided_by": uuid4()}, "shield-decision"),
}


@pytest.mark.parametrize(("changes", "code"), REFUSED.values(), ids=REFUSED)
def test_what_the_rules_do_not_know_is_refused_by_its_own_code(
    cast: Cast, head: Professional, changes: dict[str, Any], code: str
) -> None:
    Professional.objects.filter(pk=cast.doctor.person.pk).update(family_name="Hemmelig")
    named = {"ward": cast.units.ward.pk, **{who: getattr(cast, who).person.pk for who in ("doctor", "stranger", "gp")}}
    changes = {name: named.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}

    with pytest.raises(FhirError) as refused:
        set_shield(of_doctor(cast, head, **changes))

    assert refused.value.code == code
    assert not Shield.objects.exists()
    assert not Entry.objects.filter(interaction="shield").exists()


@pytest.mark.parametrize("who", ["hospital_nurse", "citizen", "daughter", "stranger"])
def test_nobody_writes_down_the_decision_of_another(cast: Cast, head: Professional, who: str) -> None:
    with pytest.raises(FhirError) as refused:
        services.set_shield(by=getattr(cast, who).actor, shield=of_doctor(cast, head))

    assert refused.value.code == "shield-decision"


def test_who_no_longer_works_there_decides_nothing(cast: Cast) -> None:
    former = factories.doctor()
    factories.ended_employment(professional=former, unit=cast.units.hospital)

    with pytest.raises(FhirError) as refused:
        set_shield(of_doctor(cast, former))

    assert refused.value.code == "shield-decision"


def test_code_of_a_unit_holds_no_name_of_its_staff(cast: Cast, head: Professional) -> None:
    Professional.objects.filter(pk=cast.hospital_nurse.person.pk).update(family_name="Hemmelig")

    with pytest.raises(FhirError) as refused:
        set_shield(of_ward(cast, head, code="4-HEMMELIG"))

    assert refused.value.code == "shield-code"


def test_second_shield_of_the_same_scope_waits_for_the_first(cast: Cast, head: Professional) -> None:
    set_shield(of_doctor(cast, head))

    with pytest.raises(FhirError) as refused:
        set_shield(of_doctor(cast, head, code="K-18"))

    assert refused.value.code == "already-exists"
    set_shield(of_ward(cast, head))


def test_renewal_is_a_new_row_from_now_on_with_the_same_code(cast: Cast, head: Professional) -> None:
    old = factories.personal_shield(
        professional=cast.doctor.person, citizen=cast.citizen.person, start=factories.ago(days=80)
    )

    new = services.renew_shield(by=administrator(), key=old.pk, decided_by=head.pk, reason=REASON, days=90)

    assert (new.code, new.professional, new.citizen, new.renews) == (old.code, old.professional, old.citizen, old)
    assert new.end == new.start + LONGEST_PERSONAL_SHIELD
    assert new.start > old.start
    with pytest.raises(FhirError) as refused:
        services.renew_shield(by=administrator(), key=old.pk, decided_by=head.pk, reason=REASON, days=90)
    assert refused.value.code == "shield-over"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"days": 91}, "shield-period"),
        ({"reason": ""}, "shield-reason"),
        ({"key": uuid4()}, "not-found"),
        ({"decided_by": uuid4()}, "shield-decision"),
    ],
)
def test_renewal_is_held_to_the_same_rules(cast: Cast, head: Professional, changes: dict[str, Any], code: str) -> None:
    old = factories.personal_shield(professional=cast.doctor.person, citizen=cast.citizen.person)
    given = {"key": old.pk, "decided_by": head.pk, "reason": REASON, "days": 90}

    with pytest.raises(FhirError) as refused:
        services.renew_shield(by=administrator(), **{**given, **changes})

    assert refused.value.code == code
    assert Shield.objects.count() == 1


def test_shield_of_a_unit_needs_no_renewal(cast: Cast, head: Professional) -> None:
    lasting = factories.unit_shield(unit=cast.units.ward)

    with pytest.raises(FhirError) as refused:
        services.renew_shield(by=administrator(), key=lasting.pk, decided_by=head.pk, reason=REASON, days=90)

    assert refused.value.code == "shield-scope"


def test_shield_is_ended_once_and_then_not_renewed(cast: Cast, head: Professional) -> None:
    made = factories.personal_shield(professional=cast.doctor.person, citizen=cast.citizen.person)
    by = administrator()

    ended = services.end_shield(by=by, key=made.pk, decided_by=head.pk)

    assert (ended.end, ended.ended_by) == (by.moment, head)
    for again in (
        lambda: services.end_shield(by=administrator(), key=made.pk, decided_by=head.pk),
        lambda: services.renew_shield(by=administrator(), key=made.pk, decided_by=head.pk, reason=REASON, days=9),
    ):
        with pytest.raises(FhirError) as refused:
            again()
        assert refused.value.code == "shield-over"


NOW = factories.now()
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"professional": None, "citizen": None, "end": None}, "shield_one_scope"),
    "two scopes": ({"unit": "ward"}, "shield_one_scope"),
    "professional from everybody": ({"citizen": None, "end": None}, "shield_one_scope"),
    "sub-units of a person": ({"with_sub_units": True}, "shield_one_scope"),
    "ends as it begins": ({"end": NOW}, "shield_period"),
    "ends before it begins": ({"end": NOW - timedelta(seconds=1)}, "shield_period"),
    "personal for good": ({"end": None}, "shield_personal_90_days"),
    "a second over 90 days": ({"end": NOW + timedelta(days=90, seconds=1)}, "shield_personal_90_days"),
    "no code": ({"code": ""}, "shield_code"),
    "code without figure": ({"code": "LUNGE"}, "shield_code"),
    "no reason": ({"reason": " \n"}, "shield_reason"),
}


@pytest.mark.parametrize(("changes", "constraint"), BROKEN.values(), ids=BROKEN)
def test_database_refuses_what_the_service_does(cast: Cast, changes: dict[str, Any], constraint: str) -> None:
    given = {"professional": cast.doctor.person, "citizen": cast.citizen.person, "start": NOW}
    changes = {name: cast.units.ward if value == "ward" else value for name, value in changes.items()}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factories.personal_shield(**{**given, **changes})

    factories.personal_shield(**given, end=NOW + timedelta(days=90))


DECIDED = ("--decided-by", str(uuid4()))


def command(*words: Any) -> str:
    out = io.StringIO()
    call_command("shield", *map(str, words), stdout=out)
    return out.getvalue()


def test_command_sets_lists_renews_and_ends(cast: Cast, head: Professional) -> None:
    decided = ("--decided-by", head.authorisation_id, "--reason", REASON)
    scope = ("--professional", cast.doctor.person.authorisation_id, "--citizen", cast.citizen.person.pk)

    first = command("set", *scope, "--code", "K-17", "--days", 90, *decided).split()[0]
    renewed = command("renew", first, "--days", 60, *decided).split()[0]
    ward = command("set", "--unit", cast.units.ward.sor, "--sub-units", "--code", "LUNGE-4", *decided)
    command("end", renewed, "--decided-by", head.pk)

    assert "for good" in ward
    assert Shield.objects.get(pk=UUID(renewed)).ended_by == head
    listed = command("list")
    assert all(text in listed for text in ("K-17", "LUNGE-4", str(cast.citizen.person.pk), "everybody"))


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("set", "--unit", "000"), "--decided-by: .* authorisation id"),
        (("set", "--unit", "000", *DECIDED), "--unit: no unit"),
        (("set", "--citizen", "0101900018", *DECIDED), "--citizen: an id of ours"),
        (("set", "--professional", "0101900018", *DECIDED), "--professional: .* authorisation id"),
        (("renew",), "shield"),
        (("end", "0101900018"), "shield"),
    ],
)
def test_command_says_what_it_needs_and_repeats_no_number(words: tuple[str, ...], match: str) -> None:
    with pytest.raises(CommandError, match=match) as refused:
        command(*words)

    assert "0101900018" not in str(refused.value)


def test_command_tells_the_code_of_the_error_in_both_languages(cast: Cast, head: Professional) -> None:
    with pytest.raises(CommandError, match=r"shield-code: Koden .*The code"):
        command("set", "--unit", cast.units.ward.sor, "--code", "x", "--reason", REASON, "--decided-by", head.pk)
