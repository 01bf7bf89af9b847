"""The measures agree with the official SQuAD evaluation on ten thousand random prediction sets.

Of version 1.1 torchmetrics carries the official script, of version 2.0 nothing that is installed
does: its rules are written down here once more, question by question, and its thresholds as a table
worked out by hand.
"""

import random
import re
import string
from collections import Counter

import pytest

from eval.metrics import squad_v1, squad_v2, squad_v2_best

SETS = 10_000
WORDS = (
    *("the", "a", "an", "The", "", " ", "Oslo", "oslo", "Oslo,", "harbour", "hall", "U.S.", "-"),
    *("Ünïcode", "ÜNÏCODE", "İstanbul", "straße", "STRASSE", "北京", "новости", "«Éa»", "“the”"),
    *(
        "naïve",
        "nai\u0308ve",
        "1,000",
        "1000",
        "twenty-one",
        "\u00a0",
        "\u2009the\u2009",
        "a.",
        "😀",
    ),
)
Set = tuple[dict[str, str], dict[str, list[str]]]


def phrase(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))


def made(rng: random.Random, unanswerable: float = 0.0) -> Set:
    """One to three questions; a third of the predictions come near a right answer, some lack."""
    predictions, golds = {}, {}
    for number in range(rng.randint(1, 3)):
        key = f"q{number}"
        none = rng.random() < unanswerable
        golds[key] = [] if none else [phrase(rng) for _ in range(rng.randint(1, 3))]
        near = golds[key][0].upper() if golds[key] and rng.random() < 0.3 else phrase(rng)
        if number == 0 or rng.random() < 0.95:
            predictions[key] = near if rng.random() < 0.9 else ""
    return predictions, golds


def words(text: str) -> list[str]:
    """The rules of both scripts, once more: lower case, punctuation, articles, white space."""
    bare = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


@pytest.mark.filterwarnings("ignore:Unanswered question")
def test_version_1_agrees_with_the_official_script_in_torchmetrics() -> None:
    from torchmetrics.functional.text import squad

    rng = random.Random(11)
    for _ in range(SETS):
        predictions, golds = made(rng)
        given = [{"id": key, "prediction_text": text} for key, text in predictions.items()]
        asked = [
            {"id": key, "answers": {"text": texts, "answer_start": [0] * len(texts)}}
            for key, texts in golds.items()
        ]
        measured, own = squad(given, asked), squad_v1(predictions, golds)
        # Of two answers without words the script of version 1.1 has F1 0, torchmetrics 1.
        wordless = sum(
            not words(predictions[key]) and not all(map(words, texts))
            for key, texts in golds.items()
            if key in predictions
        )
        expected = float(measured["f1"]) / 100 - wordless / len(golds)
        assert own["f1"] / 100 == pytest.approx(expected, abs=1e-6)
        assert own["exact_match"] == pytest.approx(float(measured["exact_match"]), abs=1e-4)


def f1_of_version_2(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    same = sum((Counter(prediction) & Counter(gold)).values())
    return 2 * same / (len(prediction) + len(gold))


def scores_of_version_2(prediction: str, golds: list[str]) -> tuple[float, float]:
    sides = [gold for gold in map(words, golds) if gold] or [[]]
    given = words(prediction)
    return float(given in sides), max(f1_of_version_2(given, gold) for gold in sides)


def test_version_2_and_its_best_threshold_agree_with_the_rules_written_out() -> None:
    rng = random.Random(12)
    for _ in range(SETS):
        predictions, golds = made(rng, unanswerable=0.4)
        predictions = {key: predictions.get(key, "") for key in golds}
        unsure = {key: rng.random() for key in golds}
        raw = {key: scores_of_version_2(predictions[key], golds[key]) for key in golds}
        own = squad_v2(predictions, golds)
        best = squad_v2_best(predictions, golds, unsure)
        for place, name in enumerate(("exact", "f1")):
            mean = sum(score[place] for score in raw.values()) / len(golds)
            assert own[name] / 100 == pytest.approx(mean, abs=1e-6)
            answered = {
                # The sweep of the script takes any text for an answer, be it without words.
                key: raw[key][place] if golds[key] else float(not predictions[key])
                for key in golds
            }
            reached = [
                sum(answered[k] if unsure[k] <= level else float(not golds[k]) for k in golds)
                for level in (-1.0, *unsure.values())
            ]
            assert best[f"best_{name}"] == pytest.approx(100 * max(reached) / len(golds), abs=1e-6)


TABLE_GOLDS = {"a": ["Oslo"], "b": ["in 2019"], "x": [], "c": ["the hall"], "y": []}
TABLE = {
    "a": ("Oslo!", 0.1),
    "b": ("2019", 0.3),
    "x": ("Rome", 0.4),
    "c": ("hall", 0.6),
    "y": ("", 0.8),
}


@pytest.mark.parametrize(
    ("threshold", "exact", "f1", "has", "none"),
    [
        (0.0, 2.0, 2.0, 0.0, 2.0),
        (0.1, 3.0, 3.0, 1.0, 2.0),
        (0.3, 3.0, 3.0 + 2 / 3, 1.0, 2.0),
        (0.4, 2.0, 2.0 + 2 / 3, 1.0, 1.0),
        (0.6, 3.0, 3.0 + 2 / 3, 2.0, 1.0),
        (0.8, 3.0, 3.0 + 2 / 3, 2.0, 1.0),
    ],
)
def test_each_threshold_scores_as_worked_out_by_hand(
    threshold: float, exact: float, f1: float, has: float, none: float
) -> None:
    decided = {key: text if unsure <= threshold else "" for key, (text, unsure) in TABLE.items()}
    scores = squad_v2(decided, TABLE_GOLDS)
    assert scores["exact"] == pytest.approx(20 * exact, abs=1e-6)
    assert scores["f1"] == pytest.approx(20 * f1, abs=1e-6)
    assert scores["HasAns_exact"] == pytest.approx(100 * has / 3, abs=1e-6)
    assert scores["NoAns_exact"] == pytest.approx(50 * none, abs=1e-6)


def test_best_thresholds_are_those_of_the_table() -> None:
    predictions = {key: text for key, (text, _) in TABLE.items()}
    unsure = {key: score for key, (_, score) in TABLE.items()}
    assert squad_v2_best(predictions, TABLE_GOLDS, unsure) == {
        "best_exact": pytest.approx(60.0),
        "best_exact_thresh": 0.1,
        "best_f1": pytest.approx(20 * (3 + 2 / 3)),
        "best_f1_thresh": 0.3,
    }
