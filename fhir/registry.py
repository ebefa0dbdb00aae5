"""The registry: one entry for each resource type drives routes, search, CapabilityStatement, OpenAPI and tests.

Subjects fill it (`careplans/fhir.py` and so on); this package knows none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ParameterKind = Literal["token", "reference", "date", "string", "special"]
Interaction = Literal[
    "read", "vread", "history-instance", "history-type", "search-type", "create", "update", "patch", "delete"
]

READ_ONLY: tuple[Interaction, ...] = ("read", "search-type")
VERSIONED: tuple[Interaction, ...] = ("read", "vread", "history-instance", "history-type", "search-type")
WRITTEN: tuple[Interaction, ...] = (*VERSIONED, "create", "update", "patch")


@dataclass(frozen=True)
class SearchParameter:
    """One search parameter.

    `paths` are columns of the table: one, or start and end of a period, or several for text. `systems` names, for a
    token, the column that holds the system, and for a reference the column that holds the type it names. `codes` turns
    a FHIR code (or `system|code`) into column values where they are not the same. `targets` are the types a reference
    may name. `secret` values may stand only in a POST, one at a time, and name one citizen.

    `where` makes the condition itself, from the asker, the value and the type that a reference names: for links, which
    count only where the asker may see the other end too. One that can say so of several ids (`among`: the asker, an
    array of ids and their type) is followed backwards too. `guard` is what must hold for the asker beyond seeing the
    row, for a parameter that asks of what a reduced copy does not show. `system_prefix` is what every system of a token
    begins with, before what its column holds. `element` is the path of the element that it is about; a reference that
    has one can be followed (`_include`). `is_own` says that FHIR has no such parameter: it is described by one of ours.

    `condition`, where a column does not say it, makes the condition of a token from its system (empty when none was
    named), its code and a maker of slots. `beside` names parameters of which one must stand beside this one. Of a
    parameter that `is_key`, a system with a code is one row's own, and the empty code is nobody's.
    """

    name: str
    kind: ParameterKind
    paths: tuple[str, ...]
    description: str
    systems: str | None = None
    fixed_system: str = ""
    codes: Mapping[str, Any] | None = None
    targets: tuple[str, ...] = ()
    values: Callable[[str, str], Any] | None = None
    secret: bool = False
    where: Callable[[Any, Any, str], Any] | None = None
    guard: Callable[[Any], Any] | None = None
    system_prefix: str = ""
    condition: Callable[[str, str, Callable[[Any, Any], Any]], Any] | None = None
    beside: frozenset[str] = frozenset()
    element: str = ""
    is_own: bool = False
    is_key: bool = False

    @property
    def among(self) -> Callable[[Any, Any, str], Any] | None:
        """What makes the condition of several ids, where `where` can."""
        found: Callable[[Any, Any, str], Any] | None = getattr(self.where, "among", None)
        return found

    @property
    def is_followed_back(self) -> bool:
        """Whether a page can bring along what refers to its rows by this parameter: by a column or by a link."""
        return bool(self.element) and (self.among is not None if self.where else bool(self.paths))


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource type: where its rows come from, how a row becomes JSON, and what may be done with it.

    `source` is an `access.statements.Source`. `to_fhir` takes a row (column name to value, and "rules": the codes of
    the rules that let it through) and the actor, and returns the resource. `create` and `update` take the actor and the
    parsed body (and the row to change, with the version that the caller has) and return the row written; `delete` takes
    the actor, the row and the version. What may be updated may be patched.
    `citizen_parameter` is the search parameter that names the citizen, if the type is about one; `unit_parameters` are
    those that name a unit or somebody who works there, of whose rows in a short time there are few. A search must
    have one of `needed`. `operations` are named operations of its own, besides those of every type. `also` holds
    further entries of the same type, each with a table of its own (`add_face`); one of these that is written says with
    `takes` which bodies are its own. `topics` are the canonical addresses of what can be subscribed to.
    """

    type: str
    source: Any
    to_fhir: Callable[[dict[str, Any], Any], dict[str, Any]]
    parameters: tuple[SearchParameter, ...]
    interactions: tuple[Interaction, ...] = VERSIONED
    body: Any = None
    create: Callable[..., dict[str, Any]] | None = None
    update: Callable[..., dict[str, Any]] | None = None
    delete: Callable[..., dict[str, Any]] | None = None
    citizen_parameter: str | None = "patient"
    profile: str = ""
    description: str = ""
    in_overview: bool = True
    unit_parameters: tuple[str, ...] = ()
    sorts: Mapping[str, str] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    operations: tuple[str, ...] = ()
    also: list["Resource"] = field(default_factory=list)
    takes: Callable[[Mapping[str, Any]], bool] | None = None
    topics: tuple[str, ...] = ()

    @property
    def is_identified(self) -> bool:
        """Whether its elements have a business identifier, so that they are written under a condition too."""
        parameter = self.parameter("identifier")
        return parameter is not None and parameter.is_key

    @property
    def faces(self) -> tuple["Resource", ...]:
        """The entry and those of the same type beside it: one for each table its rows stand in."""
        return (self, *self.also)

    def parameter(self, name: str) -> SearchParameter | None:
        """Return a parameter by name."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


_RESOURCES: dict[str, Resource] = {}


def register(resource: Resource) -> Resource:
    """Make a resource type known."""
    if resource.type in _RESOURCES:
        raise ValueError(f"{resource.type} is registered already")
    _RESOURCES[resource.type] = resource
    return resource


def add_face(resource: Resource) -> Resource:
    """Say that rows of another table too are resources of a type that is registered.

    Its parameters are among those of the type, and its source has the same columns to order by.
    """
    main = _RESOURCES[resource.type]
    unknown = {parameter.name for parameter in resource.parameters} - {parameter.name for parameter in main.parameters}
    if unknown or resource.source.order != main.source.order:
        raise ValueError(f"{resource.type} is not searched or ordered like that")
    main.also.append(resource)
    return resource


def resource_of(kind: str) -> Resource | None:
    """Return the entry of a type."""
    return _RESOURCES.get(kind)


def all_resources() -> tuple[Resource, ...]:
    """Return every entry, by name of type."""
    return tuple(_RESOURCES[kind] for kind in sorted(_RESOURCES))
