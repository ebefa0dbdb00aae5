"""What a sender gets to know of a delivery: each entry with what came of it, never a CPR number."""

from dataclasses import dataclass, field
from typing import Any

from exchange.errors import NOTES, REFUSALS, Refused
from exchange.models import Delivery
from exchange.values import masked

ACTIONS = ("created", "updated", "unchanged", "outdated", "refused")


@dataclass(frozen=True)
class Entry:
    """One entry of a bundle and what came of it; `code` tells why, or what to note."""

    full_url: str
    action: str
    code: str
    detail: str = ""

    def texts(self) -> tuple[str, str]:
        """The text in Danish and English."""
        da, en = REFUSALS.get(self.code) or NOTES[self.code]
        return (f"{da} ({self.detail})", f"{en} ({self.detail})") if self.detail else (da, en)

    def as_json(self) -> dict[str, Any]:
        """Write it as plain data."""
        da, en = self.texts()
        return {"fullUrl": masked(self.full_url), "action": self.action, "code": self.code, "da": da, "en": en}


@dataclass
class CitizenReport:
    """What came of the bundle of one citizen."""

    bundle_id: str
    kind: str
    outcome: Delivery.Outcome
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    reason: str = ""

    def count(self, action: str) -> int:
        """How many entries had this action."""
        return sum(entry.action == action for entry in self.entries)

    def as_json(self) -> dict[str, Any]:
        """Write it as plain data."""
        return {
            "bundle": masked(self.bundle_id),
            "kind": self.kind,
            "outcome": str(self.outcome),
            "reason": self.reason,
            "notes": [{"code": code, "da": NOTES[code][0], "en": NOTES[code][1]} for code in self.notes],
            "entries": [entry.as_json() for entry in self.entries],
        }


@dataclass
class DeliveryReport:
    """What came of a delivery: one report for each citizen in it."""

    source: str
    citizens: list[CitizenReport] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was put in quarantine."""
        return all(report.outcome != Delivery.Outcome.QUARANTINED for report in self.citizens)

    def count(self, action: str) -> int:
        """How many entries had this action."""
        return sum(report.count(action) for report in self.citizens)

    def as_json(self) -> dict[str, Any]:
        """Write it as plain data."""
        return {"source": self.source, "citizens": [report.as_json() for report in self.citizens]}


def refusal(bundle_id: str, kind: str, full_urls: list[str], why: Refused) -> CitizenReport:
    """Report a bundle of which nothing was kept: the entry at fault with its code, the others because of it."""
    detail = masked(why.detail)
    entries = [
        Entry(url, "refused", why.code, detail) if url and url == why.at else Entry(url, "refused", "bundle-refused")
        for url in full_urls
    ]
    if not any(entry.code == why.code for entry in entries):
        entries.insert(0, Entry("", "refused", why.code, detail))
    return CitizenReport(bundle_id, kind, Delivery.Outcome.QUARANTINED, entries, reason=why.code)
