"""A list on a page that is searched, sorted and leafed through; the server gives each part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ui.page_frame import QUIET

ROWS = 20
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a list as Markdown: the first ``start`` are passed over, ``shown`` are here, of
    ``total``."""

    markdown: str
    start: int = 0
    shown: int = 0
    total: int = 0

    @property
    def place(self) -> str:
        """Say which part it is, in words; nothing where it is the whole."""
        if self.shown >= self.total:
            return ""
        return f"{self.start + 1:,} to {self.start + self.shown:,} of {self.total:,}"


Show = Callable[[str, str, int], Part]
"""Gives a part of a list: words to look for, an order, and how many rows to pass over."""


def lay_out_list(
    page: Any, name: str, label: str, show: Show, orders: Sequence[str] = ("",)
) -> None:
    """Lay out a list. Its first part is asked for whenever the page is opened.

    :param page: the page.
    :param name: of the list, for the style.
    :param label: of the box for words.
    :param show: gives the parts.
    :param orders: what it can be sorted by; one leaves no choice.
    """
    import gradio as gr

    with gr.Row(elem_classes=["pq-finder"]):
        words = gr.Textbox(
            label=label, placeholder=label, max_lines=1, max_length=MOST_WORDS, container=False
        )
        order = gr.Radio(
            list(orders),
            value=orders[0],
            label="Order",
            show_label=False,
            container=False,
            visible=len(orders) > 1,
        )
    start = gr.State(0)
    rows = gr.Markdown(elem_id=name, elem_classes=["pq-list"])
    with gr.Row(elem_classes=["pq-pager"]):
        back = gr.Button("Previous", size="sm", visible=False)
        place = gr.Markdown()
        on = gr.Button("Next", size="sm", visible=False)

    def shown(words: Any, order: Any, start: int) -> tuple[Any, ...]:
        part = show(str(words or "")[:MOST_WORDS], str(order), max(0, start))
        more = part.start + part.shown < part.total
        leaf = gr.update(visible=part.start > 0), gr.update(visible=more)
        return part.markdown, part.start, part.place, *leaf

    outputs = [rows, start, place, back, on]
    gr.on(
        [page.load, words.change, order.input],
        lambda words, order: shown(words, order, 0),
        [words, order],
        outputs,
        trigger_mode="always_last",
        **QUIET,
    )
    for button, step in ((back, -ROWS), (on, ROWS)):
        button.click(
            lambda words, order, start, step=step: shown(words, order, start + step),
            [words, order, start],
            outputs,
            **QUIET,
        )
