"""The filter bar and the chips above an answer, in a real browser, over made answers."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from browsing import chromium_browser, free_port
from made_answers import HALL, HOSTILE, ONE, REFUSED, MadePipeline
from qa.datatypes import Answer, Filters
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment
from ui.render import Holdings

HOSTILE_OUTLET = "<img src=x onerror=window.ran=1>"
OUTLETS = ("Harbour Wire", "Meridian Post", HOSTILE_OUTLET, *(f"Daily {n}" for n in range(500)))
FOLLOWED = ("When will Trump arrive in Japan?", "And who went with him?")
READ = "Who went to Japan with Trump?"


@dataclass(frozen=True)
class Listening(MadePipeline):
    """Answers everything from one article, and keeps what it was asked. Nothing is from
    later than ``until``, where it holds a day."""

    asked: list[tuple[str, Filters]] = field(default_factory=list)
    until: list[str] = field(default_factory=list)

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        self.asked.append((question, filters))
        record = REFUSED if self.until and (filters.after or "") > self.until[0] else ONE
        return replace(record, question=question, read_as=question, filters=filters)


@dataclass
class GrowingArchive:
    """An archive of which a test publishes the next generation."""

    opened: Opened

    def current(self) -> Opened:
        return self.opened


def opened(outlets: tuple[str, ...] = OUTLETS, generation: int = 1) -> Opened:
    holdings = Holdings(3, outlets, "2019-04-27", "2019-05-03")
    return Opened(Listening(), holdings, generation)


@dataclass
class Served:
    archive: GrowingArchive
    url: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    archive = GrowingArchive(opened())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        app = build_app(archive, scratch)
        yield Served(archive, launch(app, scratch, "127.0.0.1", free_port()))
        app.close(verbose=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


class Page:
    """The page, with a new pipeline behind it."""

    def __init__(self, page: Any, served: Served) -> None:
        self.page = page
        self.faults: list[str] = []
        served.archive.opened = opened()
        self.pipeline: Any = served.archive.opened.pipeline
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._requested)
        page.goto(served.url)
        page.wait_for_selector("#pq-bar .label-wrap")
        page.wait_for_selector("#pq-said-go", state="attached")
        self.box = page.get_by_placeholder("Ask the archive")
        self.toggle = page.get_by_role("button", name="Filters")
        self.chips = page.locator("#pq-bar-chips .pq-chip")
        self.live = page.locator("#pq-chat .pq-chip:enabled")
        self.note = page.locator("#pq-bar-note")

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(request.url)

    def ask(self, question: str) -> None:
        from playwright.sync_api import expect

        answers = self.page.locator("#pq-chat .pq-lead").count()
        self.box.fill(question)
        self.box.press("Enter")
        self.page.locator("#pq-chat .pq-lead").nth(answers).wait_for()
        expect(self.box).to_have_value("", timeout=30_000)

    def fill(self, label: str, text: str) -> None:
        found = self.page.get_by_label(label, exact=True)
        found.fill(text)
        found.press("Enter")

    def command(self, words: str) -> None:
        """What the script of a card elsewhere on the page does."""
        self.page.evaluate(
            """words => {
                const box = document.querySelector("#pq-bar-command :is(textarea, input)");
                box.value = words;
                box.dispatchEvent(new Event("input", { bubbles: true }));
                setTimeout(() => document.querySelector("#pq-bar-go").click());
            }""",
            words,
        )

    def asked(self, number: int) -> tuple[str, Filters]:
        """What was asked, once so many questions have been."""
        for _ in range(200):
            if len(self.pipeline.asked) >= number:
                break
            self.page.wait_for_timeout(100)
        assert len(self.pipeline.asked) == number
        found: tuple[str, Filters] = self.pipeline.asked[-1]
        return found

    def shows(self, locator: Any, *texts: str) -> None:
        from playwright.sync_api import expect

        expect(locator).to_have_text(list(texts), timeout=30_000)


@pytest.fixture
def page(chromium: Any, served: Served) -> Iterator[Page]:
    window = chromium.new_page(viewport={"width": 1100, "height": 800})
    page = Page(window, served)
    yield page
    assert window.evaluate("window.ran") is None
    window.close()
    assert page.faults == []


def test_a_date_range_is_applied_shown_and_removed(page: Page) -> None:
    assert not page.page.get_by_label("From", exact=True).is_visible()
    page.toggle.click()
    page.fill("From", "2019-04")
    page.fill("To", "2019-05-02")
    page.shows(page.chips, "From April 2019", "To 2 May 2019")
    page.toggle.click()
    page.ask("Who spoke?")
    assert page.asked(1) == ("Who spoke?", Filters("2019-04", "2019-05-02"))
    page.chips.first.click()
    page.shows(page.chips, "To 2 May 2019")
    page.ask("Who spoke?")
    assert page.asked(2) == ("Who spoke?", Filters(before="2019-05-02"))
    page.chips.first.click()
    page.shows(page.chips)
    page.toggle.click()
    assert page.page.get_by_label("From", exact=True).input_value() == ""


def test_what_is_typed_last_counts_even_if_the_field_was_not_left(page: Page) -> None:
    page.toggle.click()
    page.page.get_by_label("From", exact=True).fill("2020")
    page.ask("Who spoke?")
    assert page.asked(1)[1] == Filters(after="2020")


def test_what_is_no_date_is_said_and_the_question_stays_in_its_box(page: Page) -> None:
    page.toggle.click()
    page.fill("To", "soon <b>")
    fault = "To: “soon <b>” is no date. Write 2019, 2019-05 or 2019-05-27."
    page.shows(page.note.locator(".pq-fault"), fault)
    page.box.fill("Who spoke?")
    page.box.press("Enter")
    page.shows(page.page.locator("#pq-chat .pq-notice"), fault)
    assert page.box.input_value() == "Who spoke?"
    assert page.pipeline.asked == []
    page.fill("To", "2019")
    page.fill("From", "2020")
    page.shows(
        page.note.locator(".pq-fault"),
        "No day is from 2020 on and up to 2019. Change one of the two dates.",
    )
    page.fill("From", "")
    page.shows(page.chips, "To 2019")
    assert page.box.input_value() == "Who spoke?"
    page.box.press("Enter")
    assert page.asked(1) == ("Who spoke?", Filters(before="2019"))


def test_outlets_are_chosen_among_five_hundred_and_removed_one_by_one(page: Page) -> None:
    page.toggle.click()
    field = page.page.get_by_label("Outlets", exact=True).first
    field.click()
    field.type("Daily 49")
    options = page.page.get_by_role("option")
    page.shows(options, *(f"✓ Daily {n}" for n in (49, *range(490, 500))))
    options.nth(3).click()
    page.shows(page.chips, "Daily 492")
    field.type("harb")
    field.press("Enter")
    page.shows(page.chips, "Daily 492", "Harbour Wire")
    field.type("<img")
    page.shows(options, f"✓ {HOSTILE_OUTLET}")
    options.first.click()
    page.shows(page.chips, "Daily 492", "Harbour Wire", HOSTILE_OUTLET)
    field.press("Escape")
    page.ask("Who spoke?")
    assert page.asked(1)[1] == Filters(sources=("Daily 492", "Harbour Wire", HOSTILE_OUTLET))
    page.chips.nth(1).click()
    page.shows(page.chips, "Daily 492", HOSTILE_OUTLET)
    page.chips.nth(1).click()
    page.shows(page.chips, "Daily 492")
    page.ask("Who spoke?")
    assert page.asked(2)[1] == Filters(sources=("Daily 492",))


def test_one_article_is_found_by_words_of_its_headline(page: Page) -> None:
    page.toggle.click()
    field = page.page.get_by_label("One article", exact=True)
    field.type("talks")
    found = page.page.locator("#pq-bar-found .pq-chip")
    page.shows(
        found,
        f"{HALL.title} (Harbour Wire · 27 April 2019)",
        "Talks moved again (Meridian Post · 2 May 2019)",
    )
    found.first.click()
    page.shows(page.chips, f"Only “{HALL.title}”")
    page.shows(found)
    assert field.input_value() == ""
    page.ask("Who spoke?")
    assert page.asked(1)[1] == Filters(articles=(HALL.id,))
    page.chips.first.click()
    page.shows(page.chips)
    field.type("bold")
    page.shows(found, f"{HOSTILE.title} ({HOSTILE.source} · 3 May 2019)")
    field.press("Enter")
    page.page.wait_for_selector("#pq-bar-chips .pq-chip")
    page.ask("Who spoke?")
    assert page.asked(2)[1] == Filters(articles=(HOSTILE.id,))


def test_a_card_can_ask_only_its_article_and_an_unknown_one_changes_nothing(page: Page) -> None:
    page.command("only harbour-talks")
    page.shows(page.chips, f"Only “{HALL.title}”")
    page.command("only <b>nothing</b>")
    page.command("only note")
    page.shows(page.chips, "Only “note”")
    page.shows(page.note, "")
    page.ask("Who spoke?")
    assert page.asked(1)[1] == Filters(articles=("note",))


def test_a_filter_of_the_question_is_shown_above_its_answer_and_removed(page: Page) -> None:
    page.ask("Who spoke in articles from 2019, according to the Harbour Wire?")
    assert page.asked(1) == ("Who spoke?", Filters("2019", "2019", ("Harbour Wire",)))
    dates, outlet = "only published in 2019 (“in articles from 2019”)", "only from Harbour Wire"
    page.shows(page.live, "Who spoke?", "Ask as typed", dates, outlet)
    page.live.nth(2).click()
    assert page.asked(2) == ("Who spoke?", Filters(sources=("Harbour Wire",)))
    page.shows(page.live, "Who spoke?", "Ask as typed", outlet)
    page.ask("Who paid?")
    assert page.asked(3) == ("Who paid?", Filters())
    page.shows(page.live)


def test_a_time_of_the_question_is_shown_and_taken_out_by_keyboard(page: Page) -> None:
    page.ask("Who spoke in May 2019?")
    assert page.asked(1) == ("Who spoke in May 2019?", Filters("2019-05", undated=True))
    page.shows(page.live, "only published from May 2019 on (“in May 2019”)")
    page.live.first.focus()
    page.page.keyboard.press("Enter")
    assert page.asked(2) == ("Who spoke in May 2019?", Filters())
    page.shows(page.live)


def test_dates_in_which_nothing_answers_are_set_aside_in_a_sentence(page: Page) -> None:
    page.pipeline.until.append("2019-05-02")
    page.ask("Who spoke after 2 May 2019?")
    assert page.asked(2) == ("Who spoke after 2 May 2019?", Filters())
    told = "Nothing published from 3 May 2019 on answers this, so these dates were set aside."
    page.shows(page.page.locator("#pq-chat .pq-aside"), told)
    page.shows(page.live)


def test_the_words_as_they_were_read_are_edited_in_place_and_undone(page: Page) -> None:
    for question in FOLLOWED:
        page.ask(question)
    assert page.asked(2) == (READ, Filters())
    page.shows(page.live, READ, "Ask as typed")
    page.live.first.click()
    editor = page.page.locator(".pq-editing")
    editor.fill("Who stayed?")
    editor.press("Escape")
    page.shows(page.live, READ, "Ask as typed")
    assert editor.count() == 0
    page.live.first.click()
    assert editor.input_value() == READ
    editor.fill("Who went to China with <i>Trump</i>?")
    editor.press("Enter")
    assert page.asked(3) == ("Who went to China with <i>Trump</i>?", Filters())
    page.shows(page.live, "Who went to China with <i>Trump</i>?", "Ask as typed")
    page.live.last.click()
    assert page.asked(4) == (FOLLOWED[1], Filters())
    page.shows(page.live)


def test_a_switch_of_topic_is_noted(page: Page) -> None:
    page.ask(FOLLOWED[0])
    page.ask("How deep is the Wenlow canal?")
    page.shows(page.page.locator("#pq-chat .pq-switched"), "New topic")
    assert page.asked(2) == ("How deep is the Wenlow canal?", Filters())


def test_dates_that_leave_nothing_are_said_and_those_of_the_bar_dropped(page: Page) -> None:
    page.toggle.click()
    page.fill("To", "2018")
    page.shows(page.chips, "To 2018")
    page.box.fill("Who spoke in articles from 2019?")
    page.box.press("Enter")
    notice = page.page.locator("#pq-chat .pq-notice")
    assert "published up to 2018, and the question asks for those published in 2019" in (
        notice.inner_text()
    )
    assert page.pipeline.asked == []
    notice.get_by_role("button", name="Drop the dates of the filters").click()
    assert page.asked(1) == ("Who spoke?", Filters("2019", "2019"))
    page.shows(page.chips)


def test_the_stated_today_counts_and_goes(page: Page) -> None:
    page.toggle.click()
    page.fill("Today is", "2019-06-05")
    page.shows(page.chips, "As of 5 June 2019")
    page.ask("What was reported last week about the strike?")
    assert page.asked(1)[1] == Filters("2019-05-27", "2019-06-02", asked="2019-06-05")
    page.chips.first.click()
    page.shows(page.chips)


def test_outlets_follow_the_newest_generation(page: Page, served: Served) -> None:
    newer = replace(opened(("New Courier",), 2), pipeline=page.pipeline)
    served.archive.opened = newer
    page.ask("Who spoke?")
    page.toggle.click()
    options = page.page.get_by_role("option")
    for _ in range(10):
        page.page.get_by_label("Outlets", exact=True).first.click()
        if options.count() == 1:
            break
        page.page.keyboard.press("Tab")
        time.sleep(0.5)
    page.shows(options, "✓ New Courier")
    served.archive.opened = replace(opened(("Newest Star",), 3), pipeline=page.pipeline)
    page.page.reload()
    page.toggle.click()
    page.page.get_by_label("Outlets", exact=True).first.click()
    page.shows(options, "✓ Newest Star")


def test_all_of_it_works_by_keyboard(page: Page) -> None:
    keys = page.page.keyboard
    page.box.wait_for()
    page.toggle.focus()
    keys.press("Enter")
    page.page.get_by_label("From", exact=True).wait_for()
    assert page.toggle.get_attribute("aria-expanded") == "true"
    keys.press("Tab")
    keys.type("2019")
    keys.press("Enter")
    page.shows(page.chips, "From 2019")
    page.ask("And who spoke in articles from 2019?")
    page.chips.first.focus()
    keys.press("Enter")
    page.shows(page.chips)
    assert page.toggle.evaluate("node => node === document.activeElement")
    page.live.first.focus()
    keys.press("Enter")
    keys.type("Who paid?")
    keys.press("Enter")
    assert page.asked(2) == ("Who paid?", Filters("2019", "2019"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_bar_and_chips_and_axe_finds_nothing(
    chromium: Any, served: Served, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    window = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = Page(window, served)
    page.ask(FOLLOWED[0])
    page.ask("And who went with him, in articles from 2019?")
    page.ask("Who spoke in May 2019?")
    page.toggle.click()
    page.fill("From", "2019-04-27")
    page.page.get_by_label("One article", exact=True).type("harbour")
    page.page.locator("#pq-bar-found .pq-chip").click()
    page.shows(page.chips, "From 27 April 2019", f"Only “{HALL.title}”")
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.box.is_visible()
    for part in ("#pq-filters", "#pq-chat .pq-reading"):
        found = Axe().run(window, context=part).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    window.close()
    assert page.faults == []
