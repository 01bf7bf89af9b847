"""The command ``pullquote chat`` from outside: a store that grows under it, and how it stops."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import ROOT
from ui.served import Served, serving

LATE = {
    "id": "lantern-festival",
    "title": "Lanterns float again",
    "published": "2021-09-04",
    "source": "Quay Gazette",
    "text": "The lantern festival of Port Merrow was opened by the glassblower Ottoline Vance on "
    "Saturday. Four hundred lanterns floated down the river before midnight, and nobody fell in.",
}


@pytest.fixture
def store(sample_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_store, tmp_path / "store"))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of the chat; empty again at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def join(served: Served, question: str) -> str:
    url = f"{served.address}gradio_api/call/v2/ask"
    joined = httpx.post(url, json={"question": question}, trust_env=False, timeout=30)
    return f"{served.address}gradio_api/call/ask/{joined.json()['event_id']}"


def ask(served: Served, question: str) -> Any:
    stream = httpx.get(join(served, question), trust_env=False, timeout=60).text
    return json.loads(stream.strip().rsplit("data: ", 1)[1])[0]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui", *arguments]
    environ = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120
    )


def wait_for_an_answer(url: str) -> None:
    """Hold a stream open, as a page does, until it is cut off."""
    try:
        httpx.get(url, trust_env=False, timeout=60)
    except httpx.HTTPError:
        return


def stop_in_mid_answer(served: Served, how: signal.Signals) -> tuple[int, str, float]:
    """Stop while six questions wait or are read, each with a stream open."""
    streams = [join(served, f"Who went to Japan with Trump on day {day}?") for day in range(6)]
    listening = [threading.Thread(target=wait_for_an_answer, args=(url,)) for url in streams]
    for one in listening:
        one.start()
    time.sleep(0.1)
    started = time.monotonic()
    code, said = served.stop(how)
    took = time.monotonic() - started
    for one in listening:
        one.join()
    return code, said, took


def test_an_open_chat_answers_from_what_was_indexed_a_moment_ago(
    store: Path, temporary: Path, tmp_path: Path
) -> None:
    question = "Who opened the lantern festival of Port Merrow?"
    with serving(store) as served:
        assert ask(served, question)["status"] == "unanswered"
        late = tmp_path / "late.jsonl"
        late.write_text(json.dumps(LATE) + "\n")
        assert run("index", str(late), "--store", str(store)).returncode == 0
        record = ask(served, question)
        assert record["quotes"][0]["article_id"] == "lantern-festival"
        assert "Ottoline Vance" in record["answer"]
        code, said, took = stop_in_mid_answer(served, signal.SIGTERM)
    assert (code, said) == (143, "")
    assert took < 15
    assert run("check", "--store", str(store)).returncode == 0
    assert run("show", "lantern-festival", "--store", str(store)).stdout.startswith("The lantern")


def test_an_interrupt_in_mid_answer_ends_quietly_with_the_store_intact(
    store: Path, temporary: Path
) -> None:
    with serving(store) as served:
        code, said, took = stop_in_mid_answer(served, signal.SIGINT)
    assert (code, said) == (130, "")
    assert took < 15
    assert run("check", "--store", str(store)).stdout == f"{store} is sound.\n"
