"""What our own extensions, codes, search parameters and operations mean, as resources that anybody may read.

Extensions and operations stand here; a code system is made known beside the codes that it holds (`code_system`), which
codes an element takes beside what reads them (`value_set`), and a search parameter is its entry in the registry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fhir.datatypes import BASE
from fhir.operations import OPERATIONS, Operation
from fhir.outcomes import KINDS
from fhir.registry import Resource, SearchParameter, all_resources

TYPES = ("CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet")
VERSION = "1.0.0"
FHIR_BASE = "http://hl7.org/fhir/StructureDefinition"


@dataclass(frozen=True)
class Extension:
    """An extension of ours: where it stands, the type of its value or its parts, and what it tells."""

    name: str
    on: tuple[str, ...]
    kind: str
    da: str
    en: str
    parts: tuple[tuple[str, str], ...] = ()


EXTENSIONS = (
    Extension(
        "access-explanation",
        ("OperationOutcome.issue",),
        "",
        "Den nærmeste lovlige vej, og reglen der kom nærmest",
        "The nearest lawful way, and the rule that came nearest with its ground",
        (
            ("way", "code"),
            ("rule", "code"),
            ("ground", "string"),
            ("validFrom", "date"),
            ("validTo", "date"),
            ("fact", ""),
            ("da", "string"),
            ("en", "string"),
        ),
    ),
    Extension(
        "acceptance-needed",
        ("Consent.provision",),
        "code",
        "Hvem der skal acceptere ønsket: relative, guardian eller trustedAgent",
        "Who must accept the wish: relative, guardian or trustedAgent",
    ),
    Extension("acting-as", ("Consent.provision.actor",), "code", "Modtagerens rolle", "In which capacity she must act"),
    Extension("appointment-approximate", ("Appointment",), "boolean", "Vejledende tid", "The time is approximate"),
    Extension("appointment-requester", ("Appointment",), "Reference", "Rekvirent", "The unit that asked for it"),
    Extension("appointment-sector", ("Appointment",), "code", "Sektor", "Region, municipality or practice"),
    Extension("block-channel", ("Consent",), "code", "Hvor spærringen er sat", "Where the block was made"),
    Extension("block-everything", ("Consent.provision",), "boolean", "Alt for alle", "Everything, from everybody"),
    Extension("consent-form", ("Consent",), "code", "Samtykkets form", "How the consent was given"),
    Extension("consent-received-by", ("Consent",), "Reference", "Modtaget af", "Who received the consent"),
    Extension(
        "goal-shared-with", ("Goal",), "Reference", "Enhed, livsmålet deles med", "A unit that it is shared with"
    ),
    Extension(
        "goal-sharing", ("Goal",), "code", "Hvem livsmålet deles med", "With whom the citizen shares a life goal"
    ),
    Extension("related-person-note", ("RelatedPerson",), "string", "Bemærkning", "A note on a relative"),
    Extension("related-person-rank", ("RelatedPerson",), "positiveInt", "Rækkefølge", "In which order to call"),
    Extension("relation-evidence", ("EpisodeOfCare",), "string", "Grundlag", "What shows the treatment relation"),
    Extension("relation-follow-up-by", ("EpisodeOfCare",), "dateTime", "Følges op inden", "Followed up by when"),
    Extension("relation-follow-up-result", ("EpisodeOfCare",), "code", "Opfølgning", "What the follow-up gave"),
    Extension("relation-status", ("EpisodeOfCare",), "code", "Erklæret eller bekræftet", "Claimed or confirmed"),
    Extension(
        "service-paragraph",
        ("Appointment", "ServiceRequest"),
        "string",
        "Den paragraf, hjælpen er bevilget efter",
        "The paragraph that a service is granted under",
    ),
    Extension("signing-secret", ("Subscription.channel",), "string", "Nøgle til signatur", "The key of signatures"),
    Extension("source-sub-units", ("Consent",), "boolean", "Med afsenders underenheder", "With units below the origin"),
    Extension(
        "stamkort-comment",
        ("Patient",),
        "",
        "Borgerens bemærkning",
        "The citizen's comment",
        (("text", "string"),),
    ),
    Extension("stamkort-coverage-group", ("Patient",), "code", "Sikringsgruppe", "The group of health insurance"),
    Extension(
        "stamkort-dentist",
        ("Reference",),
        "",
        "Tandlægens adresse og telefon",
        "Address and telephone of the dentist",
        (("address", "Address"), ("phone", "ContactPoint"), ("role", "code")),
    ),
    Extension(
        "stamkort-typed",
        ("Element", "RelatedPerson"),
        "",
        "Hvem der har skrevet det og hvornår",
        "Who typed it and when",
        (("by", "code"), ("at", "dateTime")),
    ),
    Extension(
        "with-sub-units",
        ("Consent.provision.actor", "Consent.provision.data"),
        "boolean",
        "Gælder også enhederne under den nævnte",
        "Holds for the units below the one that is named, too",
    ),
)


def _published(kind: str, name: str, title: str, text: str) -> dict[str, Any]:
    """What every definition says of itself."""
    return {
        "resourceType": kind,
        "id": name,
        "url": f"{BASE}/{kind}/{name}",
        "version": VERSION,
        "name": "".join(part.capitalize() for part in name.split("-")),
        **({} if kind == "SearchParameter" else {"title": title}),
        "status": "active",
        "publisher": "Samlet Patientoverblik",
        "description": text,
    }


def structure_definition(extension: Extension) -> dict[str, Any]:
    """The StructureDefinition of an extension."""
    elements: list[dict[str, Any]] = [
        {"id": "Extension", "path": "Extension", "short": extension.en, "definition": extension.da}
    ]
    for name, kind in extension.parts:
        part = f"Extension.extension:{name}"
        elements += [
            {"id": part, "path": "Extension.extension", "sliceName": name, "min": 0, "max": "1" if kind else "*"},
            {"id": f"{part}.url", "path": "Extension.extension.url", "fixedUri": name},
        ]
        if kind:  # else it has parts of its own
            elements.append(
                {"id": f"{part}.value[x]", "path": "Extension.extension.value[x]", "type": [{"code": kind}]}
            )
    url = f"{BASE}/StructureDefinition/{extension.name}"
    elements.append({"id": "Extension.url", "path": "Extension.url", "fixedUri": url})
    value = {"id": "Extension.value[x]", "path": "Extension.value[x]"}
    elements.append(value | ({"max": "0"} if extension.parts else {"min": 1, "type": [{"code": extension.kind}]}))
    return {
        **_published("StructureDefinition", extension.name, extension.da, extension.en),
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": place} for place in extension.on],
        "type": "Extension",
        "baseDefinition": f"{FHIR_BASE}/Extension",
        "derivation": "constraint",
        "differential": {"element": elements},
    }


_CODE_SYSTEMS: dict[str, dict[str, Any]] = {}


def code_system(name: str, title: str, codes: Mapping[str, str], *, is_complete: bool = True) -> str:
    """Make a code system of ours known, with the Danish name of each code; returns its address."""
    concepts = [{"code": code, "display": display or code} for code, display in codes.items()]
    _CODE_SYSTEMS[name] = {
        **_published("CodeSystem", name, title, title),
        "caseSensitive": True,
        "content": "complete" if is_complete else "fragment" if codes else "not-present",
        **({"concept": concepts} if codes else {}),
    }
    return f"{BASE}/CodeSystem/{name}"


Includes = Callable[[], Mapping[str, Mapping[str, str]]]
_VALUE_SETS: dict[str, tuple[str, Includes]] = {}


def value_set(name: str, title: str, includes: Includes) -> str:
    """Make known which codes are taken somewhere; returns its address.

    `includes` tells the systems, and of each the codes with their names, or none where every code of it is taken.
    """
    _VALUE_SETS[name] = (title, includes)
    return f"{BASE}/ValueSet/{name}"


def all_value_sets() -> list[dict[str, Any]]:
    """The ValueSets: what elements take, and of each complete code system of ours everything."""
    whole: dict[str, Mapping[str, Mapping[str, str]]] = {
        one["id"]: {one["url"]: {}} for one in definitions_of("CodeSystem") if one["content"] == "complete"
    }
    taken = {name: includes() for name, (_title, includes) in _VALUE_SETS.items()}
    titles = {name: _CODE_SYSTEMS[name]["title"] for name in whole} | {
        name: title for name, (title, _includes) in _VALUE_SETS.items()
    }
    return [
        {
            **_published("ValueSet", name, titles[name], titles[name]),
            "compose": {"include": [_include(system, codes) for system, codes in sorted(parts.items())]},
        }
        for name, parts in sorted((whole | taken).items())
        if parts  # of codes that are not loaded there is nothing to tell
    ]


def _include(system: str, codes: Mapping[str, str]) -> dict[str, Any]:
    """A system in a value set, whole or these codes of it."""
    concepts = [{"code": code, **({"display": text} if text else {})} for code, text in sorted(codes.items())]
    return {"system": system, **({"concept": concepts} if concepts else {})}


def operation_definition(operation: Operation) -> dict[str, Any]:
    """The OperationDefinition of an operation."""
    types = operation.types or tuple(entry.type for entry in all_resources())
    built = {
        **_published("OperationDefinition", operation.name, operation.da, operation.en),
        "kind": "operation",
        "affectsState": operation.affects_state,
        "code": operation.name,
        "resource": list(types),
        "system": False,
        "type": not operation.is_of_instance,
        "instance": operation.is_of_instance,
    }
    parameters = [
        {"name": name, "use": "in", "min": least, "max": "1", "documentation": text, "type": kind}
        for name, kind, least, text in operation.parameters
    ]
    answered = {"name": "return", "use": "out", "min": 1, "max": "1", "type": operation.answer}
    return {**built, "parameter": [*parameters, answered]}


def search_parameter(entry: Resource, parameter: SearchParameter) -> dict[str, Any]:
    """The SearchParameter of one of ours, that FHIR has none for."""
    name = f"{entry.type}-{parameter.name}"
    return {
        **_published("SearchParameter", name, parameter.description, parameter.description),
        "code": parameter.name,
        "base": [entry.type],
        "type": parameter.kind,
        "expression": f"{entry.type}.{parameter.element}",
        **({"target": list(parameter.targets)} if parameter.targets else {}),
    }


def definitions_of(kind: str) -> list[dict[str, Any]]:
    """Every definition of a type."""
    match kind:
        case "CodeSystem":
            code_system("rule", "Regler for det, der skrives", {}, is_complete=False)
            code_system("error", "Fejl", {kind.code: kind.da.replace("{}", "…") for kind in KINDS.values()})
            return [_CODE_SYSTEMS[name] for name in sorted(_CODE_SYSTEMS)]
        case "OperationDefinition":
            return [operation_definition(operation) for operation in OPERATIONS]
        case "SearchParameter":
            return [
                search_parameter(entry, parameter)
                for entry in all_resources()
                for parameter in entry.parameters
                if parameter.is_own
            ]
        case "StructureDefinition":
            return [structure_definition(extension) for extension in EXTENSIONS]
        case _:
            return all_value_sets()
