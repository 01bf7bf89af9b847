"""One form of Unicode, and the story without its page."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import require
from qa.cleaning import clean, normalise
from qa.repetition import SeenLines

STORY = "The council of the harbour town met on Monday to vote on the new ferry and its piers."

# Lines of the five documents that are furniture; all other lines that are not blank must stay.
FURNITURE = {
    "000": set(),
    "001": set(),
    "002": {17},
    "003": {1, 47, 49, 50, 51, 53, 55, 57, 59, 61, 62, 64, 66, 68, 69, 71, 73, 75, 77, 78}
    | {80, 81, 83, 85, 87, 89, 91, 92, 93, 95, 97, 99, 100, 101, 102},
    "004": {1, 41, 43, 45, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64, 66, 68, 69},
}

LINES = (
    *("", STORY, "Ferry vote on Monday", "• Do you use the ferry?", "Would you pay for it?"),
    *("Tell us what you think", "Email us your answers to:", "See all offers", "Source link"),
    *("Get unlimited access", "Stay ahead with our news;", "the best of the coast.", "  indented"),
    *("Sponsored Content", "IconArrowIcon FacebookIcon MailIcon PrintIcon", "{{left}} articles"),
    *("TownNews on phone, device, tablet", "Tell us what you think of it?", "e\u0301", "\u0301"),
    *("Pier reopens:Ferries return to the old harbour", "More: Why the ferry vote failed", "___"),
    *("Pier reopens:" + "The town cheered. " * 20, "Follow Ana Ruiz: @anaruiz", "1 of 9"),
    *("HARBOUR TOWN NEWS: Ferries return to the old harbour", "See tides on our app", "Read More"),
    *("Sign up for our newsletter.", "Now playing: Ferry sinks 01:23", "RELATED: The old pier"),
)


def seen_lines() -> SeenLines:
    """Three articles with all the made lines."""
    seen = SeenLines()
    for number in range(3):
        seen.add("Harbour Wire", "\n".join((*LINES, f"Number {'x' * number}")))
    return seen


SEEN = seen_lines()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("one\r\ntwo\rthree\u2028four\x85five\ffive", "one\ntwo\nthree\nfour\nfive\nfive"),
        ("a\u00a0b\u2009c\u3000d", "a b c d"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen \u202eleft\u2069", "zerowidth softhyphen left"),
        ("nul\x00bell\x07tab\tend", "nulbelltab\tend"),
        ("half \ud83d a pair", "half  a pair"),
        ("one  \n \t\n\n\n\ntwo \n", "one\n\ntwo"),
        ("kept: “—” 🎉 £5 ½ ﬁ", "kept: “—” 🎉 £5 ½ ﬁ"),
    ],
)
def test_normalise_gives_one_form(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


def test_normalise_cuts_endless_stacks_of_accents_and_leaves_high_ones() -> None:
    assert normalise("x" + "\u0323" * 1000 + "y") == "x" + "\u0323" * 30 + "y"
    assert normalise("x" + "\u0323" * 100 + "y") == "x" + "\u0323" * 100 + "y"


@given(st.text())
def test_normalise_twice_is_normalise_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text() | st.lists(st.sampled_from(LINES)).map("\n".join))
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    once = clean(text, SEEN, "Harbour Wire")
    assert clean(once, SEEN, "Harbour Wire") == once


@given(st.lists(st.sampled_from(LINES)).map("\n".join))
def test_clean_only_leaves_out_lines(text: str) -> None:
    remaining = iter(normalise(text).split("\n"))
    cleaned = clean(text, SEEN, "Harbour Wire")
    kept = [line.strip() for line in cleaned.split("\n") if line]
    assert all(any(line == other.strip() for other in remaining) for line in kept)


@given(st.lists(st.text("abcdefg ", min_size=1, max_size=80).map(str.strip), max_size=12))
def test_a_story_without_furniture_is_untouched(sentences: list[str]) -> None:
    text = "\n\n".join(f"The {words} stayed in the town." for words in sentences)
    assert clean(text) == normalise(text)


@pytest.mark.parametrize(
    "furniture",
    [
        "ArrowArtboardCreated with Sketch.Title ChevronEye IconIcon FacebookIcon MailIcon Print",
        "Facebook Twitter Email Print",
        "{{articleCount}}",
        "You have {{left}} free article{{left-plural}} left this month",
        "Would you pay for it?\n\n• A little?\n• Or a lot?\n\nEmail us your answers to:",
    ],
)
def test_furniture_that_shows_by_itself_goes_anywhere(furniture: str) -> None:
    assert clean(f"{STORY}\n\n{furniture}\n\n{STORY}") == f"{STORY}\n\n{STORY}"


@pytest.mark.parametrize(
    "furniture",
    [
        "Source link",
        "Get unlimited access",
        "Try 3 months for $9\n\nOffer ends October 31st",
        "Your trial period has expired\n\nYou need a subscription to...\n\nSee all offers",
        "You need a subscription to:\n  • Read all stories with unlimited access",
        "Stay ahead with our exclusives;\nthe best of the coast.\n\nSubscribe now",
        "Sponsored Content\n\nGet Unlimited access\nDaily on print phone, device, and tablet media",
    ],
)
def test_offers_go_behind_the_last_prose(furniture: str) -> None:
    assert clean(f"{STORY}\n\n{furniture}") == STORY


@pytest.mark.parametrize(
    "line",
    [
        "Get unlimited access",
        "Subscribers get unlimited access, she said.",
        "The offer ends October 31st",
        "Sponsored Content",
        "Stay ahead with our exclusives on Asia",
        "Are you ready to vote?",
        "Icons of the harbour: Arrow, Title and Search",
        "• Do you use the ferry?",
    ],
)
def test_a_line_stays_on_one_kind_of_evidence(line: str) -> None:
    text = f"{STORY}\n\n{line}\n\n{STORY}"
    assert clean(text) == text


def test_a_template_in_a_sentence_of_the_story_stays() -> None:
    text = f"{STORY}\n\nThe letter began with the words Dear {{{{name}}}}, he told the council."
    assert clean(text) == text


def test_contributor_lines_and_captions_above_offers_stay() -> None:
    story = f"{STORY}\n\nFerry at the pier (Harbour Wire)\n\nAna Ruiz contributed to this report."
    assert clean(f"{story}\n\nSubscribe now") == story


def test_questions_of_the_story_above_a_poll_stay() -> None:
    poll = "What do you think?\n• Too little?\n• Too much?\nTell us what you think."
    assert clean(f"{STORY}\n\nWho pays?\n\n{poll}") == f"{STORY}\n\nWho pays?"


@pytest.mark.parametrize("number", sorted(FURNITURE))
def test_of_the_five_documents_just_the_furniture_goes(number: str) -> None:
    (path,) = (require("shared") / "seeds").glob(f"{number}_*.txt")
    lines = path.read_text(encoding="utf-8").split("\n")
    kept = [
        normalise(line)
        for at, line in enumerate(lines, start=1)
        if line.strip() and at not in FURNITURE[number]
    ]
    assert [line for line in clean("\n".join(lines)).split("\n") if line] == kept


def test_answers_are_still_found_in_normalised_squad_paragraphs() -> None:
    path = require("shared") / "data" / "dev" / "squad-dev-v1.1.json"
    lost = [
        answer["text"]
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
        for answer in qa["answers"]
        if normalise(answer["text"]) not in normalise(paragraph["context"])
    ]
    assert lost == []


@pytest.mark.parametrize(
    "unit", ["x", " ", "word ", "\n", "a \n", "{{", "Icon", "\u0301\u0323", "• why?\n", "share "]
)
def test_a_megabyte_takes_seconds(unit: str) -> None:
    begun = time.perf_counter()
    clean(unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - begun < 10
