"""The panel with the whole article, in a real browser."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from browsing import Window, chromium_browser, free_port
from made_answers import HALL, ONE, MadeArchive, MadePipeline, make_quote
from qa.datatypes import Answer, Article, Filters
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment

LONG = replace(
    HALL,
    id="long",
    text="\n\n".join(
        [*["One more paragraph of it. " * 9] * 300, HALL.text, *["The rest. " * 30] * 300]
    ),
)
TOLD = "Where is it told at length?"
REACHED = "document.activeElement.closest('#pq-panel') !== null"


@dataclass(frozen=True)
class LongPipeline(MadePipeline):
    """Has one more article, of 108,000 characters, which has changed since it was quoted."""

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        if question != TOLD:
            return super().answer(question, filters)
        quote = make_quote(LONG, "the harbour hall")
        low = LONG.text.index("On Saturday")
        high = LONG.text.index(" Both sides")
        told = replace(
            quote,
            sentence=LONG.text[low:high],
            sentence_start=low,
            sentence_end=high,
            copies=("note",),
        )
        return replace(ONE, question=TOLD, read_as=TOLD, quotes=(told,))

    def article(self, article_id: str, revision: int | None = None) -> Article:
        if article_id != "long":
            return super().article(article_id, revision)
        return LONG if revision == 1 else replace(LONG, revision=2, text="Short now.")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        app = build_app(MadeArchive(Opened(LongPipeline())), scratch)
        yield launch(app, scratch, "127.0.0.1", free_port())
        app.close(verbose=False)


@pytest.fixture(params=[(1100, 800), (390, 844)], ids=["drawer", "sheet"])
def window(chromium: Any, request: pytest.FixtureRequest) -> Iterator[Window]:
    width, height = request.param
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(45_000)
    window = Window(page)
    yield window
    page.close()
    assert window.outside == []
    assert window.faults == []


def opened(window: Window, address: str, question: str = TOLD) -> Any:
    window.open(address).ask(question)
    window.wait_for(".pq-quote-0 .pq-read").press("Enter")
    panel = window.page.locator("#pq-panel[data-state=open]")
    panel.wait_for()
    return panel


def test_the_article_opens_at_the_marked_sentence(window: Window, address: str) -> None:
    panel = opened(window, address)
    here, box = panel.locator(".pq-here").bounding_box(), panel.bounding_box()
    assert box["y"] < here["y"] < box["y"] + box["height"] / 2
    assert panel.evaluate("panel => panel.scrollTop") > 5_000
    assert panel.locator("mark").inner_text() == "the harbour hall"
    assert panel.locator(".pq-here").inner_text().endswith("the harbour hall at noon.")
    assert panel.locator(".pq-text p").count() == 602
    page = window.page.viewport_size
    full = page["width"] < 1100
    assert box["width"] == page["width"] if full else 400 < box["width"] < 500
    assert box["x"] + box["width"] == page["width"]
    assert box["height"] == page["height"]
    assert window.page.evaluate("document.documentElement.scrollWidth") <= page["width"]


def test_headline_outlet_date_copies_and_a_newer_revision_are_told(
    window: Window, address: str
) -> None:
    panel = opened(window, address)
    assert panel.locator(".pq-title").inner_text() == HALL.title
    told = panel.locator(".pq-meta").all_inner_texts()
    assert told == ["Harbour Wire · 27 April 2019", "Same story: note, undated"]
    assert "has changed since" in panel.locator(".pq-notice").inner_text()


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_closing_gives_the_focus_back(window: Window, address: str, way: str) -> None:
    panel = opened(window, address)
    assert window.page.evaluate(REACHED)
    if way == "Escape":
        window.page.keyboard.press("Escape")
    else:
        panel.get_by_role("button", name="Close").press("Enter")
    window.page.locator("#pq-panel").wait_for(state="hidden")
    assert window.page.evaluate("document.activeElement.className") == "pq-read"
    window.page.keyboard.press("Enter")
    window.page.locator("#pq-panel[data-state=open] mark").wait_for()


def test_the_keyboard_stays_in_a_sheet_and_may_leave_a_drawer(window: Window, address: str) -> None:
    opened(window, address)
    sheet = window.page.viewport_size["width"] < 1100
    assert window.page.locator("#pq-panel").get_attribute("aria-modal") == str(sheet).lower()
    window.page.keyboard.press("Shift+Tab")
    window.page.keyboard.press("Shift+Tab")
    outside = window.page.evaluate(
        "document.activeElement.closest('#pq-chat, #pq-ask, #pq-masthead') !== null"
    )
    assert outside is not sheet
    window.page.keyboard.press("Escape")
    assert window.page.locator("[inert]:not(.arrow)").count() == 0
    window.ask("Where will the talks reopen?")
    assert window.wait_for(".pq-evidence mark").inner_text() == "the harbour hall"


def test_another_article_takes_the_place_of_the_first(window: Window, address: str) -> None:
    opened(window, address, "Where are the talks?")
    window.page.keyboard.press("Escape")
    window.page.locator(".pq-row .pq-ref").nth(1).press("Enter")
    window.page.locator(".pq-quote-1 .pq-read").press("Enter")
    window.page.locator("#pq-panel mark", has_text="the seamen's chapel").wait_for()
    assert window.page.locator("#pq-panel .pq-title").inner_text() == "Talks moved again"
    assert window.page.locator("#pq-panel mark").count() == 1


def test_a_candidate_opens_without_a_mark(window: Window, address: str) -> None:
    panel = opened(window, address, "Who pays for the talks?")
    assert panel.locator(".pq-here .pq-candidate").inner_text() == "Ms. Quill"
    assert panel.locator("mark").count() == 0


@pytest.mark.parametrize("name", ["ffffffff-0", "long", "../../etc/passwd", ""])
def test_a_name_that_the_browser_makes_up_opens_nothing(
    window: Window, address: str, name: str
) -> None:
    window.open(address).ask(TOLD)
    button = window.wait_for(".pq-read")
    button.evaluate("(button, name) => { button.value = name; }", name)
    button.press("Enter")
    notice = window.page.locator("#pq-panel .pq-notice")
    notice.wait_for(state="attached")
    assert notice.text_content().strip() == "This answer is no longer here. Ask the question again."
    assert window.page.locator("#pq-panel .pq-text").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_answer_refusal_and_article_are_in_reach_of_everyone(
    window: Window, address: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]}
    window.page.emulate_media(color_scheme=scheme)
    window.open(address).ask("Where are the talks?")
    window.wait_for(".pq-fold > summary").click()
    window.ask("Who pays for the talks?")
    window.wait_for(".pq-none")
    found = Axe().run(window.page, options=rules).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    window.page.locator(".pq-read").last.press("Enter")
    window.page.locator("#pq-panel[data-state=open]").wait_for()
    found = Axe().run(window.page, options=rules).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_next_questions_can_be_kept_to_the_article(window: Window, address: str) -> None:
    panel = opened(window, address, "Where are the talks?")
    panel.get_by_role("button", name="Ask only this article").press("Enter")
    window.page.locator("#pq-panel").wait_for(state="hidden")
    kept = window.page.locator("#pq-filters .pq-chip")
    kept.wait_for()
    assert HALL.title in kept.inner_text()
