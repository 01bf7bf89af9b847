"""Title, date and outlet are read where an article states them, and nowhere else."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import require
from qa.cleaning import clean
from qa.headers import find_published, find_source, find_title, iso_date

STORY = (
    "The ferry to the outer islands stood still for a third day, and fruit was rotting in the "
    "sheds while the two sides went on talking in the old chapel above the harbour."
)

HEADS = {
    "000": None,
    "001": None,
    "002": "c54682528c99",
    "003": "c7c071cd0697",
    "004": "d46833c10590",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-05-27", "2019-05-27"),
        ("2019-05-27T10:00:00Z", "2019-05-27"),
        ("2019-05-27T23:59:59.123+09:00", "2019-05-27"),
        ("2019-05-27 10:00", "2019-05-27"),
        ("2019-05", "2019-05"),
        ("2019", "2019"),
        ("20190527", "2019-05-27"),
        ("2019/5/7", "2019-05-07"),
        ("May 27, 2019", "2019-05-27"),
        (" MAY  27, 2019 ", "2019-05-27"),
        ("27 May 2019", "2019-05-27"),
        ("27th May, 2019", "2019-05-27"),
        ("27-May-2019", "2019-05-27"),
        ("Sept. 5, 2017", "2017-09-05"),
        ("May 2019", "2019-05"),
        ("Mon, 27 May 2019 10:00:00 GMT", "2019-05-27"),
        ("Mon, 27 May 2019 10:00:00 +0000", "2019-05-27"),
        ("3:15 PM EDT May 27, 2019", "2019-05-27"),
        ("Monday, May 27, 2019 at 3:15 p.m. ET", "2019-05-27"),
        ("27/05/2019", "2019-05-27"),
        ("05/27/2019", "2019-05-27"),
        ("27.05.2019", "2019-05-27"),
        ("05/05/2019", "2019-05-05"),
        ("05/04/2019", "2019"),
        ("2019-02-30", None),
        ("31/31/2019", None),
        ("0/5/2019", None),
        ("0999", None),
        ("27/05/19", None),
        ("yesterday", None),
        ("", None),
        ("1558951200", None),
    ],
)
def test_a_date_is_brought_into_iso_in_its_precision(value: str, expected: str | None) -> None:
    assert iso_date(value) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("TOKYO, May 27, 2019 (Harbour Wire) - ", "2019-05-27"),
        ("LONDON, 27 May 2019 – ", "2019-05-27"),
        ("May 27, 2019 (Reuters) - ", "2019-05-27"),
        ("NEW YORK, Sept. 5, 2017 /PRNewswire/ -- ", "2017-09-05"),
        ("Published 3:15 PM EDT May 27, 2019 Updated 4:00 PM EDT May 28, 2019\n\n", "2019-05-27"),
        ("Updated: 28 May 2019 | Published: 27 May 2019\n\n", "2019-05-27"),
        ("Updated: 27 May 2019\n\n", "2019-05-27"),
        ("First published on Mon 27 May 2019 10.00 BST\n\n", "2019-05-27"),
        ("Posted: May 2019\n\n", "2019-05"),
        ("2019-05-27\n\n", "2019-05-27"),
        ("By Jane Quill | May 27, 2019 | 5 min read\n\n", "2019-05-27"),
        ("TOKYO, May 27 (Harbour Wire) - ", None),
        ("In Tokyo, May 27, 2019 — the day it began — ", None),
        ("On May 27, 2019 the harbour closed.\n\n", None),
        ("The report was published May 27, 2019.\n\n", None),
        ("May 27, 2019\n\nMay 28, 2019\n\n", None),
        ("• Date: May 27, 2019\n\n", None),
        ("© 2019 Harbour Wire\n\n", None),
        ("", None),
    ],
)
def test_the_date_is_read_at_the_head(head: str, expected: str | None) -> None:
    assert find_published(head + STORY) == expected


def test_the_date_is_read_at_the_foot_but_not_in_a_chronicle() -> None:
    assert find_published(f"{STORY}\n\nFirst published May 27, 2019") == "2019-05-27"
    assert find_published(f"{STORY}\n\n27 May 2019") == "2019-05-27"
    chronicle = "\n\n".join(f"May {day}, 2019\n\n{STORY}" for day in range(1, 20))
    assert find_published(f"{STORY}\n\n{chronicle}\n\nMay 27, 2019") is None
    assert find_published(f"{STORY}\n\nMay 27, 2019\n\n" + f"{STORY}\n\n" * 9) is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("TOKYO (Reuters) - ", "Reuters"),
        ("(AP) — ", "AP"),
        ("BEIJING, Nov 8 (Xinhua) -- ", "Xinhua"),
        ("TOKYO, May 27, 2019 (Harbour Wire) - ", "Harbour Wire"),
        ("Seoul, South Korea (CNN) ", "CNN"),
        ("New York (CNN Business) ", "CNN Business"),
        ("CNN —\n\n", "CNN"),
        ("By Jane Quill, CNN\n\n", "CNN"),
        ("By Jane Quill and Sam Reed, Harbour Times\n\n", "Harbour Times"),
        ("By Associated Press\n\n", "Associated Press"),
        ("Jane Quill\n\nUSA TODAY\n\n", "USA TODAY"),
        ("WASHINGTON -- ", None),
        ("By Jane Quill, Sam Reed\n\n", None),
        ("The union (Local 9) ", None),
        ("A spokesman (who asked not to be named) - ", None),
        ("", None),
    ],
)
def test_the_outlet_is_read_in_dateline_and_byline(head: str, expected: str | None) -> None:
    assert find_source(head + STORY) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Harbour talks move to neutral ground\n\n", "Harbour talks move to neutral ground"),
        ("# Harbour talks move to neutral ground\n\n", "Harbour talks move to neutral ground"),
        ("The owner leaves the hall.\n\nTalks break down again\n\n", "Talks break down again"),
        ("HARBOUR WIRE\n\nTalks break down once again\n\n", "Talks break down once again"),
        ("May 27, 2019\n\nTalks break down once again\n\n", "Talks break down once again"),
        ("By Jane Quill\n\nWhat the owners said on Monday\n\n", None),
        ("Jane Quill, Sam Reed and Ann Vane\n\n", None),
        ("Special to USA TODAY and others\n\n", None),
        ("The owner leaves the old hall (Pool via Kyodo)\n\n", None),
        ("Photo by Jane Quill for Harbour Wire\n\n", None),
        ("The claim: the harbour is deeper than the sea\n\n", None),
        ("Published 3:15 PM EDT May 27, 2019\n\n", None),
        ("TOKYO (Reuters) - Talks broke down\n\n", None),
        ("", None),
    ],
)
def test_the_headline_is_a_short_line_above_the_story(head: str, expected: str | None) -> None:
    assert find_title(head + STORY) == expected


def test_a_line_below_the_first_paragraph_is_no_headline() -> None:
    assert find_title(f"{STORY}\n\nHarbour talks move to neutral ground\n\n{STORY}") is None


def test_the_five_documents_get_their_own_headlines() -> None:
    heads = {}
    for path in sorted((require("shared") / "seeds").glob("*.txt")):
        text = clean(path.read_text(encoding="utf-8"))
        title = find_title(text)
        heads[path.name[:3]] = title and hashlib.sha256(title.encode()).hexdigest()[:12]
        assert find_published(text) is None
        assert find_source(text) is None
    assert heads == HEADS


@settings(deadline=None)
@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    title, published = find_title(text), find_published(text)
    assert title is None or title in text
    assert published is None or iso_date(published) == published
    find_source(text)
    iso_date(text)
