"""The report page in a real browser: every plot is there, and nothing is asked of the network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_browser
from eval.page import page
from made_reports import hostile_report, mixed, report_of

PLOTS = ("causes", "oracle", "recall", "reliability", "risk", "latency")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    reports = {"plain": report_of(*mixed(), mode="open"), "hostile": hostile_report()}
    for name, report in reports.items():
        (folder / f"{name}.html").write_text(page(report), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in reports}


class Window:
    """A tab with the report in it, and everything it asked for or complained of."""

    def __init__(self, tab: Any, path: Path) -> None:
        self.tab, self.address = tab, path.as_uri()
        self.asked: list[str] = []
        self.faults: list[str] = []
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.on("dialog", lambda dialog: self.faults.append("dialog"))
        tab.on("console", lambda message: self.faults.append(message.text))
        tab.on("pageerror", lambda error: self.faults.append(str(error)))
        tab.goto(self.address)
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    def check(self) -> None:
        assert self.asked == [self.address]
        assert self.faults == []
        self.tab.close()


@pytest.mark.parametrize("name", PLOTS)
def test_plot_is_there_with_its_text_and_its_drawing(
    chromium: Any, written: dict[str, Path], name: str
) -> None:
    window = Window(chromium.new_page(viewport={"width": 1100, "height": 800}), written["plain"])
    drawing = window.tab.locator(f"#plot-{name} svg")
    box = drawing.bounding_box()
    assert (box["width"] > 300, box["height"] > 40) == (True, True)
    assert len(drawing.get_attribute("aria-label")) > 30
    assert drawing.locator("text").count() >= 2
    assert drawing.locator("path").count() >= 2
    window.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_page_fits_a_telephone_and_shows_no_letter_too_small(
    chromium: Any, written: dict[str, Path], name: str, scheme: str
) -> None:
    tab = chromium.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    window = Window(tab, written[name])
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    heights = tab.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => Math.hypot(t.getScreenCTM().c,"
        " t.getScreenCTM().d) * parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(heights) >= 9
    window.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_of_plots_have_the_colours_of_the_page(
    chromium: Any, written: dict[str, Path], scheme: str
) -> None:
    tab = chromium.new_page(viewport={"width": 1100, "height": 800}, color_scheme=scheme)
    window = Window(tab, written["plain"])
    ink = tab.evaluate("getComputedStyle(document.body).color")
    label = tab.locator("#plot-causes text").first
    assert label.evaluate("t => getComputedStyle(t).fill") == ink
    known = set(
        tab.evaluate(
            "['ink', 'quiet', 'line', 'mark', 'bad'].map(n => { const p = document.body"
            ".appendChild(document.createElement('p')); p.style.color = `var(--${n})`;"
            " const c = getComputedStyle(p).color; p.remove(); return c; })"
        )
    )
    used = tab.evaluate(
        '[...document.querySelectorAll(\'svg [style*="fill: var"], svg [style*="stroke: var"]\')]'
        ".flatMap(e => [getComputedStyle(e).fill, getComputedStyle(e).stroke])"
    )
    assert {colour for colour in used if colour.startswith("rgb")} <= known | {"rgb(0, 0, 0)"}
    assert "#0" not in "".join(
        tab.locator("svg [style]").evaluate_all("l => l.map(e => e.getAttribute('style'))")
    )
    window.check()


def test_ids_of_a_page_are_its_own(chromium: Any, written: dict[str, Path]) -> None:
    window = Window(chromium.new_page(), written["plain"])
    ids = window.tab.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    window.check()
