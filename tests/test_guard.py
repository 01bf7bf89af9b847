"""The request guard: tables of requests, and a real server behind it."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from browsing import chromium_browser, free_port
from made_answers import MadeArchive, MadePipeline
from qa.errors import InputError
from qa.settings import Settings
from ui.app import build_app, launch, serve
from ui.archive import Opened
from ui.guard import Guard, Rules
from ui.hosts import Hosts, check_open_to_others, is_loopback
from ui.limits import Bucket, Lockout, network
from ui.login import Login
from ui.machine import prepare_environment
from ui.passwords import Password, take_password
from ui.routes import Routes

HERE = "127.0.0.1:7860"
RULES = Rules(Hosts("127.0.0.1", 7860), Routes(frozenset({"/", "/archive"})))
WORDS = "correct horse battery"
PASSWORD = Password.of(WORDS, b"0" * 16)


def status(method: str, path: str, **headers: str) -> int:
    """The code of the refusal, or 200."""
    given = {"host": HERE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    refusal = RULES.refuse(method, path, given)
    return 200 if refusal is None else refusal.status


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("127.0.0.1:7860", True),
        ("localhost", True),
        ("LocalHost:9000", True),
        ("[::1]:7860", True),
        ("evil.example", False),
        ("evil.example:7860", False),
        ("127.0.0.1.evil.example:7860", False),
        ("localhost.evil.example", False),
        ("evil.example@127.0.0.1:7860", False),
        ("127.0.0.1:7860@evil.example", False),
        ("127.0.0.1, evil.example", False),
        ("0.0.0.0:7860", False),
        ("192.0.2.7:7860", False),
        ("::1", False),
        ("127.0.0.1:", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_names_of_this_machine_are_known(header: str | None, known: bool) -> None:
    assert Hosts("127.0.0.1", 7860).know(header) is known


@pytest.mark.parametrize(
    ("host", "header", "known"),
    [
        ("192.0.2.7", "192.0.2.7:7860", True),
        ("192.0.2.7", "192.0.2.7:7861", False),
        ("192.0.2.7", "192.0.2.8:7860", False),
        ("News.local", "news.local:7860", True),
        ("0.0.0.0", "192.0.2.7:7860", True),
        ("0.0.0.0", "rebound.example:7860", False),
        ("::", "[2001:db8::7]:7860", True),
    ],
)
def test_a_host_of_the_network_goes_by_its_own_address(host: str, header: str, known: bool) -> None:
    assert Hosts(host, 7860).know(header) is known
    assert Hosts(host, 7860).know("localhost:7860")


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 200),
        ("GET", "/archive/", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 200),
        ("GET", "/", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, 403),
        ("POST", "/", {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, 403),
        ("GET", "/config", {"sec_fetch_site": "cross-site"}, 403),
        ("GET", "/config", {"sec_fetch_site": "same-site"}, 403),
        ("GET", "/config", {"sec_fetch_site": "same-origin"}, 200),
        ("GET", "/config", {"sec_fetch_site": "none"}, 200),
        ("GET", "/config", {"origin": "http://evil.example"}, 403),
        ("POST", "/gradio_api/queue/join", {}, 200),
        ("POST", "/gradio_api/queue/join", {"origin": "http://127.0.0.1:7860"}, 200),
        ("POST", "/gradio_api/queue/join", {"origin": "https://127.0.0.1:7860"}, 200),
        ("POST", "/gradio_api/queue/join", {"origin": "http://127.0.0.1:7861"}, 403),
        ("POST", "/gradio_api/queue/join", {"origin": "http://localhost:7860"}, 403),
        ("POST", "/gradio_api/queue/join", {"origin": "null"}, 403),
        ("POST", "/gradio_api/queue/join", {"origin": ""}, 403),
        (
            "POST",
            "/gradio_api/queue/join",
            {"origin": "http://127.0.0.1:7860", "sec_fetch_site": "cross-site"},
            403,
        ),
        ("POST", "/gradio_api/queue/join", {"host": "evil.example"}, 400),
        ("GET", "/", {"host": "evil.example"}, 400),
        ("OPTIONS", "/gradio_api/queue/join", {}, 405),
        ("PUT", "/", {}, 405),
        ("POST", "/gradio_api/queue/join", {"content_length": "262144"}, 200),
        ("POST", "/gradio_api/queue/join", {"content_length": "262145"}, 413),
        ("POST", "/gradio_api/queue/join", {"content_length": "9" * 5000}, 413),
        ("POST", "/gradio_api/queue/join", {"content_length": "-1"}, 413),
    ],
)
def test_a_request_is_judged_by_its_head(
    method: str, path: str, headers: dict[str, str], expected: int
) -> None:
    assert status(method, path, **headers) == expected


OPEN = [
    "/",
    "/archive",
    "/archive/",
    "/config",
    "/theme.css",
    "/favicon.ico",
    "/assets/index.js",
    "/static/img/logo.svg",
    "/gradio_api/info",
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/heartbeat/a1b2",
    "/gradio_api/cancel",
    "/gradio_api/reset",
    "/gradio_api/call/ask",
    "/gradio_api/call/ask/0a-1b",
    "/gradio_api/call/v2/ask",
    "/gradio_api/call/search",
    "/gradio_api/call/article",
    "/gradio_api/file=/tmp/gradio/a.txt",
    "/gradio_api/startup-events",
]
CLOSED = [
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/key",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/gradio_api/runs",
    "/gradio_api/run-history/records",
    "/gradio_api/vibe-edit",
    "/gradio_api/vibe-code",
    "/gradio_api/undo-vibe-edit",
    "/gradio_api/proxy=http://192.0.2.1/",
    "/gradio_api/dev/reload",
    "/gradio_api/deep_link",
    "/gradio_api/mcp",
    "/gradio_api/mcp/",
    "/gradio_api/process_recording",
    "/gradio_api/stream/x",
    "/gradio_api/run/ask",
    "/gradio_api/api/ask",
    "/gradio_api/token",
    "/gradio_api/component_server",
    "/gradio_api/component_server/",
    "/gradio_api/custom_component/1/client/component/index.js",
    "/gradio_api/file/etc/passwd",
    "/gradio_api/file=http://192.0.2.1/a",
    "/gradio_api/file=etc/passwd",
    "/gradio_api/file=",
    "/gradio_api/file=/tmp/../etc/passwd",
    "/assets/../../secret",
    "/assets\\..\\secret",
    "/static/..",
    "/gradio_api/call/like",
    "/gradio_api/call/ask_2",
    "/gradio_api/call/v2/tidy",
    "/gradio_api/upload",
    "/gradio_api/upload_progress",
    "/gradio_api/profiling/traces",
    "/pwa_icon",
    "/other",
    "//config",
    "/gradio_api/openapi.json",
    "/gradio_api",
    "/gradio_api/",
]


@pytest.mark.parametrize("path", OPEN)
def test_what_the_page_and_programs_need_is_open(path: str) -> None:
    assert status("GET", path) == 200


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_is_closed(path: str) -> None:
    assert status("GET", path) == 404
    assert status("POST", path) == 404


def test_uploads_and_tools_open_only_when_they_are_wanted() -> None:
    routes = Routes(uploads=True, mcp=True)
    assert routes.is_open("/gradio_api/upload")
    assert routes.is_open("/gradio_api/mcp/")
    assert routes.limit("/gradio_api/upload") == 20 * 1024 * 1024
    assert routes.limit("/gradio_api/upload_progress") == 20 * 1024 * 1024
    assert routes.limit("/gradio_api/queue/join") == 256 * 1024


def test_an_upload_of_another_site_is_refused() -> None:
    rules = Rules(Hosts("127.0.0.1", 7860), Routes(uploads=True))
    own = {"host": HERE, "origin": f"http://{HERE}", "sec-fetch-site": "same-origin"}
    assert rules.refuse("POST", "/gradio_api/upload", own) is None
    for foreign in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        refusal = rules.refuse("POST", "/gradio_api/upload", own | foreign)
        assert refusal is not None
        assert refusal.status == 403


async def swallow(scope: Any, receive: Any, send: Any) -> None:
    """An application that reads the whole body and then answers."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        headers = [(b"access-control-allow-origin", b"*"), (b"content-disposition", b"inline")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})


def through(
    path: str, body: Any = None, login: Login | None = None, **request: Any
) -> httpx.Response:
    """Send one request through a guard around ``swallow``."""

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(swallow, RULES, login))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HERE}") as client:
            method = request.pop("method", "GET" if body is None else "POST")
            return await client.request(method, path, content=body, **request)

    return asyncio.run(run())


async def pieces(count: int) -> Any:
    for _ in range(count):
        yield b"x" * 1024


def test_a_body_without_a_stated_length_is_counted_as_it_comes() -> None:
    assert through("/gradio_api/queue/join", pieces(256)).status_code == 200
    refused = through("/gradio_api/queue/join", pieces(257))
    assert (refused.status_code, refused.text) == (
        413,
        "This is more than Pullquote takes at once.\n",
    )


def test_every_reply_carries_the_headers_and_none_of_other_origins() -> None:
    for reply in (through("/"), through("/monitoring")):
        assert "default-src 'self'; script-src 'self'" in reply.headers["content-security-policy"]
        assert "unsafe-eval" not in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"
        assert reply.headers["cross-origin-opener-policy"] == "same-origin"
        assert "access-control-allow-origin" not in reply.headers


def test_a_file_is_saved_never_shown() -> None:
    reply = through("/gradio_api/file=/tmp/gradio/a.txt")
    assert reply.headers["content-disposition"] == "attachment"
    assert reply.headers["cache-control"] == "no-store"


def test_websockets_are_closed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(swallow, RULES)({"type": "websocket", "path": "/"}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    bucket = Bucket(rate=2, burst=3, clock=lambda: now[0])
    assert [bucket.take("a") for _ in range(4)] == [True, True, True, False]
    assert bucket.take("b")
    now[0] = 0.5
    assert [bucket.take("a"), bucket.take("a")] == [True, False]


def test_an_address_is_locked_out_for_longer_each_time_and_others_are_not() -> None:
    now = [0.0]
    lockout = Lockout(tries=2, first=60, longest=200, clock=lambda: now[0])
    assert [lockout.attempt("a"), lockout.attempt("a"), lockout.attempt("a")] == [0, 0, 60]
    assert lockout.attempt("b") == 0
    for pause in (60, 120, 200, 200):
        now[0] += pause - 1
        assert lockout.attempt("a") == 1
        now[0] += 1
        assert lockout.attempt("a") == 0
    lockout.forgive("a")
    assert [lockout.attempt("a"), lockout.attempt("a")] == [0, 0]
    now[0] += 86_401
    assert [lockout.attempt("a"), lockout.attempt("a"), lockout.attempt("a")] == [0, 0, 60]


def test_addresses_of_one_household_count_as_one() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:2") == "2001:db8::/64"
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("testclient") == "testclient"


def test_a_password_is_kept_as_a_hash() -> None:
    assert PASSWORD.matches(WORDS)
    assert not PASSWORD.matches(WORDS + " ")
    assert not PASSWORD.matches("")
    assert not PASSWORD.matches("x" * 2_000)
    assert WORDS not in repr(PASSWORD) + str(PASSWORD)
    assert Password.parse(str(PASSWORD)) == PASSWORD
    assert Password.of(WORDS) != Password.of(WORDS)


@pytest.mark.parametrize(
    "text", ["", "short", "x" * 1025, "scrypt$", "scrypt$eA==$eA==", "scrypt$!$a$"]
)
def test_a_password_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(InputError, match=r"password|PULLQUOTE_PASSWORD"):
        Password.parse(text)


def test_the_password_leaves_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{WORDS}\nmore\n", encoding="utf-8")
    for given in ({"PULLQUOTE_PASSWORD": WORDS}, {"PULLQUOTE_PASSWORD_FILE": str(path)}):
        environ = {**given, "OTHER": "1"}
        password = take_password(environ)
        assert password is not None
        assert password.matches(WORDS)
        assert environ == {"OTHER": "1"}
    assert take_password({}) is None
    with pytest.raises(InputError, match=r"cannot be read\. Correct PULLQUOTE_PASSWORD_FILE"):
        take_password({"PULLQUOTE_PASSWORD_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "news.example"])
def test_a_host_that_others_can_reach_needs_a_password(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULLQUOTE_PASSWORD", raising=False)
    with pytest.raises(InputError) as raised:
        serve(Settings(), host, free_port())
    assert str(raised.value) == (
        f"Host {host} can be reached by others, so it needs a password. Set PULLQUOTE_PASSWORD, or "
        "PULLQUOTE_PASSWORD_FILE to the path of a file that holds it, or pass --host 127.0.0.1."
    )


def test_a_host_that_is_not_here_or_a_taken_port_is_one_line() -> None:
    import socket

    with pytest.raises(InputError, match=r"Host 192\.0\.2\.7 is no address of this machine"):
        check_open_to_others("192.0.2.7", free_port())
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} on 0\.0\.0\.0 is taken"):
            check_open_to_others("0.0.0.0", port)
    assert [is_loopback(host) for host in ("localhost", "127.0.0.9", "[::1]", "0.0.0.0", "x")] == [
        *(True, True, True, False, False)
    ]


def logged_in(login: Login) -> str:
    reply = through("/login", b"username=x&password=correct+horse+battery", login)
    assert reply.status_code == 200
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return cookie.partition(";")[0]


def test_without_the_cookie_a_page_leads_to_the_login_and_the_rest_is_401() -> None:
    login = Login(PASSWORD, 7860)
    page = through("/", login=login, headers={"accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    for path in (
        "/config",
        "/gradio_api/info",
        "/gradio_api/heartbeat/a",
        "/gradio_api/queue/data",
    ):
        assert through(path, login=login).status_code == 401, path
    assert through("/gradio_api/queue/join", b"{}", login).status_code == 401


def test_the_cookie_of_the_password_lets_in_until_it_ends() -> None:
    now = [1_000.0]
    login = Login(PASSWORD, 7860, clock=lambda: now[0])
    cookie = logged_in(login)
    assert through("/config", login=login, headers={"cookie": cookie}).status_code == 200
    forged = cookie.replace("=44200.", "=99999.")
    assert forged != cookie
    for other in (forged, cookie[:-1], "pullquote-7860=", "pullquote-7861=x", '"'):
        assert through("/config", login=login, headers={"cookie": other}).status_code == 401
    now[0] += 12 * 3600
    assert through("/config", login=login, headers={"cookie": cookie}).status_code == 401
    other_server = Login(PASSWORD, 7860, clock=lambda: 1_000.0)
    assert through("/config", login=other_server, headers={"cookie": cookie}).status_code == 401


def test_five_wrong_passwords_lock_an_address_out_even_of_the_right_one() -> None:
    now = [0.0]
    login = Login(PASSWORD, 7860, Lockout(clock=lambda: now[0]))
    wrong = [b"password=wrong", b"", b"password=" + b"x" * 9_000, b"\xff", b"a=1&" * 50]
    assert [through("/login", body, login).status_code for body in wrong] == [401] * 5
    locked = through("/login", b"password=correct+horse+battery", login)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "60")
    now[0] = 60
    logged_in(login)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Endpoints for this machine alone; with a password on every address; a page with one."""
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        apps = [endpoint(), endpoint(), build_app(MadeArchive(Opened(MadePipeline())), scratch)]
        yield {
            "own": launch(apps[0], scratch, "127.0.0.1", free_port()),
            "shared": launch(apps[1], scratch, "0.0.0.0", free_port(), password=PASSWORD),
            "page": launch(apps[2], scratch, "127.0.0.1", free_port(), password=PASSWORD),
        }
        for app in apps:
            app.close(verbose=False)


def endpoint() -> Any:
    """A page of nothing but an endpoint for programs."""
    import gradio as gr

    def ask(question: str) -> dict[str, str]:
        return {"question": question}

    with gr.Blocks(analytics_enabled=False) as app:
        gr.api(ask, api_name="ask")
    return app


def test_the_guard_lies_outside_of_everything_of_gradios(guarded: dict[str, str]) -> None:
    url = guarded["own"]
    origin = {"origin": "http://evil.example"}
    asked = {**origin, "access-control-request-method": "POST"}
    preflight = httpx.options(f"{url}gradio_api/queue/join", headers=asked, trust_env=False)
    refused = httpx.post(f"{url}gradio_api/queue/join", headers=origin, trust_env=False)
    rebound = httpx.get(url, headers={"host": "evil.example"}, trust_env=False)
    assert [preflight.status_code, refused.status_code, rebound.status_code] == [405, 403, 400]
    for reply in (preflight, refused, rebound):
        assert not [name for name in reply.headers if name.startswith("access-control")]


def test_gradio_client_works_through_the_guard(guarded: dict[str, str]) -> None:
    from gradio_client import Client

    client = Client(guarded["own"], verbose=False, analytics_enabled=False)
    assert client.predict("Where?", api_name="/ask") == {"question": "Where?"}
    assert "/ask" in client.view_api(return_format="dict")["named_endpoints"]
    client.close()


def test_gradio_client_logs_in_with_the_password(guarded: dict[str, str]) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AuthenticationError

    options: dict[str, Any] = {"verbose": False, "analytics_enabled": False}
    with pytest.raises(AuthenticationError):
        Client(guarded["shared"], auth=("any", "wrong one"), **options)
    client = Client(guarded["shared"], auth=("any", WORDS), **options)
    assert client.predict("Where?", api_name="/ask") == {"question": "Where?"}
    client.close()


def test_a_call_over_plain_http_needs_no_client(guarded: dict[str, str]) -> None:
    call = f"{guarded['own']}gradio_api/call/ask"
    event = httpx.post(call, json={"data": ["Where?"]}, trust_env=False).json()["event_id"]
    stream = httpx.get(f"{call}/{event}", trust_env=False, timeout=30).text
    assert 'data: [{"question": "Where?"}]' in stream


def test_the_page_works_in_a_browser_without_a_word_on_the_console(
    guarded: dict[str, str],
) -> None:
    said: list[str] = []
    with chromium_browser() as browser:
        page = browser.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(guarded["page"])
        page.get_by_label("Password").fill("wrong one")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("This is not the password.").wait_for()
        assert said == [
            "Failed to load resource: the server responded with a status of 401 (Unauthorized)"
        ]
        said.clear()
        page.get_by_label("Password").fill(WORDS)
        page.get_by_role("button", name="Log in").click()
        box = page.get_by_role("textbox").first
        box.fill("Where are the talks?")
        box.press("Enter")
        page.locator(".pq-evidence").first.wait_for()
        assert said == []
        page.goto(f"{guarded['page']}logout")
        page.get_by_label("Password").wait_for()
