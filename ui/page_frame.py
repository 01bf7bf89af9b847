"""What all pages share: the way between them, the masthead, and how a link tells the server."""

from collections.abc import Container
from typing import Any

from ui.words import escape

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def navigation() -> None:
    """Name the pages at the top of the one that is being laid out."""
    from gradio.components import Navbar

    Navbar(main_page_name="Chat")


def masthead(line: str) -> None:
    """Lay out the name and the navigation over a page.

    :param line: what the page is, in plain words.
    """
    import gradio as gr

    navigation()
    gr.Markdown(f"# Pullquote\n\n{escape(line)}", elem_id="pq-masthead")


def followed(name: str) -> tuple[Any, Any]:
    """Lay out what a link of the kind ``#pq-…`` tells the server by when it is clicked on. It is on
    the page, but not to be seen.

    :param name: of the box, for tests.
    :returns: a text box that gets the target of the link, to be read with :func:`target`, and a
        button that is clicked on then.
    """
    import gradio as gr

    box = gr.Textbox(elem_id=name, elem_classes=["pq-followed"], label="Link", max_lines=1)
    return box, gr.Button("Follow", elem_id=f"{name}-go", elem_classes=["pq-follow"])


def target(sent: object, kinds: Container[str]) -> tuple[str, int] | None:
    """Read which link was clicked on.

    :param sent: whatever the browser sent.
    :param kinds: of links that the page has.
    :returns: the kind and the number in it; None for anything else.
    """
    if not isinstance(sent, str) or len(sent) > 80:
        return None
    kind, _, number = sent.rpartition("-")
    if kind not in kinds or not (number.isascii() and number.isdecimal() and len(number) < 16):
        return None
    return kind, int(number)
