"""Many users at once: what counts as well, and five of them for a minute with the real models."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import require
from ui.load import SLOWEST_S, Load, load, seed_questions
from ui.paint import paint
from ui.served import STOPPED, Usage, serving

USED = Usage(500.0, 14, 7)
WELL = Load(5, 60.0, (0.1,) * 99 + (6.0,), (), USED, replace(USED, memory_mb=524.0))


def test_a_load_that_went_well_has_no_complaints() -> None:
    assert WELL.complaints() == []
    assert WELL.line() == (
        "5 users, 60 s: 100 answers, 1.7/s, p50 0.10 s, p95 0.10 s, 0 faults; "
        "500 MB, 14 files, 7 threads -> 524 MB, 14 files, 7 threads"
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"faults": ("ReadError: gone", "other")}, "2 questions failed: ReadError: gone"),
        ({"seconds": (0.1,) * 9 + (6.0,) * 9}, "1 answer in 20 took more than 6.0 s."),
        ({"seconds": ()}, "1 answer in 20 took more than inf s."),
        ({"after": replace(USED, memory_mb=530.0)}, "Memory grew by 6.0%."),
        ({"after": replace(USED, files=16)}, "2 more files are open."),
    ],
)
def test_each_way_to_go_wrong_is_named(change: dict[str, object], complaint: str) -> None:
    assert replace(WELL, **change).complaints() == [complaint]  # type: ignore[arg-type]


@pytest.mark.timeout(900)
def test_five_users_for_a_minute_are_all_answered_and_leave_nothing_behind(
    sample_store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # Five seconds are promised where nothing else runs; what others take here is not ours.
    others = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    with serving(sample_store) as served:
        found = load(served, seed_questions()[:60], users=5, seconds=60.0)
        assert served.stop() == (STOPPED, "")
    with capfd.disabled():
        sys.stdout.write(f"\n{found.line()}; load of others {others:.1f} a core\n")
    assert found.complaints(SLOWEST_S * others) == []
    assert len(found.seconds) >= 30


@pytest.mark.timeout(300)
def test_the_page_shows_at_once_and_a_first_answer_soon_after(
    sample_store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    require("chromium")
    found = paint(sample_store, seed_questions()[0])
    with capfd.disabled():
        sys.stdout.write(f"\n{found.line()}\n")
    assert 0 < found.first_s <= found.usable_s < found.answer_s
    # Two and three seconds are promised on a machine that does nothing else; this one tests.
    assert found.first_s < 8
    assert found.answer_s < 20
