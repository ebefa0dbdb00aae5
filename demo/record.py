"""One citizen's record while it is told: who she is, who acts for her, what she decided, her stamkort, who treats her.

Days count from the day of loading, negative in the past. Plans, goals and appointments are told by `demo.course`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from access.vocabulary import AuthorKind, Category, Law, Purpose
from citizens.models import Citizen, Custody, Guardianship, PowerOfAttorney, Relative
from consents.models import Block, Consent
from demo.book import Book, key
from demo.numbers import cpr
from demo.places import World
from organisations.models import LONGEST_PERSONAL_SHIELD, Organisation, Shield, TreatmentRelation
from stamkort.models import Entry, Registration, RegistrationContent

Basis = TreatmentRelation.Basis
REPRESENTABLE = [item for item in Category if item not in (Category.WILL_CONTENT, Category.ODR_CONTENT)]


class Record:
    """The record of one citizen, told line by line."""

    def __init__(self, world: World, name: str, citizen: Citizen) -> None:
        self.world, self.name, self.citizen = world, name, citizen

    @property
    def book(self) -> Book:
        """Where the rows are noted."""
        return self.world.book

    def unit(self, name: str) -> Organisation:
        """A unit by name."""
        return self.world.units[name]

    def element(self, category: Category, law: Law, by: str, days: int, clock: str = "10:00") -> dict[str, Any]:
        """The fields of every shared element; `by` is a member of staff, a unit, or citizen, relative, register."""
        moment = self.book.at(days, clock)
        fields: dict[str, Any] = {
            "citizen": self.citizen,
            "category": category,
            "recorded_under": law,
            "occurred_at": moment,
            "created_at": min(moment, self.book.now),
            "updated_at": min(moment, self.book.now),
        }
        if by in self.world.staff:
            return {**fields, "author": self.world.staff[by], "origin": self.world.home_of(by)}
        if by in self.world.units:
            return {**fields, "origin": self.unit(by), "author_kind": AuthorKind.SYSTEM}
        return {**fields, "author_kind": AuthorKind(by)}

    # who may act for her

    def attorney(self, name: str, *, families: Sequence[Category] = (), days: int = -60, until: int = 670) -> None:
        """Give somebody a power of attorney, for every family unless some are named."""
        self.book.add(
            PowerOfAttorney(
                id=key(f"attorney {self.name} {name}"),
                principal=self.citizen,
                attorney=self.world.citizens[name],
                families=list(families or REPRESENTABLE),
                may_write=True,
                start=self.book.at(days),
                end=self.book.at(until),
            )
        )

    def in_custody_of(self, *names: str) -> None:
        """Tell who has custody, since birth."""
        born = self.book.at((self.citizen.birth_date - self.book.today).days)
        for name in names:
            self.book.add(Custody(child=self.citizen, parent=self.world.citizens[name], start=born))

    def guarded_by(self, name: str, scope: str = Guardianship.Scope.PERSONAL) -> None:
        """Tell who is guardian."""
        guardian = self.world.citizens[name]
        self.book.add(Guardianship(ward=self.citizen, guardian=guardian, scope=scope, start=self.book.at(-500)))

    # what she decided

    def consent(
        self, kind: str, to: str, purpose: Purpose, families: Sequence[Category], days: int, **more: Any
    ) -> Consent:
        """Note a consent to a unit, in force for a year from its day; `received_by` is a member of staff."""
        start = self.book.at(days)
        if "received_by" in more:
            more["received_by"] = self.world.staff[more["received_by"]]
        if "source_unit" in more:
            more["source_unit"] = self.unit(more["source_unit"])
        fields = {"given_by": self.citizen, "end": start + timedelta(days=365), "families": list(families), **more}
        return self.book.add(
            Consent(
                citizen=self.citizen,
                kind=kind,
                recipient_unit=self.unit(to),
                purpose=purpose,
                start=start,
                created_at=start,
                updated_at=start,
                **fields,
            )
        )

    def shielded_from(self, name: str, code: str, reason: str, decided_by: str, days: int) -> None:
        """Keep the name of a member of staff from her, for as long as can be decided at a time."""
        start = self.book.at(days)
        who = {"professional": self.world.staff[name], "decided_by": self.world.staff[decided_by]}
        shield = Shield(citizen=self.citizen, code=code, reason=reason, start=start, **who)
        shield.end = start + LONGEST_PERSONAL_SHIELD
        self.book.add(shield)

    def block(self, days: int, **what: Any) -> Block:
        """Note a block, for everyone unless a unit or professional is told."""
        start = self.book.at(days)
        if not {"unit", "professional"} & what.keys():
            what["is_everyone"] = True
        return self.book.add(
            Block(citizen=self.citizen, given_by=self.citizen, start=start, created_at=start, updated_at=start, **what)
        )

    # the stamkort

    def relative(self, name: str, relationship: str, mobile: str, rank: int = 1, **more: Any) -> Relative:
        """Note a relative, typed by the citizen."""
        fields = self.element(Category.SK_TYPED, Law.CITIZEN, "citizen", -200)
        fields.update(name=name, relationship=relationship, mobile_phone=mobile, rank=rank, **more)
        return self.book.add(Relative(**fields))

    def entry(self, kind: Entry.Kind, value: dict[str, Any], by: str = "citizen", days: int = -120) -> Entry:
        """Note a typed entry of the stamkort."""
        fields = self.element(Category.SK_TYPED, Law.CITIZEN, by, days)
        return self.book.add(Entry(**fields, kind=kind, value=value))

    def registration(
        self, kind: Registration.Kind, days: int, statements: dict[str, Any] | None = None, delay: int = 0
    ) -> Registration:
        """Note that the citizen has registered something, and what it says."""
        flag = self.element(Category.SK_FLAG, Law.HEALTH, "register", days)
        moment = flag["occurred_at"]
        row = Registration(**flag, kind=kind, registered_at=moment, effective_at=moment + timedelta(days=delay))
        self.book.add(row)
        if statements is not None:
            category = Category.ODR_CONTENT if kind == Registration.Kind.ORGAN_DONOR else Category.WILL_CONTENT
            fields = self.element(category, Law.HEALTH, "register", days)
            self.book.add(RegistrationContent(**fields, registration=row, kind=kind, statements=statements))
        return row

    # who treats her

    def treated_at(
        self, unit: str, basis: str, days: int, *, until: int | None = None, **more: Any
    ) -> TreatmentRelation:
        """Note a verified relation to a unit, ended when `until` is in the past."""
        social = basis == Basis.CARE_GRANT
        category, law = (Category.PLAN_SOC, Law.SERVICE) if social else (Category.PLAN_SUL, Law.HEALTH)
        law = more.pop("law", law)
        ended = until is not None and until <= 0
        row = TreatmentRelation(
            **self.element(category, law, unit, days),
            basis=basis,
            status="ended" if ended else "verified",
            evidence_source="eoj" if self.unit(unit).authority.kind == "municipality" else "brs",
            start=self.book.at(days),
            end=None if until is None else self.book.at(until, "11:00"),
        )
        for field, value in more.items():
            setattr(row, field, value)
        return self.book.add(row)


def person(world: World, name: str, given: str, family: str, gender: str, birth: date, **more: Any) -> Record:
    """Note a citizen and open her record; `practice` names her general practice, None when she has none."""
    book = world.book
    practice = more.pop("practice", "practice")
    number = len(world.citizens) + 1
    fields: dict[str, Any] = {
        "cpr": cpr(birth, is_male=gender == "male"),
        "street": f"Prøvevænget {number}",
        "postal_code": "5000",
        "city": "Odense C",
        "municipality_code": "0461",
        "created_at": book.at(-700),
        "updated_at": book.at(-300),
        **more,
    }
    citizen = Citizen(
        id=key(f"citizen {name}"),
        given_name=f"{given} Test",
        family_name=family,
        gender=gender,
        birth_date=birth,
        general_practice=world.units[practice] if practice else None,
        **fields,
    )
    world.citizens[name] = book.add(citizen)
    record = Record(world, name, citizen)
    if practice and citizen.died_at is None and citizen.replaced_by_id is None:
        record.treated_at(practice, Basis.ASSIGNED_GP, -1200)
    return record
