"""The pages in a real browser: four personas, phone and desktop, with and without scripts, by eye and aid."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, Page

from tests.portal.browser import (
    DESK,
    PHONE,
    ZOOMED,
    faults,
    misplaced,
    moving,
    shoot,
    size,
    visit,
    ways_on,
    weight,
)
from tests.portal.errands import ERRANDS

pytestmark = pytest.mark.xdist_group("pages")
PERSONAS = ("lars", "lars-daughter", "emma", "sofie-mother")
MOST_BYTES = 150_000
MOST_CLICKS = 5
# A line of 50 kB in a second, far away; and on it how far the page may jump while it comes (what Google calls good).
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
MOST_JUMPED = 0.1
JUMPED = """() => document.fonts.ready.then(() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(all => all.getEntries().forEach(each => { sum += each.value; })).observe(
        {type: 'layout-shift', buffered: true});
    setTimeout(() => done(sum), 100); }))"""
# The page alone, and what of its drawing was fetched again.
MOST_LATER = 20_000
ASKED_FOR = """() => performance.getEntriesByType('resource').filter(
    each => each.transferSize > 0).map(each => each.name)"""
# Colours are the same for all who read the same pages; these two see all that there is.
SEE_ALL = ("lars", "lars-daughter")


def pages_from_the_front(page: Page) -> Iterator[str]:
    """Open each page that links lead to from where one is, one of each kind; gives its name, the page being open."""
    waiting, seen = [urlsplit(page.url).path], set()
    while waiting:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).url_name
        if name in seen or name in ("portal-logout", "portal-login"):
            continue
        seen.add(name)
        opened(page, path)
        waiting += ways_on(page)
        yield str(name)


def opened(page: Page, path: str) -> None:
    """Open a page, which is there for the visitor."""
    answer = page.goto(path)
    assert answer is not None
    kind = answer.headers.get("content-type", "")
    # Who acts for another is told on a page of its own what is not hers to see.
    allowed = (200, 403) if page.locator(".acting-other").count() else (200,)
    assert answer.status in allowed, (path, answer.status)
    assert kind.partition(";")[0] == "text/html"


def offered(page: Page) -> list[str]:
    """The heading of a page, and what its forms can be sent with; what scripts alone can do is marked as such."""
    found: list[str] = page.eval_on_selector_all(
        "h1, main form button:not([data-print])", "all => all.map(each => each.textContent.trim())"
    )
    return found


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_can_be_used_by_everybody_in_all_four_ways(browser: Browser, base: str, persona: str) -> None:
    """On a phone and on a desk, with scripts and without: what aids find, what holds at 400 % zoom, what it weighs."""
    wrong: list[str] = []
    known: dict[str, tuple[str, list[str]]] = {}
    with visit(browser, base, persona, PHONE) as page:
        for name in pages_from_the_front(page):
            known[name] = page.url, offered(page)
            wrong += seen_with_scripts(page, persona, name)
        state: Any = page.context.storage_state()
    with visit(
        browser, base, "", DESK, java_script_enabled=False, storage_state=state, reduced_motion="reduce"
    ) as page:
        for name, (address, offers) in known.items():
            opened(page, address)
            shoot(page, persona, name, "desk", "plain", whole=False)
            wrong += moving(page)
            wrong += [] if offered(page) == offers else [f"{address} offers less without scripts"]
            size(page, PHONE)
            shoot(page, persona, name, "phone", "plain", whole=False)
            wrong += misplaced(page)
            size(page, DESK)

    assert not wrong, "\n".join(wrong)
    assert len(known) >= 12


def seen_with_scripts(page: Page, persona: str, name: str) -> list[str]:
    """What is wrong with the page that is open, as aids and eyes meet it at each size; pictures are kept."""
    wrong = faults(page)
    shoot(page, persona, name, "phone")
    wrong += [f"{page.url} weighs {found}" for found in [weight(page)] if not 10_000 < found <= MOST_BYTES]
    size(page, ZOOMED)
    wrong += misplaced(page)
    size(page, DESK)
    wrong += faults(page, but=() if persona in SEE_ALL else ("color-contrast",))
    shoot(page, persona, name, "desk", whole=False)
    size(page, PHONE)
    return wrong


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.__name__)
def test_lars_gets_it_done_on_a_phone_within_five_clicks(
    browser: Browser, base: str, errand: Callable[[Page], int]
) -> None:
    with visit(browser, base, "lars", PHONE) as page:
        clicks = errand(page)
        shoot(page, "errand", errand.__name__)

    assert 1 <= clicks <= MOST_CLICKS


def test_log_in_and_first_visit_are_light_on_a_slow_line(browser: Browser, base: str) -> None:
    """What the crawl reckons is held against what truly came; what came once is not asked for again; nothing jumps."""
    came: list[float] = []
    with visit(browser, base, "lars") as page:
        speaking = page.context.new_cdp_session(page)
        speaking.send("Network.enable")
        speaking.send("Network.emulateNetworkConditions", SLOW)
        speaking.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
        speaking.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto("/portal/", wait_until="networkidle")
        reckoned, first, jumped = weight(page), sum(came), page.evaluate(JUMPED)
        speaking.send("Network.setCacheDisabled", {"cacheDisabled": False})
        page.goto("/portal/", wait_until="networkidle")
        came.clear()
        page.goto("/portal/stamkort/")
        later, names = sum(came), page.evaluate(ASKED_FOR)

    assert first <= MOST_BYTES
    assert first == pytest.approx(reckoned, rel=0.1)
    assert jumped < MOST_JUMPED
    assert later < MOST_LATER
    assert names == []


def test_stamkort_is_printed_on_one_sheet_in_large_type(browser: Browser, base: str) -> None:
    with visit(browser, base, "lars", DESK, java_script_enabled=False) as page:
        page.goto("/portal/stamkort/print/")
        paper = page.pdf(prefer_css_page_size=True)
        page.emulate_media(media="print")
        size = page.locator(".paper p").first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
        menus = page.locator("nav:visible, footer:visible, .no-print:visible").count()

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    assert re.search(rb"/MediaBox \[0 0 59[45]", paper)
    assert round(size) >= round(13 * 96 / 72)  # points
    assert menus == 0
