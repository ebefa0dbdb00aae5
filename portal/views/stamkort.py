"""The stamkort: the page, the same for paper, and what a registration says, behind a step of its own."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse

from access.vocabulary import Category
from fhir.outcomes import FhirError
from portal.pages import VisitorPage
from portal.stamkort import KINDS, Line, Teller, is_over
from stamkort import card as cards
from stamkort.card import Card
from stamkort.models import Entry, Registration

PARTS = (Category.SK_REG, Category.SK_TYPED, Category.SK_FLAG)
# What one sheet of paper holds in large type.
MOST_RELATIVES, MOST_LETTERS = 3, 240


class StamkortPage(VisitorPage):
    """What the pages of the stamkort have in common."""

    place = "stamkort"

    @property
    def words(self) -> dict[str, str]:
        """The texts of these pages."""
        return self.t["stamkort"]

    @cached_property
    def teller(self) -> Teller:
        """Who puts it in words."""
        return Teller(self.visitor, self.words, self.english)

    def card(self) -> Card:
        """The stamkort. Raises FhirError (403) where nothing of it may be seen, with the reason."""
        found = cards.read_card(by=self.visitor.actor, citizen_id=self.visitor.citizen_id)
        if found.is_empty and len(self.unseen(found)) == len(PARTS):
            cards.say_why(by=self.visitor.actor, citizen_id=self.visitor.citizen_id)
        return found

    def unseen(self, card: Card) -> set[Category]:
        """The parts that she may not see; where the register part is hers to see as herself, all of them are."""
        if card.register is not None and not self.visitor.is_acting:
            return set()
        return cards.unseen_parts(by=self.visitor.actor, citizen_id=self.visitor.citizen_id, parts=PARTS)

    @property
    def may_type(self) -> bool:
        """Whether she may write the typed part."""
        return cards.may_type(by=self.visitor.actor, citizen_id=self.visitor.citizen_id)

    def groups(self, card: Card) -> list[dict[str, Any]]:
        """The typed field groups, those of which nothing stands too."""
        teller, groups = self.teller, []
        for kind in KINDS:
            row = card.entries.get(kind)
            hidden = kind == Entry.Kind.TEMPORARY_ADDRESS and card.is_withheld
            lines = [] if row is None or hidden else teller.fields(kind, row["value"])
            groups.append(
                {
                    "kind": kind.value,
                    "title": self.words[kind],
                    "lead": self.words["address_withheld"] if hidden else self.words[f"lead_{kind}"],
                    "lines": lines,
                    "typed": teller.typed(row, card.authors) if row and lines else "",
                    "is_hidden": hidden,
                }
            )
        return groups

    def relatives(self, card: Card) -> list[dict[str, Any]]:
        """The relatives in their order."""
        last = len(card.relatives) - 1
        return [
            {
                "id": row["id"],
                "name": row["name"],
                "lines": self.teller.relative(row),
                "typed": self.teller.typed(row, card.authors),
                "is_active": row["is_active"],
                "is_first": place == 0,
                "is_last": place == last,
            }
            for place, row in enumerate(card.relatives)
        ]

    def wishes(self, card: Card) -> list[dict[str, Any]]:
        """The four registrations as status, with what they mean and where they are made."""
        return [
            {
                "kind": kind.value,
                "title": self.words[kind],
                "state": self.teller.registered(row := card.registrations.get(kind)),
                "what": self.words[f"{kind}_what"],
                "where": self.words[f"{kind}_where"],
                "is_there": row is not None and row["revoked_at"] is None,
            }
            for kind in Registration.Kind
        ]


class CardView(StamkortPage):
    """The stamkort."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        card = self.card()
        unseen = self.unseen(card)
        return self.shown(
            "stamkort",
            register=self.teller.register(card),
            groups=self.groups(card),
            relatives=self.relatives(card),
            wishes=self.wishes(card),
            may_type=self.may_type,
            sees_register=Category.SK_REG not in unseen,
            sees_typed=Category.SK_TYPED not in unseen,
            sees_wishes=Category.SK_FLAG not in unseen,
        )


class PrintView(StamkortPage):
    """The stamkort for one sheet of paper, in large type, with its date and what is left out."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        card = self.card()
        unseen = self.unseen(card)
        groups = [group for group in self.groups(card) if group["lines"] and not self._is_over(group["kind"], card)]
        wanted = [each for each in self.relatives(card) if each["is_active"]]
        out = self._left_out(card, len(wanted) - MOST_RELATIVES, bool(unseen))
        for group in groups:
            group["lines"] = [_shortened(line) for line in group["lines"]]
        return self.shown(
            "stamkort-print",
            now=self.visitor.actor.moment,
            card=card,
            address="" if card.register is None else self.teller.address(card),
            practice="" if card.register is None else self.teller.practice(card),
            groups=groups,
            relatives=wanted[:MOST_RELATIVES],
            wishes=[] if Category.SK_FLAG in unseen else self.wishes(card),
            left_out=out,
        )

    def _is_over(self, kind: str, card: Card) -> bool:
        """Whether it is an address where she no longer lives."""
        return kind == Entry.Kind.TEMPORARY_ADDRESS and is_over(card.entries[kind]["value"], self.visitor)

    def _left_out(self, card: Card, more: int, has_unseen: bool) -> list[str]:
        """What is not on the paper."""
        comment = card.entries.get(Entry.Kind.COMMENT, {}).get("value", {}).get("text", "")
        return [
            self.words["left_cpr"],
            *([self.words["left_address"]] if card.is_withheld else []),
            *([self.words["left_relatives"].format(many=more)] if more > 0 else []),
            *([self.words["left_comment"]] if len(comment) > MOST_LETTERS else []),
            *([self.words["left_parts"]] if has_unseen else []),
            self.words["left_wishes"],
            self.words["left_history"],
        ]


def _shortened(line: Line) -> Line:
    """A line that the paper has room for."""
    cut = line.text if len(line.text) <= MOST_LETTERS else f"{line.text[:MOST_LETTERS].rstrip()} …"
    return Line(line.label, cut)


class WishView(StamkortPage):
    """What a registration says: a disclosure of its own, made by a click that says so. The citizen's alone."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show that it is there, and the step."""
        return self._told(self._flag(kind), opened=False)

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show what it says. Raises FhirError (403) for whoever acts for her."""
        return self._told(self._flag(kind), opened=True)

    def _flag(self, kind: str) -> Any:
        """The registration of this kind. Raises FhirError (404)."""
        if kind not in Registration.Kind.values:
            raise FhirError("not-found")
        rows = cards.registrations(by=self.visitor.actor, citizen_id=self.visitor.citizen_id, kind=kind)
        return rows[0] if rows else None

    def _told(self, flag: Any, *, opened: bool) -> HttpResponse:
        kind = self.kwargs["kind"]
        content = None
        if opened and flag is not None:
            content = cards.content_of(by=self.visitor.actor, registration_id=flag["id"])
        return self.shown(
            "stamkort-wish",
            title=self.words[kind],
            what=self.words[f"{kind}_what"],
            where=self.words[f"{kind}_where"],
            state=self.teller.registered(flag),
            is_there=flag is not None,
            opened=opened,
            wishes=None if content is None else self.teller.wishes(content),
        )
