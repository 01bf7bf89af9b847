"""From spans to an answer: rank, merge, group by value, order by date, decide."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from qa.confidence import Calibration
from qa.datatypes import Answer, Filters, Group, Hit, Quote, Reason, Span, TimeMention
from qa.evidence import Evidence, weigh
from qa.passages import sentences
from qa.reranking import worth
from qa.times import find_times
from qa.wording import value_key

log = logging.getLogger(__name__)

QUOTES = 10
NEAREST = 3
OFF_TOPIC_COSINE = 0.34  # one in a hundred answerable held-out questions has no passage nearer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span in its article: ``start`` and ``end`` index the article's text. ``rank`` mixes the
    margin with the retrieval score; it orders candidates and decides nothing. ``evidence`` is what
    it is judged by."""

    hit: Hit
    start: int
    end: int
    evidence: Evidence
    rank: float

    @property
    def margin(self) -> float:
        """Its score over the null of its own passage."""
        return self.evidence.margin

    @property
    def text(self) -> str:
        """The words themselves."""
        low = self.hit.passage.start
        return self.hit.passage.text[self.start - low : self.end - low]


def compose(
    question: str,
    filters: Filters,
    hits: Sequence[Hit],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    retrieval_weight: float,
) -> Answer:
    """Make the record of an answer or a refusal.

    Only spans that beat the null of their own passage take part in the decision and in the
    confidence, so passages that lose to theirs change neither.

    :param question: the question as asked.
    :param filters: what the hits were restricted to.
    :param hits: the passages found, in the order of the search.
    :param spans: for each that was read, the first of them, its spans, best first.
    :param calibration: evidence to probability, and the threshold.
    :param retrieval_weight: logits that a retrieval score of 1 is worth in the ranking.
    :returns: the record, without timings.
    """
    ranked = sorted(candidates(question, hits, spans, retrieval_weight), key=lambda c: -c.rank)
    chosen = [c for c in ranked if calibration.answers(c.evidence)]
    answered = bool(chosen)
    shown = _merge(chosen)[:QUOTES] if answered else _nearest(ranked)
    quotes, groups = _group([_quote(c, calibration) for c in shown])
    return Answer(
        question=question,
        read_as=question,
        times=_times(question, filters.asked),
        filters=filters,
        status="answered" if answered else "unanswered",
        reason=None if answered else _reason(hits),
        answer=quotes[0].answer if answered else None,
        confidence=quotes[0].confidence if quotes else 0.0,
        quotes=quotes,
        groups=groups,
    )


def candidates(
    question: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]], retrieval_weight: float
) -> Iterator[Candidate]:
    """Bring the best span of each passage onto one scale, or all spans of a single one.

    :param question: as asked.
    :param hits: the passages found.
    :param spans: for each that was read, the first of them, its spans, best first.
    :param retrieval_weight: logits that a retrieval score of 1 is worth.
    :yields: one candidate per span, offsets in the article.
    """
    shown = 1 if len(hits) > 1 else None
    read = hits[: len(spans)]
    evidence = weigh(question, read, spans)
    for hit, found, known in zip(read, spans, evidence, strict=True):
        margins = accumulate((span.margin for span in found), min)  # none ahead of a better one
        for span, own, margin in list(zip(found, known, margins, strict=True))[:shown]:
            yield Candidate(
                hit,
                hit.passage.start + span.start,
                hit.passage.start + span.end,
                own,
                worth(margin, hit, retrieval_weight),
            )


def _merge(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Drop a candidate that overlaps a better one of the same article."""
    kept: list[Candidate] = []
    for candidate in ranked:
        if not any(_overlap(candidate, better) for better in kept):
            kept.append(candidate)
    return kept


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.hit.passage.article_id == other.hit.passage.article_id
    return same and one.start < other.end and other.start < one.end


def _nearest(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Choose what a refusal shows: those that beat their null first, then by rank."""
    return _merge(sorted(ranked, key=lambda c: c.margin <= 0))[:NEAREST]


def _reason(hits: Sequence[Hit]) -> Reason:
    if not hits:
        return "nothing_in_range"
    if max(hit.dense for hit in hits) < OFF_TOPIC_COSINE:
        return "off_topic"
    return "below_threshold"


def _quote(candidate: Candidate, calibration: Calibration) -> Quote:
    passage = candidate.hit.passage
    low, high = _sentence(candidate)
    sentence = passage.text[low - passage.start : high - passage.start]
    return Quote(
        answer=candidate.text,
        article_id=passage.article_id,
        revision=passage.revision,
        start=candidate.start,
        end=candidate.end,
        title=passage.title,
        source=passage.source,
        published=passage.published,
        url=passage.url,
        sentence=sentence,
        sentence_start=low,
        sentence_end=high,
        passage_start=passage.start,
        passage_end=passage.end,
        confidence=calibration.confidence(candidate.evidence),
        group=0,
        copies=passage.copies,
        story=passage.story,
        times=_times(sentence, passage.published, low),
    )


def _times(text: str, anchor: str | None, shift: int = 0) -> tuple[TimeMention, ...]:
    """Find the expressions of time in a text that starts at ``shift``. They are an addition to an
    answer: a fault in reading them is logged and costs no answer."""
    try:
        found = find_times(text, anchor)
    except Exception:
        log.exception("Expressions of time in %r could not be read.", text)
        return ()
    return tuple(replace(m, start=m.start + shift, end=m.end + shift) for m in found)


def _sentence(candidate: Candidate) -> tuple[int, int]:
    """Find the sentence around a span, in the article; more than one where the span crosses."""
    passage = candidate.hit.passage
    start, end = candidate.start - passage.start, candidate.end - passage.start
    around = [(low, high) for low, high in sentences(passage.text) if low < end and start < high]
    low = min([start, *(low for low, _ in around)])
    high = max([end, *(high for _, high in around)])
    return passage.start + low, passage.start + high


def _group(quotes: Sequence[Quote]) -> tuple[tuple[Quote, ...], tuple[Group, ...]]:
    """Group quotes by value; groups run by date of first publication, undated last."""
    values: dict[str, list[int]] = {}
    for place, quote in enumerate(quotes):
        values.setdefault(value_key(quote.answer), []).append(place)
    groups = sorted((_one_group(quotes, places) for places in values.values()), key=_by_date)
    number = {place: n for n, group in enumerate(groups) for place in group.quotes}
    return tuple(replace(q, group=number[place]) for place, q in enumerate(quotes)), tuple(groups)


def _one_group(quotes: Sequence[Quote], places: Sequence[int]) -> Group:
    dates = [date for place in places if (date := quotes[place].published)]
    return Group(
        value=quotes[places[0]].answer,
        quotes=tuple(places),
        independent_sources=_independent([quotes[place] for place in places]),
        first_published=min(dates) if dates else None,
    )


def _independent(quotes: Sequence[Quote]) -> int:
    """Count outlets; for a story that several carried, only the one that had it first. An article
    without an outlet counts by itself."""
    first: dict[str, Quote] = {}
    for quote in sorted(quotes, key=lambda q: (q.published is None, q.published or "")):
        first.setdefault(quote.story or quote.article_id, quote)
    named = {quote.source.casefold() for quote in first.values() if quote.source}
    return len(named) + sum(not quote.source for quote in first.values())


def _by_date(group: Group) -> tuple[bool, str]:
    return group.first_published is None, group.first_published or ""
