"""The panel beside the conversation, in which a whole article can be read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ui.archive import Opened
from ui.article_panel import render_panel
from ui.conversation import Conversation

if TYPE_CHECKING:
    import gradio as gr


Current = Callable[[Any, "gr.Request"], Opened]
"""What may be asked now: by the choice of what is asked, and the browser that chose."""


def lay_out(current: Current, talk: "gr.State") -> None:
    """Lay out the panel, closed. The script of the page opens it, and sends the name of a quote.

    :param current: gives where articles are looked up.
    :param talk: the state of the conversation.
    """
    import gradio as gr

    with gr.Column(elem_id="pq-panel"):
        gr.Button("Close", elem_id="pq-panel-close", size="sm", min_width=0)
        text = gr.Markdown(elem_id="pq-panel-text", sanitize_html=True, latex_delimiters=[])
    name = gr.Textbox(
        elem_id="pq-panel-name", elem_classes="pq-hidden", container=False, label="Which quote"
    )
    wanted = gr.Button("Open", elem_id="pq-panel-open", elem_classes="pq-hidden")

    def open_article(name: Any, talk: Conversation, request: gr.Request) -> str:
        return render_panel(current("both", request).pipeline, name, talk.now.messages)

    wanted.click(
        open_article,
        [name, talk],
        text,
        concurrency_id="article",
        show_progress="hidden",
        api_visibility="private",
    )
