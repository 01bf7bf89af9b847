"""What people do faster than the chat answers, in a real browser, over answers that wait."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from browsing import Window, chromium_browser, free_port
from made_answers import MadePipeline
from qa.datatypes import Answer, Filters, Retrieved
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment
from ui.render import Holdings

HOLDINGS = Holdings(4, ("Harbour Wire", "Post", "Star"), "2019-04-27", "2019-05-03")
FIRST, SECOND = "Where will the talks reopen?", "Who pays for the talks?"
PATIENCE = 45_000


@dataclass(frozen=True)
class HeldPipeline(MadePipeline):
    """Answers what it may."""

    free: threading.Event = field(default_factory=threading.Event)

    def stages(self, question: str, filters: Filters = Filters()) -> Iterator[Retrieved | Answer]:
        for stage in super().stages(question, filters):
            yield stage
            self.free.wait(60)


@dataclass
class ChangingArchive:
    """An archive of which a test publishes the next generation."""

    opened: Opened

    def current(self) -> Opened:
        return self.opened


@dataclass
class Served:
    archive: ChangingArchive
    url: str
    free: threading.Event


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Served]]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ, apps = dict(os.environ), []
    prepare_environment(environ, scratch)

    def started(opened: Opened | None = None) -> Served:
        pipeline = HeldPipeline()
        archive = ChangingArchive(opened or Opened(pipeline, HOLDINGS, 1))
        apps.append(build_app(archive, scratch / f"store-{len(apps)}"))
        (scratch / f"store-{len(apps) - 1}").mkdir()
        url = launch(apps[-1], scratch, "127.0.0.1", free_port())
        return Served(archive, url, pipeline.free)

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        yield started
        for app in apps:
            app.close(verbose=False)


@pytest.fixture(scope="module")
def served(start: Callable[..., Served]) -> Served:
    return start()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def window(chromium: Any, served: Served) -> Iterator[Window]:
    context = chromium.new_context(viewport={"width": 1100, "height": 800})
    window = Window(context.new_page())
    window.page.set_default_timeout(PATIENCE)
    served.free.clear()
    yield window
    served.free.set()
    context.close()
    assert window.outside == []
    assert window.faults == []


def typed(window: Window, question: str) -> Any:
    box = window.page.locator("#pq-question textarea")
    box.fill(question)
    return box


def asked(window: Window) -> list[str]:
    return [one.strip() for one in window.page.get_by_test_id("user").all_inner_texts()]


def chats(window: Window) -> list[str]:
    """The questions that name the earlier chats."""
    window.page.get_by_role("button", name="Earlier chats").click()
    drawer = window.page.get_by_role("dialog", name="Earlier chats")
    drawer.locator("footer button").first.wait_for()
    names: list[str] = drawer.locator(".pq-kept-name").all_inner_texts()
    drawer.get_by_role("button", name="Close").click()
    return names


def shows(window: Window, questions: int) -> None:
    window.page.wait_for_function(
        "n => document.querySelectorAll('#pq-chat .user-row').length === n", arg=questions
    )


def come(window: Window, held: list[Any]) -> None:
    """Wait until a request is held back."""
    for _ in range(PATIENCE // 50):
        if held:
            break
        window.page.wait_for_timeout(50)
    assert held


# --- A new chat while an answer is on its way -----------------------------------------------------


def test_a_new_chat_stays_empty_and_the_old_one_gets_its_answer(
    window: Window, served: Served
) -> None:
    window.open(served.url).ask(FIRST)
    window.page.locator(".thought-group").filter(has_text="Found 10").wait_for()
    window.page.get_by_role("button", name="New chat").click()
    shows(window, 0)
    box = typed(window, SECOND)
    box.press("Enter")
    served.free.set()
    window.wait_for(".pq-none")
    assert asked(window) == [SECOND]
    window.wait_for_value(box, "")
    assert chats(window) == [SECOND, FIRST]


def test_a_cleared_chat_stays_empty_too(window: Window, served: Served) -> None:
    box = window.open(served.url).ask(FIRST)
    window.page.locator(".thought-group").filter(has_text="Found 10").wait_for()
    window.page.get_by_role("button", name="Clear").click()
    shows(window, 0)
    served.free.set()
    window.wait_for_value(box, "")
    assert asked(window) == []
    assert chats(window) == [FIRST]


# --- What is typed meanwhile ----------------------------------------------------------------------


def test_what_is_typed_right_after_the_answer_stays(window: Window, served: Served) -> None:
    window.open(served.url).ask(FIRST)
    held: list[Any] = []
    window.page.route("**/queue/join*", lambda route: held.append(route))
    served.free.set()
    window.wait_for(".pq-lead")
    box = typed(window, SECOND)
    come(window, held)
    for one in held:
        one.continue_()
    window.page.unroute("**/queue/join*")
    window.page.wait_for_function(
        "() => document.querySelector('#pq-answered')?.textContent.trim()"
    )
    assert box.input_value() == SECOND
    box.press("Enter")
    window.wait_for(".pq-none")
    assert asked(window) == [FIRST, SECOND]


def test_enter_while_an_answer_is_on_its_way_asks_after_it(window: Window, served: Served) -> None:
    window.open(served.url).ask(FIRST)
    box = typed(window, SECOND)
    box.press("Enter")
    served.free.set()
    window.page.locator(".pq-none").wait_for()
    assert asked(window) == [FIRST, SECOND]
    window.wait_for_value(box, "")


def test_a_question_sent_while_the_chat_is_restored_goes_on_with_it(
    window: Window, served: Served
) -> None:
    served.free.set()
    box = window.open(served.url).ask(FIRST)
    window.page.wait_for_function("() => sessionStorage.getItem('pullquote-chat')")
    window.wait_for_value(box, "")
    held: list[Any] = []

    def hold(route: Any) -> None:
        restoring = '\\"act\\":\\"open\\"' in (route.request.post_data or "")
        held.append(route) if restoring else route.continue_()

    window.page.route("**/queue/join*", hold)
    window.page.reload()
    come(window, held)
    box = typed(window, SECOND)
    box.press("Enter")
    window.page.wait_for_timeout(300)  # lets one that is not held back go
    held[0].continue_()
    window.page.locator(".pq-none").wait_for()
    shows(window, 2)
    assert asked(window) == [FIRST, SECOND]
    window.wait_for_value(box, "")


# --- The filter bar -------------------------------------------------------------------------------


def test_two_outlets_removed_at_once_are_both_gone(window: Window, served: Served) -> None:
    from playwright.sync_api import expect

    window.open(served.url)
    window.page.get_by_role("button", name="Filters").click()
    field = window.page.get_by_label("Outlets", exact=True).first
    chips = window.page.locator("#pq-bar-chips .pq-chip")
    for number, outlet in enumerate(HOLDINGS.outlets, 1):
        field.fill(outlet)
        field.press("Enter")
        chips.nth(number - 1).wait_for()
    chips.evaluate_all("chips => chips.slice(1).forEach((chip) => chip.click())")
    expect(chips).to_have_text(["Harbour Wire"], timeout=PATIENCE)
    served.free.set()
    typed(window, FIRST).press("Enter")
    window.page.locator(".pq-lead").wait_for()
    expect(chips).to_have_text(["Harbour Wire"])
    expect(window.page.locator("#pq-bar-outlets .token")).to_have_count(1)


# --- An archive that gets its first articles ------------------------------------------------------


def test_an_open_page_becomes_a_chat_with_the_first_articles(
    window: Window, start: Callable[..., Served]
) -> None:
    empty = start(Opened(None))
    window.open(empty.url)
    window.page.locator("#pq-empty").get_by_text("pullquote index").wait_for()
    assert window.page.get_by_role("textbox").count() == 0
    empty.archive.opened = Opened(MadePipeline(), HOLDINGS, 1)
    window.page.locator("#pq-question textarea").wait_for()
    assert window.page.locator("#pq-masthead p").inner_text().startswith("4 articles")
    assert not window.page.locator("#pq-empty").is_visible()
    window.ask(FIRST)
    window.wait_for(".pq-lead")
