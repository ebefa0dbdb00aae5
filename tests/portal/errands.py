"""A new user's errands on a phone: each click is counted from the front page."""

import re

from playwright.sync_api import Locator, Page, expect


class Errand:
    """One errand: what is clicked on, and how often."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0
        page.goto("/portal/")

    def click(self, name: str, kind: str = "link") -> "Errand":
        """Click on the first thing with this name that can be seen."""
        return self.click_on(self.page.get_by_role(kind, name=re.compile(name)))  # type: ignore[arg-type]

    def click_on(self, what: Locator) -> "Errand":
        """Click on the first of these that can be seen."""
        what.locator("visible=true").first.click()
        self.clicks += 1
        return self

    def reads(self, text: str) -> "Errand":
        """See a text on the page."""
        expect(self.page.get_by_text(re.compile(text)).locator("visible=true").first).to_be_visible()
        return self


def what_was_agreed(page: Page) -> int:
    """Find out what was agreed at the last admission."""
    errand = Errand(page).click("Se, hvad vi har aftalt").reads("Det blev aftalt, da du sidst var indlagt")
    agreed = page.locator(".agreed li")
    assert agreed.count() >= 2
    assert all(len(text.split()) > 2 for text in agreed.all_inner_texts())
    return errand.clicks


def the_daughters_number(page: Page) -> int:
    """Correct the daughter's phone number."""
    errand = Errand(page).click("Ret en telefon").click("Ret Mette")
    page.get_by_label("Mobil").fill("20 00 00 99")
    return errand.click("Gem", "button").reads("Det er gemt").reads("20 00 00 99").clicks


def why_the_nurse_could(page: Page) -> int:
    """See why the municipal nurse could look."""
    errand = Errand(page).click("Se, hvem der har kigget")
    nurse = page.locator("li, article, section").filter(has_text="Inge Test Munk").last
    expect(nurse).to_be_visible()
    expect(nurse).to_contain_text("Hvorfor måtte")
    return errand.clicks


def no_more_of_the_hospital(page: Page) -> int:
    """Block the hospital that he no longer trusts."""
    errand = Errand(page).click("Luk for et sted").click("Odense Universitetshospital")
    errand.click("Spær for Odense Universitetshospital").click("Se, hvad der sker", "button")
    errand.reads("Det sker der").click("Ja, spær", "button").reads("Spærret: Odense Universitetshospital")
    return errand.clicks


ERRANDS = (what_was_agreed, the_daughters_number, why_the_nurse_could, no_more_of_the_hospital)
