"""Negatives for training: passages that were retrieved for a question but do not answer it."""

import random
from collections.abc import Callable, Iterator, Sequence

from qa.squad import SquadParagraph, SquadQuestion

Retrieve = Callable[[str, int], Sequence[int]]


def mine_negatives(
    questions: Sequence[SquadQuestion],
    pool: Sequence[SquadParagraph],
    retrieve: Retrieve,
    share: float,
    seed: int,
    depth: int = 8,
) -> Iterator[tuple[SquadQuestion, SquadParagraph]]:
    """Pair a share of the questions with a retrieved paragraph that holds none of their answers.

    :param questions: answerable questions; unanswerable ones are passed over.
    :param pool: the paragraphs that ``retrieve`` knows by position.
    :param retrieve: question and depth to positions in ``pool``, best first.
    :param share: part of the questions to draw, 0 to 1.
    :param seed: decides the draw and which of the retrieved ones is taken.
    :param depth: how many retrieved paragraphs to choose from.
    :yields: a question and a paragraph that does not answer it.
    """
    rng = random.Random(seed)
    for question in questions:
        if not question.answers or rng.random() >= share:
            continue
        golds = [answer.text.casefold() for answer in question.answers]
        rivals = [
            pool[row]
            for row in retrieve(question.question, depth)
            if pool[row].context != question.paragraph.context
            and not any(gold in pool[row].context.casefold() for gold in golds)
        ]
        if rivals:
            yield question, rng.choice(rivals[:3])
