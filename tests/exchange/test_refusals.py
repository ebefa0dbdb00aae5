"""What cannot be taken is put in quarantine with its reason, whole, and leaves nothing else behind."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.db import transaction

from audit.models import Version
from careplans.models import Condition, Intervention
from citizens.models import Citizen
from exchange import services, storing
from exchange.errors import NotASystem
from exchange.models import Delivered, Delivery, OutboxMessage, Quarantined
from exchange.services import take
from organisations.models import Organisation
from terminology import lookup
from terminology.models import Code
from tests.exchange.builders import (
    ELSE,
    OVE,
    Json,
    as_bytes,
    concept,
    condition,
    contact,
    follow_up,
    goal,
    notification,
    patient,
    planned,
    report,
    several,
)
from tests.exchange.conftest import Deliver, system

pytestmark = pytest.mark.django_db


def put(bundle: Json, path: str, value: Any) -> Json:
    """Change one place of a bundle; a place is names and numbers with dots between."""
    here: Any = bundle
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in above:
        here = here[part]
    if value is ...:
        del here[last]
    else:
        here[last] = value
    return bundle


def changed(path: str, value: Any, *resources: Json) -> Callable[[], Json]:
    """A report that is right but for one place."""
    return lambda: put(report(*(resources or (condition("n"),))), path, value)


SKS_CODE = concept("J44", "urn:oid:1.2.208.176.2.4.12")
BARE = [{"reference": "n"}]

CASES: dict[str, tuple[Callable[[], Json], str]] = {
    "not a bundle": (lambda: {"resourceType": "Patient"}, "not-a-bundle"),
    "empty": (changed("entry", []), "empty-bundle"),
    "transaction": (changed("type", "transaction"), "unsupported-bundle"),
    "no type": (changed("type", ...), "unsupported-bundle"),
    "entry is no list": (changed("entry", {"resource": {}}), "empty-bundle"),
    "entry is a text": (changed("entry.1", "Condition"), "wrong-shape"),
    "no resource": (changed("entry.1.resource", None), "wrong-shape"),
    "no timestamp": (changed("timestamp", ...), "bad-date"),
    "bad timestamp": (changed("timestamp", "2025-02-30T00:00:00Z"), "bad-date"),
    "number as timestamp": (changed("timestamp", 20250301), "bad-date"),
    "no citizen": (lambda: put(report(condition("n")), "entry.0", ...), "no-citizen"),
    "two citizens": (lambda: report(patient(OVE) | {"id": "other"}, condition("n")), "two-citizens"),
    "two numbers of one id": (lambda: report(patient(OVE)), "two-citizens"),
    "replacement number": (changed("entry.0.resource.identifier.0.system", "urn:oid:1.2.208.176.1.6.1.1"), "only-cpr"),
    "replacement number as CPR": (changed("entry.0.resource.identifier.0.value", "1403351AB2"), "only-cpr"),
    "impossible day": (changed("entry.0.resource.identifier.0.value", "3102353332"), "only-cpr"),
    "no number": (changed("entry.0.resource.identifier", []), "only-cpr"),
    "number as number": (changed("entry.0.resource.identifier.0.value", 1403353332), "wrong-shape"),
    "no unit": (changed("entry.0.resource.managingOrganization", ...), "no-organisation"),
    "short unit": (lambda: report(condition("n"), who=patient(unit="123")), "no-organisation"),
    "subject is another": (changed("entry.1.resource.subject.reference", "Patient/other"), "foreign-citizen"),
    "no subject": (changed("entry.1.resource.subject", ...), "wrong-shape"),
    "unknown type": (changed("entry.1.resource.resourceType", "MedicationRequest"), "unknown-type"),
    "type is no text": (changed("entry.1.resource.resourceType", 7), "wrong-shape"),
    "id with a space": (changed("entry.1.resource.id", "a b"), "wrong-shape"),
    "no id": (changed("entry.1.resource.id", ...), "wrong-shape"),
    "text for a list": (changed("entry.1.resource.code.coding", "I2.1"), "wrong-shape"),
    "list for an object": (changed("entry.1.resource.code", []), "wrong-shape"),
    "text for yes or no": (lambda: report(who=patient(deceasedBoolean="yes")), "wrong-shape"),
    "unknown code": (changed("entry.1.resource.code.coding.0.code", "X9.9"), "unknown-code"),
    "unknown legacy code": (changed("entry.1.resource.code.coding.0.code", "I2.99"), "unknown-code"),
    "unknown uuid": (changed("entry.1.resource.code", concept("11111111-2222-4333-8444-555555555555")), "unknown-code"),
    "code of another system": (changed("entry.1.resource.code", concept("I2.1", "urn:other")), "unknown-code"),
    "no code": (changed("entry.1.resource.code", {"text": "Sår"}), "unknown-code"),
    "intervention as condition": (changed("entry.1.resource.code", concept("G1.10")), "unknown-code"),
    "diagnosis of wrong shape": (changed("entry.1.resource.code", SKS_CODE), "unknown-code"),
    "unknown status": (changed("entry.1.resource.clinicalStatus", concept("cured", "urn:x")), "unknown-status"),
    "no status": (changed("entry.1.resource.clinicalStatus", ...), "unknown-status"),
    "bad date": (changed("entry.1.resource.recordedDate", "02-03-2025"), "bad-date"),
    "date of no calendar": (changed("entry.1.resource.recordedDate", "2025-13-02"), "bad-date"),
    "date before all": (changed("entry.1.resource.recordedDate", "0001-01-01"), "bad-date"),
    "severity missing": (lambda: report(condition("h", "J1.3")), "severity-required"),
    "severity of nursing": (lambda: report(condition("n", "I2.1", "B2")), "severity-forbidden"),
    "severity of another scale": (lambda: report(condition("h", "J1.3", "E1")), "unknown-code"),
    "goal of nursing": (lambda: report(condition("n"), goal("g", "n")), "goal-condition"),
    "goal of two": (changed("entry.1.resource.addresses", [], goal("g", "h")), "goal-condition"),
    "goal of a goal": (changed("entry.1.resource.addresses.0.reference", "Goal/x", goal("g", "h")), "bad-reference"),
    "period backwards": (lambda: report(planned("p", start="2025-03-02", end="2025-03-01")), "bad-period"),
    "no start": (changed("entry.1.resource.period", {}, planned("p")), "wrong-shape"),
    "two activities": (changed("entry.1.resource.activity", [], planned("p")), "wrong-shape"),
    "unknown intervention": (lambda: report(planned("p", "H9.99.1x")), "unknown-code"),
    "reference without type": (changed("entry.1.resource.reasonReference", BARE, contact("c")), "bad-reference"),
    "reference to nothing": (changed("entry.1.resource.focus.0", {}, follow_up("f", "Condition/n")), "bad-reference"),
    "unknown result": (lambda: report(follow_up("f", "Condition/n", value="E9")), "unknown-code"),
    "two contents of one id": (lambda: report(condition("n"), condition("n", status="inactive")), "duplicate-id"),
}  # fmt: skip


def test_bundle_in_a_report_is_refused_and_the_report_beside_it_goes_in(deliver: Deliver) -> None:
    found = deliver(several(report(condition("n")), several(report(condition("n")))))

    assert [item.reason for item in found.citizens] == ["", "unknown-type"]


def test_report_beside_an_element_is_refused(deliver: Deliver) -> None:
    made = several(report(condition("n")))
    made["entry"].append({"resource": {"resourceType": "Group"}})

    found = deliver(made)

    assert [item.reason for item in found.citizens] == ["unsupported-bundle"]


@pytest.mark.parametrize("name", list(CASES))
def test_refused_with_its_reason_and_nothing_else_written(deliver: Deliver, name: str) -> None:
    make, code = CASES[name]

    found = deliver(make())

    assert [item.reason for item in found.citizens] == [code]
    assert found.count("created") == found.count("updated") == 0
    for model in (Citizen, Organisation, Condition, Intervention, Delivered, OutboxMessage, Version):
        assert not model.objects.exists()
    kept = Quarantined.objects.get()
    assert (kept.reason, kept.delivery.outcome) == (code, "quarantined")
    assert msgspec.json.decode(kept.body) == make()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"[" * 5000, "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"resourceType": "Bundle", "id": "\\ud800"}', "not-json"),
        (b"[]", "not-a-bundle"),
        (b"null", "not-a-bundle"),
        (b'{"resourceType": "Bundle", "id": "a\\u0000b"}', "bad-text"),
    ],
)
def test_what_is_no_bundle_is_kept_as_it_came(deliver: Deliver, raw: bytes, code: str) -> None:
    found = deliver(raw)

    assert found.citizens[0].reason == code
    assert bytes(Quarantined.objects.get().body) == raw


def test_entry_at_fault_is_named_and_the_others_follow(deliver: Deliver) -> None:
    found = deliver(report(condition("n"), condition("h", "J1.3"))).citizens[0]

    codes = {entry.full_url.rsplit("/", 1)[-1]: entry.code for entry in found.entries}
    assert codes == {"citizen": "bundle-refused", "n": "bundle-refused", "h": "severity-required"}
    assert found.entries[2].texts()[0].startswith("Tilstanden mangler sværhedsgrad")


def test_one_refused_report_of_several_leaves_the_others(deliver: Deliver) -> None:
    good, bad = report(condition("n")), report(condition("x", "X9"), who=patient(OVE), key="bad")

    found = deliver(several(bad, good))

    assert [item.outcome for item in found.citizens] == ["quarantined", "taken"]
    assert Citizen.objects.get().cpr == ELSE


def test_refused_again_is_the_same_row(deliver: Deliver) -> None:
    for _number in range(2):
        deliver(report(condition("x", "X9")))

    assert Quarantined.objects.count() == Delivery.objects.count() == 1


def test_released_when_its_code_has_been_loaded(deliver: Deliver) -> None:
    code = "feb38b55-c2d7-4d57-99c2-93622eaa0025"
    row = Code.objects.filter(code=code).values().get()
    Code.objects.filter(code=code).delete()
    lookup.refresh()
    deliver(report(condition("h", code, "B2")))
    Code.objects.create(**row)
    lookup.refresh()

    services.release(by=system(), quarantined=Quarantined.objects.get())

    kept = Quarantined.objects.get()
    assert kept.released_at is not None
    assert kept.delivery.outcome == "taken"
    assert Condition.objects.count() == 1


def test_no_cpr_in_report_or_log(deliver: Deliver, capsys: pytest.CaptureFixture[str]) -> None:
    made = report(condition("n"))
    made["id"] = ELSE
    made["entry"][1]["fullUrl"] = f"https://eoj.test/{ELSE}/Condition/n"
    made["entry"][1]["resource"]["code"] = concept(ELSE)

    found = deliver(made)

    assert ELSE not in repr(found.as_json())
    assert ELSE not in repr(list(Delivery.objects.values()))
    out = capsys.readouterr()
    assert ELSE not in out.out + out.err


def test_element_of_another_citizen_is_refused(deliver: Deliver) -> None:
    deliver(report(condition("n")))

    found = deliver(report(condition("n"), who=patient(OVE), at="2025-03-12T02:00:00Z"))

    assert found.citizens[0].reason == "foreign-citizen"


def test_element_of_another_unit_is_refused(deliver: Deliver) -> None:
    deliver(report(condition("n")))

    found = deliver(report(condition("n"), who=patient(unit="777000016003"), at="2025-03-12T02:00:00Z"))

    assert found.citizens[0].reason == "foreign-owner"


def test_killed_in_the_middle_leaves_nothing(deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(merge: object) -> None:
        assert Condition.objects.exists()
        raise RuntimeError("the power went")

    monkeypatch.setattr(storing, "keep_states", dies)

    found = deliver(report(condition("n"), planned("g")))

    assert found.citizens[0].reason == "internal"
    assert not Condition.objects.exists()
    assert not Citizen.objects.exists()
    assert not Version.objects.exists()


def test_only_a_system_delivers(codes: None) -> None:
    nurse = system()
    object.__setattr__(nurse, "acting_as", "hp")

    with pytest.raises(NotASystem), transaction.atomic():
        take(by=nurse, bundle=as_bytes(report(condition("n"))))


def test_system_delivers_for_its_owners_units_only(deliver: Deliver) -> None:
    deliver(report(condition("n")))
    own = Organisation.objects.get()
    other = Organisation(name="Anden", kind="municipality", updated_at=own.updated_at)
    other.authority = other
    other.save()

    assert deliver(report(condition("m"), at="2025-03-12T02:00:00Z"), unit_id=own.pk).is_clean
    refused = deliver(report(condition("o"), at="2025-03-13T02:00:00Z"), unit_id=other.pk)
    assert refused.citizens[0].reason == "wrong-sender"

    Organisation.objects.filter(pk=other.pk).update(kind="other")
    hub = deliver(report(condition("p"), at="2025-03-14T02:00:00Z"), unit_id=other.pk)
    assert hub.is_clean


def test_foreign_hospital_may_not_open_a_relation(deliver: Deliver) -> None:
    deliver(report(condition("n")))

    found = deliver(notification("admit-inpatient", "2025-05-01T10:00:00+02:00"), unit_id=Organisation.objects.get().pk)

    assert found.citizens[0].reason == "wrong-sender"
