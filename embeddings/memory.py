"""Memory that a computation gives up is kept for the next.

The C library hands large blocks back to the system as soon as they are free, and the system clears
each of their pages again before the next use. A network that makes and drops tensors of a megabyte
all the time spends a fifth of its time on that.
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h of glibc

_KEPT = 256 * 2**20
_LARGEST_KEPT = 32 * 2**20


def keep_memory() -> bool:
    """Let this process keep freed memory, up to 256 MiB for each pool of its allocator and blocks
    of up to 32 MiB.

    :returns: whether the C library does so; only that of GNU can be told.
    """
    if not sys.platform.startswith("linux"):
        return False
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is None:
        return False
    return bool(tune(_TRIM_THRESHOLD, _KEPT) and tune(_MMAP_THRESHOLD, _LARGEST_KEPT))
