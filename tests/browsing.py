"""A headless Chromium for tests, and a port for the page it opens."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conftest import require

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def free_port() -> int:
    """Give a port of the loopback address that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def chromium_browser() -> Iterator[Any]:
    """Start Chromium; skip the test where there is none."""
    binary = require("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(binary), args=[*QUIET])
        yield browser
        browser.close()


@dataclass
class Window:
    """A page, and what happened on it that should not."""

    page: Any
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, url: str) -> "Window":
        self.page.on("request", self._requested)
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(url)
        self.page.wait_for_selector("#pq-masthead h1")
        return self

    def ask(self, question: str) -> Any:
        rows = self.page.locator(".user-row")
        asked = rows.count()
        box = self.page.get_by_role("textbox").first
        box.fill(question)
        box.press("Enter")
        rows.nth(asked).wait_for()
        return box

    def wait_for(self, selector: str) -> Any:
        """The part of the newest answer, once it is there."""
        found = self.page.locator("#pq-chat .message-row").last.locator(selector)
        found.wait_for(timeout=45_000)
        return found

    def wait_for_value(self, box: Any, value: str) -> None:
        from playwright.sync_api import expect

        expect(box).to_have_value(value)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.outside.append(request.url)
