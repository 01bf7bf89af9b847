"""The page that tells what is in the archive, as of its newest generation."""

from functools import partial
from pathlib import Path
from typing import Any

from qa.catalog import Catalog
from qa.errors import PullquoteError
from qa.listing import months, newest, numbered, stories
from qa.schema import FILE
from ui.archive_view import (
    ORDERS,
    find_outlets,
    render_article,
    render_figures,
    render_listing,
    render_outlets,
    render_skipped,
    render_stories,
)
from ui.date_plot import bars_of, draw
from ui.page_frame import QUIET, followed, masthead, target
from ui.page_lists import ROWS, Part, lay_out_list
from ui.render import render_no_archive, render_notice


def lay_out(page: Any, store: Path) -> None:
    """Lay out the page. What it shows is read from the store whenever it is opened.

    :param page: the page, for its event of being opened.
    :param store: the folder of the store.
    """
    import gradio as gr

    masthead("What is in the archive")
    said = gr.Markdown(visible=False, elem_id="pq-empty")
    with gr.Column(visible=False, elem_id="pq-archive") as body:
        figures = gr.Markdown(elem_id="pq-figures")
        # The sanitiser would take off what a screen reader needs of the plot; no foreign word is
        # in it.
        plot = gr.Markdown(elem_id="pq-plot", sanitize_html=False)
        gr.Markdown("## Articles", elem_classes=["pq-head"])
        _lay_out_reading(store)
        find = "Find by headline, outlet or id"
        lay_out_list(page, "pq-articles", find, partial(_articles, store))
        gr.Markdown("## Outlets", elem_classes=["pq-head"])
        lay_out_list(page, "pq-outlets", "Find an outlet", partial(_outlets, store), ORDERS)
        gr.Markdown("## Carried more than once", elem_classes=["pq-head"])
        copies = gr.Markdown(elem_id="pq-stories", elem_classes=["pq-list"])
        gr.Markdown("## Left out by the last index run", elem_classes=["pq-head"])
        skipped = gr.Markdown(elem_id="pq-skipped", elem_classes=["pq-list"])

    def opened() -> dict[Any, Any]:
        try:
            return read()
        except PullquoteError as error:
            return instead(render_notice(str(error)))

    def instead(words: str) -> dict[Any, Any]:
        return {said: gr.update(value=words, visible=True), body: gr.update(visible=False)}

    def read() -> dict[Any, Any]:
        if not (store / FILE).is_file():
            return instead(render_no_archive(store))
        with Catalog.open(store) as catalog:
            summary = catalog.summary()
            if not summary.articles:
                return instead(render_no_archive(store))
            return {
                said: gr.update(visible=False),
                body: gr.update(visible=True),
                figures: render_figures(summary),
                plot: draw(bars_of(months(catalog))),
                copies: render_stories(stories(catalog)),
                skipped: render_skipped(summary.skipped),
            }

    page.load(opened, None, [said, body, figures, plot, copies, skipped], **QUIET)


def _lay_out_reading(store: Path) -> None:
    """Where an article is read when its headline was clicked on, and how to close it."""
    import gradio as gr

    link, follow = followed("pq-article-link")
    with gr.Column(visible=False, elem_id="pq-reading", elem_classes=["pq-shown"]) as reading:
        text = gr.Markdown(elem_id="pq-article")
        close = gr.Button("Close", size="sm")

    def read(sent: Any) -> tuple[Any, ...]:
        wanted = target(sent, ("article",))
        if wanted is None:
            return gr.skip(), gr.skip()
        return gr.update(visible=True), _article(store, wanted[1])

    follow.click(read, link, [reading, text], **QUIET)
    close.click(lambda: gr.update(visible=False), None, reading, **QUIET)


def _article(store: Path, number: int) -> str:
    try:
        with Catalog.open(store) as catalog:
            article_id = numbered(catalog, number)
            return render_article(catalog.article(article_id), catalog.copies(article_id))
    except PullquoteError as error:
        return render_notice(str(error))


def _articles(store: Path, words: str, order: str, start: int) -> Part:
    if not (store / FILE).is_file():
        return Part("")
    try:
        with Catalog.open(store) as catalog:
            found = newest(catalog, words, start, ROWS)
    except PullquoteError as error:
        return Part(render_notice(str(error)))
    return Part(render_listing(found), start, len(found.articles), found.total)


def _outlets(store: Path, words: str, order: str, start: int) -> Part:
    if not (store / FILE).is_file():
        return Part("")
    try:
        with Catalog.open(store) as catalog:
            found = find_outlets(catalog.summary(), words, order)
    except PullquoteError as error:
        return Part(render_notice(str(error)))
    some = found[start : start + ROWS]
    return Part(render_outlets(some), start, len(some), len(found))
