"""Plain HTTP calls of the three endpoints, put in order before Gradio sees them.

Gradio wants every argument of ``/call/NAME``, and answers a wrong name in ``/call/v2/NAME`` with a
trace in the log. Here what may be left out is filled in, and what is wrong is refused in a
sentence.
"""

import json
import re
from collections.abc import Mapping, Sequence
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from ui.api import Api, Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = ("ask", "search", "article")
_CALL = re.compile(rf"(/gradio_api/call)(/v2)?/({'|'.join(NAMES)})/?")


def by_name(name: str, given: Mapping[str, Any]) -> list[Any]:
    """Put named arguments in the order of a call.

    :param name: of the call.
    :param given: arguments by name.
    :returns: every argument; what was left out at its default.
    :raises Refused: one is unknown or of a kind that no call takes, or a needed one is missing.
    """
    known = _parameters(name)
    unknown = [one for one in given if one not in known]
    if unknown:
        raise Refused(f"'{name}' has no argument '{unknown[0][:60]}', only {', '.join(known)}.")
    missing = [one for one, usual in known.items() if one not in given and usual is Parameter.empty]
    if missing:
        raise Refused(f"'{name}' needs the argument '{missing[0]}'.")
    # Gradio would take an object for a file that was sent, and look for it.
    strange = [one for one, value in given.items() if _is_nested(value)]
    if strange:
        raise Refused(f"'{strange[0]}' must be a text, a number or a list of texts.")
    return [given.get(one, usual) for one, usual in known.items()]


def by_place(name: str, given: Sequence[Any]) -> list[Any]:
    """Fill up arguments that are given by place.

    :param name: of the call.
    :param given: the first arguments.
    :returns: every argument; what was left out at its default.
    :raises Refused: there are too many, or a needed one is missing.
    """
    known = list(_parameters(name))
    if len(given) > len(known):
        raise Refused(f"'{name}' takes {len(known)} arguments: {', '.join(known)}.")
    return by_name(name, dict(zip(known, given, strict=False)))


def _is_nested(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, list | dict) for one in value)
    return isinstance(value, dict)


def _parameters(name: str) -> dict[str, Any]:
    """The arguments of a call and their defaults."""
    _, *known = signature(getattr(Api, name)).parameters.values()
    return {one.name: one.default for one in known}


def in_order(app: "ASGIApp") -> "ASGIApp":
    """Put plain calls in order on their way to an application.

    :param app: what answers them.
    :returns: an application that leaves every other request alone.
    """

    async def answer(scope: "Scope", receive: "Receive", send: "Send") -> None:
        call = _CALL.fullmatch(scope.get("path", ""))
        if call is None or scope.get("method") != "POST":
            await app(scope, receive, send)
            return
        try:
            arguments = _arguments(call[3], bool(call[2]), await Request(scope, receive).body())
        except ClientDisconnect:
            return
        except Refused as refused:
            await JSONResponse({"detail": str(refused)}, 400)(scope, receive, send)
            return
        body = json.dumps({"data": arguments}).encode()
        path = f"{call[1]}/{call[3]}"
        changed = {**scope, "path": path, "raw_path": path.encode(), "headers": _headers(scope)}
        await app(changed, _sent(body, receive), send)

    return answer


def _arguments(name: str, named: bool, body: bytes) -> list[Any]:
    """What the body of a request asks for."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused("The body of the request is not JSON.") from error
    if not isinstance(given, dict):
        raise Refused("The body of the request must be a JSON object.")
    if named:
        return by_name(name, given)
    if not isinstance(given.get("data"), list):
        raise Refused("The body of the request must hold a list 'data', the arguments in order.")
    return by_place(name, given["data"])


def _headers(scope: "Scope") -> list[tuple[bytes, bytes]]:
    """The headers without those of a body that has been replaced."""
    own = [(b"content-type", b"application/json")]
    gone = (b"content-length", b"content-type", b"transfer-encoding")
    return [*((name, value) for name, value in scope["headers"] if name not in gone), *own]


def _sent(body: bytes, receive: "Receive") -> "Receive":
    """A body that has been read, then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> "Message":
        return waiting.pop() if waiting else await receive()

    return give
