"""The command ``pullquote chat`` with the real models, in a real browser."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser, free_port
from conftest import ROOT


@pytest.fixture(scope="module")
def address(sample_store: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "ui", "chat", "--store", str(sample_store)]
    process = subprocess.Popen(
        [*command, "--port", str(free_port())], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("Pullquote is at http://127.0.0.1:"), line
    yield line.split()[-1]
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert (process.returncode, rest) == (130, "")


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    with chromium_browser() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 850})
        page.outside = []
        page.on("request", lambda request: note_outside(page.outside, request.url, address))
        page.goto(address)
        yield page


def note_outside(outside: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        outside.append(url)


def ask(page: Any, question: str, until: str) -> Any:
    box = page.get_by_role("textbox").first
    box.fill(question)
    box.press("Enter")
    found = page.locator("#pq-chat .message-row").last.get_by_text(until)
    found.first.wait_for(timeout=30_000)
    return page.locator("#pq-chat .message-row").last


def test_answer_stands_bold_in_its_passage(page: Any) -> None:
    question = "How long did Pence and Aso talk in Washington in October 2017?"
    turn = ask(page, question, "a little less than two hours")
    assert turn.locator("mark").first.inner_text() == "a little less than two hours"


def test_question_the_archive_does_not_answer_is_refused(page: Any) -> None:
    turn = ask(page, "Who won the chess title in Reykjavik?", "No answer found")
    assert turn.locator("mark").count() == 0


def test_nothing_was_asked_of_another_machine(page: Any) -> None:
    assert page.outside == []
