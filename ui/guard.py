"""The request guard: the outermost layer of the server, before anything of Gradio's.

It lets in only requests that were meant for this chat, came from its own page or from a program,
go to an open route and are of a bearable size; and it puts headers on every reply that keep the
page from loading, sending or being framed anywhere else.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from ui.browsers import remembering
from ui.hosts import Hosts
from ui.limits import Bucket
from ui.routes import Routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ui.login import Login

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_METHODS = frozenset({"GET", "HEAD", "POST"})
_INLINE = re.compile(r"\s*inline\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: a status code and one sentence."""

    status: int
    words: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What a request is judged by."""

    hosts: Hosts
    routes: Routes = field(default_factory=Routes)

    def refuse(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Judge a request by its head alone.

        :param method: for instance ``POST``.
        :param path: the decoded path.
        :param headers: by lower-case name.
        :returns: the refusal; None when the request may go on.
        """
        host = headers.get("host")
        if not self.hosts.know(host):
            return Refusal(400, "This address is not one of Pullquote's.")
        if method not in _METHODS:
            return Refusal(405, "Pullquote takes GET, HEAD and POST.")
        if not self.routes.is_open(path):
            return Refusal(404, "There is nothing here.")
        if not self._is_link(method, path, headers) and _is_foreign(headers, f"{host}"):
            return Refusal(403, "Requests from other sites are not taken.")
        size = headers.get("content-length", "0")
        if not size.isdecimal() or int(size[:20]) > self.routes.limit(path):
            return _TOO_LARGE
        return None

    def _is_link(self, method: str, path: str, headers: Mapping[str, str]) -> bool:
        """Reading a page changes nothing, so that a link on another site may lead to it."""
        mode = headers.get("sec-fetch-mode", "navigate")
        return method in ("GET", "HEAD") and mode == "navigate" and self.routes.is_page(path)


_TOO_LARGE = Refusal(413, "This is more than Pullquote takes at once.")
_TOO_OFTEN = Refusal(429, "Too many requests. Try again in a moment.")


class Guard:
    """An ASGI application around another one.

    :param app: what answers the requests that are let in.
    :param rules: what they are judged by.
    :param login: asks for the password; None lets in everyone.
    """

    def __init__(self, app: "ASGIApp", rules: Rules, login: "Login | None" = None) -> None:
        known = remembering(app, rules.routes.pages)
        self._app = known if login is None else login.around(known)
        self._rules = rules
        self._bucket = Bucket()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._pass_on(scope, receive, _Shielded(scope["path"], send))

    async def _pass_on(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        refusal = self._rules.refuse(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is None and scope["method"] == "POST" and not self._bucket.take(caller(scope)):
            refusal = _TOO_OFTEN
        if refusal is not None:
            await reply(refusal)(scope, receive, send)
            return
        bounded = _Bounded(scope, receive, send, self._rules.routes.limit(scope["path"]))
        await self._app(scope, bounded.receive, bounded.send)


class _Shielded:
    """Sends replies with the headers of the guard."""

    def __init__(self, path: str, send: "Send") -> None:
        self._path = path
        self._send = send

    async def __call__(self, message: "Message") -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", [])
            self._set(MutableHeaders(scope=message))
        await self._send(message)

    def _set(self, headers: MutableHeaders) -> None:
        for name in [name for name in headers if name.startswith("access-control-")]:
            del headers[name]
        headers.update(_HEADERS)
        headers.setdefault("referrer-policy", "no-referrer")
        if self._path.startswith("/gradio_api/file="):
            given = headers.get("content-disposition", "attachment")
            headers["content-disposition"] = _INLINE.sub("attachment", given)
            headers["cache-control"] = "no-store"


class _Bounded:
    """Counts a body as it arrives, since its stated length may be missing or wrong."""

    def __init__(self, scope: "Scope", receive: "Receive", send: "Send", limit: int) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._left = limit
        self._over = self._started = False

    async def receive(self) -> "Message":
        if self._over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left >= 0:
            return message
        self._over = True
        if not self._started:
            await reply(_TOO_LARGE)(self._scope, self._receive, self._send)
        return {"type": "http.disconnect"}

    async def send(self, message: "Message") -> None:
        self._started = True
        if not self._over:
            await self._send(message)


def guarded_lifespan(
    rules: Rules,
    login: "Login | None" = None,
    inside: "Callable[[ASGIApp], AbstractAsyncContextManager[ASGIApp]]" = nullcontext,
) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Put a guard around a whole application when it starts.

    Middleware handed to Gradio would come to lie inside Gradio's own, which answers requests of
    other origins by itself.

    :param rules: what requests are judged by.
    :param login: asks for the password; None lets in everyone.
    :param inside: puts more between the guard and the application, for as long as it runs.
    :returns: for the ``lifespan`` parameter of FastAPI.
    """

    @asynccontextmanager
    async def lifespan(app: Any) -> "AsyncIterator[None]":
        async with inside(app.middleware_stack) as guarded:
            app.middleware_stack = Guard(guarded, rules, login)
            yield

    return lifespan


def reply(refusal: Refusal) -> PlainTextResponse:
    """Say why a request is not let in.

    :param refusal: the reason.
    :returns: the response, after which the connection is closed.
    """
    return PlainTextResponse(
        f"{refusal.words}\n", status_code=refusal.status, headers={"connection": "close"}
    )


def caller(scope: "Scope") -> str:
    """Name the machine a request came from.

    :param scope: that of the request.
    :returns: its address; empty where the server does not know.
    """
    client = scope.get("client")
    return "" if client is None else str(client[0])


def _is_foreign(headers: Mapping[str, str], host: str) -> bool:
    """Whether a browser says that another site's page sent this."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.lower() not in (
        f"http://{host.lower()}",
        f"https://{host.lower()}",
    )
