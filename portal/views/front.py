"""The front page."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from access.actors import born_by, danish_day
from access.statements import Row
from portal.front import PAGE_OF, Front, read_front
from portal.pages import MENU, VisitorPage
from portal.templatetags.portal import day

# What most come for, each with its page.
WAYS = ("plans", "stamkort", "log", "access")


class FrontView(VisitorPage):
    """What is next, what is new, who has looked, and what she is asked to do."""

    place = "front"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        visitor = self.visitor
        ways = [name for name in WAYS if name in MENU]
        if not visitor.is_acting and visitor.me.birth_date > born_by(15, visitor.actor.moment):
            return self.shown("front", too_young=True)
        front = read_front(visitor, english=self.english)
        coming = [self._appointment(row) for row in front.coming]
        return self.shown(
            "front",
            front=front,
            first=coming[0] if coming else None,
            others=coming[1:],
            asked=self._asked(front),
            news=[
                {"each": each, "text": self.t["front"][f"news_{each.topic}"], "address": _address(each.topic)}
                for each in front.news
            ],
            ways=[{"name": name, "address": _address(name), **self._way(name)} for name in ways],
            address={name: _address(name) for name in ("appointments", "plans", "log", "access", "messages")},
        )

    def _way(self, name: str) -> dict[str, str]:
        return {"text": self.t["front"][f"way_{name}"], "more": self.t["front"][f"way_{name}_more"]}

    def _appointment(self, row: Row) -> dict[str, Any]:
        """When, what and where; today and tomorrow are called so."""
        today = danish_day(self.visitor.actor.moment)
        near = {today: "today", today + timedelta(days=1): "tomorrow"}.get(danish_day(row["start"]), "")
        town = f"{row['location_postal_code'] or ''} {row['location_city'] or ''}".strip()
        places = dict.fromkeys((row["unit_name"], row["location_name"], row["location_street"], town))
        return {"row": row, "near": self.t["front"].get(near, ""), "places": [place for place in places if place]}

    def _asked(self, front: Front) -> list[dict[str, str]]:
        """What she is asked to do, each with where she does it."""
        return [
            *(self._task("proposed", "plans", what=row["words"]) for row in front.proposed),
            *(self._task("answered", "log", who=row["unit_name"]) for row in front.answered),
            *(self._task("ending", "access", who=_recipient(row), day=row["end"]) for row in front.ending),
            *(self._task("follow_up", "plans", day=row["start"]) for row in front.follow_ups),
        ]

    def _task(self, name: str, page: str, **places: Any) -> dict[str, str]:
        texts = self.t["front"]
        if "day" in places:
            places["day"] = day(places["day"])
        return {"text": texts[name].format(**places), "do": texts[f"{name}_do"], "address": _address(page)}


def _recipient(row: Row) -> str:
    """Whom a consent lets see."""
    return row["unit_name"] or f"{row['professional_given']} {row['professional_family']}"


def _address(topic: str) -> str:
    """The address of the page about it; none while there is no such page."""
    name = MENU.get(PAGE_OF.get(topic, topic), "")
    return reverse(name) if name else ""
