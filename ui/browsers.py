"""Whose chat it is: a random token in a cookie, kept by each browser for itself."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from http import cookies
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "pullquote-browser"
_DAYS = 400
_TOKEN = re.compile(r"[\w-]{43}")


def owner(headers: Mapping[str, str]) -> str | None:
    """Name the browser that sent a request.

    :param headers: of the request, by lower-case name.
    :returns: the SHA-256 of its token, 64 hexadecimal digits; None for a program, which has none.
        The token itself is kept nowhere on the server.
    """
    token = _token(headers.get("cookie", ""))
    return None if token is None else hashlib.sha256(token.encode()).hexdigest()


def remembering(app: "ASGIApp", pages: frozenset[str]) -> "ASGIApp":
    """Give every browser that opens a page without a token a new one.

    :param app: what serves the pages.
    :param pages: their paths.
    :returns: the application with the cookie. It is sent by no page of another site, read by no
        script and kept for 400 days.
    """

    async def answer(scope: "Scope", receive: "Receive", send: "Send") -> None:
        opens = scope["type"] == "http" and scope["path"] in pages
        if not opens or _token(Headers(scope=scope).get("cookie", "")) is not None:
            await app(scope, receive, send)
            return

        async def with_cookie(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                MutableHeaders(scope=message).append("set-cookie", _made())
            await send(message)

        await app(scope, receive, with_cookie)

    return answer


def _made() -> str:
    # Lax, not strict: a link to the chat from elsewhere must not look like a new browser.
    return (
        f"{COOKIE}={secrets.token_urlsafe(32)}; Max-Age={_DAYS * 86_400}; Path=/; HttpOnly; "
        "SameSite=Lax"
    )


def _token(header: str) -> str | None:
    try:
        found = cookies.SimpleCookie(header).get(COOKIE)
    except cookies.CookieError:
        return None
    if found is None or not _TOKEN.fullmatch(found.value):
        return None
    return found.value
