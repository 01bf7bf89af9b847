"""The server of the browser chat. Only this module and the pages (``page_*.py``) import Gradio."""

import logging
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import InputError, PullquoteError
from qa.settings import Settings
from ui import page_api, page_archive, page_chat, page_evaluation, page_frame, page_own
from ui.api import Api
from ui.archive import Archive, StoreArchive
from ui.calls import in_order
from ui.courtesy import Courtesy
from ui.guard import Rules, guarded_lifespan
from ui.hosts import Hosts, check_open_to_others, is_loopback
from ui.login import Login
from ui.machine import check_address, prepare_environment
from ui.own import OwnArticles
from ui.passwords import FILE_VARIABLE, VARIABLE, Password, take_password
from ui.queueing import keep_going
from ui.routes import Routes
from ui.tools import Tools, require_mcp
from ui.uploads import REQUEST_MB, swept

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp

_STYLES = Path(__file__).with_name("style")
_SCRIPTS = Path(__file__).with_name("script")

_GRACE = 2.0

_log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    announce: Callable[[str], None] = _log.info,
    uploads: bool = True,
    mcp: bool = False,
) -> None:
    """Open the chat and keep it open until Ctrl-C, which passes through as KeyboardInterrupt.

    :param settings: where the store is and how to answer.
    :param host: an address of this machine; one that others can reach needs a password, taken from
        ``PULLQUOTE_PASSWORD`` or the file that ``PULLQUOTE_PASSWORD_FILE`` names.
    :param port: a free port.
    :param open_browser: whether to open a browser window on it.
    :param announce: is told the address once the page can be opened, and of a rebuilt cache.
    :param uploads: whether browsers may add articles of their own.
    :param mcp: whether to offer the calls for programs as MCP tools, too.
    :raises InputError: the port is taken, the host is another machine's, there is no password, or
        the package for MCP is not installed.
    :raises StoreError: the store is damaged or was built with another encoder.
    """
    password = take_password(os.environ)
    _check_address(host, port, password)
    if mcp:
        require_mcp()
    os.umask(0o077)
    with tempfile.TemporaryDirectory(prefix="pullquote-") as scratch:
        prepare_environment(os.environ, Path(scratch))
        archive = StoreArchive(settings, announce)
        own = OwnArticles(settings, archive, archive.models) if uploads else None
        app = build_app(archive, settings.store, own, uploads)
        tools = Tools(Api(archive)) if mcp else None
        try:
            url = launch(
                app, settings.store, host, port, open_browser, password, uploads, tools=tools
            )
            _warm_up(archive)
            announce(f"Pullquote is at {url}")
            with swept(Path(scratch)):
                _wait()
        finally:
            _close(app)
            if own is not None:
                own.desk.close()


def build_app(
    archive: Archive, store: Path, own: OwnArticles | None = None, files: bool = True
) -> "gr.Blocks":
    """Lay out the pages.

    :param archive: what is asked; it may have no articles yet.
    :param store: the folder of the store, named in the command lines.
    :param own: articles that browsers add; None where they may not.
    :param files: whether browsers may give question sets.
    :returns: the pages, not yet launched.
    """
    import gradio as gr

    app = gr.Blocks(title="Pullquote", analytics_enabled=False, delete_cache=(60, 600))
    courtesy = Courtesy()
    with app:
        page_frame.navigation()
        page_chat.lay_out(archive, store, courtesy, own)
        page_api.offer(Api(archive))
    with app.route("Archive", "/archive") as page:
        page_archive.lay_out(page, store)
    if own is not None:
        own.sweep()
        with app.route("Your articles", page_own.PATH):
            page_own.lay_out(own)
    with app.route("Evaluation", "/evaluation") as page:
        page_evaluation.lay_out(page, archive, store, courtesy, files)
    app.queue(max_size=64, default_concurrency_limit=2, api_open=False)
    keep_going(app._queue)
    return app


def launch(
    app: "gr.Blocks",
    store: Path,
    host: str,
    port: int,
    open_browser: bool = False,
    password: Password | None = None,
    uploads: bool = False,
    tools: Tools | None = None,
) -> str:
    """Start serving a page in the background, behind the guard, every setting on the safe side.

    :param app: the page.
    :param store: a folder that is never served.
    :param host: an address of this machine.
    :param port: a free port.
    :param open_browser: whether to open a browser window on it.
    :param password: what everyone is asked for; None asks for nothing.
    :param uploads: whether the page takes files.
    :param tools: the calls for programs as MCP tools; None offers none.
    :returns: its address.
    :raises InputError: the port was taken in the meantime.
    """
    pages = frozenset(f"/{route}" for route, *_ in app.pages)
    rules = Rules(Hosts(host, port), Routes(pages, uploads, tools is not None))
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
            max_file_size=f"{REQUEST_MB}mb" if uploads else "1kb",
            state_session_capacity=200,
            max_threads=8,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            strict_cors=True,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            num_workers=0,
            app_kwargs={
                "docs_url": None,
                "redoc_url": None,
                "openapi_url": None,
                "lifespan": guarded_lifespan(rules, login, _for_programs(tools)),
            },
            theme=_theme(),
            css_paths=sorted(_STYLES.glob("*.css")),
            head=_head(),
        )
    except OSError as error:
        raise InputError(f"Port {port} on {host} is taken. Pass --port N.") from error
    return str(url)


def _for_programs(
    tools: Tools | None,
) -> "Callable[[ASGIApp], AbstractAsyncContextManager[ASGIApp]]":
    """What programs need between the guard and Gradio."""
    around: Callable[[ASGIApp], AbstractAsyncContextManager[ASGIApp]]
    around = nullcontext if tools is None else tools.around
    return lambda app: around(in_order(app))


def _head() -> str:
    """The scripts of the pages, which stand in the pages themselves: what Gradio's own events carry
    as text would have to be evaluated, and the guard forbids that."""
    scripts = [path.read_text(encoding="utf-8") for path in sorted(_SCRIPTS.glob("*.js"))]
    return "".join(f"<script>{script}</script>" for script in scripts)


def _theme() -> Any:
    """Ink on paper, with the sans that comes with Gradio."""
    import gradio as gr

    return gr.themes.Base(
        primary_hue="red",
        neutral_hue="stone",
        # Bold, because the semi-bold that comes with Gradio holds no Latin letters.
        font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "sans-serif"],
    )


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


def _warm_up(archive: Archive) -> None:
    """Ask one question, so that the first one of a person does not wait for the models."""
    pipeline = archive.current().pipeline
    try:
        if pipeline is not None:
            pipeline.answer("What is the news?")
    except PullquoteError:
        _log.exception("A first question could not be answered")


def _close(app: "gr.Blocks") -> None:
    """Stop serving. Open pages hold connections for ever: they get two seconds for what is on its
    way to them, and are then cut off, about which the server would complain at length."""
    server = getattr(app, "server", None)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
    forced = threading.Timer(_GRACE, setattr, (server, "force_exit", True))
    forced.daemon = True
    forced.start()
    app.close(verbose=False)
    forced.cancel()


def _wait() -> None:
    """Sleep until the process is interrupted."""
    forever = threading.Event()
    while not forever.wait(1.0):
        pass
