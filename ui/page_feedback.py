"""Feedback on the page: the wire to the script that puts a row of buttons under each answer."""

from typing import Any

from ui.conversation import Conversation
from ui.judging import judge
from ui.keeping import Keeper
from ui.page_article import Current
from ui.page_history import browser_of, wire
from ui.wire import heard, reply


def lay_out(asked_of: Current, keeper: Keeper, talk: Any) -> None:
    """Lay out the wire.

    :param asked_of: gives what opens the articles in which words are selected.
    :param keeper: of the feedback.
    :param talk: the state of the conversation.
    """
    import gradio as gr

    sent, told, send = wire("pq-feedback")

    def handle(said: Any, talk: Conversation, request: gr.Request) -> str:
        asked, pipeline = heard(said), asked_of("both", request).pipeline
        said_here, browser = talk.now.messages, browser_of(request)
        return reply(asked, judge(asked, browser, said_here, keeper.feedback, pipeline))

    send.click(
        handle,
        [sent, talk],
        told,
        trigger_mode="multiple",
        show_progress="hidden",
        api_visibility="private",
    )
