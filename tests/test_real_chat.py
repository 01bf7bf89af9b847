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
    turn = ask(page, "Where will Abe and Trump watch sumo?", "Ryogoku Kokugikan in Tokyo")
    assert turn.locator("mark").first.inner_text() == "Ryogoku Kokugikan in Tokyo"


def test_question_the_archive_does_not_answer_is_refused(page: Any) -> None:
    turn = ask(page, "Who won the chess title in Reykjavik?", "No answer found")
    assert turn.locator("mark").count() == 0


def chips(turn: Any, *texts: str) -> Any:
    from playwright.sync_api import expect

    found = turn.locator(".pq-reading .pq-chip:enabled")
    expect(found).to_have_text(list(texts), timeout=30_000)
    return found


@pytest.mark.parametrize(
    ("today", "question", "answer", "chip"),
    [
        (
            "",
            "How many people joined the dock strike in Quellhaven in 2019?",
            "640",
            "only published from 2019 on (“in 2019”)",
        ),
        (
            "",
            "How long did Pence and Aso talk in Washington before the November 2017 summit?",
            "two hours",
            "only before the November 2017 summit: 6 November 2017, Harbour Wire",
        ),
        (
            "2020-11-25",
            "How many people were on the ferry that ran aground off Ostrey last week?",
            "143",
            "only published from 16 November 2020 on (“last week”)",
        ),
    ],
)
def test_a_time_restricts_is_shown_and_removed_by_one_click(
    page: Any, today: str, question: str, answer: str, chip: str
) -> None:
    field = page.get_by_label("Today is", exact=True)
    if not field.is_visible():
        page.get_by_role("button", name="Filters").click()
    field.fill(today)
    field.press("Enter")
    box = page.get_by_placeholder("Ask the archive")
    box.fill(question)
    box.press("Enter")
    rows = page.locator("#pq-chat .message-row")
    shown = chips(rows.last, chip)
    assert rows.last.locator("mark").first.inner_text() == answer
    asked = page.locator("#pq-chat .user-row").count()
    shown.click()
    page.locator("#pq-chat .user-row").nth(asked).wait_for(timeout=30_000)
    rows.last.locator(".pq-lead").wait_for(timeout=30_000)
    chips(rows.last)


def test_nothing_was_asked_of_another_machine(page: Any) -> None:
    assert page.outside == []
