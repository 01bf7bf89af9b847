"""Headlines without the outlet's name behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.mastheads import without_outlet


@pytest.mark.parametrize(
    ("title", "source", "expected"),
    [
        ("Talks resume | Harbour Wire", "Harbour Wire", "Talks resume"),
        ("Talks resume | Harbour Wire Business", "Harbour Wire", "Talks resume"),
        ("Talks resume - HWN", "hwn.com", "Talks resume"),
        ("Talks resume – HWNPolitics", "www.hwn.com", "Talks resume"),
        ("Talks resume | The Wire UK", "thewire.co.uk", "Talks resume"),
        ("Talks resume | The ...", "thewire.co.uk", "Talks resume"),
        ("Talks resume | Dock | HWN", "hwn.com", "Talks resume | Dock"),
        ("Talks resume - and then end", "hwn.com", "Talks resume - and then end"),
        ("Talks resume | The quay ...", "thewire.co.uk", "Talks resume | The quay ..."),
        ("Talks resume | HWN says it will tell all", "hwn.com", None),
        ("Harbour Wire", "Harbour Wire", "Harbour Wire"),
        ("Talks resume | Harbour Wire", None, "Talks resume | Harbour Wire"),
    ],
)
def test_only_the_name_of_the_outlet_goes(
    title: str, source: str | None, expected: str | None
) -> None:
    assert without_outlet(title, source) == (title if expected is None else expected)


def test_no_headline_stays_none() -> None:
    assert without_outlet(None, "Harbour Wire") is None


@given(st.text(), st.text())
def test_what_is_left_is_the_beginning_and_never_empty(title: str, source: str) -> None:
    left = without_outlet(title, source)
    assert left is not None
    assert title.startswith(left)
    assert bool(left) == bool(title)
