"""One job at a time for the whole server, in the order in which they came."""

import threading
import time

import pytest
from made_own import finish

from qa.errors import InputError
from ui.desk import MOST_WAITING, Desk, Fate, Job, Stopped


def job(owner: str, work: object = lambda job: None) -> Job:
    return Job(owner, (Fate("a.txt"),), work)  # type: ignore[arg-type]


def test_jobs_are_done_one_after_the_other_and_say_how_many_are_before() -> None:
    desk, gate, order = Desk(), threading.Event(), list[str]()

    def wait(one: Job) -> None:
        gate.wait(20)
        order.append(one.owner)

    jobs = [job(name, wait) for name in "abc"]
    for one in jobs:
        desk.put(one)
    assert [desk.ahead(one) for one in jobs] == [0, 1, 2]
    assert desk.of("b") is jobs[1]
    gate.set()
    for one in jobs:
        finish(one)
    assert order == ["a", "b", "c"]
    assert desk.of("b") is None
    assert desk.ahead(jobs[2]) == 0
    desk.close()


def test_a_browser_has_one_job_and_the_desk_so_many() -> None:
    desk, gate = Desk(), threading.Event()
    for number in range(MOST_WAITING):
        desk.put(job(f"{number}", lambda _: gate.wait(20)))
    with pytest.raises(InputError, match="Your last articles are still being read"):
        desk.put(job("0"))
    with pytest.raises(InputError, match="Many others are adding articles now"):
        desk.put(job("new"))
    gate.set()
    desk.close()


def test_a_fault_ends_its_job_and_no_other() -> None:
    desk = Desk()

    def fail(_: Job) -> None:
        raise RuntimeError("a fault of its own")

    first, second = job("a", fail), job("b")
    desk.put(first)
    desk.put(second)
    finish(first)
    finish(second)
    desk.close()


def test_closing_stops_the_job_at_work_and_those_that_wait() -> None:
    desk, stopped = Desk(), list[str]()

    def work(one: Job) -> None:
        try:
            while True:
                one.go_on()
                time.sleep(0.005)
        except Stopped:
            stopped.append(one.owner)

    for name in "ab":
        desk.put(job(name, work))
    started = time.monotonic()
    desk.close()
    assert stopped == ["a", "b"]
    assert time.monotonic() - started < 8
    with pytest.raises(InputError):
        desk.put(job("c"))
