"""Near-copies are one story; reports of the same event are not."""

import json
import random

import numpy as np
import pytest

from conftest import ROOT
from eval.copies import cut, edit, lines, pairwise, plant, reorder, retell
from made_store import prose, vocabulary
from qa.copies import LEAST_WORDS, find_stories, sign

WORDS = vocabulary(1)
STORY, OTHER, THIRD = (prose(random.Random(seed), WORDS, 12) for seed in (1, 2, 3))


def archive() -> list[str]:
    rows = (ROOT / "seeds" / "articles" / "articles.jsonl").read_text("utf-8").splitlines()
    chance = random.Random(5)
    return [json.loads(row)["text"] for row in rows] + [
        prose(chance, WORDS, chance.randint(9, 40)) for _ in range(60)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_planted_copies_are_found_and_look_alikes_are_not(seed: int) -> None:
    planted = plant(archive(), stories=20, seed=seed)
    result = pairwise(find_stories(planted.texts), planted.truth)
    assert len(planted.truth) == 20 * 7
    assert result.precision >= 0.98
    assert result.f1 >= 0.95


def test_each_kind_of_copy_is_one_story_with_its_original() -> None:
    chance = random.Random(0)
    made = [
        cut(STORY),
        f"Another headline here\n\n{STORY}",
        edit(STORY, WORDS, chance),
        reorder(STORY, chance),
        edit(cut(STORY), WORDS, chance),
    ]
    assert find_stories([OTHER, STORY, THIRD, *made]) == [0, 1, 2, 1, 1, 1, 1, 1]


def test_report_that_shares_quotes_is_no_copy() -> None:
    report = retell(STORY, OTHER, random.Random(0))
    assert any(sentence in report for sentence in STORY.split("\n\n")[0].split(". "))
    assert find_stories([STORY, report]) == [0, 1]


def test_copy_that_came_first_is_the_earliest() -> None:
    assert find_stories([cut(STORY), OTHER, STORY]) == [0, 1, 0]


def test_digest_of_stories_does_not_chain_them() -> None:
    digest = "\n\n".join([STORY, OTHER, THIRD])
    found = find_stories([STORY, OTHER, THIRD, digest])
    assert found[:3] == [0, 1, 2]
    late = find_stories([STORY, digest, OTHER, THIRD])
    assert late[2:] == [2, 3]


def test_copy_of_most_of_a_story_joins_it_without_its_first_text() -> None:
    parts = STORY.split("\n\n")
    first, second = "\n\n".join(parts[:2]), "\n\n".join(parts[2:])
    assert find_stories([first, STORY, second]) == [0, 0, 2]
    whole = [f"{STORY}\n\n{tail}" for tail in ("One more line.", "Another ending here.")]
    assert find_stories([first, STORY, *whole, second]) == [0, 0, 0, 0, 0]


def test_case_and_punctuation_do_not_matter() -> None:
    assert find_stories([STORY, STORY.upper().replace(".", " –")]) == [0, 0]


def test_short_texts_stand_alone() -> None:
    short = " ".join(WORDS[: LEAST_WORDS - 1])
    assert find_stories([short, f"{short} ", "", ""]) == [0, 1, 2, 3]
    assert sign([short, ""]).any() == np.False_
    longer = " ".join(WORDS[:LEAST_WORDS])
    assert find_stories([longer, f"{longer} "]) == [0, 0]


def test_no_texts_have_no_stories() -> None:
    assert find_stories([]) == []
    assert sign([]).shape == (0, 128)


def test_signatures_are_the_same_on_every_run() -> None:
    signed = sign([STORY, OTHER])
    assert np.array_equal(signed, sign([STORY, OTHER]))
    assert int(signed.astype(np.uint64).sum()) == SUM_OF_SLOTS


SUM_OF_SLOTS = 205587269741


def test_hundred_copies_are_one_story() -> None:
    chance = random.Random(4)
    assert set(find_stories([STORY, *(edit(STORY, WORDS, chance) for _ in range(100))])) == {0}


def test_pairs_are_counted() -> None:
    result = pairwise([0, 0, 0, 3, 9], {0: 7, 1: 7, 2: 8, 3: 8})
    assert (result.precision, result.recall) == (1 / 3, 1 / 2)
    assert result.f1 == pytest.approx(0.4)
    assert pairwise([0, 1], {0: 1, 1: 2}).f1 == 1.0


def test_figures_are_told() -> None:
    told = list(lines(archive(), stories=5, seed=0))
    assert [line.split()[0] for line in told] == [
        "texts",
        "planted",
        "precision",
        "recall",
        "F1",
        "time",
    ]
    assert "5 stories, seed 0" in told[1]
