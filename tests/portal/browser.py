"""A real browser over the pages as `make run` shows them: the demo, whole, on a database of its own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config import embedded
from tests import node
from tests.template import database, server_of_tests

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".artefacts" / "screenshots"
# The last is a window of 1280 by 1024 at 400 %.
PHONE, DESK, ZOOMED = (390, 844), (1280, 900), (320, 256)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 180.0


def program() -> str:
    """The browser of this machine; the test is skipped, with this reason, where there is none."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@contextmanager
def demo_running(folder: Path) -> Iterator[str]:
    """Everything that `make run` starts, with the demo, until the end; gives its address."""
    with server_of_tests() as url, database(url, f"demo_of_tests_{os.getpid()}") as demo:
        yield from _running(folder, demo)


def _running(folder: Path, url: str) -> Iterator[str]:
    port, output = embedded.free_port(), folder / "output"
    given = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
    given |= {"DATA_DIR": str(folder / "data"), "PORT": str(port), "DEMO_MODE": "1", "WEB_WORKERS": "1"}
    given["DATABASE_URL"] = url
    given |= dict.fromkeys(("RATE_PER_SYSTEM", "RATE_PER_USER", "RATE_PER_ADDRESS"), "0/0")
    with output.open("wb") as told:
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=told, stderr=told, start_new_session=True)
    try:
        end = time.monotonic() + START_SECONDS
        while "Everything runs" not in output.read_text():
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < end, output.read_text()
            time.sleep(0.1)
        yield f"http://localhost:{port}"
        assert "page failed" not in output.read_text(), output.read_text()
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, without a screen."""
    found = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, base: str, persona: str = "", size: tuple[int, int] = PHONE, **more: Any) -> Iterator[Page]:
    """A window of a persona who is logged in, on a device of this size; what its console complains of is an error."""
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="da-DK", base_url=base, **more
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if persona:
        page.goto("/portal/login/")
        page.click(f"button[value='{persona}']")
    yield page
    context.close()
    # A status of 422 on a form that was not taken is an answer, which the console mentions.
    assert not [said for said in complaints if "status of 4" not in said], complaints


@cache
def axe() -> str:
    """The program that looks for what people who use aids cannot use; skipped where Node is missing."""
    try:
        return (node.modules() / "axe-core" / "axe.min.js").read_text()
    except node.NoNode as error:
        pytest.skip(str(error))


def faults(page: Page, *, but: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds on the page as it stands, by the rules of WCAG 2.2 A and AA and of good practice.

    `but` are rules that are left out: that of contrast takes most of the time.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    rules = {name: {"enabled": False} for name in but}
    # No page plays or moves anything by itself: nothing has to be loaded beforehand.
    wanted = {"runOnly": tags, "resultTypes": ["violations"], "preload": False, "rules": rules}
    found = page.evaluate(
        "wanted => axe.run(document, wanted).then(r => r.violations.flatMap(v => v.nodes.map(n => [v.id, n.html])))",
        wanted,
    )
    return [f"{urlsplit(page.url).path} {name}: {html[:160]}" for name, html in found]


def size(page: Page, wanted: tuple[int, int]) -> None:
    """Make the window this large."""
    page.set_viewport_size({"width": wanted[0], "height": wanted[1]})


_LAID_OUT = """() => {
    const wrong = [], wide = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth > wide) wrong.push('has to be moved sideways');
    for (const each of document.querySelectorAll('body *')) {
        const look = getComputedStyle(each), told = each.outerHTML.slice(0, 80);
        if (look.display === 'none' || look.visibility === 'hidden') continue;
        const inside = each.closest('svg') || each.matches('.sr-only, .skipnav') || look.clipPath !== 'none';
        const box = each.getBoundingClientRect();
        if (!inside && box.width > 1 && (box.right > wide + 1 || box.left < -1)) wrong.push('is cut: ' + told);
        if (['fixed', 'sticky'].includes(look.position) && !inside) wrong.push('stands in the way: ' + told);
        if (['auto', 'scroll'].includes(look.overflowX) && each.scrollWidth > each.clientWidth + 1)
            wrong.push('is moved within: ' + told);
    }
    return wrong;
}"""


def misplaced(page: Page) -> list[str]:
    """What does not hold at the size of the window: is wider than it, is cut, or stands over other things."""
    return [f"{urlsplit(page.url).path} at {page.viewport_size} {each}" for each in page.evaluate(_LAID_OUT)]


_MOVES = """() => [...document.querySelectorAll('body, body *')].filter(
    each => ['', '::before', '::after'].some(part => {
    const look = getComputedStyle(each, part || null);
    return [look.transitionDuration, look.animationDuration].some(all => all.split(',').some(t => parseFloat(t) > 0));
})).map(each => each.outerHTML.slice(0, 80)).concat(document.getAnimations().map(each => 'runs: ' + each))"""


def moving(page: Page) -> list[str]:
    """What moves, or would when something is chosen, on the page of who asked for less of it."""
    return [f"{urlsplit(page.url).path} moves: {each}" for each in page.evaluate(_MOVES)]


_WEIGHT = """() => document.fonts.ready.then(() => ['navigation', 'resource'].flatMap(
    kind => performance.getEntriesByType(kind)).reduce((sum, each) => sum + each.encodedBodySize + 300, 0))"""


def weight(page: Page) -> int:
    """The bytes of the page and all that it is drawn with, packed as they were sent, with 300 for each answer's head.

    What the browser had kept is counted as if it came anew.
    """
    return int(page.evaluate(_WEIGHT))


def ways_on(page: Page) -> list[str]:
    """The addresses of ours that the page leads to, without those that change the language or give a file."""
    links: list[str] = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(each => each.href)")
    ours = [urlsplit(each) for each in links]
    return [
        f"{each.path}?{each.query}" if each.query else each.path
        for each in ours
        if each.path.startswith("/portal/") and "lang=" not in each.query and each.netloc == urlsplit(page.url).netloc
    ]


def shoot(page: Page, *names: str, whole: bool = True) -> None:
    """Keep a picture of the page, or of what is seen of it at first."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{'-'.join(names)}.jpg", full_page=whole, type="jpeg", quality=60)
