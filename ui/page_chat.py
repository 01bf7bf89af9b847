"""The page with the conversation."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui import page_article, page_feedback, page_history, page_own
from ui.archive import Archive, Opened
from ui.chat import Message, again, turn
from ui.courtesy import Courtesy, counted
from ui.keeping import Keeper
from ui.linking import linked_question
from ui.own import OwnArticles
from ui.page_filters import filter_bar
from ui.render import render_holdings, render_no_archive
from ui.samples import sample_questions

if TYPE_CHECKING:
    import gradio as gr


def lay_out(
    archive: Archive, store: Path, courtesy: Courtesy, own: OwnArticles | None = None
) -> None:
    """Lay out the conversation, or how to add articles where there are none.

    :param archive: what is asked.
    :param store: the folder of the store, named in the command lines.
    :param courtesy: is told of each question while it is answered.
    :param own: articles that browsers add, which are asked too.
    """
    import gradio as gr

    opened = archive.current()
    line = "" if opened.holdings is None else render_holdings(opened.holdings)
    gr.Markdown(f"# Pullquote\n\n{line}", elem_id="pq-masthead")
    there = opened.pipeline is not None
    if own is None and not there:
        gr.Markdown(render_no_archive(store), elem_id="pq-empty")
        return
    empty = gr.Markdown(render_no_archive(store, page_own.PATH), elem_id="pq-empty", visible=False)
    with gr.Column(visible=there, elem_id="pq-talk") as talk:
        samples = [] if opened.pipeline is None else sample_questions(opened.pipeline)
        scope = _lay_out_chat(archive, Keeper(store), samples, courtesy, own)
    if own is not None:
        page_own.greet(archive, own, empty, talk, scope)


def _lay_out_chat(
    archive: Archive,
    keeper: Keeper,
    samples: list[str],
    courtesy: Courtesy,
    own: OwnArticles | None,
) -> "gr.Radio":
    """The conversation, the box, the button, and what happens on Enter."""
    import gradio as gr

    def current(chosen: object, request: gr.Request) -> Opened:
        """What may be asked now: the archive, and the articles of this browser."""
        if own is None:
            return counted(archive.current(), courtesy)
        asked = own.current(page_own.whose(request), page_own.scope_of(chosen))
        return counted(asked, courtesy)

    new = page_history.lay_out_bar()
    # Messages live on the server: what the browser sends back is never taken for a message.
    earlier, answered, kept = gr.State([]), gr.State(None), gr.State(None)
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
    scope = page_own.lay_out_scope()
    with gr.Row(elem_id="pq-ask"):
        bar = filter_bar(archive)
        box = gr.Textbox(
            elem_id="pq-question",
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
        question: Any,
        messages: list[Message],
        chat: str | None,
        chosen: Any,
        request: gr.Request,
        *fields: Any,
    ) -> Iterator[tuple[Any, ...]]:
        opened, browser = current(chosen, request), page_own.whose(request)
        limits = bar.read(opened, fields)
        ask = partial(turn, outlets=opened.outlets, notice=opened.notice, almanac=opened.almanac)
        for view in ask(opened.pipeline, question, messages, bar=limits):
            view, chat = keeper.keep(view, browser, chat, opened.generation)
            shown = list(view.messages)
            yield shown, shown, chat, question if view.done else None

    def tidy(typed: Any, answered: Any) -> Any:
        # What was typed while the answer was on its way stays.
        return "" if typed == answered else gr.skip()

    def wait(request: gr.Request) -> Any:
        # A link from anywhere can bring a question along, so it is not asked by itself.
        linked = linked_question(request.query_params)
        return gr.skip() if linked is None else linked

    def pick(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def choose(
        said: Any,
        messages: list[Message],
        chat: str | None,
        chosen: Any,
        request: gr.Request,
        *fields: Any,
    ) -> Iterator[tuple[Any, ...]]:
        opened, browser = current(chosen, request), page_own.whose(request)
        limits, around = bar.less(opened, fields, said)
        told = (limits, opened.notice, opened.almanac)
        for view in again(opened.pipeline, said, messages, *told):
            view, chat = keeper.keep(view, browser, chat, opened.generation)
            shown = list(view.messages)
            yield shown, shown, chat, *around

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(None, wait, None, box, **quiet)
    chatbot.clear(lambda: ([], None), None, [earlier, kept], **quiet)
    pressed = bar.pressed.click(
        choose,
        [bar.said, earlier, kept, scope, *bar.fields],
        [chatbot, earlier, kept, *bar.shown],
        concurrency_id="answer",
        **quiet,
    )
    bar.follow(pressed)
    picked = chatbot.example_select(pick, None, box, **quiet)
    for start in (partial(gr.on, [box.submit, button.click]), picked.then):
        asked = start(
            take_turn,
            [box, earlier, kept, scope, *bar.fields],
            [chatbot, earlier, kept, answered],
            concurrency_id="answer",
            **quiet,
        )
        asked.then(tidy, [box, answered], box, **quiet)
        bar.follow(asked)
    page_article.lay_out(current, earlier)
    page_history.connect(current, keeper, new, chatbot, earlier, kept)
    page_feedback.lay_out(current, keeper, earlier)
    return scope
