"""What the page of the conversation shows to whoever opens it, and from the first articles on."""

from typing import Any

from ui import page_own
from ui.archive import Archive, Opened
from ui.own import OwnArticles
from ui.page_frame import QUIET
from ui.render import render_holdings
from ui.samples import sample_questions

_LOOK_S = 3.0


def masthead(opened: Opened) -> str:
    """Say what the archive holds.

    :param opened: the archive as it is now.
    :returns: the name and a line, as Markdown.
    """
    line = "" if opened.holdings is None else render_holdings(opened.holdings)
    return f"# Pullquote\n\n{line}"


def samples(opened: Opened) -> list[str]:
    """Give questions to start with.

    :param opened: the archive as it is now.
    :returns: some where it is the sample archive, else none.
    """
    return [] if opened.pipeline is None else sample_questions(opened.pipeline)


def examples(questions: list[str]) -> list[dict[str, str]]:
    """Put questions as the chat component offers them.

    :param questions: to start with.
    :returns: one entry each.
    """
    return [{"text": question} for question in questions]


def greet(
    archive: Archive,
    own: OwnArticles | None,
    head: Any,
    empty: Any,
    talk: Any,
    scope: Any,
    chatbot: Any,
) -> Any:
    """Fit the page to the browser that opens it: a chat where there is something to ask, how to
    add articles where there is not, a choice where it has articles of its own. A page without a
    chat looks by itself whether there are articles now.

    :param archive: what is asked.
    :param own: articles that browsers add; None where they may not.
    :param head: the masthead.
    :param empty: how to add articles.
    :param talk: the conversation.
    :param scope: the choice of what is asked.
    :param chatbot: offers the questions to start with.
    :returns: the event of the page looking again.
    """
    import gradio as gr

    timer = gr.Timer(_LOOK_S, active=False)
    offered = archive.current().pipeline is not None

    def look(request: gr.Request) -> tuple[Any, ...]:
        opened = archive.current()
        mine = None if own is None else own.current(page_own.whose(request), "own").pipeline
        there = opened.pipeline is not None or mine is not None
        choice = opened.pipeline is not None and mine is not None
        new = not offered and opened.pipeline is not None
        return (
            masthead(opened),
            gr.update(visible=not there),
            gr.update(visible=there),
            gr.update(visible=choice),
            gr.update(examples=examples(samples(opened))) if new else gr.skip(),
            gr.update(active=not there),
        )

    shown = [head, empty, talk, scope, chatbot, timer]
    gr.on(None, look, None, shown, **QUIET)
    return timer.tick(look, None, shown, **QUIET)
