"""Every service says who writes: `by` comes first and by name only, and every write goes the one way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "careplans",
    "documents",
    "goals",
    "appointments",
    "stamkort",
    "consents",
    "citizens",
    "organisations",
    "minlog",
    "law",
)
# What changes an element; whoever calls one of these writes on somebody's behalf.
WRITES = frozenset({"create_element", "change_element", "record", "save", "create", "bulk_create", "delete", "update"})
_VERBS = (
    "create add register record write set put update change correct replace end close lift withdraw revoke give claim "
    "declare review mark cancel activate complete withhold delete remove hand take"
)
VERBS = frozenset(_VERBS.split())
MODULES = ("services", "overrides")


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function of a module of services."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if not set(parts) & set(MODULES):
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield ".".join((*parts, node.name)), node


def calls(node: ast.FunctionDef) -> set[str]:
    """The names of what a function calls."""
    called = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    return {part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "") for part in called}


def names_used_outside() -> set[str]:
    """Every word of the modules that are no services: what others call is among them."""
    modules = (path for app in (*APPS, "exchange") for path in (ROOT / app).rglob("*.py"))
    outside = (path for path in modules if not {*path.with_suffix("").parts} & {*MODULES})
    return {word for path in outside for word in re.findall(r"\w+", path.read_text())}


USED_OUTSIDE = names_used_outside()


def is_service(node: ast.FunctionDef) -> bool:
    """Whether a function that others call writes, by what it calls itself or by its name; the rest are its helpers."""
    return node.name in USED_OUTSIDE and (bool(calls(node) & WRITES) or node.name.split("_")[0] in VERBS)


SERVICES = {name: node for name, node in functions() if is_service(node)}


def test_there_are_services_to_check() -> None:
    assert {"goals.services.create_goal", "goals.services.update_goal"} <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_service_takes_by_first_and_everything_by_name(name: str) -> None:
    given = SERVICES[name].args

    assert not given.posonlyargs
    assert not given.args
    assert given.vararg is None
    assert given.kwonlyargs[0].arg == "by"
    assert given.kw_defaults[0] is None
    assert SERVICES[name].returns is not None


@pytest.mark.parametrize("name", SERVICES)
def test_service_says_what_it_means(name: str) -> None:
    assert ast.get_docstring(SERVICES[name])
