"""The page with the conversation."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, cast

from ui import page_article, page_feedback, page_history, page_own, page_welcome
from ui.archive import Archive, Opened
from ui.chat import View, again, turn
from ui.conversation import Conversation, Standing
from ui.courtesy import Courtesy, counted
from ui.keeping import Keeper
from ui.linking import linked_question
from ui.own import OwnArticles
from ui.page_filters import FilterBar, filter_bar
from ui.page_frame import QUIET
from ui.render import render_no_archive

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
    there = opened.pipeline is not None
    head = gr.Markdown(page_welcome.masthead(opened), elem_id="pq-masthead")
    how = render_no_archive(store, None if own is None else page_own.PATH)
    # Whether a browser has articles of its own is known once it has opened the page.
    empty = gr.Markdown(how, elem_id="pq-empty", visible=own is None and not there)
    with gr.Column(visible=there, elem_id="pq-talk") as talk:
        offered = page_welcome.samples(opened)
        bar, scope, chatbot = _lay_out_chat(archive, Keeper(store), offered, courtesy, own)
    bar.follow(page_welcome.greet(archive, own, head, empty, talk, scope, chatbot))


def _lay_out_chat(
    archive: Archive,
    keeper: Keeper,
    samples: list[str],
    courtesy: Courtesy,
    own: OwnArticles | None,
) -> "tuple[FilterBar, gr.Radio, gr.Chatbot]":
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
    talk, ended = gr.State(Conversation()), gr.State(None)
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
        examples=cast(Any, page_welcome.examples(samples)),
    )
    scope = page_own.lay_out_scope()
    with gr.Row(elem_id="pq-ask"):
        bar = filter_bar(current)
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
        button = gr.Button(
            "Ask", variant="primary", scale=0, min_width=88, elem_id="pq-question-go"
        )
    with gr.Column(elem_classes="pq-wire"):
        told = gr.Markdown(elem_id="pq-answered")

    def take_turn(
        question: Any, talk: Conversation, chosen: Any, request: gr.Request, *fields: Any
    ) -> Iterator[tuple[Any, ...]]:
        opened, asked = current(chosen, request), talk.now
        limits = bar.read(opened, fields)
        ask = partial(turn, outlets=opened.outlets, notice=opened.notice, almanac=opened.almanac)
        views = ask(opened.pipeline, question, asked.messages, bar=limits)
        for shown, done in told_in(talk, asked, views, opened, request):
            yield shown, (asked.number, question if done else "")

    def told_in(
        talk: Conversation,
        asked: Standing,
        views: Iterator[View],
        opened: Opened,
        request: gr.Request,
    ) -> Iterator[tuple[Any, bool]]:
        """Keep what comes of a question, and show it where its conversation still is the one that
        the page shows."""
        chat, browser = asked.chat, page_own.whose(request)
        for view in views:
            view, chat = keeper.keep(view, browser, chat, opened.generation)
            here = talk.go_on(asked, view.messages, chat)
            yield list(view.messages) if here else gr.skip(), view.done

    def end(ended: tuple[int, str], talk: Conversation) -> tuple[Any, str]:
        """Tell the script that a question is done with, and bring back the newer conversation
        where the last of the answer came in at the same moment."""
        number, question = ended
        words = question.encode("utf-8", "ignore").hex()
        left = talk.now.number != number
        return list(talk.now.messages) if left else gr.skip(), f"{token_hex(4)} {words}"

    def wait(request: gr.Request) -> Any:
        # A link from anywhere can bring a question along, so it is not asked by itself.
        linked = linked_question(request.query_params)
        return gr.skip() if linked is None else linked

    def pick(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def choose(
        said: Any, talk: Conversation, chosen: Any, request: gr.Request, *fields: Any
    ) -> Iterator[tuple[Any, ...]]:
        opened, asked = current(chosen, request), talk.now
        limits, around = bar.less(opened, fields, said)
        told = (limits, opened.notice, opened.almanac)
        views = again(opened.pipeline, said, asked.messages, *told)
        for shown, _ in told_in(talk, asked, views, opened, request):
            yield shown, (asked.number, ""), *around

    gr.on(None, wait, None, box, **QUIET)
    chatbot.clear(lambda talk: talk.begin(), talk, None, **QUIET)
    answering: dict[str, Any] = {"concurrency_id": "answer", **QUIET}
    seen = [talk, scope, *bar.fields]
    pressed = bar.pressed.click(
        choose, [bar.said, *seen], [chatbot, ended, *bar.shown], **answering
    )
    picked = chatbot.example_select(pick, None, box, **QUIET)
    ways = (partial(gr.on, [box.submit, button.click]), picked.then)
    asked = [way(take_turn, [box, *seen], [chatbot, ended], **answering) for way in ways]
    for event in (pressed, *asked):
        event.then(end, [ended, talk], [chatbot, told], **QUIET)
        bar.follow(event)
    page_article.lay_out(current, talk)
    page_history.connect(current, keeper, new, chatbot, talk)
    page_feedback.lay_out(current, keeper, talk)
    return bar, scope, chatbot
