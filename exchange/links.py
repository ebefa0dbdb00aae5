"""The links between delivered rows: what a goal addresses, why something is done, what stands in a plan.

The rows of a link follow from the latest content of the resource that names the other; what waits has none yet.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from careplans.models import CarePlan, CompletedIntervention, Contact, Intervention, InterventionCondition, PlanElement
from exchange.items import Role
from exchange.merging import Merge, Work
from exchange.storing import Rows, elements_of
from exchange.values import Key
from goals.models import Goal, GoalCondition

_REASONS: dict[type[Model], str] = {
    Intervention: "intervention_id",
    CompletedIntervention: "completed_id",
    Contact: "contact_id",
}


@dataclass(frozen=True)
class Table:
    """One kind of link: its table, the column of the row that names and the column of what it names."""

    model: type[Model]
    holder: str
    target: str
    is_ranked: bool = False


_ADDRESSES = Table(GoalCondition, "goal_id", "condition_id", is_ranked=True)
_IN_PLAN = Table(PlanElement, "intervention_id", "plan_id")
_WHY = {model: Table(InterventionCondition, column, "condition_id") for model, column in _REASONS.items()}

Wanted = dict[Table, dict[UUID, dict[UUID, int]]]
Standing = dict[UUID, dict[tuple[UUID, UUID], Any]]
Pair = tuple[Table, UUID, UUID, int]


@dataclass
class Difference:
    """The links to add and the rows to remove."""

    added: list[Pair]
    removed: dict[type[Model], list[Any]]

    def write(self) -> None:
        """Write the difference; at most two statements for each table."""
        for model, keys in self.removed.items():
            model._default_manager.filter(pk__in=keys).delete()
        fresh: dict[type[Model], list[Model]] = defaultdict(list)
        for table, holder, target, rank in self.added:
            columns: dict[str, Any] = {table.holder: holder, table.target: target}
            if table.is_ranked:
                columns["rank"] = rank
            fresh[table.model].append(table.model(**columns))
        for model, rows in fresh.items():
            model._default_manager.bulk_create(rows, ignore_conflicts=True)


def differences(every: Sequence[tuple[Merge, Rows]]) -> Difference:
    """Compare the links that should stand with those that do, and note whose rows get a new version for it.

    One statement for each table that may have some, however many merges.
    """
    found = Difference([], defaultdict(list))
    wanted = [(_wanted(merge), rows) for merge, rows in every]
    old: dict[Table, list[UUID]] = defaultdict(list)
    for tables, rows in wanted:
        for table, holders in tables.items():
            old[table] += [key for key in holders if key in rows.stored]
    stands = {table: _standing(every[0][0], table, holders) for table, holders in old.items()}
    for tables, rows in wanted:
        _compare(tables, rows, stands, found)
    return found


def _compare(wanted: Wanted, rows: Rows, stands: Mapping[Table, Standing], found: Difference) -> None:
    """Note the differences of one merge."""
    for table, holders in wanted.items():
        standing = {pair: key for holder in holders for pair, key in stands[table].get(holder, {}).items()}
        for holder, targets in holders.items():
            for target, rank in targets.items():
                if (holder, target) not in standing:
                    found.added.append((table, holder, target, rank))
                    _touch(rows, table, holder, target)
        for (holder, target), key in standing.items():
            if target not in holders[holder]:
                found.removed[table.model].append(key)
                _touch(rows, table, holder, target)


def _touch(rows: Rows, table: Table, holder: UUID, target: UUID) -> None:
    if table is _IN_PLAN:
        rows.touched[CarePlan].add(target)
        return
    model = Goal if table is _ADDRESSES else next(model for model, why in _WHY.items() if why is table)
    rows.touched[model].add(holder)  # type: ignore[index]


def _wanted(merge: Merge) -> Wanted:
    """The links that should stand, for every row that is being written."""
    wanted: Wanted = defaultdict(lambda: defaultdict(dict))
    for work in merge.works.values():
        if not work.is_written or not work.item.pieces:
            continue
        model = work.item.pieces[0].model
        holder = UUID(work.state.elements[""])
        if model is Goal:
            wanted[_ADDRESSES][holder] |= _targets(merge, work, Role.ADDRESSES, "cond", "diag")
        if model in _WHY:
            targets = _targets(merge, work, Role.REASON, "cond", "diag")
            wanted[_WHY[model]][holder] |= targets | _named_by(merge, work)
        if model is Intervention:
            wanted[_IN_PLAN][holder] |= _targets(merge, work, Role.PART_OF, "plan")
    return wanted


def _targets(merge: Merge, work: Work, role: Role, *kinds: str) -> dict[UUID, int]:
    found = {}
    for ref in work.item.refs:
        state = merge.known(ref.key)
        if ref.role == role and state is not None and state.category.split("-")[0] in kinds:
            found[UUID(state.elements[""])] = ref.rank
    return found


def _named_by(merge: Merge, work: Work) -> dict[UUID, int]:
    """The conditions that ever named this contact as their follow-up."""
    keys: list[Key] = [
        ("Condition", name.split("/", 1)[1]) for name in work.state.bases if name.startswith("Condition/")
    ]
    found = (elements_of(merge, key) for key in keys)
    return {key: 1 for key in found if key is not None}


def _standing(merge: Merge, table: Table, holders: list[UUID]) -> Standing:
    """The links that stand for these rows, by row; of those in plans only the ones in plans of the same sender."""
    if not holders:
        return {}
    rows = table.model._default_manager.filter(**{f"{table.holder}__in": holders})
    if table is _IN_PLAN:
        rows = rows.filter(plan__source=merge.source)
    found: Standing = defaultdict(dict)
    for key, holder, target in rows.values_list("pk", table.holder, table.target):
        found[holder][holder, target] = key
    return found
