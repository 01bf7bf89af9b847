"""The archive page and the evaluation page in a real browser, over real stores and models."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser, free_port
from made_answers import HOSTILE_ARTICLES, HOSTILE_TEXTS, MadeArchive, MadePipeline
from made_store import BRIDGE, HARBOUR, article, index
from qa.datatypes import Skipped
from qa.settings import load_settings
from qa.store import Store
from ui import page_evaluation
from ui.app import build_app, launch
from ui.archive import Opened, StoreArchive
from ui.evaluation_desk import Desk
from ui.machine import prepare_environment

WAIT = 30_000
SCHEMES = [(1100, "light"), (1100, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@dataclass(frozen=True)
class Site:
    real: str
    hostile: str
    none: str
    hostile_store: Store


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sample_store: Path) -> Iterator[Site]:
    scratch = tmp_path_factory.mktemp("scratch")
    real = scratch / "real"
    shutil.copytree(sample_store, real)
    hostile = Store.create(scratch / "hostile")
    skipped = [Skipped(text, text) for text in HOSTILE_TEXTS]
    index(hostile, HOSTILE_ARTICLES, skipped=skipped)
    environ = dict(os.environ)
    prepare_environment(environ, scratch / "gradio")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        patch.setattr(page_evaluation, "Desk", partial(Desk, lease=2.0))
        made = MadeArchive(Opened(MadePipeline()))
        opened = [
            (StoreArchive(load_settings(store=real)), real),
            (made, hostile.path),
            (MadeArchive(Opened(None)), scratch / "none"),
        ]
        apps = [build_app(archive, store) for archive, store in opened]
        urls = [
            launch(app, store, "127.0.0.1", free_port(), uploads=True)
            for app, (_, store) in zip(apps, opened, strict=True)
        ]
        yield Site(*urls, hostile)
        for app in apps:
            app.close(verbose=False)


@dataclass
class Window:
    """A browser of its own, and what happened in it that should not."""

    chromium: Any
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, url: str, ready: str, width: int = 1100, scheme: str = "light") -> Any:
        context = self.chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme
        )
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: self._requested(request.url))
        page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(url)
        page.locator(ready).first.wait_for()
        return page

    def _requested(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.outside.append(url)


@pytest.fixture
def window(chromium: Any) -> Iterator[Window]:
    window = Window(chromium)
    yield window
    for context in chromium.contexts:
        context.close()
    assert (window.outside, window.faults) == ([], [])


def told(locator: Any, words: str) -> None:
    from playwright.sync_api import expect

    expect(locator).to_contain_text(words, timeout=WAIT)


def counted(locator: Any, number: int) -> None:
    from playwright.sync_api import expect

    expect(locator).to_have_count(number, timeout=WAIT)


def axe(page: Any) -> list[str]:
    """The rules of WCAG AA that a page breaks."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def test_the_pages_lead_to_each_other_and_name_the_one_that_is_open(
    window: Window, site: Site
) -> None:
    page = window.open(site.real, "#pq-ask")
    links = page.locator(".nav-holder a")
    assert links.all_inner_texts() == ["CHAT", "ARCHIVE", "EVALUATION"]
    for name, ready in (("Archive", "#pq-articles a"), ("Evaluation", "#pq-run")):
        page.get_by_role("link", name=name).click()
        page.locator(ready).first.wait_for()
        assert page.locator('[aria-current="page"]').inner_text() == name.upper()
        assert page.locator("#pq-masthead h1").inner_text() == "Pullquote"
    page.get_by_role("link", name="Chat").click()
    page.locator("#pq-ask").wait_for()


def test_the_archive_is_told_in_figures_dates_outlets_stories_and_skipped_files(
    window: Window, site: Site
) -> None:
    page = window.open(site.real + "archive", "#pq-articles a")
    assert page.locator(".pq-tile b").first.inner_text() == "48"
    plot = page.get_by_role("img", name="Articles by year. 2016: 2; 2017: 9;")
    assert plot.locator("i").count() == 9
    assert plot.bounding_box()["height"] > 100
    page.get_by_text("The same as a table").click()
    told(page.locator("#pq-plot table tbody tr").first, "2016")
    told(page.locator("#pq-outlets tbody tr").first, "Meridian Post")
    told(page.locator("#pq-stories"), "1 story with 2 copies")
    told(page.locator("#pq-skipped"), "left nothing out")


def test_articles_are_leafed_through_found_and_read(window: Window, site: Site) -> None:
    page = window.open(site.real + "archive", "#pq-articles a")
    first = page.locator("#pq-articles a").first.inner_text()
    page.get_by_role("button", name="Next").click()
    told(page.locator(".pq-pager").first, "21 to 40 of 48")
    assert page.locator("#pq-articles a").first.inner_text() != first
    page.get_by_label("Find by headline, outlet or id").fill("FERRY aground wire")
    told(page.locator("#pq-articles"), "Ferry runs aground")
    counted(page.locator("#pq-articles a"), 1)
    page.locator("#pq-articles a").press("Enter")
    told(page.locator("#pq-article h2"), "Ferry runs aground in fog off Ostrey")
    assert page.locator("#pq-article p").count() > 3
    page.get_by_role("button", name="Close").click()
    page.locator("#pq-article").wait_for(state="hidden")


def test_outlets_are_searched_and_sorted(window: Window, site: Site) -> None:
    page = window.open(site.real + "archive", "#pq-outlets table")
    page.get_by_label("By name").check()
    told(page.locator("#pq-outlets tbody tr").first, "Brennick Gazette")
    page.get_by_label("Find an outlet").fill("wire")
    counted(page.locator("#pq-outlets tbody tr"), 1)
    assert page.locator("#pq-outlets tbody tr").inner_text().split("\t") == ["Harbour Wire", "8"]


def test_hostile_words_are_inert_on_the_archive_page(window: Window, site: Site) -> None:
    page = window.open(site.hostile + "archive", "#pq-articles a")
    titles = [text.split() for text in page.locator("#pq-articles a").all_inner_texts()]
    assert titles == [text.split() for text in reversed(HOSTILE_TEXTS)][: len(titles)]
    reasons = page.locator("#pq-skipped td:last-child").all_inner_texts()
    assert [text.split() for text in reasons] == [text.split() for text in HOSTILE_TEXTS]
    page.locator("#pq-articles a").last.click()
    page.locator("#pq-article h2").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    foreign = "img, form, script, style, iframe, svg, code, pre, h1, button, .katex"
    for part in ("articles", "outlets", "skipped", "article"):
        assert page.locator(f"#pq-{part} .md :is({foreign})").count() == 0
    assert page.locator(".md a:not([href^='#pq-article-'])").count() == 0


def test_a_page_that_is_opened_again_shows_the_newest_generation(
    window: Window, site: Site
) -> None:
    page = window.open(site.hostile + "archive", "#pq-articles a")
    before = int(page.locator(".pq-tile b").first.inner_text())
    index(site.hostile_store, [article("new", HARBOUR, title="Brand new", published="2030")])
    page.reload()
    told(page.locator("#pq-articles li").first, "Brand new")
    assert int(page.locator(".pq-tile b").first.inner_text()) == before + 1
    told(page.locator("#pq-skipped"), "left nothing out")


def test_an_article_that_went_meanwhile_is_one_line(window: Window, site: Site) -> None:
    index(site.hostile_store, [article("gone", BRIDGE, title="Soon gone", published="2031")])
    page = window.open(site.hostile + "archive", "#pq-articles a")
    site.hostile_store.remove(["gone"])
    page.get_by_role("link", name="Soon gone").click()
    told(page.locator("#pq-article"), "not in the archive any more")


@pytest.mark.parametrize(("path", "said"), [("archive", "no articles"), ("evaluation", "no art")])
def test_without_articles_a_page_says_how_to_add_some(
    window: Window, site: Site, path: str, said: str
) -> None:
    page = window.open(f"{site.none}{path}", "#pq-empty h2")
    told(page.locator("#pq-empty"), said)
    told(page.locator("#pq-empty"), "pullquote index PATH --store")


@pytest.mark.parametrize(("width", "scheme"), SCHEMES)
def test_the_archive_page_fits_and_can_be_read_by_all(
    window: Window, site: Site, width: int, scheme: str
) -> None:
    page = window.open(site.real + "archive", "#pq-articles a", width, scheme)
    page.locator("#pq-articles a").first.click()
    page.locator("#pq-article h2").wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []


def run_of(window: Window, site: Site, count: int, **options: Any) -> Any:
    """A page on which a run of sample questions was started."""
    page = window.open(site.real + "evaluation", "#pq-run", **options)
    page.get_by_label("The sample questions").wait_for()
    page.get_by_label("Questions, drawn at random").fill(str(count))
    page.get_by_role("button", name="Run", exact=True).click()
    return page


def test_a_run_shows_its_progress_its_figures_plots_and_misses_and_is_kept(
    window: Window, site: Site
) -> None:
    page = run_of(window, site, 12)
    page.locator("#pq-progress progress").wait_for()
    told(page.locator("#pq-measures h2"), "The sample questions")
    assert page.locator("#pq-measures .pq-tile").count() == 4
    told(page.locator("#pq-measures tbody tr").first, "Exact match, refusals counted")
    page.locator("#pq-plots svg").nth(3).wait_for()
    assert len(page.locator("#pq-plots svg").first.get_attribute("aria-label")) > 30
    told(page.locator("#pq-runs"), "12 questions · exact match")
    with page.expect_download() as download:
        page.locator("#pq-download").click()
    assert download.value.suggested_filename == "evaluation-1.html"
    assert "<title>Evaluation of The sample questions" in Path(download.value.path()).read_text()

    other = window.open(site.real + "evaluation", "#pq-runs p")
    told(other.locator("#pq-runs"), "None yet.")

    page.reload()
    page.get_by_role("link", name="The sample questions").click()
    told(page.locator("#pq-measures h2"), "The sample questions")
    miss = page.locator("#pq-misses li a").first
    question = miss.inner_text()
    told(page.locator("#pq-misses li").first, "Expected:")
    with page.expect_popup() as popup:
        miss.click()
    chat = popup.value
    chat.locator("#pq-ask button:focus").wait_for(timeout=WAIT)
    assert chat.get_by_role("textbox").first.input_value() == question
    assert chat.url == site.real
    assert chat.locator(".user-row").count() == 0
    page.get_by_role("link", name="Remove").click()
    told(page.locator("#pq-runs"), "None yet.")


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS[:4], "x" * 600])
def test_a_link_fills_the_box_with_plain_words_and_asks_nothing(
    window: Window, site: Site, text: str
) -> None:
    from urllib.parse import quote

    page = window.open(f"{site.real}?q={quote(text)}", "#pq-ask")
    page.wait_for_timeout(1_500)
    box = page.get_by_role("textbox").first
    assert box.input_value() == ("" if len(text) > 512 else text)
    assert page.locator(".user-row").count() == 0
    assert page.evaluate("window.ran") is None


def test_a_run_stops_when_told_lets_nobody_else_start_and_goes_on_later(
    window: Window, site: Site
) -> None:
    page = run_of(window, site, 100)
    told(page.locator("#pq-progress"), "of 100 questions")
    other = run_of(window, site, 5)
    told(other.locator("#pq-run-notice"), "One runs at a time")
    page.get_by_role("button", name="Stop").click()
    told(page.locator("#pq-run-notice"), "was stopped before its end")
    told(page.locator("#pq-runs"), "stopped after")
    page.get_by_role("link", name="Go on").click()
    told(page.locator("#pq-progress"), "of 100 questions")
    page.reload()
    told(page.locator("#pq-progress"), "of 100 questions")
    page.get_by_role("button", name="Stop").click()
    told(page.locator("#pq-runs"), "stopped after")


def test_a_question_in_the_chat_is_answered_while_a_run_is_under_way(
    window: Window, site: Site
) -> None:
    page = run_of(window, site, 100)
    told(page.locator("#pq-progress"), "of 100 questions")
    chat = window.open(site.real, "#pq-ask")
    box = chat.get_by_role("textbox").first
    box.fill("In which city did the economic dialogue between Pence and Aso meet first?")
    box.press("Enter")
    chat.locator("#pq-chat .pq-lead").wait_for()
    assert page.locator("#pq-progress progress").count() == 1
    page.get_by_role("button", name="Stop").click()
    told(page.locator("#pq-runs"), "stopped after")


def test_a_run_ends_when_its_page_is_closed(window: Window, site: Site) -> None:
    page = run_of(window, site, 200)
    told(page.locator("#pq-progress"), "of 200 questions")
    assert evaluating()
    page.close()
    until = time.monotonic() + 30
    while evaluating() and time.monotonic() < until:
        time.sleep(0.2)
    assert not evaluating()


def evaluating() -> bool:
    return any(thread.name == "evaluation" for thread in threading.enumerate())


def upload(page: Any, path: Path) -> None:
    with page.expect_response(lambda response: "/gradio_api/upload" in response.url):
        page.locator("#pq-set input[type=file]").set_input_files(path)
    page.locator("#pq-set .file-preview").wait_for()


def test_a_file_is_run_and_its_bad_rows_are_named(
    window: Window, site: Site, tmp_path: Path
) -> None:
    rows = [
        {"id": "1", "question": "Who <b>pays</b> for it?", "answers": ["<img src=x>"]},
        {"id": "2", "answers": ["no question"]},
    ]
    path = tmp_path / "my <b>set.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = window.open(site.real + "evaluation", "#pq-run")
    page.get_by_label("A file of questions").check()
    upload(page, path)
    page.get_by_role("button", name="Run", exact=True).click()
    told(page.locator("#pq-left-out"), "field 'question' is missing")
    told(page.locator("#pq-misses"), "Who <b>pays</b> for it?")
    assert page.locator("#pq-misses .md :is(b, img)").count() == 0


def test_a_file_that_is_no_question_set_is_one_line(
    window: Window, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "noise.json"
    path.write_bytes(b"\x00\xff" * 1000)
    page = window.open(site.real + "evaluation", "#pq-run")
    page.get_by_label("A file of questions").check()
    page.get_by_role("button", name="Run", exact=True).click()
    told(page.locator("#pq-run-notice"), "There is no file yet.")
    upload(page, path)
    page.get_by_role("button", name="Run", exact=True).click()
    told(page.locator("#pq-run-notice"), "noise.json")
    assert str(tmp_path.parent) not in page.locator("#pq-run-notice").inner_text()


@pytest.mark.parametrize(("width", "scheme"), SCHEMES)
def test_the_evaluation_page_fits_and_can_be_read_by_all(
    window: Window, site: Site, width: int, scheme: str
) -> None:
    page = run_of(window, site, 4, width=width, scheme=scheme)
    page.locator("#pq-plots svg").first.wait_for()
    page.get_by_label("A file of questions").check()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
