"""Patches: the outcome is an update like any other; what is told is held, and nothing else is touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.patching import JSON_PATCH, MERGE_PATCH, merged, patched
from audit.models import Entry, Version
from fhir.outcomes import FhirError
from tests import factories
from tests.cast import Cast
from tests.rest import Rest, written
from tests.writing.bodies import WRITTEN, appointment, goal, key

PATCHED = {kind: case for kind, case in WRITTEN.items() if case[2]}


def replaced(change: dict[str, Any]) -> list[dict[str, Any]]:
    """A change as a JSON Patch."""
    return [{"op": "add", "path": f"/{name}", "value": value} for name, value in change.items()]


@pytest.mark.parametrize("kind", PATCHED)
def test_what_may_be_updated_may_be_patched_and_keeps_the_rest(cast: Cast, kind: str) -> None:
    who, body, change = PATCHED[kind]
    asker = Rest(getattr(cast, who))
    made = asker.post(kind, body(cast, identifier=key())).body

    answer = asker.patch(f"{kind}/{made['id']}", replaced(change), If_Match='W/"1"')
    nothing = asker.patch(f"{kind}/{made['id']}", answer.body, "application/json")

    assert answer.status == 200, answer.body
    assert answer.headers["ETag"] == 'W/"2"'
    known = {"meta", "extension", *change}
    untouched = {name: value for name, value in made.items() if name not in known}
    if kind != "EpisodeOfCare":  # one that is over has an end
        assert {name: value for name, value in answer.body.items() if name not in known} == untouched
    assert {name: answer.body[name] for name in change} == change
    assert nothing.status == 200
    assert nothing.body == answer.body
    assert Version.objects.filter(resource_id=made["id"]).count() == 2  # what changes nothing writes nothing


@pytest.mark.parametrize("who", ["stranger", "home_helper", "blocked_doctor", "hospital_nurse", "gp", "citizen"])
def test_who_may_not_change_may_not_patch(cast: Cast, who: str) -> None:
    made = Rest(cast.doctor).post("Appointment", appointment(cast)).body
    asker = Rest(getattr(cast, who))

    patch = asker.patch(f"Appointment/{made['id']}", replaced({"description": "Andet"}))
    put = asker.put({**made, "description": "Andet"}, 1)

    may = who == "hospital_nurse"  # of the same ward
    assert (patch.status == 200) == (put.status in (200, 412)) == may, (patch.body, put.body)
    if not may:
        assert patch.status == put.status
        refused = Entry.objects.filter(outcome="refuse", citizen_id=cast.citizen.person.pk, resource_ids=[made["id"]])
        assert refused.count() == 2


CASES: dict[str, tuple[Any, str, int, str]] = {
    "a test that fails": ([{"op": "test", "path": "/status", "value": "x"}], JSON_PATCH, 422, "patch-test-failed"),
    "a place that is not there": ([{"op": "remove", "path": "/nowhere"}], JSON_PATCH, 422, "patch-does-not-fit"),
    "no operation": ([{"op": "multiply", "path": "/status"}], JSON_PATCH, 400, "bad-patch"),
    "no list": ({"status": "cancelled"}, JSON_PATCH, 400, "bad-patch"),
    "nothing": ([], JSON_PATCH, 400, "bad-patch"),
    "no objects": (["x"], JSON_PATCH, 400, "bad-patch"),
    "no value": ([{"op": "add", "path": "/status"}], JSON_PATCH, 400, "bad-patch"),
    "all of it": ([{"op": "replace", "path": "", "value": 1}], JSON_PATCH, 422, "patch-does-not-fit"),
    "a place in a list": (
        [{"op": "remove", "path": "/participant/0"}], JSON_PATCH, 400, "patch-needs-version"
    ),
    "no object": ([1], MERGE_PATCH, 400, "bad-json"),
    "FHIRPath": ({"resourceType": "Parameters"}, "application/fhir+json", 415, "patch-media-type"),
    "another id": ({"id": "x"}, MERGE_PATCH, 400, "wrong-id"),
    "another type": ({"resourceType": "Goal"}, MERGE_PATCH, 400, "wrong-type"),
    "another citizen": (
        {"participant": [{"status": "accepted", "actor": {"reference": "Patient/{other}"}}]},
        MERGE_PATCH, 422, "rule-broken",
    ),
    "another shape": ({"start": 7}, MERGE_PATCH, 400, "wrong-shape"),
    "what is required": ({"status": None}, MERGE_PATCH, 400, "wrong-shape"),
    "an unknown status": ({"status": "forgotten"}, MERGE_PATCH, 422, "unknown-code"),
    "another identifier": ({"identifier": key("B")}, MERGE_PATCH, 422, "identifier-fixed"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_patch_that_does_not_fit_changes_nothing(cast: Cast, case: str) -> None:
    patch, kind, status, code = CASES[case]
    doctor, other = Rest(cast.doctor), factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    made = doctor.post("Appointment", appointment(cast, identifier=key())).body
    if "participant" in patch:
        patch = {"participant": [{"status": "accepted", "actor": {"reference": f"Patient/{other.pk}"}}]}
    before = written()[0]

    answer = doctor.patch(f"Appointment/{made['id']}", patch, kind)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written()[0] == before
    assert doctor.get(f"Appointment/{made['id']}").body == made


def test_a_version_that_is_told_is_held(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", appointment(cast)).body
    address = f"Appointment/{made['id']}"
    first = doctor.patch(address, replaced({"description": "Kontrol"}), If_Match='W/"1"')

    stale = doctor.patch(address, replaced({"description": "Andet"}), If_Match='W/"1"')
    guarded = doctor.patch(
        address,
        [
            {"op": "test", "path": "/participant/0/status", "value": "accepted"},
            {"op": "replace", "path": "/participant/0/status", "value": "tentative"},
        ],
    )

    assert first.status == guarded.status == 200
    assert (stale.status, stale.error) == (412, "version-conflict")


def test_what_is_shown_in_part_is_not_patched(cast: Cast) -> None:
    """The doctor is told the time alone of a home-care visit."""
    visit = factories.home_care_visit(citizen=cast.citizen.person, origin=cast.units.home_care)
    doctor = Rest(cast.doctor)
    shown = doctor.get(f"Appointment/{visit.pk}")

    patch = doctor.patch(f"Appointment/{visit.pk}", {"status": "cancelled"}, "application/json")
    put = doctor.put({**shown.body, "status": "cancelled"}, 1)

    assert shown.body["meta"]["security"][-1]["code"] == "REDACTED"
    assert (patch.status, patch.error) == (put.status, put.error) == (422, "reduced-copy")


@pytest.mark.parametrize(
    ("prefer", "body"),
    [
        ("return=minimal", None),
        ("return=representation", "Goal"),
        ("return=OperationOutcome", "OperationOutcome"),
        ("return=presentation", "Goal"),
        ("respond-async, return=minimal; foo=bar", None),
        ("handling=strict", "Goal"),
    ],
)
def test_as_much_is_answered_as_is_preferred(cast: Cast, prefer: str, body: str | None) -> None:
    doctor = Rest(cast.doctor)

    made = doctor.post("Goal", goal(cast), Prefer=prefer)
    location = made.headers["Location"]
    address = location.partition("/fhir/")[2].partition("/_history")[0]
    patched_ = doctor.patch(address, replaced({"lifecycleStatus": "on-hold"}), Prefer=prefer)
    stored = doctor.get(address).body
    changed = doctor.put({**stored, "lifecycleStatus": "active"}, 2, Prefer=prefer)

    assert [made.status, patched_.status, changed.status] == [201, 200, 200]
    assert [answer.body.get("resourceType") for answer in (made, patched_, changed)] == [body] * 3
    assert [answer.headers["ETag"] for answer in (made, patched_, changed)] == ['W/"1"', 'W/"2"', 'W/"3"']
    assert all(answer.headers["Last-Modified"] for answer in (made, patched_, changed))


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=3), json, max_size=4)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"])},
    optional={"path": st.text("/ab01-~", max_size=6), "from": st.text("/ab01-~", max_size=6), "value": json},
)


@given(resource=objects, patch=st.lists(operations, max_size=4) | json)
def test_whatever_comes_as_a_patch_is_made_or_refused_and_takes_nothing_from_the_resource(
    resource: dict[str, Any], patch: Any
) -> None:
    before = repr(resource)

    for kind in (JSON_PATCH, MERGE_PATCH):
        try:
            assert isinstance(patched(resource, patch, kind, has_version=True), dict)
        except FhirError as error:
            assert error.kind.status in (400, 413, 422)

    assert repr(resource) == before


@given(before=objects, patch=objects)
def test_a_merge_patch_made_twice_is_made_once(before: dict[str, Any], patch: dict[str, Any]) -> None:
    once = merged(before, patch)

    assert merged(once, patch) == once


def test_copies_of_copies_come_to_an_end() -> None:
    patch = [{"op": "copy", "from": "/a", "path": f"/a/{number}"} for number in range(40)]

    with pytest.raises(FhirError, match="too-large"):
        patched({"a": {"x": "x" * 1000}}, patch, JSON_PATCH, has_version=True)


@pytest.mark.parametrize("is_required", [True, False])
def test_a_deployment_decides_whether_an_update_must_say_its_version(
    cast: Cast, settings: Any, is_required: bool
) -> None:
    settings.REQUIRE_IF_MATCH = is_required
    doctor = Rest(cast.doctor)
    made = doctor.post("Goal", goal(cast)).body
    silent = {name: value for name, value in made.items() if name != "meta"}

    unversioned = doctor.put(silent, None)
    stale = doctor.put({**made, "meta": {"versionId": "7"}}, None)
    mismatch = doctor.put(silent, 7)

    assert [unversioned.status, stale.status] == ([400, 412] if is_required else [200, 200])
    assert (mismatch.status, mismatch.error) == (412, "version-conflict")
