"""Scopes narrow what the law lets, at every address and row by row, and never widen it."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from access import scopes
from access.authoring import create_element
from access.vocabulary import Category, Law, Purpose
from audit.models import Entry
from fhir.ids import new_key
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from tests import factories
from tests.architecture.routes import GOAL, ROUTES, Case
from tests.architecture.test_routes import ask
from tests.asking import Asking
from tests.cast import Cast, Member, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def goal(cast: Cast) -> str:
    """A goal of the citizen, written by the doctor."""
    values = {"kind": "overall", "words": "Bedre vejrtrækning i hverdagen"}
    made = create_element(
        by=cast.doctor.actor,
        source=GOAL_SOURCE,
        citizen_id=cast.citizen.person.pk,
        category=Category.GOAL_SUL,
        law=Law.HEALTH,
        values=values,
    )
    return str(made["id"])


def limited(member: Member, text: str, patient: Any = None) -> Asking:
    """A member of the cast whose token has these scopes, launched for a patient."""
    about = None if patient is None else patient.pk
    return Asking(member.asking(scopes=frozenset(text.split()), in_context=about))


def new_goal(cast: Cast) -> dict[str, Any]:
    return GOAL | {"subject": {"reference": f"Patient/{cast.citizen.person.pk}"}}


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("user/Goal.rs", "rs"),
        ("patient/*.cruds", "cruds"),
        ("system/Condition.c", "c"),
        ("user/Goal.read", "rs"),
        ("user/Goal.write", "cud"),
        ("user/*.*", "cruds"),
    ],
)
def test_scope_of_either_version_is_read(text: str, letters: str) -> None:
    assert scopes.parse(text).letters == letters


@pytest.mark.parametrize(
    "text",
    ["user/Goal", "user/Goal.", "user/Goal.sr", "user/goal.r", "all/Goal.r", "user/Goal.rs?category=x", "user/Goal.r "],
)
def test_what_is_no_scope_and_one_limited_by_a_search_is_refused(text: str) -> None:
    with pytest.raises(scopes.ScopeUnknown):
        scopes.parse(text)


@pytest.mark.parametrize(
    ("letter", "may"),
    [
        ("c", {"create"}),
        ("r", {"read", "vread", "history"}),
        ("u", {"update"}),
        ("d", set()),
        ("s", {"search", "post"}),
    ],
)
def test_each_letter_opens_its_interactions_and_no_other(cast: Cast, goal: str, letter: str, may: set[str]) -> None:
    asker, whose = limited(cast.doctor, f"user/Goal.{letter}"), f"Patient/{cast.citizen.person.pk}"
    body = new_goal(cast) | {"id": goal}

    answers = {
        "read": asker.get(f"Goal/{goal}"),
        "vread": asker.get(f"Goal/{goal}/_history/1"),
        "history": asker.get(f"Goal/{goal}/_history"),
        "search": asker.get("Goal", patient=whose),
        "post": asker.find("Goal", patient=whose),
        "create": asker.post("Goal", new_goal(cast)),
        "update": asker.put(f"Goal/{goal}", body, version=1),
    }

    assert {name for name, answer in answers.items() if answer.status in (200, 201)} == may
    assert {answer.code for name, answer in answers.items() if name not in may} == {"insufficient-scope"}


CASES = [
    pytest.param(row, row.may[0], id=f"{name}-{row.method}")
    for name, rows in ROUTES.items()
    for row in rows
    if isinstance(row, Case) and row.may and "nobody" not in row.may
]


@pytest.mark.parametrize(("case", "who"), CASES)
def test_token_for_something_else_opens_no_address_and_is_logged(
    cast: Cast, goal: str, client: Client, case: Case, who: str
) -> None:
    member = getattr(cast, who)
    elsewhere = replace(cast, **{who: replace(member, actor=member.asking(scopes=frozenset({"user/Slot.cruds"})))})

    answer = ask(client, elsewhere, who, case, {"goal": goal, "citizen": str(cast.citizen.person.pk)})

    assert answer.status_code == 403, answer.content
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "insufficient-scope"
    row = Entry.objects.latest("recorded_at", "id")
    assert (row.outcome, row.reason, row.citizen_id, row.resource_ids) == ("refuse", "scope", None, [])


def test_refusal_by_scope_tells_nothing_of_what_there_is(cast: Cast, goal: str) -> None:
    asker = limited(cast.doctor, "user/Condition.rs")

    assert asker.get(f"Goal/{goal}").body == asker.get(f"Goal/{new_key()}").body


def test_overview_holds_the_types_of_the_token_and_no_other(cast: Cast, goal: str) -> None:
    factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward)
    address = f"Patient/{cast.citizen.person.pk}/$overview"

    def kinds(text: str) -> set[str]:
        answer = limited(cast.doctor, text).get(address)
        assert answer.status == 200, answer.text
        return {resource["resourceType"] for resource in answer.resources}

    assert {"Patient", "Goal", "Appointment"} <= kinds("user/*.rs")
    assert kinds("user/Patient.rs user/Goal.rs") == {"Patient", "Goal"}
    assert kinds("user/Patient.r user/Goal.rs user/Appointment.r") == {"Goal"}


def test_scopes_never_widen_what_the_law_lets(cast: Cast, goal: str) -> None:
    for who in (cast.stranger, cast.blocked_doctor, cast.home_helper):
        all_of_it, whole = limited(who, "user/*.cruds"), Asking(who.actor)
        for address in (f"Goal/{goal}", f"Patient/{cast.citizen.person.pk}/$overview"):
            assert all_of_it.get(address).status == whole.get(address).status
            assert goal not in all_of_it.get(address).text


def test_patient_scope_reaches_its_patient_alone(cast: Cast, goal: str) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    hers = str(factories.overall_goal(citizen=other, origin=cast.units.ward).pk)
    asker = limited(cast.doctor, "patient/*.cruds", cast.citizen.person)
    both = Asking(cast.doctor.actor)

    assert {both.get(f"Goal/{key}").status for key in (goal, hers)} == {200}
    assert (asker.get(f"Goal/{goal}").status, asker.get(f"Goal/{hers}").status) == (200, 404)
    assert asker.get("Goal", patient=f"Patient/{cast.citizen.person.pk}").ids == [goal]
    assert asker.get("Goal", _id=hers).ids == []
    assert asker.get("Goal", patient=f"Patient/{other.pk}").code == "insufficient-scope"
    assert asker.get(f"Goal/{hers}/$explain-access").code == "insufficient-scope"
    assert asker.get(f"Goal/{goal}/$explain-access").status == 200
    assert asker.get(f"Patient/{other.pk}/$overview").code == "insufficient-scope"
    assert asker.get(f"Patient/{other.pk}/$access-matrix").code == "insufficient-scope"
    assert asker.get(f"Patient/{cast.citizen.person.pk}/$overview").status == 200
    assert asker.post("Goal", new_goal(cast)).status == 201
    theirs = GOAL | {"subject": {"reference": f"Patient/{other.pk}"}}
    assert asker.post("Goal", theirs).code == "insufficient-scope"
    assert asker.put(f"Goal/{hers}", theirs | {"id": hers}, version=1).code == "insufficient-scope"


def test_patient_scope_without_a_patient_opens_nothing(cast: Cast, goal: str) -> None:
    asker = limited(cast.doctor, "patient/*.cruds")

    assert asker.get(f"Goal/{goal}").code == "insufficient-scope"
    assert asker.get("Goal", patient=f"Patient/{cast.citizen.person.pk}").code == "insufficient-scope"
    assert asker.post("Goal", new_goal(cast)).code == "insufficient-scope"


def test_broader_scope_of_the_user_is_not_bound_to_the_patient(cast: Cast, goal: str) -> None:
    asker = limited(cast.doctor, "patient/*.rs user/Goal.r", factories.citizen())

    assert asker.get(f"Goal/{goal}").status == 200
    assert asker.get("Goal", patient=f"Patient/{cast.citizen.person.pk}").code == "insufficient-scope"


def test_units_are_a_public_register_to_a_patient_scope_too(cast: Cast) -> None:
    asker = limited(cast.doctor, "patient/Organization.rs", cast.citizen.person)

    assert asker.get(f"Organization/{cast.units.ward.pk}").status == 200
    assert asker.get(f"Practitioner/{cast.doctor.person.pk}").code == "insufficient-scope"


def test_each_entry_of_a_batch_and_of_a_transaction_is_asked_for_itself(cast: Cast, goal: str) -> None:
    asker, whose = limited(cast.doctor, "user/Goal.cr"), cast.citizen.person.pk
    appointments = {"request": {"method": "GET", "url": f"Appointment?patient=Patient/{whose}"}}
    known = {"request": {"method": "GET", "url": f"Goal/{goal}"}}
    new = {"request": {"method": "POST", "url": "Goal"}, "resource": new_goal(cast)}
    changed = {"request": {"method": "PUT", "url": f"Goal/{goal}"}, "resource": new_goal(cast) | {"id": goal}}

    def sent(kind: str, *entries: dict[str, Any]) -> Any:
        return asker.post("", {"resourceType": "Bundle", "type": kind, "entry": list(entries)})

    batch = sent("batch", known, appointments, new)
    told = {entry["response"]["status"][:3] for entry in batch.body["entry"]}
    assert (batch.status, told) == (200, {"200", "403", "201"})
    before = Goal.objects.count()
    refused = sent("transaction", new, changed)
    assert (refused.status, refused.code) == (403, "insufficient-scope")
    assert Goal.objects.count() == before
    rows = Entry.objects.filter(reason="scope").values_list("resource_type", "interaction")
    assert set(rows) == {("Appointment", "search"), ("Goal", "update")}


def test_what_comes_along_is_of_the_token_too(cast: Cast, goal: str) -> None:
    address = {"_id": goal, "_revinclude": "Provenance:target", "patient": f"Patient/{cast.citizen.person.pk}"}

    def kinds(text: str) -> set[str]:
        answer = limited(cast.doctor, text).get("Goal", **address)
        assert answer.status == 200, answer.text
        return {resource["resourceType"] for resource in answer.resources}

    assert kinds("user/Goal.rs user/Provenance.rs") == {"Goal", "Provenance"}
    assert kinds("user/Goal.rs") == {"Goal"}


def test_everything_of_a_citizen_is_of_the_types_of_the_token(cast: Cast, goal: str) -> None:
    factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward)
    address = f"Patient/{cast.citizen.person.pk}/$everything"

    answer = limited(cast.doctor, "patient/Patient.rs patient/Goal.rs", cast.citizen.person).get(address)

    assert {resource["resourceType"] for resource in answer.resources} == {"Patient", "Goal"}
    assert limited(cast.doctor, "patient/*.rs", factories.citizen()).get(address).code == "insufficient-scope"


def test_purpose_that_a_professional_states_lets_no_write_past_the_scopes(cast: Cast) -> None:
    asker = cast.doctor.asking(scopes=frozenset({"user/Goal.r"}), purpose=Purpose.DELIVERY)

    with pytest.raises(scopes.OutOfScope):
        scopes.demand_written(asker, "Goal", "create", cast.citizen.person.pk)
