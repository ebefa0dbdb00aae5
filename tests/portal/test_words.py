"""All that a citizen can read: in both languages, with the same places in both, and in Danish that is easy to read."""

import re

import pytest

from tests.portal.texts import by_source, of_another

# Of the index of readability LIX: 35 is easy, a weekly magazine (Björnsson 1968).
EASY = 35.0
# A label of a few words is no sentence: the index says nothing of it.
FEWEST_WORDS = 5
TEXTS = by_source()
SOURCES = sorted(TEXTS)


def lix(text: str) -> float:
    """Words in a sentence, and long words (over six letters) of a hundred."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\{\w+\}", "Navn", text))
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def sentences_of(source: str) -> list[str]:
    """The texts of a source that are sentences."""
    return [danish for danish, _english in TEXTS[source].values() if re.search(r"[.!?]$", danish)]


def test_index_tells_hard_from_easy() -> None:
    assert lix("Vi ses i morgen. Husk dit kort.") < 10
    assert lix("Myndighedsudøvelse forudsætter sundhedslovens hjemmelsgrundlag.") > 80


def is_long(text: str) -> bool:
    """Whether it has words enough for the index, places not counted; a sentence, or as long as one."""
    count = len(re.findall(r"[^\W\d_]+", re.sub(r"\{\w*\}", "", text)))
    return count >= (FEWEST_WORDS if re.search(r"[.!?]$", text) else 2 * FEWEST_WORDS)


@pytest.mark.parametrize("source", SOURCES)
def test_every_text_stands_in_both_languages_with_the_same_places(source: str) -> None:
    for name, (danish, english) in TEXTS[source].items():
        assert danish.strip(), name
        assert english.strip(), name
        assert set(re.findall(r"\{\w*\}", danish)) == set(re.findall(r"\{\w*\}", english)), name


@pytest.mark.parametrize("source", SOURCES)
def test_danish_is_easy_to_read(source: str) -> None:
    told = sentences_of(source)
    every = [danish for danish, _english in TEXTS[source].values()]
    hard = {text: round(lix(text)) for text in every if is_long(text) and lix(text) > EASY}

    assert not hard
    assert not told or lix(" ".join(told)) <= EASY


def test_all_that_can_be_met_is_found() -> None:
    assert {"page front", "log and grounds", "services", "errors", "document", "e-mail"} <= set(TEXTS)
    assert {"citizens/services/asking.py power-too-long", "citizens/services/asking.py ONLY_HERSELF"} <= set(
        TEXTS["services"]
    )
    assert len(TEXTS["services"]) > 20


# What a page must never say to a person: codes, paragraphs, names of resources and of ways over the net.
CODES = re.compile(r"[a-z]+_[a-z]+|§|\bHTTP\b|\bFHIR\b|\bJSON\b|\bURL\b|\bID\b|\bPatient\b|\bBundle\b|[A-Z]{2,}_[A-Z]+")


@pytest.mark.parametrize("source", SOURCES)
def test_no_code_is_shown(source: str) -> None:
    shown = {text for texts in TEXTS[source].values() for text in texts if CODES.search(re.sub(r"\{\w*\}", "", text))}

    assert not shown


@pytest.mark.parametrize("english", [False, True])
def test_what_is_told_of_another_names_whom_it_is_about(english: bool) -> None:
    spoken_to = re.compile(r"\b(you|your)\b" if english else r"\b(du|dig|din|dit|dine)\b", re.IGNORECASE)
    sources = ("log and grounds, of another", "pages, of another")
    told = {name: texts[english] for source in sources for name, texts in TEXTS[source].items()}

    assert not {name for name, text in told.items() if spoken_to.search(text)}
    assert told["THINGS Patient"] == ("Lars's data" if english else "Lars' oplysninger")
    assert told["guardianship"] == (
        "Lars's guardian may see the data." if english else "Lars' værge må se oplysningerne."
    )
    assert told["decline"] == ("Lars blocked it." if english else "Lars har spærret for det.")
    if not english:
        assert of_another("Sofie", ("Dit samtykke", "-"))[0] == "Sofies samtykke"
