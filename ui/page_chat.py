"""The page with the conversation."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ui import page_article
from ui.archive import Archive
from ui.chat import Message, again, turn
from ui.linking import linked_question
from ui.page_filters import filter_bar
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
        _lay_out_chat(archive, sample_questions(opened.pipeline))


def _lay_out_chat(archive: Archive, samples: list[str]) -> None:
    """The conversation, the box, the button, and what happens on Enter."""
    import gradio as gr

    # Messages live on the server: what the browser sends back is never taken for a message.
    earlier, answered = gr.State([]), gr.State(None)
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
        bar = filter_bar(archive)
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
        question: Any, messages: list[Message], *fields: Any
    ) -> Iterator[tuple[Any, ...]]:
        opened = archive.current()
        limits = bar.read(opened, fields)
        outlets, notice = opened.outlets, opened.notice
        for view in turn(opened.pipeline, question, messages, outlets, notice=notice, bar=limits):
            shown = list(view.messages)
            yield shown, shown, question if view.done else None

    def tidy(typed: Any, answered: Any) -> Any:
        # What was typed while the answer was on its way stays.
        return "" if typed == answered else gr.skip()

    def wait(request: gr.Request) -> Any:
        # A link from anywhere can bring a question along, so it is not asked by itself.
        linked = linked_question(request.query_params)
        return gr.skip() if linked is None else linked

    def pick(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def choose(said: Any, messages: list[Message], *fields: Any) -> Iterator[tuple[Any, ...]]:
        opened = archive.current()
        limits, around = bar.less(opened, fields, said)
        for view in again(opened.pipeline, said, messages, opened.notice, limits):
            shown = list(view.messages)
            yield shown, shown, *around

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(None, wait, None, box, **quiet)
    chatbot.clear(list, None, earlier, **quiet)
    chosen = bar.pressed.click(
        choose,
        [bar.said, earlier, *bar.fields],
        [chatbot, earlier, *bar.shown],
        concurrency_id="answer",
        **quiet,
    )
    bar.follow(chosen)
    picked = chatbot.example_select(pick, None, box, **quiet)
    for start in (partial(gr.on, [box.submit, button.click]), picked.then):
        asked = start(
            take_turn,
            [box, earlier, *bar.fields],
            [chatbot, earlier, answered],
            concurrency_id="answer",
            **quiet,
        )
        asked.then(tidy, [box, answered], box, **quiet)
        bar.follow(asked)
    page_article.lay_out(archive, earlier)
