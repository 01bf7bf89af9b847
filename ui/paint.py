"""How soon the page of a chat shows, and how soon a first answer, in a real browser."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from ui.served import serving

_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_WAIT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Paint:
    """Seconds from the moment the server said that it is up: until the first thing was painted,
    until the page could be used, and until the first answer stood there."""

    first_s: float
    usable_s: float
    answer_s: float

    def line(self) -> str:
        """Sum it up.

        :returns: one line.
        """
        return (
            f"first paint {self.first_s:.2f} s, page {self.usable_s:.2f} s, "
            f"first answer {self.answer_s:.2f} s after the server is up"
        )


def paint(store: Path, question: str) -> Paint:
    """Open a new chat in Chromium and ask one question.

    :param store: the folder of the store.
    :param question: one that the store answers.
    :returns: how long it took.
    :raises ChildProcessError: the chat did not come up.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page()
        with serving(store) as served:
            up = time.monotonic()
            page.goto(served.address, wait_until="commit")
            page.locator("#pq-masthead h1").wait_for(timeout=_WAIT_MS)
            box = page.get_by_role("textbox").first
            box.fill(question)
            usable = time.monotonic() - up
            origin = time.time() - page.evaluate("() => performance.timeOrigin") / 1000
            first = usable - origin + page.evaluate(_PAINTED) / 1000
            box.press("Enter")
            page.locator("#pq-chat mark").first.wait_for(timeout=_WAIT_MS)
            found = Paint(first, usable, time.monotonic() - up)
            served.stop()
        browser.close()
    return found
