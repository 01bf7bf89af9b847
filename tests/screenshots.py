"""Take the pictures of the README: ``python tests/screenshots.py STORE`` on the sample archive."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browsing import chromium_browser, free_port

ROOT = Path(__file__).parent.parent
OUT = ROOT / "docs"
SIZE = {"width": 1200, "height": 860}


def ask(page: Any, question: str) -> Any:
    """Ask, and wait for what is said."""
    done = page.locator("#pq-chat .pq-judge")
    before = done.count()
    box = page.get_by_placeholder("Ask the archive")
    box.fill(question)
    box.press("Enter")
    done.nth(before).wait_for(timeout=60_000)
    page.wait_for_timeout(900)
    return page.locator("#pq-chat .message-row").last


def answer(page: Any) -> None:
    """One answer with its evidence."""
    ask(page, "How long did Pence and Aso talk in Washington in October 2017?")


def differing(page: Any) -> None:
    """Articles that differ, by date."""
    ask(page, "When will Trump arrive in Japan?")


def refused(page: Any) -> None:
    """An honest no."""
    ask(page, "Who won the chess title in Reykjavik?")


def article(page: Any) -> None:
    """The whole article beside the answer."""
    row = ask(page, "How long did Pence and Aso talk in Washington in October 2017?")
    row.locator(".pq-read").first.click()
    page.locator("#pq-panel .pq-here").wait_for()
    page.wait_for_timeout(900)


def followed(page: Any) -> None:
    """A follow-up, as it was read."""
    ask(page, "How many grey seals are there on Ostrey?")
    ask(page, "Who counts them?")


def archive(page: Any) -> None:
    """What is in the archive."""
    page.goto(f"{page.url.split('?')[0].rstrip('/')}/archive")
    page.locator("#pq-masthead h1").wait_for()
    page.wait_for_timeout(2500)


STATES: tuple[Callable[[Any], None], ...] = (answer, differing, refused, article, followed, archive)


def main(store: str) -> None:
    """Open the chat on a store and take every picture, light and dark."""
    command = [sys.executable, "-m", "ui", "chat", "--store", store, "--port", str(free_port())]
    chat = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert chat.stderr is not None
    address = chat.stderr.readline().split()[-1]
    try:
        with chromium_browser() as browser:
            for state in STATES:
                for scheme in ("light", "dark"):
                    page = browser.new_page(viewport=SIZE, color_scheme=scheme)
                    page.goto(address)
                    page.get_by_placeholder("Ask the archive").wait_for()
                    state(page)
                    page.screenshot(path=OUT / f"{state.__name__}-{scheme}.png")
                    page.close()
    finally:
        chat.terminate()
        chat.wait(timeout=30)


if __name__ == "__main__":
    main(sys.argv[1])
