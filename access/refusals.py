"""Refusals as errors: with the reason and the nearest lawful way, or looking like what does not exist."""

from collections.abc import Sequence
from typing import Any

from access.actors import Actor
from access.decisions import Decision
from access.explanations import GATE_OF, REASON_TEXTS, explain, refusal
from access.vocabulary import CITIZEN_SIDE, Reason
from fhir.datatypes import BASE, typed
from fhir.definitions import code_system
from fhir.outcomes import FhirError

REASON_SYSTEM = code_system(
    "access-reason",
    "Hvorfor der ikke er adgang",
    {GATE_OF[reason]: da for reason, (da, _en) in reversed(REASON_TEXTS.items()) if reason in GATE_OF}
    | {str(reason): da for reason, (da, _en) in REASON_TEXTS.items()},
)
EXPLANATION = f"{BASE}/StructureDefinition/access-explanation"


def error_of(decision: Decision | None, facts: Sequence[dict[str, Any]] = ()) -> FhirError:
    """The error that answers a refusal, with the facts that it rests on: hidden and missing look alike."""
    answer = explain(decision) | {"facts": facts}
    if decision is None or decision.is_hidden or decision.reason is None:
        return FhirError("not-found")
    return forbidden(answer)


def forbidden(answer: dict[str, Any]) -> FhirError:
    """A refusal with its reason and the nearest lawful way."""
    nearest = answer["nearest"]
    codes = [{"system": REASON_SYSTEM, "code": code} for code in dict.fromkeys((answer["gate"], answer["reason"]))]
    da, en = (f"{answer['text'][code]} {nearest[code]}" for code in ("da", "en"))
    return FhirError("forbidden", da, en, extra=tuple(codes), extensions=[_explained(nearest, answer.get("facts", ()))])


def hinted(error: FhirError, actor: Any) -> FhirError:
    """The error; of what is not there or not shown, with the way past a block for who may take it (law study 3.2).

    Told whatever is there, so that it tells of nothing.
    """
    if error.code == "not-found" and isinstance(actor, Actor) and actor.may_override:
        error.extensions = [_explained(explain(None, may_override=True)["nearest"])]
    return error


def _explained(nearest: dict[str, Any], facts: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The nearest lawful way as an extension, with the rule that came nearest and the facts that there are for it."""
    return {
        "url": EXPLANATION,
        "extension": [
            {"url": "way", "valueCode": nearest["way"]},
            {"url": "da", "valueString": nearest["da"]},
            {"url": "en", "valueString": nearest["en"]},
            *([{"url": "rule", "valueCode": nearest["rule"]}] if "rule" in nearest else []),
            *([{"url": "ground", "valueString": nearest["ground"]}] if "ground" in nearest else []),
            *(
                {"url": url, **typed(nearest[name])}
                for name, url in (("valid_from", "validFrom"), ("valid_to", "validTo"))
                if name in nearest
            ),
            *(
                {"url": "fact", "extension": [{"url": name, **typed(value)} for name, value in f.items()]}
                for f in facts
            ),
        ],
    }


def no_relation(actor: Actor) -> dict[str, Any]:
    """The refusal for a citizen who is not known here: the same as for one without a relation."""
    return refusal(Reason.NO_RELATION, None, for_citizen=actor.acting_as in CITIZEN_SIDE)
