"""The message catalogue: every text in both languages, the same places in both, and Danish that is easy to read."""

import re

import pytest

from portal.words import all_words, catalogue

# Of the index of readability LIX: 35 is easy, a weekly magazine (Björnsson 1968).
EASY = 35.0
# A label of a few words is no sentence: the index says nothing of it.
FEWEST_WORDS = 12
PAGES = sorted(all_words(english=False))


def lix(text: str) -> float:
    """Words in a sentence, and long words (over six letters) of a hundred."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", "Navn", text))
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def sentences_of(page: str) -> list[str]:
    """The texts of a page that are sentences."""
    return [danish for danish, _english in catalogue(page).values() if re.search(r"[.!?]$", danish)]


def test_index_tells_hard_from_easy() -> None:
    assert lix("Vi ses i morgen. Husk dit kort.") < 10
    assert lix("Myndighedsudøvelse forudsætter sundhedslovens hjemmelsgrundlag.") > 80


@pytest.mark.parametrize("page", PAGES)
def test_every_text_stands_in_both_languages_with_the_same_places(page: str) -> None:
    for name, (danish, english) in catalogue(page).items():
        assert danish.strip(), name
        assert english.strip(), name
        assert set(re.findall(r"\{\w*\}", danish)) == set(re.findall(r"\{\w*\}", english)), name


@pytest.mark.parametrize("page", PAGES)
def test_danish_is_easy_to_read(page: str) -> None:
    told = sentences_of(page)
    hard = {text: round(lix(text)) for text in told if len(text.split()) >= FEWEST_WORDS and lix(text) > EASY}

    assert not hard
    assert not told or lix(" ".join(told)) <= EASY
