"""The named operations: where each is asked for, what it takes and what it answers with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One operation; without `types` it is one of every type. A parameter is its name, type, least number and text."""

    name: str
    types: tuple[str, ...]
    answer: str
    da: str
    en: str
    method: str = "GET"
    parameters: tuple[tuple[str, str, int, str], ...] = ()
    is_of_instance: bool = True

    @property
    def affects_state(self) -> bool:
        """Whether it may change anything but the log."""
        return self.method == "POST" and self.name != "dry-run"


_PAGE = (
    ("_since", "instant", 0, "Only what was written since"),
    ("_count", "integer", 0, "How many on a page"),
)
OPERATIONS = (
    Operation(
        "access-matrix",
        ("Patient",),
        "Parameters",
        "Hvad spørgeren har adgang til af en borgers oplysninger",
        "What the asker may see of a citizen, kind by kind",
    ),
    Operation(
        "deliver",
        ("Bundle",),
        "Bundle",
        "Indberet en leverance",
        "Deliver a bundle of a source system",
        "POST",
        (("resource", "Bundle", 1, "What is delivered"),),
        is_of_instance=False,
    ),
    Operation(
        "dry-run",
        ("Consent",),
        "Parameters",
        "Prøv en ændring af samtykker og spærringer uden at gemme den",
        "Try a change of consents and blocks without making it",
        "POST",
        (("resource", "Consent", 1, "What is tried"),),
        is_of_instance=False,
    ),
    Operation(
        "events",
        ("Subscription",),
        "Bundle",
        "Hændelser af et abonnement, igen",
        "Events of a subscription, once more",
        parameters=(
            ("eventsSinceNumber", "string", 0, "From this number"),
            ("eventsUntilNumber", "string", 0, "To this number"),
        ),
    ),
    Operation(
        "everything",
        ("Patient",),
        "Bundle",
        "Alt om en borger, som spørgeren har adgang til, side for side",
        "All of a citizen that the asker may see, page by page",
        parameters=(("_type", "string", 0, "Only these types"), *_PAGE),
    ),
    Operation(
        "explain-access",
        (),
        "Parameters",
        "Hvorfor noget kan eller ikke kan ses",
        "Why something may or may not be seen",
    ),
    Operation(
        "overview",
        ("Patient",),
        "Bundle",
        "Overblikket over en borger i ét svar",
        "The overview of a citizen in one answer",
    ),
    Operation(
        "override",
        ("Patient",),
        "Parameters",
        "Bryd en spærring (værdispring)",
        "Override a block, for a stated reason",
        "POST",
        (
            ("reason-code", "code", 1, "The coded reason"),
            ("reason", "string", 1, "The reason in words"),
            ("hours", "integer", 0, "For how long"),
            ("social-reason", "string", 0, "Why social data too"),
        ),
    ),
    Operation("status", ("Subscription",), "Bundle", "Et abonnements tilstand", "The status of a subscription"),
)


def of_type(kind: str) -> tuple[Operation, ...]:
    """The operations of a type, those of every type among them."""
    return tuple(operation for operation in OPERATIONS if not operation.types or kind in operation.types)
