"""The chat in a real browser, over made answers."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from browsing import Window, chromium_browser, free_port
from conftest import ROOT
from made_answers import HALL, HOSTILE_TEXTS, MadeArchive, MadePipeline
from qa.datatypes import Article
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment
from ui.render import Holdings

FOREIGN = """img, form, a:not(.pq-ref), script, style, iframe, svg, code, pre, h1, table, .katex,
    li:not(.pq-row, .pq-try), button:not(.pq-read, .pq-copy, .pq-chip)"""
HOLDINGS = Holdings(4, ("Harbour Wire", "<b>Post</b>"), "2019-04-27", "2019-05-03")


def made(pipeline: MadePipeline) -> MadeArchive:
    return MadeArchive(Opened(pipeline, HOLDINGS))


@dataclass(frozen=True)
class SamplePipeline(MadePipeline):
    """Has every article, so that the sample questions are offered."""

    def article(self, article_id: str, revision: int | None = None) -> Article:
        return HALL


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        apps = {
            "made": build_app(made(MadePipeline(delay=0.4)), scratch),
            "slow": build_app(made(MadePipeline(delay=2.0)), scratch),
            "sample": build_app(made(SamplePipeline()), scratch),
            "before": build_app(
                MadeArchive(Opened(MadePipeline(), HOLDINGS, 1, "It is as *before*.")), scratch
            ),
            "none": build_app(MadeArchive(Opened(None)), Path("my store")),
        }
        yield {name: launch(app, scratch, "127.0.0.1", free_port()) for name, app in apps.items()}
        for app in apps.values():
            app.close(verbose=False)


@pytest.fixture
def window(chromium: Any) -> Iterator[Window]:
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    window = Window(page)
    yield window
    page.close()
    assert window.outside == []
    assert window.faults == []


def test_a_question_typed_and_entered_gets_its_words_bold_in_the_sentence(
    window: Window, addresses: dict[str, str]
) -> None:
    box = window.open(addresses["slow"]).ask("Where will the talks reopen?")
    stages = window.page.locator("#pq-chat .thought-group")
    stages.filter(has_text="Searching the archive").wait_for()
    stages.filter(has_text="Found 10 passages").wait_for()
    stages.filter(has_text="Reading").wait_for()
    marked = window.wait_for(".pq-evidence strong mark")
    assert marked.inner_text() == "the harbour hall"
    assert int(marked.evaluate("node => getComputedStyle(node).fontWeight")) >= 600
    told = [" ".join(text.split(")")[0].split()) for text in stages.all_inner_texts()]
    assert told == ["Found 10 passages (6.1ms", "Read (48.0ms"]
    assert "Harbour Wire · 27 April 2019" in window.wait_for(".pq-evidence").inner_text()
    window.wait_for_value(box, "")


def test_what_is_typed_while_the_answer_is_on_its_way_stays(
    window: Window, addresses: dict[str, str]
) -> None:
    box = window.open(addresses["made"]).ask("Where will the talks reopen?")
    box.fill("And then?")
    window.wait_for(".pq-evidence")
    window.page.wait_for_timeout(500)
    assert box.input_value() == "And then?"


def test_the_line_under_the_title_says_what_is_in_the_archive(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"])
    assert window.page.title() == "Pullquote"
    assert window.page.locator("#pq-masthead p").inner_text() == (
        "4 articles · Harbour Wire, <b>Post</b> · 27 April 2019 to 3 May 2019"
    )


def test_answers_that_differ_stand_on_a_timeline_and_the_button_sends_too(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"])
    window.page.get_by_role("textbox").first.fill("Where are the talks?")
    window.page.get_by_role("button", name="Ask", exact=True).click()
    rows = window.wait_for(".pq-timeline").get_by_role("listitem")
    assert [row.splitlines()[0].split("[")[0].split() for row in rows.all_inner_texts()] == [
        ["27", "April", "2019", "the", "harbour", "hall"],
        ["2", "May", "2019", "the", "seamen's", "chapel"],
        ["undated", "the", "town", "library"],
    ]
    assert "Harbour Wire (the same story: Evening Star)" in rows.first.inner_text()
    assert rows.locator(".pq-value").count() == 3
    assert window.page.locator(".pq-row.pq-shown").inner_text().endswith("shown above")


def test_marks_lead_with_the_keyboard_to_their_cards_also_in_the_fold(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"]).ask("Where are the talks?")
    chapel = window.page.locator(".pq-quote-1")
    window.wait_for(".pq-lead .pq-ref").press("Enter")
    focused = "document.activeElement.className"
    assert window.page.evaluate(focused) == "pq-evidence pq-quote-0"
    assert not chapel.is_visible()
    window.page.locator(".pq-row .pq-ref").nth(1).press("Enter")
    assert window.page.evaluate(focused) == "pq-evidence pq-quote-1"
    assert chapel.locator("mark").inner_text() == "the seamen's chapel"
    assert chapel.is_visible()
    assert window.page.url == addresses["made"]


def test_the_number_of_the_confidence_opens_with_the_keyboard(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"]).ask("Where will the talks reopen?")
    assert window.wait_for(".pq-lead").inner_text().endswith("Certain")
    summary = window.wait_for(".pq-sure summary")
    number = window.page.get_by_text("91%: of answers as sure as this one")
    assert not number.is_visible()
    summary.press("Enter")
    assert number.is_visible()


def test_a_refusal_says_why_and_what_to_try_and_greys_the_candidates(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"]).ask("Who pays for the talks?")
    assert "clearly enough" in window.wait_for(".pq-none").inner_text()
    tried = window.wait_for(".pq-tries").get_by_role("listitem").all_inner_texts()
    assert [text.split()[0] for text in tried] == ["Ask", "Add"]
    assert window.page.locator(".pq-candidate").all_inner_texts() == ["Ms. Quill", "the mediator"]
    soft = window.page.locator(".pq-nearest .pq-sentence").first
    plain = window.page.locator(".pq-none p").last
    colour = "node => getComputedStyle(node).color"
    assert soft.evaluate(colour) != plain.evaluate(colour)
    assert window.page.locator("mark").count() == 0


def test_an_archive_that_cannot_be_opened_anew_says_so_above_the_answer(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["before"]).ask("Where will the talks reopen?")
    notice, lead = window.wait_for(".pq-notice"), window.wait_for(".pq-lead")
    assert notice.inner_text() == "It is as *before*."
    assert notice.bounding_box()["y"] < lead.bounding_box()["y"]


def test_an_error_is_one_sentence_and_leaves_the_question_in_the_box(
    window: Window, addresses: dict[str, str]
) -> None:
    box = window.open(addresses["made"]).ask("Does it break?")
    assert "Something went wrong here" in window.wait_for(".pq-notice").inner_text()
    assert box.input_value() == "Does it break?"
    assert "secret" not in window.page.content()


def test_hostile_articles_are_shown_literally_and_run_nothing(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"]).ask("What is the word?")
    evidence = window.wait_for(".pq-quote-0")
    window.wait_for(".pq-fold > summary").click()
    window.page.wait_for_timeout(300)
    assert window.page.evaluate("window.ran") is None
    assert (
        "<script>window.ran=1</script> ![beacon](http://192.0.2.1/a.png)" in evidence.inner_text()
    )
    assert "$$x^2$$ and `code`" in evidence.inner_text()
    assert window.page.locator(f"#pq-chat .prose :is({FOREIGN})").count() == 0


def test_every_hostile_text_is_inert_in_every_field(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["made"]).ask("What do they all say?")
    window.wait_for(".pq-fold > summary").click()
    window.page.wait_for_timeout(300)
    texts = [text.split() for text in HOSTILE_TEXTS]
    values = window.page.locator(".pq-timeline .pq-value").all_inner_texts()
    assert [text.split() for text in values] == texts
    who = window.page.locator(".pq-timeline .pq-meta").all_inner_texts()
    assert who[0].split() == [*texts[0], "·", "shown", "above"]
    assert [text.split() for text in who[1:]] == texts[1:]
    titles = window.page.locator(".pq-headline").all_inner_texts()
    assert [text.split() for text in titles] == texts
    assert window.page.evaluate("window.ran") is None
    assert window.page.locator(f"#pq-chat .prose :is({FOREIGN})").count() == 0
    assert window.page.locator("#pq-chat .prose details").count() == 1 + len(HOSTILE_TEXTS)


@pytest.mark.parametrize("text", HOSTILE_TEXTS[:3])
def test_a_hostile_question_is_echoed_literally(
    window: Window, addresses: dict[str, str], text: str
) -> None:
    window.open(addresses["made"]).ask(text)
    window.wait_for(".pq-lead")
    assert window.page.get_by_test_id("user").inner_text().strip() == text
    assert window.page.evaluate("window.ran") is None


def test_a_conversation_goes_on_and_its_newest_question_comes_into_view(
    window: Window, addresses: dict[str, str]
) -> None:
    window.page.set_viewport_size({"width": 1100, "height": 500})
    window.open(addresses["made"]).ask("Where will the talks reopen?")
    window.wait_for(".pq-evidence")
    window.ask("Where are the talks?")
    window.wait_for(".pq-timeline")
    window.page.wait_for_timeout(1_000)
    assert window.page.locator(".pq-answer").count() == 2
    top = window.page.locator(".user-row").last.bounding_box()["y"]
    assert 0 <= top < 150
    assert window.page.get_by_role("textbox").first.is_visible()


def test_a_cleared_conversation_stays_cleared(window: Window, addresses: dict[str, str]) -> None:
    window.open(addresses["made"]).ask("Where will the talks reopen?")
    window.wait_for(".pq-evidence")
    window.page.get_by_role("button", name="Clear").click()
    window.page.locator(".pq-evidence").wait_for(state="detached")
    window.ask("Who pays for the talks?")
    window.wait_for(".pq-none")
    assert window.page.locator(".user-row").count() == 1


def test_a_sample_question_asks_itself(window: Window, addresses: dict[str, str]) -> None:
    window.open(addresses["sample"])
    samples = window.page.locator("#pq-chat .example")
    samples.first.wait_for()
    assert samples.count() == 5
    asked = samples.first.inner_text().strip()
    samples.first.click()
    window.wait_for(".pq-none")
    assert window.page.get_by_test_id("user").inner_text().strip() == asked


def test_without_articles_the_page_says_how_to_add_some_and_asks_nothing(
    window: Window, addresses: dict[str, str]
) -> None:
    window.open(addresses["none"])
    text = window.page.locator("#pq-empty").inner_text()
    assert "pullquote index PATH --store 'my store'" in text
    assert window.page.get_by_role("textbox").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_scrolling_sideways(
    chromium: Any, addresses: dict[str, str], scheme: str
) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    window = Window(page).open(addresses["made"])
    for question, selector in (
        ("Where are the talks?", "details.pq-fold"),
        ("What is the word?", ".pq-fold"),
        ("Who pays for the talks?", ".pq-none"),
    ):
        window.ask(question)
        window.wait_for(selector)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_what_the_server_gives_away(addresses: dict[str, str]) -> None:
    import httpx

    for path in ("gradio_api/file=/etc/passwd", "monitoring", "docs", "openapi.json"):
        assert httpx.get(addresses["made"] + path, trust_env=False).status_code >= 400, path
    files = {"files": ("a.txt", b"x" * 5_000)}
    upload = httpx.post(addresses["made"] + "gradio_api/upload", files=files, trust_env=False)
    assert upload.status_code == 404


def test_an_interrupt_ends_the_chat_quietly_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from qa.settings import load_settings\n"
        "from ui.app import serve\n"
        "say = lambda text: print(text, flush=True)\n"
        "try:\n"
        "    serve(load_settings(store=sys.argv[1]), port=int(sys.argv[2]), announce=say)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "store"), str(port)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"Pullquote is at http://127.0.0.1:{port}/\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")
    assert list(tmp_path.iterdir()) == []
