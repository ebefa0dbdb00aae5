"""The rules as a document that a jurist can read: docs/law.md, made from the code and held to it by a test."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from access.grounds import GROUNDS
from access.matrix import COLUMNS, MATRIX_A, Cell
from access.policies import Rule, all_policies

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
        "## Regler",
        *_rules(proofs),
        "## Grundlag",
        *_grounds(),
    ]
    return "\n\n".join(parts) + "\n"


def _matrix() -> Iterator[str]:
    """Matrix A as a table with numbered cells."""
    lines = ["| kategori | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for row, (category, cells) in enumerate(MATRIX_A.items(), 1):
        shown = (f"A{row}.{column} {CELLS[cell]}" for column, cell in enumerate(cells, 1))
        lines.append(f"| `{category}` {category.label} | " + " | ".join(shown) + " |")
    yield "\n".join(lines)


def rules_by_code() -> dict[str, tuple[Rule, list[str]]]:
    """Every rule once, with the tables whose policy has it."""
    found: dict[str, tuple[Rule, list[str]]] = {}
    for model, policy in sorted(all_policies().items(), key=lambda item: item[0].__name__):
        for rule in policy.rules:
            found.setdefault(rule.code, (rule, []))[1].append(model.__name__)
    return found


def _rules(proofs: dict[str, list[str]]) -> Iterator[str]:
    """Each rule with its ground, its gates in order, and the tests that prove it."""
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
