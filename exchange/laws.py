"""Under which act a delivered element was recorded.

The code tells, where it does. What has no law of its own stands under the law of what it is about. A home-care element
stands under the act of the elderly when the citizen had a grant of that act at the municipality while the element
stood, otherwise under the act of social services; where nothing tells at all, it is taken to be home care, which fewer
may see.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from access.vocabulary import Law
from exchange.items import Piece, Ref, Span
from exchange.merging import Merge, Work
from exchange.models import Delivered
from exchange.values import Key

Window = tuple[datetime, datetime | None]


Grants = dict[Key, Window]


def stored_grants(merges: Sequence[Merge]) -> dict[UUID, Grants]:
    """The grants of the elderly act as they were, by citizen. One statement; none for no merges."""
    found: dict[UUID, Grants] = {merge.citizen_id: {} for merge in merges}
    if not merges:
        return found
    origins = {merge.citizen_id: merge.origin_id for merge in merges}
    stored = Delivered.objects.filter(source=merges[0].source, citizen__in=origins, grant=Delivered.Grant.ELDERLY)
    columns = ("citizen_id", "origin_id", "type", "source_id", "grant_start", "grant_end")
    for citizen_id, origin_id, kind, name, start, end in stored.values_list(*columns):
        if start is not None and origins[citizen_id] == origin_id:
            found[citizen_id][kind, name] = (start, end)
    return found


def windows_of(merge: Merge, before: Grants) -> tuple[list[Window], list[Window]]:
    """The grants of the elderly act as they were and as they become."""
    after = dict(before)
    for key, work in merge.works.items():
        if not work.is_written:
            continue
        grant = work.item.grant
        after.pop(key, None)
        if grant is not None and grant.kind == Delivered.Grant.ELDERLY:
            after[key] = (grant.start, grant.end)
    return sorted(before.values(), key=str), sorted(after.values(), key=str)


def act_on(span: Span, windows: Sequence[Window]) -> Law:
    """The social act of a home-care element."""
    return Law.ELDERLY if any(span.meets(start, end) for start, end in windows) else Law.SERVICE


def needs_windows(works: Iterable[Work]) -> bool:
    """Whether the law of some element depends on the grants of the elderly act, or such a grant is among them."""
    return any(
        work.is_written
        and (
            any(not piece.law for piece in work.item.pieces)
            or work.state.grant == Delivered.Grant.ELDERLY
            or (work.item.grant is not None and work.item.grant.kind == Delivered.Grant.ELDERLY)
        )
        for work in works
    )


def place(merge: Merge, piece: Piece, windows: Sequence[Window], bases: Iterable[str]) -> tuple[str, Law]:
    """The category of a piece and the act it stands under. `bases` are categories of what else named it."""
    if piece.law:
        law = Law(piece.law)
        return piece.category(law), law
    if piece.is_social:
        law = act_on(piece.span, windows)
        return piece.category(law), law
    told = [*_categories(merge, piece.follows), *bases]
    is_contact = piece.kind == "int"
    if not told:
        law = Law(piece.default_law) if piece.default_law else act_on(piece.span, windows)
        return piece.category(law), law
    social = [category for category in told if category.endswith("-soc")]
    law = act_on(piece.span, windows) if social else Law.HEALTH
    return (piece.category(law) if is_contact else (social or told)[0]), law


def _categories(merge: Merge, refs: Iterable[Ref]) -> list[str]:
    """The categories of what has been delivered of these."""
    states = (merge.known(ref.key) for ref in refs)
    return [state.category for state in states if state is not None and state.category]
