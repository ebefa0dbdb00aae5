"""The kinds of data as people speak of them: each some of the law's families; and what units see of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from access.vocabulary import Category, Reason
from consents.checks import NEVER_SHARED
from consents.conditions import SOCIAL_CATEGORIES
from consents.sight import Seen
from minlog.words import told_of

KINDS: dict[str, tuple[Category, ...]] = {
    "illness": (Category.DIAG, Category.COND_SUL),
    "treatment": (Category.INT_SUL, Category.PLAN_SUL, Category.GOAL_SUL, Category.PLAN_PSY),
    "visits": (Category.APPT_SUL,),
    "times": (Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL),
    "help": (Category.COND_SOC, Category.INT_SOC, Category.PLAN_SOC, Category.GOAL_SOC),
    "documents": (Category.DOC_SUL, Category.DOC_SOC),
    "life": (Category.GOAL_LIFE,),
    "basic": (Category.SK_REG, Category.SK_TYPED),
    "wills": (Category.SK_FLAG, Category.WILL_CONTENT, Category.ODR_CONTENT),
}
KIND_OF = {category: kind for kind, categories in KINDS.items() for category in categories}
# What each kind is to a consent: the families of health law, and those of the municipality's help.
HEALTH_OF = {
    kind: tuple(c for c in found if c not in SOCIAL_CATEGORIES | NEVER_SHARED) for kind, found in KINDS.items()
}
SOCIAL_OF = {kind: tuple(c for c in found if c in SOCIAL_CATEGORIES) for kind, found in KINDS.items()}
YES, PARTLY, NO, NOTHING = "yes", "partly", "no", "nothing"
# Reasons told in other words than their own: what the citizen has chosen for a life goal is no block.
CHOICE = "choice"


@dataclass(frozen=True)
class Cell:
    """What a place sees of one kind: how many of how many, why, and why not the rest."""

    kind: str
    name: str
    seen: int
    all: int
    why: tuple[str, ...]
    why_not: tuple[str, ...]

    @property
    def state(self) -> str:
        """Yes, partly or no; or that there is nothing of this kind."""
        if not self.all:
            return NOTHING
        return YES if self.seen == self.all else PARTLY if self.seen else NO


def cells(found: Sequence[Seen], texts: dict[str, str], *, english: bool, about: str = "") -> list[Cell]:
    """A cell for each kind. `texts` holds the name of each, and the sentence of each reason why not.

    `about` is the name of the citizen where somebody else reads it.
    """
    made = [_cell(kind, [one for one in found if KIND_OF.get(one.category) == kind], texts, english) for kind in KINDS]
    return [_named(cell, about, english) for cell in made] if about else made


def _named(cell: Cell, about: str, english: bool) -> Cell:
    """The cell as it is told of her to somebody else."""
    why, why_not = (
        tuple(told_of(about, text, english=english) for text in texts) for texts in (cell.why, cell.why_not)
    )
    return replace(cell, name=told_of(about, cell.name, english=english), why=why, why_not=why_not)


def _cell(kind: str, found: Iterable[Seen], texts: dict[str, str], english: bool) -> Cell:
    seen = count = 0
    why: dict[str, None] = {}
    why_not: dict[str, None] = {}
    for one in found:
        count += one.count
        if one.decision.permitted:
            seen += one.count
            ground = one.decision.held[0].ground
            why[ground.citizen_en if english else ground.citizen_da] = None
        else:
            why_not[texts[f"why_not_{reason_of(one)}"]] = None
    return Cell(kind, texts[kind], seen, count, tuple(why), tuple(why_not))


def reason_of(one: Seen) -> str:
    """Why things are not seen, by the code of the reason, or of the citizen's choice."""
    shut = one.decision.nearest
    if shut is not None and shut.gate.name == "choice":
        return CHOICE
    reason = str(one.decision.reason)
    return reason if reason in TOLD else str(Reason.LAW_GATE)


TOLD = frozenset(
    map(str, (Reason.NO_RELATION, Reason.LAW_GATE, Reason.NEEDS_CONSENT, Reason.BLOCKED, Reason.REGIME_SWITCH_OFF))
)
