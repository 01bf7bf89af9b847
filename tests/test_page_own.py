"""The page of one's own articles in a real browser, over the sample archive and over none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

import made_files
from browsing import chromium_browser, free_port
from qa.settings import Settings
from ui.app import build_app, launch
from ui.archive import StoreArchive
from ui.machine import prepare_environment
from ui.own import OwnArticles

FACT = (
    "Lighthouse keeper of Skerry is honoured\n\nThe Skerry lighthouse stands again after nine "
    "years of scaffolding. Its keeper, Odalys Brant, keeps forty-one geese in the old fog-horn "
    "house and feeds them at dawn every day."
)
OTHER = "The crane on the north quay of Brackwater was built by the engineer Ulric Thane in 1911."
GEESE = "How many geese does Odalys Brant keep?"
MARKUP = "<img src=x onerror=window.ran=1> **b**.txt"
PATIENCE = 60_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@dataclass(frozen=True)
class Served:
    """Two servers, and where files that are sent to them lie for a while."""

    sample: str
    empty: str
    scratch: Path
    stores: tuple[Path, Path]


@pytest.fixture(scope="module")
def served(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    stores = folder / "sample", folder / "empty"
    shutil.copytree(sample_store, stores[0])
    environ = dict(os.environ)
    prepare_environment(environ, folder / "scratch")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        archives = [StoreArchive(Settings(store=store)) for store in stores]
        models = archives[0].models
        owned = [
            OwnArticles(Settings(store=store), archive, models)
            for store, archive in zip(stores, archives, strict=True)
        ]
        apps = [
            build_app(archive, own.settings.store, own)
            for archive, own in zip(archives, owned, strict=True)
        ]
        urls = [
            launch(app, own.settings.store, "127.0.0.1", free_port(), uploads=True)
            for app, own in zip(apps, owned, strict=True)
        ]
        yield Served(urls[0], urls[1], folder / "scratch", stores)
        for app, own in zip(apps, owned, strict=True):
            app.close(verbose=False)
            own.desk.close()


@dataclass
class Visitor:
    """A browser of its own: a page, and what happened on it that should not."""

    page: Any
    url: str
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self._requested)
        self.page.on("dialog", lambda dialog: self.faults.append(dialog.message))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def articles(self) -> "Visitor":
        self.page.goto(f"{self.url}articles")
        self.page.locator("#pq-held h2").wait_for()
        return self

    def drop(self, *files: tuple[str, bytes]) -> list[str]:
        """Give files to the page and wait until the fate of each is settled."""
        given = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
        self.page.locator("#pq-drop input[type=file]").set_input_files(given)
        return self.settled(len(files))

    def settled(self, count: int) -> list[str]:
        lines = self.page.locator("#pq-progress .pq-fate")
        ended = self.page.locator("#pq-progress :is(.pq-done, .pq-refused)")
        ended.nth(count - 1).wait_for()
        self.page.wait_for_timeout(300)
        return [" ".join(text.split()) for text in lines.all_inner_texts()]

    def held(self) -> list[str]:
        return list(self.page.locator("#pq-held .pq-headline").all_inner_texts())

    def ask(self, question: str) -> Any:
        """Ask on the chat page, and give the answer."""
        if not self.page.locator("#pq-ask").count():
            self.page.goto(self.url)
        asked = self.page.locator(".user-row").count()
        box = self.page.locator("#pq-question textarea")
        box.fill(question)
        box.press("Enter")
        self.page.locator(".user-row").nth(asked).wait_for()
        found = self.page.locator("#pq-chat .message-row").last.locator(":is(.pq-lead, .pq-notice)")
        found.wait_for()
        return self.page.locator("#pq-chat .message-row").last

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.outside.append(request.url)


@contextmanager
def visiting(chromium: Any, url: str) -> Iterator[Visitor]:
    context = chromium.new_context(viewport={"width": 1100, "height": 800})
    visitor = Visitor(context.new_page(), url)
    yield visitor
    context.close()
    assert visitor.outside == []
    assert visitor.faults == []


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_two_browsers_add_ask_and_remove_each_their_own(chromium: Any, served: Served) -> None:
    with visiting(chromium, served.sample) as anne, visiting(chromium, served.sample) as bram:
        said = anne.articles().drop(("geese.txt", FACT.encode()))
        assert said == ["geese.txt – done: added 1 article"]
        bram.articles().drop(("crane.txt", OTHER.encode()))
        assert anne.held() == ["Lighthouse keeper of Skerry is honoured"]
        assert bram.held() == ["crane"]

        answer = anne.ask(GEESE)
        assert answer.locator("mark").first.inner_text() == "forty-one"
        assert "your article" in answer.inner_text()
        refused = bram.ask(GEESE)
        assert refused.locator(".pq-none").count() == 1
        assert "Odalys" not in refused.inner_text()

        anne.page.get_by_label("The archive", exact=True).check()
        assert anne.ask(GEESE).locator(".pq-none").count() == 1
        anne.page.get_by_label("My articles", exact=True).check()
        assert anne.ask(GEESE).locator("mark").first.inner_text() == "forty-one"

        anne.articles()
        anne.page.get_by_role("button", name="Remove Lighthouse keeper").click()
        anne.page.get_by_text("Nothing yet.").wait_for()
        assert anne.held() == []
        assert bram.articles().held() == ["crane"]
        anne.page.evaluate("sessionStorage.clear()")  # a new tab, which takes up no earlier chat
        anne.page.goto(served.sample)
        assert anne.ask(GEESE).locator(".pq-none").count() == 1
        anne.page.locator("#pq-scope").wait_for(state="hidden")
    assert files_in(served.scratch) == []


def test_each_files_fate_is_named_and_names_are_shown_as_they_are(
    chromium: Any, served: Served
) -> None:
    with visiting(chromium, served.sample) as anne:
        valid = made_files.valid()
        told = anne.articles().drop(
            *(("ferry.pdf", valid[".pdf"]), ("half.docx", valid[".docx"][:500]), ("zero.txt", b"")),
            *(("program.exe", b"MZ"), (MARKUP, OTHER.encode()), ("big.txt", b"word " * 1_100_000)),
        )
        assert told[0] == "ferry.pdf – done: added 1 article"
        assert told[1].startswith("half.docx – not added: is not a whole DOCX file")
        assert told[2] == "zero.txt – not added: empty"
        assert told[3].startswith("program.exe – not added: '.exe' is not a format")
        assert told[4] == f"{MARKUP} – done: added 1 article"
        assert told[5] == "big.txt – not added: has 5.2 MB, over the limit of 5 MB"
        assert anne.held() == ["Harbour council votes on a ferry", MARKUP.removesuffix(".txt")]
        assert anne.page.evaluate("window.ran") is None
        assert anne.page.locator("main img").count() == 0

        many = [(f"{number}.txt", b"x" * 4_900_000) for number in range(5)]
        given = [{"name": n, "mimeType": "text/plain", "buffer": data} for n, data in many]
        anne.page.locator("#pq-drop input[type=file]").set_input_files(given)
        alert = anne.page.get_by_role("alert")
        alert.wait_for()
        assert alert.inner_text() == (
            "These files have 23.4 MB together; 20 MB are taken at once. Add fewer."
        )

        anne.page.get_by_role("button", name="Remove all").click()
        anne.page.get_by_role("button", name="Remove all 2 articles").click()
        anne.page.get_by_text("Nothing yet.").wait_for()
    assert files_in(served.scratch) == []


def test_files_can_be_dropped_and_an_empty_page_becomes_a_chat(
    chromium: Any, served: Served
) -> None:
    with visiting(chromium, served.empty) as anne, visiting(chromium, served.empty) as bram:
        anne.page.goto(served.empty)
        anne.page.get_by_role("link", name="Add articles of your own").click()
        anne.page.wait_for_url("**/articles")
        anne.page.locator("#pq-held h2").wait_for()
        transfer = anne.page.evaluate_handle(
            """([name, text]) => {
                const data = new DataTransfer();
                data.items.add(new File([text], name, { type: "text/plain" }));
                return data;
            }""",
            ["geese.txt", FACT],
        )
        anne.page.locator("#pq-drop button").first.dispatch_event(
            "drop", {"dataTransfer": transfer}
        )
        assert "added 1 article" in anne.settled(1)[0]
        anne.page.get_by_role("link", name="Ask about them").click()
        anne.page.locator("#pq-question textarea").wait_for()
        assert anne.ask(GEESE).locator("mark").first.inner_text() == "forty-one"
        bram.page.goto(served.empty)
        bram.page.get_by_text("There are no articles here yet").wait_for()
        assert not bram.page.locator("#pq-ask").is_visible()


def test_a_text_is_pasted_with_what_is_known_of_it(chromium: Any, served: Served) -> None:
    with visiting(chromium, served.sample) as anne:
        page = anne.articles().page
        page.get_by_role("button", name="Or paste a text").click()
        page.get_by_role("button", name="Add this text").click()
        assert "There is no text in the box yet" in anne.settled(1)[0]
        page.get_by_label("Text", exact=True).fill(OTHER)
        page.get_by_label("Headline").fill("The crane <b>")
        page.get_by_label("Outlet").fill("**Post**")
        page.get_by_label("Date").fill("someday")
        page.get_by_role("button", name="Add this text").click()
        page.get_by_text("The date cannot be read").wait_for()
        assert page.get_by_label("Text", exact=True).input_value() == OTHER
        page.get_by_label("Date").fill("2019-05")
        page.get_by_role("button", name="Add this text").click()
        page.get_by_text("added 1 article").wait_for()
        page.locator(".pq-own").wait_for()
        assert anne.held() == ["The crane <b>"]
        assert page.locator(".pq-own .pq-meta").inner_text() == "**Post** · May 2019 · 1 KB"
        assert page.get_by_label("Text", exact=True).input_value() == ""
        page.reload()
        page.locator(".pq-own").wait_for()
        assert anne.held() == ["The crane <b>"]


def test_outlets_of_ones_own_articles_are_in_the_filter_bar(chromium: Any, served: Served) -> None:
    from playwright.sync_api import expect

    with visiting(chromium, served.sample) as anne, visiting(chromium, served.sample) as bram:
        page = anne.articles().page
        page.get_by_role("button", name="Or paste a text").click()
        page.get_by_label("Text", exact=True).fill(OTHER)
        page.get_by_label("Outlet").fill("**Quay** Letter")
        page.get_by_role("button", name="Add this text").click()
        page.locator(".pq-own").wait_for()
        for visitor, chips, faults in ((anne, ["**Quay** Letter"], 0), (bram, [], 1)):
            visitor.page.goto(served.sample)
            visitor.page.get_by_role("button", name="Filters").click()
            field = visitor.page.get_by_label("Outlets", exact=True).first
            field.fill("quay")
            expect(visitor.page.get_by_role("option")).to_have_count(len(chips))
            field.press("Enter")
            expect(visitor.page.locator("#pq-bar-note .pq-fault")).to_have_count(faults)
            expect(visitor.page.locator("#pq-bar-chips .pq-chip")).to_have_text(chips)
        answer = anne.ask("Who built the crane?")
        assert answer.locator("mark").first.inner_text() == "Ulric Thane"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(
    chromium: Any, served: Served, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with visiting(chromium, served.sample) as anne:
        anne.page.emulate_media(color_scheme=scheme)
        anne.articles().drop(("geese.txt", FACT.encode()), ("zero.txt", b""))
        anne.page.get_by_role("button", name="Or paste a text").click()
        anne.page.wait_for_timeout(500)
        rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}}
        context = [
            "#pq-masthead",
            "#pq-drop",
            "#pq-paste",
            "#pq-progress",
            "#pq-held",
            "#pq-limits",
        ]
        found = Axe().run(anne.page, context=context, options=rules).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        for width in (390, 1100):
            anne.page.set_viewport_size({"width": width, "height": 844})
            assert anne.page.evaluate("document.documentElement.scrollWidth") <= width


def test_another_site_can_send_nothing_and_programs_own_nothing(served: Served) -> None:
    url = f"{served.sample}gradio_api/upload"
    files = {"files": ("a.txt", b"words")}
    for headers in (
        {"origin": "http://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ):
        refused = httpx.post(url, files=files, headers=headers, trust_env=False)
        assert (refused.status_code, files_in(served.scratch)) == (403, [])
    large = {"files": ("a.txt", b"x" * 21 * 2**20)}
    assert httpx.post(url, files=large, trust_env=False).status_code == 413


def test_nobody_reads_the_stores_of_browsers_over_the_network(
    chromium: Any, served: Served
) -> None:
    with visiting(chromium, served.sample) as anne:
        anne.articles().drop(("geese.txt", FACT.encode()))
    found = list((served.stores[0] / "browsers").rglob("pullquote.sqlite"))
    assert found
    for path in found:
        reply = httpx.get(f"{served.sample}gradio_api/file={path}", trust_env=False)
        assert reply.status_code == 403
