"""Plain HTTP calls put in order: what is left out, what does not fit, what is not ours."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from ui.api import Refused
from ui.calls import by_name, by_place, in_order


def test_what_is_left_out_is_filled_in() -> None:
    assert by_name("ask", {"question": "Who?", "source": ["Wire"]}) == [
        *("Who?", None, None, ["Wire"], None, None)
    ]
    assert by_place("search", ["harbour"]) == ["harbour", 10, None, None, None, None, None]
    assert by_place("article", ["a", 2]) == ["a", 2]


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("article", {}, "'article' needs the argument 'id'."),
        ("article", {"id": "a", "x": 1}, "'article' has no argument 'x', only id, revision."),
        ("article", [], "'article' needs the argument 'id'."),
        ("article", [{"path": "/etc/passwd"}], "'id' must be a text, a number or a list of texts."),
        ("article", {"id": [["a"]]}, "'id' must be a text, a number or a list of texts."),
        ("article", ["a", 1, 2], "'article' takes 2 arguments: id, revision."),
    ],
)
def test_arguments_that_do_not_fit_are_refused(name: str, given: Any, sentence: str) -> None:
    call = by_name if isinstance(given, dict) else by_place
    with pytest.raises(Refused) as refused:
        call(name, given)
    assert str(refused.value) == sentence


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the path and the body that arrived."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    told = json.dumps([scope["path"], body.decode()]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": told})


def post(path: str, body: bytes | str) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(in_order(echo))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.post(path, content=body)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/gradio_api/call/article", '{"data": ["a"]}'),
        ("/gradio_api/call/article/", '{"data": ["a"], "session_hash": "mine"}'),
        ("/gradio_api/call/v2/article", '{"id": "a"}'),
    ],
)
def test_both_forms_become_one(path: str, body: str) -> None:
    assert post(path, body).json() == ["/gradio_api/call/article", '{"data": ["a", null]}']


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/gradio_api/call/ask", b"\xff", "The body of the request is not JSON."),
        ("/gradio_api/call/ask", "[" * 100_000, "The body of the request is not JSON."),
        ("/gradio_api/call/ask", "[1]", "The body of the request must be a JSON object."),
        ("/gradio_api/call/ask", "{}", "The body of the request must hold a list 'data', the"),
        ("/gradio_api/call/v2/ask", '{"quest": 1}', "'ask' has no argument 'quest', only"),
    ],
)
def test_a_body_that_is_no_call_gets_one_sentence(
    path: str, body: bytes | str, sentence: str
) -> None:
    told = post(path, body)
    assert told.status_code == 400
    assert told.json()["detail"].startswith(sentence)


def test_other_requests_pass_untouched() -> None:
    for path in ("/gradio_api/queue/join", "/gradio_api/call/other"):
        assert post(path, "any thing").json() == [path, "any thing"]
