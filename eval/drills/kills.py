"""Row 1: a writer that is killed, at every step it takes and at random moments."""

import os
import random
import shutil
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from eval.drills.children import arm, deadly, killed, limit_files
from eval.drills.looking import differences
from eval.drills.made import (
    Model,
    Operation,
    after,
    filled,
    perform,
    some_operation,
    some_text,
)
from qa.store import Store

PAGE = 4096
OPERATIONS = ("put", "remove", "rebuild", "compact")


@dataclass(frozen=True, slots=True)
class Trials:
    """How many trials there were, and one line for each that failed."""

    count: int
    failures: tuple[str, ...] = ()


def before() -> Model:
    """Give what the store of a trial holds: three articles, one of them changed once."""
    chance = random.Random(1)
    made = {id: (some_text(chance),) for id in "abc"}
    return made | {"b": (*made["b"], some_text(chance))}


def operation(kind: str) -> Operation:
    """Give what is interrupted.

    :param kind: one of ``OPERATIONS``; ``put`` adds, changes and confirms an article.
    :returns: the operation.
    """
    texts = {"a": before()["a"][-1], "b": some_text(random.Random(2)), "d": "One line."}
    return {
        "put": Operation("put", texts),
        "remove": Operation("remove", ids=("b",)),
        "rebuild": Operation("rebuild"),
        "compact": Operation("compact"),
    }[kind]


def at_every_step(scratch: Path, kind: str, every: int = 1, first: int = 0) -> Trials:
    """Kill an operation at its steps, one after the other, until it lives to its end.

    :param scratch: an empty folder.
    :param kind: which operation.
    :param every: only each so manieth step.
    :param first: from which step on.
    :returns: the trials.
    """

    def run(store: Store, at: int) -> None:
        arm(store.path, deadly(first + at * every))
        perform(store, operation(kind))

    return _until_it_lives(scratch, kind, run)


def at_every_page(scratch: Path, kind: str) -> Trials:
    """Kill an operation in the middle of a write, where a file grows beyond each multiple of 4 KB.

    :param scratch: an empty folder.
    :param kind: which operation.
    :returns: the trials.
    """

    def run(store: Store, at: int) -> None:
        limit_files(at * PAGE, deadly=True)
        perform(store, operation(kind))

    return _until_it_lives(scratch, kind, run)


def _until_it_lives(scratch: Path, kind: str, run: Callable[[Store, int], None]) -> Trials:
    base = Store.create(scratch / "base")
    filled(base, before())
    failures: list[str] = []
    for at in count():
        store = Store(shutil.copytree(base.path, scratch / "trial"))
        died = killed(lambda store=store, at=at: run(store, at))  # type: ignore[misc]
        allowed = [before(), after(before(), operation(kind))]
        failures += [f"{kind}, step {at}: {line}" for line in _judge(store, allowed, not died)]
        shutil.rmtree(store.path)
        if not died:
            return Trials(at, tuple(failures))
    raise AssertionError("count never ends")


def _judge(store: Store, allowed: list[Model], done: bool) -> list[str]:
    """Say what is wrong with a store after an operation that was, or was not, done; the next
    index run must then go through and leave nothing behind."""
    faults = [differences(store.path, model) for model in (allowed[1:] if done else allowed)]
    if all(faults):
        return faults[-1]
    held = allowed[1:] if done else allowed
    model = next(model for model, found in zip(held, faults, strict=True) if not found)
    more = Operation("put", {"e": "The next run."})
    try:
        perform(store, more)
    except Exception as error:
        return [f"the next run: {error}"]
    return differences(store.path, after(model, more))


def at_random_moments(scratch: Path, seed: int, trials: int) -> Trials:
    """Kill a process that does one operation after the other to one store. Each operation that it
    acknowledged must be there, the one that it was at may be, and nothing else.

    :param scratch: an empty folder.
    :param seed: of what is done, and when it is killed.
    :param trials: how often the process is killed.
    :returns: the trials.
    """
    chance = random.Random(seed)
    store = Store.create(scratch / "store")
    started = time.monotonic()
    model = before()
    filled(store, model)
    pace = (time.monotonic() - started) / 2
    failures: list[str] = []
    for trial in range(trials):
        planned = [model]
        todo = [_next(chance, planned) for _ in range(20)]
        done = _acknowledged(store, todo, chance.uniform(0, 5 * pace))
        allowed = planned[done : done + 2]
        faults = [differences(store.path, held) for held in allowed]
        if all(faults):
            failures += [f"seed {seed}, trial {trial}: {line}" for line in faults[0]]
            return Trials(trials, tuple(failures))
        model = next(held for held, found in zip(allowed, faults, strict=True) if not found)
    return Trials(trials, tuple(failures))


def _next(chance: random.Random, planned: list[Model]) -> Operation:
    chosen = some_operation(chance, planned[-1])
    planned.append(after(planned[-1], chosen))
    return chosen


def _acknowledged(store: Store, todo: list[Operation], seconds: float) -> int:
    """Count the operations that a process had done when it was killed."""
    ours, its = os.pipe()

    def run() -> None:
        for number, chosen in enumerate(todo, 1):
            perform(store, chosen)
            os.write(its, struct.pack("B", number))

    killed(run, after=seconds)
    os.close(its)
    with open(ours, "rb") as acknowledgements:
        return max(acknowledgements.read(), default=0)
