"""A headless Chromium for tests, and a port for the page it opens."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
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
