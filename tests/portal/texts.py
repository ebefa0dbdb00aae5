"""Every text that a citizen can meet, by where it stands: Danish and English.

Besides the catalogue of the pages: what the log says (of herself, and of another), the grounds of the law as they are
told to her, why something is refused, what the services answer to what she writes, her document and her e-mails.
"""

import ast
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from access import explanations
from access.grounds import GROUNDS
from exchange import notices
from fhir import lines
from fhir.outcomes import KINDS
from minlog import words
from portal.words import all_words, catalogue, spoken_of

Texts = tuple[str, str]
ROOT = Path(__file__).resolve().parents[2]
# Where what she sends is taken: whatever these refuse, a page shows her.
TAKES_FROM_HER = (
    *(
        "citizens/services/*.py",
        "goals/services.py",
        "goals/citizens_words.py",
        "minlog/services.py",
        "stamkort/services.py",
    ),
    *("stamkort/values.py", "consents/services.py", "consents/checks.py", "exchange/notices.py"),
    *("appointments/feeds.py", "identity/sessions.py"),
)
FOR_PROFESSIONALS = ("REASON_TEXTS",)
# The kinds of error that tell something by themselves and that her pages can come to.
KINDS_SHOWN = ("too-many", "too-large", "bad-cursor", "unknown-code", "not-found")


def by_source() -> dict[str, dict[str, Texts]]:
    """All of them, by their source and their name."""
    spoken = {**{code: (one.citizen_da, one.citizen_en) for code, one in GROUNDS.items()}, **dict(pairs_in(words))}
    found = {f"page {page}": catalogue(page) for page in all_words(english=False)}
    found["log and grounds"] = spoken
    found["log and grounds, of another"] = {name: of_another("Lars", texts) for name, texts in spoken.items()}
    spoken = {f"{page} {name}": catalogue(page)[name] for page in all_words(english=False) for name in spoken_of(page)}
    found["pages, of another"] = {name: of_another("Lars", texts) for name, texts in spoken.items()}
    found["refusals"] = {str(reason): texts for reason, texts in explanations.CITIZEN_SIDE_TEXTS.items()}
    found["ways"] = {str(reason): (way.da, way.en) for reason, way in explanations.CITIZEN_SIDE_WAYS.items()}
    found["errors"] = {code: (KINDS[code].da, KINDS[code].en) for code in KINDS_SHOWN}
    found["document"] = dict(pairs_in(lines))
    danish, _rule, english = notices.TEXT.partition("--")
    found["e-mail"] = {"text": (danish.strip(), english.strip()), "subject": (notices.SUBJECT, notices.SUBJECT)}
    found["services"] = dict(refused_by(TAKES_FROM_HER))
    return found


def of_another(name: str, texts: Texts) -> Texts:
    """Texts of the log as somebody reads them who acts for the citizen of this name."""
    danish, english = texts
    return words.told_of(name, danish), words.told_of(name, english, english=True)


def pairs_in(module: ModuleType) -> Iterator[tuple[str, Texts]]:
    """The pairs of texts of a module: its constants, and what stands in its tables."""
    for name, value in vars(module).items():
        if name.isupper() and name not in FOR_PROFESSIONALS:
            rows = value.items() if isinstance(value, dict) else [("", value)]
            yield from ((f"{name} {key}".strip(), texts) for key, texts in rows if _are_texts(texts))


def _are_texts(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(each, str) and each for each in value)


def refused_by(paths: Iterable[str]) -> Iterator[tuple[str, Texts]]:
    """What modules refuse: their tables, and the texts of `broken(code, da, en)` and `FhirError(code, da, en)`."""
    for found in sorted(each for pattern in paths for each in ROOT.glob(pattern)):
        path = str(found.relative_to(ROOT))
        module = import_module(path.removesuffix(".py").replace("/", "."))
        yield from ((f"{path} {name}", texts) for name, texts in pairs_in(module))
        for node in ast.walk(ast.parse(found.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("broken", "FhirError"):
                told = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if len(told) > 2:
                    yield f"{path} {told[0]}", (told[1], told[2])
