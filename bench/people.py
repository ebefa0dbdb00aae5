"""The citizens, who treats them, and what they have decided about their data."""

from collections.abc import Iterator
from typing import Any

import psycopg

from access.vocabulary import AuthorKind, Category, Law
from bench.copying import NULL, Sheet, copy, instant_text
from bench.land import FAMILY, GIVEN, Kind, Land
from bench.plan import DAY_SECONDS, cpr_of, key
from citizens.models import Citizen, Relative
from consents.models import Block, Consent
from organisations.models import TreatmentRelation
from stamkort.models import Registration, RegistrationContent

Basis = TreatmentRelation.Basis


class People:
    """What is written about citizens besides their elements."""

    def __init__(self, land: Land) -> None:
        """Keep the land."""
        self.land, self.plan = land, land.plan
        self.since = instant_text(self.plan.since())
        self.stamps = {"created_at": self.since, "updated_at": self.since}

    def write_citizens(self, connection: "psycopg.Connection[Any]") -> int:
        """Copy the citizens."""
        sheet = Sheet(
            Citizen,
            *("id", "cpr", "birth_date", "gender", "given_name", "family_name", "general_practice_id"),
            municipality_code="0101",
            **self.stamps,
        )
        return copy(connection, sheet, self._citizens())

    def _citizens(self) -> Iterator[tuple[Any, ...]]:
        land, plan = self.land, self.plan
        practices = [land.unit_key(unit) for unit in land.practices]
        for number in range(plan.citizens):
            cpr, born, is_male = cpr_of(number)
            names = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
            gender = "male" if is_male else "female"
            yield plan.citizen_key(number), cpr, born, gender, *names, practices[plan.practice_of(number)]

    def write_relations(self, connection: "psycopg.Connection[Any]") -> int:
        """Copy the treatment relations: hospital and practice for everybody, the municipality for some."""
        sheet = Sheet(
            TreatmentRelation,
            *("id", "citizen_id", "origin_id", "category", "recorded_under", "basis", "evidence_source"),
            status="verified",
            start=self.since,
            occurred_at=self.since,
            author_kind=AuthorKind.SYSTEM,
            **self.stamps,
        )
        return copy(connection, sheet, self._relations())

    def _relations(self) -> Iterator[tuple[Any, ...]]:
        land, plan = self.land, self.plan
        health = (Category.PLAN_SUL.value, Law.HEALTH.value)
        social = (Category.PLAN_SOC.value, Law.SERVICE.value)
        for number in range(plan.citizens):
            town = plan.municipality_of(number)
            found = [
                (land.departments[plan.department_of(number)], *health, Basis.OUTPATIENT.value, "brs"),
                (land.practices[plan.practice_of(number)], *health, Basis.ASSIGNED_GP.value, "brs"),
            ]
            if number % 3 == 0:
                found.append((land.municipal[Kind.HOME_CARE][town], *social, Basis.CARE_GRANT.value, "eoj"))
            if number % 4 == 0:
                found.append((land.municipal[Kind.NURSING][town], *health, Basis.NURSING_GRANT.value, "eoj"))
            for nth, (unit, *rest) in enumerate(found):
                yield (
                    key("relation", number * 4 + nth, plan.since()),
                    plan.citizen_key(number),
                    land.unit_key(unit),
                    *rest,
                )

    def write_stamkort(self, connection: "psycopg.Connection[Any]") -> int:
        """Copy a relative for every second, a treatment will for one in twenty, with its content."""
        plan = self.plan
        common: dict[str, Any] = {"occurred_at": self.since, **self.stamps}
        typed = {"category": Category.SK_TYPED, "recorded_under": Law.CITIZEN, "author_kind": AuthorKind.CITIZEN}
        relative = Sheet(Relative, "id", "citizen_id", "name", relationship="aegtefaelle", **typed, **common)
        register = {"recorded_under": Law.HEALTH, "author_kind": AuthorKind.REGISTER, "kind": "treatment-will"}
        will = Sheet(
            Registration,
            *("id", "citizen_id"),
            category=Category.SK_FLAG,
            registered_at=self.since,
            effective_at=self.since,
            **register,
            **common,
        )
        content = Sheet(
            RegistrationContent,
            *("id", "citizen_id", "registration_id"),
            category=Category.WILL_CONTENT,
            statements='["no-life-prolonging-treatment"]',
            **register,
            **common,
        )
        at = plan.since()
        wills = range(3, plan.citizens, 20)
        count = copy(
            connection,
            relative,
            (
                (key("relative", n, at), plan.citizen_key(n), f"{GIVEN[n % len(GIVEN)]} Pårørende")
                for n in range(1, plan.citizens, 2)
            ),
        )
        count += copy(connection, will, ((key("registration", n, at), plan.citizen_key(n)) for n in wills))
        rows = ((key("content", n, at), plan.citizen_key(n), key("registration", n, at)) for n in wills)
        return count + copy(connection, content, rows)

    def write_decisions(self, connection: "psycopg.Connection[Any]") -> int:
        """Copy blocks and consents."""
        plan, land = self.plan, self.land
        common: dict[str, Any] = {"start": self.since, **self.stamps}
        block = Sheet(
            Block, "id", "citizen_id", "given_by_id", "unit_id", "professional_id", is_everything=True, **common
        )
        recent = self.plan.now - 30 * DAY_SECONDS
        consent = Sheet(
            Consent,
            *("id", "citizen_id", "given_by_id", "recipient_unit_id", "source_unit_id"),
            kind=Consent.Kind.FVL28,
            purpose="treatment",
            start=instant_text(recent),
            end=instant_text(recent + 360 * DAY_SECONDS),
            **self.stamps,
        )
        return copy(connection, block, self._blocks()) + copy(
            connection,
            consent,
            (
                (
                    key("consent", number, recent),
                    plan.citizen_key(number),
                    plan.citizen_key(number),
                    land.unit_key(land.departments[plan.department_of(number)]),
                    land.unit_key(land.units[land.municipal[Kind.HOME_CARE][plan.municipality_of(number)]].authority),
                )
                for number in range(plan.citizens)
                if plan.is_consenting(number)
            ),
        )

    def _blocks(self) -> Iterator[tuple[Any, ...]]:
        plan, land = self.plan, self.land
        for number in range(plan.citizens):
            citizen = plan.citizen_key(number)
            if plan.is_blocking(number):
                unit = land.unit_key(land.hospital_of(number))
                yield key("block", number, plan.since()), citizen, citizen, unit, NULL
            elif plan.is_blocking_one(number):
                other = land.staff_of[land.municipal[Kind.CASEWORK][plan.municipality_of(number)]][0]
                yield key("block", number, plan.since()), citizen, citizen, NULL, land.staff_key(other.number)
