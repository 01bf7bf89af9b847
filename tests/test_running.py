"""An evaluation under way: one at a time, after people, and no longer than somebody looks on."""

import threading
import time
from collections.abc import Callable

import pytest

from qa.errors import InputError
from ui.courtesy import Courtesy
from ui.running import Run, Runner, Told, Work


def endless(told: Told) -> None:
    for done in range(1, 100_000):
        time.sleep(0.002)
        told(done, 100_000)


def started(work: Work, lease: float = 30.0, courtesy: Courtesy | None = None) -> Run:
    run = Runner(courtesy or Courtesy(), lease).start("me", lambda: (1, work))
    assert run is not None
    return run


def test_one_run_at_a_time_and_the_next_when_it_has_ended() -> None:
    runner = Runner(Courtesy())
    first = runner.start("me", lambda: (1, endless))
    assert first is not None
    assert runner.start("you", pytest.fail) is None
    assert (runner.of("me"), runner.of("you"), runner.of(None)) == (first, None, None)
    first.stop()
    assert first.wait(5)
    assert runner.of("me") is None
    second = runner.start("you", lambda: (1, lambda told: None))
    assert second is not None
    assert second.wait(5)


def test_a_run_that_nobody_looks_on_ends_by_itself() -> None:
    run = started(endless, lease=0.3)
    for _ in range(4):
        time.sleep(0.15)
        run.renew()
    assert run.under_way
    assert run.wait(5)
    assert run.error is None
    assert not [one for one in threading.enumerate() if one.name == "evaluation"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (InputError("No such set."), "No such set."),
        (RuntimeError("secret"), "Something went"),
    ],
)
def test_a_fault_is_one_sentence(fault: Exception, words: str) -> None:
    def work(told: Told) -> None:
        raise fault

    run = started(work)
    assert run.wait(5)
    assert run.error is not None
    assert run.error.startswith(words)
    assert "secret" not in run.error


def test_a_question_that_a_person_waits_for_goes_first() -> None:
    courtesy = Courtesy()
    done: list[int] = []

    def work(told: Told) -> None:
        for number in range(1, 4):
            done.append(number)
            told(number, 3)

    with courtesy.asking():
        run = started(work, courtesy=courtesy)
        assert not run.wait(0.3)
        assert done == [1]
    assert run.wait(5)
    assert done == [1, 2, 3]


def test_people_who_never_stop_asking_do_not_starve_a_run() -> None:
    courtesy = Courtesy()
    with courtesy.asking():
        began = time.monotonic()
        courtesy.give_way(patience=0.1)
        assert 0.1 <= time.monotonic() - began < 2


def test_the_pace_leaves_out_what_was_done_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0, 12.0])
    run = Run("me", 1, lambda told: None, Courtesy())
    monkeypatch.setattr("ui.running.time.monotonic", lambda: next(clock))
    tell: Callable[[int, int], None] = run._told
    assert run.pace().left_s is None
    tell(40, 40)
    assert (run.pace().done, run.pace().left_s) == (40, None)
    run._done, run._total = 44, 50
    assert run.pace() == type(run.pace())(44, 50, 0.4, 15.0)
