"""A world for measuring decisions alone: many plans, a nurse's unit with 100 citizens and a coordinator's with 5,000.

Everything is written by the database itself from one row of each kind, so a million plans take about a minute. Beside
the law's own facts, the same plans are granted one by one with django-guardian, to be measured against.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connection

from access.actors import Actor
from access.vocabulary import ActingAs, AuthorKind, Category, Law, Profession, Purpose
from bench.plan import cpr_of
from careplans.models import CarePlan
from citizens.models import Citizen
from identity.models import User
from organisations.models import Organisation, Professional, TreatmentRelation

PLANS_OF_ONE = 5
CITIZENS_OF_ANOTHER_WARD = 1000
NURSE_CITIZENS, COORDINATOR_CITIZENS = 100, 5000


@dataclass(frozen=True)
class Asker:
    """One who asks: by the law as an actor, by django-guardian as a user; and a plan that she may see."""

    name: str
    actor: Actor
    user: User
    plan_id: UUID


def make(plans: int) -> list[Asker]:
    """Write the world into an empty, migrated database. The number of citizens is a fifth of that of plans."""
    now = datetime.now(UTC)
    hospital = _unit("Hospital (test)", Organisation.Kind.HOSPITAL, None)
    citizens = plans // PLANS_OF_ONE
    others = max(1, citizens // CITIZENS_OF_ANOTHER_WARD)
    names = ["A", "B", *map(str, range(others))]
    wards = [_unit(f"Afdeling {name} (test)", Organisation.Kind.DEPARTMENT, hospital) for name in names]
    _citizens(citizens, now)
    _relations(wards, now)
    _plans(wards[2], now)
    askers = [
        _asker("nurse, 100 citizens", Profession.NURSE, wards[0], now),
        _asker("coordinator, 5,000 citizens", Profession.NURSE, wards[1], now),
    ]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return askers


def _unit(name: str, kind: Organisation.Kind, parent: Organisation | None) -> Organisation:
    """One unit."""
    unit = Organisation(name=name, kind=kind, parent=parent, updated_at=datetime.now(UTC))
    unit.authority = unit if parent is None else parent.authority
    unit.save()
    return unit


def _citizens(count: int, now: datetime) -> None:
    """Many citizens like the first."""
    numbers = [cpr_of(number) for number in range(count)]
    first = Citizen.objects.create(
        cpr=numbers[0][0],
        given_name="Test",
        family_name="Testesen",
        birth_date=numbers[0][1],
        created_at=now,
        updated_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO citizens_citizen SELECT (jsonb_populate_record(t, jsonb_build_object("
            "'id', gen_random_uuid(), 'cpr', n.cpr, 'birth_date', n.born))).* "
            "FROM citizens_citizen t, unnest(%s::text[], %s::date[]) AS n(cpr, born) WHERE t.id = %s",
            [[cpr for cpr, _born, _man in numbers[1:]], [born for _cpr, born, _man in numbers[1:]], first.pk],
        )


def _relations(wards: list[Organisation], now: datetime) -> None:
    """The first citizens are treated at the nurse's unit, the next at the coordinator's, all at one of the others."""
    citizen = Citizen.objects.order_by("cpr").first()
    assert citizen is not None  # noqa: S101  just made
    template = TreatmentRelation.objects.create(
        citizen=citizen,
        category=Category.PLAN_SUL,
        recorded_under=Law.HEALTH,
        origin=wards[2],
        author_kind=AuthorKind.SYSTEM,
        occurred_at=now,
        created_at=now,
        updated_at=now,
        basis="admission",
        status="verified",
        start=now - timedelta(days=30),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisations_treatmentrelation SELECT (jsonb_populate_record(t, jsonb_build_object("
            "'id', gen_random_uuid(), 'citizen_id', c.id, 'origin_id', u.unit))).* "
            "FROM organisations_treatmentrelation t, "
            "(SELECT id, row_number() OVER (ORDER BY md5(cpr)) AS n FROM citizens_citizen) c, "
            "(VALUES (%s::uuid, 1, %s), (%s::uuid, %s, %s)) AS u(unit, first, last) "
            "WHERE c.n BETWEEN u.first AND u.last AND t.id = %s",
            [
                *(wards[0].pk, NURSE_CITIZENS),
                *(wards[1].pk, NURSE_CITIZENS + 1, NURSE_CITIZENS + COORDINATOR_CITIZENS),
                template.pk,
            ],
        )
        cursor.execute(
            "INSERT INTO organisations_treatmentrelation SELECT (jsonb_populate_record(t, jsonb_build_object("
            "'id', gen_random_uuid(), 'citizen_id', c.id, 'origin_id', (%s::uuid[])[1 + c.n %% %s]))).* "
            "FROM organisations_treatmentrelation t, "
            "(SELECT id, row_number() OVER (ORDER BY cpr) AS n FROM citizens_citizen) c WHERE t.id = %s",
            [[ward.pk for ward in wards[2:]], len(wards) - 2, template.pk],
        )


def _plans(owner: Organisation, now: datetime) -> None:
    """Some plans for each citizen, each last changed at another instant."""
    citizen = Citizen.objects.order_by("cpr").first()
    assert citizen is not None  # noqa: S101  just made
    template = CarePlan.objects.create(
        citizen=citizen,
        category=Category.PLAN_SUL,
        recorded_under=Law.HEALTH,
        origin=owner,
        author_kind=AuthorKind.SYSTEM,
        occurred_at=now,
        created_at=now,
        updated_at=now,
        kind="course-plan",
        title="Forløbsplan (test)",
        start=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO careplans_careplan SELECT (jsonb_populate_record(t, jsonb_build_object("
            "'id', gen_random_uuid(), 'citizen_id', c.id, "
            "'updated_at', %s::timestamptz - random() * interval '300 days'))).* "
            "FROM careplans_careplan t, citizens_citizen c, generate_series(1, %s) WHERE t.id = %s",
            [now, PLANS_OF_ONE, template.pk],
        )


def _asker(name: str, profession: Profession, unit: Organisation, now: datetime) -> Asker:
    """A professional of a unit, with a grant of django-guardian for each plan that the law lets her see."""
    person = Professional.objects.create(
        given_name="Test", family_name=name, profession=profession, updated_at=now, authorisation_id=None
    )
    user = User.objects.create(username=name, professional=person)
    permission = Permission.objects.get(codename="follow_plan", content_type__app_label="careplans")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO careplans_careplangrant (content_object_id, permission_id, user_id) "
            "SELECT p.id, %s, %s FROM careplans_careplan p JOIN organisations_treatmentrelation r "
            "ON r.citizen_id = p.citizen_id WHERE r.origin_id = %s",
            [permission.pk, user.pk, unit.pk],
        )
        cursor.execute("SELECT content_object_id FROM careplans_careplangrant WHERE user_id = %s LIMIT 1", [user.pk])
        (plan_id,) = cursor.fetchone()
    actor = Actor(
        ActingAs.HP, Purpose.TREATMENT, now, professional_id=person.pk, profession=profession, unit_id=unit.pk
    )
    return Asker(name, actor, user, plan_id)
