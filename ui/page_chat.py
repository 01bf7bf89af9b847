"""The page with the conversation."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ui import page_feedback, page_history
from ui.archive import Archive
from ui.chat import Message, again, turn
from ui.keeping import Keeper
from ui.render import render_holdings, render_no_archive
from ui.samples import sample_questions


def lay_out(archive: Archive, store: Path) -> None:
    """Lay out the conversation, or how to add articles where there are none.

    :param archive: what is asked.
    :param store: the folder of the store, named in the command lines.
    """
    import gradio as gr

    opened = archive.current()
    line = "" if opened.holdings is None else render_holdings(opened.holdings)
    gr.Markdown(f"# Pullquote\n\n{line}", elem_id="pq-masthead")
    if opened.pipeline is None:
        gr.Markdown(render_no_archive(store), elem_id="pq-empty")
    else:
        _lay_out_chat(archive, Keeper(store), sample_questions(opened.pipeline))


def _lay_out_chat(archive: Archive, keeper: Keeper, samples: list[str]) -> None:
    """The conversation, the box, the button, and what happens on Enter."""
    import gradio as gr

    new = page_history.lay_out_bar()
    # Messages live on the server: what the browser sends back is never taken for a message.
    earlier, answered, current = gr.State([]), gr.State(None), gr.State(None)
    chatbot = gr.Chatbot(
        elem_id="pq-chat",
        label="Questions and answers",
        show_label=False,
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        autoscroll=False,
        layout="panel",
        height=None,
        placeholder="Ask a question. The answer is a quote from an article, or an honest no.",
        examples=[{"text": question} for question in samples],
    )
    with gr.Row(elem_id="pq-ask"):
        box = gr.Textbox(
            label="Your question",
            show_label=False,
            container=False,
            placeholder="Ask the archive",
            autofocus=True,
            max_lines=4,
            scale=1,
        )
        button = gr.Button("Ask", variant="primary", scale=0, min_width=88)

    def take_turn(
        question: Any, messages: list[Message], chat: str | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        opened, browser = archive.current(), page_history.browser_of(request)
        for view in turn(opened.pipeline, question, messages, opened.outlets):
            view, chat = keeper.keep(view, browser, chat, opened.generation)
            shown = list(view.messages)
            yield shown, shown, chat, question if view.done else None

    def tidy(typed: Any, answered: Any) -> Any:
        # What was typed while the answer was on its way stays.
        return "" if typed == answered else gr.skip()

    def pick(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def choose(
        event: gr.SelectData, messages: list[Message], chat: str | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        opened, browser = archive.current(), page_history.browser_of(request)
        for view in again(opened.pipeline, event.value, messages, opened.outlets):
            view, chat = keeper.keep(view, browser, chat, opened.generation)
            shown = list(view.messages)
            yield shown, shown, chat

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    chatbot.clear(lambda: ([], None), None, [earlier, current], **quiet)
    chatbot.option_select(
        choose,
        [earlier, current],
        [chatbot, earlier, current],
        concurrency_id="answer",
        **quiet,
    )
    picked = chatbot.example_select(pick, None, box, **quiet)
    for start in (partial(gr.on, [box.submit, button.click]), picked.then):
        asked = start(
            take_turn,
            [box, earlier, current],
            [chatbot, earlier, current, answered],
            concurrency_id="answer",
            **quiet,
        )
        asked.then(tidy, [box, answered], box, **quiet)
    page_history.connect(archive, keeper, new, chatbot, earlier, current)
    page_feedback.lay_out(archive, keeper, earlier)
