"""Search parameters as they come: parsed to names and values and checked for shape, before any table is asked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fhir.outcomes import FhirError
from fhir.registry import Resource, SearchParameter, all_resources, resource_of
from fhir.search_values import split_values

# Sent by clients in the wild; harmless, so they are allowed and have no effect.
HARMLESS = frozenset({"_format", "_pretty", "_totalMethod"})
COMMON = frozenset({"_id", "_lastUpdated", "_count", "_sort", "_cursor"})
INCLUDES = ("_include", "_revinclude")
# Of these there is one: of two that differ, one would be ignored.
ONCE = frozenset({"_count", "_sort", "_cursor", "_summary", "_total"})
LARGEST_PAGE = 200
DEFAULT_PAGE = 50
MOST_SORTS = 4
_ELEMENT = re.compile(r"[A-Za-z]{1,64}\Z", re.ASCII)


@dataclass(frozen=True)
class Criterion:
    """One parameter of a search: any of its values must fit; several criteria must all fit."""

    parameter: SearchParameter
    values: tuple[str, ...]
    modifier: str = ""


@dataclass(frozen=True)
class Include:
    """References to follow beside the rows that match: those of `holder` by `parameter`, to `target` or to any type.

    Followed backwards, the rows of `holder` that refer to a match are told too.
    """

    holder: Resource
    parameter: SearchParameter
    target: str = ""
    is_reverse: bool = False


@dataclass(frozen=True)
class Query:
    """A parsed search. `sort` names columns, each with a minus when it descends.

    `applied` are the parameters that were heeded, as they came; `with_total` asks for the exact number of permitted
    rows, `count_only` for nothing else. `elements` are the only elements wanted, beside those that a resource cannot be
    without; `is_summary` asks for those of FHIR's summary.
    """

    criteria: tuple[Criterion, ...]
    count: int = DEFAULT_PAGE
    sort: str = ""
    cursor: str = ""
    includes: tuple[Include, ...] = ()
    with_total: bool = False
    is_summary: bool = False
    elements: frozenset[str] = frozenset()
    applied: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def count_only(self) -> bool:
        """Whether only the number is asked for."""
        return self.count == 0


ID = SearchParameter("_id", "token", ("pk",), "The logical id")
LAST_UPDATED = SearchParameter("_lastUpdated", "date", ("updated_at",), "When the version was written")
OF_EVERY_TYPE = (ID, LAST_UPDATED)


class _Parser:
    """Gathers what the parameters say, one after another."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.criteria: list[Criterion] = []
        self.includes: list[Include] = []
        self.applied: list[tuple[str, str]] = []
        self.unknown: list[tuple[str, str]] = []
        self.count, self.sort, self.cursor = DEFAULT_PAGE, "", ""
        self.total, self.is_summary, self.is_number = "", False, False
        self.elements: frozenset[str] = frozenset()

    def take(self, name: str, raw: str) -> None:
        """Take one parameter. Raises FhirError for a value out of shape."""
        if "\x00" in raw:  # which no text of the database holds
            raise FhirError("bad-parameter", safe_name(name))
        if name in ONCE and any(held == name and value != raw for held, value in self.applied):
            raise FhirError("bad-parameter", name)
        result = {
            "_count": self._count,
            "_sort": self._sort,
            "_cursor": self._cursor,
            "_summary": self._summary,
            "_elements": self._elements,
            "_total": self._total,
        }.get(name)
        if result is not None:
            result(raw)
        elif name.partition(":")[0] in INCLUDES:
            if not self._include(name, raw):
                self.unknown.append(("unknown-include", raw))
                return
        elif name not in HARMLESS and not self._criterion(name, raw):
            self.unknown.append(("unknown-parameter", name))
            return
        self.applied.append((name, raw))

    def _count(self, raw: str) -> None:
        self.count = parse_count(raw)

    def _cursor(self, raw: str) -> None:
        self.cursor = raw

    def _sort(self, raw: str) -> None:
        names = raw.split(",")
        known = (*self.resource.sorts, "_lastUpdated")
        if len(names) > MOST_SORTS or any(name.removeprefix("-") not in known for name in names):
            raise FhirError("bad-parameter", "_sort")
        self.sort = raw

    def _total(self, raw: str) -> None:
        if raw not in ("none", "estimate", "accurate"):
            raise FhirError("bad-parameter", "_total")
        self.total = raw

    def _summary(self, raw: str) -> None:
        if raw not in ("true", "false", "data", "count"):
            raise FhirError("bad-parameter", "_summary")
        self.is_summary = raw == "true"
        self.is_number = raw == "count"

    def _elements(self, raw: str) -> None:
        names = raw.split(",")
        if not all(_ELEMENT.match(name) for name in names):
            raise FhirError("bad-parameter", "_elements")
        self.elements |= frozenset(names)

    def _include(self, name: str, raw: str) -> bool:
        """Take an include; whether there is such a one. Raises FhirError (400) for one that is repeated on its own."""
        kind, _colon, modifier = name.partition(":")
        if modifier:
            raise FhirError("include-iterate", safe_name(name))
        found = include(self.resource, raw, is_reverse=kind == "_revinclude")
        if found is not None:
            self.includes.append(found)
        return found is not None

    def _criterion(self, name: str, raw: str) -> bool:
        """Take a parameter of the type; whether it has such a one."""
        bare, _, modifier = name.partition(":")
        parameter = {one.name: one for one in OF_EVERY_TYPE}.get(bare) or self.resource.parameter(bare)
        if parameter is None or not _modifier_fits(parameter, modifier):
            return False
        values = split_values(raw)
        if not all(values) or len(values) > 100:
            raise FhirError("bad-parameter", bare)
        self.criteria.append(Criterion(parameter, values, modifier))
        return True

    def query(self, *, is_lenient: bool) -> Query:
        """What was asked for, as a whole. Raises FhirError (400)."""
        if self.unknown and not (is_lenient and self._stays_narrow()):
            code, name = self.unknown[0]
            raise FhirError(code, safe_name(name))
        if self.is_summary and self.elements:
            raise FhirError("bad-parameter", "_elements")
        self.count = 0 if self.is_number else self.count
        with_total = self.total == "accurate" or self.count == 0
        if with_total and not self._names_citizen():
            if not is_lenient or self.count == 0:
                raise FhirError("total-too-broad", self.resource.citizen_parameter or "")
            with_total = False
        return Query(
            tuple(self.criteria),
            self.count,
            self.sort,
            self.cursor,
            tuple(dict.fromkeys(self.includes)),
            with_total,
            self.is_summary,
            self.elements,
            tuple(self.applied),
        )

    def _stays_narrow(self) -> bool:
        """Whether what is not understood may be left out: never where that could tell of more citizens than asked."""
        return self.resource.citizen_parameter is None or self._names_citizen()

    def _names_citizen(self) -> bool:
        """Whether the search is about one citizen, named by id or by number."""
        naming = (self.resource.citizen_parameter, *SAME_AS_PATIENT)
        return any(
            (criterion.parameter.name in naming or criterion.parameter.secret) and len(criterion.values) == 1
            for criterion in self.criteria
        )


SAME_AS_PATIENT = ("subject",)


def parse(resource: Resource, pairs: Iterable[tuple[str, str]], *, is_lenient: bool = False) -> Query:
    """Parse the parameters of a search. Raises FhirError for an unknown parameter or a value out of shape.

    A lenient search (`Prefer: handling=lenient`) leaves out what is unknown, if it is about one citizen all the same.
    """
    parser = _Parser(resource)
    for name, raw in pairs:
        parser.take(name, raw)
    _check_company(resource, parser.criteria)
    return parser.query(is_lenient=is_lenient)


def parse_reading(resource: Resource, pairs: Iterable[tuple[str, str]]) -> Query:
    """Parse the parameters of a read: how much of the resource is wanted. Raises FhirError for any other parameter."""
    parser = _Parser(resource)
    for name, raw in pairs:
        if name not in ("_elements", "_summary", *HARMLESS) or (name, raw) == ("_summary", "count"):
            raise FhirError("unknown-parameter", safe_name(name))
        parser.take(name, raw)
    return parser.query(is_lenient=False)


def include(resource: Resource, raw: str, *, is_reverse: bool) -> Include | None:
    """Read `Type:parameter` or `Type:parameter:Target`; None for what is not offered of this type."""
    kind, _colon, rest = raw.partition(":")
    name, _colon, target = rest.partition(":")
    offered = reverse_includes(resource) if is_reverse else forward_includes(resource)
    for holder, parameter in offered:
        if (holder.type, parameter.name) == (kind, name):
            fits = not target or (target == resource.type if is_reverse else target in parameter.targets)
            return Include(holder, parameter, target, is_reverse) if fits else None
    return None


def forward_includes(resource: Resource) -> Iterator[tuple[Resource, SearchParameter]]:
    """The references of a type that can be followed: those that its resources hold, to types that are offered."""
    for parameter in resource.parameters:
        if parameter.kind == "reference" and parameter.element and any(map(resource_of, parameter.targets)):
            yield resource, parameter


def reverse_includes(resource: Resource) -> Iterator[tuple[Resource, SearchParameter]]:
    """The references to a type that can be followed backwards: to what is about a citizen, by a column or a link.

    Others would tell of everybody who has to do with one unit or one professional.
    """
    if resource.citizen_parameter is None:
        return
    for holder in all_resources():
        for parameter in holder.parameters:
            if resource.type in parameter.targets and parameter.is_followed_back:
                yield holder, parameter


def _check_company(resource: Resource, criteria: list[Criterion]) -> None:
    """What must be asked for is, and what may not stand alone does not. Raises FhirError (400)."""
    given = {criterion.parameter.name for criterion in criteria}
    wanted = [resource.needed, *(criterion.parameter.beside for criterion in criteria)]
    for names in wanted:
        if names and not names & given:
            raise FhirError("search-too-broad", ", ".join(sorted(names)))


def parse_count(raw: str) -> int:
    """Read `_count`; more than the largest page gives the largest page. Raises FhirError."""
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise FhirError("bad-parameter", "_count")
    return min(int(raw), LARGEST_PAGE)


def _modifier_fits(parameter: SearchParameter, modifier: str) -> bool:
    """Whether the parameter may carry the modifier."""
    if not modifier:
        return True
    if parameter.kind == "reference":
        return modifier in parameter.targets
    return parameter.kind == "string" and modifier in ("exact", "contains")


def safe_name(name: str) -> str:
    """A name that is safe to repeat to its sender: short, and without digits that might be a person's number."""
    return "".join(char for char in name[:40] if not char.isdigit())
