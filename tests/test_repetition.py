"""Counting the lines that different articles of a source have in common."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qa.repetition import SeenLines


def test_a_line_is_counted_once_for_each_different_article() -> None:
    seen = SeenLines()
    seen.add("Harbour Wire", "Check the tides here\nThe ferry sank.\nCheck the tides here")
    seen.add("Harbour Wire", "Check the tides here\nThe pier burnt.")
    assert seen.count("Harbour Wire", "Check the tides here") == 2
    assert seen.count("Harbour Wire", "The ferry sank.") == 1
    assert seen.count("Harbour Wire", "The mayor left.") == 0


def test_equal_texts_of_a_source_count_once() -> None:
    seen = SeenLines()
    seen.add("Harbour Wire", "Check the tides here")
    seen.add("Harbour Wire", "Check the tides here")
    seen.add("Coast Post", "Check the tides here")
    assert seen.count("Harbour Wire", "Check the tides here") == 1
    assert seen.count("Coast Post", "Check the tides here") == 1


def test_no_source_is_told_from_every_named_one() -> None:
    seen = SeenLines()
    seen.add(None, "Check the tides here")
    assert seen.count(None, "Check the tides here") == 1
    assert seen.count("", "Check the tides here") == 0


def test_case_spaces_and_numbers_make_no_difference() -> None:
    seen = SeenLines()
    seen.add(None, "Photo 3 of 12")
    assert seen.count(None, "  photo 11  of 9") == 1


def test_blank_and_long_lines_are_not_counted() -> None:
    seen = SeenLines()
    seen.add(None, "\n" + "a" * 241 + "\n" + "a" * 240)
    assert seen.count(None, "") == 0
    assert seen.count(None, "a" * 241) == 0
    assert seen.count(None, "a" * 240) == 1


def test_a_count_stops_at_its_most() -> None:
    seen = SeenLines()
    for number in range(300):
        seen.add(None, f"Check the tides here\n{'x' * number}")
    assert seen.count(None, "Check the tides here") == 255


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), max_size=8))
def test_no_count_is_too_low(articles: list[set[str]]) -> None:
    seen = SeenLines()
    texts = {"\n".join(sorted(article)) for article in articles}
    for text in texts:
        seen.add("Harbour Wire", text)
    for line in "abcdef":
        assert seen.count("Harbour Wire", line) >= sum(line in text for text in texts)
