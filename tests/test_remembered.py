"""What was worked out last, kept while there is room."""

from qa.remembered import Remembered


def test_what_was_longest_not_asked_for_goes_first() -> None:
    known: Remembered[str, int] = Remembered(2)
    known.put("a", 1)
    known.put("b", 2)
    assert known.get("a") == 1
    known.put("c", 3)
    assert [known.get(key) for key in "abc"] == [1, None, 3]
    assert len(known) == 2


def test_no_room_keeps_nothing() -> None:
    known: Remembered[str, int] = Remembered(0)
    known.put("a", 1)
    assert known.get("a") is None
