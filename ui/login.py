"""The login of a chat that others can reach: one password, and a cookie for those who know it."""

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import cookies
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response as Reply

from ui.limits import Lockout
from ui.passwords import Password

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOURS = 12
_FORM_BYTES = 8 * 1024
_FREE = frozenset({"/gradio_api/startup-events", "/robots.txt", "/favicon.ico"})
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pullquote: log in</title>
<style>
:root {{ color-scheme: light dark; font: 1.125rem/1.5 sans-serif }}
main {{ max-width: 22rem; margin: 15vh auto 0; padding: 0 1rem }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
input, button {{ margin: 0.5rem 0 1rem; padding: 0.6rem }}
</style>
</head>
<body>
<main>
<h1>Pullquote</h1>
<form method="post" action="/login">
<p role="alert">{told}</p>
<label for="password">Password</label>
<input id="password" name="password" type="password" required autofocus
 autocomplete="current-password">
<button>Log in</button>
</form>
</main>
</body>
</html>
"""


@dataclass(slots=True)
class Login:
    """Knows who has given the password. Cookies are signed, so that nothing is kept of them; they
    end after twelve hours and with the server."""

    password: Password
    port: int
    lockout: Lockout = field(default_factory=Lockout)
    clock: Callable[[], float] = time.time
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    def around(self, app: "ASGIApp") -> "ASGIApp":
        """Put the login in front of an application.

        :param app: what only those who know the password may use.
        :returns: an application that asks for it.
        """

        async def gate(scope: "Scope", receive: "Receive", send: "Send") -> None:
            if scope["type"] != "http" or self._lets_in(scope):
                await app(scope, receive, send)
            else:
                answer = await self._answer(Request(scope, receive))
                await answer(scope, receive, send)

        return gate

    def _lets_in(self, scope: "Scope") -> bool:
        path = scope["path"]
        if path in ("/login", "/logout"):
            return False
        return path in _FREE or self._knows(Request(scope).headers.get("cookie", ""))

    async def _answer(self, request: Request) -> Reply:
        """The reply to someone who is not logged in, or is about to be."""
        if request.url.path == "/logout":
            answer: Reply = RedirectResponse("/login", 303)
            answer.delete_cookie(self._cookie)
            return answer
        if request.url.path == "/login":
            return await self._log_in(request) if request.method == "POST" else _page(200, "")
        if _wants_page(request) and not request.url.path.startswith("/gradio_api/"):
            return RedirectResponse("/login", 303)
        return PlainTextResponse("Log in first.\n", 401)

    async def _log_in(self, request: Request) -> Reply:
        # The address, not the cookie, is counted: a cookie can be thrown away.
        address = "" if request.client is None else request.client.host
        wait = self.lockout.attempt(address)
        if wait:
            seconds = math.ceil(wait)
            told = f"Too many wrong passwords. Try again in {seconds} seconds."
            return _told(request, 429, told, {"retry-after": str(seconds)})
        given = await _given_password(request)
        # One at a time, since every try takes its memory.
        async with self._one_by_one:
            known = await asyncio.to_thread(self.password.matches, given)
        if not known:
            return _told(request, 401, "This is not the password.")
        self.lockout.forgive(address)
        return self._logged_in(request)

    def _logged_in(self, request: Request) -> Reply:
        answer: Reply = (
            RedirectResponse("/", 303) if _wants_page(request) else JSONResponse({"success": True})
        )
        answer.set_cookie(
            self._cookie, self._signed(), max_age=_HOURS * 3600, httponly=True, samesite="lax"
        )
        return answer

    @property
    def _cookie(self) -> str:
        # Cookies do not heed ports: two chats on one machine need two names.
        return f"pullquote-{self.port}"

    def _signed(self) -> str:
        until = f"{int(self.clock()) + _HOURS * 3600}.{secrets.token_hex(8)}"
        return f"{until}.{self._signature(until)}"

    def _signature(self, until: str) -> str:
        return hmac.new(self._secret, until.encode(), hashlib.sha256).hexdigest()

    def _knows(self, header: str) -> bool:
        """Whether a ``Cookie`` header holds a cookie of ours that has not ended."""
        try:
            found = cookies.SimpleCookie(header).get(self._cookie)
        except cookies.CookieError:
            return False
        until, _, signature = ("" if found is None else found.value).rpartition(".")
        if not hmac.compare_digest(self._signature(until).encode(), signature.encode()):
            return False
        return int(until.split(".")[0]) > self.clock()


async def _given_password(request: Request) -> str:
    """The password in the form; the empty text when there is none."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _FORM_BYTES:
                return ""
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except (ClientDisconnect, ValueError):
        return ""
    return fields.get("password", [""])[0]


def _told(request: Request, status: int, told: str, headers: dict[str, str] | None = None) -> Reply:
    if _wants_page(request):
        return _page(status, told, headers)
    return PlainTextResponse(f"{told}\n", status, headers)


def _page(status: int, told: str, headers: dict[str, str] | None = None) -> Reply:
    # Without a referrer of its own, the form would come from the origin "null".
    own = {"referrer-policy": "same-origin", "cache-control": "no-store"}
    return HTMLResponse(_PAGE.format(told=told), status, {**own, **(headers or {})})


def _wants_page(request: Request) -> bool:
    return request.method == "HEAD" or "text/html" in request.headers.get("accept", "")
