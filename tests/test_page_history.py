"""Earlier chats, copying and feedback in a real browser, over made answers."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser, free_port
from made_answers import CHAPEL, HALL, HOSTILE_TEXTS, MadeArchive, MadePipeline
from ui.app import build_app, launch
from ui.archive import Opened
from ui.chat_file import FILE
from ui.machine import prepare_environment
from ui.render import Holdings

HOLDINGS = Holdings(4, ("Harbour Wire",), "2019-04-27", "2019-05-03")
PATIENCE = 20_000


@dataclass(frozen=True)
class Place:
    url: str
    store: Path
    damaged: str = ""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ, store = dict(os.environ), scratch / "store"
    store.mkdir()
    prepare_environment(environ, scratch)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        archive, damaged = MadeArchive(Opened(MadePipeline(), HOLDINGS)), scratch / "damaged"
        damaged.mkdir()
        (damaged / FILE).write_bytes(b"something else entirely" * 300)
        apps = [build_app(archive, folder) for folder in (store, damaged)]
        urls = [launch(app, scratch, "127.0.0.1", free_port()) for app in apps]
        yield Place(urls[0], store, urls[1])
        for app in apps:
            app.close(verbose=False)


@dataclass
class Window:
    """A tab of a browser, and what happened in it that should not."""

    page: Any
    url: str
    faults: list[str] = field(default_factory=list)

    def open(self) -> "Window":
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self._requested)
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(self.url)
        self.page.wait_for_selector("#pq-masthead h1")
        return self

    def ask(self, question: str) -> "Window":
        there = self.page.locator("#pq-chat .pq-judge").count()
        box = self.page.locator("#pq-question textarea")
        box.fill(question)
        box.press("Enter")
        self.wait("n => document.querySelectorAll('#pq-chat .pq-judge').length > n", there)
        self.wait("() => document.querySelector('#pq-question textarea').value === ''")
        return self

    def wait(self, condition: str, argument: Any = None) -> None:
        self.page.wait_for_function(condition, arg=argument)

    def drawer(self) -> Any:
        self.page.get_by_role("button", name="Earlier chats").click()
        found = self.page.get_by_role("dialog", name="Earlier chats")
        found.locator("footer button").first.wait_for()
        return found

    def press(self, name: str, within: Any = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).first.click()

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector("#pq-masthead h1")

    def questions(self) -> list[str]:
        return [one.strip() for one in self.page.get_by_test_id("user").all_inner_texts()]

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.faults.append(request.url)


Opener = Callable[[], Window]


@pytest.fixture
def browsers(chromium: Any, place: Place) -> Iterator[Opener]:
    """Opens a browser of its own for each call, with one tab."""
    windows: list[Window] = []

    def opened() -> Window:
        context = chromium.new_context(
            viewport={"width": 1100, "height": 800}, accept_downloads=True
        )
        windows.append(Window(context.new_page(), place.url))
        return windows[-1].open()

    yield opened
    for window in windows:
        window.page.context.close()
    assert [window.faults for window in windows] == [[]] * len(windows)


# --- Earlier chats --------------------------------------------------------------------------------


def test_a_reload_brings_the_chat_back_and_it_goes_on(browsers: Opener) -> None:
    window = browsers().ask("Where will the talks reopen?").ask("Where are the talks?")
    window.reload()
    window.wait("() => document.querySelectorAll('#pq-chat .pq-judge').length === 2")
    assert window.questions() == ["Where will the talks reopen?", "Where are the talks?"]
    assert window.page.locator(".pq-evidence mark").first.inner_text() == "the harbour hall"
    window.ask("Who pays for the talks?")
    (chat,) = window.drawer().locator("li").all()
    assert "3 questions" in chat.inner_text()
    assert chat.get_by_role("button").first.get_attribute("aria-current") == "true"


def test_another_tab_begins_anew_and_can_open_the_chat(browsers: Opener) -> None:
    window = browsers().ask("Where are the talks?")
    other = Window(window.page.context.new_page(), window.url).open()
    drawer = other.drawer()
    assert other.questions() == []
    drawer.locator(".pq-kept-open").click()
    other.page.locator(".pq-evidence").first.wait_for()
    assert other.questions() == ["Where are the talks?"]
    drawer.wait_for(state="hidden")
    assert other.faults == []


def test_a_new_chat_is_begun_by_its_button_and_both_are_listed(browsers: Opener) -> None:
    window = browsers().ask("Where are the talks?")
    window.press("New chat")
    window.page.locator(".pq-evidence").first.wait_for(state="detached")
    window.ask("Who pays for the talks?")
    drawer = window.drawer()
    names = drawer.locator(".pq-kept-name").all_inner_texts()
    assert names == ["Who pays for the talks?", "Where are the talks?"]


def test_a_chat_is_renamed_and_deleted_by_key_alone(browsers: Opener, place: Place) -> None:
    window = browsers().ask("Where will the talks reopen?")
    page = window.page
    page.get_by_role("button", name="Earlier chats").focus()
    page.keyboard.press("Enter")
    rename = page.get_by_role("button", name="Rename: Where will the talks reopen?")
    rename.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("The secret hall")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Rename: The secret hall").wait_for()
    focused = "document.activeElement.querySelector('.pq-kept-name')?.textContent"
    assert page.evaluate(focused) == "The secret hall"
    page.get_by_role("button", name="Delete: The secret hall").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Delete for good"
    page.keyboard.press("Enter")
    page.get_by_text("Deleted.").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "pq-chats-open"
    assert window.questions() == []
    files = [path.read_bytes() for path in place.store.glob(f"{FILE}*")]
    assert b"secret hall" not in b"".join(files)


def test_deleting_can_be_cancelled(browsers: Opener) -> None:
    window = browsers().ask("Where are the talks?")
    drawer = window.drawer()
    window.press("Delete: Where are the talks?", drawer)
    window.press("Cancel", drawer)
    assert drawer.locator("li").count() == 1
    assert window.page.evaluate("document.activeElement.textContent") == "Delete"


def test_two_browsers_never_see_each_others_chats(browsers: Opener) -> None:
    anna, ben = browsers().ask("Where are the talks?"), browsers()
    chat = anna.page.evaluate("sessionStorage.getItem('pullquote-chat')")
    turn = anna.page.evaluate(
        "window.pullquote.named(document.querySelector('.pq-turn'), 'pq-turn--')"
    )
    assert ben.drawer().locator("li").count() == 0
    call = "([name, said]) => window.pullquote.call(name, said)"
    for said in (
        {"act": "open", "chat": chat},
        {"act": "rename", "chat": chat, "name": "Mine"},
        {"act": "delete", "chat": chat},
        {"act": "export", "chat": chat},
    ):
        told = ben.page.evaluate(call, ["pq-history", said])
        assert told["error"] == "This chat is not here.", said
    told = ben.page.evaluate(
        call, ["pq-feedback", {"act": "give", "turn": turn, "verdict": "right"}]
    )
    assert told["error"] == "This answer is not here."
    ben.page.evaluate("id => sessionStorage.setItem('pullquote-chat', id)", chat)
    ben.reload()
    ben.wait("() => sessionStorage.getItem('pullquote-chat') === null")
    assert ben.questions() == []
    assert anna.drawer().locator(".pq-kept-name").all_inner_texts() == ["Where are the talks?"]


@pytest.mark.parametrize(("form", "suffix"), [("Markdown", "md"), ("JSON", "json")])
def test_chats_are_saved_as_files(browsers: Opener, tmp_path: Path, form: str, suffix: str) -> None:
    window = browsers().ask("Where are the talks?")
    drawer = window.drawer()
    for name, file in (
        ("Export: Where are the talks?", "pullquote-where-are-the-talks"),
        ("Export all chats", "pullquote-chats"),
    ):
        window.press(name, drawer)
        with window.page.expect_download() as download:
            window.press(form, drawer)
        assert download.value.suggested_filename == f"{file}.{suffix}"
        download.value.save_as(tmp_path / "saved")
        text = (tmp_path / "saved").read_text(encoding="utf-8")
        assert "the harbour hall" in text
    if form == "JSON":
        assert json.loads(text)["chats"][0]["turns"][0]["record"]["quotes"][0]["start"] == 100


def test_hostile_questions_and_names_are_literal_in_the_list(browsers: Opener) -> None:
    window = browsers()
    for text in HOSTILE_TEXTS[:2]:
        window.ask(text)
        window.press("New chat")
        window.wait("() => !document.querySelector('#pq-chat .pq-turn')")
    drawer = window.drawer()
    assert drawer.locator(".pq-kept-name").all_inner_texts() == HOSTILE_TEXTS[1::-1]
    for text in HOSTILE_TEXTS[2:12]:
        drawer.locator("li .pq-acts button").first.click()
        drawer.get_by_role("textbox", name="Name of the chat").fill(text)
        window.press("Save", drawer)
        window.wait(
            "name => document.querySelector('.pq-kept-name').textContent === name",
            " ".join(text.split()),
        )
    assert drawer.locator("img, a, script, iframe, svg, code, style").count() == 0
    assert window.page.evaluate("window.ran") is None


def test_a_damaged_file_is_named_in_the_drawer(browsers: Opener, place: Place) -> None:
    window = browsers()
    window.page.goto(place.damaged)
    window.ask("Where will the talks reopen?")
    drawer = window.drawer()
    assert "chats.sqlite.damaged-" in drawer.locator(".pq-drawer-note").inner_text()
    assert drawer.locator("li").count() == 1


# --- Copying --------------------------------------------------------------------------------------


def test_a_quote_is_copied_with_its_citation_and_that_is_said(browsers: Opener) -> None:
    window = browsers().ask("Where are the talks?")
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copies = window.page.locator("#pq-chat .pq-copy")
    window.page.locator(".pq-fold > summary", has_text="more passages").click()
    assert copies.count() == 3
    copies.nth(1).focus()
    window.page.keyboard.press("Enter")
    window.wait("() => document.getElementById('pq-said')?.textContent === 'Copied with citation.'")
    assert copies.nth(1).inner_text() == "Copied"
    assert window.page.evaluate("navigator.clipboard.readText()") == (
        "“They will go on in the seamen's chapel, the mediator said on Thursday.” — Talks moved "
        "again, Meridian Post, 2 May 2019 (talks-moved, 59–78)"
    )
    assert CHAPEL.text[59:78] == "the seamen's chapel"


def test_an_older_browser_copies_too(browsers: Opener) -> None:
    window = browsers().ask("Where are the talks?")
    window.page.evaluate("navigator.clipboard.writeText = undefined")
    window.page.evaluate(
        "document.addEventListener('copy', () => (window.copied = getSelection().toString()"
        " || document.activeElement.value))"
    )
    window.press("Copy with citation")
    window.wait("() => document.getElementById('pq-said')?.textContent === 'Copied with citation.'")
    assert window.page.evaluate("window.copied").startswith("“On Saturday Ms. Quill")


# --- Feedback -------------------------------------------------------------------------------------


def given(place: Place) -> list[tuple[Any, ...]]:
    with sqlite3.connect(place.store / FILE) as file:
        return file.execute(
            "SELECT verdict, answer, start, article, comment FROM feedback ORDER BY rowid"
        ).fetchall()


def judged(window: Window, words: str) -> None:
    window.page.locator(".pq-judge", has_text=words).first.wait_for()


def test_an_answer_is_marked_right_and_that_can_be_undone(browsers: Opener, place: Place) -> None:
    window = browsers().ask("Where will the talks reopen?")
    before = len(given(place))
    window.press("Right")
    judged(window, "You marked this right")
    start = HALL.text.index("the harbour hall")
    row = ("right", "the harbour hall", start, "harbour-talks", "")
    assert given(place)[before:] == [row]
    assert window.page.evaluate("document.activeElement.textContent") == "Undo"
    window.reload()
    judged(window, "You marked this right")
    window.press("Undo")
    window.page.get_by_role("button", name="Right", exact=True).wait_for()
    assert len(given(place)) == before


def test_a_refusal_is_marked_and_a_note_is_literal(browsers: Opener, place: Place) -> None:
    window = browsers().ask("Who pays for the talks?")
    assert window.page.get_by_role("button", name="Right", exact=True).count() == 0
    window.press("Not in the archive")
    judged(window, "You said that it is not in the archive")
    window.press("Add a note")
    window.page.keyboard.type(HOSTILE_TEXTS[1])
    window.page.keyboard.press("Enter")
    judged(window, HOSTILE_TEXTS[1])
    assert given(place)[-1][0::4] == ("absent", HOSTILE_TEXTS[1])
    assert window.page.evaluate("window.ran") is None


SELECT_LAST = """([selector, words]) => {
  const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  let found = null;
  for (let node; (node = walker.nextNode()); ) {
    const at = node.data.lastIndexOf(words);
    if (at >= 0) found = [node, at, node, at + words.length];
  }
  if (found) getSelection().setBaseAndExtent(...found);
  return found !== null;
}"""


def select(window: Window, selector: str, words: str) -> None:
    assert window.page.evaluate(SELECT_LAST, [selector, words])
    window.page.locator(".pq-judge-chosen", has_text=words).wait_for()


@pytest.mark.parametrize(
    ("part", "words", "start"),
    [
        (":first-child", "nine days", HALL.text.index("nine days")),
        (":last-child", "belongs", HALL.text.index("belongs")),
    ],
)
def test_the_right_words_are_selected_in_the_passage(
    browsers: Opener, place: Place, part: str, words: str, start: int
) -> None:
    window = browsers().ask("Where will the talks reopen?")
    window.press("The right words are…")
    select(window, f".pq-evidence .pq-place > .pq-rest{part}", words)
    window.press("Save these words")
    judged(window, "You gave the right words")
    assert given(place)[-1][:4] == ("words", words, start, "harbour-talks")


def test_the_right_words_are_selected_by_key(browsers: Opener, place: Place) -> None:
    window = browsers().ask("Where will the talks reopen?")
    window.press("The right words are…")
    for _ in range(len("the harbour hall at noon")):
        window.page.keyboard.press("Shift+ArrowRight")
    window.page.locator(".pq-judge-chosen", has_text="the harbour hall at noon").wait_for()
    window.press("Save these words")
    judged(window, "You gave the right words")
    start = HALL.text.index("the harbour hall")
    assert given(place)[-1][:3] == ("words", "the harbour hall at noon", start)


def test_the_right_words_are_selected_in_an_opened_article(browsers: Opener, place: Place) -> None:
    window = browsers().ask("Who pays for the talks?")
    window.page.evaluate(
        "text => { const panel = document.createElement('div');"
        "panel.className = 'pq-article'; panel.textContent = text;"
        "Object.assign(panel.dataset, { article: 'talks-moved', revision: 1, start: 4 });"
        "document.body.append(panel); }",
        CHAPEL.text[4:],
    )
    window.press("The right words are…")
    select(window, ".pq-article", "the mediator")
    window.press("Save these words")
    judged(window, "You gave the right words")
    start = CHAPEL.text.index("the mediator")
    assert given(place)[-1][:4] == ("words", "the mediator", start, "talks-moved")


def test_words_that_are_not_in_the_archive_are_refused_in_a_sentence(browsers: Opener) -> None:
    window = browsers().ask("Who pays for the talks?")
    window.page.evaluate(
        "() => { const panel = document.createElement('div'); panel.className = 'pq-article';"
        "panel.textContent = 'The mayor pays.';"
        "Object.assign(panel.dataset, { article: 'talks-moved', revision: 1, start: 0 });"
        "document.body.append(panel); }"
    )
    window.press("The right words are…")
    select(window, ".pq-article", "The mayor")
    window.press("Save these words")
    window.page.get_by_text("These words could not be placed").first.wait_for()


def test_own_feedback_is_saved_as_a_question_set(browsers: Opener, tmp_path: Path) -> None:
    from eval.questions import load_questions

    other = browsers().ask("Where are the talks?")
    other.press("Wrong")
    judged(other, "You marked this wrong")
    window = browsers().ask("Where will the talks reopen?")
    window.press("Right")
    judged(window, "You marked this right")
    drawer = window.drawer()
    with window.page.expect_download() as download:
        window.press("Export my feedback", drawer)
    download.value.save_as(tmp_path / "feedback.json")
    (question,) = load_questions(tmp_path / "feedback.json", pytest.fail)
    assert question.question == "Where will the talks reopen?"
    assert (question.answers, question.article_ids) == (("the harbour hall",), ("harbour-talks",))


# --- For everyone ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_and_axe_finds_no_fault(browsers: Opener, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    window = browsers()
    window.page.emulate_media(color_scheme=scheme)
    window.page.set_viewport_size({"width": 390, "height": 844})
    window.ask("Where are the talks?").ask("Who pays for the talks?")
    window.press("Right")
    judged(window, "You marked this right")
    window.press("The right words are…")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    scope = {"include": [["#pq-chats"], [".pq-judge"], [".pq-evidence"]]}
    assert faults(Axe().run(window.page, scope)) == []
    drawer = window.drawer()
    window.page.wait_for_timeout(300)
    assert faults(Axe().run(window.page, {"include": [["#pq-drawer"]]})) == []
    box = drawer.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert drawer.evaluate("node => node.scrollWidth") <= 390


def faults(found: Any) -> list[str]:
    return [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found.response["violations"]
    ]
