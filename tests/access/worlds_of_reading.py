"""One thing of every type about the citizen of the cast, for tests that walk over all types."""

from typing import Any

from fhir.registry import Resource, all_resources
from tests.architecture.personas import THINGS
from tests.cast import make_cast


class Everything:
    """The cast, and one thing of every type."""

    def __init__(self) -> None:
        self.cast = make_cast()
        tove = self.cast.citizen.person
        self.things: dict[str, Any] = {entry.type: THINGS[entry.type](self.cast, tove) for entry in all_resources()}

    def asked(self, entry: Resource) -> str:
        """The least that a search of this type asks for."""
        if entry.citizen_parameter and entry.citizen_parameter != "_id":
            return f"{entry.citizen_parameter}=Patient/{self.cast.citizen.person.pk}"
        return f"_id={self.things[entry.type].pk}"
