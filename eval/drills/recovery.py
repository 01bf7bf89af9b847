"""Row 1, the clock: how long a store of ten thousand passages takes to open, and to recover."""

import random
import shutil
import time
from pathlib import Path

from eval.drills.kills import Trials
from eval.drills.made import Operation, perform, some_text
from qa.store import Store

FROM_CACHE, FROM_TRUTH = 5.0, 30.0  # seconds
_PER_ARTICLE = 100


def recovers_in_time(scratch: Path, passages: int) -> Trials:
    """Open a store from its caches, then with all of them gone.

    :param scratch: an empty folder.
    :param passages: how large the store is at least.
    :returns: two trials.
    """
    store = Store.create(scratch / "store")
    chance, words = random.Random(3), 16 * _PER_ARTICLE
    texts = {str(n): some_text(chance, words) for n in range(passages // _PER_ARTICLE + 1)}
    perform(store, Operation("put", texts))
    cached = _seconds(store, passages)
    shutil.rmtree(store.path / "generations")
    rebuilt = _seconds(store, passages)
    failures = []
    if cached > FROM_CACHE:
        failures.append(f"opening {passages} passages took {cached:.1f} s, not {FROM_CACHE:.0f}")
    if rebuilt > FROM_TRUTH:
        failures.append(f"recovering {passages} passages took {rebuilt:.1f} s")
    return Trials(2, tuple(failures))


def _seconds(store: Store, passages: int) -> float:
    started = time.monotonic()
    with store.snapshot() as snapshot:
        if len(snapshot) < passages:
            raise ValueError(f"{len(snapshot)} passages instead of {passages}")
        return time.monotonic() - started
