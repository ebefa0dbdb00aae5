"""One look of each asker: the overview over HTTP, and the reasons of what came and of what did not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from demo.personas import Persona
from demo.tour.client import Client, Json
from demo.tour.things import Group, Thing, by_group, things_of

ASKERS = ("doctor", "gp", "municipal-nurse", "home-helper", "caseworker", "lars", "lars-daughter")


@dataclass(frozen=True)
class Reason:
    """Why something was or was not given: the plain sentence, the law it names, and the nearest lawful way."""

    text: str
    citation: str = ""
    way: str = ""


@dataclass
class Look:
    """What one asker got of each group, of how many there are, and why."""

    persona: Persona
    got: dict[Group, list[Thing]]
    total: dict[Group, int]
    why: dict[Reason, list[Group]] = field(default_factory=lambda: defaultdict(list))
    why_not: dict[Reason, list[Group]] = field(default_factory=lambda: defaultdict(list))


def everything(client: Client, token: str, citizen_id: str) -> list[Thing]:
    """All that there is, as the citizen herself gets it. Raises ValueError when she gets nothing."""
    status, bundle = client.get(f"Patient/{citizen_id}/$overview", token)
    if status != 200 or not bundle.get("entry"):
        raise ValueError(f"the citizen's own overview was answered with {status}")
    return things_of(bundle)


def look(client: Client, persona: Persona, citizen_id: str, there: list[Thing], language: str) -> Look:
    """Ask for the overview as this persona, then for the reason of one thing of each group."""
    token, _seconds = persona.token()
    _status, bundle = client.get(f"Patient/{citizen_id}/$overview", token)
    # A plan that is seen only in part comes without its law: it is counted where the citizen herself sees it.
    laws = {thing.id: thing.law for thing in there}
    things = [replace(thing, law=laws.get(thing.id, thing.law)) for thing in things_of(bundle)]
    whole = by_group(there)
    made = Look(persona, by_group(things), {group: len(found) for group, found in whole.items()})
    seen = {thing.id for thing in things}
    for group, examples in _examples(whole, seen):
        for thing in examples:
            status, told = client.get(f"{thing.kind}/{thing.id}/$explain-access", token)
            if status == 200:
                reasons = made.why if _value(told, "verdict") == "permit" else made.why_not
                for reason in _reasons(told, language):
                    if group not in reasons[reason]:
                        reasons[reason].append(group)
    return made


def _examples(whole: dict[Group, list[Thing]], seen: set[str]) -> Iterator[tuple[Group, list[Thing]]]:
    """For each group one thing that was given and one that was not, where there are."""
    for group, things in whole.items():
        given = next((thing for thing in things if thing.id in seen), None)
        held_back = next((thing for thing in things if thing.id not in seen), None)
        yield group, [thing for thing in (given, held_back) if thing is not None]


def _reasons(told: Json, language: str) -> list[Reason]:
    """The reasons of an explanation: of the first rule that held, or of the refusal with its way."""
    rules = [part["part"] for part in told.get("parameter", ()) if part["name"] == "rule"]
    if rules:
        return [Reason(_part(rules[0], language), _part(rules[0], "ground"))]
    nearest: list[Json] = next((part["part"] for part in told.get("parameter", ()) if part["name"] == "nearest"), [])
    return [Reason(_value(told, f"text-{language}"), _part(nearest, "ground"), _part(nearest, language))]


def _value(told: Json, name: str) -> str:
    return _part(told.get("parameter", []), name)


def _part(parts: list[Json], name: str) -> str:
    """The value of a named part, whatever its type."""
    found = next((part for part in parts if part["name"] == name), {})
    return str(found.get("valueString") or found.get("valueCode") or "")
