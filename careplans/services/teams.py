"""Writing teams: the people and units around a citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from access.actors import Actor
from access.authoring import change_element, create_element, same
from access.conditions import NEVER
from access.policies import policy_of
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, Action, Category, Law
from careplans import states
from careplans.models import CareTeam, TeamMember
from careplans.services.law import same_law, stated_or_writers
from careplans.services.links import known, seen, units
from citizens.models import Relative
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken
from organisations.models import Employment, Professional

MEMBER = "CareTeam.participant.member"


@dataclass(frozen=True)
class MemberInput:
    """One member: a professional, at a unit if told; a unit; a relative; or who holds an employment."""

    role: str = ""
    professional_id: UUID | None = None
    unit_id: UUID | None = None
    relative_id: UUID | None = None
    employment_id: UUID | None = None


@dataclass(frozen=True)
class TeamInput:
    """What a team is to be, as its writer says. `law` is the act that she states, if any."""

    citizen_id: UUID
    name: str
    status: str
    start: datetime | None = None
    end: datetime | None = None
    members: Sequence[MemberInput] = ()
    is_of_psychiatry: bool = False
    law: str = ""
    identifier: BusinessKey = NO_KEY


def create_team(*, by: Actor, source: Source, team: TeamInput) -> Row:
    """Create a team and return its row.

    Raises FhirError: 403 without a right to record it, 422 for a broken rule or a member who does not exist or is not
    seen. Three statements, and one for each kind of member. Law: grounds.OWN_RECORDING.
    """
    if team.is_of_psychiatry:
        same_law(Law.PSYCHIATRY, team.law)
        category, law = Category.PLAN_PSY, Law.PSYCHIATRY
    else:
        law = stated_or_writers(by, team.law)
        category = Category.PLAN_SOC if law in SOCIAL_LAWS else Category.PLAN_SUL
    states.start(states.NEW_TEAM, team.status, "CareTeam.status")
    check(team)
    return create_element(
        by=by,
        source=source,
        citizen_id=team.citizen_id,
        identifier=team.identifier,
        category=category,
        law=law,
        values=_values(team),
        occurred_at=team.start,
        after=lambda made: _join(made, _checked(by, team)),
    )


def update_team(*, by: Actor, source: Source, key: UUID, team: TeamInput, if_match: int | None) -> Row:
    """Change a team, the caller having its current version, and return its row.

    Relatives whom the writer may not see stay in it. Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for
    creating. The citizen and the act never change.
    """

    def change(current: CareTeam) -> dict[str, Any]:
        same(current, citizen_id=team.citizen_id)
        same_law(current.recorded_under, team.law)
        states.move(states.TEAM, current.status, team.status, "CareTeam.status")
        check(team)
        return _values(team)

    def after(current: CareTeam) -> None:
        members = _checked(by, team)
        TeamMember.objects.filter(shown(by), team=current).delete()
        _join(current, members)

    return change_element(
        by=by, source=source, key=key, identifier=team.identifier, if_match=if_match, change=change, after=after
    )


def shown(by: Actor) -> Q:
    """The members whom this reader may see: staff and units, and the relatives that she may see."""
    permitted = policy_of(Relative).permitted(by, Action.READ)
    others = Q(relative__isnull=True)
    if permitted is NEVER:
        return others
    return others | Q(Exists(Relative._default_manager.filter(permitted, pk=OuterRef("relative_id"))))


def check(team: TeamInput) -> None:
    """Hold a team against its rules. Raises FhirError (422)."""
    if not team.name.strip():
        raise broken("team-name", "Et team har et navn.", "A team has a name.", "CareTeam.name")
    if team.start is not None and team.end is not None and team.end < team.start:
        text = ("period-order", "Slutningen ligger før begyndelsen.", "The end lies before the start.")
        raise broken(*text, "CareTeam.period")


def _checked(by: Actor, team: TeamInput) -> list[MemberInput]:
    """The members, all of whom exist, and the relatives the citizen's and seen. One statement for each kind."""
    members = _employed(team.members)
    known(Professional, [member.professional_id for member in members if member.professional_id], MEMBER)
    units([member.unit_id for member in members if member.unit_id], MEMBER)
    relatives = [member.relative_id for member in members if member.relative_id]
    seen(by, Relative, relatives, team.citizen_id, MEMBER)
    return members


def _employed(members: Sequence[MemberInput]) -> list[MemberInput]:
    """The members with each employment as its professional at its unit. Raises FhirError (422)."""
    keys = [member.employment_id for member in members if member.employment_id]
    if not keys:
        return list(members)
    found = {row.pk: row for row in Employment.objects.filter(pk__in=keys)}
    if any(key not in found for key in keys):
        raise FhirError("dangling-reference", MEMBER, expression=MEMBER)
    return [
        MemberInput(member.role, found[member.employment_id].professional_id, found[member.employment_id].unit_id)
        if member.employment_id
        else member
        for member in members
    ]


def _join(team: CareTeam, members: Sequence[MemberInput]) -> None:
    """Write the members. One statement if there are any."""
    if members:
        TeamMember.objects.bulk_create(
            TeamMember(
                team=team,
                role=member.role,
                professional_id=member.professional_id,
                unit_id=member.unit_id,
                relative_id=member.relative_id,
            )
            for member in members
        )


def _values(team: TeamInput) -> dict[str, Any]:
    """The columns that a writer sets."""
    return {name: getattr(team, name) for name in ("name", "status", "start", "end")}
