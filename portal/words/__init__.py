"""What the pages say: a module for each page, in which every text stands twice, Danish first, English second.

A text may have named places, `{who}`, which `{% say %}` fills. Titles and addresses tell nothing of anybody.
"""

import importlib
import pkgutil
import re
from functools import cache, lru_cache

from minlog.words import told_of

Texts = tuple[str, str]


@lru_cache(maxsize=64)
def words_about(who: str, *, english: bool) -> dict[str, dict[str, str]]:
    """Every text as it is told to somebody who acts for the citizen `who`: what speaks to the citizen names her."""
    who = re.sub("[{}]", "", who)  # places are filled in afterwards
    return {
        page: {
            name: told_of(who, text, english=english) if name in spoken_of(page) else text
            for name, text in texts.items()
        }
        for page, texts in all_words(english=english).items()
    }


def spoken_of(page: str) -> frozenset[str]:
    """The names of a page's texts that speak to the citizen whom it is about."""
    return getattr(importlib.import_module(f"{__name__}.{page}"), "OF_CITIZEN", frozenset())


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
