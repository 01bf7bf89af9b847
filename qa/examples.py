"""From SQuAD-shaped questions to the token examples that the reader trains on."""

import logging
import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.batches import Example
from qa.keywords import KeywordIndex
from qa.layout import preamble
from qa.mining import mine_negatives
from qa.squad import SquadParagraph, SquadQuestion, agreed, is_held_out, load_squad
from qa.swaps import make_unanswerable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one epoch is made of. ``shares`` says how often a training set is seen, by file stem,
    ``other`` how often one that is not named; ``negatives`` (retrieved) and ``swapped`` (one part
    of the question exchanged) are counted per answerable question."""

    shares: Mapping[str, float]
    other: float
    negatives: float
    swapped: float
    learning_rate: float


RECIPES = {
    "broad": Recipe(
        shares={
            "squad-v1-part": 2.0,
            "squad-v1-more": 2.0,
            "squad-v2-part": 2.0,
            "squadshifts-new_wiki": 2.0,
            "mlqa-en-dev": 2.0,
            "tydiqa-en": 1.5,
            "tweetqa": 0.5,
            "timeqa-human": 0.5,
            "fairytaleqa": 0.3,
        },
        other=1.0,
        negatives=1 / 3,
        swapped=0.0,
        learning_rate=2e-4,
    ),
    "sharp": Recipe(
        shares={
            "squad-v1-part": 1.0,
            "squad-v1-more": 1.0,
            "squad-v1-sentences": 1.0,
            "squad-v2-part": 1.0,
            "squadshifts-new_wiki": 1.0,
            "mlqa-en-dev": 1.0,
            "tydiqa-en": 1.0,
            "nq-qed": 0.5,
            "hotpot-musique-small": 1.0,
            "timeqa-human": 0.5,
        },
        other=0.1,
        negatives=1 / 3,
        swapped=1 / 4,
        learning_rate=8e-5,
    ),
}
"""``broad`` learns to read from everything; ``sharp`` goes on from there, on sets that are like
SQuAD, with a third of the examples unanswerable, half of these hard."""

DATED = 0.3
"""Share of the examples that carry a date in front, so that the reader learns to look past it."""

Pair = tuple[SquadQuestion, SquadParagraph]


def training_questions(folder: Path) -> dict[str, list[SquadQuestion]]:
    """Read all training sets of a folder less the held-out articles.

    :param folder: holds SQuAD JSON files.
    :returns: questions by file stem.
    :raises InputError: a file is not SQuAD JSON.
    """
    return {
        path.stem: [q for q in load_squad(path) if not is_held_out(q.paragraph.article)]
        for path in sorted(folder.glob("*.json"))
    }


def build_examples(folder: Path, recipe: Recipe, tokenizer: Any, seed: int) -> list[Example]:
    """Make one epoch of examples: every set by its share, retrieved negatives, swapped questions.

    :param folder: holds SQuAD JSON files.
    :param recipe: how much of what.
    :param tokenizer: a fast tokenizer that gives offsets.
    :param seed: decides every draw.
    :returns: examples in no particular order.
    """
    sets = training_questions(folder)
    rng = random.Random(seed)
    drawn = [
        q
        for name, questions in sets.items()
        for q in _draw(questions, recipe.shares.get(name, recipe.other), rng)
    ]
    pool = list({q.paragraph.context: q.paragraph for qs in sets.values() for q in qs}.values())
    index = KeywordIndex.from_texts([paragraph.context for paragraph in pool])
    log.info("mining negatives for %d questions in %d paragraphs", len(drawn), len(pool))
    share = recipe.negatives
    negatives = list(mine_negatives(drawn, pool, lambda q, k: _top(index, q, k), share, seed))
    asked = [*drawn, *make_unanswerable(drawn, recipe.swapped, seed)]
    own = [(question, question.paragraph) for question in asked]
    return list(_tokenise([*own, *negatives], tokenizer, rng))


def _draw(
    questions: Sequence[SquadQuestion], share: float, rng: random.Random
) -> Iterator[SquadQuestion]:
    for question in questions:
        yield from [question] * (int(share) + (rng.random() < share % 1))


def _top(index: KeywordIndex, question: str, depth: int) -> list[int]:
    scores = index.scores(question)
    best = scores.argpartition(-depth)[-depth:]
    return [int(row) for row in best[scores[best].argsort()[::-1]]]


def _tokenise(pairs: Iterable[Pair], tokenizer: Any, rng: random.Random) -> Iterator[Example]:
    pairs = list(pairs)
    contexts = list({paragraph.context for _, paragraph in pairs})
    texts = list({question.question.strip() for question, _ in pairs})
    ids = dict(zip(texts, _ids(tokenizer, texts), strict=True))
    encoded = tokenizer(contexts, add_special_tokens=False, return_offsets_mapping=True)
    rows = {context: row for row, context in enumerate(contexts)}
    for question, paragraph in pairs:
        row = rows[paragraph.context]
        offsets = encoded["offset_mapping"][row]
        head = preamble(paragraph.title, _some_date(rng))
        span: tuple[int | None, int | None] = (None, None)
        if paragraph is question.paragraph and question.answers:
            gold = agreed(question.answers)
            span = token_span(offsets, gold.start, gold.start + len(gold.text))
        yield Example(
            tuple(ids[question.question.strip()][:64]),
            tuple(_ids(tokenizer, [head])[0][:40]) if head else (),
            tuple(encoded["input_ids"][row]),
            *span,
        )


def _ids(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def _some_date(rng: random.Random) -> str | None:
    if rng.random() >= DATED:
        return None
    return f"{rng.randint(2000, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def token_span(
    offsets: Sequence[tuple[int, int]], start: int, end: int
) -> tuple[int | None, int | None]:
    """Find the tokens that cover the characters ``[start, end)``.

    :param offsets: character range of every token, ascending.
    :param start: first character.
    :param end: one past the last character.
    :returns: inclusive first and last token, or (None, None) if no token lies there.
    """
    first = bisect_right([high for _, high in offsets], start)
    last = bisect_right([low for low, _ in offsets], end - 1) - 1
    return (first, last) if 0 <= first <= last else (None, None)
