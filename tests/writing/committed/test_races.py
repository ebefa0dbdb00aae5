"""What several ask at once: of a condition one creates and the others find it, and no patch is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from appointments.models import Appointment
from fhir.ids import new_key
from goals.models import Goal
from tests.cast import Cast
from tests.rest import Answer, Rest
from tests.writing.bodies import SYSTEM, appointment, goal, key


def at_once(number: int, ask: Callable[[int], Answer]) -> list[Answer]:
    """What so many threads are answered, each with a connection of its own."""

    def asking(nth: int) -> Answer:
        try:
            return ask(nth)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(asking, range(number)))


def test_of_many_who_create_at_once_one_creates_and_the_others_find_it(cast: Cast) -> None:
    doctor, value = Rest(cast.doctor), new_key().hex
    body, condition = goal(cast, identifier=key(value)), f"identifier={SYSTEM}|{value}"

    def ask(nth: int) -> Answer:
        if nth % 2:
            return doctor.post("Goal", body, If_None_Exist=condition)
        return doctor.put_where(f"Goal?{condition}", {**body, "meta": {"versionId": "1"}})

    answers = at_once(6, ask)

    assert sum(answer.status == 201 for answer in answers) == 1, [answer.body for answer in answers]
    assert {answer.status for answer in answers} <= {200, 201, 412}
    assert len({answer.body["id"] for answer in answers if answer.status != 412}) == 1
    assert Goal.objects.filter(source_id=value).count() == 1


def test_patches_at_once_are_all_made(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", appointment(cast)).body
    changes = [{"description": "Kontrol"}, {"reasonCode": [{"text": "KOL"}]}, {"end": "2026-03-05T10:00:00+01:00"}]

    answers = at_once(
        3, lambda nth: doctor.patch(f"Appointment/{made['id']}", changes[nth], "application/merge-patch+json")
    )

    assert [answer.status for answer in answers] == [200] * 3, [answer.body for answer in answers]
    stored = Appointment.objects.get(pk=made["id"])
    assert (stored.version, stored.description, stored.reason_text) == (4, "Kontrol", "KOL")
    assert stored.end is not None and stored.end.hour == 9
