"""The official FSIII code system as its publisher releases it (FHIR CodeSystem), read into codes with their law.

Our files hold the codes that the law could be checked for by hand. An official release holds all of them: branch, law
and paragraph of a concept come from the nearest concept above it that we know, never from its title.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from terminology.branches import Branch, branch_of_top
from terminology.files import BadCodeFileError
from terminology.rows import CodeRow
from terminology.systems import FSIII, MUNICIPAL_TERMS

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def with_release(path: Path, rows: Sequence[CodeRow]) -> list[CodeRow]:
    """Return `rows` and what the release adds to them; what `rows` already say of a code stands.

    Our own codes for municipal titles are retired in every branch that the release fills. Legacy codes of the release
    are left out: those we know stand beside their UUID, and the letter tells the branch of the others.
    Raises BadCodeFileError.
    """
    known = {row.code: row for row in rows if row.system == FSIII}
    added = list(_walk(_concepts(path), known, None, None))
    filled = {row.branch for row in added}
    return [_retired(row) if row.system == MUNICIPAL_TERMS and row.branch in filled else row for row in rows] + added


def _concepts(path: Path) -> list[dict[str, Any]]:
    """Return the top concepts of the release."""
    try:
        release = json.loads(path.read_bytes())
        if release["resourceType"] != "CodeSystem" or release["url"] != FSIII:
            raise BadCodeFileError(f"{path.name}: not the FSIII code system")
        concepts: list[dict[str, Any]] = release["concept"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadCodeFileError(f"{path.name}: not a FHIR CodeSystem") from error
    return concepts


def _walk(
    concepts: list[dict[str, Any]], known: dict[str, CodeRow], above: Branch | None, parent: dict[str, Any] | None
) -> Iterator[CodeRow]:
    """Yield the unknown concepts whose branch is told by one above them."""
    for concept in concepts:
        code, below = concept["code"], concept.get("concept", [])
        if not _UUID.fullmatch(code):
            continue
        if (row := known.get(code)) is not None:
            branch: Branch | None = Branch(row.branch, row.law, row.paragraph)
        else:
            branch = above or branch_of_top(code)
            if branch is not None:
                yield _row(concept, branch, parent)
        yield from _walk(below, known, branch, concept)


def _row(concept: dict[str, Any], branch: Branch, parent: dict[str, Any] | None) -> CodeRow:
    """Return a concept of the release as a code."""
    return CodeRow(
        system=FSIII,
        code=concept["code"],
        legacy_code="",
        display_da=" ".join(concept["display"].split()),
        display_en="",
        area=" ".join(parent["display"].split()) if parent else "",
        branch=branch.slug,
        law=branch.law,
        paragraph=branch.paragraph,
        parent_code=parent["code"] if parent else "",
        is_group=bool(concept.get("concept")),
        is_active=True,
    )


def _retired(row: CodeRow) -> CodeRow:
    """Return the code as one that nobody chooses any more."""
    return row._replace(is_active=False)
