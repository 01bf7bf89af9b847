"""A store of nothing but hostile articles, in a real browser: shown as they are, and inert."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser, free_port
from conftest import TinyEncoder
from made_answers import HOSTILE_TEXTS, MadeArchive, MadePipeline
from made_store import article, index
from qa.confidence import Calibration
from qa.datatypes import Passage, Span
from qa.pipeline import Pipeline
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment
from ui.render import Holdings

QUESTION = "What does the notice say today?"
FOREIGN = """img, form, a:not(.pq-ref), script, style, iframe, svg, code, pre, h1, h2, table,
    .katex, li:not(.pq-row, .pq-try), button:not(.pq-read, .pq-copy, .pq-chip)"""
BEFORE, AFTER = "The notice says ", " and nothing more today."


class NoticeReader:
    """Marks what a notice says."""

    id = "notice"

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Span]]:
        return [self._spans(passage.text) for passage in passages]

    def _spans(self, text: str) -> list[Span]:
        start, end = text.find(BEFORE) + len(BEFORE), text.find(AFTER)
        return [Span(start, end, 4.0, 4.0)] if end > 0 else []


def hostile_store(folder: Path) -> Store:
    """Every text twice: as title, outlet, words, address; as the id shown for want of a title."""
    titled = [
        article(
            f"titled-{number}",
            f"{BEFORE}{text}{AFTER}",
            title=text,
            source=text,
            url=f"http://192.0.2.1/{text}",
            published=f"2019-06-{number + 1:02}",
        )
        for number, text in enumerate(HOSTILE_TEXTS)
    ]
    named = [
        article(text, f"Again, all of it. {BEFORE}{text}{AFTER}", source=text, url=text)
        for text in HOSTILE_TEXTS
    ]
    store = Store.create(folder)
    index(store, [*titled, *named], passage_words=200)
    return store


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    store = hostile_store(scratch / "store")
    calibration = Calibration(slope=1.0, intercept=0.0, threshold=0.6)
    with pytest.MonkeyPatch.context() as patch, store.snapshot() as snapshot:
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.setattr("qa.answers.QUOTES", 2 * len(HOSTILE_TEXTS))  # so that one page shows all
        pipeline = Pipeline(
            load_settings(top_k=100, adaptive_depth=100.0),
            NoticeReader(),
            calibration,
            Retriever(snapshot, TinyEncoder()),
            snapshot,
        )
        apps = {
            "store": build_app(
                MadeArchive(Opened(pipeline, Holdings(44, tuple(HOSTILE_TEXTS[:4])))), scratch
            ),
            "echo": build_app(MadeArchive(Opened(MadePipeline())), scratch),
        }
        yield {name: launch(app, scratch, "127.0.0.1", free_port()) for name, app in apps.items()}
        for app in apps.values():
            app.close(verbose=False)


@dataclass
class Watched:
    """A page, and everything on it that must not happen."""

    page: Any
    url: str
    faults: list[str] = field(default_factory=list)

    def open(self) -> "Watched":
        note = self.faults.append
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("dialog", lambda dialog: note(f"dialog: {dialog.message}"))
        self.page.on("pageerror", lambda error: note(f"error: {error}"))
        # A request that only the policy of the guard has stopped is told here.
        self.page.on("console", lambda line: note(line.text) if line.type == "error" else None)
        self.page.goto(self.url)
        self.page.get_by_role("textbox").first.wait_for()
        return self

    def ask(self, question: str) -> Any:
        from playwright.sync_api import expect

        turns = self.page.locator(".user-row")
        asked = turns.count()
        box = self.page.get_by_role("textbox").first
        box.fill(question)
        box.press("Enter")
        turns.nth(asked).wait_for()
        leads = self.page.locator("#pq-chat :is(.pq-lead, .pq-notice)")
        leads.nth(asked).wait_for()
        expect(box).to_have_value("")
        return leads.nth(asked)

    def _requested(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.faults.append(url)


@pytest.fixture
def watched(addresses: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Watched]:
    with chromium_browser() as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        watched = Watched(page, addresses[request.param]).open()
        yield watched
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran") is None
        assert page.locator(f":is(#pq-chat, #pq-panel) .prose :is({FOREIGN})").count() == 0
        assert page.locator("form[action]").count() == 0
        assert watched.faults == []


def words(texts: Iterable[str]) -> set[tuple[str, ...]]:
    return {tuple(text.split()) for text in texts}


@pytest.mark.parametrize("watched", ["store"], indirect=True)
def test_hostile_articles_are_shown_as_they_are_in_every_field(watched: Watched) -> None:
    lead = watched.ask(QUESTION)
    assert tuple(lead.locator(".pq-answer").inner_text().split()) in words(HOSTILE_TEXTS)
    watched.page.locator("details.pq-fold > summary").click()
    assert watched.page.locator("#pq-chat .prose details.pq-fold").count() == 1
    assert watched.page.locator("#pq-chat .prose details.pq-sure").count() == 2 * len(HOSTILE_TEXTS)
    assert watched.page.locator("#pq-chat .prose details").count() == 1 + 2 * len(HOSTILE_TEXTS)
    shown = watched.page.locator("#pq-chat .prose")
    assert words(HOSTILE_TEXTS) == words(shown.locator(".pq-row .pq-value").all_inner_texts())
    told = " ".join(" ".join(shown.locator(".pq-row .pq-meta").all_inner_texts()).split())
    assert [text for text in HOSTILE_TEXTS if " ".join(text.split()) not in told] == []
    sentences = shown.locator(".pq-sentence").all_inner_texts()
    assert words(f"{BEFORE}{text}{AFTER}" for text in HOSTILE_TEXTS) <= words(sentences)
    headlines = shown.locator(".pq-headline").all_inner_texts()
    assert words(HOSTILE_TEXTS) == words(headlines)
    assert len(headlines) == 2 * len(HOSTILE_TEXTS)
    bylines = " ".join(" ".join(shown.locator(".pq-meta").all_inner_texts()).split())
    assert [text for text in HOSTILE_TEXTS if " ".join(text.split()) not in bylines] == []


@pytest.mark.parametrize("watched", ["store"], indirect=True)
def test_hostile_articles_are_read_as_they_are_in_the_panel(watched: Watched) -> None:
    watched.ask(QUESTION)
    watched.page.locator("details.pq-fold > summary").click()
    buttons = watched.page.locator(".pq-read")
    headlines = watched.page.locator(".pq-headline").all_inner_texts()
    first_of_each = {headline: place for place, headline in reversed([*enumerate(headlines)])}
    texts, titles, bylines = [], [], ""
    for place in first_of_each.values():
        buttons.nth(place).press("Enter")
        name = buttons.nth(place).get_attribute("value")
        watched.page.locator(f"#pq-panel[data-state=open]:has(#pq-open-{name})").wait_for()
        panel = watched.page.locator("#pq-panel")
        texts.append(panel.locator(".pq-text").inner_text())
        titles.append(panel.locator(".pq-title").inner_text())
        bylines += " " + " ".join(" ".join(panel.locator(".pq-meta").all_inner_texts()).split())
        assert panel.locator("mark").count() == 1
        watched.page.keyboard.press("Escape")
    sentences = words(f"{BEFORE}{text}{AFTER}" for text in HOSTILE_TEXTS)
    again = words(f"Again, all of it. {BEFORE}{text}{AFTER}" for text in HOSTILE_TEXTS)
    assert words(texts) <= sentences | again
    assert words(titles) == words(HOSTILE_TEXTS)
    assert len(texts) == len(HOSTILE_TEXTS)
    assert [text for text in HOSTILE_TEXTS if " ".join(text.split()) not in bylines] == []


@pytest.mark.parametrize("watched", ["store"], indirect=True)
def test_hostile_outlets_are_named_literally_under_the_title(watched: Watched) -> None:
    line = watched.page.locator("#pq-masthead p").inner_text()
    assert line == f"44 articles · {', '.join(HOSTILE_TEXTS[:4])}"
    assert watched.page.locator("#pq-masthead :is(img, a, script, form)").count() == 0


@pytest.mark.parametrize("watched", ["echo"], indirect=True)
def test_hostile_questions_are_echoed_as_they_are(watched: Watched) -> None:
    for number, text in enumerate(HOSTILE_TEXTS):
        watched.ask(text)
        said = watched.page.get_by_test_id("user").nth(number).inner_text()
        assert said.split() == text.split()
