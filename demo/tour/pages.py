"""The tour on the terminal: a page for each asker and one for the log, readable from eighty columns on."""

from rich.cells import cell_len
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from citizens.models import Citizen
from demo.book import key
from demo.personas import Persona
from demo.places import STAFF
from demo.tour.log import Event
from demo.tour.looks import Look, Reason
from demo.tour.things import Group, Thing
from demo.tour.words import KINDS, WORDS


class Pages:
    """Prints in one language."""

    def __init__(self, console: Console, language: str) -> None:
        self.console, self.words, self.kinds = console, WORDS[language], KINDS[language]

    def opening(self, name: str, base: str) -> None:
        """Say what this is."""
        self.console.print(Text(self.words["opening"].format(name=name, base=base)))

    def look(self, number: int, count: int, look: Look) -> None:
        """Show what one asker got, why, and why not the rest."""
        self._heading(f"{number} {self.words['of']} {count} · {look.persona.name}", who(look.persona))
        place = look.persona.place if look.persona.unit else self.words["at-home"]
        self.console.print(Text(f"{place} · {look.persona.acting_as.label}", style="dim"))
        self.console.print(self._table(look) if look.got else Text(self.words["nothing"], style="bold"))
        self._reasons(self.words["why"], look.why, "green")
        self._reasons(self.words["why-not"], look.why_not, "yellow")
        if not look.why_not:
            self.console.print(Text(self.words["all"], style="green"))

    def _heading(self, title: str, rest: str = "") -> None:
        """A line across with a title."""
        self.console.print()
        self.console.print(Rule(Text.assemble((title, "bold"), f" · {rest}" if rest else ""), align="left"))

    def _table(self, look: Look) -> Table:
        """Each group that there is: how much of it was given, and some titles."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=True)
        table.add_column(self.words["what"], no_wrap=True, min_width=max(map(cell_len, self.kinds.values())))
        table.add_column(self.words["law"], no_wrap=True, min_width=4)
        table.add_column(self.words["got"], no_wrap=True, min_width=8, justify="right")
        table.add_column(self.words["examples"], no_wrap=True, overflow="ellipsis", ratio=1)
        for group, total in look.total.items():
            found = look.got.get(group, [])
            amount = f"{len(found)} {self.words['of']} {total}"
            style = "" if len(found) == total else "yellow" if found else "dim"
            table.add_row(self._kind(group[0]), self._law(group), amount, titles(found), style=style)
        return table

    def _kind(self, kind: str) -> str:
        return self.kinds.get(kind, kind)

    def _law(self, group: Group) -> str:
        """The act that the things stand under; a citizen's own goals stand under none."""
        return group[1] or (self.words["own-words"] if group[0] == "Goal" else "")

    def _reasons(self, title: str, reasons: dict[Reason, list[Group]], style: str) -> None:
        """What it is about, and the plain sentence with its law and its way."""
        if not reasons:
            return
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, expand=True)
        table.add_column(ratio=1, style="dim")
        table.add_column(ratio=3)
        for reason, groups in reasons.items():
            sentence = Text(reason.text)
            if reason.citation:
                sentence.append(f" {reason.citation}.", style="dim")
            if reason.way:
                sentence.append(f" → {reason.way}", style="bold")
            table.add_row(", ".join(f"{self._kind(group[0])} {self._law(group)}".strip() for group in groups), sentence)
        self.console.print(Text(title, style=f"bold {style}"))
        self.console.print(table)

    def log(self, events: list[Event]) -> None:
        """Show the citizen's log; questions for reasons are counted only."""
        self._heading(self.words["log"])
        looks = [event for event in events if event.interaction != "explain"]
        if not looks:
            self.console.print(Text(self.words["log-empty"]))
            return
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column(self.words["when"], no_wrap=True)
        table.add_column(self.words["who"], ratio=3)
        table.add_column(self.words["looked-at"], ratio=3)
        table.add_column(self.words["why"], ratio=4)
        for event in looks:
            who = Text(event.who).append(f"\n{event.role}", style="dim")
            if event.place:
                who.append(f"\n{event.place}", style="dim")
            answer = self.words["refuse" if event.is_refused else "permit"]
            reason = Text(f"{answer}: ", style="yellow" if event.is_refused else "green")
            table.add_row(f"{event.at:%H:%M:%S}", who, event.activity, reason.append(event.reason, style="default"))
        self.console.print(table)
        if others := len(events) - len(looks):
            self.console.print(Text(self.words["explained"].format(count=others), style="dim"))


def who(persona: Persona) -> str:
    """The name of an asker, and the title of one at work."""
    if persona.unit:
        given, family, _profession, title, _units = STAFF[persona.who]
        return f"{given} {family}, {title}"
    citizen = Citizen.objects.get(pk=key(f"citizen {persona.who}"))
    return f"{citizen.given_name} {citizen.family_name}"


def titles(things: list[Thing]) -> str:
    """The distinct titles, as many as there is room for."""
    return ", ".join(dict.fromkeys(thing.title.rstrip(".") for thing in things if thing.title))
