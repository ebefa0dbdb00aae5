"""What moves on a page by htmx, and errands by keys alone: told to aids, the place kept, and the same without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.browser import DESK, faults, shoot, visit

pytestmark = pytest.mark.xdist_group("pages")
MOST_TABS = 80
MOST_LOOKS = 200


def test_what_a_block_would_do_is_shown_while_one_chooses(browser: Browser, base: str) -> None:
    """Nothing is saved by it, the place is kept, it goes when it is out of date, and leads to a log-in that ended."""
    with visit(browser, base, "poul") as page:
        page.goto("/portal/access/block/")
        shown = page.locator(".decision-live")
        page.get_by_label("Alle steder og alle personer").focus()
        page.keyboard.press("Space")
        expect(shown).to_contain_text("mister synet")
        at = page.evaluate("document.activeElement.value")
        wrong = faults(page)
        shoot(page, "state", "live-trial")
        page.locator("details.fold summary").first.click()
        page.get_by_label("Kun det, der skete i en periode").check(force=True)
        expect(shown).to_be_empty()
        page.get_by_label("Alt", exact=True).check(force=True)
        expect(shown).to_contain_text("Ja, spær")
        page.context.clear_cookies(name="session")
        page.get_by_label("Kun det, der skete i en periode").check(force=True)
        expect(page).to_have_url(re.compile("/portal/login/"))
    with visit(browser, base, "poul") as page:
        page.goto("/portal/access/")
        blocks = page.get_by_text("Spærret: alle").count()

    assert (wrong, at, blocks) == ([], "everyone", 0)


def test_log_is_filtered_and_goes_on_without_a_new_page(browser: Browser, base: str) -> None:
    with visit(browser, base, "lars") as page:
        page.goto("/portal/log/?whose=all")
        for look in range(MOST_LOOKS):  # until the log fills more than a page, whatever other tests looked at
            if look % 20 == 0 and page.reload() and page.locator("#older").count():
                break
            page.request.get("/portal/appointments/")
        page.evaluate("window.same = true")
        told, first = page.locator("#told"), page.locator(".occasion").count()
        older = page.locator("#older")
        older.focus()
        page.keyboard.press("Enter")
        expect(told).to_contain_text("ældre")
        after = page.locator(".occasion").count()
        place = page.evaluate("document.activeElement.id")
        page.get_by_label("Hvem har set?").select_option("overrides")
        page.get_by_label("Fra og med").fill("1990-02-01")
        page.get_by_label("Til og med").fill("1990-02-02")
        page.get_by_role("button", name="Vis", exact=True).press("Enter")
        expect(told).to_contain_text("Ingen har set")
        expect(page).to_have_url(re.compile("whose=overrides"))
        kept = page.evaluate("[window.same, document.activeElement.textContent]")
        kept_for_file = page.locator("form[action$='/file/'] [name=whose]").input_value()

    assert after > first
    assert place in ("older", "told")
    assert kept == [True, "Vis"]
    assert kept_for_file == "overrides"


class Keys:
    """A visitor who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page, self.press = page, page.keyboard.press

    def to(self, name: str) -> "Keys":
        """Go on by the tabulator to what is called so, and see that one stands there."""
        for _press in range(MOST_TABS):
            self.press("Tab")
            if re.search(name, self.page.evaluate(_CALLED)):
                return self
        raise AssertionError(f"{name} is not reached on {self.page.url}")

    def choose(self, name: str) -> "Keys":
        """Go there and press Enter; a new page opens."""
        self.to(name)
        with self.page.expect_navigation():
            self.press("Enter")
        return self


_CALLED = """() => { const at = document.activeElement;
    return at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent; }"""


def test_an_errand_of_each_kind_is_done_by_keys_alone(browser: Browser, base: str) -> None:
    """Log in, pass over the menu, correct a number, give a consent that was tried first, and lift a block."""
    with visit(browser, base, size=DESK) as page:
        page.goto("/portal/login/")
        keys = Keys(page).choose("Poul")
        keys.to("Gå til indholdet").press("Enter")
        keys.choose("Ret en telefon").choose("Skriv en pårørende på").to("^Navn")
        page.keyboard.type("Karin Test Madsen")
        keys.to("Hvem er det for dig").press("B")
        keys.to("Mobil")
        page.keyboard.type("20 00 00 98")
        keys.choose("^Gem")
        expect(page.get_by_text("20 00 00 98").first).to_be_visible()

        keys.choose("Hvem må se").choose("Spær for nogen").to("Lægehuset|Odense|Lunge")
        keys.press("Space")
        keys.choose("Se, hvad der sker").choose("Ja, spær")
        expect(page.locator(".alert-success")).to_contain_text("Du har spærret")
        keys.choose("Ophæv").choose("Ja, ophæv")
        expect(page.locator(".alert-success")).to_contain_text("Det er stoppet")

        keys.choose("Giv nogen lov").to("Lægehuset|Odense|Lunge")
        keys.press("Space")
        for what in ("Sygdomme", "At behandle mig"):
            keys.to(what).press("Space")
        keys.to("Til og med")
        page.keyboard.type(
            page.evaluate(
                "new Date(Date.now() + 30 * 864e5).toLocaleDateString('en-US', "
                "{year: 'numeric', month: '2-digit', day: '2-digit'}).replaceAll('/', '')"
            )
        )
        keys.choose("Se, hvad der sker").choose("Ja, giv lov")
        expect(page.locator(".alert-success")).to_contain_text("Du har givet lov")
