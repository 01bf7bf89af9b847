"""How often one address may do something: requests per second, and tries at the password."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

_REMEMBERED = 10_000

V = TypeVar("V")


@dataclass(slots=True)
class Bucket:
    """Tokens per address: ``burst`` to begin with, ``rate`` more each second."""

    rate: float = 100.0
    burst: float = 400.0
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, address: str) -> bool:
        """Take one token.

        :param address: who asks.
        :returns: False when there was none left.
        """
        now, who = self.clock(), network(address)
        left, since = self._left.pop(who, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        taken = left >= 1
        _remember(self._left, who, (left - taken, now))
        return taken


@dataclass(slots=True)
class Lockout:
    """Locks an address out after ``tries`` wrong passwords: ``first`` seconds, then twice that for
    every further one, up to ``longest``. A day without a try is forgiven."""

    tries: int = 5
    first: float = 60.0
    longest: float = 3600.0
    clock: Callable[[], float] = time.monotonic
    _failed: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def attempt(self, address: str) -> float:
        """Begin a try. It counts as failed until ``forgive`` is called, so that tries made at the
        same time are counted, too.

        :param address: who tries.
        :returns: 0.0 when it may be made; else the seconds until the next one may.
        """
        now, who = self.clock(), network(address)
        count, last = self._failed.get(who, (0, now))
        if now - last > 86_400:
            count = 0
        wait = last + self._pause(count) - now
        if wait > 0:
            return wait
        self._failed.pop(who, None)
        _remember(self._failed, who, (count + 1, now))
        return 0.0

    def forgive(self, address: str) -> None:
        """Forget the tries of an address that knew the password.

        :param address: who tried.
        """
        self._failed.pop(network(address), None)

    def _pause(self, count: int) -> float:
        if count < self.tries:
            return 0.0
        return min(self.longest, self.first * 2.0 ** min(count - self.tries, 30))


def network(address: str) -> str:
    """Name who is behind an address: in IPv6, where one household has many, its /64.

    :param address: an IP address, or anything else, which is kept.
    :returns: the key to count by.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))


def _remember(known: OrderedDict[str, V], who: str, value: V) -> None:
    known[who] = value
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
