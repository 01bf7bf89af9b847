"""From SQuAD-shaped questions to the pairs that the encoder trains on."""

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from embeddings.training import Pair
from qa.blocks import embedding_text
from qa.examples import training_questions
from qa.keywords import KeywordIndex
from qa.passages import split
from qa.squad import SquadParagraph, SquadQuestion, agreed

SHARES: Mapping[str, float] = {
    "squad-v1-part": 1.0,
    "squad-v1-more": 1.0,
    "squad-v1-sentences": 1.0,
    "squad-v2-part": 1.0,
    "squadshifts-new_wiki": 1.0,
    "nq-qed": 1.0,
    "nq-open-oracle": 1.0,
    "tydiqa-en": 1.0,
    "mlqa-en-dev": 1.0,
    "timeqa-human": 0.5,
    "tweetqa": 0.2,
    "qamr": 0.1,
}
"""How often each set is seen in an epoch: those whose questions can be understood without their
paragraph, and a little of the others."""

_DEPTH = 30


def build_pairs(folder: Path, negatives: int, seed: int) -> list[Pair]:
    """Pair each question with the passage that holds its answer, as the store would cut it.

    :param folder: holds SQuAD JSON files.
    :param negatives: how many passages without the answer to add, from those that BM25 ranks high.
    :param seed: decides every draw.
    :returns: pairs in no particular order.
    """
    rng = random.Random(seed)
    sets = training_questions(folder)
    asked = [
        question
        for name, questions in sets.items()
        for question in questions
        if question.answers and rng.random() < SHARES.get(name, 0.0)
    ]
    pairs = [Pair(question.question.strip(), _positive(question)) for question in asked]
    return list(_with_negatives(pairs, asked, negatives, rng)) if negatives else pairs


def _positive(question: SquadQuestion) -> str:
    """The window of the paragraph that holds the answer, nearest to its middle."""
    paragraph, gold = question.paragraph, agreed(question.answers)
    windows = split(paragraph.context)
    holding = [w for w in windows if w.start <= gold.start < w.end] or windows
    middle = gold.start + len(gold.text) / 2
    best = min(holding, key=lambda w: abs((w.start + w.end) / 2 - middle))
    return _text(paragraph, paragraph.context[best.start : best.end])


def _with_negatives(
    pairs: Sequence[Pair], asked: Sequence[SquadQuestion], count: int, rng: random.Random
) -> Iterator[Pair]:
    pool = list(dict.fromkeys(pair.positive for pair in pairs))
    index = KeywordIndex.from_texts(pool)
    for pair, question in zip(pairs, asked, strict=True):
        golds = [answer.text.casefold() for answer in question.answers]
        scores = index.scores(pair.query)
        best = scores.argpartition(-_DEPTH)[-_DEPTH:]
        rivals = [
            pool[row]
            for row in best[scores[best].argsort()[::-1]]
            if not any(gold in pool[row].casefold() for gold in golds)
        ]
        if len(rivals) >= count:
            yield Pair(pair.query, pair.positive, tuple(rng.sample(rivals[:10], count)))


def _text(paragraph: SquadParagraph, passage: str) -> str:
    return embedding_text(paragraph.title, passage)
