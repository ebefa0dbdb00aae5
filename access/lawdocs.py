"""The rules as a document that a jurist can read: docs/law.md, made from the code and held to it by a test."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from access.grounds import GROUNDS
from access.lawtables import (
    COMBINATIONS,
    MATRIX_A_COLUMNS,
    MATRIX_B,
    MATRIX_B_COLUMNS,
    MATRIX_B_TITLES,
    MATRIX_C,
    POWERS,
    POWERS_COLUMNS,
    POWERS_LIMITS,
    POWERS_TITLES,
    STRICT,
    TAKERS,
    rule_of_cell,
)
from access.matrix import COLUMNS, MATRIX_A, Cell
from access.open_questions import REGIMES, SWITCHES
from access.policies import Rule, all_policies
from access.vocabulary import Reason

CELLS = {
    Cell.PERMIT: "må",
    Cell.CONSENT: "samtykke",
    Cell.OWN: "egen opgave må; ellers samtykke",
    Cell.BRANCH: "egen sag i egen forvaltning må; ellers samtykke",
    Cell.CHOSEN: "som borgeren har valgt",
    Cell.PARTY: "kun part i planen",
    Cell.CONFIRM: "må med angivet grund, efter faggruppe",
    Cell.DENY: "må ikke",
}
CERTAINTY = {
    "stated": "står i kilde",
    "found": "fundet i kilde",
    "known": "almen viden",
    "open": "åbent, holdt strengt",
}


def document(tests: Path) -> str:
    """Return the whole document; `tests` is the folder whose marks tell which tests prove a ground."""
    proofs = proofs_by_ground(tests)
    parts = [
        "# Loven i koden",
        "Lavet af `manage.py law_docs` ud fra reglerne; ret aldrig i hånden. En test fejler, når den er gammel.",
        "## Matrix A: fagpersoner, der læser til behandling eller pleje",
        "Uden spærring, og kun med en behandlingsrelation. Feltets nummer er det, som testene bruger.",
        *_matrix(),
        "## Matrix B: borgeren og den, der handler for borgeren",
        "Feltet er den regel, der giver lov, eller grunden til afslaget.",
        *_citizen_side(),
        "## Fuldmagt: hvem giver, ser, ændrer og tager imod",
        "Hvad den, der har en fuldmagt, må med den, står i matrix B. Feltet er reglen eller grunden til afslaget.",
        *_powers(),
        "## Matrix C: andre formål end behandling",
        *_other_purposes(),
        "## Spærring, samtykke og brud på spærring sammen",
        "`B` er en spærring, `+` et samtykke, der passer, `OV` et brud med gyldig grund.",
        *_combinations(),
        "## Love med dato, og åbne spørgsmål",
        "Et åbent spørgsmål står på den strenge side, indtil en jurist slår det til fra en dag.",
        *_by_date(),
        "## Regler",
        *_rules(proofs),
        "## Grundlag",
        *_grounds(),
    ]
    return "\n\n".join(parts) + "\n"


def numbered_a() -> dict[str, tuple[str, str, str]]:
    """Each field of matrix A by its number: category, column and what stands there; no relation is a column too."""
    found = {}
    for row, (category, cells) in enumerate(MATRIX_A.items(), 1):
        by_column = {column: CELLS[cell] for column, cell in zip(COLUMNS, cells, strict=True)} | {"HP none": "må ikke"}
        for place, column in enumerate(MATRIX_A_COLUMNS, 1):
            found[f"A{row}.{place}"] = (category.name, column, by_column[column])
    return found


def numbered_b() -> dict[str, tuple[str, str, str]]:
    """Each field of matrix B by its number: who, what, and the rule or the reason."""
    return {
        f"B{row}.{place}": (who, column, cells[place - 1])
        for row, (who, cells) in enumerate(MATRIX_B.items(), 1)
        for place, column in enumerate(MATRIX_B_COLUMNS, 1)
    }


def numbered_powers() -> dict[str, tuple[str, str, str]]:
    """Each field of the powers of attorney by its number: who, what, and the rule or the reason."""
    found = {
        f"F{row}.{place}": (who, column, cells[place - 1])
        for row, (who, (cells, *_sure)) in enumerate(POWERS.items(), 1)
        for place, column in enumerate(POWERS_COLUMNS, 1)
    }
    return found | {f"T{row}": (who, "TAKE", cell) for row, (who, (cell, *_sure)) in enumerate(TAKERS.items(), 1)}


def cells_by_rule() -> dict[str, list[str]]:
    """The numbers of the fields that each rule carries."""
    found: dict[str, list[str]] = defaultdict(list)
    places = {column: MATRIX_A_COLUMNS.index(column) + 1 for column in COLUMNS}
    for row, (category, cells) in enumerate(MATRIX_A.items(), 1):
        for column, cell in zip(COLUMNS, cells, strict=True):
            for rule in rule_of_cell(cell, category):
                found[rule].append(f"A{row}.{places[column]}")
    for number, (_who, _column, rule) in (numbered_b() | numbered_powers()).items():
        found[rule].append(number)
    for number, (_purpose, _actor, rule) in MATRIX_C.items():
        found[rule].append(number)
    return dict(found)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table."""
    heads = list(heads)
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _matrix() -> Iterator[str]:
    """Matrix A as a table with numbered cells."""
    cells = iter(numbered_a().items())
    rows = []
    for category in MATRIX_A:
        shown = [next(cells) for _column in MATRIX_A_COLUMNS]
        rows.append([f"`{category}` {category.label}", *(f"{number} {what[2]}" for number, what in shown)])
    yield _table(["kategori", *MATRIX_A_COLUMNS], rows)


def _said(rule_or_reason: str) -> str:
    """A rule by its code, a reason in words."""
    return str(Reason(rule_or_reason).label) if rule_or_reason in Reason else f"`{rule_or_reason}`"


def _citizen_side() -> Iterator[str]:
    """Matrix B as a table with numbered cells."""
    heads = [f"{column}: {MATRIX_B_TITLES[column]}" for column in MATRIX_B_COLUMNS]
    cells = iter(numbered_b().items())
    rows = []
    for who in MATRIX_B:
        shown = [next(cells) for _column in MATRIX_B_COLUMNS]
        rows.append([who, *(f"{number} {_said(what[2])}" for number, what in shown)])
    yield _table(["hvem", *heads], rows)


def _powers() -> Iterator[str]:
    """Powers of attorney: who may give, see, limit and take one, and what always holds."""
    heads = [f"{column}: {POWERS_TITLES[column]}" for column in POWERS_COLUMNS]
    cells = iter(numbered_powers().items())
    rows = []
    for who, (_cells, sure, why) in POWERS.items():
        shown = [f"{number} {_said(what[2])}" for number, what in (next(cells) for _column in POWERS_COLUMNS)]
        rows.append([who, *shown, CERTAINTY[sure], why])
    yield _table(["hvem", *heads, "sikkerhed", "hvorfor"], rows)
    takers = ([number, who, _said(cell), CERTAINTY[TAKERS[who][1]], TAKERS[who][2]] for number, (who, _, cell) in cells)
    yield _table(("nummer", "hvem svarer på et tilbud", "regel eller grund", "sikkerhed", "hvorfor"), takers)
    yield _table(
        ("grænse", "sikkerhed", "hvorfor"), ([what, CERTAINTY[sure], why] for what, sure, why in POWERS_LIMITS)
    )


def _other_purposes() -> Iterator[str]:
    """Matrix C as a table."""
    heads = ("nummer", "formål", "hvem", "regel eller grund")
    yield _table(heads, ([number, *row[:2], _said(row[2])] for number, row in MATRIX_C.items()))


def _combinations() -> Iterator[str]:
    """The combinations as a table, and where the strict side stands instead."""
    heads = ("nummer", "hvad", "B", "+", "OV", "HP i behandling", "HP_ASSIST", "CARE")
    yield _table(heads, ([number, *(cell or "–" for cell in row)] for number, row in COMBINATIONS.items()))
    for (number, category), answers in STRICT.items():
        yield f"{number}, `{category}`: {', '.join(answers)} (den strenge side, indtil spørgsmålet er afgjort)."


def _by_date() -> Iterator[str]:
    """The catalogue of regimes and switches; which position a switch has today is not told here."""
    yield _table(
        ("lov", "kilde", "gælder fra", "hvad den bragte"),
        ([f"`{one.code}`", one.citation, _day(one.valid_from), one.brings_da] for one in REGIMES),
    )
    yield _table(
        ("åbent spørgsmål", "kilde", "i lovstudiet", "tidligst fra", "åben: hvad det giver", "streng, indtil afgjort"),
        (
            [f"`{one.code}`", one.citation, one.question, _day(one.valid_from), one.opens_da, one.strict_da]
            for one in SWITCHES
        ),
    )


def _day(day: date | None) -> str:
    """A day, or nothing."""
    return day.isoformat() if day else ""


def rules_by_code() -> dict[str, tuple[Rule, list[str]]]:
    """Every rule once, with the tables whose policy has it."""
    found: dict[str, tuple[Rule, list[str]]] = {}
    for model, policy in sorted(all_policies().items(), key=lambda item: item[0].__name__):
        for rule in policy.rules:
            found.setdefault(rule.code, (rule, []))[1].append(model.__name__)
    return found


def _rules(proofs: dict[str, list[str]]) -> Iterator[str]:
    """Each rule with its ground, its gates in order, and the tests that prove it."""
    cells = cells_by_rule()
    for code, (rule, tables) in rules_by_code().items():
        gates = " → ".join(f"{gate.name} ({gate.reason})" for gate in rule.gates) or "ingen"
        block = "kan spærres" if rule.unblockable is None else f"kan ikke spærres: {rule.unblockable.citation}"
        acts = ", ".join(sorted(str(action.label) for action in rule.actions))
        shown = ", ".join(f"`{name}`" for name in proofs.get(rule.ground.code, ())) or "(ingen mærket)"
        yield "\n".join(
            [
                f"### `{code}`",
                f"- grundlag: {rule.ground.citation} (`{rule.ground.code}`)",
                f"- gælder: {acts}; {block}",
                f"- porte: {gates}",
                f"- tabeller: {', '.join(tables)}",
                f"- felter: {', '.join(cells.get(code, ())) or 'ingen i matricerne'}",
                f"- prøvet af: {shown}",
            ]
        )


def _grounds() -> Iterator[str]:
    """Each ground with its dates, how sure we are, and its sentences."""
    lines = ["| grundlag | kilde | sikkerhed | gælder fra | til fagpersonen | til borgeren |", "|---" * 6 + "|"]
    for ground in GROUNDS.values():
        start = ground.valid_from.isoformat() if ground.valid_from else ""
        lines.append(
            f"| `{ground.code}` | {ground.citation} | {CERTAINTY[ground.certainty]} | {start} | "
            f"{ground.professional_da} | {ground.citizen_da} |"
        )
    yield "\n".join(lines)


def proofs_by_ground(tests: Path) -> dict[str, list[str]]:
    """Which tests are marked as proving a ground: `@pytest.mark.law("code")`, read from the source."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for code in _marks(node):
                    found[code].append(f"{path.relative_to(tests.parent)}::{node.name}")
    return dict(found)


def _marks(node: ast.FunctionDef) -> Iterator[str]:
    """The grounds that a test is marked with."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.law":
            yield from (str(item.value) for item in decorator.args if isinstance(item, ast.Constant))
