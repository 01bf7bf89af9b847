"""Try an open chat with many users: ``python -m ui.load --users 25 --seconds 600 --store DIR``.

Starts ``pullquote chat`` with the real models. Half of the users chat, as the page does, and half
are programs that call ``ask``; each asks, waits for the answer, rests, and asks again. Exits 1 when
a question was not answered properly, when one in twenty took more than five seconds, or when the
server held more at the end than after a warm-up.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ui.served import STOPPED, Served, Usage, serving

if TYPE_CHECKING:
    import httpx

QUESTIONS = Path(__file__).resolve().parent.parent / "seeds" / "questions.jsonl"
SLOWEST_S = 5.0
GROWTH = 0.05
_TIMEOUT_S = 120.0
_TOGETHER_S = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """How a load went. ``seconds`` are those of each answer; ``before`` and ``after`` is what the
    server held at rest, after the warm-up and at the end."""

    users: int
    lasted_s: float
    seconds: tuple[float, ...]
    faults: tuple[str, ...]
    before: Usage
    after: Usage

    def percentile(self, share: float) -> float:
        """Give the seconds within which a share of the answers came.

        :param share: 0 to 100.
        :returns: seconds; infinite where there was no answer.
        """
        return float(np.percentile(self.seconds, share)) if self.seconds else float("inf")

    @property
    def growth(self) -> float:
        """Give the share by which the memory of the server grew after the warm-up."""
        return self.after.memory_mb / self.before.memory_mb - 1

    def complaints(self, slowest_s: float = SLOWEST_S) -> list[str]:
        """Say what should not be.

        :param slowest_s: the seconds within which 95 of 100 answers must come.
        :returns: sentences; none where all is well.
        """
        found = [f"{len(self.faults)} questions failed: {self.faults[0]}"] if self.faults else []
        if (slow := self.percentile(95)) > slowest_s:
            found.append(f"1 answer in 20 took more than {slow:.1f} s.")
        if self.growth > GROWTH:
            found.append(f"Memory grew by {self.growth:.1%}.")
        if self.after.files > self.before.files:
            found.append(f"{self.after.files - self.before.files} more files are open.")
        return found

    def line(self) -> str:
        """Sum it up.

        :returns: one line.
        """
        held = " -> ".join(
            f"{one.memory_mb:.0f} MB, {one.files} files, {one.threads} threads"
            for one in (self.before, self.after)
        )
        return (
            f"{self.users} users, {self.lasted_s:.0f} s: {len(self.seconds)} answers, "
            f"{len(self.seconds) / self.lasted_s:.1f}/s, p50 {self.percentile(50):.2f} s, "
            f"p95 {self.percentile(95):.2f} s, {len(self.faults)} faults; {held}"
        )


Asking = Callable[["httpx.AsyncClient", str], Any]


def load(
    served: Served,
    questions: Sequence[str],
    users: int = 5,
    seconds: float = 60.0,
    pause: float = 1.0,
) -> Load:
    """Let users ask for a while, once every question has been asked and every user has been there:
    inputs of a new length and threads that are new take memory, which is kept.

    :param served: the chat.
    :param questions: what they ask, each user from another place on.
    :param users: how many, half of them programs.
    :param seconds: how long each goes on asking.
    :param pause: how long each rests on average after an answer, in seconds.
    :returns: how it went.
    """
    asyncio.run(_warm_up(served.address, questions))
    asyncio.run(_all(served.address, questions, users, _TOGETHER_S, 0.0))
    before, started = _at_rest(served), time.monotonic()
    taken, faults = asyncio.run(_all(served.address, questions, users, seconds, pause))
    lasted = time.monotonic() - started
    return Load(users, lasted, tuple(taken), tuple(faults), before, _at_rest(served))


def _at_rest(served: Served) -> Usage:
    """What the server holds once its connections have been closed."""
    time.sleep(2.0)
    return served.usage()


async def _warm_up(address: str, questions: Sequence[str]) -> None:
    """Ask every question once, two at a time."""

    async def some(part: Sequence[str]) -> None:
        async with _client(address) as client:
            for question in part:
                await as_program(client, question)

    await asyncio.gather(some(questions[::2]), some(questions[1::2]))


def _client(address: str) -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(base_url=address, timeout=_TIMEOUT_S, trust_env=False)


async def _all(
    address: str, questions: Sequence[str], users: int, seconds: float, pause: float
) -> tuple[list[float], list[str]]:
    taken: list[float] = []
    faults: list[str] = []
    until = time.monotonic() + seconds

    async def user(number: int) -> None:
        import httpx

        chance = random.Random(number)
        place = number * len(questions) // users
        ask = as_page(await _turn(address)) if number % 2 else as_program
        async with _client(address) as client:
            while time.monotonic() < until:
                place, started = place + 1, time.monotonic()
                try:
                    await ask(client, questions[place % len(questions)])
                    taken.append(time.monotonic() - started)
                except (httpx.HTTPError, ValueError) as error:
                    faults.append(f"{type(error).__name__}: {error}")
                await asyncio.sleep(pause * chance.uniform(0.5, 1.5))

    await asyncio.gather(*(user(number) for number in range(users)))
    return taken, faults


async def as_program(client: "httpx.AsyncClient", question: str) -> None:
    """Call ``ask`` over plain HTTP.

    :param client: of the user.
    :param question: what to ask.
    :raises ValueError: what came is no record.
    """
    joined = await client.post("/gradio_api/call/v2/ask", json={"question": question})
    event = joined.raise_for_status().json()["event_id"]
    async with client.stream("GET", f"/gradio_api/call/ask/{event}") as reply:
        found = [line async for line in reply.aiter_lines()]
    if "event: complete" not in found:
        raise ValueError(" ".join(found))
    record = json.loads(found[-2 if not found[-1] else -1].removeprefix("data: "))[0]
    if record["reason"] == "error":
        raise ValueError("the record says 'error'")


@dataclass(frozen=True, slots=True)
class Turn:
    """The event behind the box of the page: its number, and what the page sends beside the
    question."""

    event: int
    beside: tuple[Any, ...]


async def _turn(address: str) -> Turn:
    """Find the event behind the box of the page."""
    async with _client(address) as client:
        config = (await client.get("/config")).raise_for_status().json()
    values = {one["id"]: one["props"].get("value") for one in config["components"]}
    for event in config["dependencies"]:
        if {"submit", "click"} <= {target[1] for target in event["targets"]}:
            return Turn(int(event["id"]), tuple(values[one] for one in event["inputs"][1:]))
    raise ValueError("The page has no box to ask in.")


def as_page(turn: Turn) -> Asking:
    """Make a user who asks as the page does, in one conversation.

    :param turn: the event behind the box.
    :returns: asks one question.
    """
    session = uuid.uuid4().hex

    async def ask(client: "httpx.AsyncClient", question: str) -> None:
        data = [question, *turn.beside]
        body = {"data": data, "fn_index": turn.event, "session_hash": session}
        joined = await client.post("/gradio_api/queue/join", json=body)
        wanted = joined.raise_for_status().json()["event_id"]
        query = {"session_hash": session}
        async with client.stream("GET", "/gradio_api/queue/data", params=query) as reply:
            async for message in _messages(reply):
                if message.get("event_id") == wanted and message["msg"] == "process_completed":
                    _check(message)
                    return
        raise ValueError("the stream ended without an answer")

    return ask


async def _messages(reply: "httpx.Response") -> AsyncIterator[dict[str, Any]]:
    async for line in reply.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def _check(message: dict[str, Any]) -> None:
    if not message["success"] or "Something went wrong" in json.dumps(message["output"]):
        raise ValueError(f"the page was told {json.dumps(message['output'])[:200]}")


def seed_questions() -> list[str]:
    """Read the questions of the sample archive.

    :returns: them all, in order.
    """
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["question"]) for line in lines]


def main() -> int:
    """Run the load and print how it went.

    :returns: 1 where anything was not as it should be, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m ui.load", description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="a store of the sample archive")
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=1.0, help="rest after an answer")
    parser.add_argument("--paint", action="store_true", help="time the page in Chromium, too")
    options = parser.parse_args()
    if options.paint:
        from ui.paint import paint

        _say(paint(options.store, seed_questions()[0]).line())
    with serving(options.store) as served:
        seconds, pause = options.seconds, options.pause
        found = load(served, seed_questions(), options.users, seconds, pause=pause)
        code, said = served.stop()
    _say(found.line())
    complaints = found.complaints()
    if code != STOPPED or said:
        complaints.append(f"The server ended with {code} and said: {said}")
    for complaint in complaints:
        _say(f"  {complaint}")
    return int(bool(complaints))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
