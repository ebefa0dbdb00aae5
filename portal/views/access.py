"""Who may see what: every place around the citizen, what it sees of each kind and why; and a page for each place."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from access.service import Refused
from access.statements import Row
from access.vocabulary import ActingAs
from consents.fhir.blocks import BLOCK_SOURCE
from consents.sight import EMERGENCY_OVERRIDING, Place, Seen, sight
from fhir.outcomes import FhirError
from minlog.log import LogWish
from portal.around import Around, Unit, around, in_force
from portal.decided import decided, relation_in_words
from portal.kinds import NOTHING, YES, Cell, cells
from portal.occasions import occasions_of
from portal.pages import VisitorPage

FEW_LOOKS = 5


@dataclass(frozen=True)
class Line:
    """One place in the matrix: its name, in what capacity where it has several, its cells, and they in short."""

    unit: Unit | None
    role: str
    cells: list[Cell]
    short: str = ""

    @property
    def is_blind(self) -> bool:
        """Whether it sees nothing."""
        return not any(cell.seen for cell in self.cells)


def in_short(cells: list[Cell], texts: dict[str, str]) -> str:
    """What a place sees in one sentence: what it does not see, or, where that is most, what it does."""
    there = [cell for cell in cells if cell.state != NOTHING]
    seen, hidden = ([cell.name.lower() for cell in there if bool(cell.seen) is wanted] for wanted in (True, False))
    if not seen:
        return texts["short_nothing"]
    if not hidden:
        return texts["short_all" if all(cell.state == YES for cell in there) else "short_some"]
    if len(hidden) > len(seen):
        return texts["short_only"].format(kinds=", ".join(seen))
    return texts["short_but"].format(kinds=", ".join(hidden))


class AccessPage(VisitorPage):
    """What the pages of who may see what have in common."""

    place = "access"

    def answered(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer; who may not see what the citizen has decided is told why in plain words."""
        try:
            answer: HttpResponse = super().answered(request, *args, **kwargs)
        except Refused as refused:
            return self.not_hers(refused)
        return answer

    def not_hers(self, refused: Refused) -> HttpResponse:
        """The page of who may not see what the citizen has decided."""
        texts = self.t["access"]
        if self.visitor.actor.acting_as == ActingAs.PROXY:
            title, why = texts["not_hers_title"].format(who=self.visitor.subject.given_name), texts["not_hers"]
        elif self.visitor.is_acting:
            title, why = self.t["common"]["refused_title"], refused.detail_en if self.english else refused.detail_da
        else:
            title, why = self.t["common"]["refused_title"], texts["not_yet"]
        return self.shown("access-refused", status=403, title=title, why=why)

    def looked(self, places: list[Place]) -> dict[Place, list[Seen]]:
        """What these places see; logged."""
        visitor = self.visitor
        return sight(by=visitor.actor, source=BLOCK_SOURCE, citizen_id=visitor.citizen_id, places=places)

    def cells(self, found: list[Seen]) -> list[Cell]:
        """What a place sees, in words."""
        return cells(found, self.t["access"], english=self.english, about=self.visitor.about)

    def lines(self, known: Around, units: list[Unit], found: dict[Place, list[Seen]]) -> list[Line]:
        """A line for each capacity at each unit."""
        lines = []
        for unit in units:
            places = known.places(unit, self.visitor.actor.moment)
            for place in places:
                role = self.t["access"][f"as_{place.acting_as}"] if len(places) > 1 else ""
                lines.append(self.line(unit, role, found[place]))
        return lines

    def line(self, unit: Unit | None, role: str, found: list[Seen]) -> Line:
        """One line."""
        seen = self.cells(found)
        return Line(unit, role, seen, in_short(seen, self.t["access"]))


class AccessView(AccessPage):
    """The matrix, and what the citizen has decided."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        known, actor = around(self.visitor), self.visitor.actor
        units = known.treating()
        places = [place for unit in units for place in known.places(unit, actor.moment)]
        found = self.looked([*places, EMERGENCY_OVERRIDING])
        lines = self.lines(known, units, found)
        now = [line for line in lines if line.unit and (line.unit.in_force(actor.moment) or not line.is_blind)]
        before = {line.unit.pk: line.unit for line in lines if line.unit and line not in now}
        houses: dict[UUID, tuple[Unit, list[Line]]] = {}
        for line in now:
            assert line.unit is not None  # noqa: S101  the lines are those of units
            house = known.house(line.unit)
            houses.setdefault(house.pk, (house, []))[1].append(line)
        decisions = decided([*known.blocks, *known.consents], self.t["access"], actor)
        return self.shown(
            "access",
            houses=list(houses.values()),
            emergency=self.line(None, "", found[EMERGENCY_OVERRIDING]),
            kinds=[cell.name for cell in self.cells([])],
            before=[unit for key, unit in before.items() if key not in {line.unit.pk for line in now if line.unit}],
            decisions=[each for each in decisions if each.in_force],
            ended=[each for each in decisions if not each.in_force],
        )


class UnitView(AccessPage):
    """One place: what it sees and why, what it has looked at, and what the citizen can do about it."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it. Raises FhirError (404) for a place that has nothing to do with the citizen."""
        known, actor = around(self.visitor), self.visitor.actor
        unit = known.units.get(key)
        if unit is None:
            raise FhirError("not-found")
        found = self.looked(known.places(unit, actor.moment))
        wish = LogWish(unit_id=key, whose="others")
        looks, _next = occasions_of(self.visitor, wish, FEW_LOOKS, english=self.english)
        concerned = {key, *(each.pk for each in known.above(unit))}
        chosen = [row for row in (*known.blocks, *known.consents) if self._concerns(row, concerned)]
        return self.shown(
            "access-unit",
            unit=unit,
            lines=[(line.role, line.cells) for line in self.lines(known, [unit], found)],
            relations=[relation_in_words(each, self.t["access"]) for each in unit.relations],
            below=[each for each in known.treating() if unit in known.above(each)],
            looks=looks,
            decisions=decided(chosen, self.t["access"], actor),
        )

    def _concerns(self, row: Row, units: set[UUID]) -> bool:
        """Whether a decision that holds is about one of these units, or about everybody."""
        of_them = row["unit_id"] in units or bool(row.get("is_everyone") and row["item_id"] is None)
        return of_them and in_force(row, self.visitor.actor)
