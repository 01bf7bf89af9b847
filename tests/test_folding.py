"""What an earlier version of a story has said already."""

import random

import numpy as np
import pytest

from made_store import edited, prose, vocabulary
from qa.folding import Version, counterparts

WORDS = vocabulary(2)
CHANCE = random.Random(0)
LEAD = "The harbour hall in Bern xfen opens on 12 May with Mayor Ruth Adeyemi xdor in the chair. "
STORY = LEAD + prose(CHANCE, WORDS, 5)
LATER = prose(CHANCE, WORDS, 6)
TEXT = f"{STORY}\n\n{LATER}"


def version(text: str, *windows: tuple[int, int]) -> Version:
    return Version.of(text, np.array(windows or [(0, len(text))], np.int32))


def held(text: str, by: str = STORY) -> bool:
    return counterparts(version(text), version(by)) == {0: [0]}


def test_same_words_are_held_and_other_words_are_not() -> None:
    assert held(STORY)
    assert held(STORY.upper())
    assert not held(LATER)
    assert held(STORY, by=TEXT)
    assert not held(TEXT)


@pytest.mark.parametrize("seed", range(10))
def test_edited_words_say_nothing_new(seed: int) -> None:
    assert held(edited(STORY, random.Random(seed), WORDS))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 May", "13 May"),
        ("on 12 May", "on Friday"),
        ("Ruth Adeyemi", "Ruth Okafor"),
        ("opens on", "opens not on"),
        ("The harbour hall", "The three harbour halls"),
        ("in Bern", "in Zug"),
    ],
)
def test_what_could_be_another_answer_is_never_held(one: str, other: str) -> None:
    assert one in STORY
    assert not held(STORY.replace(one, other))


def test_value_that_the_other_text_has_elsewhere_is_new_in_its_place() -> None:
    assert not held(STORY.replace("12 May", "7 May"), by=f"{TEXT} It had 7 rooms.")


def test_sentence_of_one_version_is_not_held() -> None:
    sentence = "Xbake xstali xmoru xstafen xdorwin xgalhep xtormin xsalquo."
    assert not held(STORY.replace(" with ", f". {sentence} With "))
    assert held(STORY, by=STORY.replace("\n\n", f" {sentence}\n\n"))


def test_headlines_bylines_and_datelines_may_differ() -> None:
    other = f"Hall of Zug opens for 40 days\n\nBy Ana Ruiz\n\nZURICH (AP) - {STORY}"
    assert held(other)
    assert held(f"{STORY}\n\n(Reporting by Ana Ruiz; editing by Li Wen)")
    assert not held(f"Ana Ruiz spoke for 40 days.\n\n{STORY}")


def test_passage_is_held_where_its_paragraphs_lie_in_another_order() -> None:
    parts = STORY.split("\n\n")
    assert held("\n\n".join(parts[::-1]))


def test_counterpart_is_the_nearest_passage() -> None:
    middle = len(STORY)
    whole = version(TEXT, (0, middle), (middle, len(TEXT)))
    assert counterparts(whole, whole) == {0: [0], 1: [1]}
    assert counterparts(version(LATER), whole) == {0: [1]}
    assert counterparts(version(TEXT), whole) == {0: [0, 1]}
    assert counterparts(whole, version(LATER)) == {1: [0]}


def test_texts_of_a_few_words_hold_nothing() -> None:
    assert counterparts(version("Two words"), version("Two words")) == {}
