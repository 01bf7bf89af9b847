"""Measures of answers and of rankings: pure functions of what was given and what was right."""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from eval.bootstrap import interval as interval

ARTICLES = re.compile(r"\b(a|an|the)\b")
WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise_answer(answer: str) -> str:
    """Bring an answer to the form that SQuAD compares.

    In this order, as in the official scripts of SQuAD 1.1 and 2.0: lower case, ASCII punctuation
    out (nothing in its place), the words a, an and the out, white space to single blanks.

    :param answer: any text.
    :returns: its normal form, possibly empty.
    """
    return " ".join(ARTICLES.sub(" ", answer.lower().translate(WITHOUT_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Collection[str]) -> float:
    """Tell whether the prediction equals one of the right answers, in normal form.

    Gold answers that are empty in normal form are left out, as in SQuAD 2.0; where none is left,
    the right prediction is the empty one.

    :param prediction: the answer given; empty for a refusal.
    :param golds: the right answers; none for a question without an answer.
    :returns: 1.0 or 0.0.
    """
    return float(normalise_answer(prediction) in {normalise_answer(g) for g in _comparable(golds)})


def f1(prediction: str, golds: Collection[str]) -> float:
    """Measure the overlap of words with the right answer that is nearest.

    Words are those of the normal form, with repetition. Where either side is empty the value is
    1.0 if both are, else 0.0: the rule of SQuAD 2.0, so that an exact match always has F1 1.

    :param prediction: the answer given; empty for a refusal.
    :param golds: the right answers; none for a question without an answer.
    :returns: the greatest F1 over the right answers, in [0, 1].
    """
    return max(_f1(_words(prediction), _words(gold)) for gold in _comparable(golds))


def squad_v1(
    predictions: Mapping[str, str], golds: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Score answers by the rules of SQuAD 1.1, where every question has an answer.

    Differs from :func:`exact_match` and :func:`f1` only where an answer is nothing but articles
    and punctuation: no gold answer is left out, and two answers without words have F1 0.

    :param predictions: answer by question id; a question without one scores 0.
    :param golds: right answers by question id; those of questions that have none are left out.
    :returns: ``exact_match`` and ``f1`` in percent, and ``total``.
    """
    asked = {key: answers for key, answers in golds.items() if answers}
    given = {key: predictions[key] for key in asked if key in predictions}
    exact = [
        max(normalise_answer(text) == normalise_answer(gold) for gold in asked[key])
        for key, text in given.items()
    ]
    overlap = [
        max(_overlap(_words(text), _words(gold)) for gold in asked[key])
        for key, text in given.items()
    ]
    total = len(asked)
    return {"exact_match": _percent(exact, total), "f1": _percent(overlap, total), "total": total}


def squad_v2(
    predictions: Mapping[str, str], golds: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Score answers and refusals by the rules of SQuAD 2.0.

    :param predictions: answer by question id, empty for a refusal; a question without one
        scores 0, also where it has no answer to find.
    :param golds: right answers by question id; none where the right thing is to refuse.
    :returns: ``exact``, ``f1`` and ``total``, and the same over questions that have an answer
        (``HasAns_…``) and that have none (``NoAns_…``), where there are such; in percent.
    """
    parts = {
        "": list(golds),
        "HasAns_": [key for key in golds if golds[key]],
        "NoAns_": [key for key in golds if not golds[key]],
    }
    scores: dict[str, float] = {}
    for prefix, keys in parts.items():
        if keys or not prefix:
            given = [(predictions[key], golds[key]) for key in keys if key in predictions]
            scores[f"{prefix}exact"] = _percent([exact_match(*pair) for pair in given], len(keys))
            scores[f"{prefix}f1"] = _percent([f1(*pair) for pair in given], len(keys))
            scores[f"{prefix}total"] = len(keys)
    return scores


def squad_v2_best(
    predictions: Mapping[str, str],
    golds: Mapping[str, Sequence[str]],
    no_answer: Mapping[str, float],
) -> dict[str, float | None]:
    """Find what the best single threshold on the no-answer scores would have given.

    The sweep of the official SQuAD 2.0 script: questions are answered in order of their score,
    equal scores in the order given, and a question counts as answered up to the threshold,
    itself included. Within equal scores it may stop midway, as the official one does.

    :param predictions: the best answer by question id, whatever the decision was.
    :param golds: right answers by question id; none where the right thing is to refuse.
    :param no_answer: by question id, the greater the less sure; any scale.
    :returns: ``best_exact`` and ``best_f1`` in percent, with ``best_exact_thresh`` and
        ``best_f1_thresh``: the greatest no-answer score that is answered, None to refuse all.
    """
    best: dict[str, float | None] = {}
    for name, measure in (("exact", exact_match), ("f1", f1)):
        best[f"best_{name}"], best[f"best_{name}_thresh"] = _sweep(
            predictions, golds, no_answer, measure
        )
    return best


def _sweep(
    predictions: Mapping[str, str],
    golds: Mapping[str, Sequence[str]],
    no_answer: Mapping[str, float],
    measure: Callable[[str, Collection[str]], float],
) -> tuple[float, float | None]:
    keys = [key for key in no_answer if key in predictions and key in golds]
    best = score = float(sum(not golds[key] for key in keys))
    threshold = None
    for key in sorted(keys, key=lambda key: no_answer[key]):
        if golds[key]:
            score += measure(predictions[key], golds[key])
        elif predictions[key]:
            score -= 1
        if score > best:
            best, threshold = score, no_answer[key]
    return _percent([best], len(golds)), threshold


def distinct_articles(carriers: Iterable[Sequence[str]]) -> list[frozenset[str]]:
    """Make a ranking of articles from a ranking of passages.

    :param carriers: for each passage, best first, the ids of the articles that carry it: the one
        that is quoted and its copies.
    :returns: one set of ids per rank, each id in the first that it comes up in; a passage whose
        articles were all seen before takes no rank.
    """
    seen: set[str] = set()
    ranking = []
    for ids in carriers:
        if fresh := frozenset(ids) - seen:
            ranking.append(fresh)
        seen.update(ids)
    return ranking


def recall_at(ranking: Sequence[frozenset[str]], golds: Collection[str], k: int) -> float:
    """Tell whether a right article is among the first k distinct ones.

    This is the success@k of the retrieval literature: one right article is enough.

    :param ranking: from :func:`distinct_articles`.
    :param golds: ids of the right articles.
    :param k: how many ranks to look at.
    :returns: 1.0 or 0.0.
    """
    return float(any(not ids.isdisjoint(golds) for ids in ranking[:k]))


def reciprocal_rank(ranking: Sequence[frozenset[str]], golds: Collection[str]) -> float:
    """Give one over the rank, from 1, of the first right article.

    :param ranking: from :func:`distinct_articles`.
    :param golds: ids of the right articles.
    :returns: in [0, 1]; 0.0 where none was found.
    """
    ranks = (rank for rank, ids in enumerate(ranking, start=1) if not ids.isdisjoint(golds))
    return 1.0 / next(ranks, math.inf)


def ndcg_at(ranking: Sequence[frozenset[str]], golds: Collection[str], k: int) -> float:
    """Give the normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), binary gain.

    Right articles that share a rank, as copies of one text do, count as one.

    :param ranking: from :func:`distinct_articles`.
    :param golds: ids of the right articles, at least one.
    :param k: how many ranks to look at.
    :returns: in [0, 1].
    """
    ranks = [rank for rank, ids in enumerate(ranking) if not ids.isdisjoint(golds)]
    lost = set(golds).difference(*ranking)
    best = math.fsum(_discount(rank) for rank in range(min(k, len(ranks) + len(lost))))
    return math.fsum(_discount(rank) for rank in ranks if rank < k) / best


def decisions(outcomes: Iterable[tuple[bool, bool]]) -> dict[str, dict[str, int]]:
    """Count decisions by whether there was an answer to find.

    :param outcomes: pairs of "the question has an answer" and "it was answered".
    :returns: ``answered`` and ``refused`` for ``answerable`` and for ``unanswerable`` questions.
    """
    counts = Counter(outcomes)
    return {
        row: {"answered": counts[has_answer, True], "refused": counts[has_answer, False]}
        for row, has_answer in (("answerable", True), ("unanswerable", False))
    }


def percentile(values: Collection[float], percent: float) -> float:
    """Give the nearest-rank percentile: the least value that so many percent do not exceed.

    :param values: at least one number.
    :param percent: above 0, at most 100.
    :returns: one of the values, never a mean of two.
    """
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 2)


def _comparable(golds: Collection[str]) -> list[str]:
    return [gold for gold in golds if normalise_answer(gold)] or [""]


def _words(answer: str) -> list[str]:
    return normalise_answer(answer).split()


def _f1(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    return _overlap(prediction, gold)


def _overlap(prediction: list[str], gold: list[str]) -> float:
    common = (Counter(prediction) & Counter(gold)).total()
    if not common:
        return 0.0
    precision, recall = common / len(prediction), common / len(gold)
    return 2 * precision * recall / (precision + recall)


def _percent(values: Collection[float], total: int) -> float:
    """A mean in percent in which missing values count as 0; 0.0 of nothing."""
    return 100 * math.fsum(values) / total if total else 0.0
