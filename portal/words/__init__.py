"""What the pages say: a module for each page, in which every text stands twice, Danish first, English second.

A text may have named places, `{who}`, which `{% say %}` fills. Titles and addresses tell nothing of anybody.
"""

import importlib
import pkgutil
from functools import cache

Texts = tuple[str, str]


@cache
def all_words(*, english: bool) -> dict[str, dict[str, str]]:
    """Every text in one language, by page and name."""
    return {
        module.name: {name: texts[english] for name, texts in catalogue(module.name).items()}
        for module in pkgutil.iter_modules(__path__)
    }


def catalogue(page: str) -> dict[str, Texts]:
    """The texts of one page in both languages, by name."""
    found: dict[str, Texts] = importlib.import_module(f"{__name__}.{page}").WORDS
    return found
