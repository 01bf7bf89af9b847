"""The browser chat: the only module that imports Gradio."""

import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import InputError
from qa.settings import Settings
from ui.chat import Answering, Message, again, turn
from ui.guard import Rules, guarded_lifespan
from ui.hosts import Hosts, check_open_to_others, is_loopback
from ui.login import Login
from ui.machine import check_address, prepare_environment
from ui.passwords import FILE_VARIABLE, VARIABLE, Password, take_password
from ui.render import Holdings, render_holdings, render_no_archive
from ui.routes import Routes
from ui.samples import sample_questions

if TYPE_CHECKING:
    import gradio as gr

_STYLE = Path(__file__).with_name("style.css")
_SCRIPT = Path(__file__).with_name("script.js")

_log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    announce: Callable[[str], None] = _log.info,
) -> None:
    """Open the chat and keep it open until Ctrl-C, which passes through as KeyboardInterrupt.

    :param settings: where the store is and how to answer.
    :param host: an address of this machine; one that others can reach needs a password, taken from
        ``PULLQUOTE_PASSWORD`` or the file that ``PULLQUOTE_PASSWORD_FILE`` names.
    :param port: a free port.
    :param open_browser: whether to open a browser window on it.
    :param announce: is told the address once the page can be opened, and of a rebuilt cache.
    :raises InputError: the port is taken, the host is another machine's, or there is no password.
    :raises StoreError: the store is damaged or was built with another encoder.
    """
    password = take_password(os.environ)
    _check_address(host, port, password)
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="pullquote-") as scratch:
        prepare_environment(os.environ, Path(scratch))
        pipeline, holdings = _open_archive(settings, announce)
        app = build_app(pipeline, settings.store, holdings)
        try:
            url = launch(app, settings.store, host, port, open_browser, password)
            announce(f"Pullquote is at {url}")
            _wait()
        finally:
            app.close(verbose=False)


def build_app(
    pipeline: Answering | None, store: Path, holdings: Holdings | None = None
) -> "gr.Blocks":
    """Lay out the page.

    :param pipeline: what answers; None when there are no articles yet.
    :param store: the folder of the store, named in the command lines.
    :param holdings: what is in the archive, for the line under the title.
    :returns: the page, not yet launched.
    """
    import gradio as gr

    app = gr.Blocks(title="Pullquote", analytics_enabled=False, delete_cache=(60, 600))
    with app:
        line = "" if holdings is None else render_holdings(holdings)
        gr.Markdown(f"# Pullquote\n\n{line}", elem_id="pq-masthead")
        if pipeline is None:
            gr.Markdown(render_no_archive(store), elem_id="pq-empty")
        else:
            outlets = () if holdings is None else holdings.outlets
            _lay_out_chat(pipeline, sample_questions(pipeline), outlets)
    app.queue(max_size=64, default_concurrency_limit=2, api_open=False)
    return app


def launch(
    app: "gr.Blocks",
    store: Path,
    host: str,
    port: int,
    open_browser: bool = False,
    password: Password | None = None,
    uploads: bool = False,
    mcp: bool = False,
) -> str:
    """Start serving a page in the background, behind the guard, every setting on the safe side.

    :param app: the page.
    :param store: a folder that is never served.
    :param host: an address of this machine.
    :param port: a free port.
    :param open_browser: whether to open a browser window on it.
    :param password: what everyone is asked for; None asks for nothing.
    :param uploads: whether the page takes files.
    :param mcp: whether to offer the named endpoints as MCP tools.
    :returns: its address.
    :raises InputError: the port was taken in the meantime.
    """
    pages = frozenset(f"/{route}" for route, *_ in app.pages)
    rules = Rules(Hosts(host, port), Routes(pages, uploads, mcp))
    login = None if password is None else Login(password, port)
    try:
        _, url, _ = app.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=port,
            inbrowser=open_browser,
            prevent_thread_lock=True,
            quiet=True,
            share=False,
            show_error=False,
            allowed_paths=[],
            blocked_paths=[str(store.resolve())],
            max_file_size="5mb" if uploads else "1kb",
            state_session_capacity=200,
            max_threads=8,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            strict_cors=True,
            ssr_mode=False,
            pwa=False,
            mcp_server=mcp,
            num_workers=0,
            app_kwargs={
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
                "lifespan": guarded_lifespan(rules, login),
            },
            theme=_theme(),
            css_paths=_STYLE,
            head=f"<script>{_SCRIPT.read_text(encoding='utf-8')}</script>",
        )
    except OSError as error:
        raise InputError(f"Port {port} on {host} is taken. Pass --port N.") from error
    return str(url)


def _lay_out_chat(pipeline: Answering, samples: list[str], outlets: Sequence[str] = ()) -> None:
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

    def take_turn(question: Any, messages: list[Message]) -> Iterator[tuple[Any, ...]]:
        for view in turn(pipeline, question, messages, outlets):
            shown = list(view.messages)
            yield shown, shown, question if view.done else None

    def tidy(typed: Any, answered: Any) -> Any:
        # What was typed while the answer was on its way stays.
        return "" if typed == answered else gr.skip()

    def pick(event: gr.SelectData) -> str:
        return str(event.value["text"])

    def choose(event: gr.SelectData, messages: list[Message]) -> Iterator[tuple[Any, ...]]:
        for view in again(pipeline, event.value, messages, outlets):
            shown = list(view.messages)
            yield shown, shown

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    chatbot.clear(list, None, earlier, **quiet)
    chatbot.option_select(choose, [earlier], [chatbot, earlier], concurrency_id="answer", **quiet)
    picked = chatbot.example_select(pick, None, box, **quiet)
    for start in (partial(gr.on, [box.submit, button.click]), picked.then):
        asked = start(
            take_turn,
            [box, earlier],
            [chatbot, earlier, answered],
            concurrency_id="answer",
            **quiet,
        )
        asked.then(tidy, [box, answered], box, **quiet)


def _theme() -> Any:
    """Ink on paper, with the sans that comes with Gradio."""
    import gradio as gr

    return gr.themes.Base(
        primary_hue="red",
        neutral_hue="stone",
        # Bold, because the semi-bold that comes with Gradio holds no Latin letters.
        font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "sans-serif"],
    )


def _open_archive(
    settings: Settings, warn: Callable[[str], None]
) -> tuple[Answering | None, Holdings | None]:
    """The pipeline and what it holds; nothing when there are no articles yet."""
    from qa.pipeline import build_pipeline
    from qa.schema import FILE
    from qa.store import Store

    if not (settings.store / FILE).is_file():
        return None, None
    with Store.open(settings.store).catalog() as catalog:
        found = catalog.summary()
    if not found.articles:
        return None, None
    outlets = tuple(name for name, _ in found.sources if name is not None)
    holdings = Holdings(found.articles, outlets, found.first_date, found.last_date)
    return build_pipeline(settings, warn), holdings


def _check_address(host: str, port: int, password: Password | None) -> None:
    """Make sure that the chat can and may be opened at an address."""
    if is_loopback(host):
        check_address(host, port)
        return
    if password is None:
        raise InputError(
            f"Host {host} can be reached by others, so it needs a password. Set {VARIABLE}, or "
            f"{FILE_VARIABLE} to the path of a file that holds it, or pass --host 127.0.0.1."
        )
    check_open_to_others(host, port)


def _wait() -> None:
    """Sleep until the process is interrupted."""
    forever = threading.Event()
    while not forever.wait(1.0):
        pass
