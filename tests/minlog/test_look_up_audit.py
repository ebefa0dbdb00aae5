"""A look-up audit: the auditor sees what the staff of her own authority looked up, no data; the citizen sees that."""

from typing import Any

import pytest

from access.access_matrix import access_matrix
from access.actors import Actor
from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry
from tests import factories
from tests.cast import Cast, Member
from tests.minlog.conftest import Ask, found

pytestmark = [pytest.mark.django_db, pytest.mark.law("look-up-audit")]


def auditor(member: Member) -> Actor:
    """Somebody of the same place of work who audits."""
    return member.asking(acting_as=ActingAs.AUDIT, purpose=Purpose.AUDIT)


def look(member: Member, about: Any, **given: Any) -> Entry:
    """A look of a professional's at a citizen's conditions."""
    actor = member.actor
    who = {"professional_id": actor.professional_id, "profession": actor.profession, "unit_id": actor.unit_id}
    return factories.log_entry(citizen_id=about and about.pk, acting_as=actor.acting_as, **who | given)


def listed(ask: Ask, by: Actor, query: str = "AuditEvent") -> set[str]:
    """The entries that a search shows."""
    status, bundle = ask(by, query)
    assert status == 200
    return {resource["id"] for resource in found(bundle)}


def test_the_looks_of_all_staff_of_the_authority_at_whomever_and_of_no_other_authority(cast: Cast, ask: Ask) -> None:
    tove, other = cast.citizen.person, factories.aged(60)
    own = [look(cast.municipal_nurse, tove), look(cast.home_helper, other), look(cast.caseworker, None)]
    theirs = [look(cast.doctor, tove), look(cast.gp, tove)]
    by_herself = factories.log_entry(citizen_id=tove.pk, actor_citizen_id=tove.pk, acting_as="citizen", purpose="own")
    by = auditor(cast.caseworker)

    assert listed(ask, by) == {str(one.id) for one in own}
    of_tove = f"AuditEvent?patient=Patient/{tove.pk}&agent=Practitioner/{own[0].professional_id}"
    assert listed(ask, by, of_tove) == {str(own[0].id)}
    assert ask(by, f"AuditEvent/{own[1].id}")[0] == 200
    for one in (*theirs, by_herself):
        assert ask(by, f"AuditEvent/{one.id}")[0] == 403


def test_a_look_that_told_nothing_is_left_out_as_a_block_would_show(cast: Cast, ask: Ask) -> None:
    tove = cast.citizen.person
    hidden = look(cast.doctor, tove, outcome="refuse", reason="blocked", rules=[])
    missing = look(cast.doctor, None, outcome="refuse", reason="", rules=[])
    refused = look(cast.doctor, tove, outcome="refuse", reason="no_relation", rules=[])

    assert listed(ask, auditor(cast.hospital_nurse)) == {str(refused.id)}
    for one in (hidden, missing):
        assert ask(auditor(cast.hospital_nurse), f"AuditEvent/{one.id}")[0] == 403


def test_the_citizen_sees_that_her_log_was_audited_and_why(cast: Cast, ask: Ask) -> None:
    tove = cast.citizen.person
    entry = look(cast.doctor, tove)

    assert ask(auditor(cast.hospital_nurse), f"AuditEvent/{entry.id}")[0] == 200

    audit = Entry.objects.get(resource_type="AuditEvent", citizen_id=tove.pk)
    assert (audit.rules, audit.families, audit.purpose) == (["look-up-audit"], ["log"], "audit")
    _status, bundle = ask(cast.citizen.actor, f"AuditEvent?patient=Patient/{tove.pk}")
    told = next(one for one in found(bundle) if one["id"] == str(audit.id))
    assert "kontrollerer, om dens egne medarbejdere" in told["outcomeDesc"]
    assert any("kontrollant af opslag" in role["text"] for one in told["agent"] for role in one.get("role", ()))


def test_the_data_themselves_are_refused_with_the_way_to_the_log(cast: Cast, ask: Ask) -> None:
    thing = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)

    status, outcome = ask(auditor(cast.doctor), f"Condition/{thing.pk}")

    assert status == 403
    codes = {one["code"] for one in outcome["issue"][0]["details"]["coding"]}
    ways = [part["valueCode"] for part in outcome["issue"][0]["extension"][0]["extension"] if part["url"] == "way"]
    assert "log_only" in codes
    assert ways == ["read-log"]


def test_the_access_matrix_of_offices_says_the_log_of_the_own_unit_and_nothing(cast: Cast) -> None:
    tove = cast.citizen.person.pk
    supervising = cast.doctor.asking(acting_as=ActingAs.SUPERVISION, purpose=Purpose.SUPERVISION)
    for by, reason, of_own_log in (
        (auditor(cast.doctor), "log_only", ["look-up-audit"]),
        (supervising, "sent_by_source", None),
    ):
        lines = {(line.category, line.law): line for line in access_matrix(by, tove)}
        log = lines.pop((Category.LOG, None))
        assert log.told["verdict"] == "deny"
        assert (log.told_of_own and [rule["rule"] for rule in log.told_of_own["rules"]]) == of_own_log
        assert {line.told["reason"] for line in lines.values()} == {reason}
        assert all(line.told_of_own is None for line in lines.values())
