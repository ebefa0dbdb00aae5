"""The commands: deliveries from files, folders and standard input, and the quarantine."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from careplans.models import Condition
from exchange.files import bundles, found, in_order
from exchange.models import Delivery, Quarantined
from tests.exchange.builders import ELSE, OVE, Json, as_bytes, condition, patient, report, several

pytestmark = pytest.mark.django_db


def run(*words: str) -> tuple[str, int]:
    """Run a command; return what it printed and its exit code."""
    out = io.StringIO()
    try:
        call_command(*words, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), int(stop.code or 0)
    return out.getvalue(), 0


def write(folder: Path, name: str, *made: Json, pretty: bool = False) -> str:
    """Write bundles to a file, one a line; or one, spread over lines."""
    path = folder / name
    text = json.dumps(made[0], indent=2) if pretty else "\n".join(as_bytes(item).decode() for item in made)
    path.write_text(text)
    return str(path)


def test_file_is_taken_and_reported_in_a_table(codes: None, tmp_path: Path) -> None:
    name = write(tmp_path, "one.json", report(condition("n")), pretty=True)

    out, code = run("deliver", name)

    assert code == 0
    assert "taken" in out
    assert Delivery.objects.get().source == "kl-gateway"


def test_files_of_a_folder_are_taken_in_the_order_they_were_sent(codes: None, tmp_path: Path) -> None:
    write(tmp_path, "a.json", report(condition("h", "J1.3", "B4"), at="2025-03-12T00:00:00Z"))
    write(tmp_path, "b.json", report(condition("h", "J1.3", "B2"), at="2025-03-11T00:00:00Z"))

    out, code = run("deliver", str(tmp_path), "--json")

    made = json.loads(out)
    assert code == 0
    assert [item["bundle"] for item in made["citizens"]] == ["report-2025-03-11", "report-2025-03-12"]
    assert made["totals"]["entries"] == {"created": 2, "updated": 1, "unchanged": 1, "outdated": 0, "refused": 0}
    assert Condition.objects.get().severity == 3


def test_lines_are_bundles(codes: None, tmp_path: Path) -> None:
    lines = [report(condition(f"c{cpr}"[:6]), who=patient(cpr)) for cpr in (ELSE, OVE)]
    name = write(tmp_path, "many.ndjson", *lines)

    out, code = run("deliver", name, "--json")

    assert code == 0
    assert len(json.loads(out)["citizens"]) == 2


def test_standard_input_is_read(codes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(as_bytes(report(condition("n"))))

    monkeypatch.setattr(sys, "stdin", Input)

    assert run("deliver", "-", "--source", "eoj-test")[1] == 0
    assert Delivery.objects.get().source == "eoj-test"


def test_exit_code_tells_of_quarantine_and_the_rest_goes_in(codes: None, tmp_path: Path) -> None:
    good, bad = report(condition("n")), report(condition("x", "X9"), who=patient(OVE), key="bad")
    name = write(tmp_path, "several.json", several(bad, good))

    out, code = run("deliver", name)

    assert code == 1
    assert "unknown-code" in out
    assert Condition.objects.count() == 1
    assert ELSE not in out
    assert OVE not in out


def test_missing_file_is_said(codes: None) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("deliver", "/nowhere.json")


def test_quarantine_is_listed_shown_and_released(codes: None, tmp_path: Path) -> None:
    run("deliver", write(tmp_path, "bad.json", report(condition("x", "X9"))))
    key = str(Quarantined.objects.get().delivery_id)

    listed, _code = run("quarantine", "list")
    shown, _code = run("quarantine", "show", key)
    body, _code = run("quarantine", "show", key, "--body")
    again, code = run("quarantine", "release", key)

    assert key in listed
    assert "unknown-code" in listed
    assert json.loads(shown)["reason"] == "unknown-code"
    assert ELSE not in listed + shown
    assert ELSE in body
    assert code == 1
    assert "quarantined" in again
    assert Quarantined.objects.get().released_at is None


def test_release_of_what_is_not_there_is_said(codes: None) -> None:
    with pytest.raises(CommandError):
        call_command("quarantine", "release", "nothing")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b"", 0),
        (b"\n\n", 0),
        (b'{\n"a": 1\n}', 1),
        (b'{"a": 1}\n', 1),
        (b'{"a": 1}\n\n{"b": 2}\n', 2),
        (b"rubbish\nhere", 1),
    ],
)
def test_bundles_of_a_stream(text: bytes, count: int) -> None:
    assert len(list(bundles(io.BytesIO(text)))) == count


def test_unreadable_files_come_last(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("rubbish")
    late = write(tmp_path, "b.json", report(at="2025-03-12T00:00:00Z"))

    assert in_order(found([str(tmp_path)])) == [late, str(tmp_path / "a.json")]


def test_memory_does_not_grow_with_the_number_of_lines(codes: None, tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        read_lines = 0

        def readline(self, size: Any = -1) -> bytes:
            self.read_lines += 1
            return b'{"timestamp": "2025"}\n'

    stream = Endless()
    lines = bundles(stream)  # type: ignore[arg-type]
    next(lines)
    next(lines)

    assert stream.read_lines <= 3
