"""Threads that each compute alone, with the work of a question shared out among them.

Torch spreads every operation over all cores and waits for the slowest after each. That is quick on
an idle machine; where anything else runs, or two questions come at once, most of the time goes
into waiting. A thread that takes a share of the passages through the whole model waits once.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")


def cores() -> int:
    """Tell how many threads may compute: as many as ``OMP_NUM_THREADS`` says, else one for every
    core that this process may use.

    :returns: at least 1.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else len(os.sched_getaffinity(0))


class Threads:
    """A number of threads that compute.

    :param count: how many; one is the thread of the caller.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, "compute", _alone) if count > 1 else None

    def map(self, call: Callable[[Part], Found], parts: Sequence[Part]) -> list[Found]:
        """Call once for every part, in these threads.

        :param call: what to call.
        :param parts: what to call it with.
        :returns: what the calls gave, in the order of the parts.
        """
        if self._pool is None:
            return [call(part) for part in parts]
        return list(self._pool.map(call, parts))


def shares(lengths: Sequence[int], count: int) -> list[list[int]]:
    """Share out places so that the sums of their lengths are about equal: the longest first, each
    to the share that has least.

    :param lengths: what each place weighs.
    :param count: how many shares to make at most.
    :returns: places by share, none empty.
    """
    shared: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        least = loads.index(min(loads))
        shared[least].append(place)
        loads[least] += lengths[place]
    return [share for share in shared if share]


def _alone() -> None:
    import torch

    torch.set_num_threads(1)
