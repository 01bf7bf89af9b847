"""Which lines go as page furniture, which stay, and how both are counted."""

from hashlib import sha256
from pathlib import Path

import pytest

from conftest import require
from eval.furniture import Counts, Label, clean_archive, count, kept_lines, load_labels, report
from qa.cleaning import clean
from qa.errors import PullquoteError
from qa.repetition import SeenLines

STORY = "The council of the harbour town met on Monday to vote on the new ferry and its piers."


def between(line: str) -> str:
    """A line between two paragraphs of a story."""
    return f"{STORY}\n\n{line}\n\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "Video Ad Feedback Ferry sinks off the pier 01:23 - Source: Harbour Wire",
        "JUST WATCHED Ferry sinks Replay More Videos ... MUST WATCH Ferry sinks 02:10",
        "Now playing: Ferry sinks off the pier",
        "Photos: The harbour Boats lie at the pier after the storm. Hide Caption 3 of 21",
        "Show Caption Hide Caption",
        "3 of 21",
        "Advertisement",
        "(Story continues after photo gallery.)",
        "Skip to main content",
        "Read More",
        "Share | Tweet | Email | Print",
    ],
)
def test_what_stands_around_players_and_galleries_goes(line: str) -> None:
    assert clean(between(line)) == f"{STORY}\n\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "More: Why the ferry vote failed last year",
        "RELATED: The old pier, its builders and its ghosts",
        "READ MORE: How the harbour was won",
        "Opinion:The ferry is not worth it. Here is why.",
        "Ferry fares:What commuters will pay from January",
        "'We lost everything':Fishermen on the storm that took their boats",
        "►Storm damage: How to claim for a lost boat",
        "👉 Read more: What the storm did to the pier",
        "HARBOUR TOWN STORM: What we know about the missing boat",
        "More AP ferries: https://example.com/ferries and https://example.org/Ferry_News",
        "What is a ferry worth?How the harbour town counts",
        "►Harbour town counts its lost boats",
        "📸 Boats of the harbour in 12 pictures",
    ],
)
def test_links_to_other_stories_go(line: str) -> None:
    assert clean(between(line)) == f"{STORY}\n\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our newsletter.",
        "Want harbour news in your inbox? Sign up here.",
        "(You can get “Tides Today” delivered to your inbox daily. Sign up here.)",
        "Support local journalism: Subscribe to Harbour Wire today.",
        "Thank you for supporting our journalism.",
        "Follow Ana Ruiz on Twitter: @anaruiz.",
        "Contact Ana Ruiz at ana@example.com or 555-0123.",
        "Ana Ruiz can be reached at ana@example.com.",
        "Check your local tides here>>>",
        "Take our weekly harbour quiz to see if you know your boats!",
        "Coast Post is a Harbour Wire content partner offering news of the sea.",
        "Purchases you make through our links may earn us a commission.",
        "If you wish to object to the use of your data, please tick here.",
        "We will use your details as described in our Privacy Policy.",
        "You can also sign up for our harbour newsletter here and learn to sail.",
        "The Tide Table is a daily roundup. Subscribe to the newsletter here.",
        "Prices were accurate at the time this article was published.",
        "Ferry coverage at Harbour Wire is made possible by a grant from a fund.",
        "Live coverage of the vote can be found here.",
        "(Looking for a recap of the vote? We've got you covered.)",
        "Follow the vote here.",
        "To read more about the ferry, click here.",
        "Story continues below. On a phone, tap the boat.",
        "What's the weather at the pier? Check your local forecast.",
        "Did you follow the tides? Test your knowledge with our quiz.",
        "Want more tides?",
        "Visit example.com/harbour for more news, features and videos",
    ],
)
def test_calls_on_the_reader_go(line: str) -> None:
    assert clean(between(line)) == f"{STORY}\n\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        "Ferry vote fails",
        "What we know about the ferry",
        "HARBOUR TOWN (Harbour Wire) — The ferry sank.",
        "By Ana Ruiz",
        "– Ana Ruiz",
        "Contributing: Ana Ruiz, Harbour Wire; follow her on Twitter @anaruiz",
        "Ana Ruiz is a reporter at Harbour Wire. Follow her on Twitter @anaruiz.",
        "Editor's note: A version of this story ran in our newsletter. Sign up here.",
        "She told readers to sign up for her newsletter here, they said.",
        "More than 100 people: that is what the ferry holds.",
        "The service starts at 11:55 a.m. and ends at noon",
        "Final score 3:2 after extra time",
        "HARBOUR: The ferry is late again tonight",
        "Opinion: An earlier column misspelled the mayor's name.",
        "Tickets:The ferry office on the old pier",
        "Like other ports, it has a page on Facebook.",
        "The ferry seats 3 of 21 people",
        "Boats lie at the pier after the storm. (Ana Ruiz / Harbour Wire)",
        "►The ferry sank on Monday: nobody was hurt.",
        '►The mayor said it was "a bad night for all."',
        "HOT TIP: there’s a stream of the ferry pic.twitter.com/x — Pier (@pier) May 2, 2022",
        "Contact the Harbour Lifeline at 555-0123",
        '"Who took the boat?Who?" he asked the town',
    ],
)
def test_lines_of_the_story_stay(line: str) -> None:
    assert clean(between(line)) == between(line)


def test_a_repeated_heading_of_sources_stays() -> None:
    seen = SeenLines()
    for number in range(3):
        seen.add("Harbour Wire", f"Our fact-check sources:\n{number * 'x'}")
    text = between("Our fact-check sources:")
    assert clean(text, seen, "Harbour Wire") == text


@pytest.mark.parametrize("heading", ["Related:", "Read more:", "More from Harbour Wire:"])
def test_a_list_of_other_stories_goes_with_its_heading(heading: str) -> None:
    links = f"{heading}\n\nWhy the old lighthouse was sold\n\nFishermen win a fight over nets"
    assert clean(between(links)) == f"{STORY}\n\n{STORY}"
    assert clean(f"{STORY}\n\n{links}") == STORY


@pytest.mark.parametrize(
    "below",
    [
        "The new ferry and its piers",
        "Who gains from such a thing?",
        "On the pier",
        "Nobody at the pier was surprised, they said.",
    ],
)
def test_what_is_no_headline_of_another_story_stays_below_a_heading(below: str) -> None:
    assert clean(between(f"More from Harbour Wire:\n\n{below}")).count(below) == 1


LINK = "More: Why the ferry vote failed last year"


@pytest.mark.parametrize(
    "headline",
    [
        "Nets too wide? Fishermen win long fight against inspectors",
        "Old lighthouse: Family buys lamp and staircase at auction",
    ],
)
def test_a_headline_behind_a_kicker_goes_where_the_article_links_elsewhere(headline: str) -> None:
    assert clean(f"{between(headline)}\n\n{LINK}\n\n{STORY}") == f"{STORY}\n\n{STORY}\n\n{STORY}"
    assert clean(between(headline)) == between(headline)


@pytest.mark.parametrize(
    "line",
    [
        "New ferry: Council of harbour town will vote on piers",
        "Location: Old lighthouse beside fishermen's market hall",
        "March 3: Family buys lamp and staircase at auction",
        'The keeper asked: "Family buys lamp and staircase at auction?"',
        "Old lighthouse: Family buys lamp and staircase at auction.",
        "Old lighthouse: Lamp sold",
    ],
)
def test_labels_of_the_story_stay_where_it_links_elsewhere(line: str) -> None:
    assert clean(f"{between(line)}\n\n{LINK}") == between(line)


def test_a_headline_that_explains_goes_even_if_its_words_stand_elsewhere() -> None:
    later = (
        "The coast storm warning covers insurance, pumps and boats, the keeper of the pumps said."
    )
    explains, tells = (
        f"Coast storm warning: {word} insurance for boat pumps" for word in ("Why", "No")
    )
    for headline, left in ((explains, STORY), (tells, between(tells))):
        text = headline.join((f"{STORY}\n\n", f"\n\n{STORY}"))
        kept = f"{STORY}\n\n{STORY}" if left == STORY else left
        assert clean(f"{text}\n\n{LINK}\n\n{later}") == f"{kept}\n\n{later}"


def test_titles_of_videos_above_the_dateline_go_if_one_is_repeated() -> None:
    titles = "Lighthouse keeper speaks out\n\nWatch fishermen haul in a whale"
    photo = "Boats at the pier on Monday (AP Photo/Ana Ruiz)"
    text = f"{titles}\n\n{photo}\n\nHarbour Town CNN —\n\n{STORY}"
    seen = SeenLines()
    seen.add("Harbour Wire", text)
    assert clean(text, seen, "Harbour Wire") == text
    seen.add("Harbour Wire", f"Lighthouse keeper speaks out\n\n{STORY}")
    assert clean(text, seen, "Harbour Wire") == f"{photo}\n\nHarbour Town CNN —\n\n{STORY}"


def test_speakers_in_capitals_stay() -> None:
    text = "\n".join(
        f"HARBOUR WIRE: Why did the ferry sink on {day}\n{STORY}" for day in ("Monday", "Tuesday")
    )
    assert clean(text) == text


def test_labels_that_an_article_runs_into_its_paragraphs_stay() -> None:
    places = ("Eastport", "Westport", "Northport")
    long = "\n\n".join(f"{place}:{STORY} {STORY} {STORY} {STORY}" for place in places)
    text = f"{long}\n\nSouthport:A ferry sank here"
    assert clean(text) == text


def test_a_repeated_line_goes_only_if_its_words_are_the_page_s() -> None:
    call, subhead = "Get the best of the coast on our app", "What we know about the ferry"
    seen = SeenLines()
    for number in range(3):
        seen.add("Harbour Wire", f"{call}\n{subhead}\n{'x' * number}")
    text = f"{STORY}\n\n{call}\n\n{subhead}\n\n{STORY}"
    assert clean(text) == text
    assert clean(text, seen, "Coast Post") == text
    assert clean(text, seen, "Harbour Wire") == f"{STORY}\n\n{subhead}\n\n{STORY}"


def test_rules_go_where_nothing_follows() -> None:
    assert clean(f"{STORY}\n\n___\n\n{STORY}\n\n___\n\nRead More") == f"{STORY}\n\n___\n\n{STORY}"


def test_kept_lines_are_found_in_order() -> None:
    assert kept_lines("one\n\ntwo \none\nthree", "one\n\none\nthree") == {1, 4, 5}


def label(line: int, text: str, kind: str) -> dict[str, str]:
    """A row of a label file."""
    digest = sha256(text.encode()).hexdigest()
    return {"file": "seeds/a.txt", "line": str(line), "sha256": digest, "label": kind}


def write_labels(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write a label file."""
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_labels_are_counted_against_what_is_kept(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    text = f"Read More\n{STORY}\nMore: Why the vote failed\nAnd another thing"
    (tmp_path / "seeds" / "a.txt").write_text(text, encoding="utf-8")
    rows = [
        label(1, "Read More", "drop"),
        label(2, STORY, "keep"),
        label(3, "More: Why the vote failed", "keep"),
        label(4, "And another thing", "drop"),
    ]
    labels = load_labels(write_labels(tmp_path / "labels.tsv", rows))
    counts = count(labels, *clean_archive(tmp_path, {"seeds/a.txt"}))
    assert counts == Counts(2, 2, (("seeds/a.txt", 4),), (("seeds/a.txt", 3),))
    assert list(report(counts, errors=True)) == [
        "furniture dropped  1 of 2 (50.00%)",
        "story lost         1 of 2 (50.00%)",
        "missed  seeds/a.txt  line 4",
        "lost    seeds/a.txt  line 3",
    ]


def test_a_label_of_another_text_is_refused() -> None:
    labels = [Label("seeds/a.txt", 1, "0" * 64, "keep")]
    with pytest.raises(PullquoteError, match=r"seeds/a\.txt, line 1"):
        count(labels, {"seeds/a.txt": "one"}, {"seeds/a.txt": "one"})


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PullquoteError, match=r"seeds/a\.txt"):
        clean_archive(tmp_path, {"seeds/a.txt"})


def test_an_unknown_label_is_refused(tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.tsv", [label(1, "one", "maybe")])
    with pytest.raises(PullquoteError, match="'maybe'"):
        load_labels(path)


def test_the_five_documents_lose_their_furniture_and_no_story() -> None:
    labels = Path(__file__).parent / "data" / "furniture" / "documents.tsv"
    found = load_labels(labels)
    counts = count(found, *clean_archive(require("shared"), {one.file for one in found}))
    assert (counts.missed, counts.lost) == ((), ())
