"""Earlier chats on the page: two buttons, and the wire to the script that lists and opens them."""

from typing import Any

from ui import shelf
from ui.browsers import owner
from ui.chat import Message
from ui.conversation import Conversation
from ui.keeping import Keeper
from ui.page_article import Current
from ui.page_frame import QUIET
from ui.wire import heard, reply


def lay_out_bar() -> Any:
    """Lay out the buttons.

    :returns: the one that begins a new chat.
    """
    import gradio as gr

    with gr.Row(elem_id="pq-chats"):
        gr.Button("Earlier chats", elem_id="pq-chats-open", scale=0, min_width=0)
        return gr.Button("New chat", elem_id="pq-chats-new", scale=0, min_width=0)


def connect(asked_of: Current, keeper: Keeper, new: Any, chatbot: Any, talk: Any) -> None:
    """Lay out the wire, and tie it and the buttons to the conversation.

    :param asked_of: gives what opens the articles that are quoted.
    :param keeper: of the chats.
    :param new: the button that begins a new chat.
    :param chatbot: shows the messages.
    :param talk: the state of the conversation.
    """
    import gradio as gr

    sent, told, send = wire("pq-history")

    def handle(said: Any, talk: Conversation, request: gr.Request) -> Any:
        asked, pipeline = heard(said), asked_of("both", request).pipeline
        found = shelf.answer(asked, browser_of(request), talk.now.chat, keeper, pipeline)
        written = reply(asked, found.told)
        if found.opened is None:
            return written, gr.skip()
        talk.begin(found.opened, found.chat)
        return written, [*found.opened]

    def anew(talk: Conversation) -> list[Message]:
        talk.begin()
        return []

    new.click(anew, talk, chatbot, **QUIET)
    send.click(handle, [sent, talk], [told, chatbot], trigger_mode="multiple", **QUIET)


def wire(name: str) -> tuple[Any, Any, Any]:
    """Lay out what a script speaks through: it fills the first box, presses the button and reads
    the answer in the second box. None of it is seen, or reached by a key.

    :param name: begins the element ids.
    :returns: the box of what it sent, the box of what it is told, the button.
    """
    import gradio as gr

    with gr.Column(elem_classes="pq-wire"):
        sent = gr.Textbox(elem_id=f"{name}-sent", label="sent", max_length=20_000)
        told = gr.Textbox(elem_id=f"{name}-told", label="told", interactive=True)
        send = gr.Button("send", elem_id=f"{name}-send")
    return sent, told, send


def browser_of(request: Any) -> str | None:
    """Name the browser of an event.

    :param request: as Gradio hands it to a handler.
    :returns: its owner name; None for a program.
    """
    return owner({"cookie": request.headers.get("cookie", "")})
