"""What a resource is to a reader: its kind, its law and a title, read from the FHIR that was sent."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from demo.tour.client import Json
from fhir.datatypes import JURISDICTION

LAWS = {"healthcare-act": "SUL", "service-act": "SEL", "elderly-act": "ÆL"}
ORDER = (
    "Patient", "RelatedPerson", "Appointment", "CarePlan", "Goal", "Condition", "ServiceRequest", "Procedure",
    "Encounter", "Observation", "DocumentReference", "CareTeam", "EpisodeOfCare", "Consent", "Provenance",
)  # fmt: skip
Group = tuple[str, str]


@dataclass(frozen=True)
class Thing:
    """One resource of the answer."""

    kind: str
    id: str
    law: str
    title: str

    @property
    def group(self) -> Group:
        """Kind and law, which mostly decide together."""
        return self.kind, self.law


def things_of(bundle: Json) -> list[Thing]:
    """Read the entries of a bundle."""
    return [thing_of(entry["resource"]) for entry in bundle.get("entry", ())]


def thing_of(resource: Json) -> Thing:
    """Read one resource."""
    labels = resource.get("meta", {}).get("security", ())
    law = next((LAWS.get(label["code"], "") for label in labels if label.get("system") == JURISDICTION), "")
    return Thing(resource["resourceType"], resource["id"], law, _title(resource))


def by_group(things: Iterable[Thing]) -> dict[Group, list[Thing]]:
    """Sort into groups, in the order in which they are shown."""
    found: dict[Group, list[Thing]] = defaultdict(list)
    for thing in things:
        found[thing.group].append(thing)
    laws = ["", *LAWS.values()]
    places = {kind: place for place, kind in enumerate(ORDER)}
    return dict(
        sorted(found.items(), key=lambda item: (places.get(item[0][0], 99), item[0][0], laws.index(item[0][1])))
    )


def _title(resource: Json) -> str:
    """The shortest text that names a resource."""
    for name in ("title", "description", "code", "serviceType", "class", "category", "type", "name", "relationship"):
        if text := _text(resource.get(name)):
            return text
    return ""


def _text(value: Any) -> str:
    """The text of a string, a coding, a concept, a human name or the first of a list of them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if not isinstance(value, dict):
        return ""
    if "family" in value:
        return " ".join([*value.get("given", ()), value["family"]])
    return value.get("text") or value.get("display") or _text(value.get("coding"))
