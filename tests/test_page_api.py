"""The calls for programs on a real server with the real models: gradio_client, HTTP, MCP, docs."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

from browsing import free_port
from conftest import ROOT
from qa.settings import load_settings
from ui.api import Api
from ui.app import build_app, launch
from ui.archive import StoreArchive
from ui.machine import prepare_environment
from ui.passwords import Password
from ui.tools import Tools

QUESTION = "Where will Abe and Trump watch sumo?"
ANSWER = "Ryogoku Kokugikan in Tokyo"
WORDS = "correct horse battery"
DOCUMENTED = re.findall(r"```(python|bash)\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.S)
MCP = find_spec("mcp") is not None


@dataclass(frozen=True)
class Servers:
    """A chat for this machine, the same behind a password, and what both ask."""

    own: str
    closed: str
    archive: StoreArchive


@pytest.fixture(scope="module")
def servers(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    scratch = tmp_path_factory.mktemp("scratch")
    environ = dict(os.environ)
    prepare_environment(environ, scratch)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        archive = StoreArchive(load_settings(store=sample_store))
        tools = Tools(Api(archive)) if MCP else None
        apps = [build_app(archive, sample_store), build_app(archive, sample_store)]
        locks = (None, Password.of(WORDS, b"0" * 16))
        urls = [
            launch(app, sample_store, "127.0.0.1", free_port(), password=lock, tools=tools)
            for app, lock in zip(apps, locks, strict=True)
        ]
        yield Servers(*urls, archive)
        for app in apps:
            app.close(verbose=False)


@pytest.fixture(scope="module")
def client(servers: Servers) -> Iterator[Any]:
    from gradio_client import Client

    client = Client(servers.own, verbose=False, analytics_enabled=False)
    yield client
    client.close()


def same(record: dict[str, Any], servers: Servers) -> bool:
    """Whether a record is the one that the command line would print."""
    pipeline = servers.archive.current().pipeline
    assert pipeline is not None
    expected = json.loads(json.dumps(asdict(pipeline.answer(record["question"]))))
    expected["notice"] = None
    return all(record[name] == expected[name] for name in expected if name != "timings_ms")


def test_only_the_three_calls_are_described(client: Any) -> None:
    described = client.view_api(return_format="dict")
    assert described["unnamed_endpoints"] == {}
    calls = described["named_endpoints"]
    needed = {
        name: [
            one["parameter_name"]
            for one in call["parameters"]
            if not one.get("parameter_has_default")
        ]
        for name, call in calls.items()
    }
    assert needed == {"/ask": ["question"], "/search": ["query"], "/article": ["id"]}
    for call in calls.values():
        assert call["description"].endswith((".", "scores."))
        assert all(one["type"] for one in call["parameters"])


def test_gradio_client_gets_the_record_of_the_command_line(client: Any, servers: Servers) -> None:
    record = client.predict(QUESTION, api_name="/ask")
    assert record["answer"] == ANSWER
    assert same(record, servers)


def test_gradio_client_searches_and_reads(client: Any) -> None:
    found = client.predict(
        "trade talks with Japan", k=3, source=["Meridian Post"], api_name="/search"
    )
    assert {one["source"] for one in found} == {"Meridian Post"}
    article = client.predict(found[0]["article_id"], api_name="/article")
    assert article["text"][found[0]["start"] : found[0]["end"]] == found[0]["text"]


@pytest.mark.parametrize(
    ("arguments", "name", "sentence"),
    [
        (("",), "/ask", "The question is empty. Ask for a name, a date, a place or a figure."),
        ((3,), "/ask", "'question' must be a text, not a number."),
        (("Who?", "soon"), "/ask", "The date 'soon' of 'after' is not of the form YYYY-MM-DD,"),
        (("a", 10**9), "/search", "'k' must be a whole number from 1 to 50."),
        (("nix",), "/article", "There is no article 'nix'. Ids stand beside each quote."),
    ],
)
def test_gradio_client_is_told_what_is_wrong(
    client: Any, arguments: tuple[Any, ...], name: str, sentence: str
) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError) as told:
        client.predict(*arguments, api_name=name)
    assert str(told.value).startswith(sentence)


def called(address: str, name: str, body: Any, **options: Any) -> tuple[str, Any]:
    """Call over plain HTTP: the last event and its data."""
    url = f"{address}gradio_api/call"
    path = name if "data" in body else f"v2/{name}"
    joined = httpx.post(f"{url}/{path}", json=body, trust_env=False, timeout=30, **options)
    assert joined.status_code == 200, joined.text
    wait = f"{url}/{name}/{joined.json()['event_id']}"
    stream = httpx.get(wait, trust_env=False, timeout=60, **options).text.strip()
    event, data = stream.rsplit("event: ", 1)[1].split("\ndata: ", 1)
    return event, json.loads(data)


def test_plain_http_takes_arguments_by_name_and_by_place(servers: Servers) -> None:
    event, data = called(servers.own, "ask", {"question": QUESTION})
    assert (event, data[0]["answer"]) == ("complete", ANSWER)
    event, data = called(servers.own, "ask", {"data": [QUESTION]})
    assert (event, data[0]["answer"]) == ("complete", ANSWER)


def test_plain_http_is_told_what_is_wrong(servers: Servers) -> None:
    event, data = called(servers.own, "ask", {"data": [True]})
    assert (event, data["error"]) == ("error", "'question' must be a text, not true or false.")
    refused = httpx.post(f"{servers.own}gradio_api/call/v2/ask", json={}, trust_env=False)
    told = {"detail": "'ask' needs the argument 'question'."}
    assert (refused.status_code, refused.json()) == (400, told)


def test_a_file_of_the_machine_is_not_read_for_anyone(servers: Servers) -> None:
    url, given = f"{servers.own}gradio_api/call/article", {"path": "/etc/passwd"}
    file = {**given, "meta": {"_type": "gradio.FileData"}}
    refused = httpx.post(url, json={"data": [file]}, trust_env=False)
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("'id' must be a text")


def test_behind_a_password_a_program_logs_in_first(servers: Servers) -> None:
    from gradio_client import Client

    url = f"{servers.closed}gradio_api/call/v2/ask"
    shut = httpx.post(url, json={"question": QUESTION}, trust_env=False)
    assert (shut.status_code, shut.text) == (401, "Log in first.\n")
    login = httpx.post(f"{servers.closed}login", data={"password": WORDS}, trust_env=False)
    cookies = dict(login.cookies)
    event, data = called(servers.closed, "ask", {"question": QUESTION}, cookies=cookies)
    assert (event, data[0]["answer"]) == ("complete", ANSWER)
    options: dict[str, Any] = {"verbose": False, "analytics_enabled": False}
    client = Client(servers.closed, auth=("any", WORDS), **options)
    assert client.predict("first-formal-bid", api_name="/article")["source"] == "Meridian Post"
    client.close()


def test_the_documented_examples_run(servers: Servers) -> None:
    assert [language for language, _ in DOCUMENTED] == ["python", "bash", "python"]
    for language, example in DOCUMENTED:
        if language == "bash" and shutil.which("curl") is None:
            continue
        if "mcp" in example and not missing_mcp_is_a_fault():
            continue
        command = [sys.executable, "-c"] if language == "python" else ["bash", "-c"]
        code = example.replace("http://127.0.0.1:7860/", servers.own)
        code = code.replace("http://127.0.0.1:7860", servers.own.rstrip("/"))
        done = subprocess.run([*command, code], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert ANSWER in done.stdout


def missing_mcp_is_a_fault() -> bool:
    """Whether MCP can be tried here; where nothing may be skipped, it must."""
    return MCP or os.environ.get("PULLQUOTE_TEST_ALL") == "1"


def in_session(
    address: str, act: Callable[[Any], Awaitable[Any]], headers: dict[str, str] | None = None
) -> Any:
    """Do something in a session of the protocol's own client."""
    if not missing_mcp_is_a_fault():
        pytest.skip("the package mcp is not installed")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def run() -> Any:
        url = f"{address}gradio_api/mcp/"
        async with (
            streamablehttp_client(url, headers=headers) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await act(session)

    return asyncio.run(run())


def test_an_assistant_finds_three_tools_and_nothing_else(servers: Servers) -> None:
    async def look(session: Any) -> Any:
        return session.get_server_capabilities(), (await session.list_tools()).tools

    capabilities, tools = in_session(servers.own, look)
    assert [tool.name for tool in tools] == ["ask", "search", "article"]
    assert [tool.inputSchema["required"] for tool in tools] == [["question"], ["query"], ["id"]]
    assert all(tool.annotations.readOnlyHint for tool in tools)
    assert capabilities.prompts is None
    assert capabilities.resources is None
    for path in ("sse", "messages/", "schema", "http"):
        closed = httpx.get(f"{servers.own}gradio_api/mcp/{path}", trust_env=False)
        assert closed.status_code == 404
    assert httpx.get(f"{servers.own}gradio_api/mcp/", trust_env=False).status_code == 405


def test_an_assistant_gets_the_record_as_json(servers: Servers) -> None:
    async def use(session: Any) -> Any:
        asked = await session.call_tool("ask", {"question": QUESTION})
        found = await session.call_tool("search", {"query": "Pence", "k": 2})
        return asked, found, await session.call_tool("article", {"id": "first-formal-bid"})

    asked, found, article = in_session(servers.own, use)
    assert asked.structuredContent["answer"] == ANSWER
    assert same(json.loads(asked.content[0].text), servers)
    assert len(found.structuredContent["result"]) == 2
    assert article.structuredContent["source"] == "Meridian Post"


def test_an_assistant_is_told_what_is_wrong(servers: Servers) -> None:
    async def use(session: Any) -> list[Any]:
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("ask", {"question": " "}),
            ("ask", {}),
            ("ask", {"question": "Who?", "sauce": 1}),
            ("delete", {"id": "first-formal-bid"}),
            ("article", {"id": "nix"}),
        ]
        return [await session.call_tool(*one) for one in wrong]

    told = in_session(servers.own, use)
    assert all(one.isError for one in told)
    assert [one.content[0].text for one in told] == [
        "The question is empty. Ask for a name, a date, a place or a figure.",
        "'ask' needs the argument 'question'.",
        "'ask' has no argument 'sauce', only question, after, before, source, article, asked.",
        "There is no tool 'delete', only ask, search, article.",
        "There is no article 'nix'. Ids stand beside each quote.",
    ]


def test_an_assistant_needs_the_password_and_no_other_site_may_call(servers: Servers) -> None:
    async def use(session: Any) -> Any:
        return await session.call_tool("article", {"id": "first-formal-bid"})

    url = f"{servers.closed}gradio_api/mcp/"
    assert httpx.post(url, json={}, trust_env=False).status_code == 401
    login = httpx.post(f"{servers.closed}login", data={"password": WORDS}, trust_env=False)
    cookie = "; ".join(f"{name}={value}" for name, value in login.cookies.items())
    found = in_session(servers.closed, use, {"cookie": cookie})
    assert found.structuredContent["revision"] == 1
    foreign = {"origin": "http://evil.example"}
    refused = httpx.post(f"{servers.own}gradio_api/mcp/", json={}, headers=foreign, trust_env=False)
    assert refused.status_code == 403
