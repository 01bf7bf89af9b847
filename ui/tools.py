"""The calls for programs as tools of the Model Context Protocol (MCP), for assistants.

Gradio has a layer of its own for this. It would call the chat over HTTP as a client that knows no
password, hand out records as Python text, and serve pages that lead to other sites.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse

from qa.errors import InputError
from ui.api import PASSAGES, Api, Refused
from ui.calls import NAMES, by_name
from ui.routes import TOOLS

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.types import CallToolResult, Tool
    from starlette.types import ASGIApp, Receive, Scope, Send

_AT_ONCE = 2
_WAITING = 64
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_FILTERS = {
    "after": {
        **_TEXT,
        "description": "Only articles from this date on: YYYY, YYYY-MM, YYYY-MM-DD.",
    },
    "before": {**_TEXT, "description": "Only articles up to this date."},
    "source": {**_TEXTS, "description": "Only these outlets."},
    "article": {**_TEXTS, "description": "Only the articles with these ids."},
    "asked": {**_TEXT, "description": "Day of the question: later articles are left out."},
}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "ask": {
        "question": {**_TEXT, "description": "1 to 512 characters, one thing at a time."},
        **_FILTERS,
    },
    "search": {
        "query": {**_TEXT, "description": "1 to 512 characters."},
        "k": {
            "type": "integer",
            "minimum": 1,
            "maximum": PASSAGES,
            "default": 10,
            "description": "How many passages at most.",
        },
        **_FILTERS,
    },
    "article": {
        "id": {**_TEXT, "description": "As it stands beside a quote or a passage."},
        "revision": {"type": "integer", "minimum": 1, "description": "An older revision."},
    },
}
_NEEDED = {"ask": "question", "search": "query", "article": "id"}
_WORDS = {
    "ask": "Answer a question with quotes from the news archive, with outlet, date and offsets. "
    "status 'unanswered' means that the archive does not say.",
    "search": "Find the passages of the news archive that fit a query best, with their scores.",
    "article": "Give an article as it is stored; offsets of quotes and passages index its text.",
}


def require_mcp() -> None:
    """Make sure that the package of the protocol is installed.

    :raises InputError: it is not.
    """
    if find_spec("mcp") is None:
        raise InputError(
            "--mcp needs the package mcp, which is not installed. "
            "Run pip install 'pullquote[mcp]', or leave --mcp out."
        )


class Tools:
    """Serves the three calls, and nothing else, as MCP tools.

    :param api: what answers.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def around(self, app: "ASGIApp") -> AbstractAsyncContextManager["ASGIApp"]:
        """Put the tools in front of an application.

        :param app: what answers every other request.
        :returns: a context that gives both as one application.
        """
        return self._around(app)

    @asynccontextmanager
    async def _around(self, app: "ASGIApp") -> "AsyncIterator[ASGIApp]":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        manager = StreamableHTTPSessionManager(
            _server(self._api), json_response=True, stateless=True
        )

        async def answer(scope: "Scope", receive: "Receive", send: "Send") -> None:
            if not TOOLS.fullmatch(scope.get("path", "")):
                await app(scope, receive, send)
            elif scope["method"] == "POST":
                await manager.handle_request(scope, receive, send)
            else:
                told = PlainTextResponse("Programs use POST here.\n", 405, {"allow": "POST"})
                await told(scope, receive, send)

        async with manager.run():
            yield answer


def _server(api: Api) -> "Server[object, object]":
    """The server of the protocol: three tools, no prompts, no resources."""
    from anyio import CapacityLimiter
    from anyio.to_thread import run_sync
    from mcp.server.lowlevel import Server

    server: Server[object, object] = Server("Pullquote", version("pullquote"))
    limiter = CapacityLimiter(_AT_ONCE)

    async def list_tools() -> "list[Tool]":
        return [_tool(name) for name in NAMES]

    async def call_tool(name: str, arguments: dict[str, Any]) -> "CallToolResult":
        try:
            if name not in NAMES:
                raise Refused(f"There is no tool '{name[:60]}', only {', '.join(NAMES)}.")
            if limiter.statistics().tasks_waiting >= _WAITING:
                raise Refused("Too many questions are waiting. Try again in a moment.")
            given = by_name(name, arguments)
            found = await run_sync(getattr(api, name), *given, limiter=limiter)
        except Refused as refused:
            return _result(str(refused), None)
        return _result(json.dumps(found, ensure_ascii=False), found)

    server.list_tools()(list_tools)
    # The calls check their arguments themselves, in sentences of ours.
    server.call_tool(validate_input=False)(call_tool)
    return server


def _tool(name: str) -> "Tool":
    from mcp.types import Tool, ToolAnnotations

    schema = {
        "type": "object",
        "properties": _ARGUMENTS[name],
        "required": [_NEEDED[name]],
        "additionalProperties": False,
    }
    hints = ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False)
    return Tool(name=name, description=_WORDS[name], inputSchema=schema, annotations=hints)


def _result(text: str, found: Any) -> "CallToolResult":
    """What a call gave; a fault where it gave nothing. A list is wrapped, as the protocol asks."""
    from mcp.types import CallToolResult, TextContent

    whole = {"result": found} if isinstance(found, list) else found
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structuredContent=whole,
        isError=found is None,
    )
