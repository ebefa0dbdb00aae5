"""The pages in a real browser: four personas, phone and desktop, with and without scripts, by eye, key and aid."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, Page

from tests.portal.browser import (
    DESK,
    NARROW,
    PHONE,
    chromium,
    demo_running,
    faults,
    is_too_wide,
    program,
    shoot,
    visit,
    ways_on,
)
from tests.portal.errands import ERRANDS

# Forms that cannot be sent as they are: what is typed in them is taken away first.
FORMS = (
    "/portal/stamkort/relatives/new/",
    "/portal/stamkort/typed/temporary-address/",
    "/portal/relatives/give/",
    "/portal/access/consent/",
    "/portal/plans/goals/new/",
)
EMPTIED = """() => { for (const form of document.querySelectorAll('main form[method=post]')) { form.noValidate = true;
    for (const each of form.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (each.type === 'radio' || each.type === 'checkbox') each.checked = false;
        else each.value = ''; } } }"""
PERSONAS = ("lars", "lars-daughter", "emma", "sofie-mother")
MOST_BYTES = 150_000
MOST_CLICKS = 5


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo runs."""
    program()
    with demo_running(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def browser(base: str) -> Iterator[Browser]:
    """One browser for all tests here; it has to be closed before tests that ask the database in this process."""
    with chromium() as found:
        yield found


def pages_from_the_front(page: Page) -> Iterator[str]:
    """Open each page that links lead to from where one is, one of each kind; gives its name, the page being open."""
    waiting, seen = [urlsplit(page.url).path], set()
    while waiting:
        path = waiting.pop(0)
        name = resolve(urlsplit(path).path).url_name
        if name in seen or name in ("portal-logout", "portal-login"):
            continue
        seen.add(name)
        answer = page.goto(path)
        assert answer is not None
        kind = answer.headers.get("content-type", "")
        # Who acts for another is told on a page of its own what is not hers to see.
        allowed = (200, 403) if page.locator(".acting-other").count() else (200,)
        assert answer.status in allowed, (path, answer.status)
        assert kind.partition(";")[0] == "text/html"
        waiting += ways_on(page)
        yield str(name)


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_can_be_used_by_everybody_on_a_phone(browser: Browser, base: str, persona: str) -> None:
    wrong: list[str] = []
    with visit(browser, base, persona, PHONE) as page:
        shown = 0
        for name in pages_from_the_front(page):
            shown += 1
            shoot(page, persona, name, "phone")
            wrong += faults(page)
            page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            wrong += [f"{page.url} is wider than 320 px"] if is_too_wide(page) else []
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})

    assert not wrong, "\n".join(wrong)
    assert shown >= 12


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_shows_without_scripts_on_a_desk(browser: Browser, base: str, persona: str) -> None:
    with visit(browser, base, persona, DESK, java_script_enabled=False) as page:
        for name in pages_from_the_front(page):
            shoot(page, persona, name, "desk")
            assert page.locator("h1").count() == 1


def test_every_form_that_is_sent_empty_says_what_to_do_to_everybody(browser: Browser, base: str) -> None:
    """The state of a page that people meet when something is wrong, looked at as the page itself is."""
    wrong: list[str] = []
    with visit(browser, base, "hans", PHONE) as page:
        seen = 0
        for path in FORMS:
            page.goto(path)
            page.evaluate(EMPTIED)
            page.locator("main form[method=post] button").locator("visible=true").first.click()
            if page.locator(".form-error-message, .alert-error").count():
                seen += 1
                wrong += faults(page)
                shoot(page, "hans", "wrong", path.strip("/").replace("/", "-"))

    assert not wrong, "\n".join(wrong)
    assert seen == len(FORMS)


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.__name__)
def test_lars_gets_it_done_on_a_phone_within_five_clicks(
    browser: Browser, base: str, errand: Callable[[Page], int]
) -> None:
    with visit(browser, base, "lars", PHONE) as page:
        clicks = errand(page)
        shoot(page, "errand", errand.__name__)

    assert 1 <= clicks <= MOST_CLICKS


def test_log_in_and_first_visit_are_light(browser: Browser, base: str) -> None:
    sizes: dict[str, float] = {}
    with visit(browser, base) as page:
        page.goto("/portal/login/")
        wrong = faults(page)
        page.click("button[value='lars']")
        ways = list(dict.fromkeys(ways_on(page)))
        state = page.context.storage_state()
    for path in ["/portal/login/", *ways]:
        context = browser.new_context(storage_state=state, base_url=base)
        page, total = context.new_page(), [0.0]
        speaking = context.new_cdp_session(page)
        speaking.send("Network.enable")
        speaking.on("Network.loadingFinished", lambda told, total=total: total.append(told["encodedDataLength"]))
        page.goto(path, wait_until="networkidle")
        sizes[path] = sum(total)
        context.close()

    assert not wrong
    assert {path: size for path, size in sizes.items() if size > MOST_BYTES} == {}
    assert max(sizes.values()) > 10_000


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


def test_front_page_is_walked_by_keys_alone_and_shows_where_one_is(browser: Browser, base: str) -> None:
    told = """() => { const at = document.activeElement, look = getComputedStyle(at);
        return [at.outerHTML.slice(0, 120), look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2] }"""
    with visit(browser, base, "lars", DESK) as page:
        page.goto("/portal/")
        focusable = page.locator("a[href]:visible, button:visible, summary:visible, input:visible:not([type=hidden])")
        reached = []
        for _press in range(focusable.count()):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(told))
        page.goto("/portal/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        skipped = page.evaluate("document.activeElement.id || location.hash")

    assert len({html for html, _seen in reached}) >= focusable_least(reached)
    assert [html for html, is_seen in reached if not is_seen] == []
    assert "content" in skipped


def focusable_least(reached: list[list[object]]) -> int:
    """All but a few alike: several entries of the log may look the same."""
    return max(1, int(len(reached) * 0.8))
