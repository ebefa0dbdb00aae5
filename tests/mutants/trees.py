"""Faults inside a condition: the places of its compiled tree, and the tree with one of them changed.

A place is named by what stands there (`TreatmentRelation.end gt`), so that it is the same for every shape of actor.
"""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, Func, Lookup, Q
from django.db.models.expressions import Col, Expression
from django.db.models.sql.where import WhereNode

Place = tuple[str, str]  # what stands there, and what is done to it
BOUNDARY = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
JOINERS = {" > ": " >= ", " >= ": " > "}
LEFT_OUT, MOVED, TURNED = "left out", "boundary moved", "negation left out"


def places(node: Any, within: str = "") -> Iterator[Place]:
    """Every place of a tree with what can be done to it."""
    if node.negated:
        yield f"{within}not {_name(node, within)}", TURNED
    for child, name in _named(node, within):
        if len(node.children) > 1:
            yield name, LEFT_OUT
        yield from _inside(child, name)


def _named(node: Any, within: str) -> list[tuple[Any, str]]:
    """The children of a node by name; those of one name are told apart by a number."""
    seen: Counter[str] = Counter()
    found = []
    for child in node.children:
        name = _name(child, within)
        seen[name] += 1
        found.append((child, name if seen[name] == 1 else f"{name} #{seen[name]}"))
    return found


def _inside(child: Any, name: str) -> Iterator[Place]:
    if isinstance(child, Q | WhereNode):
        yield from places(child, name.partition("(")[0])
    elif _moved(child) is not None:
        yield name, MOVED
    found = _subquery(child)
    if found is not None:
        yield from places(found.query.where, f"{found.query.model.__name__}.")


def changed(node: Any, place: Place, within: str = "") -> tuple[Any, int]:
    """The tree with this place changed wherever it stands, and how often it stood there."""
    what, how = place
    made, hits = copy.copy(node), 0
    made.children = []
    if node.negated and how == TURNED and what == f"{within}not {_name(node, within)}":
        made.negated, hits = False, 1
    for child, name in _named(node, within):
        named = name == what
        if named and how == LEFT_OUT and len(node.children) > 1:
            hits += 1
            continue
        if named and how == MOVED and (moved := _moved(child)) is not None:
            made.children.append(moved)
            hits += 1
            continue
        new, count = _child(child, place, within)
        made.children.append(new)
        hits += count
    return made, hits


def _child(child: Any, place: Place, within: str) -> tuple[Any, int]:
    if isinstance(child, Q | WhereNode):
        return changed(child, place, within)
    found = _subquery(child)
    if found is None:
        return child, 0
    query = found.query.clone()
    query.where, hits = changed(query.where, place, f"{query.model.__name__}.")
    new = copy.copy(found)
    new.query = query
    if child is found:
        return new, hits
    lookup = copy.copy(child)
    lookup.lhs = new
    return lookup, hits


def _subquery(child: Any) -> Exists | None:
    """The `Exists` that a child is, or asks to be true."""
    if isinstance(child, Exists):
        return child
    if isinstance(child, Lookup) and isinstance(child.lhs, Exists):
        return child.lhs
    return None


def _moved(child: Any) -> Any:
    """A comparison with its boundary moved by the equality; None for anything else."""
    if isinstance(child, tuple):
        path, _, lookup = child[0].rpartition("__")
        return (f"{path}__{BOUNDARY[lookup]}", child[1]) if lookup in BOUNDARY else None
    if isinstance(child, Lookup) and child.lookup_name in BOUNDARY:
        return child.lhs.get_lookup(BOUNDARY[child.lookup_name])(child.lhs, child.rhs)
    inner = child.lhs if isinstance(child, Lookup) else child
    joiner = inner.extra.get("arg_joiner") if isinstance(inner, Func) else None
    if joiner not in JOINERS:
        return None
    func = copy.copy(inner)
    func.extra = {**inner.extra, "arg_joiner": JOINERS[joiner]}
    if inner is child:
        return func
    lookup = copy.copy(child)
    lookup.lhs = func
    return lookup


def _name(child: Any, within: str) -> str:
    """What stands there."""
    if isinstance(child, tuple):
        return f"{within}{child[0].replace('__', ' ')}"
    if isinstance(child, Q | WhereNode):
        return f"{within}({f' {child.connector.lower()} '.join(_name(one, '') for one in child.children)})"
    if isinstance(child, Exists):
        return f"{within}a {child.query.model.__name__}"
    if isinstance(child, Lookup):
        if isinstance(child.lhs, Exists):
            return _name(child.lhs, within)
        return f"{within}{_name(child.lhs, '')} {child.lookup_name}"
    if isinstance(child, Col):
        return str(child.target.name)
    if isinstance(child, F):
        return str(child.name)
    if isinstance(child, Expression):
        parts = (_name(one, "") for one in child.get_source_expressions() if one is not None)
        return f"{within}{type(child).__name__.strip('_')}({', '.join(parts)})"
    return f"{within}{type(child).__name__}"
