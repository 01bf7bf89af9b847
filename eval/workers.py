"""Work on several questions at a time, in one process, and give the results in order."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from os import cpu_count
from typing import Any, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")
AHEAD = 4


def in_order(work: Callable[[In], Out], items: Iterable[In], workers: int) -> Iterator[Out]:
    """Map over items in threads.

    Threads, because torch, FAISS and SQLite let go of the interpreter while they work, and one copy
    of models and store serves all of them. Never more than four items a worker are under way, so
    memory stays flat.

    :param work: what to do; must bear being called from several threads.
    :param items: what to do it with.
    :param workers: how many threads; 1 for none.
    :yields: results in the order of the items.
    """
    if workers == 1:
        yield from map(work, items)
        return
    under_way: deque[Future[Out]] = deque()
    pool = ThreadPoolExecutor(workers, "question")
    try:
        with _divided_cores(workers):
            for item in items:
                under_way.append(pool.submit(work, item))
                if len(under_way) == AHEAD * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _divided_cores(workers: int) -> Iterator[None]:
    """Give each worker its share of the cores: torch would start as many threads as there are cores
    in every one of them, and they would wait for each other."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, (cpu_count() or 1) // workers)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
