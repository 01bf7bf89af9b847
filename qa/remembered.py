"""What was worked out last, kept while there is room."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key; where there is no room the one that was longest not asked for goes. Threads
    may share it.

    :param room: how many values to keep; 0 keeps none.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._known: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Give the number of values."""
        return len(self._known)

    def get(self, key: K) -> V | None:
        """Give a value.

        :param key: its key.
        :returns: the value, None where it is not known.
        """
        with self._lock:
            if key not in self._known:
                return None
            self._known.move_to_end(key)
            return self._known[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value.

        :param key: its key.
        :param value: what to keep.
        """
        with self._lock:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > self._room:
                self._known.popitem(last=False)
