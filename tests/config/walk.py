"""What README's walk with curl alone prints: a refusal, an override and a consent, followed to the citizen's log."""

import json
import subprocess
from typing import Any


def as_printed(done: "subprocess.CompletedProcess[str]") -> None:
    """Hold the answers, one for each request, against what README says of them."""
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    refused, hidden, opened, without, consent, with_it, log = answers

    assert (refused["resourceType"], ways(refused)) == ("OperationOutcome", ["establish-relation"])
    assert "Sundhedsloven" in json.dumps(refused, ensure_ascii=False)
    assert [shown(one) for one in (hidden, opened, without, with_it)] == [0, 1, 0, 1]
    assert "DF059" in json.dumps(opened)
    assert (consent["resourceType"], consent["status"]) == ("Consent", "active")

    told = [entry["resource"] for entry in log["entry"] if entry["resource"]["resourceType"] == "AuditEvent"]
    assert len(told) == 6
    reasons = [one.get("outcomeDesc", "") for one in told]
    assert any(reason.startswith("Du har sagt ja") for reason in reasons), reasons
    overridden = [one for one in told if "BTG" in json.dumps(one.get("purposeOfEvent", []))]
    assert len(overridden) == 2  # that she declared it, and the look that it opened
    assert any("Anders Test Holm" in json.dumps(one, ensure_ascii=False) for one in told)


def shown(bundle: Any) -> int:
    """How many things a search showed."""
    return len([one for one in bundle.get("entry", ()) if one["search"]["mode"] == "match"])


def ways(outcome: Any) -> list[str]:
    """The nearest lawful ways that a refusal tells."""
    found = [part for issue in outcome["issue"] for one in issue.get("extension", ()) for part in one["extension"]]
    return [part["valueCode"] for part in found if part["url"] == "way"]
