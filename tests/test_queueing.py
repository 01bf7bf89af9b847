"""The queue of the server: what one page does must not end the conversation of another."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from browsing import free_port
from made_answers import MadeArchive, MadePipeline
from ui.app import build_app, launch
from ui.archive import Opened
from ui.machine import prepare_environment
from ui.queueing import Sessions


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Any, str]]:
    environ = dict(os.environ)
    prepare_environment(environ, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        app = build_app(MadeArchive(Opened(MadePipeline(delay=0.3))), tmp_path)
        yield app, launch(app, tmp_path, "127.0.0.1", free_port())
        app.close(verbose=False)


def ask(address: str) -> str:
    """Ask as a program, and give the answer."""
    with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        body = {"question": "Where will the talks reopen?"}
        event = client.post("/gradio_api/call/v2/ask", json=body).json()["event_id"]
        lines = client.get(f"/gradio_api/call/ask/{event}").text.splitlines()
    told = next(line for line in reversed(lines) if line.startswith("data: "))
    return str(json.loads(told.removeprefix("data: "))[0]["answer"])


def test_a_page_that_is_gone_does_not_stop_the_queue(served: tuple[Any, str]) -> None:
    app, address = served
    with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        for _ in range(4):
            body = {"question": "Where are the talks?"}
            client.post("/gradio_api/call/v2/ask", json=body).raise_for_status()
    app._queue.pending_messages_per_session.clear()
    assert ask(address) == "the harbour hall"
    assert not app._queue.stopped


def test_any_other_fault_is_logged_and_the_next_question_is_answered(
    served: tuple[Any, str], caplog: pytest.LogCaptureFixture
) -> None:
    app, address = served
    broken = app._queue.get_events

    def once() -> Any:
        app._queue.get_events = broken
        raise RuntimeError("no such list")

    app._queue.get_events = once
    assert ask(address) == "the harbour hall"
    assert "The queue stumbled" in caplog.text


def test_a_session_that_waits_outlives_any_number_of_others(served: tuple[Any, str]) -> None:
    app, address = served
    sessions = app._queue.pending_messages_per_session
    with httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        body = {"question": "Where will the talks reopen?"}
        event = client.post("/gradio_api/call/v2/ask", json=body).json()["event_id"]
        for number in range(3000):
            sessions[f"other-{number}"] = None
        assert "harbour hall" in client.get(f"/gradio_api/call/ask/{event}").text


def test_idle_sessions_are_forgotten_the_longest_unused_first() -> None:
    waiting: dict[str, set[str]] = {"first": {"event"}, "second": set(), "third": set()}
    sessions = Sessions(3, 9, waiting)
    for name in ("first", "second", "third"):
        sessions[name] = name.upper()
    assert sessions["second"] == "SECOND"
    sessions["fourth"] = "FOURTH"
    assert list(sessions) == ["first", "second", "fourth"]
    assert set(waiting) == {"first", "second"}
    with pytest.raises(KeyError):
        sessions["third"]


def test_sessions_that_wait_have_their_limit_too() -> None:
    waiting = {str(number): {"event"} for number in range(9)}
    sessions = Sessions(2, 4, waiting)
    for number in range(9):
        sessions[str(number)] = number
    assert list(sessions) == ["5", "6", "7", "8"]
