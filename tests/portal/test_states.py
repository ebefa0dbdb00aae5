"""The pages in a real browser in the states that they can be in: wrong, in conflict, empty, refused, done, in print."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from stamkort.models import Entry
from tests.portal.browser import DESK, PHONE, ZOOMED, faults, misplaced, moving, shoot, size, visit
from tests.portal.test_browser import pages_from_the_front

pytestmark = pytest.mark.xdist_group("pages")
EMPTIED = """form => { form.noValidate = true;
    for (const each of form.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (each.type === 'radio' || each.type === 'checkbox') each.checked = false;
        else each.value = ''; }
    form.requestSubmit(form.querySelector('button')); }"""
# Forms that hold something to be typed or chosen, which is missing when they come empty.
REFUSED_EMPTY = {
    "portal-access-block",
    "portal-access-consent",
    "portal-appointments-calendars",
    "portal-log-ask",
    "portal-plans-goal",
    "portal-plans-goal-change",
    "portal-plans-goal-new",
    "portal-relatives-give",
    "portal-stamkort-group",
    "portal-stamkort-relative-new",
}
# The field groups of the stamkort; each has a form of its own.
GROUPS = tuple(Entry.Kind.values)
WRONG = ".form-error-message, .alert-error"
# Pages that are made for paper: nothing stands on them that only a screen needs.
PAPERS = {"portal-stamkort-print"}
# As paper: A4 without its margins.
PAPER = (680, 960)


def looked_at(page: Page, *names: str) -> list[str]:
    """What is wrong with the page as it stands, on a phone, at 400 % and on a desk; a picture is kept."""
    size(page, PHONE)
    shoot(page, "state", *names)
    wrong = faults(page)
    size(page, ZOOMED)
    wrong += misplaced(page)
    size(page, DESK)
    wrong += faults(page, but=("color-contrast",))
    size(page, PHONE)
    return [f"{'-'.join(names)}: {each}" for each in wrong]


def test_every_form_that_is_sent_empty_says_what_to_do_to_everybody(browser: Browser, base: str) -> None:
    wrong: list[str] = []
    refused: set[str] = set()
    with visit(browser, base, "hans", PHONE) as page:
        for name in pages_from_the_front(page):
            if is_refused_empty(page):
                refused.add(name)
                wrong += looked_at(page, "wrong", name) + lost_ways(page)
        for group in GROUPS:
            page.goto(f"/portal/stamkort/typed/{group}/")
            assert is_refused_empty(page), group
            wrong += looked_at(page, "wrong", group) + lost_ways(page)

    assert not wrong, "\n".join(wrong)
    assert refused == REFUSED_EMPTY


def is_refused_empty(page: Page) -> bool:
    """Send the first form of the page empty, if it has one with something to fill in; whether it says what is wrong."""
    form = page.locator("main form[method=post]:has(:is(input, select, textarea):not([type=hidden]))")
    if not form.count():
        return False
    with page.expect_navigation():
        form.first.evaluate(EMPTIED)
    return page.locator(WRONG).count() > 0


def lost_ways(page: Page) -> list[str]:
    """The ways from what is summed up that lead to no field."""
    told: list[str] = page.eval_on_selector_all(
        "#errors a", "all => all.map(a => a.hash).filter(hash => !document.querySelector(hash))"
    )
    return [f"{page.url}: {each} leads nowhere" for each in told]


def a_conflict(page: Page) -> None:
    """Two write the same comment at once: the second is shown both versions."""
    path = "/portal/stamkort/typed/comment/"
    other = page.context.new_page()
    for each, text in ((page, "Ring helst om eftermiddagen."), (other, "Tal langsomt, for jeg hører dårligt.")):
        each.goto(path)
        each.locator("main textarea").fill(text)
    for each in (other, page):
        each.get_by_role("button", name="Gem").click()
    other.close()
    assert page.get_by_text("Tal langsomt, for jeg hører dårligt.").is_visible()
    assert page.locator("main textarea").input_value() == "Ring helst om eftermiddagen."


def a_success(page: Page) -> None:
    """What was typed in a conflict is saved after all."""
    page.locator("main form[method=post] .button-primary").click()
    assert page.locator(".alert-success").is_visible()


def an_empty_log(page: Page) -> None:
    """The log of a time in which nobody looked."""
    page.goto("/portal/log/?since=1990-02-01&until=1990-02-02")
    assert page.get_by_text("Ingen har").first.is_visible()


def a_wrong_filter(page: Page) -> None:
    """The log of a place that there is not."""
    page.goto("/portal/log/?unit=nowhere")
    assert page.locator(WRONG).first.is_visible()


def a_missing_page(page: Page) -> None:
    """An address that there is not."""
    answer = page.goto("/portal/nowhere/")
    assert answer is not None
    assert answer.status == 404


def a_form_that_was_only_read(page: Page) -> None:
    """Where a form is sent to, opened as a page."""
    answer = page.goto("/portal/stamkort/relatives/01941f29-7c00-7925-bcff-59821dc6bfd3/move/")
    assert answer is not None
    assert answer.status == 405
    assert page.locator("h1").is_visible()


def a_form_too_long(page: Page) -> None:
    """More than can be taken."""
    page.goto("/portal/stamkort/typed/comment/")
    page.locator("main textarea").evaluate("each => { each.maxLength = 9e6; each.value = 'a'.repeat(6e6); }")
    with page.expect_navigation() as answered:
        page.get_by_role("button", name="Gem").click()
    assert answered.value.status == 413
    assert page.get_by_text("skriv det kortere").is_visible()


def a_page_too_old(page: Page) -> None:
    """A form whose token is not ours."""
    page.goto("/portal/stamkort/typed/comment/")
    page.locator("main [name=csrfmiddlewaretoken]").evaluate("each => { each.value = 'x'; }")
    with page.expect_navigation() as answered:
        page.get_by_role("button", name="Gem").click()
    assert answered.value.status == 403


def a_trial_of_a_block(page: Page) -> None:
    """What a block of all would do."""
    page.goto("/portal/access/block/")
    page.get_by_label("Alle steder og alle personer").check(force=True)
    page.locator(".decision-form .button-primary").last.click()
    assert page.get_by_text("mister synet").first.is_visible()


def logged_out(page: Page) -> None:
    """The end."""
    page.get_by_role("button", name="Log ud").click()
    assert page.get_by_role("link", name="Log ind").is_visible()


def idle(page: Page) -> None:
    """Whoever comes back after the quarter of an hour."""
    page.goto("/portal/stamkort/")
    assert urlsplit(page.url).path == "/portal/login/"


STATES: tuple[Callable[[Page], None], ...] = (
    a_conflict, a_success, an_empty_log, a_wrong_filter, a_missing_page, a_form_that_was_only_read, a_form_too_long,
    a_page_too_old, a_trial_of_a_block, logged_out, idle,
)  # fmt: skip


def test_every_state_of_a_page_is_for_everybody(browser: Browser, base: str) -> None:
    """One after the other, as one visitor meets them."""
    wrong: list[str] = []
    with visit(browser, base, "hans", PHONE) as page:
        for state in STATES:
            state(page)
            wrong += looked_at(page, state.__name__.replace("_", "-"))

    assert not wrong, "\n".join(wrong)


def test_pages_of_who_has_nothing_yet_are_for_everybody_in_english_too(browser: Browser, base: str) -> None:
    """Mette as herself: nobody treats her, and she has written nothing."""
    wrong: list[str] = []
    with visit(browser, base, "lars-daughter", PHONE, reduced_motion="reduce") as page:
        page.goto("/portal/acting/?lang=en")
        page.locator("main input[type=radio]").first.check(force=True)
        page.locator("main .button-primary").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert not page.locator(".acting-other").count()
        for name in pages_from_the_front(page):
            wrong += looked_at(page, "empty", name) + moving(page)

    assert not wrong, "\n".join(wrong)


def test_pages_are_whole_on_paper(browser: Browser, base: str) -> None:
    wrong: list[str] = []
    with visit(browser, base, "lars", PAPER) as page:
        page.emulate_media(media="print")
        for name in pages_from_the_front(page):
            shoot(page, "paper", name)
            wrong += misplaced(page)
            left = page.locator("nav:visible, .no-print:visible, main form button:visible").count()
            wrong += [f"{name}: {left} things on paper that only a screen needs"] if left and name in PAPERS else []

    assert not wrong, "\n".join(wrong)


def test_every_page_is_walked_by_keys_alone_and_shows_where_one_is(browser: Browser, base: str) -> None:
    """Each thing that can be chosen is reached by the tabulator, shows that it was, and lets go again."""
    wrong: list[str] = []
    with visit(browser, base, "lars", DESK) as page:
        for name in pages_from_the_front(page):
            wrong += [f"{name}: {each}" for each in missed_by_keys(page)]

    assert not wrong, "\n".join(wrong)


_WATCHED = """() => {
    const group = each => each.type === 'radio' ? each.form?.elements[each.name]?.[0] ?? each : each;
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
        each => each.type !== 'hidden' && !each.disabled && each.checkVisibility({visibilityProperty: true}));
    window.toReach = new Set(all.map(group));
    window.unseen = [];
    const ring = look => (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2)
        || look.boxShadow !== 'none';
    document.addEventListener('focusin', ({target}) => {
        window.toReach.delete(group(target));
        const label = target.labels?.[0], around = target.getBoundingClientRect();
        const seen = ring(getComputedStyle(target))
            || (label && (ring(getComputedStyle(label)) || ring(getComputedStyle(label, '::before'))));
        if (!seen) window.unseen.push('shows no focus: ' + target.outerHTML.slice(0, 100));
        if (around.bottom < 0 || around.top > innerHeight)
            window.unseen.push('is off: ' + target.outerHTML.slice(0, 100));
    });
    // A day has a stop for day, month and year, and one for its calendar.
    return all.length + 3 * all.filter(each => each.type === 'date').length;
}"""
_MISSED = "() => [...window.toReach].map(each => 'not reached: ' + each.outerHTML.slice(0, 100)).concat(window.unseen)"


def missed_by_keys(page: Page) -> list[str]:
    """What cannot be reached on the page, or does not show that it was; and a way past the menu that leads nowhere."""
    for _press in range(page.evaluate(_WATCHED) + 2):
        page.keyboard.press("Tab")
    missed: list[str] = page.evaluate(_MISSED)
    page.locator(".skipnav").focus()
    page.keyboard.press("Enter")
    at: str = page.evaluate("document.activeElement.id || location.hash")
    return missed if "content" in at else [*missed, "the way to the content leads elsewhere"]
