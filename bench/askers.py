"""Who asks in the bench: real members of staff of the population, each with a token of her own."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from bench.land import Land, Member
from identity import tokens

LIFETIME = timedelta(hours=2)


class Askers:
    """Tokens of members of staff, made when first needed."""

    def __init__(self, land: Land) -> None:
        """Begin without any."""
        self.land = land
        self._tokens: dict[int, str] = {}

    def actor(self, member: Member) -> Actor:
        """The member at work: a health professional who treats."""
        return Actor(
            acting_as=ActingAs.HP,
            purpose=Purpose.TREATMENT,
            moment=datetime.now(UTC),
            professional_id=UUID(self.land.staff_key(member.number)),
            profession=str(member.profession),
            unit_id=UUID(self.land.unit_key(member.unit)),
            client_id="bench",
        )

    def token(self, member: Member) -> str:
        """Her token."""
        if member.number not in self._tokens:
            self._tokens[member.number], _seconds = tokens.issue(self.actor(member), lifetime=LIFETIME)
        return self._tokens[member.number]

    def for_citizen(self, citizen: int) -> str:
        """The token of one of those who treat a citizen, each citizen another."""
        found = self.land.askers_of(citizen)
        return self.token(found[citizen // 7 % len(found)])

    def for_unit(self, unit: int, number: int) -> str:
        """The token of one of the staff of a unit."""
        staff = self.land.staff_of[unit]
        return self.token(staff[number % len(staff)])
