"""Held-out questions, read by the pipeline's own parts: what calibration is fitted on."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.encoder import Encoder
from embeddings.index import VectorIndex
from eval.metrics import exact_match, f1
from qa.answers import candidates
from qa.blocks import embedding_text
from qa.datatypes import Filters, Hit, Passage, Span
from qa.keywords import KeywordIndex
from qa.passages import split
from qa.reader import Reader
from qa.retriever import Retriever
from qa.squad import SquadParagraph, SquadQuestion, is_held_out, load_squad
from qa.swaps import make_unanswerable

STAND_ALONE = (
    "squad-v1-part",
    "squad-v1-more",
    "squadshifts-new_wiki",
    "nq-qed",
    "nq-open-oracle",
    "tydiqa-en",
    "mlqa-en-dev",
    "hotpot-musique-small",
    "timeqa-human",
)
"""Sets whose questions can be understood without their paragraph; only these are asked open."""

PER_SET = 200
UNANSWERABLE = 1 / 3
DEPTH = 10


class HeldOut:
    """The held-out paragraphs as an archive in memory."""

    def __init__(self, paragraphs: Sequence[SquadParagraph], encoder: Encoder) -> None:
        self._passages = [p for paragraph in paragraphs for p in _passages(paragraph)]
        texts = [embedding_text(p.title, p.text) for p in self._passages]
        self.vectors = VectorIndex.from_vectors(encoder.encode_documents(texts))
        self.keywords = KeywordIndex.from_texts(texts)

    def allowed(self, filters: Filters) -> None:
        """Allow every row."""

    def passage(self, row: int, filters: Filters = Filters()) -> Passage:
        """Give the passage of a row."""
        return self._passages[row]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of one question; ``golds`` is empty for an unanswerable one."""

    golds: tuple[str, ...]
    hits: tuple[Hit, ...]
    spans: tuple[tuple[Span, ...], ...]

    def best(self, retrieval_weight: float) -> tuple[float, float, float]:
        """Give margin, exact match and F1 of what would be answered: the best-ranked of the
        spans that beat their null, or of all where none does."""
        found = [spans[:1] for spans in self.spans]
        ranked = sorted(
            candidates(self.hits, found, retrieval_weight), key=lambda c: (c.margin <= 0, -c.rank)
        )
        if not ranked:
            return 0.0, 0.0, 0.0
        text, golds = ranked[0].text, self.golds
        return ranked[0].margin, exact_match(text, golds), f1(text, golds)


def held_out_questions(
    folder: Path, names: Iterable[str], rng: random.Random
) -> list[SquadQuestion]:
    """Draw up to 200 held-out questions of each set.

    :param folder: holds SQuAD JSON files.
    :param names: file stems.
    :param rng: decides the draw.
    :returns: questions, set by set.
    """
    drawn = []
    for name in names:
        own = [q for q in load_squad(folder / f"{name}.json") if is_held_out(q.paragraph.article)]
        drawn += rng.sample(own, min(PER_SET, len(own)))
    return drawn


def recall_at_five(
    questions: Sequence[SquadQuestion], archive: HeldOut, encoder: Encoder, dense_weight: float
) -> float:
    """Give the share of questions whose paragraph is among the first five retrieved, in percent.

    :param questions: stand-alone questions.
    :param archive: all held-out paragraphs.
    :param encoder: of the questions.
    :param dense_weight: share of the dense leg in the fusion.
    :returns: recall@5 over distinct paragraphs.
    """
    retriever = Retriever(archive, encoder, dense_weight=dense_weight)
    found = 0
    for question in questions:
        ids = [hit.passage.article_id for hit in retriever.retrieve(question.question, 20)]
        found += question.paragraph.id in list(dict.fromkeys(ids))[:5]
    return 100 * found / len(questions)


def read_open(
    questions: Sequence[SquadQuestion],
    archive: HeldOut,
    encoder: Encoder,
    reader: Reader,
    rng: random.Random,
) -> Iterator[Reading]:
    """Ask each question of the archive; a third of them have no answer there, because a part of the
    question was exchanged or every passage that holds the answer is passed over.

    :param questions: stand-alone questions.
    :param archive: all held-out paragraphs.
    :param encoder: of the questions.
    :param reader: the one to calibrate.
    :param rng: decides which become unanswerable.
    :yields: one reading per question.
    """
    retriever = Retriever(archive, encoder)
    for question, spoil in _some_swapped(questions, rng):
        golds = tuple(answer.text for answer in question.answers)
        hits = retriever.retrieve(question.question, 3 * DEPTH)
        if spoil:
            hits = [hit for hit in hits if not _holds(hit.passage.text, golds)]
        yield _read(reader, question.question, () if spoil else golds, hits[:DEPTH])


def read_gold(
    questions: Sequence[SquadQuestion],
    archive: HeldOut,
    encoder: Encoder,
    reader: Reader,
    rng: random.Random,
) -> Iterator[Reading]:
    """Read the given paragraph; for a third of the questions it has no answer, because part
    of the question was exchanged or the nearest paragraph without the answer stands in.

    :param questions: questions of all sets.
    :param archive: all held-out paragraphs.
    :param encoder: of the questions.
    :param reader: the one to calibrate.
    :param rng: decides which become unanswerable.
    :yields: one reading per question.
    """
    retriever = Retriever(archive, encoder)
    for question, spoil in _some_swapped(questions, rng):
        golds = tuple(answer.text for answer in question.answers)
        passage = _whole(question.paragraph)
        if spoil:
            near = retriever.retrieve(question.question, DEPTH)
            others = [h.passage for h in near if not _holds(h.passage.text, golds)]
            passage, golds = (others[0], ()) if others else (passage, golds)
        yield _read(reader, question.question, golds, [Hit(passage, 0.0, 0.0, 1.0)])


def _some_swapped(
    questions: Sequence[SquadQuestion], rng: random.Random
) -> Iterator[tuple[SquadQuestion, bool]]:
    """Make a third of the questions unanswerable: one half has a part of it exchanged, of the other
    the archive is to be spoilt, which the flag says."""
    swapped = {q.id: q for q in make_unanswerable(questions, 1.0, rng.randrange(2**32))}
    for question in questions:
        draw = rng.random() if question.answers else 1.0
        hard = swapped.get(f"{question.id}-swapped")
        if draw < UNANSWERABLE / 2 and hard is not None:
            yield hard, False
        else:
            yield question, draw < UNANSWERABLE


def _read(reader: Reader, question: str, golds: tuple[str, ...], hits: Sequence[Hit]) -> Reading:
    spans = reader.read(question, [hit.passage for hit in hits])
    return Reading(golds, tuple(hits), tuple(map(tuple, spans)))


def _holds(text: str, golds: Sequence[str]) -> bool:
    return any(gold.casefold() in text.casefold() for gold in golds)


def _whole(paragraph: SquadParagraph) -> Passage:
    text = paragraph.context
    return Passage(paragraph.id, 1, 0, len(text), text, paragraph.title)


def _passages(paragraph: SquadParagraph) -> Iterator[Passage]:
    for window in split(paragraph.context):
        text = paragraph.context[window.start : window.end]
        yield Passage(paragraph.id, 1, window.start, window.end, text, paragraph.title)
